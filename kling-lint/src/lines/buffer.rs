//! What was read of a stream and is not handed on, in a place that the system copies to at its best speed.

use std::io::{self, Read};
use std::ops::Range;

use crate::load::{ALIGNED, unaligned};

/// So many bytes are read at once, or several times as many, while there is room: a file is read from the
/// beginning of a page, and what follows is aligned as that is.
const PAGE: usize = 4 << 10;

/// A text of so many bytes at most, with room for what is read next.
#[derive(Debug)]
pub(super) struct Buffer {
    room: Vec<u8>,
    /// Where the text stands in it.
    held: Range<usize>,
    most: usize,
}

impl Buffer {
    /// Nothing.
    pub(super) fn new(most: usize) -> Self {
        Buffer::holding(&[], Buffer::room(most), most)
    }

    /// Room for a text of so many bytes.
    pub(super) fn room(most: usize) -> Vec<u8> {
        vec![0; most + ALIGNED]
    }

    /// This text, in that room.
    pub(super) fn holding(text: &[u8], mut room: Vec<u8>, most: usize) -> Self {
        let held = place(&room, text.len());
        room[held.clone()].copy_from_slice(text);
        Buffer { room, held, most }
    }

    /// The text.
    pub(super) fn text(&self) -> &[u8] {
        &self.room[self.held.clone()]
    }

    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() == self.most
    }

    /// Drops so many bytes at the beginning.
    pub(super) fn forget(&mut self, bytes: usize) {
        let kept = self.held.start + bytes..self.held.end;
        self.held = place(&self.room, kept.len());
        self.room.copy_within(kept, self.held.start);
    }

    /// Reads on behind the text; so many bytes came.
    ///
    /// # Errors
    /// Those of the stream.
    pub(super) fn read(&mut self, reader: &mut impl Read) -> io::Result<usize> {
        let free = self.most - self.len();
        let asked = if free < PAGE { free } else { free - free % PAGE };
        let from = self.held.end;
        // A reader of someone else's may miscount.
        let read = reader.read(&mut self.room[from..from + asked])?.min(asked);
        self.held.end += read;
        Ok(read)
    }

    /// The room, and where the text stands in it.
    pub(super) fn into_parts(self) -> (Vec<u8>, Range<usize>) {
        (self.room, self.held)
    }
}

/// Where so many bytes are to stand, so that those behind them are aligned.
fn place(room: &[u8], len: usize) -> Range<usize> {
    let start = unaligned(&room[len..]);
    start..start + len
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_aligned_and_a_file_is_read_by_pages() {
        let most = 5 * PAGE;
        for len in [0, 1, 63, 64, 65, 1000, PAGE - 1, PAGE, PAGE + 1, most - PAGE, most - 1, most] {
            let text = vec![b'a'; len];
            let mut buffer = Buffer::holding(&text, Buffer::room(most), most);
            assert_eq!(buffer.room[buffer.held.end..].as_ptr().align_offset(ALIGNED), 0, "{len}");
            let read = buffer.read(&mut io::repeat(b'b')).expect("it goes on");
            assert!(read.is_multiple_of(PAGE) || buffer.is_full(), "{len}: {read}");
            assert_eq!(read == 0, len == most);
            assert!(
                buffer.text().starts_with(&text)
                    && buffer.text()[len..].iter().all(|it| *it == b'b')
            );
            for dropped in [0, 7, buffer.len() - 7] {
                let expected = buffer.text()[dropped..].to_vec();
                buffer.forget(dropped);
                assert_eq!(buffer.text(), expected);
            }
        }
    }

    /// One says that it read more than was asked for.
    struct Boaster;

    impl Read for Boaster {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.len() + 1)
        }
    }

    #[test]
    fn no_more_is_held_than_was_asked_for() {
        let mut buffer = Buffer::new(10);
        assert_eq!(buffer.read(&mut Boaster).expect("no error"), 10);
        assert!(buffer.is_full());
    }
}
