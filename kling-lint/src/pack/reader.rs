//! The body as it streams.

use std::fmt;
use std::io::{self, BufRead as _, ErrorKind, Read};

use base64_simd::STANDARD;

use super::Inlined;
use super::plan::Step;
use crate::printable;
use crate::reading::{Print, Reading};

/// Bytes of a file encoded at once: a multiple of three, so that only the last block is padded.
const RAW: usize = 96 << 10;

/// The body of a [`Parcel`](super::Parcel), from its first byte to its last.
///
/// When a file or the request itself is no longer what was checked, reading fails before the bracket
/// that makes the body whole, and goes on failing: a body that was cut short is never JSON.
pub struct ParcelReader<'p> {
    reading: Reading<'p>,
    expected: Print,
    files: &'p [Inlined],
    /// What is put in for the id.
    id: Option<&'p str>,
    /// What is to come, after `step`.
    steps: std::slice::Iter<'p, Step>,
    step: Step,
    /// Bytes of the file that were encoded.
    encoded: u64,
    raw: Vec<u8>,
    /// Bytes of the body that are made already, and how many of them were taken.
    ready: Vec<u8>,
    taken: usize,
    failure: Option<(ErrorKind, String)>,
}

impl<'p> ParcelReader<'p> {
    pub(super) fn new(
        reading: Reading<'p>,
        expected: Print,
        steps: &'p [Step],
        files: &'p [Inlined],
        id: Option<&'p str>,
    ) -> Self {
        ParcelReader {
            reading,
            expected,
            files,
            id,
            steps: steps.iter(),
            step: Step::Copy(0),
            encoded: 0,
            raw: Vec::new(),
            ready: Vec::new(),
            taken: 0,
            failure: None,
        }
    }

    fn next(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = &self.ready[self.taken..];
            if !ready.is_empty() {
                let count = ready.len().min(buffer.len());
                buffer[..count].copy_from_slice(&ready[..count]);
                self.taken += count;
                return Ok(count);
            }
            match &mut self.step {
                Step::Copy(0) | Step::Skip(0) => match self.steps.next() {
                    Some(step) => self.step = *step,
                    None => return Ok(0),
                },
                Step::Copy(left) => {
                    let block = some(self.reading.fill_buf()?, *left)?;
                    let count = block.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&block[..count]);
                    self.reading.consume(count);
                    *left -= count as u64;
                    return Ok(count);
                }
                Step::Skip(left) => {
                    let count = some(self.reading.fill_buf()?, *left)?.len();
                    self.reading.consume(count);
                    *left -= count as u64;
                }
                Step::Inline(index) => {
                    let file = &self.files[*index];
                    self.encode(file)?;
                }
                Step::Id(len) => {
                    let len = *len;
                    self.step = match self.id {
                        Some(id) => {
                            self.taken = 0;
                            self.ready.clear();
                            self.ready.extend_from_slice(id.as_bytes());
                            Step::Skip(len)
                        }
                        None => Step::Copy(len),
                    };
                }
                Step::Close(len) => {
                    let len = *len;
                    self.close(len)?;
                    self.step = Step::Copy(0);
                }
            }
        }
    }

    /// The next block of a file; quotes before the first and behind the last.
    fn encode(&mut self, file: &Inlined) -> io::Result<()> {
        let mut handle = file.handle.lock();
        let left = file.len - self.encoded;
        let count = usize::try_from(left).unwrap_or(RAW).min(RAW);
        self.raw.resize(RAW, 0);
        let raw = &mut self.raw[..count];
        if handle.fill(self.encoded, raw).map_err(|error| unreadable(file, &error))? < count {
            return Err(changed(file));
        }
        self.taken = 0;
        self.ready.clear();
        if self.encoded == 0 {
            self.ready.push(b'"');
        }
        STANDARD.encode_append(raw, &mut self.ready);
        self.encoded += count as u64;
        if self.encoded == file.len {
            // Before its last bytes are handed on.
            if !handle.is_unchanged().map_err(|error| unreadable(file, &error))? {
                return Err(changed(file));
            }
            self.ready.push(b'"');
            self.encoded = 0;
            self.step = Step::Copy(0);
        }
        Ok(())
    }

    /// The rest of the request, once all of it was read.
    fn close(&mut self, len: u64) -> io::Result<()> {
        self.taken = 0;
        self.ready.clear();
        while self.reading.len() <= self.expected.len {
            let block = self.reading.fill_buf()?;
            if block.is_empty() {
                break;
            }
            let count = block.len();
            self.ready.extend_from_slice(block);
            self.reading.consume(count);
        }
        if self.reading.print() != Some(self.expected) || self.ready.len() as u64 != len {
            self.ready.clear();
            return Err(altered());
        }
        Ok(())
    }
}

impl Read for ParcelReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((kind, text)) = &self.failure {
            return Err(io::Error::new(*kind, text.clone()));
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        self.next(buffer).inspect_err(|error| {
            if error.kind() != ErrorKind::Interrupted {
                self.failure = Some((error.kind(), error.to_string()));
            }
        })
    }
}

impl fmt::Debug for ParcelReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParcelReader").field("step", &self.step).finish_non_exhaustive()
    }
}

/// The bytes at hand, as many as are wanted; there must be some.
fn some(block: &[u8], most: u64) -> io::Result<&[u8]> {
    if block.is_empty() {
        return Err(altered());
    }
    Ok(&block[..usize::try_from(most).unwrap_or(block.len()).min(block.len())])
}

fn altered() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the request changed after it was checked")
}

fn changed(file: &Inlined) -> io::Error {
    let path = printable::quoted(&file.path);
    io::Error::new(ErrorKind::InvalidData, format!("{path} changed after it was checked"))
}

fn unreadable(file: &Inlined, error: &io::Error) -> io::Error {
    let path = printable::quoted(&file.path);
    io::Error::new(error.kind(), format!("{path} cannot be read any more: {error}"))
}
