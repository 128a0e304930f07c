//! Opens a request without ever waiting for someone to write it.

use std::fs::{File, Metadata, OpenOptions};
#[cfg(feature = "cli")]
use std::io::Read as _;
use std::path::Path;

use super::kind;
use crate::error::LintError;
use crate::files::OpenFile;

/// What a path leads to, seen before it is opened.
///
/// Opening a named pipe blocks until there is a writer, opening a device may do something, and
/// neither may ever end: what the path names is looked at before it is opened. It may be swapped in
/// between, so it is opened without waiting, and looked at again.
#[derive(Debug)]
pub(crate) struct Look(Metadata);

impl Look {
    /// Looks at what a path leads to.
    pub(crate) fn at(path: &Path) -> Result<Self, LintError> {
        std::fs::metadata(path).map(Look).map_err(|error| LintError::io(path, error))
    }

    #[cfg(feature = "cli")]
    pub(crate) fn is_dir(&self) -> bool {
        self.0.is_dir()
    }

    #[cfg(feature = "cli")]
    pub(crate) fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether another look shows the same file, as long as it was.
    fn is_same(&self, other: &Metadata) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;

            let known = |it: &Metadata| (it.dev(), it.ino(), it.len());
            known(&self.0) == known(other)
        }
        #[cfg(not(unix))]
        {
            let _ = other;
            false
        }
    }

    /// Which file it is.
    #[cfg(all(feature = "cli", unix))]
    pub(crate) fn id(&self, _path: &Path) -> Option<FileId> {
        use std::os::unix::fs::MetadataExt as _;

        Some(FileId(self.0.dev(), self.0.ino()))
    }

    /// Which file it is.
    #[cfg(all(feature = "cli", not(unix)))]
    pub(crate) fn id(&self, path: &Path) -> Option<FileId> {
        path.canonicalize().ok().map(FileId)
    }
}

/// What all paths to one file have in common. Others may have it, too: hard links do, and there are
/// file systems that give a number anew.
#[cfg(all(feature = "cli", unix))]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(u64, u64);

/// What all paths to one file have in common.
#[cfg(all(feature = "cli", not(unix)))]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId(std::path::PathBuf);

/// Opens a regular file; anything else is refused by its name.
#[cfg(any(feature = "cli", test))]
pub(crate) fn open(path: &Path) -> Result<File, LintError> {
    open_with_len(path).map(|(file, _)| file)
}

/// The same, with the length that the last look showed.
pub(crate) fn open_with_len(path: &Path) -> Result<(File, u64), LintError> {
    open_seen(path, &Look::at(path)?)
}

/// The same, of a path that was looked at.
pub(crate) fn open_seen(path: &Path, look: &Look) -> Result<(File, u64), LintError> {
    open_regular(path, look).map(|(file, now)| (file, now.len()))
}

/// The same, to be looked into: it is steady if both looks showed the same.
pub(crate) fn open_media(path: &Path, look: &Look) -> Result<OpenFile, LintError> {
    let (file, now) = open_regular(path, look)?;
    Ok(OpenFile::on_disk(file, now.len(), look.is_same(&now)))
}

fn open_regular(path: &Path, look: &Look) -> Result<(File, Metadata), LintError> {
    let refused = |error| LintError::io(path, error);
    regular(path, &look.0)?;
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, no_waiting());
    let file = options.open(path).map_err(refused)?;
    let metadata = file.metadata().map_err(refused)?;
    regular(path, &metadata)?;
    Ok((file, metadata))
}

/// What a regular file holds; nothing when that is more than so many bytes.
#[cfg(feature = "cli")]
pub(crate) fn read_short(path: &Path, longest: u64) -> Result<Option<Vec<u8>>, LintError> {
    let (file, len) = open_with_len(path)?;
    if len > longest {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    // It may grow while it is read.
    let read = file.take(longest.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| LintError::io(path, error))?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= longest))
}

/// The flags that keep `open` and `read` from waiting, and a terminal from becoming ours.
#[cfg(unix)]
pub(super) fn no_waiting() -> i32 {
    use rustix::fs::OFlags;

    (OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32
}

fn regular(path: &Path, metadata: &Metadata) -> Result<(), LintError> {
    match kind::of_std(metadata) {
        None => Ok(()),
        Some(what) => Err(LintError::NotAFile { path: path.to_path_buf(), what }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.json");
        std::fs::write(&path, "{}").expect("a file");
        assert!(open(&path).is_ok());
    }

    #[test]
    fn a_folder_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let Err(LintError::NotAFile { what, .. }) = open(folder.path()) else {
            panic!("a folder is no file");
        };
        assert_eq!(what, "a folder");
    }

    #[test]
    fn a_missing_file_is_refused_by_the_system() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(matches!(open(&folder.path().join("none.json")), Err(LintError::Io { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_and_a_socket_are_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("socket.json");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        for (path, expected) in [(Path::new("/dev/null"), "a device"), (&socket, "a socket")] {
            let Err(LintError::NotAFile { what, .. }) = open(path) else {
                panic!("{} is no file", path.display());
            };
            assert_eq!(what, expected);
        }
    }

    /// A pipe may take the place of what was looked at; without the flags this test does not end.
    #[cfg(unix)]
    #[test]
    fn a_pipe_without_a_writer_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe.json");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no mkfifo");
            return;
        }
        let Err(LintError::NotAFile { what, .. }) = open(&pipe) else {
            panic!("a pipe is no file");
        };
        assert_eq!(what, "a named pipe");
        let mut options = OpenOptions::new();
        std::os::unix::fs::OpenOptionsExt::custom_flags(options.read(true), no_waiting());
        assert!(options.open(&pipe).is_ok());
    }
}
