//! Writes a file that is seen whole or not at all.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::fs::folder_of;

/// A file under way.
#[derive(Debug)]
pub(super) enum Saved {
    /// It takes its place when it is whole.
    File {
        file: NamedTempFile,
        place: PathBuf,
        /// Those of what it replaces.
        permissions: Option<Permissions>,
    },
    /// A device or a pipe, which takes bytes as they come.
    Stream(File),
}

impl Saved {
    /// Makes ready to write to this path. A link is followed: what it leads to is replaced.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let (place, permissions) = match fs::metadata(path) {
            Ok(old) if old.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(old) if !old.is_file() => {
                return OpenOptions::new().write(true).open(path).map(Saved::Stream);
            }
            // Renaming would not ask.
            Ok(old) if old.permissions().readonly() => {
                return Err(ErrorKind::PermissionDenied.into());
            }
            Ok(old) => (path.canonicalize()?, Some(old.permissions())),
            Err(error) if error.kind() == ErrorKind::NotFound && !names_a_folder(path) => {
                (path.to_path_buf(), None)
            }
            Err(error) => return Err(error),
        };
        let file = temporary(folder_of(&place))?;
        Ok(Saved::File { file, place, permissions })
    }

    /// The same for a name that is ours and that nobody gave. A link there is refused: it may be a
    /// stranger's, who made the repository, and lead to anything.
    pub(super) fn create_ours(path: &Path) -> io::Result<Self> {
        match fs::symlink_metadata(path) {
            Ok(old) if old.is_symlink() => Err(io::Error::other("is a link")),
            _ => Saved::create(path),
        }
    }

    /// Puts the file in its place. Until then, and after an error, nothing is there.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Saved::File { file, place, permissions } => {
                if let Some(permissions) = permissions {
                    file.as_file().set_permissions(permissions)?;
                }
                file.as_file().sync_all()?;
                file.persist(place)?;
                Ok(())
            }
            Saved::Stream(mut file) => file.flush(),
        }
    }
}

/// Writes a file where there is none. What is there, a link too, stays as it is: `AlreadyExists`.
pub(super) fn create_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = temporary(folder_of(path))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

/// Whether it ends as only a folder's name may: `out/`.
fn names_a_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|byte| std::path::is_separator(char::from(*byte)))
}

/// A file that is gone unless it is given a place.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".kling-lint-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;

        // Temporary files are their owner's alone; this one is to be a file like any other.
        builder.permissions(Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

impl Write for Saved {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Saved::File { file, .. } => file.write(bytes),
            Saved::Stream(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Saved::File { file, .. } => file.flush(),
            Saved::Stream(file) => file.flush(),
        }
    }
}
