//! Cuts a stream into chunks of whole lines.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;
use std::sync::Arc;

use super::Line;
use super::buffer::Buffer;
use crate::load::{LONGEST, Loaded};
use crate::read;

/// Bytes of a chunk at most. It fits the cache nearest to a core.
const BLOCK: usize = 128 << 10;
/// Buffers kept for later chunks.
const KEPT: usize = 64;

/// Some lines of a stream.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Bytes of the stream before it.
    offset: u64,
    content: Content,
    /// Room for what is found in its lines.
    pub(super) found: Vec<Line>,
}

#[derive(Debug)]
enum Content {
    /// Whole lines: a part of a buffer, whose other parts may be chunks too.
    Lines(Arc<Vec<u8>>, Range<usize>),
    /// One that fills more than a buffer.
    Long(Box<Long>),
}

/// A long line.
#[derive(Debug)]
pub(crate) struct Long {
    /// What the loader kept of it.
    pub(crate) loaded: Loaded<'static>,
    /// Line ends in it, as editors count them, with the one that ends it.
    pub(crate) ends: u64,
    /// Whether there is nothing but white space.
    pub(crate) is_blank: bool,
}

impl Chunk {
    /// Bytes of the stream before it.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Its text; none of a long line.
    pub(crate) fn text(&self) -> &[u8] {
        match &self.content {
            Content::Lines(buffer, part) => buffer.get(part.clone()).unwrap_or_default(),
            Content::Long(_) => &[],
        }
    }

    /// Cuts off what comes after so many bytes of its text, which end a line.
    pub(super) fn split_off(&mut self, at: usize) -> Option<Chunk> {
        let Content::Lines(buffer, part) = &mut self.content else { return None };
        let end = std::mem::replace(&mut part.end, part.start + at);
        let content = Content::Lines(Arc::clone(buffer), part.end..end);
        Some(Chunk { offset: self.offset + at as u64, content, found: Vec::new() })
    }

    /// The long line that it is.
    pub(crate) fn long(&self) -> Option<&Long> {
        match &self.content {
            Content::Lines(..) => None,
            Content::Long(long) => Some(long),
        }
    }
}

/// A stream cut into chunks.
#[derive(Debug)]
pub(crate) struct Chunks<R> {
    reader: R,
    decode: bool,
    block: usize,
    buffer: Buffer,
    /// Bytes of it that are known to hold no line end.
    searched: usize,
    /// Bytes of the stream before the buffer.
    offset: u64,
    ended: bool,
    /// A line of more bytes may have no end.
    pub(super) longest: u64,
    /// There was one.
    is_endless: bool,
    /// Buffers, and rooms for what is found in them, to be used again.
    spare: Vec<(Vec<u8>, Vec<Line>)>,
}

impl<R: Read> Chunks<R> {
    /// A stream from its first byte on.
    pub(crate) fn new(reader: R, decode: bool) -> Self {
        Chunks::with_block(reader, decode, BLOCK)
    }

    pub(super) fn with_block(reader: R, decode: bool, block: usize) -> Self {
        Chunks {
            reader,
            decode,
            block,
            buffer: Buffer::new(block),
            searched: 0,
            offset: 0,
            ended: false,
            longest: LONGEST,
            is_endless: false,
            spare: Vec::new(),
        }
    }

    /// The lines at hand, as soon as there is one: whoever writes them may wait for an answer.
    ///
    /// # Errors
    /// Those of the stream; a line was longer than any request, and what follows was not read.
    pub(crate) fn next(&mut self) -> io::Result<Option<Chunk>> {
        loop {
            if let Some(at) = memchr::memrchr(b'\n', &self.buffer.text()[self.searched..]) {
                let end = self.searched + at + 1;
                if self.offset == 0 && self.is_binary() {
                    return Ok(Some(self.only_line()));
                }
                return Ok(Some(self.cut(end)));
            }
            self.searched = self.buffer.len();
            if std::mem::take(&mut self.is_endless) {
                let why = "a line is longer than any request; what follows was not read";
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
            if self.ended {
                let len = self.buffer.len();
                return Ok((len > 0).then(|| self.cut(len)));
            }
            if self.buffer.is_full() {
                return self.long().map(Some);
            }
            self.fill()?;
        }
    }

    /// Whether nothing was read but what was handed on.
    #[cfg(feature = "cli")]
    pub(crate) fn is_drained(&self) -> bool {
        self.buffer.len() == 0
    }

    /// Nothing more is wanted.
    #[cfg(feature = "cli")]
    pub(crate) fn give_up(&mut self) {
        self.ended = true;
        self.drop_held();
    }

    /// Takes the buffer of a chunk and its room for findings back, unless another part of it is out still.
    pub(crate) fn recycle(&mut self, chunk: Chunk) {
        if let Content::Lines(buffer, _) = chunk.content
            && self.spare.len() < KEPT
            && let Some(buffer) = Arc::into_inner(buffer)
        {
            self.spare.push((buffer, chunk.found));
        }
    }

    /// Reads what comes next behind what is there.
    fn fill(&mut self) -> io::Result<()> {
        match self.buffer.read(&mut self.reader) {
            Ok(0) => self.ended = true,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                self.ended = true;
                return Err(error);
            }
        }
        Ok(())
    }

    /// What is read, to this place; the rest moves on to another buffer.
    fn cut(&mut self, end: usize) -> Chunk {
        let (empty, found) =
            self.spare.pop().unwrap_or_else(|| (Buffer::room(self.block), Vec::new()));
        let rest = Buffer::holding(&self.buffer.text()[end..], empty, self.block);
        // The last line end was looked for.
        self.searched = rest.len();
        let (full, Range { start, .. }) = std::mem::replace(&mut self.buffer, rest).into_parts();
        let content = Content::Lines(Arc::new(full), start..start + end);
        let chunk = Chunk { offset: self.offset, content, found };
        self.offset += end as u64;
        chunk
    }

    /// Whether what is read has no lines.
    fn is_binary(&self) -> bool {
        read::is_binary(self.buffer.text())
    }

    /// The first line of what has no lines. It says what is wrong, and the others are noise.
    fn only_line(&mut self) -> Chunk {
        let text = self.buffer.text();
        let end = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
        let chunk = self.cut(end);
        self.ended = true;
        self.drop_held();
        chunk
    }

    /// Drops what was read and not handed on.
    fn drop_held(&mut self) {
        self.buffer.forget(self.buffer.len());
        self.searched = 0;
    }

    /// The line that fills the buffer and goes on.
    fn long(&mut self) -> io::Result<Chunk> {
        let (offset, decode) = (self.offset, self.decode);
        let mut line =
            LongLine { chunks: self, at: 0, stop: 0, end: None, ends: 0, is_blank: true };
        line.look();
        let loaded = Loaded::from_reader(&mut line, decode)?;
        // The loader stops where nothing is worth reading any more, but the line may have no end.
        while line.end.is_none() {
            if line.chunks.offset - offset > line.chunks.longest {
                line.give_up();
            } else {
                line.go_on()?;
            }
        }
        let LongLine { end, ends, is_blank, .. } = line;
        let end = end.unwrap_or_default();
        self.buffer.forget(end);
        self.searched = 0;
        self.offset += end as u64;
        let content = Content::Long(Box::new(Long { loaded, ends, is_blank }));
        Ok(Chunk { offset, content, found: Vec::new() })
    }
}

/// A line that is read through the buffer. A carriage return before its line feed is no part of it.
struct LongLine<'c, R> {
    chunks: &'c mut Chunks<R>,
    /// Bytes of the buffer that were handed out.
    at: usize,
    /// Bytes that are the line's. A carriage return may stand behind them of which it is not known
    /// yet whether a line feed follows.
    stop: usize,
    /// Where the next line begins in the buffer, once that is known.
    end: Option<usize>,
    /// Line ends, as editors count them.
    ends: u64,
    /// Whether there was nothing but white space so far.
    is_blank: bool,
}

impl<R: Read> LongLine<'_, R> {
    /// Reads on; all bytes at hand were handed out, or are not wanted.
    fn go_on(&mut self) -> io::Result<()> {
        let chunks = &mut *self.chunks;
        chunks.buffer.forget(self.stop);
        chunks.offset += self.stop as u64;
        let held = chunks.buffer.len();
        while chunks.buffer.len() == held && !chunks.ended {
            chunks.fill()?;
        }
        self.look();
        Ok(())
    }

    /// Reads no more of it, nor of what follows.
    fn give_up(&mut self) {
        (self.chunks.ended, self.chunks.is_endless) = (true, true);
        self.end = Some(self.chunks.buffer.len());
    }

    /// Looks for the line's end in what was read.
    fn look(&mut self) {
        let text = self.chunks.buffer.text();
        let feed = memchr::memchr(b'\n', text);
        self.at = 0;
        self.stop = feed.unwrap_or(text.len());
        self.end = match feed {
            Some(at) => Some(at + 1),
            None => self.chunks.ended.then_some(text.len()),
        };
        if (feed.is_some() || self.end.is_none()) && text[..self.stop].ends_with(b"\r") {
            self.stop -= 1;
        }
        self.is_blank = self.is_blank && super::is_blank(&text[..self.stop]);
        let returns = memchr::memchr_iter(b'\r', &text[..self.stop]).count();
        self.ends += returns as u64 + u64::from(feed.is_some());
    }
}

impl<R: Read> Read for LongLine<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.stop && self.end.is_none() {
            self.go_on()?;
        }
        let rest = &self.chunks.buffer.text()[self.at..self.stop];
        let len = rest.len().min(out.len());
        out[..len].copy_from_slice(&rest[..len]);
        self.at += len;
        Ok(len)
    }
}
