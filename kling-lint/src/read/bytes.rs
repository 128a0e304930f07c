//! Many bytes at once: blanks, and where strings end.

use crate::load::survey;
use crate::vector::{self, Bytes, are, up_to};

/// Bytes searched at once, while they are in the cache.
const PIECE: usize = 32 << 10;

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
fn skip_blanks(text: &[u8], pos: usize) -> usize {
    pos + text.get(pos..).map_or(0, |rest| vector::run(rest, are_blank))
}

/// Which bytes are white space of JSON.
#[inline]
fn are_blank(bytes: Bytes) -> Bytes {
    are(bytes, b' ') | are(bytes, b'\n') | are(bytes, b'\r') | are(bytes, b'\t')
}

/// Which bytes end a string, or are at fault in it, or begin an escape.
#[inline(always)]
pub(super) fn are_stops(bytes: Bytes) -> Bytes {
    // With one bit turned a quote stands next to the control characters, which stay below it: one look tells
    // both.
    up_to(bytes ^ Bytes::splat(b'"' ^ b' '), b' ') | are(bytes, b'\\')
}

/// The next quote, backslash or control character of a string of megabytes; behind many bytes a control
/// character may be nothing at once.
#[cold]
pub(super) fn far_stop(text: &[u8], mut pos: usize, has_high: &mut bool) -> Option<usize> {
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
