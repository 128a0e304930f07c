//! The size in a picture's header is what the `image` crate reads there, wherever that reads one and reads as
//! others do. Ours reads more headers: it stops at the size. A PNG that passes `--decode` decodes there, too.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use kling_lint::{Linter, OpenFile};
use kling_schema::rules::Rule;
use kling_schema::rules::media::{NOT_DECODED, UNDECODABLE, UNREADABLE_HEADER};

/// What is told of a picture that is not read to its end: a broken header, broken pixels, not decoded.
const UNREAD: [&Rule; 3] = [&UNREADABLE_HEADER, &UNDECODABLE, &NOT_DECODED];

/// See the module.
pub fn images(bytes: &[u8]) {
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory has an end");
    let report = Linter::new().judge_media(file, "a.png").expect("memory can be read");
    let format = match report.content {
        Some("PNG") => ImageFormat::Png,
        Some("JPG") => ImageFormat::Jpeg,
        other => {
            // What only Apple's tools read is a PNG to nobody else.
            let is_missed =
                matches!(image::guess_format(bytes), Ok(ImageFormat::Png | ImageFormat::Jpeg))
                    && other.is_some_and(|it| !it.contains("CgBI"));
            assert!(!is_missed, "{other:?}");
            return;
        }
    };
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    if let Ok(theirs) = reader.into_dimensions() {
        let is_alike = report.pixels == Some(theirs);
        let is_odd = format == ImageFormat::Jpeg && is_read_otherwise(bytes);
        assert!(is_alike || is_odd, "{:?} {theirs:?}", report.pixels);
    }
    if format == ImageFormat::Png && passes_decoding(bytes) {
        let theirs = ImageReader::with_format(Cursor::new(bytes), format).decode();
        assert!(theirs.is_ok(), "{theirs:?}");
    }
}

/// Whether the header of a JPEG has what `zune-jpeg`, which reads it for `image`, reads in a way of its own, not
/// as libjpeg: it takes what stands behind a stuffed zero for a marker, gives restart markers a length, and
/// passes over the rarer kinds of frames.
fn is_read_otherwise(bytes: &[u8]) -> bool {
    let end = bytes.windows(2).rposition(|it| it == b"\xff\xda").unwrap_or(bytes.len());
    let header = bytes.get(2..end).unwrap_or_default();
    let is_odd = |it: &[u8]| {
        matches!(it, [0xff, 0 | 1 | 0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xd0..=0xd8])
    };
    header.windows(2).any(is_odd)
}

/// Whether nothing is wrong with the picture, and all of it was looked at.
fn passes_decoding(bytes: &[u8]) -> bool {
    let linter = Linter::builder().decode(true).build().expect("good options");
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory has an end");
    let report = linter.judge_media(file, "a.png").expect("memory can be read");
    let fields = report.fields.iter().flat_map(|it| &it.findings);
    let mut all = report.about.iter().chain(fields);
    !all.any(|it| UNREAD.contains(&it.rule))
}
