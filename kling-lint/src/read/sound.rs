//! The quick way through a document in which nothing is wrong: what the careful parser would put on
//! the tape, or nothing, and then that one reads it from the beginning and says what is wrong.

use super::bytes;
use super::numerals::strict_number;
use super::tape::{CLOSED, ESCAPES, Entry, JsonKind, TRUE};
use super::{MAX_DEPTH, MAX_VALUES};
use crate::names::Names;

/// No bracket is open.
const NONE: u32 = u32::MAX;

/// Reads an object or array into an empty tape. False when that takes more care: the tape then holds
/// some part of it.
pub(super) fn read(text: &[u8], tape: &mut Vec<Entry>) -> bool {
    Quick { text, tape, names: Names::get() }.document().is_some()
}

struct Quick<'t, 'o> {
    text: &'t [u8],
    tape: &'o mut Vec<Entry>,
    names: &'static Names,
}

impl Quick<'_, '_> {
    /// While a bracket is open, its node's `next` is the node of the bracket around it.
    fn document(&mut self) -> Option<()> {
        let mut pos = bytes::skip_blank(self.text, 0);
        let mut around = NONE;
        let mut depth = 0;
        let mut values = 0;
        loop {
            // A value.
            if values == MAX_VALUES {
                return None;
            }
            values += 1;
            match *self.text.get(pos)? {
                b'"' => pos = self.string(pos)?,
                byte @ (b'{' | b'[') => {
                    if depth == MAX_DEPTH {
                        return None;
                    }
                    depth += 1;
                    let object = byte == b'{';
                    let kind = if object { JsonKind::Object } else { JsonKind::Array };
                    let mut entry = Entry::new(kind, pos, pos);
                    entry.next = around;
                    around = self.tape.len() as u32;
                    self.tape.push(entry);
                    pos = bytes::skip_blank(self.text, pos + 1);
                    let closer = if object { b'}' } else { b']' };
                    if *self.text.get(pos)? != closer {
                        if object {
                            pos = self.key(pos)?;
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => pos = self.number(pos)?,
                _ => pos = self.literal(pos)?,
            }
            // What follows it.
            loop {
                if around == NONE {
                    return (bytes::skip_blank(self.text, pos) == self.text.len()).then_some(());
                }
                pos = bytes::skip_blank(self.text, pos);
                let next = self.tape.len() as u32;
                let open = &mut self.tape[around as usize];
                let object = open.kind == JsonKind::Object;
                match *self.text.get(pos)? {
                    b',' => {
                        pos = bytes::skip_blank(self.text, pos + 1);
                        if object {
                            pos = self.key(pos)?;
                        }
                        break;
                    }
                    byte @ (b'}' | b']') if (byte == b'}') == object => {
                        pos += 1;
                        depth -= 1;
                        around = std::mem::replace(&mut open.next, next);
                        open.end = pos as u32;
                        open.flags = CLOSED;
                    }
                    _ => return None,
                }
            }
        }
    }

    /// A key and its colon; says where its value begins.
    #[inline]
    fn key(&mut self, start: usize) -> Option<usize> {
        let (close, flags) = self.content(start)?;
        // Keys are hardly ever escaped.
        if flags & ESCAPES != 0 {
            return None;
        }
        let mut entry = Entry::new(JsonKind::String, start, close + 1).quoted(1, 1);
        entry.flags = flags;
        entry.name = self.names.of(&self.text[start + 1..close]);
        self.leaf(entry);
        let colon = bytes::skip_blank(self.text, close + 1);
        match self.text.get(colon)? {
            b':' => Some(bytes::skip_blank(self.text, colon + 1)),
            _ => None,
        }
    }

    #[inline]
    fn string(&mut self, start: usize) -> Option<usize> {
        let (close, flags) = self.content(start)?;
        let mut entry = Entry::new(JsonKind::String, start, close + 1).quoted(1, 1);
        entry.flags = flags;
        self.leaf(entry);
        Some(close + 1)
    }

    /// Where the string here ends, and its flags.
    #[inline]
    fn content(&self, start: usize) -> Option<(usize, u8)> {
        match self.text.get(start)? {
            b'"' => bytes::sound_string(self.text, start + 1),
            _ => None,
        }
    }

    #[inline]
    fn number(&mut self, start: usize) -> Option<usize> {
        let end = start + strict_number(&self.text[start..]);
        self.leaf(Entry::new(JsonKind::Number, start, end));
        (end > start).then_some(end)
    }

    fn literal(&mut self, start: usize) -> Option<usize> {
        let rest = &self.text[start..];
        let (kind, flags, len) = if rest.starts_with(b"true") {
            (JsonKind::Bool, TRUE, 4)
        } else if rest.starts_with(b"false") {
            (JsonKind::Bool, 0, 5)
        } else if rest.starts_with(b"null") {
            (JsonKind::Null, 0, 4)
        } else {
            return None;
        };
        let mut entry = Entry::new(kind, start, start + len);
        entry.flags = flags;
        self.leaf(entry);
        Some(start + len)
    }

    #[inline]
    fn leaf(&mut self, mut entry: Entry) {
        entry.next = self.tape.len() as u32 + 1;
        self.tape.push(entry);
    }
}
