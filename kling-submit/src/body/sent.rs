//! The body on its way: hashed as it goes, and whole only if it is what was hashed before.

use std::io::{self, ErrorKind, Read};

use sha2::{Digest as _, Sha256};

use crate::failpoint::failpoint;
use crate::hex::hex;

/// The end of the body that is held back until the hash of everything is known. The bracket that
/// makes the body whole is in it.
const HELD: u64 = 64 << 10;

/// Hands a body on. Of one that has another hash than expected the end is never handed on.
#[derive(Debug)]
pub(super) struct Sent<R> {
    body: R,
    expected: Option<String>,
    sha256: Sha256,
    /// Bytes that were not read yet.
    left: u64,
    /// The end, and how much of it was taken.
    held: Vec<u8>,
    taken: usize,
    failed: bool,
}

impl<R: Read> Sent<R> {
    /// A body of this length, and the hash it must have.
    pub(super) fn new(body: R, len: u64, expected: Option<String>) -> Self {
        let sha256 = Sha256::new();
        Sent { body, expected, sha256, left: len, held: Vec::new(), taken: 0, failed: false }
    }

    fn hold(&mut self) -> io::Result<()> {
        let left = self.left;
        self.held.clear();
        (&mut self.body).take(left).read_to_end(&mut self.held)?;
        // What is longer than it was said to be is cut off by the transport: it is no whole body either.
        if self.held.len() as u64 != left || self.body.read(&mut [0])? != 0 {
            return Err(changed());
        }
        self.left = 0;
        self.sha256.update(&self.held);
        let hash = hex(&self.sha256.finalize_reset());
        if self.expected.as_ref().is_some_and(|expected| *expected != hash) {
            return Err(changed());
        }
        Ok(())
    }
}

impl<R: Read> Read for Sent<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(changed());
        }
        if self.left > HELD {
            let most = usize::try_from(self.left - HELD).unwrap_or(usize::MAX).min(buffer.len());
            let len = self.body.read(&mut buffer[..most])?;
            self.failed = len == 0 && most > 0;
            if self.failed {
                return Err(changed());
            }
            self.sha256.update(&buffer[..len]);
            self.left -= len as u64;
            return Ok(len);
        }
        if self.left > 0 {
            self.hold().inspect_err(|_| self.failed = true)?;
        }
        let rest = &self.held[self.taken..];
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        self.taken += len;
        Ok(len)
    }
}

fn changed() -> io::Error {
    let why = "the request, or a file it names, changed after it was hashed";
    io::Error::new(ErrorKind::InvalidData, why)
}

/// Ends a read in the middle, where a test may end the process.
#[derive(Debug)]
pub(super) struct Halved<R> {
    body: R,
    /// Bytes before the middle that are still to come; none once it is passed.
    before: Option<u64>,
}

impl<R: Read> Halved<R> {
    /// A body of this length.
    pub(super) fn new(body: R, len: u64) -> Self {
        Halved { body, before: Some(len / 2) }
    }
}

impl<R: Read> Read for Halved<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.before == Some(0) {
            failpoint("mid-body");
            self.before = None;
        }
        let Some(before) = &mut self.before else { return self.body.read(buffer) };
        let most = usize::try_from(*before).unwrap_or(usize::MAX).min(buffer.len());
        let len = self.body.read(&mut buffer[..most])?;
        *before -= len as u64;
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::body::hash::hashes;

    fn read(mut body: impl Read, piece: usize) -> (Vec<u8>, bool) {
        let (mut out, mut buffer) = (Vec::new(), vec![0; piece]);
        loop {
            match body.read(&mut buffer) {
                Ok(0) => return (out, true),
                Ok(len) => out.extend_from_slice(&buffer[..len]),
                Err(_) => {
                    assert!(body.read(&mut buffer).is_err(), "it goes on failing");
                    return (out, false);
                }
            }
        }
    }

    fn sent(body: &[u8], len: usize, expected: Option<&[u8]>, piece: usize) -> (Vec<u8>, bool) {
        let hash = expected.map(|it| hashes(it, None).expect("memory").sent_sha256);
        read(Halved::new(Sent::new(body, len as u64, hash), len as u64), piece)
    }

    #[test]
    fn another_body_is_never_whole() {
        let body = vec![7; 300_000];
        for at in [0, 150_000, 299_999] {
            let mut other = body.clone();
            other[at] = 8;
            let (out, whole) = sent(&other, body.len(), Some(&body), 4096);
            assert!(!whole && out.len() as u64 == body.len() as u64 - HELD, "{at}");
        }
        for other in [&body[1..], &[&body[..], b"x"].concat(), b""] {
            let (out, whole) = sent(other, body.len(), None, 4096);
            assert!(!whole && out.len() as u64 <= body.len() as u64 - HELD);
        }
    }

    proptest! {
        #[test]
        fn the_same_body_is(len in 0_usize..200_000, piece in 1_usize..100_000, seed: u8) {
            let body: Vec<u8> = (0..len).map(|at| (at as u8).wrapping_mul(seed)).collect();
            prop_assert_eq!(sent(&body, len, Some(&body), piece), (body.clone(), true));
            prop_assert_eq!(sent(&body, len, None, piece), (body, true));
        }
    }
}
