//! JPEG: the size stands in the frame header, behind any number of other segments (ITU-T T.81, B).

use std::ops::ControlFlow;

use super::{Content, Header, PixelSize, Unsure};

/// Reads segment by segment up to the frame header. Segments are passed over, never kept.
#[derive(Clone, Debug)]
pub(super) struct Jpeg {
    part: Part,
    /// What the current part has collected of the `want` bytes it needs.
    have: [u8; 12],
    len: usize,
    want: usize,
    /// Bytes of the current segment behind the current part.
    left: u64,
    /// Bytes to pass over before the current part.
    skip: u64,
    turned: bool,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// The `FF` before a marker.
    Prefix,
    /// The marker itself; any number of `FF` may fill the space before it.
    Marker,
    /// The segment's length.
    Length { marker: u8 },
    /// Precision, height, width, number of components.
    Frame,
    /// `Exif` and two zeros, in an APP1 segment.
    ExifName,
    /// Byte order, magic number, offset of the first directory.
    Tiff,
    /// Number of directory entries.
    Entries { little: bool },
    /// One directory entry.
    Entry { little: bool, left: u16 },
}

/// EXIF's tag for the orientation.
const ORIENTATION: u16 = 0x0112;
/// The type of a 16-bit number in a directory entry.
const SHORT: u16 = 3;

impl Jpeg {
    /// Before the first byte, which starts the image.
    pub(super) fn new() -> Self {
        Jpeg { part: Part::Prefix, have: [0; 12], len: 0, want: 1, left: 0, skip: 2, turned: false }
    }

    /// How many bytes ahead will not be looked at.
    pub(super) fn idle(&self) -> u64 {
        self.skip
    }

    /// Passes over idle bytes.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.skip = self.skip.saturating_sub(bytes);
    }

    /// Takes the next bytes; the header as soon as it is known.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<Header> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let over = usize::try_from(self.skip).unwrap_or(usize::MAX).min(rest.len());
            self.skip -= over as u64;
            rest = &rest[over..];
            let take = rest.len().min(self.want - self.len);
            self.have[self.len..self.len + take].copy_from_slice(&rest[..take]);
            self.len += take;
            rest = &rest[take..];
            if self.len == self.want
                && let ControlFlow::Break(size) = self.step()
            {
                return Some(self.header(size));
            }
        }
        None
    }

    /// What is known when there are no more bytes.
    pub(super) fn finish(&self) -> Header {
        self.header(Err(Unsure::Truncated))
    }

    fn header(&self, size: Result<PixelSize, Unsure>) -> Header {
        Header { content: Content::Jpeg, size, turned: self.turned, animated: false }
    }

    /// One part is complete: goes to the next, or stops with the verdict.
    fn step(&mut self) -> ControlFlow<Result<PixelSize, Unsure>> {
        let have = self.have;
        match self.part {
            Part::Prefix if have[0] == 0xff => self.enter(Part::Marker, 1),
            Part::Prefix => return ControlFlow::Break(Err(Unsure::Damaged)),
            Part::Marker => match have[0] {
                0xff => self.enter(Part::Marker, 1),
                // TEM and restart markers stand alone.
                0x01 | 0xd0..=0xd7 => self.enter(Part::Prefix, 1),
                // A stuffed zero, another image, its end or its scan: no frame header came first.
                0x00 | 0xd8..=0xda => return ControlFlow::Break(Err(Unsure::Damaged)),
                marker => self.enter(Part::Length { marker }, 2),
            },
            Part::Length { marker } => {
                let length = u64::from(u16::from_be_bytes([have[0], have[1]]));
                let Some(left) = length.checked_sub(2) else {
                    return ControlFlow::Break(Err(Unsure::Damaged));
                };
                self.left = left;
                match marker {
                    // Start of frame; DHT, JPG and DAC share the range.
                    0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                        if left < 6 {
                            return ControlFlow::Break(Err(Unsure::Damaged));
                        }
                        self.within(Part::Frame, 6);
                    }
                    0xe1 => self.within(Part::ExifName, 6),
                    _ => self.leave(),
                }
            }
            Part::Frame => {
                let components = u64::from(have[5]);
                let sound = (2..=16).contains(&have[0])
                    && (1..=4).contains(&components)
                    && self.left == 3 * components;
                if !sound {
                    return ControlFlow::Break(Err(Unsure::Damaged));
                }
                let height = u16::from_be_bytes([have[1], have[2]]);
                let width = u16::from_be_bytes([have[3], have[4]]);
                return ControlFlow::Break(PixelSize::new(width.into(), height.into()));
            }
            Part::ExifName if have.starts_with(b"Exif\0\0") => self.within(Part::Tiff, 8),
            Part::ExifName => self.leave(),
            Part::Tiff => {
                let little = have.starts_with(b"II");
                let offset = [have[4], have[5], have[6], have[7]];
                let offset =
                    if little { u32::from_le_bytes(offset) } else { u32::from_be_bytes(offset) };
                match u64::from(offset).checked_sub(8) {
                    Some(gap) if gap <= self.left && (little || have.starts_with(b"MM")) => {
                        self.left -= gap;
                        self.within(Part::Entries { little }, 2);
                        self.skip += gap;
                    }
                    _ => self.leave(),
                }
            }
            Part::Entries { little } => {
                let left = short(little, have[0], have[1]);
                self.entry(little, left);
            }
            Part::Entry { little, left } => {
                if short(little, have[0], have[1]) == ORIENTATION
                    && short(little, have[2], have[3]) == SHORT
                {
                    self.turned = (5..=8).contains(&short(little, have[8], have[9]));
                    self.leave();
                } else {
                    self.entry(little, left);
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Goes on with a part outside any segment.
    fn enter(&mut self, part: Part, want: usize) {
        self.part = part;
        self.len = 0;
        self.want = want;
    }

    /// Goes on with a part of the current segment, or behind the segment when it is too short.
    fn within(&mut self, part: Part, want: usize) {
        match self.left.checked_sub(want as u64) {
            Some(left) => {
                self.left = left;
                self.enter(part, want);
            }
            None => self.leave(),
        }
    }

    /// Goes on with the next of so many directory entries.
    fn entry(&mut self, little: bool, left: u16) {
        match left.checked_sub(1) {
            Some(left) => self.within(Part::Entry { little, left }, 12),
            None => self.leave(),
        }
    }

    /// Goes on behind the current segment.
    fn leave(&mut self) {
        self.skip += self.left;
        self.left = 0;
        self.enter(Part::Prefix, 1);
    }
}

/// A 16-bit number of EXIF.
fn short(little: bool, first: u8, second: u8) -> u16 {
    if little { u16::from_le_bytes([first, second]) } else { u16::from_be_bytes([first, second]) }
}
