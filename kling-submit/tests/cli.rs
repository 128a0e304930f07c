//! The command from end to end, over the stand-in provider.
#![cfg(all(unix, feature = "cli", feature = "failpoints"))]

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use kling_submit::demo::{Options, Provider};
use serde_json::Value;
use tempfile::TempDir;

const KEY: &str = "sk-SENTINEL-0123456789";

/// A folder with a ledger, and a provider.
struct Stage {
    folder: TempDir,
    provider: Provider,
}

impl Stage {
    fn new() -> Self {
        let options = Options { life: Duration::from_millis(300), ..Options::default() };
        let provider = Provider::start(options).expect("a port");
        Stage { folder: tempfile::tempdir().expect("a folder"), provider }
    }

    fn request(&self, name: &str, prompt: &str) {
        let body = format!("{{\"prompt\": \"{prompt}\"}}\n");
        self.file(name, &body);
    }

    fn file(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("a file");
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kling-submit"));
        command
            .args(line.replace("URL", self.provider.base_url()).split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .env("KLING_LEDGER", self.folder.path().join("state/ledger.sqlite"))
            .env("COMETAPI_KEY", KEY)
            .env("KLING_SUBMIT_SPEED", "40")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it to its end. The key never shows.
    fn run(&self, line: &str) -> Ran {
        Ran::of(self.command(line).output().expect("the command"))
    }

    fn start(&self, line: &str) -> Child {
        self.command(line).spawn().expect("the command")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let ran =
            Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.out.contains("SENTINEL") && !ran.err.contains("SENTINEL"), "{ran:?}");
        ran
    }
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(done.expect("kill").success());
}

/// Reads standard error until a line holds this.
fn until(child: &mut Child, what: &str) -> String {
    let stderr = child.stderr.as_mut().expect("a pipe");
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !String::from_utf8_lossy(&text).contains(what) {
        let read = stderr.read(&mut byte).expect("a stream");
        assert!(read > 0, "ended before `{what}`: {}", String::from_utf8_lossy(&text));
        text.extend_from_slice(&byte);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// What is in a file of the ledger.
#[expect(clippy::disallowed_methods, reason = "the test's own file, and a small one")]
fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("a file")
}

#[test]
fn a_task_is_sent_once_followed_and_saved() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "The cat yawns.");
    let sent = stage.run("cat.omni-video.json --base-url URL --yes");
    assert_eq!(sent.code, Some(0), "{sent:?}");
    let task_id = sent.out.trim();
    assert_eq!(task_id, stage.provider.charges()[0].task_id);
    assert!(sent.err.contains(&format!("accepted: task {task_id} (kl1-")), "{sent:?}");

    let anew = stage.run("cat.omni-video.json --base-url URL --yes");
    assert_eq!((anew.code, anew.out.as_str()), (Some(3), ""));
    assert!(anew.err.contains("paid: no"), "{anew:?}");
    assert_eq!(stage.provider.charges().len(), 1);

    let elsewhere = stage.run(&format!("wait {task_id}"));
    assert_eq!(elsewhere.code, Some(2), "the key goes to no server that is not named");
    assert!(elsewhere.err.contains("--base-url"), "{elsewhere:?}");

    let waited = stage.run(&format!("wait {task_id} --base-url URL --out videos"));
    assert_eq!(waited.code, Some(0), "{waited:?}");
    assert_eq!(waited.out, format!("videos/{task_id}.mp4\n"));
    assert!(stage.path(waited.out.trim()).exists());
    // It is saved already: that is told again.
    let fetched = stage.run(&format!("fetch {task_id} --base-url URL --out videos"));
    assert_eq!((fetched.code, &fetched.out), (waited.code, &waited.out));
    // It was lost: it is saved again, where it was; and elsewhere, where that is asked for.
    std::fs::remove_file(stage.path(waited.out.trim())).expect("a file");
    let fetched = stage.run(&format!("fetch {task_id} --base-url URL"));
    assert_eq!((fetched.code, &fetched.out), (waited.code, &waited.out));
    assert!(stage.path(waited.out.trim()).exists());
    let fetched = stage.run(&format!("fetch {task_id} --base-url URL --out other"));
    assert_eq!(fetched.out, format!("other/{task_id}.mp4\n"), "{fetched:?}");
    assert!(stage.path(fetched.out.trim()).exists());
    assert_eq!(stage.provider.charges().len(), 1);

    let tasks = stage.run("tasks");
    assert!(tasks.out.contains(task_id) && tasks.out.contains("stored"), "{tasks:?}");
    assert!(stage.run("tasks --open").err.contains("no task needs anything"));
    assert_eq!(stage.run("ledger verify").code, Some(0));
    for file in std::fs::read_dir(stage.path("state")).expect("a folder") {
        let file = file.expect("a file").path();
        if file.is_file() {
            let found = bytes(&file).windows(8).any(|it| it == b"SENTINEL");
            assert!(!found, "the key is in {}", file.display());
        }
    }
}

#[test]
fn nothing_is_sent_without_a_yes() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "The cat yawns.");
    for line in [
        "cat.omni-video.json --base-url URL",
        "cat.omni-video.json --base-url URL --dry-run",
        "cat.omni-video.json --base-url URL --yes --max-tasks 0",
        "cat.omni-video.json none.json --base-url URL --yes",
        "cat.omni-video.json --base-url URL --yes --wait --out cat.omni-video.json",
    ] {
        let ran = stage.run(line);
        assert!(ran.err.contains("nothing was sent"), "{line}: {ran:?}");
    }
    assert_eq!(stage.provider.charges(), []);
    assert!(!stage.path("state/ledger.sqlite").exists() || stage.run("tasks").out.is_empty());
}

#[test]
fn a_batch_stops_where_the_money_ends() {
    let stage = Stage::new();
    let prompts = ["One.", "Two: demo:arrears", "Three."];
    let lines: String = prompts.map(|it| format!("{{\"prompt\": \"{it}\"}}\n")).concat();
    stage.file("many.jsonl", &lines);
    let line = "many.jsonl --endpoint omni-video --base-url URL --yes --wait --concurrency 1";
    let ran = stage.run(line);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(ran.err.contains("3 requests: 1 stored, 1 refused, 1 not sent"), "{ran:?}");
    assert!(ran.err.contains("paid: 1"), "{ran:?}");
    assert_eq!(stage.provider.charges().len(), 1);
    // What was stored is not sent again.
    let ran = stage.run(line);
    assert!(ran.err.contains("1 sent before"), "{ran:?}");
    assert_eq!(stage.provider.charges().len(), 1);
}

#[test]
fn several_are_followed_at_once() {
    let stage = Stage::new();
    let lines: String = (0..6).map(|it| format!("{{\"prompt\": \"Cat {it}.\"}}\n")).collect();
    stage.file("many.jsonl", &lines);
    let line = "many.jsonl --endpoint omni-video --base-url URL --yes --wait --out videos";
    let ran = stage.run(line);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.out.lines().collect::<BTreeSet<_>>().len(), 6);
    assert!(ran.out.lines().all(|path| stage.path(path).exists()));
    assert_eq!(stage.provider.charges().len(), 6);
    let ids: Vec<String> = stage.provider.charges().into_iter().map(|it| it.task_id).collect();
    let ran = stage.run(&format!("wait {} --base-url URL --out videos", ids.join(" ")));
    assert_eq!((ran.code, ran.out.lines().count()), (Some(0), 6));
}

#[test]
fn an_unknown_outcome_is_found_out() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "demo:504");
    let sent = stage.run("cat.omni-video.json --base-url URL --yes --wait");
    assert_eq!((sent.code, sent.out.as_str()), (Some(4), ""), "{sent:?}");
    assert!(sent.err.contains("paid: cannot tell"), "{sent:?}");
    let next = sent.err.lines().find_map(|it| it.trim().strip_prefix("next: kling-submit "));
    let next = next.expect("a command").to_owned();
    assert!(next.starts_with("reconcile kl1-"), "{next}");
    let anew = stage.run("cat.omni-video.json --base-url URL --yes");
    assert_eq!(anew.code, Some(3), "{anew:?}");
    // The command can be copied as it is.
    let found = stage.run(&next);
    assert_eq!(found.code, Some(0), "{found:?}");
    assert_eq!(found.out.trim(), stage.provider.charges()[0].task_id);
    assert_eq!(stage.provider.charges().len(), 1);
}

#[test]
fn a_person_can_say_what_became_of_it() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "demo:cut");
    assert_eq!(stage.run("cat.omni-video.json --base-url URL --yes").code, Some(4));
    let tasks = stage.run("tasks --json --open");
    let task: Value = serde_json::from_str(tasks.out.trim()).expect("a task");
    let id = task["id"].as_str().expect("an id");
    let resolved = stage.run(&format!("resolve {id} --absent"));
    assert_eq!(resolved.code, Some(0), "{resolved:?}");
    // To the same server: it would be paid for elsewhere.
    let next = format!(
        "next: kling-submit cat.omni-video.json --base-url {}\n",
        stage.provider.base_url()
    );
    assert!(resolved.err.contains(&next), "{resolved:?}");
    let again = stage.run(&format!("resolve {} --absent", &id[..12]));
    assert_eq!(again.code, Some(2), "{again:?}");
    assert_eq!(stage.run("resolve kl1-NONE --absent").code, Some(2));
}

#[test]
fn a_failed_task_has_a_status_of_its_own() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "demo:policy");
    let ran = stage.run("cat.omni-video.json --base-url URL --yes --wait");
    assert_eq!(ran.code, Some(6), "{ran:?}");
    stage.request("slow.omni-video.json", "demo:slow");
    let ran = stage.run("slow.omni-video.json --base-url URL --yes --wait 1");
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.err.contains("next: kling-submit wait"), "{ran:?}");
    stage.request("gone.omni-video.json", "demo:gone");
    let ran = stage.run("gone.omni-video.json --base-url URL --yes --wait");
    assert_eq!(ran.code, Some(7), "{ran:?}");
}

#[test]
fn readers_that_left_do_not_stop_a_paid_task() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "The cat yawns.");
    for json in ["", "--json"] {
        let line = format!("cat.omni-video.json --base-url URL --yes --again --wait {json}");
        let mut child = stage.start(&line);
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().expect("an end").code(), Some(0));
    }
    for charge in stage.provider.charges() {
        assert!(stage.path(&format!("{}.mp4", charge.task_id)).exists());
    }
}

#[test]
fn a_stop_while_polling_leaves_the_command_to_go_on() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "demo:slow");
    for name in ["-INT", "-TERM", "-HUP"] {
        let mut child = stage.start("cat.omni-video.json --base-url URL --yes --wait --again");
        until(&mut child, "follow it with");
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().expect("an end"));
        assert_eq!(ran.code, Some(130), "{name}: {ran:?}");
        assert!(ran.err.contains("it cannot be cancelled\n  next: kling-submit wait"), "{ran:?}");
    }
}

/// A server that takes a request and answers when it is told to.
fn holding() -> (String, Receiver<()>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (taken, is_taken) = mpsc::channel();
    let (answer, is_asked) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let _ = stream.read(&mut [0; 4096]);
        let _ = taken.send(());
        if is_asked.recv().is_ok() {
            let body = r#"{"code":0,"data":{"task_id":"777","task_status":"submitted"}}"#;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    (url, is_taken, answer)
}

#[test]
fn a_stop_with_a_paid_request_in_flight_waits_for_its_id() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "The cat yawns.");
    let (url, is_taken, answer) = holding();
    let mut child = stage.start(&format!("cat.omni-video.json --base-url {url} --yes --wait"));
    is_taken.recv().expect("a request");
    signal(&child, "-INT");
    until(&mut child, "in flight");
    answer.send(()).expect("a server");
    let ran = Ran::of(child.wait_with_output().expect("an end"));
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.err.contains("accepted: task 777"), "{ran:?}");
}

#[test]
fn a_second_stop_leaves_it_unknown() {
    let stage = Stage::new();
    stage.request("cat.omni-video.json", "The cat yawns.");
    let (url, is_taken, _answer) = holding();
    let mut child = stage.start(&format!("cat.omni-video.json --base-url {url} --yes"));
    is_taken.recv().expect("a request");
    signal(&child, "-INT");
    until(&mut child, "in flight");
    signal(&child, "-INT");
    let ran = Ran::of(child.wait_with_output().expect("an end"));
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("next: kling-submit reconcile kl1-"), "{ran:?}");
    assert!(stage.run("tasks --open").out.contains("unknown"));
}

/// Every event that is met, with its keys.
fn events(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

#[test]
fn the_event_stream_keeps_its_contract() {
    let contract = include_str!("../../docs/submit-json.md");
    let stage = Stage::new();
    let prompts = ["One.", "demo:policy", "demo:busy", "demo:expired", "demo:504"];
    let lines: String = prompts.map(|it| format!("{{\"prompt\": \"{it}\"}}\n")).concat();
    stage.file("many.jsonl", &lines);
    stage.file("faulty.omni-video.json", "{\"duration\": 5}");
    let mut met = BTreeSet::new();
    for line in [
        "faulty.omni-video.json --json --yes --base-url URL",
        "many.jsonl --endpoint omni-video --json --yes --wait --base-url URL",
        "many.jsonl --endpoint omni-video --json --yes --wait --base-url URL",
        "reconcile --json --base-url URL",
        "tasks --json",
        "ledger verify --json",
    ] {
        let ran = stage.run(line);
        for event in events(&ran.out) {
            let name = event["event"].as_str().expect("a name").to_owned();
            assert!(contract.contains(&format!("`{name}`")), "{name} is not documented");
            assert_eq!(event["v"], 1);
            for key in event.as_object().expect("an object").keys() {
                assert!(contract.contains(&format!("`{key}`")), "{key} of {name}: {event}");
            }
            met.insert(name);
        }
        if line.starts_with("many") {
            let ends: Vec<Value> =
                events(&ran.out).into_iter().filter(|it| it["event"] == "end").collect();
            assert_eq!(ends.len(), prompts.len(), "one end for each: {}", ran.out);
        }
    }
    for name in ["lint", "planned", "intent", "sending", "reply", "accepted", "status", "end"] {
        assert!(met.contains(name), "{name}: {met:?}");
    }
}
