//! What a walk passes over: hidden files, and what ignore files name.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::open;

/// The ignore files of a folder: those of ripgrep before those of git.
const IGNORE: &str = ".ignore";
const GITIGNORE: &str = ".gitignore";
/// Marks the top of a repository.
const REPOSITORY: &str = ".git";
/// What a repository ignores on this machine alone.
const EXCLUDE: &str = ".git/info/exclude";
/// The ignore files that count at one time may have so many bytes together: what is compiled may take
/// a thousand times as much.
const MOST: u64 = 128 << 10;
/// One counts as so many at least: each is asked about each file.
const LEAST: u64 = 2 << 10;
/// No path is as long as a longer line: nothing matches it, and to compile it might never end.
const LONGEST_LINE: usize = 4 << 10;

/// The ignore files that count for the folder that is walked: its own and those of the folders above,
/// up to the top of their repository, and what git ignores for this user everywhere.
///
/// `.gitignore` counts without a repository around it, too: a request is no less a build product in a
/// container that has no `.git`.
///
/// Whoever made the folder made these files, so they are read like requests: one that is no regular
/// file, or too long, is not read and ignores nothing. A `.git` that is a file may lead anywhere and is
/// not followed.
pub(super) struct Ignored {
    /// The folder where the walk begins, without links.
    base: PathBuf,
    /// As the walk names it.
    start: PathBuf,
    /// From the outermost folder to the one that is walked.
    levels: Vec<Level>,
    /// How many bytes more the levels may have.
    room: u64,
    global: Gitignore,
}

/// The ignore files of one folder.
struct Level {
    ignore: Gitignore,
    gitignore: Gitignore,
    exclude: Gitignore,
    /// How many bytes they had.
    len: u64,
    /// What lies above belongs to another repository, or to none.
    is_top: bool,
}

impl Level {
    /// Reads the ignore files that are there, as far as there is room for them.
    fn of(folder: &Path, is_there: impl Fn(&OsStr) -> bool, room: u64) -> Self {
        let mut len = 0;
        let mut read = |name: &str, is_there: bool| {
            let room = room - len;
            let text = || text(&folder.join(name), room);
            let text = (is_there && room >= LEAST).then(text).flatten();
            let Some(text) = text else { return Gitignore::empty() };
            len += LEAST.max(text.len() as u64);
            rules(folder, &text)
        };
        let is_top = is_there(REPOSITORY.as_ref());
        Level {
            ignore: read(IGNORE, is_there(IGNORE.as_ref())),
            gitignore: read(GITIGNORE, is_there(GITIGNORE.as_ref())),
            exclude: read(EXCLUDE, is_top),
            is_top,
            len,
        }
    }
}

impl Ignored {
    /// What counts for a folder before its own files are read.
    pub(super) fn above(folder: &Path) -> Self {
        let base = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let is_there = |folder: &Path, name: &OsStr| folder.join(name).symlink_metadata().is_ok();
        let mut levels = Vec::new();
        let mut room = MOST;
        let mut inner = base.as_path();
        // A repository ends at its top.
        while let Some(outer) = inner.parent().filter(|_| !is_there(inner, REPOSITORY.as_ref())) {
            let level = Level::of(outer, |name| is_there(outer, name), room);
            room -= level.len;
            levels.push(level);
            inner = outer;
        }
        levels.reverse();
        let (global, _) = GitignoreBuilder::new(inner).build_global();
        Ignored { base, start: folder.to_path_buf(), levels, room, global }
    }

    /// The walk enters a folder in which these names are.
    pub(super) fn enter(&mut self, folder: &Path, is_there: impl Fn(&OsStr) -> bool) {
        let level = Level::of(&self.absolute(folder), is_there, self.room);
        self.room -= level.len;
        self.levels.push(level);
    }

    /// The walk leaves the folder it entered last.
    pub(super) fn leave(&mut self) {
        self.room += self.levels.pop().map_or(0, |level| level.len);
    }

    /// Whether what has this path, in the folder that is walked, is passed over.
    pub(super) fn passes_over(&self, path: &Path, is_dir: bool) -> bool {
        let verdict = if self.is_empty() { Match::None } else { self.verdict(path, is_dir) };
        match verdict {
            Match::Ignore(()) => true,
            Match::Whitelist(()) => false,
            Match::None => is_hidden(path),
        }
    }

    fn is_empty(&self) -> bool {
        let is_empty = |level: &Level| {
            level.ignore.is_empty() && level.gitignore.is_empty() && level.exclude.is_empty()
        };
        self.global.is_empty() && self.levels.iter().all(is_empty)
    }

    /// The nearest file that says something; those of ripgrep come before those of git.
    fn verdict(&self, path: &Path, is_dir: bool) -> Match<()> {
        let path = self.absolute(path);
        let repository = self.levels.iter().rposition(|level| level.is_top).unwrap_or(0);
        let all = self.levels.iter().rev();
        let inner = || self.levels[repository..].iter().rev();
        let rules = all
            .map(|level| &level.ignore)
            .chain(inner().map(|level| &level.gitignore))
            .chain(inner().map(|level| &level.exclude))
            .chain([&self.global]);
        let mut verdicts = rules.map(|rules| rules.matched(&path, is_dir).map(|_| ()));
        verdicts.find(|verdict| !verdict.is_none()).unwrap_or(Match::None)
    }

    /// The path from the root of the disk, under which ignore files know it.
    fn absolute(&self, path: &Path) -> PathBuf {
        self.base.join(path.strip_prefix(&self.start).unwrap_or(path))
    }
}

/// The text of an ignore file, if it is one and no longer than that.
fn text(path: &Path, longest: u64) -> Option<Vec<u8>> {
    let (file, len) = open::open_with_len(path).ok().filter(|(_, len)| *len <= longest)?;
    let mut bytes = Vec::new();
    // It may grow while it is read.
    file.take(len).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The rules of an ignore file. Lines that are no glob are passed over, as git does.
fn rules(folder: &Path, text: &[u8]) -> Gitignore {
    let text = String::from_utf8_lossy(text);
    let mut builder = GitignoreBuilder::new(folder);
    let lines = text.trim_start_matches('\u{feff}').lines();
    for line in lines.filter(|line| line.len() <= LONGEST_LINE) {
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::walk::json_files;

    /// A folder with these files; a name that ends in `/` is a folder.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a subfolder");
            if name.ends_with('/') {
                std::fs::create_dir_all(path).expect("a folder");
            } else {
                std::fs::write(path, text).expect("a file");
            }
        }
        folder
    }

    /// What a walk finds in a folder, as paths from there.
    fn found(folder: &Path) -> Vec<String> {
        let path = |path: Result<PathBuf, _>| {
            let path = path.expect("nothing is refused");
            path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/")
        };
        json_files(folder).map(path).collect()
    }

    #[test]
    fn the_nearest_word_counts() {
        let folder = folder(&[
            (".gitignore", "a.json\n/top.json\nsub/deep.json\n.seen.json\n"),
            (".ignore", "b.json\n!.seen.json\n"),
            ("a.json", ""),
            ("b.json", ""),
            ("c.json", ""),
            (".seen.json", ""),
            (".hidden.json", ""),
            ("top.json", ""),
            ("sub/.gitignore", "\u{feff}!a.json\nc.json\n"),
            ("sub/a.json", ""),
            ("sub/b.json", ""),
            ("sub/c.json", ""),
            ("sub/top.json", ""),
            ("sub/deep.json", ""),
        ]);
        assert_eq!(found(folder.path()), [".seen.json", "c.json", "sub/a.json", "sub/top.json"]);
        assert_eq!(found(&folder.path().join("sub")), ["a.json", "top.json"]);
    }

    #[test]
    fn what_lies_above_a_repository_does_not_count() {
        let folder = folder(&[
            (".gitignore", "*.json\n"),
            (".ignore", "*.json\n"),
            ("repository/.git/info/exclude", "out.json\n"),
            ("repository/.gitignore", "old.json\n"),
            ("repository/requests/a.json", ""),
            ("repository/requests/old.json", ""),
            ("repository/requests/out.json", ""),
            ("repository/inner/.git/", ""),
            ("repository/inner/old.json", ""),
        ]);
        let repository = folder.path().join("repository");
        assert_eq!(found(&repository), ["inner/old.json", "requests/a.json"]);
        assert_eq!(found(&repository.join("requests")), ["a.json"]);
        assert_eq!(found(folder.path()), [""; 0]);
    }

    /// Lines that are no glob, bytes that are no text, and a file that is no ignore file.
    #[test]
    fn what_is_no_rule_ignores_nothing() {
        let folder = folder(&[("[a.json", ""), ("sub/b.json", ""), ("sub/.gitignore/x", "")]);
        std::fs::write(folder.path().join(".gitignore"), b"{a\n[z-a]\n\xff\nb\n").expect("a file");
        assert_eq!(found(folder.path()), ["[a.json", "sub/b.json"]);
        // Brackets in brackets, each of which a compiler may call itself for.
        let deep = format!("{}*.json{}\n", "{".repeat(40_000), "}".repeat(40_000));
        std::fs::write(folder.path().join(".gitignore"), deep).expect("a file");
        assert_eq!(found(folder.path()), ["[a.json", "sub/b.json"]);
    }

    /// All that count at one time share the room; what is left behind gives it back.
    #[test]
    fn ignore_files_share_their_room() {
        let half = format!("a.json\n{}", "#\n".repeat(MOST as usize / 4 - 4));
        let folder = folder(&[
            (".gitignore", &half),
            ("one/.gitignore", &half.replace('a', "b")),
            ("one/b.json", ""),
            ("one/two/.ignore", "c.json\n################"),
            ("one/two/c.json", ""),
            ("three/.ignore", "c.json\n################"),
            ("three/a.json", ""),
            ("three/b.json", ""),
            ("three/c.json", ""),
        ]);
        assert_eq!(found(folder.path()), ["one/two/c.json", "three/b.json"]);
    }

    /// A pipe is not waited for, and a device that never ends is not read: without that, this test
    /// does not end.
    #[cfg(unix)]
    #[test]
    fn hostile_ignore_files_are_not_read() {
        for target in ["/dev/zero", "/dev/tty", "/proc/self/mem", ".ignore"] {
            let folder = folder(&[("a.json", ""), ("sub/b.json", "")]);
            for place in ["", "sub"] {
                for name in [IGNORE, GITIGNORE] {
                    let name = folder.path().join(place).join(name);
                    std::os::unix::fs::symlink(target, name).expect("a link");
                }
            }
            assert_eq!(found(folder.path()), ["a.json", "sub/b.json"], "{target}");
            assert_eq!(found(&folder.path().join("sub")), ["b.json"], "{target}");
        }
        let folder = folder(&[("a.json", ""), (".git/info/", "")]);
        for name in [IGNORE, GITIGNORE, EXCLUDE] {
            let made = std::process::Command::new("mkfifo").arg(folder.path().join(name)).status();
            if !made.is_ok_and(|status| status.success()) {
                println!("skipped: no mkfifo");
                return;
            }
        }
        assert_eq!(found(folder.path()), ["a.json"]);
    }

    /// What a `.git` that is a file leads to is not read.
    #[test]
    fn a_git_file_is_not_followed() {
        let folder = folder(&[
            ("elsewhere/info/exclude", "*.json\n"),
            ("requests/.git", "gitdir: ../elsewhere\n"),
            ("requests/a.json", ""),
        ]);
        assert_eq!(found(&folder.path().join("requests")), ["a.json"]);
    }
}
