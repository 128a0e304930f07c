//! A text read value by value, by whoever knows what must come: no node is kept of it.

use super::bytes::{are_stops, skip_blank};
use super::number::Number;
use super::numerals::strict_number;
use super::sound::read_member;
use super::tape::{ESCAPES, HIGH, SOUND, Tape};
use super::text::Text;
use crate::load::sound_escape;
use crate::names::{Name, Names};
use crate::vector::Bytes;

/// Bytes of a string at most: what is longer takes care anyway, or is no text.
const LONGEST: usize = 16 << 10;

/// Values of a member that is put on a tape, and nodes before it, at most: together fewer than the values that
/// a document may have.
const MOST_VALUES: usize = 4096;

/// Where a text is read that is nowhere cut. Nothing comes of what is not sound, and of what is something
/// else than was asked for; then the place is anywhere.
pub(crate) struct Cursor<'t> {
    text: &'t [u8],
    pos: usize,
    names: &'static Names,
}

impl<'t> Cursor<'t> {
    /// In front of the value of a text.
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Cursor::at(text, skip_blank(text, 0))
    }

    /// In front of a value in it.
    pub(crate) fn at(text: &'t [u8], pos: usize) -> Self {
        Cursor { text, pos, names: Names::get() }
    }

    /// Where it is.
    #[inline]
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    /// An opening bracket, and the blanks behind it.
    #[inline]
    pub(crate) fn opens(&mut self, bracket: u8) -> Option<()> {
        (*self.text.get(self.pos)? == bracket).then(|| self.skip(1))
    }

    /// Whether this closing bracket comes next; then it is behind it.
    #[inline]
    pub(crate) fn closes(&mut self, bracket: u8) -> bool {
        let closes = self.text.get(self.pos) == Some(&bracket);
        self.pos += usize::from(closes);
        closes
    }

    /// A comma behind a value, which says that another follows; or this closing bracket.
    #[inline]
    pub(crate) fn goes_on(&mut self, closer: u8) -> Option<bool> {
        let mut byte = *self.text.get(self.pos)?;
        if byte != b',' && byte != closer {
            self.skip(0);
            byte = *self.text.get(self.pos)?;
        }
        match byte {
            b',' => self.skip(1),
            _ => self.pos += 1,
        }
        (byte == b',' || byte == closer).then_some(byte == b',')
    }

    /// A key and its colon. One that no table has, and one that is not sound, has no name.
    #[inline]
    pub(crate) fn key(&mut self) -> Option<Name> {
        if *self.text.get(self.pos)? != b'"' {
            return None;
        }
        let (name, len) = self.names.quoted(self.text.get(self.pos + 1..)?);
        self.pos += len + 2;
        if *self.text.get(self.pos)? != b':' {
            self.skip(0);
        }
        let has_colon = *self.text.get(self.pos)? == b':';
        self.skip(1);
        has_colon.then_some(name)
    }

    /// A string. Nothing comes of one with escapes.
    #[inline]
    pub(crate) fn text(&mut self) -> Option<Text<'t>> {
        if *self.text.get(self.pos)? != b'"' {
            return None;
        }
        let start = self.pos + 1;
        let (len, has_high) = string(self.text.get(start..)?)?;
        let raw = &self.text[start..start + len];
        self.pos = start + len + 1;
        if !has_high {
            return Some(Text::read(raw, start, SOUND));
        }
        simdutf8::basic::from_utf8(raw).ok()?;
        Some(Text::read(raw, start, SOUND | HIGH))
    }

    /// A string, with escapes or without.
    #[inline]
    pub(crate) fn any_text(&mut self) -> Option<Text<'t>> {
        let start = self.pos;
        match self.text() {
            Some(text) => Some(text),
            None => self.escaped_text(start),
        }
    }

    /// The string that begins here, which has escapes.
    #[cold]
    fn escaped_text(&mut self, start: usize) -> Option<Text<'t>> {
        let text = self.text.get(start..)?.strip_prefix(b"\"")?;
        let text = text.get(..LONGEST).unwrap_or(text);
        let (mut len, mut flags) = (0, SOUND);
        loop {
            // One escape often follows another.
            while text.get(len) == Some(&b'\\') {
                len += sound_escape(&text[len..])?.1;
                flags |= ESCAPES;
            }
            let (plain, has_high) = stop(&text[len..])?;
            len += plain;
            flags |= if has_high { HIGH } else { 0 };
            match text[len] {
                b'"' => break,
                b'\\' => {}
                _ => return None,
            }
        }
        let (raw, start) = (&text[..len], start + 1);
        if flags & HIGH != 0 {
            simdutf8::basic::from_utf8(raw).ok()?;
        }
        self.pos = start + len + 1;
        Some(Text::read(raw, start, flags))
    }

    /// A number.
    pub(crate) fn number(&mut self) -> Option<Number<'t>> {
        let rest = self.text.get(self.pos..)?;
        let len = strict_number(rest);
        self.pos += len;
        (len > 0).then(|| Number::new(&rest[..len]))
    }

    /// `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Option<bool> {
        let rest = self.text.get(self.pos..)?;
        let is_true = rest.starts_with(b"true");
        if !is_true && !rest.starts_with(b"false") {
            return None;
        }
        self.pos += if is_true { "true".len() } else { "false".len() };
        Some(is_true)
    }

    /// `null`.
    pub(crate) fn null(&mut self) -> Option<()> {
        self.text.get(self.pos..)?.strip_prefix(b"null")?;
        self.pos += "null".len();
        Some(())
    }

    /// The value of any kind of a member of the outermost object, put on the tape; its number there. Nothing
    /// comes of a large one.
    pub(crate) fn taped(&mut self, tape: &mut Tape) -> Option<u32> {
        let index = tape.entries.len();
        self.pos = read_member(self.text, self.pos, MOST_VALUES, &mut tape.entries)?;
        (index < MOST_VALUES).then_some(index as u32)
    }

    /// Whether nothing but blanks follows.
    pub(crate) fn is_over(&self) -> bool {
        skip_blank(self.text, self.pos) >= self.text.len()
    }

    /// Past so many bytes, and the blanks behind them.
    #[inline(always)]
    fn skip(&mut self, bytes: usize) {
        self.pos = skip_blank(self.text, self.pos + bytes);
    }
}

/// How long a string without escapes is whose content starts here, and whether a byte of it is outside ASCII.
#[inline]
fn string(text: &[u8]) -> Option<(usize, bool)> {
    let (len, has_high) = stop(text.get(..LONGEST).unwrap_or(text))?;
    (text[len] == b'"').then_some((len, has_high))
}

/// Where the next quote, backslash or control character stands, and whether a byte before it is outside ASCII.
#[inline(always)]
fn stop(text: &[u8]) -> Option<(usize, bool)> {
    let mut highs = Bytes::ZERO;
    let (chunks, rest) = text.as_chunks();
    let mut before = 0;
    for chunk in chunks {
        let bytes = Bytes::new(*chunk);
        if let Some(found) = stop_in(bytes, 0, before, highs) {
            return Some(found);
        }
        highs |= bytes;
        before += chunk.len();
    }
    match text.last_chunk() {
        // What is left over is part of the last sixteen.
        Some(last) => stop_in(Bytes::new(*last), last.len() - rest.len(), before, highs),
        None => {
            let mut ending = Bytes::ZERO.to_array();
            ending[..rest.len()].copy_from_slice(rest);
            stop_in(Bytes::new(ending), 0, before, highs).filter(|(at, _)| *at < rest.len())
        }
    }
}

/// The same in sixteen bytes without the first ones, behind others that were looked at.
#[inline(always)]
fn stop_in(bytes: Bytes, first: usize, before: usize, highs: Bytes) -> Option<(usize, bool)> {
    let stops = are_stops(bytes).to_bitmask() >> first;
    let at = (stops != 0).then(|| stops.trailing_zeros())?;
    let high = highs.to_bitmask() | bytes.to_bitmask() >> first & ((1 << at) - 1);
    Some((before + at as usize, high != 0))
}
