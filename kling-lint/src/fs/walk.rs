//! The JSON and JSON Lines files of a folder, in an order that does not depend on the disk.

use std::ffi::{OsStr, OsString};
use std::fs::{DirEntry, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::ignored::Ignored;
use crate::error::LintError;

/// The `*.json`, `*.jsonl` and `*.ndjson` files below a folder, sorted by name, folder by folder.
///
/// Hidden files are passed over, and what [ignore files](Ignored) name. Links are not followed, so a
/// loop of links is no loop.
pub(crate) fn json_files(
    folder: &Path,
) -> impl Iterator<Item = Result<PathBuf, LintError>> + use<> {
    Walk { start: Some(folder.to_path_buf()), folders: Vec::new(), ignored: Ignored::above(folder) }
}

/// A walk under way.
struct Walk {
    /// Where it begins, until it has begun.
    start: Option<PathBuf>,
    /// The folder that is read and those that it lies in, the outermost first.
    folders: Vec<Folder>,
    ignored: Ignored,
}

/// A folder, and what of it is still to come.
struct Folder {
    path: PathBuf,
    entries: std::vec::IntoIter<(OsString, FileType)>,
}

impl Walk {
    /// Reads what is in a folder; nothing of it is open afterwards, however deep the walk goes.
    fn enter(&mut self, path: PathBuf) -> Result<(), LintError> {
        let entries = || -> io::Result<Vec<_>> {
            let read = |entry: io::Result<DirEntry>| {
                let entry = entry?;
                Ok((entry.file_name(), entry.file_type()?))
            };
            std::fs::read_dir(&path)?.map(read).collect()
        };
        let mut entries = entries().map_err(|error| LintError::io(&path, error))?;
        entries.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
        self.ignored.enter(&path, |name| {
            entries.binary_search_by(|(other, _)| other.as_os_str().cmp(name)).is_ok()
        });
        self.folders.push(Folder { path, entries: entries.into_iter() });
        Ok(())
    }
}

impl Iterator for Walk {
    type Item = Result<PathBuf, LintError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(Err(error)) = self.start.take().map(|start| self.enter(start)) {
            return Some(Err(error));
        }
        while let Some(folder) = self.folders.last_mut() {
            let Some((name, kind)) = folder.entries.next() else {
                self.folders.pop();
                self.ignored.leave();
                continue;
            };
            let path = folder.path.join(&name);
            let is_wanted = kind.is_dir() || kind.is_file() && is_json_file(&path);
            if !is_wanted || self.ignored.passes_over(&path, kind.is_dir()) {
                continue;
            }
            if kind.is_file() {
                return Some(Ok(tidy(path)));
            }
            if let Err(error) = self.enter(path) {
                return Some(Err(error));
            }
        }
        None
    }
}

fn is_json_file(path: &Path) -> bool {
    is_called(path, &["json"]) || holds_lines(path)
}

/// Whether a file holds one request a line, by its name.
pub(crate) fn holds_lines(path: &Path) -> bool {
    is_called(path, &["jsonl", "ndjson"])
}

fn is_called(path: &Path, suffixes: &[&str]) -> bool {
    let is = |extension: &OsStr| suffixes.iter().any(|it| extension.eq_ignore_ascii_case(it));
    path.extension().is_some_and(is)
}

/// Walking `.` yields `./a.json`; people write `a.json`.
fn tidy(path: PathBuf) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) => rest.to_path_buf(),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a subfolder");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }

    /// What is found, relative to the folder.
    fn found(folder: &Path) -> Vec<String> {
        json_files(folder)
            .map(|path| {
                let path = path.expect("nothing is refused");
                path.strip_prefix(folder).expect("below the folder").to_string_lossy().into_owned()
            })
            .collect()
    }

    #[test]
    fn json_files_in_order_of_their_names() {
        let folder = folder(&[
            ("b.json", ""),
            ("a.JSON", ""),
            ("a/z.json", ""),
            ("c.txt", ""),
            ("d.jsonl", ""),
            ("e.NDJSON", ""),
            ("json", ""),
            (".hidden.json", ""),
            (".git/x.json", ""),
        ]);
        assert_eq!(found(folder.path()), ["a/z.json", "a.JSON", "b.json", "d.jsonl", "e.NDJSON"]);
    }

    #[test]
    fn gitignore_counts_without_a_repository() {
        let folder = folder(&[(".gitignore", "out/\n"), ("out/a.json", ""), ("in/a.json", "")]);
        assert_eq!(found(folder.path()), ["in/a.json"]);
    }

    #[test]
    fn a_missing_folder_is_refused_with_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("none");
        let refused: Vec<_> = json_files(&missing).collect();
        let [Err(LintError::Io { path, source })] = refused.as_slice() else {
            panic!("one refusal, not {refused:?}");
        };
        assert_eq!(*path, missing);
        assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let folder = folder(&[("a.json", "")]);
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).expect("a link");
        assert_eq!(found(folder.path()), ["a.json"]);
    }
}
