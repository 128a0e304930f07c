use super::*;
use crate::load::testing::streamed;
use proptest::prelude::*;

/// Line and column of a file offset, counted from the start.
fn counted(text: &[u8], offset: usize) -> Position {
    let (mut line, mut column) = (1, 1);
    for (at, &byte) in text[..offset].iter().enumerate() {
        match byte {
            b'\n' if at > 0 && text[at - 1] == b'\r' => {}
            b'\n' | b'\r' => (line, column) = (line + 1, 1),
            0x80..0xc0 => {}
            _ => column += 1,
        }
    }
    Position::new(line, column)
}

fn excerpt(text: &[u8], range: Range<u32>) -> String {
    let loaded = Loaded::from_bytes(text);
    let Excerpt { text, highlight } = Places::new(&loaded).excerpt(range);
    format!("{}<{}>{}", &text[..highlight.start], &text[highlight.clone()], &text[highlight.end..])
}

#[test]
fn an_excerpt_is_the_line() {
    let text = b"{\n\t\"a\": 1,\r\n  \"b\": 2\n}";
    assert_eq!(excerpt(text, 0..1), "<{>");
    assert_eq!(excerpt(text, 8..9), "    \"a\": <1>,");
    assert_eq!(excerpt(text, 14..17), "  <\"b\">: 2");
    assert_eq!(excerpt(text, 21..22), "<}>");
    assert_eq!(excerpt(text, 22..22), "}<>");
    assert_eq!(excerpt(text, 0..22), "<{>");
    assert_eq!(excerpt(b"", 0..0), "<>");
}

#[test]
fn an_excerpt_of_a_long_line_is_cut() {
    let text = "é".repeat(5000) + "\"x\"" + &"é".repeat(5000);
    let shown = excerpt(text.as_bytes(), 10_000..10_003);
    assert_eq!(shown, format!("…{}<\"x\">{}…", "é".repeat(60), "é".repeat(60)));
    let shown = excerpt(text.as_bytes(), 10_000..19_000);
    assert!(shown.starts_with('…') && shown.ends_with(">…"));
    assert_eq!(shown.chars().count(), 60 + 100 + 4);
    let shown = excerpt(&[0x80; 5000], 2500..2501);
    assert!(shown.chars().count() < 400, "{shown}");
}

#[test]
fn an_excerpt_is_safe_to_print() {
    assert_eq!(excerpt(b"\x1b[31m\xff!", 5..6), "\\u{1b}[31m<\u{fffd}>!");
    assert_eq!(excerpt(b"a ##[error]b", 0..1), "<a> ##\\u{5b}error]b");
    assert_eq!(excerpt(b"a # [b]", 0..1), "<a> # [b]");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plain_excerpt_is_that_of_any_text(
        text in "([a-z ]{0,90}[#é\n\r]?){0,6}",
        (start, len) in (any::<prop::sample::Index>(), 0..150_usize),
        cuts in (1..9usize, 0..9usize, 0..5usize, 0..4usize),
    ) {
        let text = format!("{{\"{text}\": \"{text}\"}}");
        let (block, whole, head, tail) = cuts;
        for loaded in [Loaded::from_bytes(text.as_bytes()), streamed(text.as_bytes(), block, whole, head, tail)] {
            let places = Places::new(&loaded);
            let start = start.index(loaded.text().len());
            let end = (start + len).min(loaded.text().len());
            let part = places.part(start);
            if let Some(plain) = places.plain_excerpt(start, end, &part) {
                prop_assert_eq!(plain, places.any_excerpt(start, end, &part));
            }
        }
    }

    #[test]
    fn places_are_as_counted(
        pieces in prop::collection::vec(prop::sample::select(vec![
            &b"a"[..], b"bcd", b"\xc3\xa9", "😀".as_bytes(), b"\n", b"\r", b"\r\n", b"\n\r", b"\xff", b"\"", b"\\",
        ]), 0..40),
        cuts in (1..9usize, 0..9usize, 0..5usize, 0..4usize),
        ends in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
    ) {
        let text = pieces.concat();
        let (block, whole, head, tail) = cuts;
        for loaded in [Loaded::from_bytes(&text), streamed(&*text, block, whole, head, tail)] {
            let places = Places::new(&loaded);
            let resident = loaded.text().len() as u32 + 1;
            let ranges: Vec<_> = ends.iter().map(|(a, b)| {
                let (a, b) = (a.index(resident as usize) as u32, b.index(resident as usize) as u32);
                a.min(b)..a.max(b)
            }).collect();
            let mut in_order = ranges.clone();
            in_order.sort_by_key(|range| range.start);
            prop_assert_eq!(places.resolve(&in_order), places.all_at_once(&in_order));
            for (range, place) in ranges.iter().zip(places.resolve(&ranges)) {
                let before = |offset: u32, across: bool| loaded.gaps().iter()
                    .filter(|gap| gap.at < offset || across && gap.at == offset)
                    .map(|gap| gap.dropped.bytes).sum::<u64>() + u64::from(offset);
                let start = before(range.start, true);
                let end = before(range.end, range.is_empty());
                prop_assert_eq!(place.span, Span::new(start, end));
                prop_assert_eq!(place.start, counted(&text, start as usize));
                prop_assert_eq!(place.end, counted(&text, end as usize));
                let excerpt = places.excerpt(range.clone());
                prop_assert!(excerpt.text.get(excerpt.highlight.clone()).is_some());
                prop_assert!(!excerpt.text.contains(['\n', '\r']));
            }
        }
    }
}
