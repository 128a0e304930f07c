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

fn probe(bytes: &[u8]) -> Header {
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
fn first_bytes_that_are_no_image() {
    for (bytes, content) in [
        (&b""[..], Content::Unknown),
        (b"\xff\xd8", Content::Unknown),
        (b"BMW drives through rain, cinematic light", Content::Unknown),
        (b"<p>text</p>", Content::Unknown),
        (b"\xef\xbb\xbf <svg/>", Content::Svg),
        (b"/9j/4AAQSkZJRg", Content::Base64Text),
        (b"https://cdn.kling.ai/cat.png", Content::Url),
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
        image in prop::sample::select(fixtures()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(1_usize..300, 1..6),
    ) {
        let mut bytes = image;
        for (at, byte) in edits {
            let at = at.index(bytes.len().min(64));
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
}
