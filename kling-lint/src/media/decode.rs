//! Pictures read whole.
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

use std::io::{self, Read, Seek};

use super::facts::{FileFacts, Undecodable};
use super::probe::Content;

/// How many bytes a picture may have that is decoded: twice what any page allows. As Base64 it still is
/// kept whole while a request is read, so that it is decoded wherever it stands.
const LARGEST: u64 = 20 << 20;

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

/// Decodes a picture whole. Its bytes are asked for only if it is one that is decoded; where they are not
/// at hand, there are too many.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn look<F: Read + Seek>(
    facts: &mut FileFacts,
    bytes: impl FnOnce() -> Option<F>,
) -> io::Result<()> {
    let content = facts.header.content;
    if !matches!(content, Content::Jpeg | Content::Png) {
        return Ok(());
    }
    let file = if facts.len <= LARGEST { bytes() } else { None };
    let Some(mut file) = file else {
        facts.undecodable = Some(TOO_LONG);
        return Ok(());
    };
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    facts.undecodable = self::whole(content, &bytes).err();
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
