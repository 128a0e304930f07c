//! The quick way through a document in which nothing is wrong: what the careful parser would put on
//! the tape, or nothing, and then that one reads it from the beginning and says what is wrong.

use super::bytes::skip_blank;
use super::marks::Marks;
use super::numerals::strict_number;
use super::tape::{CLOSED, ESCAPES, Entry, HIGH, JsonKind, SOUND, TRUE};
use super::{MAX_DEPTH, MAX_VALUES};
use crate::load::sound_escape;
use crate::names::{NameSet, Names};

/// No bracket is open.
const NONE: u32 = u32::MAX;

/// Reads a text into an empty tape; which keys of the tables its object has comes back. Nothing comes when
/// that takes more care: the tape then holds some part of it.
pub(super) fn read(text: &[u8], tape: &mut Vec<Entry>) -> Option<NameSet> {
    let mut quick = Quick::new(text, tape);
    let end = quick.value(skip_blank(text, 0), 0, MAX_VALUES)?;
    (skip_blank(text, end) >= text.len()).then_some(quick.top)
}

/// Reads the value of a member of the outermost object, which starts here, behind what is on the tape. Where
/// it ends comes back, or nothing when it takes more care or has more values than so many.
pub(super) fn read_member(
    text: &[u8],
    start: usize,
    most: usize,
    tape: &mut Vec<Entry>,
) -> Option<usize> {
    Quick::new(text, tape).value(start, 1, most)
}

struct Quick<'t, 'o> {
    text: &'t [u8],
    marks: Marks<'t>,
    tape: &'o mut Vec<Entry>,
    names: &'static Names,
    /// The keys of the outermost object.
    top: NameSet,
}

impl<'t, 'o> Quick<'t, 'o> {
    fn new(text: &'t [u8], tape: &'o mut Vec<Entry>) -> Self {
        Quick { text, marks: Marks::new(text), tape, names: Names::get(), top: NameSet::NONE }
    }

    /// Reads the value that starts here, within so many brackets, and says where it ends. While a bracket is
    /// open, its node's `next` is the node of the bracket around it.
    fn value(&mut self, mut pos: usize, mut depth: usize, most: usize) -> Option<usize> {
        let mut around = NONE;
        let mut in_object = false;
        let mut values = 0;
        loop {
            if in_object {
                pos = self.key(pos, around == 0)?;
            }
            if values == most {
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
                    pos = skip_blank(self.text, pos + 1);
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
                let next = self.tape.len() as u32;
                // Outside all brackets there is no node.
                let Some(open) = self.tape.get_mut(around as usize) else {
                    return Some(pos);
                };
                pos = skip_blank(self.text, pos);
                let byte = *self.text.get(pos)?;
                if byte == b',' {
                    pos = skip_blank(self.text, pos + 1);
                    break;
                }
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
    fn key(&mut self, start: usize, is_top: bool) -> Option<usize> {
        if *self.text.get(start)? != b'"' {
            return None;
        }
        let (close, flags) = self.string_end(start + 1)?;
        if flags & ESCAPES != 0 {
            // Keys are hardly ever escaped.
            return None;
        }
        let mut entry = Entry::new(JsonKind::String, start, close + 1).quoted(1, 1);
        entry.flags = flags;
        entry.name = self.names.within(self.text, start + 1..close);
        if is_top {
            self.top.insert(entry.name);
        }
        self.leaf(entry);
        let colon = skip_blank(self.text, close + 1);
        match self.text.get(colon)? {
            b':' => Some(skip_blank(self.text, colon + 1)),
            _ => None,
        }
    }

    /// The closing quote of a string whose content starts here, and its flags; nothing if there is
    /// anything wrong with it.
    #[inline(always)]
    fn string_end(&mut self, from: usize) -> Option<(usize, u8)> {
        let (mut pos, mut has_high) = self.marks.stop(from)?;
        let mut flags = SOUND;
        if self.text.get(pos) != Some(&b'"') {
            (pos, has_high) = self.escaped_end(pos, has_high)?;
            flags |= ESCAPES;
        }
        if has_high {
            simdutf8::basic::from_utf8(&self.text[from..pos]).ok()?;
            flags |= HIGH;
        }
        Some((pos, flags))
    }

    /// The closing quote of a string that is not over here, and whether a byte of it is outside ASCII.
    #[inline(never)]
    fn escaped_end(&mut self, mut pos: usize, mut has_high: bool) -> Option<(usize, bool)> {
        loop {
            match self.text.get(pos)? {
                b'"' => return Some((pos, has_high)),
                b'\\' => pos += sound_escape(&self.text[pos..])?.1,
                byte if *byte < b' ' => return None,
                _ => {
                    let (stop, is_high) = self.marks.stop(pos)?;
                    has_high |= is_high;
                    pos = stop;
                }
            }
        }
    }

    #[inline(always)]
    fn string(&mut self, start: usize) -> Option<usize> {
        let (close, flags) = self.string_end(start + 1)?;
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
