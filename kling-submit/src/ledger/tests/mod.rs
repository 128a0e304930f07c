//! The ledger against itself, other processes, crashes, full disks and damage.

mod crash;
mod damage;
mod full;
mod life;
mod places;
mod races;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Begun, Ledger, Task};
use crate::clock::Millis;
use crate::entry::{Asset, Entry, Intent, RawReply, RefusalKind, Refused, Route, Stored};
use crate::id::Id;
use crate::machine::State;

/// A moment in 2026.
const NOW: Millis = Millis(1_790_000_000_000);

const HOUR: u64 = 60 * 60 * 1000;

fn at(millis: u64) -> Millis {
    Millis(NOW.0 + millis)
}

/// A folder that goes, and a place for a ledger in it.
fn place() -> (TempDir, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let place = folder.path().join("state").join("ledger.sqlite");
    (folder, place)
}

fn open(place: &Path) -> Ledger {
    Ledger::open(place).expect("a ledger")
}

/// An intent whose body is this, of a new task.
fn intent(body: &str) -> Intent {
    let id = Id::new(NOW);
    Intent {
        external_task_id: id.to_string(),
        idempotency_key: id.to_string(),
        id,
        endpoint: "text2video".into(),
        path: "/path".into(),
        base_url: "https://server.example".into(),
        request: "request.json".into(),
        body_sha256: body.into(),
        sent_sha256: "sent".into(),
        content_length: 2,
        settings: BTreeMap::new(),
        key_fingerprint: "0123abcd".into(),
        linter: "0.1.0".into(),
    }
}

/// Records a new task and what happened to it, a second apart.
fn submitted(ledger: &mut Ledger, body: &str, entries: &[Entry]) -> Intent {
    let intent = intent(body);
    record(ledger, &intent, entries);
    intent
}

fn record(ledger: &mut Ledger, intent: &Intent, entries: &[Entry]) {
    let _lock = ledger.lock(&intent.id).expect("a lock").expect("free");
    assert_eq!(ledger.begin(intent, NOW, true).expect("begins"), Begun::Recorded);
    for (entry, second) in entries.iter().zip(1..) {
        ledger.append(&intent.id, at(second * 1000), entry).expect("appends");
    }
}

fn task(ledger: &Ledger, id: &Id) -> Task {
    ledger.task(id).expect("reads").expect("is there")
}

fn words(task: &Task) -> Vec<&'static str> {
    task.history.iter().map(|it| it.entry.word()).collect()
}

fn sending() -> Entry {
    Entry::Sending { attempt: 1 }
}

fn reply() -> Entry {
    Entry::Reply(RawReply {
        status: 200,
        headers: vec![("x-request-id".into(), "r1".into())],
        body: "{\"code\":0,\"data\":{\"task_id\":\"81\"}}".into(),
        cut: None,
    })
}

fn accepted(task_id: &str) -> Entry {
    Entry::Accepted { task_id: task_id.into(), request_id: None, by: Route::Reply }
}

fn status(word: &str) -> Entry {
    Entry::Status { word: word.into() }
}

fn succeeded() -> Entry {
    Entry::Succeeded {
        assets: vec![Asset {
            number: 0,
            url: "https://cdn.example/v.mp4?s=1".into(),
            seconds: None,
        }],
    }
}

fn stored() -> Entry {
    Entry::Stored(Stored { number: 0, path: "81.mp4".into(), bytes: 3, sha256: "00".into() })
}

fn unknown() -> Entry {
    Entry::Unknown { why: "the connection broke".into() }
}

fn refused(kind: RefusalKind) -> Entry {
    Entry::Refused(Refused { status: 429, code: Some(1302), message: "no".into(), kind })
}

fn absent() -> Entry {
    Entry::Absent { by: Route::Looks }
}

/// This test program, to run one of its tests as a process of its own.
fn myself(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args([&format!("ledger::tests::{test}"), "--exact", "--nocapture", "--test-threads=1"]);
    command
}

/// What the parent process gave to this one; `None` when the test runs by itself.
fn given(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}
