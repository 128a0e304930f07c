//! What is read: files, folders, standard input, and lines of each.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Check, STDIN, STDIN_NAME};
use crate::cli::findings::spool;
use crate::error::LintError;
use crate::fs::open::{self, Look};
use crate::fs::walk;
use crate::lines::{Chunk, Chunks};
use crate::load::Loaded;
use crate::{Linter, OpenFile};

/// Lines that come in fewer bytes come one by one, even if a part of the next is there.
const TRICKLE: usize = 4 << 10;
/// A file of so few bytes is read and judged faster than a thread wakes up.
const SHORT: u64 = 16 << 10;

/// What is judged at once.
#[derive(Debug)]
pub(super) enum Unit {
    /// A file that is not read yet, and what was seen of it. What is no request in it may be passed
    /// over.
    File { path: PathBuf, look: Option<Look>, skips: bool },
    /// A request that was read, of this name.
    Read { name: PathBuf, loaded: Loaded<'static>, skips: bool },
    /// Standard input that is to be repaired.
    Text { name: PathBuf, text: OpenFile, skips: bool },
    /// A file of lines begins.
    Begin(Arc<Lines>),
    /// Some lines of it.
    Chunk(Arc<Lines>, Chunk),
    /// That was all of it.
    End(Arc<Lines>),
    /// What could not be read.
    Unreadable { path: PathBuf, error: LintError },
}

/// A file of lines.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) path: PathBuf,
    /// What was seen of it, if it is a file on the disk.
    pub(super) look: Option<Look>,
    /// Whether lines that are no request may be passed over.
    pub(super) skips: bool,
    /// Its length, if it is known.
    pub(super) len: Option<u64>,
    /// Whether what follows of it is not wanted any more. Who has read ahead need not judge that.
    pub(super) given_up: AtomicBool,
}

/// What the command line names, one unit after another.
pub(super) struct Inputs<'r> {
    options: &'r Check,
    linter: Linter,
    paths: std::slice::Iter<'r, PathBuf>,
    stdin: Option<&'r mut dyn Read>,
    walk: Option<Walk<'r>>,
    lines: Option<(Arc<Lines>, Source<'r>)>,
}

type Walk<'r> = (&'r Path, Box<dyn Iterator<Item = Result<PathBuf, LintError>>>);

/// A file of lines that is being read.
enum Source<'r> {
    File(Chunks<File>),
    Stdin(Chunks<&'r mut dyn Read>),
}

impl<'r> Inputs<'r> {
    pub(super) fn new(options: &'r Check, linter: Linter, stdin: &'r mut dyn Read) -> Self {
        let paths = options.paths.iter();
        Inputs { options, linter, paths, stdin: Some(stdin), walk: None, lines: None }
    }

    /// Takes back what a chunk was read into.
    pub(super) fn recycle(&mut self, chunk: Chunk) {
        match &mut self.lines {
            Some((_, Source::File(chunks))) => chunks.recycle(chunk),
            Some((_, Source::Stdin(chunks))) => chunks.recycle(chunk),
            None => {}
        }
    }

    /// Reads no more of the lines that are open.
    pub(super) fn give_up(&mut self) {
        match &mut self.lines {
            Some((_, Source::File(chunks))) => chunks.give_up(),
            Some((_, Source::Stdin(chunks))) => chunks.give_up(),
            None => {}
        }
    }

    /// Whether more may come only when this unit, the last one, is answered, or repaired.
    pub(super) fn is_urgent(&self, unit: &Unit) -> bool {
        match (unit, &self.lines) {
            (Unit::File { .. } | Unit::Text { .. }, _) => self.options.fixes.repairs(),
            (Unit::Chunk(_, chunk), Some((_, Source::Stdin(chunks)))) => {
                chunks.is_drained() || chunk.text().len() < TRICKLE
            }
            _ => false,
        }
    }

    /// How long the text is, if it is short, and judged at once.
    pub(super) fn small(&self, unit: &Unit) -> Option<u64> {
        match unit {
            // To decode an image of a short request takes long.
            _ if self.options.decode => None,
            Unit::File { look: Some(look), .. } => Some(look.len()).filter(|len| *len <= SHORT),
            _ => None,
        }
    }

    /// Whether it is judged in less time than the reading can rest.
    pub(super) fn is_light(&self, unit: &Unit) -> bool {
        match unit {
            Unit::Begin(_) | Unit::End(_) | Unit::Unreadable { .. } => true,
            Unit::Chunk(_, chunk) => !self.options.decode && chunk.long().is_none(),
            Unit::File { .. } | Unit::Read { .. } | Unit::Text { .. } => self.small(unit).is_some(),
        }
    }

    /// The next lines of the file that is open.
    fn chunk(&mut self) -> Option<Unit> {
        let (lines, source) = self.lines.as_mut()?;
        let lines = Arc::clone(lines);
        let next = match source {
            Source::File(chunks) => chunks.next(),
            Source::Stdin(chunks) => chunks.next(),
        };
        match next {
            Ok(Some(chunk)) => Some(Unit::Chunk(lines, chunk)),
            Ok(None) => {
                self.lines = None;
                Some(Unit::End(lines))
            }
            // The chunks end after it.
            Err(source) => {
                let path = lines.path.clone();
                Some(Unit::Unreadable { error: LintError::io(&path, source), path })
            }
        }
    }

    fn file(&mut self, path: PathBuf, look: Option<Look>, skips: bool, is_named: bool) -> Unit {
        if !(self.options.jsonl && is_named || walk::holds_lines(&path)) {
            return Unit::File { path, look, skips };
        }
        let looked = match look {
            Some(look) => Ok(look),
            None => Look::at(&path),
        };
        match looked.and_then(|look| Ok((open::open_seen(&path, &look)?, look))) {
            Ok(((file, len), look)) => {
                let chunks = Chunks::new(file, self.options.decode);
                let (look, len, given_up) = (Some(look), Some(len), AtomicBool::default());
                let lines = Lines { path, look, skips, len, given_up };
                self.begin(lines, Source::File(chunks))
            }
            Err(error) => Unit::Unreadable { path, error },
        }
    }

    fn begin(&mut self, lines: Lines, source: Source<'r>) -> Unit {
        let lines = Arc::new(lines);
        self.lines = Some((Arc::clone(&lines), source));
        Unit::Begin(lines)
    }

    fn stdin(&mut self, stdin: &'r mut dyn Read) -> Unit {
        let name = self.options.stdin_filename.as_deref().unwrap_or(Path::new(STDIN_NAME));
        let (path, skips) = (name.to_path_buf(), self.options.skip_unknown);
        if self.options.jsonl || walk::holds_lines(name) {
            let chunks = Chunks::new(stdin, self.options.decode);
            let (look, len, given_up) = (None, None, AtomicBool::default());
            let lines = Lines { path, look, skips, len, given_up };
            return self.begin(lines, Source::Stdin(chunks));
        }
        if self.options.fixes.repairs() {
            return match spool(stdin) {
                Ok(text) => Unit::Text { name: path, text, skips },
                Err(source) => Unit::Unreadable { error: LintError::io(&path, source), path },
            };
        }
        match self.linter.load(stdin) {
            Ok(loaded) => Unit::Read { name: path, loaded, skips },
            Err(source) => Unit::Unreadable { error: LintError::io(&path, source), path },
        }
    }
}

impl Iterator for Inputs<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        loop {
            if let Some(unit) = self.chunk() {
                return Some(unit);
            }
            if let Some((folder, walk)) = &mut self.walk {
                let folder = *folder;
                match walk.next() {
                    Some(Ok(path)) => {
                        let look = Look::at(&path).ok();
                        return Some(self.file(path, look, true, false));
                    }
                    Some(Err(error)) => {
                        return Some(Unit::Unreadable { path: folder.to_path_buf(), error });
                    }
                    None => self.walk = None,
                }
            }
            let path = self.paths.next()?;
            if path.as_os_str() == STDIN {
                if let Some(stdin) = self.stdin.take() {
                    return Some(self.stdin(stdin));
                }
            } else {
                // Why there is nothing to see is told when the file's turn comes.
                match Look::at(path).ok() {
                    Some(look) if look.is_dir() => {
                        self.walk = Some((path, Box::new(walk::json_files(path))));
                    }
                    look => {
                        let skips = self.options.skip_unknown;
                        return Some(self.file(path.clone(), look, skips, true));
                    }
                }
            }
        }
    }
}
