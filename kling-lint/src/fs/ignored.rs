//! What a walk passes over: hidden files, and what ignore files name.

use std::ffi::OsStr;
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
            let text = || open::read_short(&folder.join(name), room).ok().flatten();
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
mod tests;
