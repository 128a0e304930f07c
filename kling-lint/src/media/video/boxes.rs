//! Boxes: where they stand, and what is in the few that are decoded.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use mp4_atom::Atom;

use crate::load::fill;
use crate::media::facts::Untold;

pub(super) const BAD_SIZE: Untold = Untold::Damaged("the size of one of its parts cannot be right");
pub(super) const TOO_MANY: Untold = Untold::Unsure("it has too many parts to look through");

/// How many box headers one walk reads. The header of a ten-second clip has about a hundred.
const MOST_BOXES: u32 = 10_000;
/// How many bytes one probe reads, box headers aside. A ten-second clip takes about a thousand.
const MOST_BYTES: u64 = 4 << 20;

/// Why a walk ends early.
pub(super) enum Stop {
    Io(io::Error),
    Untold(Untold),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

impl From<Untold> for Stop {
    fn from(reason: Untold) -> Self {
        Stop::Untold(reason)
    }
}

/// One box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) kind: [u8; 4],
    /// Where its contents begin.
    pub(super) body: u64,
    /// Where it says it ends, which is not before that.
    pub(super) end: u64,
}

impl Part {
    pub(super) fn contents(self) -> Range<u64> {
        self.body..self.end
    }
}

/// A file of boxes, and what may still be read of it.
pub(super) struct Boxes<'f, R> {
    file: &'f mut R,
    len: u64,
    boxes_left: u32,
    bytes_left: u64,
}

impl<'f, R: Read + Seek> Boxes<'f, R> {
    pub(super) fn new(file: &'f mut R, len: u64) -> Self {
        Boxes { file, len, boxes_left: MOST_BOXES, bytes_left: MOST_BYTES }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Begins another walk.
    pub(super) fn again(&mut self) -> &mut Self {
        self.boxes_left = MOST_BOXES;
        self
    }

    /// The box at this place, within what ends at `end`. `None` if no box has room there.
    pub(super) fn part(&mut self, at: u64, end: u64) -> Result<Option<Part>, Stop> {
        if end.saturating_sub(at) < 8 {
            return Ok(None);
        }
        self.boxes_left = self.boxes_left.checked_sub(1).ok_or(TOO_MANY)?;
        let mut header = [0; 16];
        let got = self.fill(at, &mut header)?;
        // Fewer than eight: the file has shrunk.
        let Some((size, kind)) = header[..got].first_chunk().map(|bytes: &[u8; 8]| {
            let [a, b, c, d, kind @ ..] = *bytes;
            (u32::from_be_bytes([a, b, c, d]), kind)
        }) else {
            return Ok(None);
        };
        let (size, header_len) = match size {
            0 => (end - at, 8),
            1 => match header[..got].last_chunk() {
                Some(long) if got == 16 && end - at >= 16 => (u64::from_be_bytes(*long), 16),
                _ => return Err(BAD_SIZE.into()),
            },
            size => (size.into(), 8),
        };
        if size < header_len {
            return Err(BAD_SIZE.into());
        }
        Ok(Some(Part { kind, body: at + header_len, end: at.saturating_add(size) }))
    }

    /// Takes the first box off the contents of another, the way `ffprobe` does: one that is said to
    /// be longer than they are ends with them, and one that cannot be ends the walk.
    pub(super) fn next(&mut self, rest: &mut Range<u64>) -> Result<Option<Part>, Stop> {
        match self.part(rest.start, rest.end) {
            Ok(Some(part)) => {
                let part = Part { end: part.end.min(rest.end), ..part };
                rest.start = part.end;
                Ok(Some(part))
            }
            Err(Stop::Untold(BAD_SIZE)) => Ok(None),
            other => other,
        }
    }

    /// The first box of this kind among the contents of another.
    pub(super) fn find(
        &mut self,
        mut rest: Range<u64>,
        kind: &[u8; 4],
    ) -> Result<Option<Part>, Stop> {
        while let Some(part) = self.next(&mut rest)? {
            if part.kind == *kind {
                return Ok(Some(part));
            }
        }
        Ok(None)
    }

    /// The contents of a box, at most so many bytes of them.
    pub(super) fn bytes(&mut self, contents: Range<u64>, most: u64) -> Result<Vec<u8>, Stop> {
        let len = contents.end.min(self.len).saturating_sub(contents.start).min(most);
        self.bytes_left = self.bytes_left.checked_sub(len).ok_or(TOO_MANY)?;
        let mut bytes = vec![0; usize::try_from(len).map_err(|_| TOO_MANY)?];
        let got = self.fill(contents.start, &mut bytes)?;
        bytes.truncate(got);
        Ok(bytes)
    }

    /// Decodes a box, of which at most so many bytes matter. `None` if its contents make no sense.
    pub(super) fn decode<A: Atom>(&mut self, part: Part, most: u64) -> Result<Option<A>, Stop> {
        let bytes = self.bytes(part.contents(), most)?;
        Ok(A::decode_body(&mut bytes.as_slice()).ok())
    }

    /// Reads from this place until the buffer is full or the file ends.
    fn fill(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(at))?;
        fill(self.file, buffer)
    }
}
