//! Files of lines, told request by request.

use std::io::{self, Write};

use kling_schema::rules::document::NOT_AN_OBJECT;

use super::inputs::Lines;
use super::{Outcome, Run, is_foreign};
use crate::Report;
use crate::fs::open::FileId;
use crate::lines::LintedChunk;
use crate::report::{count, shown};

/// Numbers of lines that are named at most.
const NAMED: usize = 5;

/// So many lines in a row that are no request end the reading: what follows is no request either, and
/// a finding a line would be no help.
const MOST_FOREIGN: usize = 1_000;

/// What became of a file of lines so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    id: Option<FileId>,
    /// It was told before.
    muted: bool,
    lines: u64,
    told: usize,
    /// How many lines in a row were told that are no request, and whether they were too many.
    foreign: usize,
    stopped: bool,
    /// Lines passed over, and the first of them.
    skipped: usize,
    first: Vec<String>,
}

impl<W: Write> Run<'_, W> {
    /// A file of lines begins.
    pub(super) fn begin(&mut self, lines: &Lines, id: Option<FileId>) -> io::Result<()> {
        let muted = !self.is_new(&lines.path, id.as_ref(), lines.skips)
            || self.excludes(&lines.path, lines.skips)?;
        if !muted && self.repair.is_some() {
            self.turn_to_err()?;
        }
        if let Some(repair) = self.repair.as_mut().filter(|_| !muted) {
            repair.spare_lines(&lines.path, self.err);
        }
        self.tally = Tally { id, muted, ..Tally::default() };
        self.totals.in_lines = true;
        Ok(())
    }

    /// Some lines of it.
    pub(super) fn chunk(&mut self, lines: &Lines, chunk: LintedChunk) -> io::Result<()> {
        if self.tally.muted || self.tally.stopped {
            return Ok(());
        }
        let mut reports = Vec::new();
        let mut each = |line, report| reports.push((line, report));
        let name = Some(lines.path.as_path());
        let chunk = self.session.settle_chunk(chunk, name, &mut self.tally.lines, &mut each);
        let bytes = chunk.offset();
        self.inputs.recycle(chunk);
        for (line, report) in reports {
            self.line(lines, line, report)?;
            if self.tally.foreign == MOST_FOREIGN {
                return self.give_up(lines, line);
            }
        }
        self.progress.lines(&lines.path, self.tally.lines, bytes, lines.len);
        match lines.look {
            // Whoever writes them may wait for the answer.
            None => self.out.flush(),
            Some(_) => Ok(()),
        }
    }

    fn line(&mut self, lines: &Lines, line: u64, mut report: Report) -> io::Result<()> {
        // A broken line between requests is one of them.
        let broken = || report.findings().iter().any(|it| it.rule.id.starts_with("KL00"));
        if lines.skips && is_foreign(&report) && !(self.tally.told > 0 && broken()) {
            self.tally.skipped += 1;
            if self.tally.first.len() < NAMED {
                self.tally.first.push(line.to_string());
            }
            return Ok(());
        }
        self.tally.told += 1;
        let foreign = is_foreign(&report)
            || report.findings().iter().any(|it| it.rule == &NOT_AN_OBJECT)
            || broken();
        self.tally.foreign = if foreign { self.tally.foreign + 1 } else { 0 };
        self.tell(&lines.path, Some(line), &mut report)
    }

    /// What follows is not read.
    fn give_up(&mut self, lines: &Lines, line: u64) -> io::Result<()> {
        self.tally.stopped = true;
        self.inputs.give_up();
        let foreign = count(MOST_FOREIGN, "line");
        self.say(&format!(
            "{}:{line}: {foreign} in a row are no request: the rest was not read",
            shown(&lines.path)
        ))
    }

    /// That was all of it.
    pub(super) fn end(&mut self, lines: &Lines) -> io::Result<()> {
        self.progress.file();
        let tally = std::mem::take(&mut self.tally);
        if tally.muted {
            return Ok(());
        }
        if tally.told > 0 {
            self.totals.skipped_lines += tally.skipped;
            if tally.skipped > 0 {
                let more = if tally.skipped > tally.first.len() { ", …" } else { "" };
                let (lines_, verb) = (count(tally.skipped, "line"), verb(tally.skipped));
                let first = tally.first.join(", ");
                let text = format!("{lines_} {verb} no Kling request, passed over: {first}{more}");
                self.explain(&lines.path, &text)?;
            }
            self.remember(&lines.path, tally.id, Outcome::Told);
            return Ok(());
        }
        self.totals.skipped += 1;
        if tally.skipped > 0 {
            self.explain(&lines.path, "no line is a Kling request, passed over")?;
        } else if lines.skips {
            self.explain(&lines.path, "every line is blank, passed over")?;
        } else {
            self.say(&format!("{}: every line is blank", shown(&lines.path)))?;
        }
        self.remember(&lines.path, tally.id, Outcome::PassedOver);
        Ok(())
    }
}

fn verb(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
