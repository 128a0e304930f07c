//! A file that is read several times, and must be the same each time: once to be checked, once to be
//! sent, say.

use std::hash::{BuildHasher, Hasher as _};
use std::io::{self, BufRead, Read, Seek as _};

use foldhash::quality::RandomState;

use crate::files::OpenFile;
use crate::load::fill;

/// Bytes read and hashed at once.
const BLOCK: usize = 64 << 10;

/// What two readings of the same bytes agree in. The hash starts from a random number, so nobody can
/// prepare others that agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Print {
    /// How many bytes there are.
    pub(crate) len: u64,
    hash: u64,
}

/// One reading from the first byte to the last.
pub(crate) struct Reading<'r> {
    request: &'r mut OpenFile,
    block: Vec<u8>,
    /// Bytes of the block that were taken.
    taken: usize,
    ended: bool,
    // Blocks are always full but for the last, so two readings feed it alike.
    hasher: <RandomState as BuildHasher>::Hasher,
    len: u64,
    closing: u64,
}

impl<'r> Reading<'r> {
    /// Begins with the first byte.
    pub(crate) fn new(request: &'r mut OpenFile, keys: &RandomState) -> io::Result<Self> {
        request.rewind()?;
        Ok(Reading {
            request,
            block: Vec::new(),
            taken: 0,
            ended: false,
            hasher: keys.build_hasher(),
            len: 0,
            closing: 0,
        })
    }

    /// How many bytes were read so far.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Where the last byte stands that is no white space: the bracket that makes the text whole.
    pub(crate) fn closing(&self) -> u64 {
        self.closing
    }

    /// What was read, once it was read to its end.
    pub(crate) fn print(&self) -> Option<Print> {
        self.ended.then(|| Print { len: self.len, hash: self.hasher.finish() })
    }
}

impl BufRead for Reading<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.block.len() && !self.ended {
            self.taken = 0;
            self.block.resize(BLOCK, 0);
            let filled = fill(self.request, &mut self.block);
            self.block.truncate(*filled.as_ref().unwrap_or(&0));
            let filled = filled?;
            self.ended = filled < BLOCK;
            self.hasher.write(&self.block);
            let is_text = |byte: &u8| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            if let Some(last) = self.block.iter().rposition(is_text) {
                self.closing = self.len + last as u64;
            }
            self.len += filled as u64;
        }
        Ok(&self.block[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
    }
}

impl Read for Reading<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let block = self.fill_buf()?;
        let count = block.len().min(buffer.len());
        buffer[..count].copy_from_slice(&block[..count]);
        self.consume(count);
        Ok(count)
    }
}
