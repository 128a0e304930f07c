//! What may stand between values, and what is often there though it may not.

use kling_schema::rules::not_json as rules;

use super::faults::{named, offsets};
use super::parse::Parser;
use crate::fix::DraftFix;
use crate::load::utf8_len;

/// Edits gathered in one fix, at most.
const MAX_EDITS: usize = 1000;

/// A finding about all odd white space of the text.
#[derive(Default)]
pub(super) struct OddSpace {
    handle: Option<usize>,
    count: u64,
}

impl Parser<'_, '_> {
    /// Moves to the next byte that is neither white space nor in a comment.
    pub(super) fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.pos += 1,
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
        self.faults.error(&rules::COMMENT, start..start + shown, |draft| {
            draft.with_some("found", (!closed).then_some("`/*`")).fixed_by(DraftFix::safe(
                "remove the comment",
                offsets(start..start + len),
                "",
            ))
        });
    }

    fn odd_space(&mut self, character: char) {
        let start = self.pos;
        let span = start..start + character.len_utf8();
        self.pos = span.end;
        self.odd_spaces.count += 1;
        let plain = match character {
            '\u{2028}' | '\u{2029}' | '\u{85}' => "\n",
            '\u{3000}' => "  ",
            '\u{200b}' | '\u{2060}' | '\u{feff}' => "",
            _ => " ",
        };
        let count = self.odd_spaces.count;
        if count == 1 {
            self.odd_spaces.handle =
                self.faults.error(&rules::WRONG_SPACE, span.clone(), |draft| {
                    draft.with("found", named(character)).fixed_by(DraftFix::safe(
                        "use plain spaces",
                        offsets(span),
                        plain,
                    ))
                });
        } else if let Some(draft) = self.odd_spaces.handle.and_then(|index| self.faults.get(index))
        {
            match &mut draft.fix {
                Some(fix) if fix.edits.len() < MAX_EDITS => {
                    fix.edits.push((offsets(span), plain.to_owned()));
                }
                _ => draft.fix = None,
            }
        }
    }

    /// All odd white space has been seen.
    pub(super) fn count_odd_spaces(&mut self) {
        let more = self.odd_spaces.count.saturating_sub(1);
        if let Some(draft) = self.odd_spaces.handle.and_then(|index| self.faults.get(index))
            && more > 0
        {
            draft.params = std::mem::take(&mut draft.params).with("more", more);
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
