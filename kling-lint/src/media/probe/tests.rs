use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::*;
use proptest::prelude::*;

const FIXTURES: &str = include_str!("../../../../fixtures/base64/media.tsv");

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    FIXTURES.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// A fixture as Base64.
pub(crate) fn text(name: &str) -> &'static str {
    rows().find(|row| row[0] == name).expect(name)[4]
}

/// A fixture's bytes.
fn fixture(name: &str) -> Vec<u8> {
    base64_simd::STANDARD.decode_to_vec(text(name)).expect(name)
}

/// The bytes of every fixture.
pub(crate) fn fixtures() -> Vec<Vec<u8>> {
    rows().map(|row| fixture(row[0])).collect()
}

/// A file under `fixtures/media/images` and what `images.tsv` says of it.
#[derive(Clone, Debug)]
pub(crate) struct ImageFile {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    content: &'static str,
    header: Header,
}

impl ImageFile {
    pub(crate) fn path(&self) -> PathBuf {
        folder().join(self.name)
    }

    /// Whether a header is what the table says.
    pub(crate) fn check(&self, header: Header, how: &str) {
        assert_eq!(format!("{:?}", header.content), self.content, "{} {how}", self.name);
        let content = header.content;
        assert_eq!(header, Header { content, ..self.header }, "{} {how}", self.name);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/media/images")
}

/// Every image of the folder, read once.
pub(crate) fn images() -> &'static [ImageFile] {
    static IMAGES: LazyLock<Vec<ImageFile>> = LazyLock::new(|| {
        const TABLE: &str = include_str!("../../../../fixtures/media/images.tsv");
        TABLE.lines().filter(|line| !line.starts_with('#')).map(image).collect()
    });
    &IMAGES
}

#[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
fn image(line: &'static str) -> ImageFile {
    let [name, content, size, turned, animated] =
        line.split('\t').collect::<Vec<_>>()[..].try_into().expect(line);
    let size = match size {
        "not-read" => Err(Unsure::NotRead),
        "truncated" => Err(Unsure::Truncated),
        "damaged" => Err(Unsure::Damaged),
        "zero" => Err(Unsure::Zero),
        size => {
            let (width, height) = size.split_once('x').expect(line);
            Ok(PixelSize {
                width: width.parse().expect("width"),
                height: height.parse().expect("height"),
            })
        }
    };
    ImageFile {
        name,
        bytes: std::fs::read(folder().join(name)).expect(name),
        content,
        header: Header {
            content: Content::Unknown,
            size,
            turned: turned == "turned",
            animated: animated == "animated",
        },
    }
}

/// Some of the images, for tests that change them: one of each that is not long.
pub(crate) fn some_image() -> impl Strategy<Value = &'static ImageFile> {
    let short: Vec<_> = images().iter().filter(|image| image.bytes.len() < 12_000).collect();
    prop::sample::select(short)
}

pub(crate) fn probe(bytes: &[u8]) -> Header {
    probe_in(bytes, &[usize::MAX])
}

/// What the bytes say when pushed in pieces of these lengths, over and over.
fn probe_in(bytes: &[u8], pieces: &[usize]) -> Header {
    let mut probe = HeaderProbe::new();
    let mut rest = bytes;
    for piece in pieces.iter().cycle() {
        let (now, later) = rest.split_at((*piece).clamp(1, rest.len().max(1)).min(rest.len()));
        if rest.is_empty() || probe.push(now) == Progress::Done {
            break;
        }
        rest = later;
    }
    probe.finish()
}

/// The same as a reader of files does it: idle bytes are passed over.
fn probe_with_skips(bytes: &[u8], piece: usize) -> Header {
    let mut probe = HeaderProbe::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        match probe.progress() {
            Progress::Done => break,
            Progress::More { idle } => {
                let over = usize::try_from(idle).unwrap_or(usize::MAX).min(rest.len());
                probe.skip(over as u64);
                rest = &rest[over..];
            }
        }
        let (now, later) = rest.split_at(piece.min(rest.len()));
        probe.push(now);
        rest = later;
    }
    probe.finish()
}

/// A JPEG of these segments (marker and payload), then a frame header of 600 × 300.
fn jpeg(segments: &[(u8, &[u8])]) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    for (marker, payload) in segments {
        out.extend([0xff, *marker]);
        out.extend((payload.len() as u16 + 2).to_be_bytes());
        out.extend(*payload);
    }
    out.extend([0xff, 0xc2, 0, 11, 8, 1, 44, 2, 88, 1, 1, 0x11, 0]);
    out
}

const FRAME: Result<PixelSize, Unsure> = Ok(PixelSize { width: 600, height: 300 });

#[test]
fn fixtures_are_told_apart_and_measured() {
    for row in rows() {
        let header = probe(&fixture(row[0]));
        let size = match row[2].split_once('x') {
            Some((width, height)) => Ok(PixelSize {
                width: width.parse().expect("width"),
                height: height.parse().expect("height"),
            }),
            None => Err(Unsure::NotRead),
        };
        assert_eq!(format!("{:?}", header.content), row[1], "{row:?}");
        assert_eq!((header.size, header.turned), (size, row[3] == "turned"), "{row:?}");
    }
}

#[test]
fn every_image_is_listed_and_as_listed() {
    let mut there: Vec<_> = std::fs::read_dir(folder())
        .expect("folder")
        .map(|entry| entry.expect("entry").file_name().into_string().expect("name"))
        .collect();
    let mut listed: Vec<_> = images().iter().map(|image| image.name.to_owned()).collect();
    there.sort();
    listed.sort();
    assert_eq!(there, listed);
    for image in images() {
        image.check(probe(&image.bytes), "whole");
        image.check(probe_in(&image.bytes, &[1]), "byte by byte");
        image.check(probe_with_skips(&image.bytes, 7), "with skips");
    }
}

#[test]
fn a_jpeg_says_its_size_behind_any_segments() {
    let long = [0x55; 0xfffd];
    assert_eq!(probe(&jpeg(&[])).size, FRAME);
    assert_eq!(
        probe(&jpeg(&[(0xe0, &[]), (0xed, &long), (0xfe, &long), (0xc4, &[0; 20])])).size,
        FRAME
    );
    // Fill bytes before a marker, and a restart marker, which has no length.
    let mut filled = jpeg(&[]);
    filled.splice(2..2, [0xff, 0xff, 0xff, 0xd3, 0xff]);
    assert_eq!(probe(&filled).size, FRAME);
}

/// Bytes that belong to no segment, which decoders pass over.
const STRAY: [&[u8]; 10] = [
    b"\0",
    b"\0\0\0\0",
    b"stray",
    b"\xff\0",
    b"\xff\xff\0",
    b"\xff\0\0\xff\0",
    b"\xff\0\xc0\0\x11",
    b"x\xff\xd0y",
    // A comment shorter than its own length.
    b"\xff\xfe\0\0",
    b"\xff\xfe\0\x01",
];

#[test]
fn a_jpeg_says_its_size_behind_stray_bytes() {
    let tables: (u8, &[u8]) = (0xdb, &[0; 65]);
    for stray in STRAY {
        for times in [1, 300, 9000] {
            let mut strayed = jpeg(&[tables]);
            // Behind the first segment: at the start it would be no JPEG.
            strayed.splice(71..71, stray.repeat(times));
            assert_eq!(probe(&strayed).size, FRAME, "{stray:x?} {times}");
            strayed.truncate(strayed.len() - 10);
            let end = probe(&strayed).size;
            assert!(matches!(end, Err(Unsure::Truncated | Unsure::Damaged)), "{stray:x?} {end:?}");
        }
    }
    let mut tail = jpeg(&[]);
    tail.truncate(2);
    tail.extend([&[0xff, 0xe0, 0, 2][..], &[0; 900]].concat());
    assert_eq!(probe(&tail).size, Err(Unsure::Damaged), "nothing but stray bytes");
}

#[test]
fn a_jpeg_that_cannot_be_trusted_has_no_size() {
    let edited = |edits: &[(usize, u8)]| {
        let mut bytes = jpeg(&[]);
        for (at, byte) in edits {
            bytes[*at] = *byte;
        }
        probe(&bytes).size
    };
    assert_eq!(edited(&[(7, 0), (8, 0)]), Err(Unsure::Zero), "height, to be told later");
    assert_eq!(edited(&[(9, 0), (10, 0)]), Err(Unsure::Zero), "width");
    assert_eq!(edited(&[(5, 17)]), Err(Unsure::Damaged), "length and components disagree");
    assert_eq!(edited(&[(11, 0)]), Err(Unsure::Damaged), "no components");
    assert_eq!(edited(&[(6, 0)]), Err(Unsure::Damaged), "no precision");
    assert_eq!(edited(&[(5, 1)]), Err(Unsure::Damaged), "a length below its own size");
    assert_eq!(edited(&[(3, 0xd8)]), Err(Unsure::Damaged), "another image comes first");
    assert_eq!(edited(&[(3, 0xd9)]), Err(Unsure::Damaged), "the end comes first");
    assert_eq!(edited(&[(3, 0xda)]), Err(Unsure::Damaged), "the scan comes first");
    assert_eq!(edited(&[(3, 0xe9)]), Err(Unsure::Truncated), "no frame header");
    let whole = jpeg(&[(0xe0, &[0; 600])]);
    for cut in 3..whole.len() - 3 {
        assert_eq!(probe(&whole[..cut]).size, Err(Unsure::Truncated), "{cut}");
    }
}

#[test]
fn orientation_is_read_in_both_byte_orders_and_survives_nonsense() {
    let little = b"Exif\0\0II*\0\x0c\0\0\0....\x02\0\x00\x01\x03\0\x01\0\0\0\0\0\0\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0";
    let big = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";
    for exif in [&little[..], big] {
        let header = probe(&jpeg(&[(0xe1, b"http://ns.adobe.com/xap/1.0/"), (0xe1, exif)]));
        assert_eq!((header.size, header.turned), (FRAME, true));
        for cut in 0..exif.len() - 3 {
            let header = probe(&jpeg(&[(0xe1, &exif[..cut])]));
            assert_eq!((header.size, header.turned), (FRAME, false), "{cut}");
        }
    }
    let lost = b"Exif\0\0MM\0*\xff\xff\xff\xff\0\x01";
    assert_eq!(probe(&jpeg(&[(0xe1, lost)])).size, FRAME);
}

#[test]
fn a_png_that_cannot_be_trusted_has_no_size() {
    let whole = fixture("mono-300x300.png");
    for cut in 8..33 {
        assert_eq!(probe(&whole[..cut]).size, Err(Unsure::Truncated), "{cut}");
    }
    for at in 8..33 {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert_eq!(probe(&bytes).size, Err(Unsure::Damaged), "{at}");
    }
}

#[test]
fn text_is_named_by_what_it_is_found_in() {
    let names = |content: Content| (content.name(), content.name_in_file());
    assert_eq!(names(Content::Text), ("Base64 of plain text", "plain text"));
    assert_eq!(names(Content::Base64Text), ("Base64 of Base64", "Base64 text"));
    assert_eq!(names(Content::WebP), ("WebP", "WebP"));
}

#[test]
fn headers_of_many_parts_end() {
    // A comment without a word, 65,535 times.
    let many = jpeg(&vec![(0xfe, &b""[..]); 65_535]);
    assert_eq!(probe(&many).size, FRAME);
    let too_many = jpeg(&vec![(0xfe, &b""[..]); 270_000]);
    assert_eq!(probe(&too_many).size, Err(Unsure::TooFar));
    for endless in [&[0xff; 2][..], &[0xff, 0xd0], &[0xff, 0], &[0, 0]] {
        let bytes = [&[0xff, 0xd8, 0xff, 0xd0], &endless.repeat(600_000)[..]].concat();
        assert_eq!(probe(&bytes).size, Err(Unsure::TooFar), "{endless:?}");
    }
    let chunked = |count: usize| {
        let mut bytes = fixture("mono-300x300.png");
        let text = b"\0\0\0\0tEXt\0\0\0\0".repeat(count);
        bytes.splice(33..33, text.into_iter().chain(*b"\0\0\0\x08acTL\0\0\0\x02\0\0\0\0...."));
        probe(&bytes)
    };
    let size = Ok(PixelSize { width: 300, height: 300 });
    assert_eq!((chunked(65_535).size, chunked(65_535).animated), (size, true));
    // The size stands in front: it is told all the same.
    assert_eq!((chunked(300_000).size, chunked(300_000).animated), (size, false));
}

#[test]
fn the_first_orientation_counts() {
    let exif = |orientation: u8| {
        let mut exif = *b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0";
        exif[25] = orientation;
        exif
    };
    for (first, second, turned) in [(1, 6, false), (6, 1, true), (0, 6, false)] {
        let bytes = jpeg(&[(0xe1, &exif(first)), (0xe1, &exif(second))]);
        assert_eq!(probe(&bytes).turned, turned, "{first} {second}");
    }
    // One that says nothing of it does not count.
    let none = b"Exif\0\0MM\0*\0\0\0\x08\0\0";
    assert!(probe(&jpeg(&[(0xe1, none), (0xe1, &exif(6))])).turned);
}

#[test]
fn first_bytes_that_are_no_image() {
    for (bytes, content) in [
        (&b""[..], Content::Unknown),
        (b"\xff\xd8", Content::Unknown),
        (b"BMW drives through rain, cinematic light", Content::Text),
        (b"<p>text</p>", Content::Unknown),
        (b"\xef\xbb\xbf <svg/>", Content::Svg),
        (b"/9j/4AAQSkZJRg", Content::Base64Text),
        (b"https://cdn.kling.ai/cat.png", Content::Url),
        (b"\x89PNG", Content::Png),
        (b"\x89PN", Content::Unknown),
        (b"\x89PNG\n\x1a\n", Content::Garbled),
        (b"RIFF\x24\0\0\0AVI LIST", Content::Avi),
        (b"RIFF\x24\0\0\0WAVEfmt ", Content::Unknown),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webmB\x87\x81\x04", Content::WebM),
        (b"\x1a\x45\xdf\xa3\xa3B\x86\x81\x01B\x82\x88matroska", Content::Matroska),
        (b"\x1a\x45\xdf\xa3", Content::Matroska),
        (b"\0\0\0\x08free\0\0\0\x08mdat", Content::Mov),
        (b"I am free, and so are you", Content::Text),
        // Cut in a character; a control character; too short to be sure.
        ("twelve bytes and an \u{e9}".as_bytes().split_last().expect("text").1, Content::Text),
        (b"twelve bytes \x1b and more", Content::Unknown),
        (b"not a file", Content::Unknown),
        (b"{\"error\": \"no such file\"}", Content::Json),
        (b"[{\"error\": \"no such file\"}]", Content::Json),
        (b"[Object: null prototype]", Content::Text),
        (b"{image} goes here, please", Content::Text),
        (b"<!-- never closed <svg/> ", Content::Text),
        (b"<?xml version='1.0'?><svgs>", Content::Xml),
        (b"<?xml version='1.0'?><!-- --> <SVG>", Content::Svg),
        (b"<!-- a --><!-- b --><!doctype HTML>", Content::Html),
        (b"<header>not a page</header>", Content::Text),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", Content::Avif),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Content::Heic),
        (b"\0\0\0\x08wide\0\0\0\x08mdat", Content::Mov),
        (b"\xff\xff\xff\xffftypisom", Content::Mp4),
        (b"\0\0\0\0ftyp", Content::Mp4),
    ] {
        assert_eq!(probe(bytes).content, content, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunking(
        bytes in prop::collection::vec(any::<u8>(), 0..700),
        jpeg in any::<bool>(),
        pieces in prop::collection::vec(1_usize..300, 1..6),
    ) {
        let mut bytes = bytes;
        if jpeg {
            bytes.splice(0..0, [0xff, 0xd8, 0xff]);
        }
        prop_assert_eq!(probe_in(&bytes, &pieces), probe(&bytes));
        prop_assert_eq!(probe_with_skips(&bytes, pieces[0]), probe(&bytes));
    }

    #[test]
    fn mutated_images_in_any_chunking(
        image in some_image(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(1_usize..300, 1..6),
    ) {
        let mut bytes = image.bytes.clone();
        for (at, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len().min(256));
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        prop_assert_eq!(probe_in(&bytes, &pieces), probe(&bytes));
        prop_assert_eq!(probe_with_skips(&bytes, pieces[0]), probe(&bytes));
    }

    #[test]
    fn segments_of_any_size(lengths in prop::collection::vec(0_usize..3000, 0..6), piece in 1_usize..900) {
        let payloads: Vec<Vec<u8>> = lengths.iter().map(|len| vec![0xff; *len]).collect();
        let segments: Vec<(u8, &[u8])> = payloads.iter().map(|it| (0xe1, &it[..])).collect();
        let bytes = jpeg(&segments);
        prop_assert_eq!(probe_in(&bytes, &[piece]).size, FRAME);
        prop_assert_eq!(probe_with_skips(&bytes, piece).size, FRAME);
    }

    #[test]
    fn stray_bytes_anywhere_between_segments(
        stray in prop::collection::vec((prop::sample::select(&STRAY[..]), 0_usize..900), 1..9),
        pieces in prop::collection::vec(1_usize..3000, 1..6),
    ) {
        let mut bytes = vec![0xff, 0xd8, 0xff];
        bytes.extend(b"\xfe\0\x04..");
        for (stray, len) in stray {
            bytes.extend(stray);
            bytes.extend([0xff, 0xe2]);
            bytes.extend((len as u16 + 2).to_be_bytes());
            bytes.resize(bytes.len() + len, 0xff);
        }
        bytes.extend(&jpeg(&[])[2..]);
        prop_assert_eq!(probe(&bytes).size, FRAME);
        prop_assert_eq!(probe_in(&bytes, &pieces).size, FRAME);
        prop_assert_eq!(probe_with_skips(&bytes, pieces[0]).size, FRAME);
    }
}
