//! Which config counts, and its text.

use std::path::{Path, PathBuf};

use crate::LintError;

/// What a config is called.
pub(crate) const NAME: &str = "kling-lint.toml";
/// Marks the top of a repository.
const REPOSITORY: &str = ".git";
/// More than any config has, in bytes.
const LONGEST: u64 = 1 << 20;

/// The nearest file of this name from a folder upwards, up to the top of its repository.
pub(crate) fn find(from: &Path, name: &str) -> Option<PathBuf> {
    for folder in from.ancestors() {
        let file = folder.join(name);
        if file.is_file() {
            return Some(file);
        }
        if folder.join(REPOSITORY).exists() {
            break;
        }
    }
    None
}

/// The text of a config, or why there is none.
pub(crate) fn read(path: &Path) -> Result<String, Unread> {
    let bytes = crate::fs::open::read_short(path, LONGEST)?.ok_or(Unread::TooLong)?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + memchr::memchr_iter(b'\n', &error.as_bytes()[..at]).count();
        Unread::NotText { line }
    })
}

/// Why a config was not read.
#[derive(Debug)]
pub(crate) enum Unread {
    Refused(LintError),
    TooLong,
    NotText { line: usize },
}

impl From<LintError> for Unread {
    fn from(error: LintError) -> Self {
        Unread::Refused(error)
    }
}
