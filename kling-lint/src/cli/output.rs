//! Standard output, whose reader may leave, or want no colours.

use std::io::{self, BufWriter, ErrorKind, Write};

use anstream::adapter::StripBytes;

/// Bytes that are written at once.
const BLOCK: usize = 64 << 10;
/// What every style begins with.
const ESCAPE: u8 = 0x1b;

/// Takes everything. When the reader has left (`| head`), writing succeeds and [`closed`] tells.
///
/// [`closed`]: Output::closed
#[derive(Debug)]
pub(crate) struct Output<W: Write> {
    inner: BufWriter<Quiet<W>>,
    /// Takes the styles out.
    strip: Option<StripBytes>,
}

impl<W: Write> Output<W> {
    /// Writes what it is told, at once.
    pub(crate) fn new(inner: W) -> Self {
        let inner = BufWriter::with_capacity(0, Quiet { inner, closed: false });
        Output { inner, strip: None }
    }

    /// The same, in large blocks.
    pub(crate) fn in_blocks(self) -> Self {
        // Nothing was held until now.
        let (inner, _) = self.inner.into_parts();
        Output { inner: BufWriter::with_capacity(BLOCK, inner), ..self }
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
        self.inner.get_ref().closed
    }

    /// What it writes to.
    pub(crate) fn inner(&self) -> &W {
        &self.inner.get_ref().inner
    }

    /// The same stream for somebody's own bytes, none of which is taken for a style.
    pub(crate) fn verbatim(&mut self) -> Verbatim<'_, W> {
        Verbatim(self)
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
        let Some(mut strip) = strip else { return self.inner.write_all(bytes) };
        let mut parts = strip.strip_next(bytes);
        let done = parts.try_for_each(|printable| self.inner.write_all(printable));
        self.strip = Some(strip);
        done
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Takes everything once its reader has left.
#[derive(Debug)]
struct Quiet<W> {
    inner: W,
    closed: bool,
}

impl<W: Write> Quiet<W> {
    fn unless_closed<T>(
        &mut self,
        otherwise: T,
        act: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.closed {
            return Ok(otherwise);
        }
        match act(&mut self.inner) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(otherwise)
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_closed(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_closed((), Write::flush)
    }
}

/// See [`Output::verbatim`].
#[derive(Debug)]
pub(crate) struct Verbatim<'o, W: Write>(&'o mut Output<W>);

impl<W: Write> Write for Verbatim<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.inner.write(bytes)
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
