//! From a file to text that fits in memory.
//!
//! A request is small but for its Base64: strings of tens of megabytes on one line. Read from a
//! stream, the middle of such a string is judged as it goes past and then dropped: a [`Gap`]. What
//! stays is the *resident text*, and all offsets of this crate but those of [`crate::place`] are
//! offsets into it.

mod scan;
mod stream;

use std::borrow::Cow;
use std::io::{self, Read};

use crate::vector::{self, Bytes, are, up_to};

pub(crate) use scan::{
    Counts, Fault, FaultKind, Scan, StringFacts, each_escape, first_escape, sound_escape, survey,
    utf8_len,
};

/// The text of one input.
#[derive(Debug)]
pub(crate) struct Loaded<'s> {
    text: Cow<'s, [u8]>,
    gaps: Vec<Gap>,
    too_large: Option<TooLarge>,
}

/// The limit that a text went over, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge {
    pub(crate) what: &'static str,
    pub(crate) limit: &'static str,
}

/// The dropped middle of a long string. Both its ends lie between characters and escapes.
#[derive(Debug)]
pub(crate) struct Gap {
    /// Offset of the string's opening quote.
    pub(crate) opens: u32,
    /// Offset of its closing quote; the end of the text if there is none.
    pub(crate) closes: u32,
    /// Whether there is a closing quote.
    pub(crate) closed: bool,
    /// Offset of the first byte after the gap.
    pub(crate) at: u32,
    /// What was dropped, as `place` counts it.
    pub(crate) dropped: Extent,
    /// What is true of the whole string.
    pub(crate) facts: StringFacts,
}

/// How far a run of bytes reaches in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// Bytes.
    pub(crate) bytes: u64,
    /// Line ends: `\n`, `\r\n` or a lone `\r`. A `\n` in front counts: see `leading_lf`.
    pub(crate) lines: u64,
    /// Code points after the last line end, or all of them.
    pub(crate) columns: u64,
    /// The first byte is `\n`, which ends no line of its own after a `\r`.
    pub(crate) leading_lf: bool,
    /// The last byte is `\r`.
    pub(crate) trailing_cr: bool,
}

/// How much of the text is kept.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    /// Bytes read at once.
    block: usize,
    /// Strings up to this many bytes are kept whole.
    whole: usize,
    /// Bytes kept of the beginning of a longer one.
    head: usize,
    /// Bytes kept of its end, or up to twice as many.
    tail: usize,
    /// Bytes kept of the document.
    resident: usize,
    /// The same in words.
    limit: &'static str,
    /// Bytes read at most.
    longest: u64,
}

/// Where much is read to: a multiple of this. The allocator begins large buffers at 16 bytes behind a page, and to
/// copy there takes processors half as long again.
pub(crate) const ALIGNED: usize = 64;

/// How many bytes come before the first that is aligned so. There must be so many more than are read.
pub(crate) fn unaligned(room: &[u8]) -> usize {
    room.as_ptr().align_offset(ALIGNED).min(ALIGNED)
}

/// So many bytes are read of one request at most, several times what any server takes: a stream may
/// have no end, and a file of a terabyte costs nothing to make.
pub const LONGEST: u64 = 1 << 30;
const TOO_LONG: TooLarge = TooLarge { what: "the input", limit: "1 GiB" };

impl Sizes {
    const USUAL: Sizes = Sizes {
        block: 128 << 10,
        whole: 64 << 10,
        head: 8 << 10,
        tail: 1 << 10,
        resident: 64 << 20,
        limit: "64 MiB",
        longest: LONGEST,
    };

    /// Strings of 32 MiB hold every picture that is decoded, with room for a backslash before each slash.
    const DECODING: Sizes =
        Sizes { whole: 32 << 20, resident: 512 << 20, limit: "512 MiB", ..Sizes::USUAL };
}

impl<'s> Loaded<'s> {
    /// Text that is in memory already: it is borrowed, without gaps.
    pub(crate) fn from_bytes(text: &'s [u8]) -> Self {
        let fits = u32::try_from(text.len()).is_ok();
        Loaded {
            text: Cow::Borrowed(if fits { text } else { &[] }),
            gaps: Vec::new(),
            too_large: (!fits).then_some(TooLarge { what: "the input", limit: "4 GiB" }),
        }
    }

    /// Text from a stream, read once, in little memory; with the strings whole that a picture of any
    /// size that is taken could stand in, if they are to be decoded.
    ///
    /// # Errors
    /// Those of the stream.
    pub(crate) fn from_reader(reader: impl Read, decode: bool) -> io::Result<Loaded<'static>> {
        stream::read(reader, if decode { &Sizes::DECODING } else { &Sizes::USUAL })
    }

    /// The same, from a file that had this length just now. A small one is read at once: when it ends
    /// where it should, nobody need ask for more.
    ///
    /// # Errors
    /// Those of the file.
    #[cfg(feature = "fs")]
    pub(crate) fn from_file(
        mut file: impl Read,
        len: u64,
        decode: bool,
    ) -> io::Result<Loaded<'static>> {
        let Some(small) = usize::try_from(len).ok().filter(|len| *len <= Sizes::USUAL.whole) else {
            return Loaded::from_reader(file, decode);
        };
        // One byte more than there should be.
        let mut text = vec![0; small + 1];
        let read = loop {
            match file.read(&mut text) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        text.truncate(read);
        if read != small || small == 0 {
            // It grew or shrank, or its length is made up.
            return Loaded::from_reader(io::Cursor::new(text).chain(file), decode);
        }
        Ok(Loaded { text: Cow::Owned(text), gaps: Vec::new(), too_large: None })
    }

    /// Nothing of a text that is longer than any request.
    #[cfg(feature = "fs")]
    pub(crate) fn too_long() -> Self {
        Loaded { text: Cow::Borrowed(&[]), gaps: Vec::new(), too_large: Some(TOO_LONG) }
    }

    /// The resident text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The gaps, in the order of the text.
    pub(crate) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// The gap in the string that opens here.
    pub(crate) fn gap_of(&self, opens: u32) -> Option<&Gap> {
        let index = self.gaps.binary_search_by_key(&opens, |gap| gap.opens).ok()?;
        self.gaps.get(index)
    }

    /// The limit the text went over. The rest was not read.
    pub(crate) fn too_large(&self) -> Option<TooLarge> {
        self.too_large
    }
}

impl Extent {
    /// Further by these bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else {
            return;
        };
        let continued = self.bytes > 0;
        if !continued {
            self.leading_lf = first == b'\n';
        }
        let mut rest = bytes;
        if continued && self.trailing_cr && first == b'\n' {
            rest = &rest[1..];
        }
        let (has_control, has_high) = survey(rest);
        let (ends, columns) = match has_control || has_high {
            true => lines_and_columns(rest),
            false => (0, rest.len() as u64),
        };
        if ends > 0 {
            self.lines += ends;
            self.columns = 0;
        }
        self.columns += columns;
        self.bytes += bytes.len() as u64;
        self.trailing_cr = last == b'\r';
    }
}

impl Extent {
    /// Further by so many characters of ASCII on the same line.
    fn pass(&mut self, len: usize) {
        self.bytes += len as u64;
        self.columns += len as u64;
        self.trailing_cr = false;
    }
}

/// How many line ends there are, and how many code points follow the last.
pub(crate) fn lines_and_columns(text: &[u8]) -> (u64, u64) {
    let are_ends = |bytes| are(bytes, b'\n') | are(bytes, b'\r');
    let first = vector::run(text, |bytes| !are_ends(bytes));
    let Some(last) = memchr::memrchr2(b'\n', b'\r', &text[first..]) else {
        return (0, code_points(text));
    };
    let (lines, line) = text.split_at(first + last + 1);
    let ends = vector::count(lines, are_ends);
    let pairs = match memchr::memchr(b'\r', lines) {
        Some(_) => lines.iter().zip(&lines[1..]).filter(|it| *it == (&b'\r', &b'\n')).count(),
        None => 0,
    };
    (ends - pairs as u64, code_points(line))
}

/// Reads until the buffer is full or the stream ends.
pub(crate) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Code points in the bytes: those that start one.
pub(crate) fn code_points(bytes: &[u8]) -> u64 {
    let others = vector::count(bytes, |bytes| up_to(bytes ^ Bytes::splat(0x80), 0x3f));
    bytes.len() as u64 - others
}

#[cfg(test)]
pub(crate) mod testing {
    //! The loader with thresholds so small that every string has a gap.

    use super::*;

    /// Text through the stream, with strings over `whole` bytes cut to `head` and about `tail` bytes.
    pub(crate) fn streamed(
        text: impl Read,
        block: usize,
        whole: usize,
        head: usize,
        tail: usize,
    ) -> Loaded<'static> {
        let sizes = Sizes { block, whole, head, tail, ..Sizes::USUAL };
        stream::read(text, &sizes).expect("reading from memory cannot fail")
    }

    /// Text through the stream, of which so many bytes are read.
    pub(crate) fn limited(text: impl Read, longest: u64) -> Loaded<'static> {
        let sizes = Sizes { longest, ..Sizes::USUAL };
        stream::read(text, &sizes).expect("reading from memory cannot fail")
    }
}
