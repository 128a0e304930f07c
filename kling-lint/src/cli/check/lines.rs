//! Files of lines, told request by request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kling_schema::rules::document::NOT_AN_OBJECT;

use super::inputs::Lines;
use super::order::{Order, Part, Parts, Then, is_foreign};
use super::seen::Outcome;
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
    /// How many lines in a row were told that are no request.
    foreign: usize,
    /// Lines passed over, and the first of them.
    skipped: usize,
    first: Vec<String>,
}

impl Order {
    /// A file of lines begins.
    pub(super) fn begin(
        &mut self,
        lines: &Lines,
        id: Option<FileId>,
        repairs: bool,
        parts: &mut Parts,
    ) {
        let muted = !self.is_told(&lines.path, id.as_ref(), lines.skips, parts);
        if !muted && repairs {
            parts.push(Part::NotRepaired(lines.path.clone()));
        }
        self.tally = Tally { id, muted, ..Tally::default() };
        self.totals.in_lines = true;
    }

    /// Some lines of it.
    pub(super) fn chunk(
        &mut self,
        lines: &Arc<Lines>,
        chunk: LintedChunk,
        parts: &mut Parts,
    ) -> Then {
        if self.tally.muted || lines.given_up.load(Ordering::Relaxed) {
            return Then::GoOn;
        }
        let mut reports = std::mem::take(&mut self.reports);
        let mut each = |line, report| reports.push((line, report));
        let name = Some(lines.path.as_path());
        let chunk = self.session.settle_chunk(chunk, name, &mut self.tally.lines, &mut each);
        for (line, report) in reports.drain(..) {
            self.line(lines, line, report, parts);
            if self.tally.foreign == MOST_FOREIGN {
                return self.give_up(lines, line, parts);
            }
        }
        self.reports = reports;
        Then::Lines { lines: Arc::clone(lines), told: self.tally.lines, chunk }
    }

    fn line(&mut self, lines: &Lines, line: u64, report: Report, parts: &mut Parts) {
        // A broken line between requests is one of them.
        let broken = || report.findings().iter().any(|it| it.rule.id.starts_with("KL00"));
        if lines.skips && is_foreign(&report) && !(self.tally.told > 0 && broken()) {
            self.tally.skipped += 1;
            if self.tally.first.len() < NAMED {
                self.tally.first.push(line.to_string());
            }
            return;
        }
        self.tally.told += 1;
        let foreign = is_foreign(&report)
            || report.findings().iter().any(|it| it.rule == &NOT_AN_OBJECT)
            || broken();
        self.tally.foreign = if foreign { self.tally.foreign + 1 } else { 0 };
        self.request(&lines.path, Some(line), report, parts);
    }

    /// What follows is not read.
    fn give_up(&mut self, lines: &Lines, line: u64, parts: &mut Parts) -> Then {
        lines.given_up.store(true, Ordering::Relaxed);
        let foreign = count(MOST_FOREIGN, "line");
        parts.push(Part::Say(format!(
            "{}:{line}: {foreign} in a row are no request: the rest was not read",
            shown(&lines.path)
        )));
        Then::GiveUp
    }

    /// That was all of it.
    pub(super) fn end(&mut self, lines: &Lines, parts: &mut Parts) {
        let tally = std::mem::take(&mut self.tally);
        if tally.muted {
            return;
        }
        if tally.told > 0 {
            self.totals.skipped_lines += tally.skipped;
            if tally.skipped > 0 {
                let more = if tally.skipped > tally.first.len() { ", …" } else { "" };
                let (lines_, verb) = (count(tally.skipped, "line"), verb(tally.skipped));
                let first = tally.first.join(", ");
                let text = format!("{lines_} {verb} no Kling request, passed over: {first}{more}");
                self.explain(&lines.path, &text, parts);
            }
            self.remember(&lines.path, tally.id, Outcome::Told);
            return;
        }
        self.totals.skipped += 1;
        if tally.skipped > 0 {
            self.explain(&lines.path, "no line is a Kling request, passed over", parts);
        } else if lines.skips {
            self.explain(&lines.path, "every line is blank, passed over", parts);
        } else {
            parts.push(Part::Say(format!("{}: every line is blank", shown(&lines.path))));
        }
        self.remember(&lines.path, tally.id, Outcome::PassedOver);
    }
}

fn verb(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}
