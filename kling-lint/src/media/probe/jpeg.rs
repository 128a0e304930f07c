//! JPEG: the size stands in the frame header, behind any number of other segments (ITU-T T.81, B).
//!
//! What stands between the segments and belongs to none is read as libjpeg, and so nearly every decoder,
//! reads it: the next marker is looked for.

use std::ops::ControlFlow;

use super::exif::{Exif, Step};
use super::parts::{LONGEST, Parts};
use super::{Content, Header, PixelSize, Unsure};

/// Reads segment by segment up to the frame header. Segments are passed over, never kept.
#[derive(Clone, Debug)]
pub(super) struct Jpeg {
    parts: Parts,
    part: Part,
    /// Bytes of the current segment behind the current part.
    left: u64,
    /// What EXIF says; the first that says anything counts.
    turned: Option<bool>,
    /// Whether bytes were passed over that belong to no segment.
    strayed: bool,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// The `FF` before a marker.
    Prefix,
    /// The next `FF` behind bytes that belong to no segment.
    Stray,
    /// The marker itself; any number of `FF` may fill the space before it.
    Marker,
    /// The segment's length.
    Length { marker: u8 },
    /// Precision, height, width, number of components.
    Frame,
    /// `Exif` and two zeros, in an APP1 segment.
    ExifName,
    /// A part of EXIF.
    Exif(Exif),
}

impl Jpeg {
    /// Before the first byte, which starts the image.
    pub(super) fn new() -> Self {
        Jpeg { parts: Parts::new(2, 1), part: Part::Prefix, left: 0, turned: None, strayed: false }
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
        loop {
            if matches!(self.part, Part::Stray) {
                self.parts.find(0xff, &mut rest);
            }
            if self.parts.is_too_far() {
                return Some(self.header(Err(Unsure::TooFar)));
            }
            let part = self.parts.next(&mut rest)?;
            if let ControlFlow::Break(size) = self.step(&part) {
                return Some(self.header(size));
            }
        }
    }

    /// What is known when no more bytes come, for this reason.
    pub(super) fn end(&self, reason: Unsure) -> Header {
        // More bytes might not help: those that belong to no segment may have hidden the frame header.
        let is_damaged = self.strayed && reason == Unsure::Truncated;
        self.header(Err(if is_damaged { Unsure::Damaged } else { reason }))
    }

    fn header(&self, size: Result<PixelSize, Unsure>) -> Header {
        let turned = self.turned.unwrap_or_default();
        Header { content: Content::Jpeg, size, turned, animated: false }
    }

    /// One part is complete: goes to the next, or stops with the verdict.
    fn step(&mut self, have: &[u8; LONGEST]) -> ControlFlow<Result<PixelSize, Unsure>> {
        match self.part {
            Part::Prefix | Part::Stray if have[0] == 0xff => self.enter(Part::Marker, 1),
            Part::Prefix | Part::Stray => self.stray(),
            Part::Marker => match have[0] {
                0xff => self.enter(Part::Marker, 1),
                // A stuffed zero makes no marker.
                0x00 => self.stray(),
                // TEM and restart markers stand alone.
                0x01 | 0xd0..=0xd7 => self.enter(Part::Prefix, 1),
                // Another image, its end or its scan: no frame header came first.
                0xd8..=0xda => return ControlFlow::Break(Err(Unsure::Damaged)),
                marker => self.enter(Part::Length { marker }, 2),
            },
            Part::Length { marker } => {
                let length = u64::from(u16::from_be_bytes([have[0], have[1]]));
                // One that is below its own size says that nothing follows.
                self.left = length.saturating_sub(2);
                let left = self.left;
                match marker {
                    // Start of frame; DHT, JPG and DAC share the range.
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        if left < 6 {
                            return ControlFlow::Break(Err(Unsure::Damaged));
                        }
                        self.within(Part::Frame, 0, 6);
                    }
                    0xe1 if self.turned.is_none() => self.within(Part::ExifName, 0, 6),
                    _ => self.leave(),
                }
            }
            Part::Frame => {
                let components = u64::from(have[5]);
                let sound =
                    (2..=16).contains(&have[0]) && components > 0 && self.left == 3 * components;
                if !sound {
                    return ControlFlow::Break(Err(Unsure::Damaged));
                }
                // A height of zero is told behind the first scan; decoders do not take that.
                let height = u16::from_be_bytes([have[1], have[2]]);
                let width = u16::from_be_bytes([have[3], have[4]]);
                return ControlFlow::Break(PixelSize::new(width.into(), height.into()));
            }
            Part::ExifName if have.starts_with(b"Exif\0\0") => self.exif(Exif::Header, 0),
            Part::ExifName => self.leave(),
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

    /// Goes on behind bytes that belong to no segment.
    fn stray(&mut self) {
        self.strayed = true;
        self.enter(Part::Stray, 1);
    }

    /// Goes on with a part outside any segment.
    fn enter(&mut self, part: Part, want: usize) {
        self.part = part;
        self.parts.expect(0, want);
    }

    /// Goes on with a part of the current segment, or behind the segment when it is too short.
    fn within(&mut self, part: Part, skip: u64, want: usize) {
        match self.left.checked_sub(skip + want as u64) {
            Some(left) => {
                self.left = left;
                self.part = part;
                self.parts.expect(skip, want);
            }
            None => self.leave(),
        }
    }

    fn exif(&mut self, part: Exif, skip: u64) {
        self.within(Part::Exif(part), skip, part.len());
    }

    /// Goes on behind the current segment.
    fn leave(&mut self) {
        self.part = Part::Prefix;
        self.parts.expect(self.left, 1);
        self.left = 0;
    }
}
