//! Pictures read whole, and a second opinion on sizes.
//!
//! The header probe reads a few bytes and cannot see that the rest of a file is missing. [`whole`]
//! reads all of it: every chunk and checksum of a PNG, every Huffman code of a JPEG. No pixel is
//! painted: a code that can be read is enough, so that the memory needed does not grow with the
//! picture's area. The decoders that the `image` crate uses are no help: by themselves they fill in
//! what is missing and say nothing, and the strict JPEG decoder refuses valid files (samplings of
//! 3 to 1), panics on others, and does not notice when the last rows are missing.
//!
//! A false alarm is worse than a missed fault: what decoders in use read without complaint passes,
//! and what this one does not read is no verdict.

mod huffman;
mod jpeg;
mod png;
mod scan;

use std::io::{self, Cursor, Read, Seek};

use image::{ImageDecoder as _, ImageFormat, ImageReader};

use super::facts::{FileFacts, Undecodable};
use super::probe::{Content, PixelSize};

/// How many bytes a file may have that is decoded: several times what any page allows.
const LARGEST: u64 = 64 << 20;
/// How many bytes the second opinion reads: a decoder gathers the metadata in front of the picture,
/// colour profiles of 300 KB among them, and its time grows with the square of their number.
const FARTHEST: u64 = 512 << 10;
/// How many bytes it may allocate for them.
const OPINION: u64 = 4 << 20;

const TOO_LONG: Undecodable = Undecodable::Untold("it is too large a file");

/// Why a picture was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// A part of the picture is missing.
    Truncated(&'static str),
    /// The picture is complete, but the file ends without its end marker. Pillow refuses such a JPEG;
    /// most decoders shrug.
    Unfinished(&'static str),
    /// A checksum does not fit.
    Checksum(&'static str),
    /// It contradicts its format.
    Corrupt(&'static str),
    /// Reading it all would take too long.
    TooLarge(&'static str),
    /// A kind of picture that is not read here, and may be sound.
    Unsupported(&'static str),
}

impl From<Flaw> for Undecodable {
    fn from(flaw: Flaw) -> Undecodable {
        match flaw {
            Flaw::Truncated(reason)
            | Flaw::Unfinished(reason)
            | Flaw::Checksum(reason)
            | Flaw::Corrupt(reason) => Undecodable::Broken(reason),
            Flaw::TooLarge(reason) | Flaw::Unsupported(reason) => Undecodable::Untold(reason),
        }
    }
}

/// The size that the `image` crate reads from a file's start when our own probe is unsure: it passes
/// over stray bytes that the probe calls damage.
fn size(content: Content, start: impl Read) -> Option<PixelSize> {
    let format = match content {
        Content::Jpeg => ImageFormat::Jpeg,
        Content::Png => ImageFormat::Png,
        _ => return None,
    };
    // The JPEG decoder wants all of its input in memory.
    let mut head = Vec::new();
    start.take(FARTHEST).read_to_end(&mut head).ok()?;
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(OPINION);
    let mut reader = ImageReader::with_format(Cursor::new(head), format);
    reader.limits(limits);
    let (width, height) = reader.into_decoder().ok()?.dimensions();
    PixelSize::new(width, height).ok()
}

/// Asks for a second opinion on the size, where there is none, and decodes the picture whole, if that
/// is wanted. Its bytes are asked for only then; where they are not at hand, there are too many.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn look<F: Read + Seek>(
    facts: &mut FileFacts,
    whole: bool,
    bytes: impl FnOnce() -> Option<F>,
) -> io::Result<()> {
    let content = facts.header.content;
    if !matches!(content, Content::Jpeg | Content::Png) {
        return Ok(());
    }
    let unsure = facts.header.size.is_err();
    let fits = facts.len <= LARGEST;
    let file = if unsure || (whole && fits) { bytes() } else { None };
    if whole && (file.is_none() || !fits) {
        facts.undecodable = Some(TOO_LONG);
    }
    let Some(mut file) = file else { return Ok(()) };
    if unsure {
        file.rewind()?;
        if let Some(size) = size(content, &mut file) {
            facts.header.size = Ok(size);
        }
    }
    if whole && fits {
        file.rewind()?;
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        facts.undecodable = self::whole(content, &bytes).err();
    }
    Ok(())
}

/// Reads a whole JPEG or PNG.
fn whole(content: Content, bytes: &[u8]) -> Result<(), Undecodable> {
    match content {
        Content::Jpeg => Ok(jpeg::check(bytes)?),
        Content::Png => Ok(png::check(bytes)?),
        _ => Ok(()),
    }
}

/// A number of two bytes.
fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_be_bytes(*bytes))
}

/// A number of four bytes.
fn long(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests;
