//! What spans several requests.

mod ids;

use std::io;
use std::path::Path;

use kling_schema::rules::across::REUSED_ID;

use crate::check::{Unique, Uniques};
use crate::lines::{Chunks, LintedChunk};
use crate::linter::{Linter, Scratch};
use crate::load::Loaded;
use crate::place::Places;
#[cfg(feature = "cli")]
use crate::unlisted::Unlisted;
use crate::verdict::{KEPT, Report};
use ids::Ids;
#[cfg(feature = "cli")]
pub(crate) use ids::REMEMBERED;

/// Checks requests one after another and remembers what must differ between them: eight bytes of each
/// id, up to about a million of them. Later ones are compared with those: see
/// [`Session::forgets_ids`].
#[derive(Debug)]
pub struct Session {
    linter: Linter,
    scratch: Scratch,
    ids: Ids,
}

impl Session {
    pub(crate) fn new(linter: Linter) -> Self {
        Session { linter, scratch: Scratch::default(), ids: Ids::default() }
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
        let linted = linter.lint_next(&loaded, Some(path), &mut self.scratch);
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
            let mut left = Some(chunk);
            while let Some(chunk) = left {
                let (linted, rest) = self.linter.lint_chunk(chunk, name, &mut self.scratch);
                chunks.recycle(self.settle_chunk(linted, name, &mut lines, &mut each));
                left = rest;
            }
        }
        Ok(())
    }

    /// From here on this is not listed.
    #[cfg(feature = "cli")]
    pub(crate) fn leave_out(&mut self, unlisted: &Unlisted) {
        self.scratch.leave_out(unlisted);
    }

    /// Whether there were more ids than are remembered, so that two late ones may be the same and
    /// nobody said so.
    pub fn forgets_ids(&self) -> bool {
        self.ids.is_full()
    }

    fn lint_loaded(&mut self, loaded: &Loaded<'_>, name: Option<&Path>) -> Report {
        let linted = self.linter.lint_next(loaded, name, &mut self.scratch);
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
        unique: Uniques,
        name: Option<&Path>,
        line: &mut dyn FnMut() -> Option<u64>,
    ) {
        if unique.is_empty() {
            return;
        }
        let unlisted = &self.scratch.unlisted;
        let may_count = !unlisted.is_nothing()
            && !report.is_list()
            && self.linter.keeps(report.findings.len() + unique.len(), report.hidden());
        let mut drafts = Vec::new();
        for unique in unique {
            let Some(first) = self.ids.first(unique.hash, name, line()) else { continue };
            let severity = self.linter.severity_of(unique.severity()).filter(|_| may_count);
            if let Some(severity) = severity.filter(|it| unlisted.has(&REUSED_ID, *it)) {
                report.unlisted.add(&REUSED_ID, severity, 1);
                continue;
            }
            let draft = unique.into_draft(loaded, self.ids.shown(first));
            // They come in order, and the first ones are kept.
            if drafts.len() < KEPT {
                drafts.push(draft);
            } else {
                report.hide(self.linter.severity(&draft));
            }
        }
        if !drafts.is_empty() {
            report.admit(self.linter.late(loaded, drafts));
        }
    }
}

/// The lines on which the values stand.
fn lines_of(loaded: &Loaded<'_>, unique: &[Unique]) -> Vec<u64> {
    Places::new(loaded).lines(unique.iter().map(|unique| unique.span.start))
}

/// A report, and what is left to compare with other requests.
#[derive(Debug)]
pub(crate) struct Linted {
    pub(crate) report: Report,
    pub(crate) unique: Uniques,
}

impl Linted {
    /// Whether another says the same, as far as can be compared.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let said = |linted: &Self| format!("{:?}", linted.report);
        let unique = |linted: &Self| -> Vec<_> {
            linted.unique.iter().map(|unique| (unique.hash, unique.span.clone())).collect()
        };
        said(self) == said(other) && unique(self) == unique(other)
    }
}
