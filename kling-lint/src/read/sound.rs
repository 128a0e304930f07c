//! The quick way through a document in which nothing is wrong: what the careful parser would put on
//! the tape, or nothing, and then that one reads it from the beginning and says what is wrong.

use super::bytes;
use super::numerals::strict_number;
use super::tape::{CLOSED, ESCAPES, Entry, JsonKind, SOUND, TRUE};
use super::{MAX_DEPTH, MAX_VALUES};
use crate::names::{Name, Names};

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
        let mut in_object = false;
        let mut depth = 0;
        let mut values = 0;
        loop {
            if in_object {
                pos = self.key(pos)?;
            }
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
                    in_object = byte == b'{';
                    let kind = if in_object { JsonKind::Object } else { JsonKind::Array };
                    let mut entry = Entry::new(kind, pos, pos);
                    entry.next = around;
                    around = self.tape.len() as u32;
                    self.tape.push(entry);
                    pos = bytes::skip_blank(self.text, pos + 1);
                    let closer = if in_object { b'}' } else { b']' };
                    if *self.text.get(pos)? != closer {
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => pos = self.number(pos)?,
                _ => pos = self.literal(pos)?,
            }
            // What follows the value.
            loop {
                pos = bytes::skip_blank(self.text, pos);
                let Some(&byte) = self.text.get(pos) else {
                    return (around == NONE).then_some(());
                };
                if byte == b',' && around != NONE {
                    pos = bytes::skip_blank(self.text, pos + 1);
                    break;
                }
                let next = self.tape.len() as u32;
                // Outside all brackets there is no node, and nothing may follow.
                let open = self.tape.get_mut(around as usize)?;
                if byte != if in_object { b'}' } else { b']' } {
                    return None;
                }
                pos += 1;
                depth -= 1;
                around = std::mem::replace(&mut open.next, next);
                open.end = pos as u32;
                open.flags = CLOSED;
                let outer = self.tape.get(around as usize);
                in_object = outer.is_some_and(|outer| outer.kind == JsonKind::Object);
            }
        }
    }

    /// A key and its colon; says where its value begins.
    #[inline(always)]
    fn key(&mut self, start: usize) -> Option<usize> {
        if *self.text.get(start)? != b'"' {
            return None;
        }
        let (close, flags, name) = match bytes::short_string(self.text, start + 1) {
            Some((close, bytes)) => (close, SOUND, self.names.short(bytes, close - start - 1)),
            None => self.longer_key(start)?,
        };
        let mut entry = Entry::new(JsonKind::String, start, close + 1).quoted(1, 1);
        entry.flags = flags;
        entry.name = name;
        self.leaf(entry);
        let colon = bytes::skip_blank(self.text, close + 1);
        match self.text.get(colon)? {
            b':' => Some(bytes::skip_blank(self.text, colon + 1)),
            _ => None,
        }
    }

    #[inline(never)]
    fn longer_key(&self, start: usize) -> Option<(usize, u8, Name)> {
        let (close, flags) = bytes::sound_string(self.text, start + 1)?;
        // Keys are hardly ever escaped.
        (flags & ESCAPES == 0).then(|| (close, flags, self.names.of(&self.text[start + 1..close])))
    }

    #[inline(always)]
    fn string(&mut self, start: usize) -> Option<usize> {
        let (close, flags) = match bytes::short_string(self.text, start + 1) {
            Some((close, _)) => (close, SOUND),
            None => bytes::sound_string(self.text, start + 1)?,
        };
        let mut entry = Entry::new(JsonKind::String, start, close + 1).quoted(1, 1);
        entry.flags = flags;
        self.leaf(entry);
        Some(close + 1)
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

    #[inline(always)]
    fn leaf(&mut self, mut entry: Entry) {
        entry.next = self.tape.len() as u32 + 1;
        self.tape.push(entry);
    }
}
