use std::cell::Cell;

use proptest::prelude::*;

use super::*;
use crate::media::crc32;
use crate::media::probe::tests::{ImageFile, images, probe, some_image};

/// The JPEGs and PNGs among the fixtures whose size can be told, with what they are.
fn pictures() -> impl Iterator<Item = (&'static ImageFile, Content)> {
    images().iter().filter_map(|image| {
        let header = probe(&image.bytes);
        let is_known = matches!(header.content, Content::Jpeg | Content::Png);
        (is_known && header.size.is_ok()).then_some((image, header.content))
    })
}

/// Cut or rewritten on purpose: their headers are sound, the rest is not.
const BROKEN: &[&str] = &[
    "chunk-length-2-31-minus-1.png",
    "chunk-length-2-32-minus-1.png",
    "cut-after-header.png",
    "zeros-after-header.png",
];
/// Sound, as far as anybody knows, but of a kind that the decoder does not read.
const RARE_KINDS: &[&str] = &["arithmetic.jpg", "lossless.jpg", "twelve-bit.jpg"];

#[test]
fn sound_pictures_decode() {
    let mut sound = 0;
    for (image, content) in pictures() {
        let verdict = whole(content, &image.bytes);
        if BROKEN.contains(&image.name) {
            assert!(matches!(verdict, Err(Undecodable::Broken(_))), "{}: {verdict:?}", image.name);
        } else if RARE_KINDS.contains(&image.name) || image.name.starts_with("claims-2-31") {
            assert!(matches!(verdict, Err(Undecodable::Untold(_))), "{}: {verdict:?}", image.name);
        } else {
            assert_eq!(verdict, Ok(()), "{}", image.name);
            sound += 1;
        }
    }
    assert!(sound > 60, "{sound}");
}

#[test]
fn what_follows_the_end_is_not_looked_at() {
    for (image, content) in
        pictures().filter(|(image, content)| whole(*content, &image.bytes).is_ok())
    {
        for behind in [&b"\0\0\0"[..], b"PK\x03\x04", b"<html>"] {
            let bytes = [&image.bytes, behind].concat();
            assert_eq!(whole(content, &bytes), Ok(()), "{}", image.name);
        }
    }
}

/// Cut anywhere before its last tenth a picture is broken. (The last bytes of a JPEG may be an end
/// marker and padding that no pixel needs; behind the first picture of a file others may follow.)
#[test]
fn cuts_are_noticed() {
    for name in ["baseline.jpg", "progressive.jpg", "4000x1600.jpg", "palette.png", "4000x1600.png"]
    {
        let (image, content) = pictures().find(|(image, _)| image.name == name).expect("a fixture");
        let len = image.bytes.len();
        for tenth in 1..=9 {
            let cut = &image.bytes[..len * tenth / 10];
            let verdict = whole(content, cut);
            assert!(
                matches!(verdict, Err(Undecodable::Broken(_))),
                "{name} {tenth}/10: {verdict:?}"
            );
        }
    }
}

#[test]
fn checksums_are_checked() {
    let (image, content) =
        pictures().find(|(image, _)| image.name == "palette.png").expect("a fixture");
    let data = image.bytes.windows(4).position(|it| it == b"IDAT").expect("pixels");
    let length =
        u32::from_be_bytes(*image.bytes[data - 4..].first_chunk().expect("a length")) as usize;
    let end = data + 4 + length;
    // The chunk's own sum.
    let mut bytes = image.bytes.clone();
    bytes[end] ^= 1;
    assert_eq!(whole(content, &bytes), Err(BAD_SUM));
    // The sum of the pixels, in a chunk whose own sum is right.
    let mut bytes = image.bytes.clone();
    bytes[end - 1] ^= 1;
    let crc = crc32(&bytes[data..end]);
    bytes[end..end + 4].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(whole(content, &bytes), Err(BAD_SUM));
}

#[test]
fn a_second_opinion() {
    // A stray byte between segments: the header probe calls it damage, decoders pass over it.
    let (image, content) =
        pictures().find(|(image, _)| image.name == "300x300.jpg").expect("a fixture");
    let mut bytes = image.bytes.clone();
    let tables = bytes.windows(2).position(|it| it == [0xff, 0xdb]).expect("tables");
    bytes.insert(tables, 0);
    assert!(probe(&bytes).size.is_err());
    assert_eq!(size(content, &bytes[..]), PixelSize::new(300, 300).ok());
    assert_eq!(size(Content::WebP, &bytes[..]), None);
}

/// A progressive picture needs three times the memory of its pixels.
#[test]
fn coefficients_take_memory_too() {
    for (name, limit) in [("baseline.jpg", 14_000_u16), ("progressive.jpg", 8_000)] {
        let image = images().iter().find(|image| image.name == name).expect("a fixture");
        let frame = image.bytes.windows(4).position(|it| matches!(it, [0xff, 0xc0 | 0xc2, 0, 17]));
        let at = frame.expect("a frame of three components") + 5;
        for (side, is_too_large) in [(limit - 1_000, false), (limit, true)] {
            let mut bytes = image.bytes.clone();
            bytes[at..at + 2].copy_from_slice(&side.to_be_bytes());
            bytes[at + 2..at + 4].copy_from_slice(&side.to_be_bytes());
            let mut decoder = JpegDecoder::new(ZCursor::new(bytes.as_slice()));
            decoder.decode_headers().expect("a sound header");
            let memory = jpeg_memory(&decoder).expect("a size");
            assert_eq!(memory > MEMORY, is_too_large, "{name} {side}: {memory}");
            if is_too_large {
                assert_eq!(whole(Content::Jpeg, &bytes), Err(TOO_LARGE), "{name}");
            }
        }
    }
}

#[test]
fn bytes_are_asked_for_only_to_be_decoded() {
    let facts = |name: &str| {
        let image = images().iter().find(|image| image.name == name).expect("a fixture");
        let header = probe(&image.bytes);
        let len = image.bytes.len() as u64;
        FileFacts { header, len, exact: true, video: None, undecodable: None }
    };
    let asked = |facts: &mut FileFacts, decode| {
        let asked = Cell::new(false);
        let none = || {
            asked.set(true);
            None::<Cursor<&[u8]>>
        };
        facts.look(decode, none).expect("memory is read");
        asked.get()
    };
    // Nobody decodes it; its size is known; its size is not.
    assert!(!asked(&mut facts("animated.gif"), true));
    assert!(!asked(&mut facts("300x300.jpg"), false));
    assert!(asked(&mut facts("no-frame.jpg"), false));
    // It is not at hand, or too large: that is said.
    let mut sound = facts("300x300.jpg");
    assert!(asked(&mut sound, true));
    assert_eq!(sound.undecodable, Some(TOO_LONG));
    let mut large = FileFacts { len: LARGEST + 1, ..facts("300x300.jpg") };
    assert!(!asked(&mut large, true));
    assert_eq!(large.undecodable, Some(TOO_LONG));
}

/// Counts what is read of endless input.
struct Endless<'a>(&'a [u8], &'a Cell<u64>);

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(4096);
        let at = usize::try_from(self.1.get()).unwrap_or(usize::MAX);
        for (index, byte) in buffer[..len].iter_mut().enumerate() {
            *byte = self.0.get(at + index).copied().unwrap_or(0xff);
        }
        self.1.set(self.1.get() + len as u64);
        Ok(len)
    }
}

#[test]
fn an_opinion_reads_so_much_and_no_more() {
    for start in [&b"\xff\xd8\xff\xe0"[..], b"\x89PNG\r\n\x1a\n"] {
        let read = Cell::new(0);
        let content = if start[0] == 0xff { Content::Jpeg } else { Content::Png };
        assert_eq!(size(content, Endless(start, &read)), None);
        assert!(read.get() <= FARTHEST + 4096, "{}", read.get());
    }
}

proptest! {
    #[test]
    fn no_picture_breaks_a_decoder(image in some_image(), at in any::<prop::sample::Index>(), by in 1_u8.., cut in any::<prop::sample::Index>()) {
        let mut bytes = image.bytes.clone();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        for content in [Content::Jpeg, Content::Png] {
            let _ = whole(content, &bytes);
            let _ = size(content, &bytes[..]);
        }
    }
}
