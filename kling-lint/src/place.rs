//! The one file that knows lines and columns.
//!
//! Everything else speaks in offsets into the resident text (see [`crate::load`]). Here they become
//! offsets into the file, and lines and columns, all in one forward walk.

use std::ops::Range;

use crate::finding::{Excerpt, Position, Span};
use crate::load::{Gap, Loaded, code_points, lines_and_columns, utf8_len};
use crate::printable;
use crate::vector::{self, are, are_plain};

/// Columns an excerpt shows before and after the place it is about.
const AROUND: usize = 60;
/// Columns it shows of a long place beyond those.
const BEYOND: usize = 40;
/// Bytes of a range that are walked twice without a thought.
const SHORT: usize = 512;
/// Bytes of one character, at most.
const CHARACTER: usize = 4;

/// Where the parts of a text stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'l> {
    text: &'l [u8],
    gaps: &'l [Gap],
}

/// A piece of the file: what stands between two gaps.
struct Part {
    from: usize,
    /// Whether a line begins there.
    whole: bool,
    to: usize,
}

/// A range of the resident text, placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) span: Span,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

impl Placed {
    /// What stands for the place of what was not walked to.
    const NOWHERE: Placed = {
        let start = Position { line: 1, column: 1 };
        Placed { span: Span { start: 0, end: 0 }, start, end: start }
    };
}

impl<'l> Places<'l> {
    pub(crate) fn new(loaded: &'l Loaded<'_>) -> Self {
        Places { text: loaded.text(), gaps: loaded.gaps() }
    }

    /// Places ranges of the resident text, in the order given.
    pub(crate) fn resolve(&self, ranges: &[Range<u32>]) -> Vec<Placed> {
        let mut placer = self.placer(ranges.iter());
        ranges.iter().map(|range| placer.next(range)).collect()
    }

    /// Places these ranges as it is asked for each in turn. The text is walked once for all of them, or
    /// once more where they are short.
    pub(crate) fn placer<'r>(
        &self,
        ranges: impl Iterator<Item = &'r Range<u32>> + Clone,
    ) -> Placer<'l> {
        let mut last = 0;
        let is_easy = ranges.clone().all(|range| {
            let follows = last <= range.start;
            last = range.start;
            follows && range.len() <= SHORT
        });
        if is_easy {
            let cursor = Cursor::new(self);
            return Placer::InTurn { cursor, behind: cursor };
        }
        let ranges: Vec<_> = ranges.cloned().collect();
        Placer::Known(self.all_at_once(&ranges).into_iter())
    }

    /// Places ranges as they come.
    fn all_at_once(&self, ranges: &[Range<u32>]) -> Vec<Placed> {
        let mut placed = vec![Placed::NOWHERE; ranges.len()];
        // An end comes before the gap at its offset, the start of what follows comes after it.
        let mut stops: Vec<(u32, bool, usize)> = Vec::with_capacity(2 * ranges.len());
        for (index, range) in ranges.iter().enumerate() {
            stops.push((range.start, true, index));
            if range.end > range.start {
                stops.push((range.end, false, index));
            }
        }
        stops.sort_unstable();
        let mut cursor = Cursor::new(self);
        for (offset, is_start, index) in stops {
            let (at, position) = cursor.go(offset as usize, is_start);
            let place = &mut placed[index];
            if is_start {
                place.span.start = at;
                place.start = position;
            }
            if !is_start || ranges[index].is_empty() {
                place.span.end = at;
                place.end = position;
            }
        }
        placed
    }

    /// Ranges of the resident text as ranges of the file, in the order given.
    pub(crate) fn spans(&self, ranges: impl Iterator<Item = Range<u32>>) -> Vec<Span> {
        if self.gaps.is_empty() {
            return ranges.map(|range| Span::new(range.start.into(), range.end.into())).collect();
        }
        let ranges: Vec<_> = ranges.collect();
        self.resolve(&ranges).into_iter().map(|placed| placed.span).collect()
    }

    /// The lines that these offsets are on, in the order given. The text is walked once for all of them.
    pub(crate) fn lines(&self, offsets: impl Iterator<Item = u32>) -> Vec<u64> {
        let mut stops: Vec<_> = offsets.enumerate().map(|(index, at)| (at, index as u32)).collect();
        stops.sort_unstable();
        let mut lines = vec![1; stops.len()];
        let mut cursor = Cursor::new(self);
        for (offset, index) in stops {
            lines[index as usize] = cursor.go(offset as usize, true).1.line;
        }
        lines
    }

    /// The resident text from the beginning of a range to the first gap or its end, and that from the
    /// last gap or the beginning to its end.
    pub(crate) fn ends(&self, range: Range<u32>) -> (&'l [u8], &'l [u8]) {
        let start = (range.start as usize).min(self.text.len());
        let end = (range.end as usize).clamp(start, self.text.len());
        let first = self.gaps.partition_point(|gap| gap.at as usize <= start);
        let last = self.gaps.partition_point(|gap| (gap.at as usize) < end);
        match self.gaps.get(first..last) {
            Some([first, .., last]) => {
                (&self.text[start..first.at as usize], &self.text[last.at as usize..end])
            }
            Some([only]) => {
                (&self.text[start..only.at as usize], &self.text[only.at as usize..end])
            }
            _ => (&self.text[start..end], &self.text[start..end]),
        }
    }

    /// The line around the beginning of a range, cut to a window and safe to print.
    pub(crate) fn excerpt(&self, range: Range<u32>) -> Excerpt {
        let start = (range.start as usize).min(self.text.len());
        let end = (range.end as usize).clamp(start, self.text.len());
        let part = self.part(start);
        self.plain_excerpt(start, end, &part).unwrap_or_else(|| self.any_excerpt(start, end, &part))
    }

    /// The piece of the file that a place is in: the resident text between two gaps.
    fn part(&self, start: usize) -> Part {
        let next_gap = self.gaps.partition_point(|gap| gap.at as usize <= start);
        let last_gap = next_gap.checked_sub(1).map(|index| &self.gaps[index]);
        let from = last_gap.map_or(0, |gap| gap.at as usize);
        let whole = last_gap.is_none_or(|gap| gap.dropped.columns == 0 && gap.dropped.lines > 0);
        let to = self.gaps.get(next_gap).map_or(self.text.len(), |gap| gap.at as usize);
        Part { from, whole, to }
    }

    /// An excerpt where every byte is shown as it is: printable ASCII, and no command begins without a
    /// `#`.
    fn plain_excerpt(&self, start: usize, end: usize, part: &Part) -> Option<Excerpt> {
        let ends_line = |byte: u8| matches!(byte, b'\n' | b'\r');
        let plain = |text| vector::run(text, |bytes| are_plain(bytes) & !are(bytes, b'#'));
        let near = start.saturating_sub(AROUND).max(part.from);
        let inside = end.min(part.to) - start;
        let most = part.to.min(start + AROUND + inside.min(BEYOND));
        let mut before = near;
        let mut after = before + plain(&self.text[before..most]);
        if after < start {
            let line = memchr::memrchr2(b'\n', b'\r', &self.text[after..start])?;
            before = after + line + 1;
            after = before + plain(&self.text[before..most]);
        }
        // Whatever ends the line in the window, the place itself is seen.
        if after < most && !(ends_line(self.text[after]) && after >= start) {
            return None;
        }
        let at_line_start = match before {
            _ if before == part.from => part.whole,
            _ => ends_line(self.text[before - 1]),
        };
        let at_line_end = match after {
            _ if after == part.to => after == self.text.len(),
            _ => ends_line(self.text[after]),
        };
        let window = &self.text[before..after];
        let mut text = String::with_capacity(window.len() + 2 * '…'.len_utf8());
        if !at_line_start {
            text.push('…');
        }
        let shift = text.len();
        text.push_str(str::from_utf8(window).ok()?);
        if !at_line_end {
            text.push('…');
        }
        let highlight = shift + start - before..shift + end.min(after) - before;
        Some(Excerpt::new(text, highlight))
    }

    /// An excerpt of any text.
    fn any_excerpt(&self, start: usize, end: usize, part: &Part) -> Excerpt {
        let &Part { from, whole, to } = part;
        let (before, cut_before) = self.before(from, start, whole);
        let inside = columns(&self.text[start..end.min(to)], AROUND + BEYOND);
        let (after, cut_after) = self.after(start, to, AROUND + inside.min(BEYOND));

        let mut text = String::with_capacity(after - before + 2 * '…'.len_utf8());
        if cut_before {
            text.push('…');
        }
        let end = end.min(after);
        show(&mut text, &self.text[before..start]);
        let highlight = text.len();
        show(&mut text, &self.text[start..end]);
        let highlight = highlight..text.len();
        show(&mut text, &self.text[end..after]);
        if cut_after {
            text.push('…');
        }
        Excerpt::new(text, highlight)
    }

    /// Where the window begins, and whether the line goes further back. Nothing before `from` can be
    /// seen; `whole` says whether a line begins there.
    fn before(&self, from: usize, start: usize, whole: bool) -> (usize, bool) {
        let near = start.saturating_sub(CHARACTER * AROUND).max(from);
        let window = &self.text[near..start];
        let line = memchr::memrchr2(b'\n', b'\r', window).map_or(near, |at| near + at + 1);
        let mut before = start.saturating_sub(AROUND).max(line);
        if !self.text[before..start].is_ascii() {
            before = start;
            for _ in 0..AROUND {
                if before == line {
                    break;
                }
                before -= 1;
                while before > line && self.text[before] & 0xc0 == 0x80 {
                    before -= 1;
                }
            }
        }
        let at_line_start = match before {
            _ if before == from => whole,
            _ => matches!(self.text[before - 1], b'\n' | b'\r'),
        };
        (before, !at_line_start)
    }

    /// Where the window ends, and whether the line goes on.
    fn after(&self, start: usize, to: usize, most: usize) -> (usize, bool) {
        let near = &self.text[start..to.min(start + CHARACTER * most)];
        let line = memchr::memchr2(b'\n', b'\r', near);
        let near = &near[..line.unwrap_or(near.len())];
        let mut after = most.min(near.len());
        if !near[..after].is_ascii() {
            after = 0;
            for _ in 0..most {
                let Some(&first) = near.get(after) else { break };
                after = (after + utf8_len(first)).min(near.len());
            }
        }
        let end = start + after;
        let at_line_end = line == Some(after) || end == self.text.len();
        (end, !at_line_end)
    }
}

/// Places ranges one by one.
pub(crate) enum Placer<'p> {
    /// Short ranges, in the order of their beginnings.
    InTurn {
        /// Where the last one begins.
        cursor: Cursor<'p>,
        /// Where it ends.
        behind: Cursor<'p>,
    },
    /// Any, placed already.
    Known(std::vec::IntoIter<Placed>),
}

impl Placer<'_> {
    /// The place of the next range.
    pub(crate) fn next(&mut self, range: &Range<u32>) -> Placed {
        match self {
            Placer::InTurn { cursor, behind } => {
                if range.start as usize >= behind.pos {
                    *cursor = *behind;
                }
                let (from, start) = cursor.go(range.start as usize, true);
                *behind = *cursor;
                let (to, end) = match range.is_empty() {
                    true => (from, start),
                    false => behind.go(range.end as usize, false),
                };
                Placed { span: Span::new(from, to), start, end }
            }
            Placer::Known(places) => places.next().unwrap_or(Placed::NOWHERE),
        }
    }
}

/// Code points in a text, counted no further than a few more than `most`.
fn columns(text: &[u8], most: usize) -> usize {
    code_points(&text[..text.len().min(CHARACTER * most)]) as usize
}

/// Appends a part of a line so that it prints as one line.
fn show(out: &mut String, text: &[u8]) {
    let line = memchr::memchr2(b'\n', b'\r', text).map_or(text, |end| &text[..end]);
    if let Ok(line) = str::from_utf8(line) {
        return show_text(out, line);
    }
    for chunk in line.utf8_chunks() {
        show_text(out, chunk.valid());
        if !chunk.invalid().is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

fn show_text(out: &mut String, text: &str) {
    printable::push_with(out, text, |out, character| match character {
        '\t' => out.push_str("    "),
        _ => printable::push(out, character),
    });
}

/// A forward walk through the text and its gaps.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'p> {
    text: &'p [u8],
    /// Gaps not crossed yet.
    gaps: &'p [Gap],
    /// In the resident text.
    pos: usize,
    /// Bytes of the file that gaps before `pos` took away.
    dropped: u64,
    line: u64,
    column: u64,
    /// The last byte was `\r`: a `\n` now ends no further line.
    after_cr: bool,
}

impl<'p> Cursor<'p> {
    fn new(places: &Places<'p>) -> Self {
        Cursor {
            text: places.text,
            gaps: places.gaps,
            pos: 0,
            dropped: 0,
            line: 1,
            column: 1,
            after_cr: false,
        }
    }

    /// Goes on to an offset, and across a gap that lies there if asked to.
    fn go(&mut self, offset: usize, across: bool) -> (u64, Position) {
        let offset = offset.min(self.text.len());
        while let Some((gap, rest)) = self.gaps.split_first()
            && (gap.at as usize) < offset + usize::from(across)
        {
            self.walk(gap.at as usize);
            self.jump(gap);
            self.gaps = rest;
        }
        self.walk(offset);
        (self.pos as u64 + self.dropped, Position::new(self.line, self.column))
    }

    fn walk(&mut self, to: usize) {
        let mut rest = &self.text[self.pos..to.max(self.pos)];
        self.pos = to.max(self.pos);
        if self.after_cr && rest.first() == Some(&b'\n') {
            rest = &rest[1..];
            self.after_cr = false;
        }
        let Some(&last) = rest.last() else { return };
        self.after_cr = last == b'\r';
        let (ends, columns) = lines_and_columns(rest);
        if ends > 0 {
            self.line += ends;
            self.column = 1;
        }
        self.column += columns;
    }

    fn jump(&mut self, gap: &Gap) {
        let extent = &gap.dropped;
        let doubled = self.after_cr && extent.leading_lf;
        let lines = extent.lines - u64::from(doubled);
        self.line += lines;
        self.column = if lines > 0 || doubled { 1 } else { self.column } + extent.columns;
        self.dropped += extent.bytes;
        self.after_cr = extent.trailing_cr;
    }
}

#[cfg(test)]
mod tests;
