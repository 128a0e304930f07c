//! The JSON and JSON Lines files of a folder, in an order that does not depend on the disk.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::error::LintError;

/// The `*.json`, `*.jsonl` and `*.ndjson` files below a folder, sorted by name, folder by folder.
///
/// As ripgrep does, it passes over hidden files and what `.gitignore` names, and does not follow
/// links, so a loop of links is no loop. `.gitignore` counts without a repository around it, too: a
/// request is no less a build product in a container that has no `.git`.
pub(crate) fn json_files(
    folder: &Path,
) -> impl Iterator<Item = Result<PathBuf, LintError>> + use<> {
    let root = folder.to_path_buf();
    WalkBuilder::new(folder)
        .require_git(false)
        .sort_by_file_name(|left, right| left.cmp(right))
        .build()
        .filter_map(move |entry| match entry {
            Ok(entry) => is_json_file(&entry).then(|| Ok(tidy(entry.into_path()))),
            Err(error) => Some(Err(refusal(&root, error))),
        })
}

fn is_json_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
        && (is_called(entry.path(), "json") || holds_lines(entry.path()))
}

/// Whether a file holds one request a line, by its name.
pub(crate) fn holds_lines(path: &Path) -> bool {
    is_called(path, "jsonl") || is_called(path, "ndjson")
}

fn is_called(path: &Path, suffix: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(suffix))
}

/// Walking `.` yields `./a.json`; people write `a.json`.
fn tidy(path: PathBuf) -> PathBuf {
    match path.strip_prefix(".") {
        Ok(rest) => rest.to_path_buf(),
        Err(_) => path,
    }
}

/// The walker wraps the path and the system's error in layers of its own.
fn refusal(root: &Path, error: ignore::Error) -> LintError {
    let mut path = None;
    let mut layer = &error;
    loop {
        layer = match layer {
            ignore::Error::WithPath { path: inner, err } => {
                path = Some(inner.clone());
                err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => err,
            _ => break,
        };
    }
    let path = path.unwrap_or_else(|| root.to_path_buf());
    let text = error.to_string();
    LintError::io(path, error.into_io_error().unwrap_or_else(|| std::io::Error::other(text)))
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
