//! Many bytes at once: blanks, and the contents of strings.

use super::tape::{ESCAPES, HIGH, SOUND};
use crate::load::{sound_escape, survey};

/// Bytes looked at in chunks before bulk search pays.
const FAR: usize = 512;
/// Bytes searched at once, while they are in the cache.
const PIECE: usize = 32 << 10;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;
const SPACES: u64 = ONES * b' ' as u64;

/// The next byte from here on that is no white space of JSON.
#[inline(always)]
pub(super) fn skip_blank(text: &[u8], pos: usize) -> usize {
    match text.get(pos..) {
        Some([first, ..]) if *first > b' ' => pos,
        Some([b' ', second, ..]) if *second > b' ' => pos + 1,
        _ => skip_blanks(text, pos),
    }
}

#[inline(never)]
fn skip_blanks(text: &[u8], mut pos: usize) -> usize {
    loop {
        match text.get(pos) {
            Some(b' ') => pos = skip_spaces(text, pos + 1),
            Some(b'\n' | b'\r' | b'\t') => pos += 1,
            _ => return pos,
        }
    }
}

/// Indented text has runs of spaces.
#[inline]
fn skip_spaces(text: &[u8], mut pos: usize) -> usize {
    while let Some(word) = word(text, pos) {
        match first_byte(word ^ SPACES) {
            8 => pos += 8,
            spaces => return pos + spaces,
        }
    }
    pos
}

/// Where a string of up to sixteen plain ASCII bytes ends, and these bytes: most keys and choices.
#[inline]
pub(super) fn short_string(text: &[u8], from: usize) -> Option<(usize, [u64; 2])> {
    let chunk = text.get(from..)?.first_chunk::<16>()?;
    let stop = Stop::of(chunk);
    let close = from + stop.len;
    (!stop.has_high() && text.get(close) == Some(&b'"')).then_some((close, stop.before))
}

/// The closing quote of a string whose content starts at `from`, and its flags; nothing if there is
/// anything wrong with it.
#[inline(never)]
pub(super) fn sound_string(text: &[u8], from: usize) -> Option<(usize, u8)> {
    let mut flags = SOUND;
    let mut has_high = false;
    let mut pos = from;
    loop {
        pos = next_stop(text, pos, &mut has_high)?;
        match text[pos] {
            b'"' => break,
            b'\\' => flags |= ESCAPES,
            _ => return None,
        }
        while text.get(pos) == Some(&b'\\') {
            pos += sound_escape(&text[pos..])?;
        }
    }
    if has_high {
        simdutf8::basic::from_utf8(&text[from..pos]).ok()?;
        flags |= HIGH;
    }
    Some((pos, flags))
}

/// The next quote, backslash or control character; behind many bytes a control character may be
/// nothing at once.
#[inline]
fn next_stop(text: &[u8], from: usize, has_high: &mut bool) -> Option<usize> {
    let mut pos = from;
    while let Some(chunk) = text.get(pos..)?.first_chunk::<32>() {
        let (is_stop, is_high) = look(chunk);
        if is_stop {
            break;
        }
        *has_high |= is_high;
        pos += chunk.len();
        if pos - from >= FAR {
            return far_stop(text, pos, has_high);
        }
    }
    loop {
        let rest = text.get(pos..)?;
        let mut ending = [0; 16];
        let chunk = rest.first_chunk::<16>().unwrap_or_else(|| {
            // The text ends before the chunk does: the zeros behind it are stops.
            ending[..rest.len()].copy_from_slice(rest);
            &ending
        });
        let stop = Stop::of(chunk);
        *has_high |= stop.has_high();
        pos += stop.len;
        if stop.len < chunk.len() {
            return (pos < text.len()).then_some(pos);
        }
    }
}

/// The same for strings of megabytes.
#[cold]
fn far_stop(text: &[u8], mut pos: usize, has_high: &mut bool) -> Option<usize> {
    loop {
        let rest = text.get(pos..)?;
        let piece = &rest[..rest.len().min(PIECE)];
        let stop = memchr::memchr2(b'"', b'\\', piece);
        let plain = &piece[..stop.unwrap_or(piece.len())];
        let (is_control, is_high) = survey(plain);
        if is_control || piece.is_empty() {
            return None;
        }
        *has_high |= is_high;
        pos += plain.len();
        if stop.is_some() {
            return Some(pos);
        }
    }
}

/// Whether a string may end or be at fault here, and whether there is a byte outside ASCII.
#[inline]
fn look(chunk: &[u8; 32]) -> (bool, bool) {
    let (mut stop, mut high) = (false, false);
    for &byte in chunk {
        stop |= is_stop(byte);
        high |= byte >= 0x80;
    }
    (stop, high)
}

/// Eight bytes as a number, the first one lowest.
#[inline]
fn word(text: &[u8], pos: usize) -> Option<u64> {
    text.get(pos..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Where a string may end or be at fault.
struct Stop {
    /// Bytes before that, or all of the chunk.
    len: usize,
    /// These bytes, and zeros.
    before: [u64; 2],
}

impl Stop {
    #[inline]
    fn of(chunk: &[u8; 16]) -> Self {
        let [low, high] = halves(chunk);
        match halves(&marks(chunk)) {
            [0, mark] => Stop { len: 8 + first_byte(mark), before: [low, high & below(mark)] },
            [mark, _] => Stop { len: first_byte(mark), before: [low & below(mark), 0] },
        }
    }

    #[inline]
    fn has_high(&self) -> bool {
        (self.before[0] | self.before[1]) & HIGHS != 0
    }
}

/// Ones for each byte that is a stop. Apart from its callers, which would take the vectors apart.
#[inline(never)]
fn marks(chunk: &[u8; 16]) -> [u8; 16] {
    let mut marks = [0; 16];
    let mut at = 0;
    while at < marks.len() {
        marks[at] = if is_stop(chunk[at]) { 0xff } else { 0 };
        at += 1;
    }
    marks
}

#[inline]
fn halves(chunk: &[u8; 16]) -> [u64; 2] {
    let whole = u128::from_le_bytes(*chunk);
    [whole as u64, (whole >> 64) as u64]
}

/// The bits below the lowest one that is set, or all.
#[inline]
fn below(word: u64) -> u64 {
    word.wrapping_sub(1) & !word
}

#[inline]
fn is_stop(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The first byte of a word in which a bit is set, or eight.
#[inline]
fn first_byte(word: u64) -> usize {
    (word.trailing_zeros() / 8) as usize
}
