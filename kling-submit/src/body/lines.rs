//! A file that holds one request a line: opened once, never held in memory.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kling_lint::{LONGEST, OpenFile};

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// An open file with several readers, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Mutex<OpenFile>>);

impl Shared {
    pub(super) fn new(file: OpenFile) -> Self {
        Shared(Arc::new(Mutex::new(file)))
    }

    /// Reads from this place on.
    fn read(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = lock(&self.0);
        file.seek(SeekFrom::Start(at))?;
        file.read(buffer)
    }

    /// All of it.
    pub(super) fn whole(&self) -> Section {
        let len = lock(&self.0).len();
        Section { file: self.clone(), start: 0, len, at: 0 }
    }
}

/// What a panic elsewhere left is still an open file.
fn lock(file: &Mutex<OpenFile>) -> MutexGuard<'_, OpenFile> {
    file.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of a file, as a file of its own.
#[derive(Clone, Debug)]
pub(super) struct Section {
    file: Shared,
    start: u64,
    len: u64,
    at: u64,
}

impl Section {
    /// How many bytes of the file come before it.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    /// The same part from its first byte.
    pub(super) fn open(&self) -> OpenFile {
        OpenFile::with_len(Section { at: 0, ..self.clone() }, self.len)
    }
}

impl Read for Section {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.len.saturating_sub(self.at);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let len = self.file.read(self.start + self.at, &mut buffer[..most])?;
        self.at += len as u64;
        Ok(len)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.len.checked_add_signed(by),
        };
        self.at = to.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The lines of a file that are not blank, with their numbers from 1.
#[derive(Debug)]
pub(super) struct Lines {
    file: Shared,
    block: Vec<u8>,
    /// Bytes of the block that were taken.
    taken: usize,
    /// Where the next byte stands.
    at: u64,
    number: u64,
    ended: bool,
    /// A line of more bytes is no request, and may have no end.
    longest: u64,
}

impl Lines {
    pub(super) fn new(file: Shared) -> Self {
        let block = Vec::new();
        Lines { file, block, taken: 0, at: 0, number: 0, ended: false, longest: LONGEST }
    }

    /// The bytes at hand; none at the end.
    fn fill(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.block.len() && !self.ended {
            self.taken = 0;
            self.block.resize(BLOCK, 0);
            let read = self.file.read(self.at, &mut self.block);
            self.block.truncate(*read.as_ref().unwrap_or(&0));
            match read {
                Ok(len) => self.ended = len == 0,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(&self.block[self.taken..])
    }

    /// The next line, blank or not.
    fn line(&mut self) -> io::Result<Option<(Section, bool)>> {
        let start = self.at;
        let mut blank = true;
        loop {
            let bytes = self.fill()?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let part = &bytes[..end.unwrap_or(bytes.len())];
            blank &= part.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            let (count, is_last) = (part.len(), bytes.is_empty());
            self.taken += count;
            self.at += count as u64;
            let section = Section { file: self.file.clone(), start, len: self.at - start, at: 0 };
            if end.is_some() {
                self.taken += 1;
                self.at += 1;
                return Ok(Some((section, blank)));
            }
            if is_last {
                return Ok((self.at > start).then_some((section, blank)));
            }
            if self.at - start > self.longest {
                self.ended = true;
                self.taken = self.block.len();
                let why = "a line is longer than any request; what follows was not read";
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
        }
    }
}

impl Iterator for Lines {
    type Item = io::Result<(u64, Section)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.line().transpose()?;
            self.number += 1;
            match line {
                Ok((_, true)) => {}
                Ok((section, false)) => return Some(Ok((self.number, section))),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, u64, String)> {
        let file = OpenFile::new(Cursor::new(text.to_vec())).expect("memory");
        let lines = Lines::new(Shared::new(file));
        lines
            .map(|line| {
                let (number, section) = line.expect("memory");
                let mut text = String::new();
                section.open().read_to_string(&mut text).expect("UTF-8");
                (number, section.start(), text)
            })
            .collect()
    }

    #[test]
    fn blank_lines_count_and_are_left_out() {
        let told = lines(b"\n{}\r\n \t\r\n\n[1] \n{2}");
        let told: Vec<_> = told.iter().map(|(n, at, text)| (*n, *at, text.as_str())).collect();
        assert_eq!(told, [(2, 1, "{}\r"), (5, 10, "[1] "), (6, 15, "{2}")]);
        assert_eq!(lines(b""), []);
        assert_eq!(lines(b"\n\n"), []);
    }

    #[test]
    fn a_line_may_be_longer_than_a_block() {
        for len in [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let long = "x".repeat(len);
            let text = format!("a\n{long}\nb\n{long}");
            let told = lines(text.as_bytes());
            assert_eq!(told.len(), 4);
            assert_eq!(told[1], (2, 2, long.clone()));
            assert_eq!(told[3], (4, 5 + len as u64, long));
        }
    }

    #[test]
    fn a_line_without_end_is_not_read_for_ever() {
        let file = OpenFile::with_len(Cursor::new(vec![b'x'; 4 * BLOCK]), 1 << 40);
        let mut lines = Lines { longest: BLOCK as u64, ..Lines::new(Shared::new(file)) };
        let error = lines.next().expect("a line").expect_err("too long");
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(lines.at <= 2 * BLOCK as u64, "{} bytes were read", lines.at);
        assert!(lines.next().is_none(), "what follows is not read");
    }

    #[test]
    fn a_section_can_be_read_anywhere() {
        let file = OpenFile::new(Cursor::new(b"ab\ncdef\n".to_vec())).expect("memory");
        let shared = Shared::new(file);
        let section = Lines::new(shared.clone()).nth(1).expect("a line").expect("memory").1;
        let mut file = section.open();
        assert_eq!(file.len(), 4);
        assert_eq!(file.seek(SeekFrom::End(-1)).expect("a place"), 3);
        let mut text = String::new();
        file.read_to_string(&mut text).expect("UTF-8");
        assert_eq!(text, "f");
        assert_eq!(file.seek(SeekFrom::Start(9)).expect("a place"), 9);
        assert_eq!(file.read(&mut [0; 4]).expect("nothing"), 0);
        assert!(file.seek(SeekFrom::Current(-10)).is_err());
        assert_eq!(shared.whole().open().len(), 8);
    }

    proptest! {
        #[test]
        fn lines_are_those_of_the_text(text in "[ \r\nab]{0,80}") {
            let wanted: Vec<_> = text
                .split('\n')
                .zip(1_u64..)
                .filter(|(line, _)| !line.trim_matches([' ', '\r', '\t']).is_empty())
                .map(|(line, number)| (number, line.to_owned()))
                .collect();
            let told: Vec<_> =
                lines(text.as_bytes()).into_iter().map(|(number, _, line)| (number, line)).collect();
            prop_assert_eq!(told, wanted);
        }
    }
}
