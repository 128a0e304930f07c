//! PNG: the size stands in the first chunk; before the pixels, others tell whether it is animated and
//! whether it is shown turned (ISO/IEC 15948, 11.2 and 11.3).

use std::ops::ControlFlow;

use super::exif::{Exif, Step};
use super::parts::{LONGEST, Parts};
use super::{Content, Header, PixelSize, Unsure};

/// The signature.
const START: u64 = 8;
/// A chunk's length and type.
const CHUNK: usize = 8;
/// The first chunk: length, type, 13 bytes of data and checksum.
const HEADER: usize = CHUNK + 13 + 4;
/// A checksum ends a chunk.
const CHECKSUM: u64 = 4;
/// The largest length and side the format has.
const LARGEST: u32 = 0x7fff_ffff;

/// Reads the first chunk, then chunk by chunk up to the pixels. Chunks are passed over, never kept.
#[derive(Clone, Debug)]
pub(super) struct Png {
    parts: Parts,
    part: Part,
    /// Bytes of the current chunk's data behind the current part.
    left: u64,
    /// The size, once the first chunk was read.
    size: Option<PixelSize>,
    turned: Option<bool>,
    animated: bool,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// The first chunk.
    Header,
    /// A chunk's length and type.
    Chunk,
    /// The number of frames, in an `acTL` chunk.
    Frames,
    /// A part of an `eXIf` chunk.
    Exif(Exif),
}

impl Png {
    /// Before the first byte of the signature.
    pub(super) fn new() -> Self {
        Png {
            parts: Parts::new(START, HEADER),
            part: Part::Header,
            left: 0,
            size: None,
            turned: None,
            animated: false,
        }
    }

    /// How many bytes ahead will not be looked at.
    pub(super) fn idle(&self) -> u64 {
        self.parts.idle()
    }

    /// Passes over idle bytes.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.parts.skip(bytes);
    }

    /// Takes the next bytes; the header as soon as it is known.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Header> {
        let mut rest = bytes;
        while !self.parts.is_too_far() {
            let part = self.parts.next(&mut rest)?;
            if let ControlFlow::Break(header) = self.step(&part) {
                return Some(header);
            }
        }
        Some(self.end(Unsure::TooFar))
    }

    /// What is known when no more bytes come, for this reason. What was not reached is not there.
    pub(super) fn end(&self, reason: Unsure) -> Header {
        Header {
            content: Content::Png,
            size: self.size.ok_or(reason),
            turned: self.turned.unwrap_or_default(),
            animated: self.animated,
        }
    }

    /// One part is complete: goes to the next, or stops with the verdict.
    fn step(&mut self, have: &[u8; LONGEST]) -> ControlFlow<Header> {
        match self.part {
            Part::Header if &have[4..CHUNK] == b"CgBI" => {
                return ControlFlow::Break(Header::new(Content::CgbiPng, Err(Unsure::NotRead)));
            }
            Part::Header => match size(have) {
                Ok(size) => {
                    self.size = Some(size);
                    self.expect(Part::Chunk, 0, CHUNK);
                }
                Err(reason) => return ControlFlow::Break(self.end(reason)),
            },
            Part::Chunk => {
                let length = number(have, 0);
                let kind = &have[4..CHUNK];
                // The pixels; or the end, or no chunk at all, of a file that has none.
                let over = kind == b"IDAT"
                    || kind == b"IEND"
                    || length > LARGEST
                    || !kind.iter().all(u8::is_ascii_alphabetic);
                if over {
                    return ControlFlow::Break(self.end(Unsure::Damaged));
                }
                self.left = length.into();
                match kind {
                    b"acTL" => self.within(Part::Frames, 0, 4),
                    b"eXIf" if self.turned.is_none() => self.exif(Exif::Header, 0),
                    _ => self.leave(),
                }
            }
            Part::Frames => {
                self.animated = number(have, 0) > 1;
                self.leave();
            }
            Part::Exif(part) => match part.step(have) {
                Step::Next { skip, part } => self.exif(part, skip),
                Step::Turned(turned) => {
                    self.turned = Some(turned);
                    self.leave();
                }
                Step::End => self.leave(),
            },
        }
        ControlFlow::Continue(())
    }

    fn expect(&mut self, part: Part, skip: u64, want: usize) {
        self.part = part;
        self.parts.expect(skip, want);
    }

    /// Goes on with a part of the current chunk, or behind the chunk when it is too short.
    fn within(&mut self, part: Part, skip: u64, want: usize) {
        match self.left.checked_sub(skip + want as u64) {
            Some(left) => {
                self.left = left;
                self.expect(part, skip, want);
            }
            None => self.leave(),
        }
    }

    fn exif(&mut self, part: Exif, skip: u64) {
        self.within(Part::Exif(part), skip, part.len());
    }

    /// Goes on behind the current chunk.
    fn leave(&mut self) {
        self.expect(Part::Chunk, self.left + CHECKSUM, CHUNK);
        self.left = 0;
    }
}

/// The size that a first chunk tells.
fn size(have: &[u8; LONGEST]) -> Result<PixelSize, Unsure> {
    let (width, height) = (number(have, 8), number(have, 12));
    let sound = number(have, 0) == 13
        && &have[4..8] == b"IHDR"
        && is_colour(have[16], have[17])
        && have[18] == 0
        && have[19] == 0
        && have[20] <= 1
        && width <= LARGEST
        && height <= LARGEST
        && number(have, 21) == crc32fast::hash(&have[4..21]);
    if !sound {
        return Err(Unsure::Damaged);
    }
    PixelSize::new(width, height)
}

fn number(have: &[u8; LONGEST], at: usize) -> u32 {
    u32::from_be_bytes([have[at], have[at + 1], have[at + 2], have[at + 3]])
}

/// Whether the format knows this bit depth with this colour type.
fn is_colour(depth: u8, colour: u8) -> bool {
    match colour {
        0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
        3 => matches!(depth, 1 | 2 | 4 | 8),
        2 | 4 | 6 => matches!(depth, 8 | 16),
        _ => false,
    }
}
