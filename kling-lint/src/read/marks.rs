//! Where strings of a text may end, a bit a byte.
//!
//! One block is known at a time: whoever reads a text goes forwards.

use super::bytes::{are_stops, far_stop};
use crate::vector::Bytes;

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
}

impl<'t> Marks<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut marks = Marks { text, start: 0, stops: 0, highs: 0 };
        marks.look(0);
        marks
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
        match rest.first_chunk() {
            Some(block) => self.mark(block),
            None => {
                // The zeros stop a string where the text ends.
                let mut ending = [0; BLOCK];
                ending[..rest.len()].copy_from_slice(rest);
                self.mark(&ending);
            }
        }
    }

    #[inline(always)]
    fn mark(&mut self, block: &[u8; BLOCK]) {
        self.stops = marks(block, are_stops);
        let all = block.as_chunks().0.iter().fold(Bytes::ZERO, |all, it| all | Bytes::new(*it));
        self.highs = if all.to_bitmask() == 0 { 0 } else { marks(block, |bytes| bytes) };
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
