//! Spare files: room that is taken before money is spent, for what must be kept when the disk is full
//! after it is.
//!
//! A spare is a file of zeros, and a task has one while it is worked on. What the ledger has no room for
//! is written over its zeros, one JSON line an event, and the ledger takes it in when there is room.
//! On a file system that writes elsewhere what is overwritten (Btrfs, ZFS), a full disk may refuse
//! that too.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::LedgerError;
use super::{place, store};
use crate::clock::Millis;
use crate::entry::{Entry, RawReply};
use crate::id::Id;

/// Bytes of a spare.
const ROOM: usize = 96 << 10;

/// Of these, what a reply leaves to the events after it.
const AFTER_REPLY: usize = 16 << 10;

/// No more is read of a spare: nothing of ours is larger.
const MOST: u64 = 16 << 20;

/// An event in a spare.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: Millis,
    /// Of time and entry: a line that was not written to its end is none.
    sum: String,
    entry: Entry,
}

/// Where a task's spare is.
pub(super) fn file_of(ledger: &Path, id: &Id) -> Result<PathBuf, LedgerError> {
    Ok(folder_of(ledger).join(place::file_name(id)?))
}

/// Where a ledger's spares are.
pub(super) fn folder_of(ledger: &Path) -> PathBuf {
    place::beside(ledger, ".spare")
}

/// Makes a spare, durably; on error there is none.
pub(super) fn reserve(spare: &Path) -> io::Result<()> {
    let folder = spare.parent().unwrap_or(Path::new(""));
    place::folder(folder)?;
    let mut file = place::private(OpenOptions::new().write(true).create_new(true)).open(spare)?;
    let made = file
        .write_all(&vec![0; ROOM])
        .and_then(|()| file.sync_all())
        .and_then(|()| place::sync_folder(folder));
    if made.is_err() {
        // The error that counts is the one at hand.
        let _ = fs::remove_file(spare);
    }
    made
}

/// The events in a spare; none when there is no such file.
pub(super) fn read(spare: &Path, id: &Id) -> io::Result<Vec<(Millis, Entry)>> {
    match OpenOptions::new().read(true).open(spare) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(MOST).read_to_end(&mut bytes)?;
            Ok(parse(&bytes, id).0)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// How many events are in a spare, and whether something else is.
pub(super) fn look(spare: &Path, id: &Id) -> io::Result<(usize, bool)> {
    match OpenOptions::new().read(true).open(spare) {
        Ok(file) => {
            let mut bytes = Vec::new();
            file.take(MOST).read_to_end(&mut bytes)?;
            let (events, end) = parse(&bytes, id);
            Ok((events.len(), bytes.iter().skip(end).any(|&byte| byte != 0)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok((0, false)),
        Err(error) => Err(error),
    }
}

/// The tasks that have spares.
pub(super) fn ids(ledger: &Path) -> io::Result<Vec<Id>> {
    let entries = match fs::read_dir(folder_of(ledger)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut ids = Vec::new();
    for entry in entries {
        // A name that is no id is not of ours.
        if let Ok(name) = entry?.file_name().into_string()
            && let id = Id::from(name)
            && place::file_name(&id).is_ok()
        {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Writes an event after those that are in a spare already; durable on return.
pub(super) fn keep(spare: &Path, id: &Id, at: Millis, entry: &Entry) -> io::Result<()> {
    // A file that is gone is made anew: perhaps there is room for this after all.
    place::folder(spare.parent().unwrap_or(Path::new("")))?;
    let mut file =
        place::private(OpenOptions::new().read(true).write(true).create(true)).open(spare)?;
    let mut bytes = Vec::new();
    (&file).take(MOST).read_to_end(&mut bytes)?;
    let (kept, end) = parse(&bytes, id);
    if kept.iter().any(|(then, it)| *then == at && it == entry) {
        return Ok(());
    }
    let room = ROOM.saturating_sub(end);
    let line = match entry {
        Entry::Reply(reply) => reply_line(id, at, reply, room.saturating_sub(AFTER_REPLY))?,
        entry => line(id, at, entry)?,
    };
    file.seek(SeekFrom::Start(end as u64))?;
    file.write_all(&line)?;
    file.sync_data()
}

/// Makes a spare empty again, in the room that it has.
pub(super) fn wipe(spare: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).open(spare) {
        Ok(mut file) => {
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(ROOM).min(ROOM);
            file.set_len(length as u64)?;
            file.write_all(&vec![0; length])?;
            file.sync_data()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes a spare in which nothing was written; one that was is left for the ledger to take in.
pub(super) fn remove_unused(spare: &Path) -> io::Result<()> {
    let mut first = [0];
    match OpenOptions::new().read(true).open(spare) {
        Ok(mut file) => {
            if file.read(&mut first)? == 0 || first == [0] {
                fs::remove_file(spare)?;
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The events at the beginning of these bytes, and where they end. What comes after the last whole one
/// is zeros, or a line that a crash cut.
fn parse(bytes: &[u8], id: &Id) -> (Vec<(Millis, Entry)>, usize) {
    let mut events = Vec::new();
    let mut end = 0;
    for text in bytes.split_inclusive(|&byte| byte == b'\n') {
        let Some(text) = text.strip_suffix(b"\n") else { break };
        let Ok(line) = serde_json::from_slice::<Line>(text) else { break };
        // What was read is what would be written: serde writes fields in their order.
        match serde_json::to_string(&line.entry) {
            Ok(entry) if store::sum(id.as_str(), line.at, entry.as_bytes()) == line.sum => {}
            _ => break,
        }
        events.push((line.at, line.entry));
        end += text.len() + 1;
    }
    (events, end)
}

/// An event as a line.
fn line(id: &Id, at: Millis, entry: &Entry) -> io::Result<Vec<u8>> {
    let sum = store::sum(id.as_str(), at, serde_json::to_string(entry)?.as_bytes());
    let mut line = serde_json::to_vec(&Line { at, sum, entry: entry.clone() })?;
    line.push(b'\n');
    Ok(line)
}

/// A reply as a line of at most so many bytes: the end of its body goes first, then its headers. What
/// matters, the task's id, stands at the beginning of the body.
fn reply_line(id: &Id, at: Millis, reply: &RawReply, most: usize) -> io::Result<Vec<u8>> {
    let mut reply = reply.clone();
    loop {
        let whole = line(id, at, &Entry::Reply(reply.clone()))?;
        if whole.len() <= most || (reply.body.is_empty() && reply.headers.is_empty()) {
            return Ok(whole);
        }
        let half = reply.body.len() / 2;
        if half >= 512 || reply.headers.is_empty() {
            reply.body.truncate(reply.body.floor_char_boundary(half));
        } else {
            reply.headers.clear();
        }
        reply.cut =
            Some("the disk was full, and only this much fitted into the spare room".to_owned());
    }
}
