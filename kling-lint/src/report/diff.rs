//! What fixes would change, as a unified diff. It is made from the edits, which are known: nothing is
//! compared. Long lines are cut around the edits, and what could command a terminal is escaped; where
//! neither is, `patch` takes the diff.

mod block;

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::ops::Range;

use anstyle::{AnsiColor, Style};

use block::Block;

use crate::fix::pieces::Change;
use crate::printable;

const HEAD: Style = Style::new().bold();
const PLACE: Style = AnsiColor::Cyan.on_default();
const GONE: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();

/// Lines shown before and after a change.
const CONTEXT: usize = 3;
/// Lines up to this many bytes are shown whole: the longest prompt in most scripts.
const WHOLE: u64 = 8 << 10;
/// Bytes shown of a longer one on either side of an edit.
const AROUND: u64 = 60;

/// A line of the file.
#[derive(Clone, Debug)]
struct Line {
    /// From 0.
    number: u64,
    start: u64,
    /// Where its `\n` is, or would be.
    end: u64,
    /// Whether it has one.
    ends: bool,
    touched: bool,
}

/// A part of a line.
#[derive(Clone, Copy, Debug)]
enum Part<'c> {
    Kept(u64, u64),
    Gone(u64, u64),
    New(&'c str),
}

/// Writes the diff of a file under this name, which is safe to print.
pub(crate) fn unified(
    out: &mut dyn Write,
    name: &str,
    file: &mut (impl Read + Seek),
    changes: &[Change],
) -> io::Result<()> {
    let lines = lines(file, changes)?;
    writeln!(out, "{HEAD}--- {name}{HEAD:#}\n{HEAD}+++ {name}{HEAD:#}")?;
    let mut changes = changes;
    let mut file = Block::new(file);
    let mut shift = 0;
    for hunk in lines.chunk_by(|one, other| one.number + 1 == other.number) {
        let mut body = Body { file: &mut file, old: 0, new: 0, out: Vec::new() };
        for run in hunk.chunk_by(|one, other| one.touched == other.touched) {
            if run.first().is_some_and(|line| line.touched) {
                changes = body.changed(run, changes)?;
            } else {
                run.iter().try_for_each(|line| body.context(line))?;
            }
        }
        let Body { old, new, out: body, .. } = body;
        // A range without lines is named by the line before it.
        let from = |count: u64, at: u64| if count == 0 { at } else { at + 1 };
        let number = hunk.first().map_or(0, |line| line.number);
        let there = number.saturating_add_signed(shift);
        let (from_old, from_new) = (from(old, number), from(new, there));
        writeln!(out, "{PLACE}@@ -{from_old},{old} +{from_new},{new} @@{PLACE:#}")?;
        out.write_all(&body)?;
        shift += i64::try_from(new).unwrap_or(0) - i64::try_from(old).unwrap_or(0);
    }
    Ok(())
}

/// The lines that change, and those around them.
fn lines(file: &mut (impl Read + Seek), changes: &[Change]) -> io::Result<Vec<Line>> {
    file.rewind()?;
    let mut reader = BufReader::with_capacity(64 << 10, file);
    let mut changes = changes.iter().peekable();
    let mut lines = Vec::new();
    let mut before: VecDeque<Line> = VecDeque::new();
    let mut after = 0;
    // Where a change goes on to, and whether it takes whole lines.
    let mut open: Option<(u64, bool)> = None;
    let (mut start, mut number) = (0, 0);
    loop {
        let (end, ends) = line_end(&mut reader, start)?;
        let mut touched = false;
        if let Some((to, aligned)) = open {
            touched = to > start || !aligned;
            open = open.filter(|_| to > end);
        }
        while let Some(change) = changes.next_if(|change| change.span.start <= end) {
            touched = true;
            let Range { start: from, end: to } = change.span;
            let whole = change.text.is_empty() || change.text.ends_with('\n');
            let aligned = from == start && from < to && whole;
            open = (to > end).then_some((to, aligned));
        }
        let line = Line { number, start, end, ends, touched };
        if touched {
            lines.extend(before.drain(..));
            lines.push(line);
            after = CONTEXT;
        } else if after > 0 {
            lines.push(line);
            after -= 1;
        } else {
            before.push_back(line);
            if before.len() > CONTEXT {
                before.pop_front();
            }
        }
        if !ends || changes.peek().is_none() && open.is_none() && after == 0 {
            return Ok(lines);
        }
        (start, number) = (end + 1, number + 1);
    }
}

/// Reads a line that starts here: where its end is, and whether a `\n` is there.
fn line_end(reader: &mut impl BufRead, start: u64) -> io::Result<(u64, bool)> {
    let mut at = start;
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            return Ok((at, false));
        }
        match memchr::memchr(b'\n', block) {
            Some(len) => {
                reader.consume(len + 1);
                return Ok((at + len as u64, true));
            }
            None => {
                let len = block.len();
                at += len as u64;
                reader.consume(len);
            }
        }
    }
}

/// The lines of a hunk.
struct Body<'b, 'f, F> {
    file: &'b mut Block<'f, F>,
    /// How many lines of the file it has, and how many of the new text.
    old: u64,
    new: u64,
    out: Vec<u8>,
}

impl<F: Read + Seek> Body<'_, '_, F> {
    fn context(&mut self, line: &Line) -> io::Result<()> {
        let text = self.text(line, &[Part::Kept(line.start, line.end)], |_| true)?;
        if self.line(' ', Style::new(), &text, line.ends)? {
            self.old += 1;
            self.new += 1;
        }
        Ok(())
    }

    /// Lines that change; the changes that come later are given back.
    fn changed<'c>(&mut self, run: &[Line], changes: &'c [Change]) -> io::Result<&'c [Change]> {
        let mut rest = changes;
        let mut new = String::new();
        let mut lines = Vec::new();
        let mut gone = 0;
        for line in run {
            let mut parts = Vec::new();
            let mut at = line.start;
            // One past the line's end: its line feed.
            let beyond = line.end + 1;
            if gone > at {
                parts.push(Part::Gone(at, gone.min(beyond)));
                at = gone.min(beyond);
            }
            while let Some((change, later)) = rest.split_first()
                && change.span.start <= line.end
            {
                parts.push(Part::Kept(at, change.span.start));
                at = change.span.end.min(beyond);
                parts.push(Part::Gone(change.span.start, at));
                parts.push(Part::New(&change.text));
                gone = change.span.end;
                rest = later;
            }
            let joined = line.ends && at == beyond;
            if !joined {
                parts.push(Part::Kept(at, line.end));
            }
            let old = self.text(line, &parts, |part| !matches!(part, Part::New(_)))?;
            if self.line('-', GONE, &old, line.ends)? {
                self.old += 1;
            }
            new.push_str(&self.text(line, &parts, |part| !matches!(part, Part::Gone(..)))?);
            if !joined {
                lines.push((std::mem::take(&mut new), line.ends));
            }
        }
        if !new.is_empty() {
            // The line ends of the file are gone: it has its own.
            lines.push((new, false));
        }
        for (text, ends) in lines {
            let mut parts = text.split('\n').peekable();
            while let Some(part) = parts.next() {
                let inner = parts.peek().is_some();
                // Text that ends with a line end has no further line, unless one was kept.
                if (inner || ends || !part.is_empty())
                    && self.line('+', NEW, part, inner || ends)?
                {
                    self.new += 1;
                }
            }
        }
        Ok(rest)
    }

    /// Writes a line, if it is one: behind the last line feed there is none.
    fn line(&mut self, sign: char, style: Style, text: &str, ends: bool) -> io::Result<bool> {
        if text.is_empty() && !ends {
            return Ok(false);
        }
        // Terminals take the carriage return at a line's end for nothing.
        let (text, end) = match text.strip_suffix('\r') {
            Some(text) => (text, "\r"),
            None => (text, ""),
        };
        let mut safe = String::with_capacity(text.len());
        let push = |out: &mut String, text: &str| {
            printable::push_with(out, text, |out, character| match character {
                '\t' => out.push(character),
                _ => printable::push(out, character),
            });
        };
        // No line of JSON begins so; a runner of GitHub would obey it, whatever space is before it.
        let (space, rest) = text.split_at(text.len() - text.trim_start().len());
        push(&mut safe, space);
        match rest.strip_prefix("::") {
            Some(rest) => {
                safe.push_str("\\u{3a}:");
                push(&mut safe, rest);
            }
            None => push(&mut safe, rest),
        }
        writeln!(self.out, "{style}{sign}{safe}{style:#}{end}")?;
        if !ends {
            writeln!(self.out, "\\ No newline at end of file")?;
        }
        Ok(true)
    }

    /// Those parts of a line that are asked for, without what is far from an edit if it is long.
    fn text(
        &mut self,
        line: &Line,
        parts: &[Part<'_>],
        wanted: impl Fn(&Part<'_>) -> bool,
    ) -> io::Result<String> {
        let long = line.end - line.start > WHOLE;
        let mut text = String::new();
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| wanted(part)) {
            match *part {
                Part::New(new) => text.push_str(new),
                Part::Gone(from, to) => {
                    self.cut(&mut text, from, to.min(line.end), long.then_some((true, true)))?;
                }
                Part::Kept(from, to) => {
                    let alone = parts.len() == 1;
                    let sides = (index > 0 || alone, index + 1 < parts.len());
                    self.cut(&mut text, from, to, long.then_some(sides))?;
                }
            }
        }
        Ok(text)
    }

    /// A range of the file: whole, or only its beginning, its end, or both.
    fn cut(
        &mut self,
        text: &mut String,
        from: u64,
        to: u64,
        sides: Option<(bool, bool)>,
    ) -> io::Result<()> {
        match sides.filter(|_| to.saturating_sub(from) > 2 * AROUND) {
            None => self.read(text, from, to),
            Some((first, last)) => {
                if first {
                    self.read(text, from, from + AROUND)?;
                }
                text.push('…');
                if last {
                    self.read(text, to - AROUND, to)?;
                }
                Ok(())
            }
        }
    }

    fn read(&mut self, text: &mut String, from: u64, to: u64) -> io::Result<()> {
        text.push_str(&String::from_utf8_lossy(self.file.read(from, to)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
