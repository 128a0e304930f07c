//! Quotes that are missing, too many, or not `"`.

use kling_schema::rules::not_json as rules;

use super::faults::{fix_of, offsets, quoted};
use super::parse::{Frame, Parser};
use super::strings::{CONTROL, flags_of};
use super::tape::{ESCAPES, Entry, HIGH, JsonKind};
use crate::fix::DraftFix;

/// How far ahead a line is read to tell what a quote means.
const LINE: usize = 4096;

/// Quotes that word processors and input methods write for `"`.
const CURLY: [&str; 9] = ["“", "”", "„", "‟", "‘", "’", "‚", "＂", "″"];

/// Length of the curly quote that a text begins with.
pub(super) fn curly(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    if first < 0x80 {
        return None;
    }
    CURLY.iter().find(|quote| text.starts_with(quote.as_bytes())).map(|quote| quote.len())
}

impl Parser<'_, '_> {
    /// The string closes, but what follows does not fit: perhaps the quote was meant to open the next
    /// string, or stands inside this one.
    pub(super) fn repair(&mut self, start: usize, close: usize, flags: u8, key: bool) -> bool {
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
        if key && let Some(colon) = colon_after_name(content) {
            self.close_early(start, start + 1 + colon, key, "`:`", "\"");
            return true;
        }
        let quotes = line.iter().filter(|&&byte| byte == b'"').count();
        if !key
            && quotes % 2 == 1
            && let Some(core) = before_comma(content)
        {
            self.close_early(start, start + 1 + core, key, "`,`", "\"");
            return true;
        }
        if key
            && content.iter().all(|&byte| is_name(byte))
            && line.first().is_some_and(u8::is_ascii_digit)
        {
            // Only the colon is missing.
            return false;
        }
        if line.first() == Some(&b'"') && ends_well(&line[1..], key) {
            self.doubled_quote(start, close, flags, key);
            return true;
        }
        let first = line.trim_ascii_start().first();
        let adjacent =
            !line.starts_with(b" ") && first.is_some_and(|byte| !b"\"'{[=(".contains(byte));
        let next_quote = line.iter().position(|&byte| byte == b'"');
        if let Some(end) = true_end(line, key)
            && (adjacent || Some(end) == next_quote && first.is_some_and(u8::is_ascii_alphabetic))
        {
            let end = close + 1 + end;
            self.quote_inside(start, close, end, key);
            return true;
        }
        false
    }

    /// No closing quote comes at all.
    pub(super) fn runs_out(&mut self, start: usize, flags: u8, key: bool) {
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
        entry = entry.quoted(1, 1);
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

    /// The closing quote stands twice.
    fn doubled_quote(&mut self, start: usize, close: usize, flags: u8, key: bool) {
        let second = close + 1..close + 2;
        self.faults.error(&rules::UNEXPECTED_TEXT, second.clone(), |draft| {
            draft
                .with("expected", if key { "`:`" } else { "a comma" })
                .with("found", "another `\"`")
                .with("advice", "remove it")
                .fixed_by(DraftFix::safe("remove the quote", offsets(second), ""))
        });
        self.add_string(start..close + 1, (1, 1), flags, key);
        self.pos = close + 2;
    }

    /// Quotes stand inside a string; the last one ends it.
    fn quote_inside(&mut self, start: usize, first: usize, end: usize, key: bool) {
        let text = self.text;
        let word =
            text[first + 1..end].trim_ascii_start().split(|byte| b" \"".contains(byte)).next();
        let before = quoted(word.unwrap_or_default());
        self.faults.error(&rules::QUOTE_IN_STRING, first..first + 1, |draft| {
            let quote = |&at: &usize| text[at] == b'"' && (at == first || text[at - 1] != b'\\');
            let edits = (first..end).filter(quote).map(|at| (at..at, String::from("\\")));
            let mut draft = draft.with("found", before);
            draft.fix = fix_of("escape the quotes", edits).map(DraftFix::unsafe_);
            draft
        });
        let flags = flags_of(&text[start + 1..end]);
        self.pos = end + 1;
        self.add_string(start..end + 1, (1, 1), flags, key);
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
        let found = &text[start..start + opening];
        let span = start..end + closing;
        self.faults.habit(
            &rules::WRONG_QUOTES,
            span.clone(),
            |draft| draft.with("found", quoted(found)),
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
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `prompt:` at the beginning of a key whose closing quote is missing: where the name ends.
fn colon_after_name(content: &[u8]) -> Option<usize> {
    let name = content.iter().take_while(|&&byte| is_name(byte)).count();
    let colon = content[name..].trim_ascii_start().first() == Some(&b':');
    (name > 0 && colon).then_some(name)
}

/// The length of a string's text when the comma after it, and brackets that were opened before it,
/// were taken for text.
fn before_comma(content: &[u8]) -> Option<usize> {
    let near = &content[content.len().saturating_sub(LINE)..];
    let surplus = |text: &[u8], one: u8, other: u8| {
        let count = |sought: u8| text.iter().filter(|&&byte| byte == sought).count();
        count(one) > count(other)
    };
    let mut core = near;
    let mut comma = false;
    // A request nests a few levels, so that a few steps are enough.
    for _ in 0..16 {
        let Some((&last, rest)) = core.split_last() else {
            break;
        };
        let strip = match last {
            b',' => true,
            b'}' => surplus(core, b'}', b'{'),
            b']' => surplus(core, b']', b'['),
            b'{' | b'[' => !comma,
            _ => last.is_ascii_whitespace(),
        };
        if !strip {
            break;
        }
        comma |= last == b',';
        core = rest;
    }
    comma.then_some(content.len() - near.len() + core.len())
}

/// Whether the rest of a line is what stands after a string.
fn ends_well(rest: &[u8], key: bool) -> bool {
    match rest.trim_ascii_start().split_first() {
        None => true,
        Some((b':', _)) => key,
        Some((b'}' | b']', _)) => !key,
        Some((b',', after)) => {
            let next = after.trim_ascii_start().first();
            !key && matches!(next, None | Some(b'"' | b'}' | b']' | b'{'))
        }
        Some(_) => false,
    }
}

/// In the rest of a line, the quote that truly ends a string with quotes inside.
fn true_end(line: &[u8], key: bool) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'"', line.get(from..)?) {
        let quote = from + at;
        if ends_well(&line[quote + 1..], key) && line.get(quote.wrapping_sub(1)) != Some(&b'\\') {
            return Some(quote);
        }
        from = quote + 1;
    }
    None
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
