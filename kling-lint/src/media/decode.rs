//! Pictures decoded whole, and a second opinion on sizes.
//!
//! The header probe reads a few bytes and cannot see that the rest of a file is missing. The decoders
//! that the `image` crate uses can, if they are told to be strict: by themselves they fill in what is
//! missing and say nothing. So [`whole`] asks them directly. What they do not know is no verdict: a
//! false alarm is worse than a missed fault.

use std::io::{self, BufRead, Cursor, Read, Seek};

use image::{ImageDecoder as _, ImageFormat, ImageReader};
use png::{DecodeOptions, Decoder, DecodingError, Limits};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::facts::{FileFacts, Undecodable};
use super::probe::{Content, PixelSize};

/// How many bytes a file may have that is decoded: several times what any page allows.
const LARGEST: u64 = 64 << 20;
/// How many bytes one picture may take while it is decoded.
const MEMORY: u64 = 512 << 20;
/// How many bytes the second opinion reads: metadata that a decoder gathers in front of the picture.
const FARTHEST: u64 = 256 << 10;
/// How many bytes it may allocate for them.
const OPINION: u64 = 4 << 20;

const CUT: Undecodable = Undecodable::Broken("it ends before its last pixel");
const CONTRADICTS: Undecodable = Undecodable::Broken("its data contradict each other");
const BAD_SUM: Undecodable = Undecodable::Broken("a checksum does not fit its data");
const TOO_LONG: Undecodable = Undecodable::Untold("it is too large a file");
const TOO_LARGE: Undecodable = Undecodable::Untold("its pixels would take too much memory");
const RARE: Undecodable = Undecodable::Untold("it is of a rare kind of JPEG");

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

/// Decodes a whole JPEG or PNG, and throws the pixels away.
fn whole(content: Content, bytes: &[u8]) -> Result<(), Undecodable> {
    match content {
        Content::Jpeg => jpeg(bytes),
        Content::Png => png(Cursor::new(bytes)),
        _ => Ok(()),
    }
}

fn jpeg(bytes: &[u8]) -> Result<(), Undecodable> {
    if !is_common(bytes) {
        return Err(RARE);
    }
    let side = usize::from(u16::MAX);
    let options =
        DecoderOptions::default().set_strict_mode(true).set_max_width(side).set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(jpeg_fault)?;
    if jpeg_memory(&decoder).is_none_or(|bytes| bytes > MEMORY) {
        return Err(TOO_LARGE);
    }
    decoder.decode().map(drop).map_err(jpeg_fault)
}

/// How many bytes it takes to decode a JPEG whose headers were read: its pixels, and for a progressive
/// one, until its last scan, a coefficient of two bytes for each sample.
fn jpeg_memory(decoder: &JpegDecoder<ZCursor<&[u8]>>) -> Option<u64> {
    let pixels = u64::try_from(decoder.output_buffer_size()?).ok()?;
    let info = decoder.info()?;
    let samples = u64::from(info.width) * u64::from(info.height) * u64::from(info.components);
    let coefficients = if info.sof.is_progressive() { samples * 2 } else { 0 };
    Some(pixels + coefficients)
}

fn jpeg_fault(error: DecodeErrors) -> Undecodable {
    match error {
        DecodeErrors::ExhaustedData | DecodeErrors::IoErrors(_) => CUT,
        DecodeErrors::Unsupported(_) => RARE,
        DecodeErrors::LargeDimensions(_) | DecodeErrors::TooSmallOutput(..) => TOO_LARGE,
        _ => CONTRADICTS,
    }
}

/// Whether the first frame is Huffman-coded, of 8 bits, and not lossless: what the decoder knows.
/// One that cannot be found is for the decoder to judge.
fn is_common(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, rest @ ..]) = bytes.get(at..) {
        match (*marker, rest) {
            (0xff, _) => at += 1,
            (0x01 | 0xd0..=0xd7, _) => at += 2,
            (0xc0..=0xc2, [_, _, precision, ..]) => return *precision == 8,
            (0xc3 | 0xc5..=0xc7 | 0xc9..=0xcf, _) => return false,
            (0xd8..=0xda, _) => return true,
            (_, [high, low, ..]) => {
                at += 2 + usize::from(u16::from_be_bytes([*high, *low])).max(2);
            }
            _ => return true,
        }
    }
    true
}

fn png(bytes: impl BufRead + Seek) -> Result<(), Undecodable> {
    let mut options = DecodeOptions::default();
    options.set_ignore_adler32(false);
    // As libpng, which only warns of them.
    options.set_skip_ancillary_crc_failures(true);
    let mut decoder = Decoder::new_with_options(bytes, options);
    decoder.set_limits(Limits { bytes: usize::try_from(MEMORY).unwrap_or(usize::MAX) });
    let mut reader = decoder.read_info().map_err(png_fault)?;
    if reader.output_buffer_size().is_none_or(|size| size as u64 > MEMORY) {
        return Err(TOO_LARGE);
    }
    while reader.next_row().map_err(png_fault)?.is_some() {}
    reader.finish().map_err(png_fault)
}

fn png_fault(error: DecodingError) -> Undecodable {
    match error {
        DecodingError::IoError(_) => CUT,
        DecodingError::LimitsExceeded => TOO_LARGE,
        DecodingError::Parameter(_) => Undecodable::Untold("its decoder does not know this kind"),
        DecodingError::Format(error) => {
            let told = error.to_string().to_ascii_lowercase();
            if told.starts_with("crc error") || told.contains("checksum") {
                BAD_SUM
            } else {
                CONTRADICTS
            }
        }
    }
}

#[cfg(test)]
mod tests;
