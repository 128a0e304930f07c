//! Text that has to wait for the end of a run: in memory while it is short, else in a file without a
//! name, which is gone with the process.

use std::fs::File;
use std::io::{self, Seek as _, Write};

/// Bytes that are kept in memory, and written at once.
const BLOCK: usize = 256 << 10;

/// What was written, in order.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    /// What was written first, if there is much.
    file: Option<File>,
    rest: Vec<u8>,
    /// There is no place for a file: all of it stays in memory.
    confined: bool,
}

impl Spill {
    /// Hands all of it on.
    pub(crate) fn pour(self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(mut file) = self.file {
            file.rewind()?;
            io::copy(&mut file, out)?;
        }
        out.write_all(&self.rest)
    }

    /// Moves what is in memory to the file.
    #[cold]
    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = tempfile::tempfile().ok();
            self.confined = self.file.is_none();
        }
        if let Some(file) = &mut self.file {
            file.write_all(&self.rest)?;
            self.rest.clear();
        }
        Ok(())
    }
}

impl Write for Spill {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.rest.len() + bytes.len() > BLOCK && !self.confined {
            self.spill()?;
        }
        self.rest.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_out_and_little_of_it_stays_in_memory() {
        for (confined, pieces) in [(false, 1), (false, 5_000), (true, 5_000)] {
            let mut spill = Spill { confined, ..Spill::default() };
            let mut expected = Vec::new();
            for number in 0..pieces {
                let piece = format!("{number};").repeat(50);
                spill.write_all(piece.as_bytes()).expect("a temporary folder");
                expected.extend(piece.into_bytes());
            }
            assert!(confined || spill.rest.capacity() <= 2 * BLOCK);
            let mut out = Vec::new();
            spill.pour(&mut out).expect("a temporary folder");
            assert!(out == expected);
        }
    }
}
