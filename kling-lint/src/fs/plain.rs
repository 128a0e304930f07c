//! The quick way to what nearly every text names: a regular file in a folder beneath, which is there,
//! and no link. Whatever else a text may name takes the careful way ([`beneath`](super::beneath)).
//!
//! A name is one part, and no link is followed at it, so from a folder beneath nothing leads out.

use std::ffi::CStr;
use std::mem::MaybeUninit;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, statat};
use rustix::io::Errno;
use rustix::path::Arg as _;

use super::names;
use crate::files::OpenFile;
use crate::vector::{self, are};

/// Splits a text that can be read in one way only: as a folder, perhaps none, and a name in it.
pub(super) fn split(text: &str) -> Option<(&str, &str)> {
    if text.len() > names::LONGEST || text.starts_with('/') {
        return None;
    }
    // URLs and drives, what separates names on Windows, what no name holds.
    let is_plain = |bytes| !(are(bytes, b':') | are(bytes, b'\\') | are(bytes, 0));
    if vector::run(text.as_bytes(), is_plain) < text.len() {
        return None;
    }
    let end = text.bytes().rposition(|byte| byte == b'/');
    let (folder, name) = end.map_or(("", text), |end| (&text[..end], &text[end + 1..]));
    (!matches!(name, "" | "." | "..")).then_some((folder, name))
}

/// Opens the file of this name; `None` where something else has it.
///
/// To open a pipe or a device may do something, so what has the name is looked at first. It may be
/// swapped in between, so what was opened is looked at again, and neither look nor opening waits.
pub(super) fn open(folder: impl AsFd, name: &str) -> Result<Option<OpenFile>, Errno> {
    name.into_with_c_str(|name| {
        let seen = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if !is_regular(&seen) {
            return Ok(None);
        }
        let file = open_beneath(folder.as_fd(), name)?;
        let now = fstat(&file)?;
        Ok(is_regular(&now).then(|| opened(file.into(), &seen, &now)))
    })
}

/// Reads on, as much as there is room for.
pub(crate) fn read(file: impl AsFd, room: &mut [MaybeUninit<u8>]) -> std::io::Result<&[u8]> {
    let (bytes, _) = rustix::io::read(file, room)?;
    Ok(bytes)
}

fn open_beneath(folder: BorrowedFd<'_>, name: &CStr) -> Result<OwnedFd, Errno> {
    const FLAGS: OFlags = OFlags::RDONLY
        .union(OFlags::CLOEXEC)
        .union(OFlags::NOFOLLOW)
        .union(OFlags::NONBLOCK)
        .union(OFlags::NOCTTY);
    // The system promises the same once more; one that does not know how refuses.
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{ResolveFlags, openat2};

        const INSIDE: ResolveFlags = ResolveFlags::BENEATH.union(ResolveFlags::NO_SYMLINKS);
        openat2(folder, name, FLAGS, Mode::empty(), INSIDE)
    }
    #[cfg(not(target_os = "linux"))]
    rustix::fs::openat(folder, name, FLAGS, Mode::empty())
}

fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode).is_file()
}

/// A regular file that was looked at before it was opened, and after.
fn opened(file: std::fs::File, seen: &Stat, now: &Stat) -> OpenFile {
    let is_same = (seen.st_dev, seen.st_ino) == (now.st_dev, now.st_ino);
    // Of a file that has grown or shrunk since, the length that was seen first: its end tells.
    let len = if is_same { seen.st_size } else { now.st_size };
    let is_steady = is_same && seen.st_size == now.st_size;
    OpenFile::on_disk(file, len.try_into().unwrap_or_default(), is_steady)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn texts_that_can_be_read_in_one_way_only() {
        for (text, expected) in [
            ("cat.png", Some(("", "cat.png"))),
            ("./cat.png", Some((".", "cat.png"))),
            ("../a//b/ä ö.png", Some(("../a//b", "ä ö.png"))),
            ("~/cat.png", Some(("~", "cat.png"))),
            (".../...", Some(("...", "..."))),
            ("a%20b.png", Some(("", "a%20b.png"))),
            ("/cat.png", None),
            ("file:cat.png", None),
            ("C:cat.png", None),
            ("a\\b.png", None),
            ("a\0.png", None),
            ("a/", None),
            ("a/.", None),
            ("a/..", None),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(split(text), expected, "{text:?}");
        }
        assert!(split(&"a".repeat(names::LONGEST)).is_some());
        assert_eq!(split(&"a".repeat(names::LONGEST + 1)), None);
    }

    #[test]
    fn nothing_but_a_regular_file_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("cat.png"), "cat").expect("a file");
        fs::write(at("empty.png"), "").expect("a file");
        fs::create_dir(at("folder.png")).expect("a folder");
        std::os::unix::fs::symlink("cat.png", at("link.png")).expect("a link");
        let _socket = std::os::unix::net::UnixListener::bind(at("socket.png")).expect("a socket");
        let made = std::process::Command::new("mkfifo").arg(at("pipe.png")).status();
        let dir = cap_std::fs::Dir::open_ambient_dir(folder.path(), cap_std::ambient_authority());
        let dir = dir.expect("a folder");
        let mut text = String::new();
        let mut cat = open(&dir, "cat.png").expect("a file").expect("a regular one");
        cat.read_to_string(&mut text).expect("text");
        assert_eq!((&*text, cat.len(), cat.is_steady()), ("cat", 3, true));
        assert!(open(&dir, "empty.png").expect("a file").is_some_and(|file| file.is_empty()));
        for name in ["folder.png", "link.png", "socket.png"] {
            assert!(matches!(open(&dir, name), Ok(None)), "{name}");
        }
        if made.is_ok_and(|status| status.success()) {
            assert!(matches!(open(&dir, "pipe.png"), Ok(None)));
        }
        assert!(matches!(open(&dir, "none.png"), Err(Errno::NOENT)));
        assert!(matches!(open(&dir, &"x".repeat(300)), Err(Errno::NAMETOOLONG)));
        let devices = fs::File::options().read(true).open("/dev").expect("a folder");
        assert!(matches!(open(&devices, "null"), Ok(None)));
    }

    /// What happens between two looks at one file, or to what lies under its name.
    #[test]
    fn a_length_that_changes_is_told_by_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cat.png");
        let open = || fs::File::options().read(true).append(true).open(&path).expect("a file");
        fs::write(&path, "cat").expect("a file");
        let seen = fstat(open()).expect("a look");
        open().write_all(b"s and dogs").expect("it grows");
        let file = opened(open(), &seen, &fstat(open()).expect("a look"));
        assert_eq!((file.len(), file.is_steady()), (3, false));
        assert!(crate::media::changes(file), "it has grown");
        // Kept, so that its number is not given anew.
        fs::rename(&path, folder.path().join("old.png")).expect("a new name");
        fs::write(&path, "a lion").expect("a file");
        let file = opened(open(), &seen, &fstat(open()).expect("a look"));
        assert_eq!((file.len(), file.is_steady()), (6, false));
        assert!(!crate::media::changes(file), "another file is what it is");
    }
}
