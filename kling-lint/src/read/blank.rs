//! What may stand between values, and what is often there though it may not.

use std::ops::Range;

use kling_schema::rules::not_json as rules;

use super::bytes;
use super::faults::{named, offsets};
use super::parse::Parser;
use crate::fix::DraftFix;
use crate::load::utf8_len;

impl Parser<'_, '_> {
    /// Moves to the next byte that is neither white space nor in a comment.
    #[inline]
    pub(super) fn skip_blank(&mut self) {
        if !matches!(self.peek(), Some(b'"' | b':' | b',' | b'{' | b'}' | b'[' | b']')) {
            self.skip_blanks();
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.pos = bytes::skip_blank(self.text, self.pos),
                b'#' => self.comment(),
                b'/' if matches!(self.peek_at(1), Some(b'/' | b'*')) => self.comment(),
                0x0b | 0x0c | 0x80.. => match odd_space(&self.text[self.pos..]) {
                    Some(character) => self.odd_space(character),
                    None => return,
                },
                _ => return,
            }
        }
    }

    fn comment(&mut self) {
        let start = self.pos;
        let rest = &self.text[start..];
        let (len, closed) = if rest.starts_with(b"/*") {
            match memchr::memmem::find(&rest[2..], b"*/") {
                Some(at) => (at + 4, true),
                None => (rest.len(), false),
            }
        } else {
            (memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()), true)
        };
        self.pos = start + len;
        // A comment of many lines would fill the screen: its first line stands for it.
        let shown = memchr::memchr2(b'\n', b'\r', &rest[..len]).unwrap_or(len);
        let text = self.text;
        self.faults.habit(
            &rules::COMMENT,
            start..start + shown,
            |draft| draft.with_some("found", (!closed).then_some("`/*`")),
            || {
                let (span, instead) = without_comment(text, start..start + len);
                let fix = DraftFix::safe("remove the comment", offsets(span), instead);
                // What it swallows may be the rest of the request.
                if closed { fix } else { fix.unsafe_() }
            },
        );
    }

    fn odd_space(&mut self, character: char) {
        let span = self.pos..self.pos + character.len_utf8();
        self.pos = span.end;
        let plain = match character {
            '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
            '\u{3000}' => "  ",
            '\u{200b}' | '\u{2060}' | '\u{feff}' => "",
            _ => " ",
        };
        self.faults.habit(
            &rules::WRONG_SPACE,
            span.clone(),
            |draft| draft.with("found", named(character)),
            || DraftFix::safe("use plain spaces", offsets(span), plain),
        );
    }
}

/// What goes with a comment, and what comes in its place: a line that has nothing else goes whole, and
/// what stood apart stays apart.
fn without_comment(text: &[u8], comment: Range<usize>) -> (Range<usize>, &'static str) {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let ends_token =
        |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') && !b"{}[]:,".contains(byte);
    let (before, after) = (&text[..comment.start], &text[comment.end..]);
    let blank_before = before.iter().rev().take_while(is_blank).count();
    let blank_after = after.iter().take_while(is_blank).count();
    let first = before.len() - blank_before;
    let starts_line = matches!(before[..first].last(), None | Some(b'\n' | b'\r'));
    let line_end = match &after[blank_after..] {
        [] => Some(0),
        [b'\r', b'\n', ..] => Some(2),
        [b'\n' | b'\r', ..] => Some(1),
        _ => None,
    };
    match line_end {
        Some(len) if starts_line => (first..comment.end + blank_after + len, ""),
        Some(_) => (first..comment.end + blank_after, ""),
        None if blank_before > 0 || starts_line => (comment.start..comment.end + blank_after, ""),
        None if blank_after > 0 => (comment, ""),
        None => {
            let apart =
                before.last().is_some_and(ends_token) && after.first().is_some_and(ends_token);
            (comment, if apart { " " } else { "" })
        }
    }
}

/// White space that JSON does not know, or an invisible character that is mistaken for it.
fn odd_space(text: &[u8]) -> Option<char> {
    let character = first_char(text)?;
    let invisible = matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}');
    (character.is_whitespace() || invisible).then_some(character)
}

/// The character a text begins with.
pub(super) fn first_char(text: &[u8]) -> Option<char> {
    let len = utf8_len(*text.first()?);
    std::str::from_utf8(text.get(..len)?).ok()?.chars().next()
}
