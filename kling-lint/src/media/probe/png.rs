//! PNG: the size stands in the first chunk (ISO/IEC 15948, 11.2.2).

use super::{PixelSize, Unsure};

/// Signature, then the chunk's length, type, 13 bytes of data and checksum.
const HEADER: usize = 8 + 8 + 13 + 4;
/// The largest length and side the format has.
const LARGEST: u32 = 0x7fff_ffff;

/// The size of a PNG that starts with these bytes.
pub(super) fn size(start: &[u8]) -> Result<PixelSize, Unsure> {
    let Some(header) = start.first_chunk::<HEADER>() else {
        return Err(Unsure::Truncated);
    };
    let number = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let (width, height) = (number(16), number(20));
    let sound = number(8) == 13
        && &header[12..16] == b"IHDR"
        && is_colour(header[24], header[25])
        && header[26] == 0
        && header[27] == 0
        && header[28] <= 1
        && width <= LARGEST
        && height <= LARGEST
        && number(29) == crc32(&header[12..29]);
    if !sound {
        return Err(Unsure::Damaged);
    }
    PixelSize::new(width, height)
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

/// The checksum of a chunk; bit by bit, since it runs over 17 bytes.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
