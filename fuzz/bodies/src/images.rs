//! The size in a picture's header is what the `image` crate reads there, wherever that reads one. Ours reads
//! more headers: it stops at the size. A PNG that passes `--decode` decodes there, too.

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
        assert_eq!(report.pixels, Some(theirs));
    }
    if format == ImageFormat::Png && passes_decoding(bytes) {
        let theirs = ImageReader::with_format(Cursor::new(bytes), format).decode();
        assert!(theirs.is_ok(), "{theirs:?}");
    }
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
