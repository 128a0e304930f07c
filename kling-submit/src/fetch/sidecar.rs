//! The small JSON beside a task's assets: which request made them.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::clock::Millis;
use crate::entry::{Asset, Intent};
use crate::id::{Id, PREFIX};

/// Bytes that are read of one.
const LONGEST: u64 = 1 << 20;

/// What stands in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sidecar {
    /// Which version of this file.
    kling_submit: u32,
    id: String,
    external_task_id: String,
    task_id: String,
    endpoint: String,
    base_url: String,
    request: String,
    body_sha256: String,
    sent_sha256: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    submitted: Option<String>,
    pub(super) assets: Vec<Saved>,
}

/// An asset in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) number: u32,
    /// In the same folder.
    pub(super) file: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    seconds: Option<String>,
    stored: String,
}

impl Saved {
    pub(super) fn new(
        asset: &Asset,
        file: String,
        bytes: u64,
        sha256: String,
        now: Millis,
    ) -> Self {
        let seconds = asset.seconds.clone();
        Saved { number: asset.number, file, bytes, sha256, seconds, stored: time(now) }
    }
}

/// The task's sidecar, if there is one.
pub(super) fn read(folder: &Path, stem: &str, intent: &Intent) -> Option<Sidecar> {
    find(folder, stem, intent).1
}

/// Adds an asset to the task's sidecar, which appears whole or not at all.
pub(super) fn add(
    folder: &Path,
    stem: &str,
    intent: &Intent,
    task_id: &str,
    saved: Saved,
) -> io::Result<()> {
    let (path, found) = find(folder, stem, intent);
    let mut sidecar = found.unwrap_or_else(|| Sidecar {
        kling_submit: 1,
        id: intent.id.to_string(),
        external_task_id: intent.external_task_id.clone(),
        task_id: task_id.to_owned(),
        endpoint: intent.endpoint.clone(),
        base_url: intent.base_url.clone(),
        request: intent.request.clone(),
        body_sha256: intent.body_sha256.clone(),
        sent_sha256: intent.sent_sha256.clone(),
        submitted: submitted(&intent.id),
        assets: Vec::new(),
    });
    sidecar.assets.retain(|it| it.number != saved.number);
    sidecar.assets.push(saved);
    sidecar.assets.sort_by_key(|it| it.number);
    let mut text = serde_json::to_vec_pretty(&sidecar)?;
    text.push(b'\n');
    let mut builder = tempfile::Builder::new();
    // As a file of the user's would be, not as a secret.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".kling-submit-").tempfile_in(folder)?;
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|it| it.error)?;
    Ok(())
}

/// Where the task's sidecar is or goes: never over a file that is not ours.
fn find(folder: &Path, stem: &str, intent: &Intent) -> (PathBuf, Option<Sidecar>) {
    let mut number = 1;
    loop {
        let name =
            if number == 1 { format!("{stem}.json") } else { format!("{stem}-{number}.json") };
        let path = folder.join(name);
        if path.symlink_metadata().is_err() || number == 1000 {
            return (path, None);
        }
        if let Some(sidecar) = parse(&path).filter(|it| it.id == intent.id.as_str()) {
            return (path, Some(sidecar));
        }
        number += 1;
    }
}

fn parse(path: &Path) -> Option<Sidecar> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    OpenOptions::new().read(true).open(path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

/// When the task was submitted: our ids tell.
fn submitted(id: &Id) -> Option<String> {
    let moment = Ulid::from_string(id.as_str().strip_prefix(PREFIX)?).ok()?.datetime();
    let span = moment.duration_since(UNIX_EPOCH).ok()?;
    Some(time(Millis(u64::try_from(span.as_millis()).ok()?)))
}

fn time(moment: Millis) -> String {
    let millis = i64::try_from(moment.0).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX).to_string()
}
