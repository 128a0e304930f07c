//! What spans several requests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};

use foldhash::quality::FixedState;

use crate::check::Unique;
use crate::lines::{Chunks, LintedChunk};
use crate::linter::Linter;
use crate::load::Loaded;
use crate::place::Places;
use crate::printable;
use crate::verdict::Report;

/// Checks requests one after another and remembers what must differ between them: of each id a few
/// bytes.
#[derive(Debug)]
pub struct Session {
    linter: Linter,
    ids: Ids,
}

impl Session {
    pub(crate) fn new(linter: Linter) -> Self {
        Session { linter, ids: Ids::default() }
    }

    /// Checks a request from memory; the name, if any, may tell its endpoint.
    pub fn lint_bytes(&mut self, json: &[u8], name: Option<&Path>) -> Report {
        self.lint_loaded(&Loaded::from_bytes(json), name)
    }

    /// Checks a request read from a stream, in flat memory.
    ///
    /// # Errors
    /// The stream's own.
    pub fn lint_reader(
        &mut self,
        reader: impl io::Read,
        name: Option<&Path>,
    ) -> io::Result<Report> {
        let loaded = self.linter.load(reader)?;
        Ok(self.lint_loaded(&loaded, name))
    }

    /// Checks a request in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&mut self, path: impl AsRef<Path>) -> Result<Report, crate::LintError> {
        let path = path.as_ref();
        let linter = self.linter.reading_files();
        let loaded = linter.load_path(path)?;
        let linted = linter.lint_apart(&loaded, Some(path));
        Ok(self.settle(&loaded, linted, Some(path)))
    }

    /// Checks a stream that holds one request a line (JSON Lines, NDJSON), in flat memory: neither its
    /// length nor that of a line counts. Each report comes with the number of its line, from 1; its
    /// places are those of the whole stream, its pointers those of the request. Blank lines are passed
    /// over. A line that is no JSON is a finding on that line.
    ///
    /// ```
    /// use kling_lint::Linter;
    ///
    /// let lines = "{\"image\": \"https://cdn.acme.io/cat.jpg\"}\n\n{\"image\": 7}\n";
    /// let mut wrong = Vec::new();
    /// Linter::new().session().lint_jsonl(lines.as_bytes(), None, |line, report| {
    ///     if !report.is_acceptable() {
    ///         wrong.push(line);
    ///     }
    /// })?;
    /// assert_eq!(wrong, [3]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// The stream's own; the lines before are reported by then.
    pub fn lint_jsonl(
        &mut self,
        reader: impl io::Read,
        name: Option<&Path>,
        mut each: impl FnMut(u64, Report),
    ) -> io::Result<()> {
        let mut chunks = Chunks::new(reader, self.linter.decodes());
        let mut lines = 0;
        while let Some(chunk) = chunks.next()? {
            let linted = self.linter.lint_chunk(chunk, name);
            chunks.recycle(self.settle_chunk(linted, name, &mut lines, &mut each));
        }
        Ok(())
    }

    fn lint_loaded(&mut self, loaded: &Loaded<'_>, name: Option<&Path>) -> Report {
        let linted = self.linter.lint_apart(loaded, name);
        self.settle(loaded, linted, name)
    }

    /// Compares a request with those before it.
    pub(crate) fn settle(
        &mut self,
        loaded: &Loaded<'_>,
        linted: Linted,
        name: Option<&Path>,
    ) -> Report {
        let Linted { mut report, unique } = linted;
        self.ids.requests += 1;
        let lines = if report.is_list() { lines_of(loaded, &unique) } else { Vec::new() };
        let mut lines = lines.into_iter();
        self.compare(loaded, &mut report, unique, name, &mut || lines.next());
        report
    }

    /// Compares the requests of a part of a file with those before them, and hands them on with their
    /// places in the file, of which so many lines were read. What comes back is the text.
    pub(crate) fn settle_chunk(
        &mut self,
        chunk: LintedChunk,
        name: Option<&Path>,
        lines: &mut u64,
        each: &mut dyn FnMut(u64, Report),
    ) -> crate::lines::Chunk {
        chunk.settle(
            lines,
            |loaded, linted, line| {
                let Linted { mut report, unique } = linted;
                self.ids.requests += 1;
                self.compare(loaded, &mut report, unique, name, &mut || Some(line));
                report
            },
            each,
        )
    }

    fn compare(
        &mut self,
        loaded: &Loaded<'_>,
        report: &mut Report,
        unique: Vec<Unique>,
        name: Option<&Path>,
        line: &mut dyn FnMut() -> Option<u64>,
    ) {
        let mut drafts = Vec::new();
        for unique in unique {
            if let Some(first) = self.ids.first(unique.hash, name, line()) {
                drafts.push(unique.into_draft(first));
            }
        }
        if !drafts.is_empty() {
            report.admit(self.linter.late(loaded, drafts));
        }
    }
}

/// The lines on which the values stand.
fn lines_of(loaded: &Loaded<'_>, unique: &[Unique]) -> Vec<u64> {
    let spans: Vec<_> = unique.iter().map(|unique| unique.span.clone()).collect();
    Places::new(loaded).resolve(&spans).into_iter().map(|placed| placed.start.line).collect()
}

/// A report, and what is left to compare with other requests.
#[derive(Debug)]
pub(crate) struct Linted {
    pub(crate) report: Report,
    pub(crate) unique: Vec<Unique>,
}

/// Ids met so far, and where. A million requests may carry one each: only a hash of it is kept, and a
/// place in 8 bytes.
#[derive(Debug, Default)]
struct Ids {
    seen: HashMap<u64, Place, FixedState>,
    names: Vec<PathBuf>,
    requests: u64,
}

/// Where an id was met first.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The place of the name; past the end there is none.
    name: u32,
    /// The line, if several requests stand in a file, or the number of the request; 0 is none.
    number: u32,
}

impl Ids {
    /// Where the value of this hash was met first, in words, unless this is where.
    fn first(&mut self, hash: u64, name: Option<&Path>, line: Option<u64>) -> Option<String> {
        let number = match name {
            Some(_) => line.unwrap_or(0),
            None => line.unwrap_or(self.requests),
        };
        let number = u32::try_from(number).unwrap_or(0);
        let named = name.map_or(u32::MAX, |name| self.name(name));
        match self.seen.entry(hash) {
            Entry::Occupied(first) => {
                let Place { name, number } = *first.get();
                Some(match self.names.get(name as usize) {
                    Some(name) => {
                        let shown = printable::escape(&name.to_string_lossy());
                        if number > 0 { format!("{shown}:{number}") } else { shown }
                    }
                    None if line.is_some() => format!("line {number}"),
                    None => format!("request {number}"),
                })
            }
            Entry::Vacant(free) => {
                free.insert(Place { name: named, number });
                None
            }
        }
    }

    /// The place of the name among those kept. The requests of a file come one after another.
    fn name(&mut self, name: &Path) -> u32 {
        if self.names.last().is_none_or(|last| last != name) {
            self.names.push(name.to_path_buf());
        }
        u32::try_from(self.names.len() - 1).unwrap_or(u32::MAX)
    }
}
