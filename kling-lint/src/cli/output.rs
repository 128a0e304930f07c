//! Standard output, whose reader may leave, or want no colours.

use std::io::{self, ErrorKind, Write};

use anstream::adapter::StripBytes;

/// Bytes that are written at once.
const BLOCK: usize = 64 << 10;
/// What every style begins with.
const ESCAPE: u8 = 0x1b;

/// Takes everything. When the reader has left (`| head`), writing succeeds and [`closed`] tells.
///
/// [`closed`]: Output::closed
#[derive(Debug)]
pub(crate) struct Output<W> {
    inner: W,
    closed: bool,
    /// What is to be written, unless a person waits for it.
    held: Option<Vec<u8>>,
    /// Takes the styles out.
    strip: Option<StripBytes>,
}

impl<W: Write> Output<W> {
    /// Writes what it is told, at once.
    pub(crate) fn new(inner: W) -> Self {
        Output { inner, closed: false, held: None, strip: None }
    }

    /// The same, in large blocks.
    pub(crate) fn in_blocks(self) -> Self {
        Output { held: Some(Vec::new()), ..self }
    }

    /// The same, without styles.
    pub(crate) fn plain(self) -> Self {
        Output { strip: Some(StripBytes::new()), ..self }
    }

    /// Whether styles are taken out: whoever makes them may leave them out.
    pub(crate) fn is_plain(&self) -> bool {
        self.strip.is_some()
    }

    /// Whether nobody reads any more.
    pub(crate) fn closed(&self) -> bool {
        self.closed
    }

    /// What it writes to.
    pub(crate) fn inner(&self) -> &W {
        &self.inner
    }

    /// The same stream for somebody's own bytes, none of which is taken for a style.
    pub(crate) fn verbatim(&mut self) -> Verbatim<'_, W> {
        Verbatim(self)
    }

    /// Holds the bytes until there are enough of them.
    fn pass(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.held.as_ref().is_some_and(|held| held.len() + bytes.len() > BLOCK) {
            self.release()?;
        }
        match &mut self.held {
            Some(held) if bytes.len() < BLOCK => {
                held.extend_from_slice(bytes);
                Ok(())
            }
            _ => self.write_through(bytes),
        }
    }

    /// Writes what was held.
    fn release(&mut self) -> io::Result<()> {
        let Some(mut held) = self.held.take() else { return Ok(()) };
        let done = self.write_through(&held);
        held.clear();
        self.held = Some(held);
        done
    }

    fn write_through(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.closed || bytes.is_empty() {
            return Ok(());
        }
        let done = self.inner.write_all(bytes);
        self.unless_closed(done)
    }

    fn unless_closed(&mut self, done: io::Result<()>) -> io::Result<()> {
        match done {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let within = |strip: &StripBytes| *strip != StripBytes::new();
        let strip =
            self.strip.take_if(|strip| within(strip) || memchr::memchr(ESCAPE, bytes).is_some());
        let Some(mut strip) = strip else { return self.pass(bytes) };
        let done = strip.strip_next(bytes).try_for_each(|printable| self.pass(printable));
        self.strip = Some(strip);
        done
    }

    fn flush(&mut self) -> io::Result<()> {
        self.release()?;
        if self.closed {
            return Ok(());
        }
        let done = self.inner.flush();
        self.unless_closed(done)
    }
}

/// See [`Output::verbatim`].
#[derive(Debug)]
pub(crate) struct Verbatim<'o, W>(&'o mut Output<W>);

impl<W: Write> Write for Verbatim<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.pass(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;

    /// Counts how often it is written to.
    #[derive(Clone, Debug, Default)]
    struct Pipe(Rc<RefCell<(Vec<u8>, usize)>>);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (all, times) = &mut *self.0.borrow_mut();
            all.extend_from_slice(bytes);
            *times += 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        /// Whatever the pieces and the lengths.
        #[test]
        fn blocks_change_nothing(
            texts in proptest::collection::vec(("[a-z\u{1b}名\x7f]{0,9}", 1..20_000_usize), 0..20),
        ) {
            let pipe = Pipe::default();
            let mut out = Output::new(pipe.clone()).in_blocks();
            let mut whole = Vec::new();
            for (text, times) in &texts {
                let text = text.repeat(*times);
                out.write_all(text.as_bytes()).expect("memory");
                whole.extend_from_slice(text.as_bytes());
            }
            out.flush().expect("memory");
            let (all, times) = &*pipe.0.borrow();
            prop_assert!(*all == whole);
            prop_assert!(*times <= 2 * whole.len().div_ceil(BLOCK), "{times} for {}", whole.len());
        }

        /// As the library has it, however the text is cut.
        #[test]
        fn styles_are_taken_out(
            texts in proptest::collection::vec("(\\x1b\\[[0-9;]{0,3}m|[a-z名]{0,3}|\\x1b|\\[3)", 0..20),
        ) {
            let pipe = Pipe::default();
            let mut out = Output::new(pipe.clone()).plain();
            for text in &texts {
                out.write_all(text.as_bytes()).expect("memory");
            }
            let whole = anstream::adapter::strip_bytes(texts.concat().as_bytes()).into_vec();
            prop_assert_eq!(&pipe.0.borrow().0, &whole);
        }
    }

    #[test]
    fn somebody_s_own_bytes_are_left_alone() {
        let bytes = b"{\"a\": \"\x1b[31m\x7f\0\xff\"}";
        let pipe = Pipe::default();
        let mut out = Output::new(pipe.clone()).plain();
        out.verbatim().write_all(bytes).expect("memory");
        out.write_all(b"\x1b[1mb\x1b[0m").expect("memory");
        assert_eq!(pipe.0.borrow().0, [&bytes[..], b"b"].concat());
    }

    #[test]
    fn nothing_is_held_for_long() {
        let pipe = Pipe::default();
        let mut out = Output::new(pipe.clone()).in_blocks();
        out.write_all(b"a").expect("memory");
        assert!(pipe.0.borrow().0.is_empty());
        out.flush().expect("memory");
        assert_eq!(pipe.0.borrow().0, b"a");
    }
}
