//! Strings: the quotes around them, and what is wrong between.

use std::ops::Range;

use kling_schema::rules::not_json as rules;

use super::parse::Parser;
use super::tape::{ESCAPES, Entry, GAP, HIGH, JsonKind, SOUND};
use crate::load::{Scan, StringFacts, each_escape, survey};

/// There is a control character in it; never stored.
pub(super) const CONTROL: u8 = 128;
/// Bytes looked at one by one before bulk search pays.
const NEAR: usize = 24;
/// Bytes surveyed at once, while they are in the cache.
const PIECE: usize = 32 << 10;

/// The closing quote of a string whose content starts at `from`, and what was seen on the way.
pub(super) fn scan(text: &[u8], from: usize) -> (Option<usize>, u8) {
    let mut pos = from;
    while let Some(&byte) = text.get(pos)
        && pos - from < NEAR
    {
        match byte {
            b'"' => return (Some(pos), 0),
            b'\\' | 0x80.. | ..0x20 => break,
            _ => pos += 1,
        }
    }
    let mut flags = 0;
    while pos < text.len() {
        let piece = &text[pos..text.len().min(pos + PIECE)];
        let stop = memchr::memchr2(b'"', b'\\', piece);
        let (has_control, has_high) = survey(&piece[..stop.unwrap_or(piece.len())]);
        flags |= if has_control { CONTROL } else { 0 } | if has_high { HIGH } else { 0 };
        match stop {
            Some(at) if piece[at] == b'"' => return (Some(pos + at), flags),
            Some(at) => {
                flags |= ESCAPES;
                pos += at + 2;
            }
            None => pos += piece.len(),
        }
    }
    (None, flags)
}

/// What there is in a string's content.
pub(super) fn flags_of(content: &[u8]) -> u8 {
    let (has_control, has_high) = survey(content);
    let has_escapes = memchr::memchr(b'\\', content).is_some();
    [(has_control, CONTROL), (has_high, HIGH), (has_escapes, ESCAPES)]
        .into_iter()
        .filter(|(has, _)| *has)
        .fold(0, |flags, (_, flag)| flags | flag)
}

/// Whether nothing is wrong with a string that has these flags.
fn is_sound(content: &[u8], flags: u8) -> bool {
    flags & CONTROL == 0
        && (flags & HIGH == 0 || simdutf8::basic::from_utf8(content).is_ok())
        && (flags & ESCAPES == 0 || each_escape(content, |_, _, _| Some(())).is_some())
}

impl Parser<'_, '_> {
    /// A string in double quotes.
    pub(super) fn string(&mut self, key: bool) {
        let start = self.pos;
        if self.gaps.first().is_some_and(|gap| gap.opens as usize == start) {
            return self.long_string(key);
        }
        let (close, flags) = scan(self.text, start + 1);
        let Some(close) = close else {
            return self.runs_out(start, flags, key);
        };
        let at_ease = flags & CONTROL == 0
            && matches!(self.text.get(close + 1), Some(b':' | b',' | b'}' | b']'));
        if !at_ease && !self.follows_well(close + 1, key) && self.repair(start, close, flags, key) {
            return;
        }
        self.pos = close + 1;
        self.add_string(start..close + 1, (1, 1), flags, key);
    }

    /// Adds a string or key, with what is wrong inside.
    pub(super) fn add_string(
        &mut self,
        span: Range<usize>,
        quotes: (u8, u8),
        flags: u8,
        key: bool,
    ) {
        let content = span.start + usize::from(quotes.0)..span.end - usize::from(quotes.1);
        let sound = is_sound(&self.text[content.clone()], flags);
        if !sound {
            let text = self.text;
            let mut scan = Scan::new();
            for piece in text[content.clone()].chunks(PIECE) {
                scan.push(piece, &mut |_| {});
            }
            scan.finish(&mut |_| {});
            let (faults, totals) = scan.faults();
            let single = text.get(span.start) == Some(&b'\'');
            self.string_faults(content.start, faults, totals, None, single);
        }
        let mut entry =
            Entry::new(JsonKind::String, span.start, span.end).quoted(quotes.0, quotes.1);
        entry.flags = flags & !CONTROL | if sound { SOUND } else { 0 };
        self.add(entry, key);
    }

    pub(super) fn add(&mut self, entry: Entry, key: bool) {
        if key {
            self.push_key(entry);
        } else {
            self.push(entry);
        }
    }

    /// Whether what stands after a string may stand there.
    pub(super) fn follows_well(&self, pos: usize, key: bool) -> bool {
        let rest = self.text.get(pos..).unwrap_or_default();
        match rest.iter().find(|byte| !b" \t\r\n".contains(byte)) {
            None => !self.is_cut() || !self.faults.any(),
            Some(b':' | b',' | b'}' | b']' | b'/' | b'#') => true,
            Some(b'=') => key,
            Some(_) => false,
        }
    }

    /// A string whose middle was dropped while loading.
    fn long_string(&mut self, key: bool) {
        let start = self.pos;
        let Some((gap, gaps)) = self.gaps.split_first() else {
            return;
        };
        self.gaps = gaps;
        self.end_at_gap();
        let closes = gap.closes as usize;
        let end = closes + usize::from(gap.closed);
        if !gap.closed || !self.follows_well(end, key) {
            let tail = &self.text[gap.at as usize..closes];
            let line = memchr::memchr2(b'\n', b'\r', tail).map(|at| gap.at as usize + at);
            if line.is_some() || !gap.closed {
                return self.long_string_open(start, line, closes, key);
            }
        }
        self.pos = end;
        let StringFacts { faults, totals, .. } = &gap.facts;
        if !faults.is_empty() {
            self.string_faults(start + 1, faults, totals, Some(gap), false);
        }
        let mut entry = Entry::new(JsonKind::String, start, end).quoted(1, u8::from(gap.closed));
        entry.flags = GAP | ESCAPES | HIGH;
        self.add(entry, key);
    }

    /// The closing quote of a long string is missing: what the loader counted is not this string.
    fn long_string_open(&mut self, start: usize, line: Option<usize>, closes: usize, key: bool) {
        let (end, found) = match line {
            Some(line) => {
                let content = self.text[start..line].trim_ascii_end();
                let content = content.strip_suffix(b",").unwrap_or(content);
                (start + content.trim_ascii_end().len(), "the end of the line")
            }
            None => (closes, "the end of the text"),
        };
        self.ends_in_string |= line.is_none();
        self.faults.error(&rules::UNCLOSED_STRING, start..end, |draft| {
            draft.with("found", found).with("advice", "add `\"`")
        });
        self.pos = end;
        self.add(Entry::new(JsonKind::Broken, start, end), key);
    }

    /// Steps over a string without looking inside.
    pub(super) fn skip_string(&mut self) {
        let start = self.pos;
        match self.gaps.split_first() {
            Some((gap, gaps)) if gap.opens as usize == start => {
                self.gaps = gaps;
                self.end_at_gap();
                self.pos = gap.closes as usize + usize::from(gap.closed);
            }
            _ => {
                self.pos = scan(self.text, start + 1).0.map_or(self.text.len(), |close| close + 1);
            }
        }
    }
}
