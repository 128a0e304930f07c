//! Where strings of a text may end, and what is blank in it, a bit a byte.
//!
//! One block is known at a time: whoever reads a text goes forwards.

use super::bytes::{are_blank, far_stop};
use crate::vector::{Bytes, are, up_to};

/// Bytes of a block: as many as a word has bits.
const BLOCK: usize = u64::BITS as usize;
/// Blocks of a string that are looked at one by one before bulk search pays.
const NEAR: usize = 8;

/// The marks of one block of a text.
pub(super) struct Marks<'t> {
    text: &'t [u8],
    /// Where the block begins.
    start: usize,
    /// Quotes, backslashes and control characters: where a string ends, or is at fault.
    stops: u64,
    /// Bytes outside ASCII.
    highs: u64,
    /// Bytes that are no white space of JSON.
    inks: u64,
}

impl<'t> Marks<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut marks = Marks { text, start: 0, stops: 0, highs: 0, inks: 0 };
        marks.look(0);
        marks
    }

    /// The next byte from here on that is no white space of JSON, or the end of the text.
    #[inline(always)]
    pub(super) fn skip_blank(&mut self, pos: usize) -> usize {
        let bit = pos.wrapping_sub(self.start);
        if bit < BLOCK {
            let inks = self.inks >> bit;
            if inks != 0 {
                return pos + inks.trailing_zeros() as usize;
            }
        }
        self.skip_beyond(pos)
    }

    /// The same where it may lie beyond the block.
    #[inline(never)]
    fn skip_beyond(&mut self, pos: usize) -> usize {
        if pos.wrapping_sub(self.start) >= BLOCK {
            self.look(pos - pos % BLOCK);
        }
        let mut from = u64::MAX << (pos % BLOCK);
        loop {
            let inks = self.inks & from;
            // The zeros behind a text are no white space.
            if inks != 0 {
                return self.start + inks.trailing_zeros() as usize;
            }
            self.look(self.start + BLOCK);
            from = u64::MAX;
        }
    }

    /// The next quote, backslash or control character from here on, or the end of the text, and whether a
    /// byte outside ASCII comes before it. Behind many bytes a control character may be nothing at once,
    /// and so may the end.
    #[inline(always)]
    pub(super) fn stop(&mut self, pos: usize) -> Option<(usize, bool)> {
        let bit = pos.wrapping_sub(self.start);
        if bit < BLOCK {
            let stops = self.stops >> bit;
            if stops != 0 {
                let highs = self.highs >> bit & before(stops);
                return Some((pos + stops.trailing_zeros() as usize, highs != 0));
            }
        }
        self.stop_beyond(pos)
    }

    /// The same where it may lie beyond the block.
    #[inline(never)]
    fn stop_beyond(&mut self, pos: usize) -> Option<(usize, bool)> {
        if pos.wrapping_sub(self.start) >= BLOCK {
            self.look(pos - pos % BLOCK);
        }
        let mut from = u64::MAX << (pos % BLOCK);
        let mut highs = 0;
        for _ in 0..NEAR {
            let stops = self.stops & from;
            if stops != 0 {
                highs |= self.highs & from & before(stops);
                let stop = self.start + stops.trailing_zeros() as usize;
                return Some((stop, highs != 0));
            }
            highs |= self.highs & from;
            self.look(self.start + BLOCK);
            from = u64::MAX;
        }
        let mut has_high = highs != 0;
        far_stop(self.text, self.start, &mut has_high).map(|stop| (stop, has_high))
    }

    /// Looks at the block that begins here.
    #[inline]
    fn look(&mut self, start: usize) {
        self.start = start;
        let rest = self.text.get(start..).unwrap_or_default();
        let mut ending = [0; BLOCK];
        let block = rest.first_chunk().unwrap_or_else(|| {
            // The text ends before the block does: the zeros behind it end a string.
            ending[..rest.len()].copy_from_slice(rest);
            &ending
        });
        let controls = marks(block, |bytes| up_to(bytes, 0x1f));
        let spaces = marks(block, |bytes| are(bytes, b' '));
        self.stops = controls | marks(block, |bytes| are(bytes, b'"') | are(bytes, b'\\'));
        self.highs = marks(block, |bytes| bytes);
        self.inks = !match controls {
            0 => spaces,
            // Most are the ends of lines.
            _ if controls == marks(block, |bytes| are(bytes, b'\n')) => spaces | controls,
            _ => marks(block, are_blank),
        };
    }
}

/// Which bytes of a block are of a kind: its highest bit says so.
#[inline(always)]
fn marks(block: &[u8; BLOCK], are: impl Fn(Bytes) -> Bytes) -> u64 {
    let mut marks = 0;
    for (index, bytes) in block.as_chunks().0.iter().enumerate() {
        marks |= u64::from(are(Bytes::new(*bytes)).to_bitmask()) << (16 * index);
    }
    marks
}

/// The bits below the lowest one that is set.
#[inline]
fn before(word: u64) -> u64 {
    word.wrapping_sub(1) & !word
}
