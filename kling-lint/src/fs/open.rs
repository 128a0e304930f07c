//! Opens a request without ever waiting for someone to write it.

use std::fs::{File, FileType, Metadata};
use std::path::Path;

use crate::error::LintError;

/// Opens a regular file; anything else is refused by its name.
///
/// Opening a named pipe blocks until there is a writer, and a device may never end, so what the path
/// names is looked at before it is opened, and again after: it may have been swapped in between.
pub(crate) fn open(path: &Path) -> Result<File, LintError> {
    let refused = |error| LintError::io(path, error);
    regular(path, &std::fs::metadata(path).map_err(refused)?)?;
    #[expect(clippy::disallowed_methods, reason = "this is where files are opened, after a look")]
    let file = File::open(path).map_err(refused)?;
    regular(path, &file.metadata().map_err(refused)?)?;
    Ok(file)
}

fn regular(path: &Path, metadata: &Metadata) -> Result<(), LintError> {
    if metadata.is_file() {
        return Ok(());
    }
    Err(LintError::NotAFile { path: path.to_path_buf(), what: what(metadata.file_type()) })
}

/// What something is that is no file.
#[cfg(unix)]
fn what(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt as _;

    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// What something is that is no file.
#[cfg(not(unix))]
fn what(kind: FileType) -> &'static str {
    if kind.is_dir() { "a folder" } else { "a device" }
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
}
