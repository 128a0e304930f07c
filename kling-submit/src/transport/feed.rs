//! The body on its way out: exactly as long as was said, or not to its end.

use std::io::{self, Read};
use std::sync::Arc;

use super::watch::Watch;

/// Reads a body for one exchange. Its last byte is given only when the source ends right behind it:
/// a body that is no longer what was linted never arrives whole.
pub(crate) struct Feed<'b> {
    body: &'b mut (dyn Read + Send),
    left: u64,
    watch: Arc<Watch>,
    failure: Option<String>,
}

impl<'b> Feed<'b> {
    pub(crate) fn new(
        body: &'b mut (dyn Read + Send),
        content_length: u64,
        watch: Arc<Watch>,
    ) -> Self {
        Feed { body, left: content_length, watch, failure: None }
    }

    /// Why the body ended early, if it was its own fault.
    pub(crate) fn failure(self) -> Option<String> {
        self.failure
    }

    fn give(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let buffer = &mut buffer[..room];
        // Nobody listens any more: what is not sent need not be read.
        if self.watch.is_deaf() {
            buffer.fill(b' ');
            self.left -= room as u64;
            return Ok(room);
        }
        let given = read(self.body, buffer)?;
        if given == 0 && self.left > 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("it is {} bytes shorter than when it was linted", self.left),
            ));
        }
        self.left -= given as u64;
        if self.left == 0 && read(self.body, &mut [0])? != 0 {
            return Err(io::Error::other("it is longer than when it was linted"));
        }
        Ok(given)
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.left == 0 {
            return Ok(0);
        }
        self.give(buffer).inspect_err(|error| self.failure = Some(error.to_string()))
    }
}

fn read(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match body.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
