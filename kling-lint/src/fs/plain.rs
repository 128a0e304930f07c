//! The quick way to what nearly every text names: a regular file in a folder beneath, which is there,
//! and no link. Whatever else a text may name takes the careful way ([`beneath`](super::beneath)).
//!
//! A name is one part, and no link is followed at it, so from a folder beneath nothing leads out.

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;
use rustix::path::Arg as _;

use super::{kind, names};
use crate::files::OpenFile;

/// Splits a text that can be read in one way only: as a folder, perhaps none, and a name in it.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    // URLs and drives, separators of Windows, what no name holds.
    let is_doubtful = |byte| matches!(byte, b':' | b'\\' | 0);
    if text.len() > names::LONGEST || text.starts_with('/') || text.bytes().any(is_doubtful) {
        return None;
    }
    let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
    (!matches!(name, "" | "." | "..")).then_some((folder, name))
}

/// Opens the file of this name; `None` where something else has it.
///
/// To open a pipe or a device may do something, so what has the name is looked at first. It may be
/// swapped in between, so what was opened is looked at again, and neither look nor opening waits.
pub(super) fn open(folder: impl AsFd, name: &str) -> Result<Option<OpenFile>, Errno> {
    const FLAGS: OFlags = OFlags::RDONLY
        .union(OFlags::CLOEXEC)
        .union(OFlags::NOFOLLOW)
        .union(OFlags::NONBLOCK)
        .union(OFlags::NOCTTY);
    name.into_with_c_str(|name| {
        let seen = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if !is_regular(&seen) {
            return Ok(None);
        }
        let file = openat(&folder, name, FLAGS, Mode::empty())?;
        let now = fstat(&file)?;
        Ok(is_regular(&now).then(|| opened(file.into(), &seen, &now)))
    })
}

fn is_regular(stat: &Stat) -> bool {
    kind::not_a_file(stat.st_mode.into()).is_none()
}

/// A regular file that was looked at before it was opened, and after.
fn opened(file: std::fs::File, seen: &Stat, now: &Stat) -> OpenFile {
    let is_same = (seen.st_dev, seen.st_ino) == (now.st_dev, now.st_ino);
    // Of a file that has grown or shrunk since, the length that was seen first: its end tells.
    let len = if is_same { seen.st_size } else { now.st_size };
    let is_steady = is_same && seen.st_size == now.st_size;
    OpenFile::on_disk(file, len.try_into().unwrap_or_default(), is_steady)
}
