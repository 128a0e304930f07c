//! Many bytes at once: blanks, and the contents of strings.

use super::tape::{ESCAPES, HIGH, SOUND};
use crate::load::{sound_escape, survey};

/// Bytes of a string looked at by words: most keys and choices end in them.
const NEAR: usize = 16;
/// Bytes looked at in chunks before bulk search pays.
const FAR: usize = 512;
/// Bytes searched at once, while they are in the cache.
const PIECE: usize = 32 << 10;

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = ONES << 7;
const SPACES: u64 = ONES * b' ' as u64;

/// The next byte from here on that is no white space of JSON.
#[inline]
pub(super) fn skip_blank(text: &[u8], pos: usize) -> usize {
    match text.get(pos..) {
        Some([first, ..]) if *first > b' ' => pos,
        Some([b' ', second, ..]) if *second > b' ' => pos + 1,
        _ => skip_blanks(text, pos),
    }
}

fn skip_blanks(text: &[u8], mut pos: usize) -> usize {
    loop {
        // Indented text has runs of spaces.
        if let Some(word) = word(text, pos) {
            let other = word ^ SPACES;
            if other == 0 {
                pos += 8;
                continue;
            }
            pos += first_byte(other);
        }
        match text.get(pos) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => pos += 1,
            _ => return pos,
        }
    }
}

/// The closing quote of a string whose content starts at `from`, and its flags; nothing if there is
/// anything wrong with it.
#[inline]
pub(super) fn sound_string(text: &[u8], from: usize) -> Option<(usize, u8)> {
    let mut pos = from;
    while pos < from + NEAR
        && let Some(word) = word(text, pos)
    {
        let stops = stops(word);
        // The lowest bit is exact; below it stand the bytes before the stop.
        if stops != 0 {
            let at = pos + first_byte(stops);
            if word & HIGHS & (stops - 1) != 0 || text[at] != b'"' {
                break;
            }
            return Some((at, SOUND));
        }
        if word & HIGHS != 0 {
            break;
        }
        pos += 8;
    }
    longer_string(text, pos)
}

/// The same, with nothing but plain ASCII before.
fn longer_string(text: &[u8], mut pos: usize) -> Option<(usize, u8)> {
    let mut flags = SOUND;
    let mut high = None;
    loop {
        pos = next_stop(text, pos, &mut high)?;
        match text[pos] {
            b'"' => break,
            b'\\' => flags |= ESCAPES,
            _ => return None,
        }
        while text.get(pos) == Some(&b'\\') {
            pos += sound_escape(&text[pos..])?;
        }
    }
    if let Some(high) = high {
        std::str::from_utf8(&text[high..pos]).ok()?;
        flags |= HIGH;
    }
    Some((pos, flags))
}

/// The next quote, backslash or control character; a control character among many bytes may be
/// nothing at once. `high` becomes a place before the first byte outside ASCII, behind which the string
/// goes on with ASCII until then.
fn next_stop(text: &[u8], from: usize, high: &mut Option<usize>) -> Option<usize> {
    let mut pos = from;
    while let Some(chunk) = text.get(pos..).and_then(<[u8]>::first_chunk::<32>) {
        let (has_stop, has_high) = look(chunk);
        if has_stop {
            break;
        }
        if has_high {
            high.get_or_insert(pos);
        }
        pos += chunk.len();
        if pos - from >= FAR {
            return far_stop(text, pos, high);
        }
    }
    while let Some(word) = word(text, pos) {
        let stops = stops(word);
        if word & HIGHS & stops.wrapping_sub(1) != 0 {
            high.get_or_insert(pos);
        }
        if stops != 0 {
            return Some(pos + first_byte(stops));
        }
        pos += 8;
    }
    let rest = text.get(pos..)?;
    let stop = rest.iter().position(|&byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
    if !rest[..stop].is_ascii() {
        high.get_or_insert(pos);
    }
    Some(pos + stop)
}

/// The same for strings of megabytes.
fn far_stop(text: &[u8], mut pos: usize, high: &mut Option<usize>) -> Option<usize> {
    loop {
        let rest = text.get(pos..)?;
        let piece = &rest[..rest.len().min(PIECE)];
        let stop = memchr::memchr2(b'"', b'\\', piece);
        let plain = &piece[..stop.unwrap_or(piece.len())];
        let (has_control, has_high) = survey(plain);
        if has_control || piece.is_empty() {
            return None;
        }
        if has_high {
            high.get_or_insert(pos);
        }
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
        stop |= (byte == b'"') | (byte == b'\\') | (byte < 0x20);
        high |= byte >= 0x80;
    }
    (stop, high)
}

/// Eight bytes as a number, the first one lowest.
#[inline]
fn word(text: &[u8], pos: usize) -> Option<u64> {
    text.get(pos..)?.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Bit 7 of each byte that is a quote, a backslash or a control character. Only the lowest is exact.
#[inline]
fn stops(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * u64::from(b'"')));
    let backslash = zero(word ^ (ONES * u64::from(b'\\')));
    let control = word.wrapping_sub(SPACES) & !word;
    (quote | backslash | control) & HIGHS
}

/// The first byte of a word in which a bit is set.
#[inline]
fn first_byte(word: u64) -> usize {
    (word.trailing_zeros() / 8) as usize
}
