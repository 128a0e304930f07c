//! A stream that holds one request a line, in parts that can be checked apart.
//!
//! The stream is cut into chunks of whole lines, which any thread may check; what needs the order,
//! lines counted from the top and ids met before, is settled afterwards. A chunk with many findings is
//! checked in parts, so that memory does not depend on what is found. A line longer than a chunk goes
//! through the loader, which drops the middle of its long strings.

mod buffer;
mod chunks;

use crate::load::Loaded;
use crate::session::Linted;
use crate::verdict::Report;

pub(crate) use chunks::{Chunk, Chunks};

/// Findings and lines that are held at once, as each takes memory of its own; the last line may bring
/// more.
pub(crate) const HELD: usize = 1_000;
/// Bytes of a usual line.
const USUAL: usize = 512;

/// A chunk whose requests were checked.
#[derive(Debug)]
pub(crate) struct LintedChunk {
    chunk: Chunk,
    lines: Vec<Line>,
    /// Line ends in the chunk, as editors count them.
    ends: u64,
}

/// A line that is not blank.
#[derive(Debug)]
struct Line {
    /// Line ends before it in the chunk.
    before: u64,
    /// Where it stands in the chunk.
    start: usize,
    end: usize,
    linted: Linted,
}

impl LintedChunk {
    /// Checks each line, until enough is held; then what is left of the chunk comes back too.
    pub(crate) fn of(
        mut chunk: Chunk,
        mut lint: impl FnMut(&Loaded<'_>) -> Linted,
    ) -> (Self, Option<Chunk>) {
        let mut lines = std::mem::take(&mut chunk.found);
        // Of requests as they are usually written; shorter lines ask for more room.
        lines.reserve(chunk.text().len() / USUAL);
        if let Some(long) = chunk.long() {
            let ends = long.ends;
            if !long.is_blank {
                lines.push(Line { before: 0, start: 0, end: 0, linted: lint(&long.loaded) });
            }
            return (LintedChunk { chunk, lines, ends }, None);
        }
        let text = chunk.text();
        let returns = memchr::memchr(b'\r', text).is_some();
        let (mut start, mut ends, mut held) = (0, 0, 0);
        while start < text.len() && held < HELD {
            if text[start] == b'\n' {
                ends += 1;
                start += 1;
                continue;
            }
            let stop = memchr::memchr(b'\n', &text[start..]).map(|at| start + at);
            let whole = &text[start..stop.unwrap_or(text.len())];
            let line = match stop {
                Some(_) => whole.strip_suffix(b"\r").unwrap_or(whole),
                None => whole,
            };
            if !is_blank(line) {
                let linted = lint(&Loaded::from_bytes(line));
                held += 1 + linted.report.findings.len() + linted.report.files.len();
                lines.push(Line { before: ends, start, end: start + line.len(), linted });
            }
            if returns {
                ends += memchr::memchr_iter(b'\r', line).count() as u64;
            }
            ends += u64::from(stop.is_some());
            start += whole.len() + 1;
        }
        let rest = if start < text.len() { chunk.split_off(start) } else { None };
        (LintedChunk { chunk, lines, ends }, rest)
    }

    /// No line is checked.
    #[cfg(feature = "cli")]
    pub(crate) fn unread(chunk: Chunk) -> Self {
        LintedChunk { chunk, lines: Vec::new(), ends: 0 }
    }

    /// How many lines and findings are held in it.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn held(&self) -> usize {
        self.lines.iter().map(|line| 1 + line.linted.report.findings.len()).sum()
    }

    /// Settles what needs the order, given the lines read so far, and hands the reports on with their
    /// places in the whole stream. What comes back is the text.
    pub(crate) fn settle(
        self,
        lines: &mut u64,
        mut settle: impl FnMut(&Loaded<'_>, Linted, u64) -> Report,
        each: &mut dyn FnMut(u64, Report),
    ) -> Chunk {
        let LintedChunk { mut chunk, lines: mut all, ends } = self;
        for Line { before, start, end, linted } in all.drain(..) {
            let above = *lines + before;
            let number = above + 1;
            let mut report = match chunk.long() {
                Some(long) => settle(&long.loaded, linted, number),
                None => {
                    let text = chunk.text().get(start..end).unwrap_or_default();
                    settle(&Loaded::from_bytes(text), linted, number)
                }
            };
            report.shift(above, chunk.offset() + start as u64);
            each(number, report);
        }
        *lines += ends;
        chunk.found = all;
        chunk
    }
}

/// Whether there is nothing but white space.
fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

#[cfg(test)]
mod tests;
