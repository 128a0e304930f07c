use super::*;
use crate::media::probe::{Content, PixelSize, Unsure, tests as fixtures};
use proptest::prelude::*;

/// What the text says when pushed in pieces of these lengths, over and over.
fn scan_in(text: &[u8], pieces: &[usize]) -> Base64Facts {
    let mut scan = Base64Scan::new();
    let mut rest = text;
    for piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at((*piece).clamp(1, rest.len()));
        scan.push(now);
        rest = later;
    }
    scan.finish()
}

fn scan(text: &str) -> Base64Facts {
    scan_in(text.as_bytes(), &[usize::MAX])
}

fn fault(text: &str) -> Option<(FaultKind, u64)> {
    scan(text).verdict.err().map(|fault| (fault.kind, fault.at))
}

#[test]
fn sound_texts() {
    for (text, len) in [("QQ==", 1), ("QUI=", 2), ("QUJD", 3), ("QUJDRA==", 4), ("+/+/", 3)] {
        let facts = scan(text);
        assert_eq!((facts.verdict, facts.decoded_len, facts.prefix), (Ok(()), len, 0), "{text}");
    }
}

#[test]
fn bits_that_padding_leaves_out_are_not_judged() {
    assert_eq!(fault("QR=="), None);
    assert_eq!(fault("QUJ="), None);
    assert_eq!(fault("data"), None, "four letters of the alphabet");
}

#[test]
fn the_first_fault_is_named_with_its_place() {
    use FaultKind::*;
    for (text, kind, at) in [
        ("", Empty, 0),
        ("QUJD\nQUJD", LineBreak, 4),
        ("QUJDQ\r\nUJD", LineBreak, 5),
        ("QUJD QUJD", Space, 4),
        (" QUJD", Space, 0),
        ("QUI=\n", LineBreak, 4),
        ("QU-D", UrlSafe('-'), 2),
        ("_UJD", UrlSafe('_'), 0),
        ("QUJD%2B", Character('%'), 4),
        ("QUé", Character('é'), 2),
        ("QU😀D", Character('😀'), 2),
        ("QQ", PaddingMissing(2), 2),
        ("QQ=", PaddingMissing(1), 3),
        ("QUI", PaddingMissing(1), 3),
        ("QUJD=", PaddingExtra(1), 4),
        ("QUI===", PaddingExtra(2), 4),
        ("====", PaddingExtra(4), 0),
        ("QUI=QUI=", PaddingInside, 3),
        ("QUI=.", Character('.'), 4),
        ("Q", Length, 1),
        ("QUJDQ===", Length, 5),
        ("data:image/png;base64,", Empty, 22),
        ("data:image/png;base64,QQ", PaddingMissing(2), 24),
        ("data:image/png;base64", Character(':'), 4),
    ] {
        assert_eq!(fault(text), Some((kind, at)), "{text:?}");
    }
}

#[test]
fn a_data_prefix_is_passed_over() {
    let facts = scan("DATA:image/png;base64,QUJD");
    assert_eq!((facts.prefix, facts.verdict, facts.decoded_len), (22, Ok(()), 3));
    let endless = format!("data:{}", "a".repeat(5000));
    assert_eq!(fault(&endless), Some((FaultKind::Character(':'), 4)));
}

#[test]
fn sizes_are_exact_behind_faults_that_can_be_read_through() {
    assert_eq!(scan("QUJD\nQUJD\n").decoded_len, 6);
    assert_eq!(scan("QU-D_UI").decoded_len, 5);
    assert!(scan("QU-D_UI").whole);
    assert!(!scan("QU.D").whole);
}

#[test]
fn the_header_is_read_through_line_breaks_and_the_url_safe_alphabet() {
    let png = fixtures::text("mono-300x300.png");
    let size = Ok(PixelSize { width: 300, height: 300 });
    let wrapped: String = png
        .as_bytes()
        .chunks(7)
        .flat_map(|line| [std::str::from_utf8(line).unwrap_or(""), "\n"])
        .collect();
    let safe = png.replace('+', "-").replace('/', "_");
    for text in [png, &wrapped, &safe, &format!("data:image/png;base64,{png}")] {
        let header = scan(text).header;
        assert_eq!((header.content, header.size), (Content::Png, size), "{text}");
    }
}

#[test]
fn the_last_group_reaches_the_probe() {
    // `GIF89a` and one byte more, in an open group.
    assert_eq!(scan("R0lGODlhAQ==").header.content, Content::Gif);
    let cut = scan("/9j/").header;
    assert_eq!((cut.content, cut.size), (Content::Jpeg, Err(Unsure::Truncated)));
}

#[test]
fn a_large_segment_is_passed_over_and_still_checked() {
    let mut jpeg = vec![0xff, 0xd8];
    for _ in 0..40 {
        jpeg.extend([0xff, 0xe2, 0xff, 0xff]);
        jpeg.extend([0xab; 0xfffd]);
    }
    jpeg.extend([0xff, 0xc0, 0, 11, 8, 1, 44, 2, 88, 1, 1, 0x11, 0]);
    let mut text = base64_simd::STANDARD.encode_to_string(&jpeg);
    let facts = scan_in(text.as_bytes(), &[262_144, 7]);
    assert_eq!(facts.verdict, Ok(()));
    assert_eq!(facts.decoded_len, jpeg.len() as u64);
    assert_eq!(facts.header.size, Ok(PixelSize { width: 600, height: 300 }));
    text.replace_range(1_000_001..1_000_002, "!");
    assert_eq!(fault(&text), Some((FaultKind::Character('!'), 1_000_001)));
}

/// The definition, as slowly as it is written.
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && padding <= 2
        && data.len() % 4 != 1
        && data.bytes().all(is_data)
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_answer(
        text in r"(data:[a-z;,]{0,6})?[A-D/+]{0,40}[A-Za-z0-9+/=\-_ \n.é]{0,12}[A-D]{0,9}={0,4}\n?",
        pieces in prop::collection::vec(1_usize..9, 1..8),
    ) {
        prop_assert_eq!(scan_in(text.as_bytes(), &pieces), scan(&text));
    }

    #[test]
    fn any_bytes_in_any_chunking(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        pieces in prop::collection::vec(1_usize..70, 1..8),
    ) {
        prop_assert_eq!(scan_in(&bytes, &pieces), scan_in(&bytes, &[usize::MAX]));
    }

    #[test]
    fn the_verdict_is_the_definition(text in r"[A-D+/]{0,9}[A-D=]{0,3}={0,3}[A-D.]?") {
        prop_assert_eq!(scan(&text).verdict.is_ok(), is_base64(&text), "{}", text);
    }

    #[test]
    fn what_is_encoded_is_accepted(bytes in prop::collection::vec(any::<u8>(), 1..5000)) {
        let facts = scan(&base64_simd::STANDARD.encode_to_string(&bytes));
        prop_assert_eq!(facts.verdict, Ok(()));
        prop_assert_eq!(facts.decoded_len, bytes.len() as u64);
    }

    #[test]
    fn headers_survive_any_chunking(
        image in prop::sample::select(fixtures::fixtures()),
        cut in any::<prop::sample::Index>(),
        pieces in prop::collection::vec(1_usize..900, 1..8),
    ) {
        let text = base64_simd::STANDARD.encode_to_string(&image[..cut.index(image.len() + 1)]);
        prop_assert_eq!(scan_in(text.as_bytes(), &pieces), scan(&text));
    }
}
