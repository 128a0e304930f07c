//! Text that fits nowhere.

use kling_schema::rules::not_json as rules;

use super::faults::{offsets, quoted};
use super::parse::Parser;
use super::words::SAVE_AS_UTF8;
use crate::fix::DraftFix;

impl Parser<'_, '_> {
    /// Text that fits nowhere: it is skipped up to the next comma, bracket or line.
    pub(super) fn junk(&mut self, expected: &'static str) {
        let start = self.pos;
        while let Some(byte) = self.peek() {
            match byte {
                b',' | b'}' | b']' | b'\n' | b'\r' if self.pos > start => break,
                b'"' => self.skip_string(),
                b'{' | b'[' => {
                    self.skip_brackets();
                }
                _ => self.pos += 1,
            }
        }
        let goes_on = self.junk_end == self.last_end;
        if !goes_on {
            let junk = self.text[start..self.pos].trim_ascii_end();
            let shown = memchr::memchr2(b'\n', b'\r', junk).unwrap_or(junk.len());
            let utf8 = std::str::from_utf8(&junk[..shown]).is_ok();
            let found = &junk[..shown];
            let suggestion = wide(junk).map(|plain| format!("`{plain}`"));
            let advice = match junk.first() {
                _ if suggestion.is_some() => None,
                _ if !utf8 => Some(SAVE_AS_UTF8),
                Some(b'+') => Some("write one string: JSON does not join strings"),
                _ => Some("remove it"),
            };
            self.faults.error(&rules::UNEXPECTED_TEXT, start..start + shown, |draft| {
                draft
                    .with("expected", expected)
                    .with("found", quoted(found))
                    .with_some("suggestion", suggestion)
                    .with_some("advice", advice)
            });
        }
        self.expect_separator();
        self.junk_end = self.last_end;
    }

    /// A full-width comma or a semicolon where a comma should be.
    pub(super) fn false_comma(&mut self) -> bool {
        let rest = self.rest();
        let Some(comma) =
            ["，", "、", ";", "；"].into_iter().find(|comma| rest.starts_with(comma.as_bytes()))
        else {
            return false;
        };
        let span = self.pos..self.pos + comma.len();
        self.pos = span.end;
        self.faults.error(&rules::UNEXPECTED_TEXT, span.clone(), |draft| {
            draft
                .with("expected", "a comma")
                .with("found", quoted(comma.as_bytes()))
                .with("suggestion", "`,`")
                .fixed_by(DraftFix::safe("write `,`", offsets(span), ","))
        });
        if let Some(frame) = self.stack.last_mut() {
            frame.comma = None;
        }
        true
    }
}

/// The plain sign for a full-width one.
fn wide(text: &[u8]) -> Option<char> {
    let signs = [("：", ':'), ("，", ','), ("｛", '{'), ("｝", '}'), ("［", '['), ("］", ']')];
    signs.into_iter().find(|(wide, _)| text.starts_with(wide.as_bytes())).map(|(_, plain)| plain)
}
