//! The same picture is judged alike wherever its bytes come from: a local file, Base64, a data URL, whole or
//! in a stream that keeps only the ends of long strings. Damaged and odd ones too, and far longer than what
//! anybody looks at.

#![cfg(feature = "cli")]

use std::io::Cursor;

use base64_simd::STANDARD;
use image::{ImageFormat, ImageReader};
use kling_lint::{Linter, MemoryFiles, OpenFile, Report};
use kling_schema::rules::media::{BAD_BASE64, DATA_URL_PREFIX, MISLEADING_SUFFIX};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const JPEGS: [&[u8]; 4] = [
    include_bytes!("../../fixtures/media/images/baseline.jpg"),
    include_bytes!("../../fixtures/media/images/progressive.jpg"),
    include_bytes!("../../fixtures/media/images/exif-6-little.jpg"),
    include_bytes!("../../fixtures/media/images/300x300.jpg"),
];
const PNGS: [&[u8]; 3] = [
    include_bytes!("../../fixtures/media/images/rgb.png"),
    include_bytes!("../../fixtures/media/images/exif-6.png"),
    include_bytes!("../../fixtures/media/images/animated-behind-text.png"),
];
const OTHERS: [&[u8]; 2] = [
    include_bytes!("../../fixtures/media/images/lossy.webp"),
    include_bytes!("../../fixtures/media/images/still-89a.gif"),
];

/// Rules and severities, those left out that are about the form alone.
fn told(report: &Report) -> Vec<(&'static str, kling_lint::Severity)> {
    let of_form = [&DATA_URL_PREFIX, &MISLEADING_SUFFIX];
    let findings = report.findings().iter().filter(|it| !of_form.contains(&it.rule));
    findings.map(|it| (it.rule.name, it.severity)).collect()
}

/// Judges the bytes in each form, and says what was told of all of them.
fn judged(bytes: &[u8], decode: bool) -> Vec<(&'static str, kling_lint::Severity)> {
    let mut files = MemoryFiles::new();
    files.insert("./a.png", bytes);
    let linter = Linter::builder().endpoint("image2video").decode(decode).files(files).build();
    let linter = linter.expect("an endpoint");
    let request = |image: &str| format!(r#"{{"prompt":"The cat yawns.","image":"{image}"}}"#);
    let in_file = told(&linter.lint_str(&request("./a.png")));
    let text = STANDARD.encode_to_string(bytes);
    for (form, image) in [
        ("Base64", text.clone()),
        ("a data URL", format!("data:image/jpeg;base64,{text}")),
        ("Base64 with escapes", text.replace('/', "\\/")),
    ] {
        let request = request(&image);
        let whole = linter.lint_str(&request);
        assert_eq!(told(&whole), in_file, "{form}");
        assert!(whole.findings().iter().all(|it| *it.rule != BAD_BASE64));
        let streamed = linter.lint_reader(request.as_bytes(), None).expect("memory is read");
        assert_eq!(told(&streamed), in_file, "{form} in a stream");
    }
    in_file
}

fn pixels(bytes: &[u8]) -> Option<(u32, u32)> {
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory has an end");
    Linter::new().judge_media(file, "a.png").expect("memory is read").pixels
}

fn segment(marker: u8, len: usize) -> Vec<u8> {
    let mut segment = vec![0xff, marker];
    segment.extend((len as u16 + 2).to_be_bytes());
    segment.resize(len + 4, 0);
    segment
}

/// A JPEG with this between its first segment and the others.
fn with(insert: &[u8]) -> Vec<u8> {
    let jpeg = JPEGS[3];
    [&jpeg[..20], insert, &jpeg[20..]].concat()
}

#[test]
fn a_size_far_behind_the_start_is_told_everywhere() {
    let garbage = |len: usize| (0..len).map(|at| (at * 7 % 251) as u8).collect::<Vec<u8>>();
    for (name, insert) in [
        ("64 KiB in one segment", segment(0xe1, 65_533)),
        ("128 KiB", segment(0xe2, 65_533).repeat(2)),
        ("10 MB", segment(0xe2, 65_533).repeat(152)),
        ("many small ones", segment(0xfe, 0).repeat(65_535)),
        ("stray bytes", garbage(70_000)),
        ("stray bytes in between", [segment(0xe2, 65_533), garbage(5)].concat().repeat(30)),
        ("zeros", vec![0; 500_000]),
        ("fill bytes", vec![0xff; 500_000]),
        ("restart markers", b"\xff\xd3".repeat(100_000)),
    ] {
        let bytes = with(&insert);
        assert_eq!(pixels(&bytes), Some((300, 300)), "{name}");
        assert_eq!(judged(&bytes, false), [], "{name}");
    }
    // Beyond, nobody looks: that is no fault of the picture.
    for insert in
        [vec![0; 2 << 20], segment(0xfe, 0).repeat(300_000), segment(0xfe, 5000).repeat(500)]
    {
        let info = ("unreadable-header", kling_lint::Severity::Info);
        assert_eq!(judged(&with(&insert), false), [info]);
    }
}

/// What happens to a picture.
#[derive(Clone, Debug)]
enum Edit {
    Byte(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Behind(usize, u8),
}

/// Bytes such as stand between segments, rightly or not.
fn odd() -> impl Strategy<Value = Vec<u8>> {
    let short = select(vec![
        b"\0".to_vec(),
        b"\xff\0".to_vec(),
        b"\xff\xff\xff".to_vec(),
        b"\xff\xd0".to_vec(),
        b"\xff\xfe\0\0".to_vec(),
        b"\xff\xd8".to_vec(),
        b"\xff\xd9".to_vec(),
        b"stray".to_vec(),
    ]);
    let segments = (
        select(vec![0xe0, 0xe1, 0xe2, 0xfe, 0xf0, 0x10]),
        select(vec![0, 90, 4092, 65_533]),
        1..4_usize,
    )
        .prop_map(|(marker, len, times)| segment(marker, len).repeat(times));
    let bytes = prop::collection::vec(any::<u8>(), 1..300);
    let zeros = (1..90_000_usize).prop_map(|len| vec![0; len]);
    prop_oneof![3 => short, 2 => segments, 1 => bytes, 1 => zeros]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Byte(at, byte)),
        any::<Index>().prop_map(Edit::Cut),
        (any::<Index>(), odd()).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        (1..90_000_usize, any::<u8>()).prop_map(|(len, byte)| Edit::Behind(len, byte)),
    ]
}

/// Where segments or chunks begin, as far as they can be followed.
fn seams(bytes: &[u8]) -> Vec<usize> {
    let is_jpeg = bytes.starts_with(b"\xff\xd8");
    let mut at = if is_jpeg { 2 } else { 8 };
    let mut seams = Vec::new();
    while let Some(head) = bytes.get(at..at + 4) {
        seams.push(at);
        at += match is_jpeg {
            true => 2 + usize::from(u16::from_be_bytes([head[2], head[3]])),
            false => 12 + u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize,
        };
    }
    seams
}

fn edited(bytes: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for edit in edits {
        match edit {
            Edit::Byte(at, byte) => {
                let at = at.index(bytes.len().clamp(1, 300));
                bytes[at] = *byte;
            }
            Edit::Cut(at) => bytes.truncate(at.index(bytes.len()).max(1)),
            Edit::Insert(at, odd) => {
                let seams = seams(&bytes);
                let at = if seams.is_empty() { 0 } else { seams[at.index(seams.len())] };
                bytes.splice(at..at, odd.iter().copied());
            }
            Edit::Behind(len, byte) => bytes.resize(bytes.len() + len, *byte),
        }
    }
    bytes
}

/// Whether the header has what `zune-jpeg`, which reads JPEGs for `image`, reads in a way of its own:
/// stuffed zeros, restart markers, and kinds of frames that it passes over.
fn is_read_otherwise(bytes: &[u8]) -> bool {
    let end = bytes.windows(2).rposition(|it| it == b"\xff\xda").unwrap_or(bytes.len());
    bytes[2..end]
        .windows(2)
        .any(|it| matches!(it, [0xff, 0 | 1 | 0xc3 | 0xc5..=0xcb | 0xcd..=0xcf | 0xd0..=0xd8]))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_picture_is_judged_alike_in_every_form(
        picture in select([&JPEGS[..], &PNGS, &OTHERS].concat()),
        edits in prop::collection::vec(edit(), 1..5),
        decode in any::<bool>(),
    ) {
        let bytes = edited(picture, &edits);
        // Shorter data of no known format are no file.
        if bytes.len() >= 192 {
            judged(&bytes, decode);
        }
    }

    #[test]
    fn a_size_that_others_read_is_ours(
        picture in select([&JPEGS[..], &PNGS].concat()),
        edits in prop::collection::vec(edit(), 1..5),
    ) {
        let bytes = edited(picture, &edits);
        let Ok(format) = image::guess_format(&bytes) else { return Ok(()) };
        let theirs = ImageReader::with_format(Cursor::new(&bytes), format).into_dimensions();
        let is_referee = format == ImageFormat::Png || !is_read_otherwise(&bytes);
        if let (Ok(theirs), true) = (theirs, is_referee) {
            prop_assert_eq!(pixels(&bytes), Some(theirs));
        }
    }
}
