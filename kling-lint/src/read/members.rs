//! Keys, colons, and the values that are missing behind them.

use kling_schema::rules::not_json as rules;

use super::faults::{offsets, quoted};
use super::parse::{Parser, Role};
use super::tape::{Entry, JsonKind};
use crate::fix::DraftFix;

impl Parser<'_, '_> {
    /// An object's next key and the beginning of its value, or its end.
    pub(super) fn member(&mut self) {
        let Some(byte) = self.peek() else {
            return self.text_ends();
        };
        match byte {
            b',' => return self.commas(),
            b'}' | b']' => return self.closer(byte),
            b'"' => self.string(true),
            b':' if self.is_key_behind(1) => {
                let span = self.pos..self.pos + 1;
                self.pos = span.end;
                self.faults.error(&rules::UNEXPECTED_TEXT, span.clone(), |draft| {
                    draft
                        .with("expected", "a key in quotes")
                        .with("found", "`:`")
                        .with("advice", "remove it")
                        .fixed_by(DraftFix::safe("remove the colon", offsets(span), ""))
                });
                return;
            }
            b':' => {
                self.missing("a key");
                self.push_key(Entry::new(JsonKind::Broken, self.pos, self.pos));
            }
            b'{' | b'[' => return self.keyless(),
            _ if self.odd_string(true) => {}
            _ if self.bare_key() => {}
            _ => return self.junk("a key"),
        }
        self.after_key();
    }

    /// The colon and the beginning of the value.
    pub(super) fn after_key(&mut self) {
        self.skip_blank();
        let start = self.pos;
        match self.peek() {
            Some(b':') => self.pos += 1,
            Some(b',') if self.is_colon_at(1) => {
                self.stray_comma();
                self.skip_blank();
                self.pos += 1;
            }
            Some(b',' | b'}' | b']') | None => {}
            Some(_) => {
                let len = self.false_colon();
                self.pos += len;
                self.missing_colon(start, len);
            }
        }
        self.skip_blank();
        if self.peek() == Some(b',') && self.is_value_at(1) {
            self.stray_comma();
            self.skip_blank();
        }
        if let Some(frame) = self.stack.last_mut() {
            frame.value = self.tape.len();
        }
        self.value(Role::Member);
    }

    /// A comma between a key and its value.
    fn stray_comma(&mut self) {
        let span = self.pos..self.pos + 1;
        self.pos = span.end;
        self.faults.error(&rules::EXTRA_COMMA, span.clone(), |draft| {
            draft.fixed_by(DraftFix::safe("remove the comma", offsets(span), ""))
        });
    }

    /// Length of what other languages write for a colon.
    fn false_colon(&self) -> usize {
        [&b"=>"[..], b":=", b"->", b"=", "：".as_bytes()]
            .into_iter()
            .find(|other| self.rest().starts_with(other))
            .map_or(0, <[u8]>::len)
    }

    fn missing_colon(&mut self, start: usize, len: usize) {
        let key = self.tape.last().copied();
        let Some(key) = key.map(|key| key.start as usize..key.end as usize) else {
            return;
        };
        let span = if len > 0 { start..start + len } else { self.char_span() };
        let found = &self.text[span.clone()];
        let place = if len > 0 { start..start + len } else { key.end..key.end };
        let key = quoted(&self.text[key]);
        self.faults.error(&rules::MISSING_COLON, span, |draft| {
            draft.with("key", key).with("found", quoted(found)).fixed_by(DraftFix::safe(
                "write `:`",
                offsets(place),
                ":",
            ))
        });
    }

    /// No value stands here.
    pub(super) fn hole(&mut self, role: Role) {
        if role == Role::Member {
            self.missing("a value");
            self.push(Entry::new(JsonKind::Broken, self.pos, self.pos));
        }
        self.expect_separator_unless_stopped();
    }

    fn missing(&mut self, expected: &'static str) {
        // At the end of the text the open bracket says it all.
        if self.pos < self.text.len() {
            let span = self.char_span();
            let found = &self.text[span.clone()];
            self.faults.error(&rules::MISSING_VALUE, span, |draft| {
                draft.with("expected", expected).with("found", quoted(found))
            });
        }
    }
}
