//! Literals and bare words.

use kling_schema::rules::not_json as rules;

use super::faults::{SHOWN, offsets, quoted};
use super::parse::Parser;
use super::strings::flags_of;
use super::tape::{Entry, HIGH, JsonKind, TRUE};
use crate::fix::DraftFix;

pub(super) const SAVE_AS_UTF8: &str = "save the file as UTF-8";
/// How long a template's placeholder may be.
const PLACEHOLDER: usize = 256;

impl Parser<'_, '_> {
    /// `true`, `false`, `null`, or a bare word.
    pub(super) fn literal(&mut self) {
        let start = self.pos;
        let word = bare(self.rest());
        let end = start + word.len();
        let exact = match word {
            b"true" => Some((JsonKind::Bool, TRUE)),
            b"false" => Some((JsonKind::Bool, 0)),
            b"null" => Some((JsonKind::Null, 0)),
            _ => None,
        };
        if let Some((kind, flags)) = exact {
            self.pos = end;
            let mut entry = Entry::new(kind, start, end);
            entry.flags = flags;
            self.push(entry);
            return;
        }
        match Foreign::of(word) {
            Some(foreign) => self.foreign(word.len(), &foreign),
            None => self.words(),
        }
    }

    fn foreign(&mut self, len: usize, foreign: &Foreign) {
        let start = self.pos;
        let span = start..start + len;
        let found = &self.text[span.clone()];
        self.pos = span.end;
        self.faults.error(&rules::BAD_LITERAL, span.clone(), |mut draft| {
            if let Some(text) = foreign.suggestion {
                draft = draft.fixed_by(DraftFix::safe(
                    format!("write `{text}`"),
                    offsets(span.clone()),
                    text,
                ));
            }
            draft
                .with("found", quoted(found))
                .with_some("suggestion", foreign.suggestion.map(|text| format!("`{text}`")))
                .with_some(
                    "advice",
                    foreign.suggestion.is_none().then_some("leave the key out, or write a value"),
                )
        });
        let mut entry = Entry::new(foreign.kind, span.start, span.end);
        entry.flags = foreign.flags;
        self.push(entry);
    }

    /// Text without quotes where a value should be.
    fn words(&mut self) {
        if let Some(len) = self.unopened_text() {
            return self.text_without_opening(len);
        }
        let start = self.pos;
        let len = words_len(self.rest());
        let span = start..start + len;
        let words = &self.text[span.clone()];
        let found = words;
        // A text of letters and the signs of URLs is what it looks like; other things are code.
        let plain = std::str::from_utf8(words).ok().filter(|text| {
            text.starts_with(|first: char| first.is_alphanumeric() || first == '/')
                && text
                    .chars()
                    .all(|char| char.is_alphanumeric() || " _-.,:;/%?&=#~!@".contains(char))
        });
        self.pos = span.end;
        let Some(plain) = plain else {
            let utf8 = std::str::from_utf8(words).is_ok();
            self.told_utf8 |= !utf8;
            self.faults.error(&rules::UNEXPECTED_TEXT, span.clone(), |draft| {
                draft.with("expected", "a value").with("found", quoted(found)).with(
                    "advice",
                    if utf8 { "write the value itself: JSON has no code" } else { SAVE_AS_UTF8 },
                )
            });
            self.push(Entry::new(JsonKind::Broken, span.start, span.end));
            return;
        };
        let suggestion = format!("\"{plain}\"");
        let high = !plain.is_ascii();
        self.faults.error(&rules::UNQUOTED_TEXT, span.clone(), |draft| {
            let fix = DraftFix::safe("add quotes", offsets(span.start..span.start), "\"")
                .and(offsets(span.end..span.end), "\"");
            draft
                .with("found", quoted(found))
                .with("suggestion", quoted(suggestion.as_bytes()))
                .fixed_by(fix.unsafe_())
        });
        let mut entry = Entry::new(JsonKind::String, span.start, span.end);
        entry.flags = if high { HIGH } else { 0 };
        self.push(entry);
    }

    /// Length of the text here up to a quote that must be its closing one.
    pub(super) fn unopened_text(&mut self) -> Option<usize> {
        let rest = self.rest();
        let near = &rest[..rest.len().min(self.budget)];
        let stop = memchr::memchr3(b'"', b'\n', b'\r', near);
        self.budget -= stop.unwrap_or(near.len());
        let quote = stop.filter(|&at| near[at] == b'"')?;
        let line = rest[quote + 1..].trim_ascii_start();
        matches!(line.first(), None | Some(b',' | b'}' | b']')).then_some(quote)
    }

    /// A text that lacks only its opening quote.
    fn text_without_opening(&mut self, len: usize) {
        let start = self.pos;
        let span = start..start + len + 1;
        let found = &self.text[span.clone()];
        self.pos = span.end;
        self.faults.error(&rules::UNQUOTED_TEXT, span.clone(), |draft| {
            let fix = DraftFix::safe("add the opening quote", offsets(start..start), "\"");
            draft
                .with("found", quoted(found))
                .with("suggestion", "`\"` before it")
                .fixed_by(fix.unsafe_())
        });
        let flags = flags_of(&self.text[start..start + len]);
        self.add_string(span, (0, 1), flags, false);
    }

    /// A template's `{{name}}` that was not filled in.
    pub(super) fn placeholder(&mut self) -> bool {
        let start = self.pos;
        let rest = &self.rest()[2..];
        let near = &rest[..rest.len().min(PLACEHOLDER)];
        let Some(end) = memchr::memmem::find(near, b"}}") else {
            return false;
        };
        if near[..end].iter().any(|byte| b"\"\n{".contains(byte)) {
            return false;
        }
        let span = start..start + 2 + end + 2;
        let found = &self.text[span.clone()];
        self.pos = span.end;
        self.faults.error(&rules::UNEXPECTED_TEXT, span.clone(), |draft| {
            draft
                .with("expected", "a value")
                .with("found", quoted(found))
                .with("advice", "a template's variable was not filled in")
        });
        self.push(Entry::new(JsonKind::Broken, span.start, span.end));
        true
    }

    /// A key without quotes. False when there is none here.
    pub(super) fn bare_key(&mut self) -> bool {
        let Some(len) = self.bare_key_len() else {
            return false;
        };
        let start = self.pos;
        let key = &self.text[start..start + len];
        let closing = u8::from(self.text.get(start + len) == Some(&b'"'));
        let end = start + len + usize::from(closing);
        self.faults.habit(
            &rules::UNQUOTED_KEY,
            start..end,
            |draft| {
                let quotes = [b"\"", &key[..len.min(SHOWN)], b"\""].concat();
                draft
                    .with("found", quoted(&self.text[start..end]))
                    .with("suggestion", quoted(&quotes))
            },
            || {
                let fix = DraftFix::safe("add quotes", offsets(start..start), "\"");
                let close = start + len..start + len;
                if closing == 0 { fix.and(offsets(close), "\"") } else { fix }
            },
        );
        let mut entry = Entry::new(JsonKind::String, start, end);
        entry.flags = flags_of(key);
        entry = entry.quoted(0, closing);
        self.pos = end;
        self.push_key(entry);
        true
    }

    /// Length of the word here, if a colon follows, so that it must be a key.
    pub(super) fn bare_key_len(&self) -> Option<usize> {
        let rest = self.rest();
        let key = |byte: &u8| *byte > b' ' && *byte != 0x7f && !b",:{}[]\"'=\\".contains(byte);
        let mut len = rest.iter().take_while(|byte| key(byte)).count();
        if let Some(wide) = memchr::memmem::find(&rest[..len], "：".as_bytes()) {
            len = wide;
        }
        let closed = rest[len..].strip_prefix(b"\"").unwrap_or(&rest[len..]);
        let after = closed.trim_ascii_start();
        let colon =
            matches!(after.first(), Some(b':' | b'=')) || after.starts_with("：".as_bytes());
        (len > 0 && colon).then_some(len)
    }
}

/// The word a text begins with: up to white space or a sign of JSON.
pub(super) fn bare(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| ENDS[usize::from(*byte)]);
    &text[..end.unwrap_or(text.len())]
}

/// Which bytes end a bare word.
static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    let signs = b",:{}[]\"'#()=";
    let mut at = 0;
    while at < signs.len() {
        ends[signs[at] as usize] = true;
        at += 1;
    }
    let mut blank = 0;
    while blank <= b' ' {
        ends[blank as usize] = true;
        blank += 1;
    }
    ends
};

/// Length of bare text in the place of a value: up to a comma, a closing bracket or the line's end,
/// outside brackets of its own. At least one character.
fn words_len(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut len = text.len();
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => len = at,
            b',' | b'}' | b']' if depth == 0 => len = at,
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.saturating_sub(1),
            b'#' if at > 0 && text[at - 1] == b' ' => len = at,
            b'/' if at > 0
                && text[at - 1] == b' '
                && matches!(text.get(at + 1), Some(b'/' | b'*')) =>
            {
                len = at;
            }
            _ => {}
        }
        if len < text.len() {
            break;
        }
    }
    let trimmed = text[..len].trim_ascii_end().len();
    let first = super::blank::first_char(text).map_or(1, char::len_utf8);
    trimmed.max(first)
}

/// A literal of another language.
struct Foreign {
    kind: JsonKind,
    flags: u8,
    suggestion: Option<&'static str>,
}

impl Foreign {
    fn of(word: &[u8]) -> Option<Self> {
        let is = |other: &[u8]| word.eq_ignore_ascii_case(other);
        let (kind, flags, suggestion) = if is(b"true") {
            (JsonKind::Bool, TRUE, Some("true"))
        } else if is(b"false") {
            (JsonKind::Bool, 0, Some("false"))
        } else if is(b"null") || word == b"None" || word == b"nil" {
            (JsonKind::Null, 0, Some("null"))
        } else if [
            "undefined",
            "NaN",
            "Infinity",
            "-Infinity",
            "+Infinity",
            "-NaN",
            "inf",
            "-inf",
            "nan",
        ]
        .iter()
        .any(|other| other.as_bytes() == word)
        {
            (JsonKind::Broken, 0, None)
        } else {
            return None;
        };
        Some(Foreign { kind, flags, suggestion })
    }
}
