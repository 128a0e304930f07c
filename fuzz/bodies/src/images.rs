//! The size in a picture's header is what the `image` crate reads there.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};
use kling_lint::{Linter, OpenFile};

/// See the module.
pub fn images(bytes: &[u8]) {
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory has an end");
    let report = Linter::new().judge_media(file, "a.png").expect("memory can be read");
    let format = match report.content {
        Some("PNG") => ImageFormat::Png,
        Some("JPEG") => ImageFormat::Jpeg,
        _ => return,
    };
    let reader = ImageReader::with_format(Cursor::new(bytes), format);
    if let (Some(ours), Ok(theirs)) = (report.pixels, reader.into_dimensions()) {
        assert_eq!(ours, theirs);
    }
}
