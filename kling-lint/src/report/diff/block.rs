//! A block of a file, read once for all the lines in it.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes read at once.
const BLOCK: u64 = 64 << 10;

/// Ranges of a file, most of which follow each other.
pub(super) struct Block<'f, F> {
    file: &'f mut F,
    start: u64,
    bytes: Vec<u8>,
}

impl<'f, F: Read + Seek> Block<'f, F> {
    pub(super) fn new(file: &'f mut F) -> Self {
        Block { file, start: 0, bytes: Vec::new() }
    }

    /// The bytes from here to there, or to the file's end.
    pub(super) fn read(&mut self, from: u64, to: u64) -> io::Result<&[u8]> {
        if from < self.start || to > self.start + self.bytes.len() as u64 {
            self.file.seek(SeekFrom::Start(from))?;
            self.start = from;
            self.bytes.clear();
            let len = to.saturating_sub(from).max(BLOCK);
            self.file.take(len).read_to_end(&mut self.bytes)?;
        }
        let at = |place: u64| {
            usize::try_from(place - self.start).unwrap_or(usize::MAX).min(self.bytes.len())
        };
        Ok(&self.bytes[at(from)..at(to.max(from))])
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn ranges_are_read_wherever_they_are() {
        let text: Vec<u8> = (0..3 * BLOCK).map(|at| (at % 251) as u8).collect();
        let mut file = Cursor::new(&text);
        let mut block = Block::new(&mut file);
        let len = text.len() as u64;
        let places = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7, len - 1, len];
        for from in places {
            for to in places.into_iter().filter(|to| *to >= from) {
                let read = block.read(from, to).expect("memory");
                assert_eq!(read, &text[from as usize..to as usize], "{from}..{to}");
            }
        }
        assert_eq!(block.read(len - 2, len + 9).expect("memory").len(), 2);
        assert_eq!(block.read(len + 1, len + 9).expect("memory"), b"");
    }
}
