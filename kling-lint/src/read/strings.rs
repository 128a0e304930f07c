//! Strings: the quotes around them, and what is wrong between.

use std::ops::Range;

use kling_schema::rules::{Rule, document, not_json as rules};

use super::faults::{escaped, named, offsets, quoted};
use super::parse::{Frame, Parser};
use super::tape::{ESCAPES, Entry, GAP, HIGH, JsonKind};
use crate::fix::DraftFix;
use crate::load::{Fault, FaultKind, Gap, Scan, StringFacts, survey};

/// There is a control character in it; never stored.
const CONTROL: u8 = 128;
/// How far ahead a line is read to tell what a quote means.
const LINE: usize = 4096;
/// Bytes looked at one by one before bulk search pays.
const NEAR: usize = 24;
/// Bytes surveyed at once, while they are in the cache.
const PIECE: usize = 32 << 10;

/// Quotes that word processors and input methods write for `"`.
const CURLY: [&str; 9] = ["“", "”", "„", "‟", "‘", "’", "‚", "＂", "″"];

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
fn flags_of(content: &[u8]) -> u8 {
    let (has_control, has_high) = survey(content);
    let has_escapes = memchr::memchr(b'\\', content).is_some();
    [(has_control, CONTROL), (has_high, HIGH), (has_escapes, ESCAPES)]
        .into_iter()
        .filter(|(has, _)| *has)
        .fold(0, |flags, (_, flag)| flags | flag)
}

/// Length of the curly quote that a text begins with.
pub(super) fn curly(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    if first < 0x80 {
        return None;
    }
    CURLY.iter().find(|quote| text.starts_with(quote.as_bytes())).map(|quote| quote.len())
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
    fn add_string(&mut self, span: Range<usize>, quotes: (u8, u8), flags: u8, key: bool) {
        let content = span.start + usize::from(quotes.0)..span.end - usize::from(quotes.1);
        if flags & (CONTROL | ESCAPES | HIGH) != 0 {
            let text = self.text;
            let mut scan = Scan::new();
            for piece in text[content.clone()].chunks(PIECE) {
                scan.push(piece, &mut |_| {});
            }
            scan.finish(&mut |_| {});
            let (faults, totals) = scan.faults();
            if !faults.is_empty() {
                let single = text.get(span.start) == Some(&b'\'');
                self.string_faults(content.start, faults, totals, None, single);
            }
        }
        let mut entry = Entry::new(JsonKind::String, span.start, span.end);
        entry.flags = flags & !CONTROL;
        (entry.opening, entry.closing) = quotes;
        self.add(entry, key);
    }

    fn add(&mut self, entry: Entry, key: bool) {
        if key {
            self.push_key(entry);
        } else {
            self.push(entry);
        }
    }

    /// Whether what stands after a string may stand there.
    fn follows_well(&self, pos: usize, key: bool) -> bool {
        let rest = self.text.get(pos..).unwrap_or_default();
        match rest.iter().find(|byte| !b" \t\r\n".contains(byte)) {
            None => !self.is_cut() || !self.faults.any(),
            Some(b':' | b',' | b'}' | b']' | b'/' | b'#') => true,
            Some(b'=') => key,
            Some(_) => false,
        }
    }

    /// The string closes, but what follows does not fit: perhaps the quote was meant to open the next
    /// string, or stands inside this one.
    fn repair(&mut self, start: usize, close: usize, flags: u8, key: bool) -> bool {
        let text = self.text;
        let content = &text[start + 1..close];
        if flags & CONTROL != 0
            && let Some(line) = memchr::memchr2(b'\n', b'\r', content)
        {
            self.cut_string(start, start + 1 + line, key, "the end of the line");
            return true;
        }
        let ahead = &text[close + 1..text.len().min(close + 1 + LINE)];
        if self.budget < LINE {
            return false;
        }
        let line = &ahead[..memchr::memchr2(b'\n', b'\r', ahead).unwrap_or(ahead.len())];
        self.budget -= line.len();
        let trimmed = content.trim_ascii_end();
        if key && trimmed.ends_with(b":") {
            self.close_early(start, start + trimmed.len(), key, "`:`", "\"");
            return true;
        }
        let quotes = line.iter().filter(|&&byte| byte == b'"').count();
        if !key && trimmed.ends_with(b",") && quotes % 2 == 1 {
            self.close_early(start, start + trimmed.len(), key, "`,`", "\"");
            return true;
        }
        let adjacent = line.first().is_some_and(|byte| !b" \t\"'{[=(".contains(byte));
        if adjacent && let Some(end) = true_end(line, key) {
            let end = close + 1 + end;
            self.quote_inside(start, close, end, key);
            return true;
        }
        false
    }

    /// No closing quote comes at all.
    fn runs_out(&mut self, start: usize, flags: u8, key: bool) {
        let end = self.text.len();
        if flags & CONTROL != 0
            && let Some(line) = memchr::memchr2(b'\n', b'\r', &self.text[start + 1..])
        {
            return self.cut_string(start, start + 1 + line, key, "the end of the line");
        }
        if self.is_cut() {
            // The loader saw a string here that the parser does not see: nothing can be said.
            self.pos = end;
            self.ends_in_string = self.faults.any();
            return self.add(Entry::new(JsonKind::Broken, start, end), key);
        }
        // Brackets at the very end close what is open, if they are just those.
        let mut inner = self.text[start + 1..].trim_ascii_end();
        let mut closed = 0;
        for frame in self.stack.iter().rev().filter(|frame| !frame.implied) {
            let closer = if frame.object { b"}" } else { b"]" };
            let Some(rest) = inner.strip_suffix(closer) else {
                break;
            };
            inner = rest.trim_ascii_end();
            closed += 1;
        }
        let open = self.stack.iter().rev().filter(|frame| !frame.implied);
        let missing: String = open.skip(closed).map(Frame::closer).collect();
        if missing.is_empty() {
            let end = start + 1 + inner.len();
            return self.close_early(start, end, key, "the end of the text", "\"");
        }
        self.ends_in_string = true;
        // Of brackets that close only some of what is open it cannot be told where they belong.
        let rest = if closed == 0 { format!("\"{missing}") } else { String::from("\"") };
        self.close_early(start, end, key, "the end of the text", &rest);
    }

    /// The closing quote is missing on this line.
    fn cut_string(&mut self, start: usize, line_end: usize, key: bool, found: &'static str) {
        let content = &self.text[start + 1..line_end];
        let colon = memchr::memchr(b':', content).filter(|_| key);
        let end = match colon {
            Some(colon) => content[..colon].trim_ascii_end().len(),
            None => {
                let trimmed = content.trim_ascii_end();
                trimmed.strip_suffix(b",").unwrap_or(trimmed).trim_ascii_end().len()
            }
        };
        if content[..end].ends_with(b"\\\"") {
            self.quote_taken(start, start + end, key, found);
        } else {
            self.close_early(start, start + 1 + end, key, found, "\"");
        }
    }

    /// `"C:\dir\"`: the backslash takes the closing quote away.
    fn quote_taken(&mut self, start: usize, quote: usize, key: bool, found: &'static str) {
        self.pos = quote + 1;
        self.faults.error(&rules::UNCLOSED_STRING, start..self.pos, |draft| {
            let fix = DraftFix::safe("double the backslash", offsets(quote..quote), "\\");
            draft
                .with("found", found)
                .with("advice", "write `\\\\` for a backslash: `\\\"` is a quote inside the string")
                .fixed_by(fix.unsafe_())
        });
        let mut entry = Entry::new(JsonKind::String, start, self.pos);
        entry.flags = ESCAPES | HIGH;
        (entry.opening, entry.closing) = (1, 1);
        self.add(entry, key);
    }

    /// Takes the string to end before `end`, where `rest` is missing: its closing quote, and perhaps
    /// brackets.
    fn close_early(
        &mut self,
        start: usize,
        end: usize,
        key: bool,
        found: &'static str,
        rest: &str,
    ) {
        let end = end.max(start + 1);
        self.pos = end;
        self.faults.error(&rules::UNCLOSED_STRING, start..end, |draft| {
            let fix = DraftFix::safe(format!("add `{rest}`"), offsets(end..end), rest);
            draft
                .with("found", found)
                .with("advice", format!("add `{rest}`"))
                .fixed_by(fix.unsafe_())
        });
        let flags = flags_of(&self.text[start + 1..end]);
        self.add_string(start..end, (1, 0), flags, key);
    }

    /// Quotes stand inside a string; the last one ends it.
    fn quote_inside(&mut self, start: usize, first: usize, end: usize, key: bool) {
        let text = self.text;
        let word = text[first + 1..end].split(|byte| b" \"".contains(byte)).next();
        let before = quoted(word.unwrap_or_default());
        self.faults.error(&rules::QUOTE_IN_STRING, first..first + 1, |draft| {
            let inner = text[first..end].iter().enumerate();
            let quotes = inner
                .filter(|&(at, &byte)| byte == b'"' && (at == 0 || text[first + at - 1] != b'\\'));
            let mut fix =
                DraftFix { title: "escape the quotes".to_owned(), ..empty_fix() }.unsafe_();
            for (at, _) in quotes {
                fix = fix.and(offsets(first + at..first + at), "\\");
            }
            draft.with("found", before).fixed_by(fix)
        });
        let flags = flags_of(&text[start + 1..end]);
        self.pos = end + 1;
        self.add_string(start..end + 1, (1, 1), flags, key);
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
        let mut entry = Entry::new(JsonKind::String, start, end);
        entry.flags = GAP | ESCAPES | HIGH;
        (entry.opening, entry.closing) = (1, u8::from(gap.closed));
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
            _ => self.pos = scan(self.text, start + 1).0.map_or(self.text.len(), |close| close + 1),
        }
    }

    /// A string in other quotes. False when there is none here.
    pub(super) fn odd_string(&mut self, key: bool) -> bool {
        let rest = self.rest();
        let opening = match rest.first() {
            Some(b'\'' | b'`') => 1,
            _ => match curly(rest) {
                Some(len) => len,
                None => return false,
            },
        };
        let start = self.pos;
        let Some((end, closing)) = self.odd_close(start, opening, key) else {
            return false;
        };
        let text = self.text;
        let content = &text[start + opening..end];
        let found = quoted(&text[start..start + opening]);
        let span = start..end + closing;
        self.faults.habit(
            &rules::WRONG_QUOTES,
            span.clone(),
            |draft| draft.with("found", found),
            || requoted(start, opening, content, closing),
        );
        let flags = flags_of(content);
        self.pos = span.end;
        // Quotes are at most three bytes long.
        self.add_string(span, (opening as u8, closing as u8), flags, key);
        true
    }

    /// Where a string in other quotes ends, and the length of its closing quote. An apostrophe in it
    /// is told from the end by what follows.
    fn odd_close(&mut self, start: usize, opening: usize, key: bool) -> Option<(usize, usize)> {
        let text = self.text;
        let open = &text[start..start + opening];
        let mut pos = start + opening;
        let mut first = None;
        loop {
            let rest = text.get(pos..)?;
            let at = match open {
                [quote] => memchr::memchr3(*quote, b'\\', b'\n', rest),
                _ => {
                    rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | b'\n' | 0xe2 | 0xef))
                }
            };
            let Some(at) = at else { return first };
            pos += at;
            let closing = match text[pos] {
                b'\\' => {
                    pos += 2;
                    continue;
                }
                b'\n' if open == b"`" => 0,
                b'\n' => return first,
                _ if opening == 1 => 1,
                b'"' => 1,
                _ => curly(&text[pos..]).unwrap_or(0),
            };
            if closing > 0 {
                if self.follows_well(pos + closing, key) {
                    return Some((pos, closing));
                }
                first = first.or(Some((pos, closing)));
                // What is no end so far is read on from the budget, so that the time stays linear.
                if self.budget < LINE {
                    return first;
                }
                self.budget -= LINE.min(pos - start);
            }
            pos += closing.max(1);
        }
    }

    /// What is wrong inside a string: one finding a kind.
    fn string_faults(
        &mut self,
        content: usize,
        faults: &[Fault],
        totals: &[u64; 4],
        gap: Option<&Gap>,
        single: bool,
    ) {
        let allowed = |fault: &&Fault| !(single && fault.bytes().starts_with(b"\\'"));
        let of = |kind| faults.iter().filter(move |fault| fault.kind == kind).filter(allowed);
        for kind in [FaultKind::Escape, FaultKind::Control, FaultKind::Surrogate, FaultKind::Utf8] {
            let Some(first) = of(kind).next() else {
                continue;
            };
            let total = totals[kind as usize];
            let place = Place::of(first, content, gap);
            let more = (total > 1).then_some(total - 1);
            let fixable = gap.is_none()
                && total == faults.iter().filter(|fault| fault.kind == kind).count() as u64;
            let found = quoted(first.bytes());
            match kind {
                FaultKind::Escape => {
                    let (suggestion, advice) = suggest_escape(first.bytes());
                    self.faults.error(&rules::BAD_ESCAPE, place.span, |mut draft| {
                        if fixable && let Some(fix) = escape_fix(of(kind), content) {
                            draft = draft.fixed_by(fix);
                        }
                        draft
                            .with("found", found)
                            .with_some("offset", place.offset)
                            .with_some("more", more)
                            .with_some("suggestion", suggestion)
                            .with_some("advice", advice)
                    });
                }
                FaultKind::Control => {
                    let byte = first.bytes().first().copied().unwrap_or_default();
                    self.faults.error(&rules::RAW_CONTROL, place.span, |mut draft| {
                        if fixable {
                            draft = draft.fixed_by(control_fix(of(kind), content));
                        }
                        draft
                            .with("found", named(char::from(byte)))
                            .with_some("offset", place.offset)
                            .with_some("more", more)
                            .with("suggestion", format!("`{}`", escaped(byte)))
                    });
                }
                FaultKind::Surrogate => {
                    self.faults.warning(&document::LONE_SURROGATE, place.span, |draft| {
                        draft.with("found", found)
                    });
                }
                FaultKind::Utf8 => {
                    let found = hex(first.bytes());
                    self.not_utf8(&rules::NOT_UTF8, place, found);
                }
            }
        }
    }

    fn not_utf8(&mut self, rule: &'static Rule, place: Place, found: String) {
        if !std::mem::replace(&mut self.told_utf8, true) {
            self.faults.error(rule, place.span, |draft| {
                draft.with("found", found).with_some("offset", place.offset)
            });
        }
    }
}

/// Where a fault stands in the resident text; if it was dropped, where the gap is, and how far into
/// the string it was.
struct Place {
    span: Range<usize>,
    offset: Option<u64>,
}

impl Place {
    fn of(fault: &Fault, content: usize, gap: Option<&Gap>) -> Place {
        let raw = content as u64 + fault.at;
        let (start, offset) = match gap {
            Some(gap) if raw >= u64::from(gap.at) => {
                let after = u64::from(gap.at) + gap.dropped.bytes;
                if raw < after {
                    let at = gap.at as usize;
                    return Place { span: at..at, offset: Some(fault.at) };
                }
                (raw - gap.dropped.bytes, None)
            }
            _ => (raw, None),
        };
        let start = start as usize;
        Place { span: start..start + fault.bytes().len(), offset }
    }
}

/// In the rest of a line, the quote that truly ends a string with quotes inside.
fn true_end(line: &[u8], key: bool) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'"', line.get(from..)?) {
        let quote = from + at;
        let rest = line[quote + 1..].trim_ascii_start();
        let ends = match rest.split_first() {
            None => true,
            Some((b':', _)) => key,
            Some((b'}' | b']', _)) => !key,
            Some((b',', after)) => {
                !key && matches!(
                    after.trim_ascii_start().first(),
                    None | Some(b'"' | b'}' | b']' | b'{')
                )
            }
            Some(_) => false,
        };
        if ends && line.get(quote.wrapping_sub(1)) != Some(&b'\\') {
            return Some(quote);
        }
        from = quote + 1;
    }
    None
}

/// What to write for a wrong escape, or a word about it.
fn suggest_escape(raw: &[u8]) -> (Option<String>, Option<&'static str>) {
    match raw {
        [_, b'u', ..] => (None, Some("`\\u` takes four hexadecimal digits")),
        [_, b'\''] => (Some("`'`".to_owned()), None),
        [_] | [] => (None, Some("a backslash itself is written `\\\\`")),
        _ => {
            let text = quoted(raw);
            (Some(format!("`\\{}", text.trim_start_matches('`'))), None)
        }
    }
}

fn escape_fix<'f>(faults: impl Iterator<Item = &'f Fault>, content: usize) -> Option<DraftFix> {
    let mut fix: Option<DraftFix> = None;
    let mut safe = true;
    for fault in faults {
        let at = content + fault.at as usize;
        let (span, text) = match fault.bytes() {
            [_, b'\''] => (at..at + 1, ""),
            [_, b'u', ..] => return None,
            _ => {
                safe = false;
                (at..at, "\\")
            }
        };
        fix = Some(match fix {
            Some(fix) => fix.and(offsets(span), text),
            None => DraftFix::safe("", offsets(span), text),
        });
    }
    let mut fix = fix?;
    fix.title = if safe { "remove the backslash" } else { "double the backslash" }.to_owned();
    Some(if safe { fix } else { fix.unsafe_() })
}

fn control_fix<'f>(faults: impl Iterator<Item = &'f Fault>, content: usize) -> DraftFix {
    let mut fix = DraftFix { title: "escape it".to_owned(), ..empty_fix() };
    for fault in faults {
        let at = content + fault.at as usize;
        let byte = fault.bytes().first().copied().unwrap_or_default();
        fix = fix.and(offsets(at..at + 1), escaped(byte));
    }
    fix
}

/// Straight double quotes for others, and what that asks of the text between.
fn requoted(start: usize, opening: usize, content: &[u8], closing: usize) -> DraftFix {
    let inner = start + opening;
    let mut fix = DraftFix::safe("use straight double quotes", offsets(start..inner), "\"");
    let mut at = 0;
    while let Some(rest) = content.get(at..)
        && let Some(next) = memchr::memchr2(b'"', b'\\', rest)
    {
        let here = inner + at + next;
        at += next + 1;
        if rest[next] == b'"' {
            fix = fix.and(offsets(here..here), "\\");
            continue;
        }
        if matches!(content.get(at), Some(b'\'' | b'`')) {
            fix = fix.and(offsets(here..here + 1), "");
        }
        at += 1;
    }
    let end = inner + content.len();
    fix.and(offsets(end..end + closing), "\"")
}

fn empty_fix() -> DraftFix {
    let mut fix = DraftFix::safe("", 0..0, "");
    fix.edits.clear();
    fix
}

/// Bytes that are no text: `byte 0xE9`, `bytes 0xED 0xA0`.
fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("0x{byte:02X}")).collect();
    let word = if digits.len() == 1 { "byte" } else { "bytes" };
    format!("{word} {}", digits.join(" "))
}
