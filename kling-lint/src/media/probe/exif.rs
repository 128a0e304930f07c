//! EXIF: the orientation, in the first directory of a TIFF structure (JEITA CP-3451, 4.6).

use super::parts::LONGEST;

/// A part of the structure.
#[derive(Clone, Copy, Debug)]
pub(super) enum Exif {
    /// Byte order, magic number, offset of the first directory.
    Header,
    /// Number of directory entries.
    Count { little: bool },
    /// One directory entry.
    Entry { little: bool, left: u16 },
}

/// What follows a part.
pub(super) enum Step {
    /// Behind `skip` bytes, another part.
    Next { skip: u64, part: Exif },
    /// Whether the picture is shown turned by a quarter.
    Turned(bool),
    /// Nothing of interest.
    End,
}

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;
/// The type of a 16-bit number.
const SHORT: u16 = 3;

impl Exif {
    /// How many bytes the part has.
    pub(super) fn len(self) -> usize {
        match self {
            Exif::Header => 8,
            Exif::Count { .. } => 2,
            Exif::Entry { .. } => 12,
        }
    }

    /// Reads the part.
    pub(super) fn step(self, have: &[u8; LONGEST]) -> Step {
        match self {
            Exif::Header => {
                let little = have.starts_with(b"II");
                if !little && !have.starts_with(b"MM") {
                    return Step::End;
                }
                let offset = [have[4], have[5], have[6], have[7]];
                let offset =
                    if little { u32::from_le_bytes(offset) } else { u32::from_be_bytes(offset) };
                match u64::from(offset).checked_sub(8) {
                    Some(skip) => Step::Next { skip, part: Exif::Count { little } },
                    None => Step::End,
                }
            }
            Exif::Count { little } => entry(little, short(little, have[0], have[1])),
            Exif::Entry { little, left } => {
                if short(little, have[0], have[1]) == ORIENTATION
                    && short(little, have[2], have[3]) == SHORT
                {
                    Step::Turned((5..=8).contains(&short(little, have[8], have[9])))
                } else {
                    entry(little, left)
                }
            }
        }
    }
}

/// The next of so many directory entries.
fn entry(little: bool, left: u16) -> Step {
    match left.checked_sub(1) {
        Some(left) => Step::Next { skip: 0, part: Exif::Entry { little, left } },
        None => Step::End,
    }
}

/// A 16-bit number.
fn short(little: bool, first: u8, second: u8) -> u16 {
    if little { u16::from_le_bytes([first, second]) } else { u16::from_be_bytes([first, second]) }
}
