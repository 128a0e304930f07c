//! Strings and their text.

use std::io::{self, Read as _};

use proptest::prelude::*;

use super::super::{JsonKind, Text};
use super::{nodes, reading};
use crate::load::{
    Counts, FaultKind, Loaded, Scan,
    testing::{limited, streamed},
};

/// Calls back with the text of the string that is the whole document.
fn with_text<R>(json: &str, visit: impl FnOnce(Text<'_>) -> R) -> R {
    let loaded = Loaded::from_bytes(json.as_bytes());
    let document = super::read(&loaded, &mut Vec::new()).expect("a value");
    assert_eq!(document.root().kind(), JsonKind::String, "{json}");
    visit(document.root().text().expect("a string"))
}

#[test]
fn text_is_unescaped_and_counted() {
    for (json, text, chars, utf16) in [
        (r#""""#, "", 0, 0),
        (r#""abc""#, "abc", 3, 3),
        (r#""\u0061\n\/""#, "a\n/", 3, 3),
        (r#""짧은 é""#, "짧은 é", 4, 4),
        (r#""😀""#, "😀", 1, 2),
        (r#""\ud83d\ude00""#, "😀", 1, 2),
        (r#""\ud83d!""#, "\u{fffd}!", 2, 2),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}", 2, 2),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀", 2, 3),
        (r#""\x""#, "\\x", 2, 2),
        (r#""it\'s""#, "it's", 4, 4),
    ] {
        with_text(json, |string| {
            assert_eq!(string.to_str(), text, "{json}");
            assert_eq!(string.counts(), Counts { chars, utf16 }, "{json}");
            assert_eq!(string.is_empty(), text.is_empty(), "{json}");
            let units = u32::try_from(utf16).expect("a short text");
            assert!(!string.surely_fits(units) || string.counts().utf16 <= utf16, "{json}");
        });
    }
}

#[test]
fn blank_text_is_white_space_and_not_empty() {
    for json in [r#"" ""#, r#""\n\t""#, "\"\u{3000}\"", r#""\u00a0 ""#] {
        assert!(with_text(json, |text| text.is_blank()), "{json}");
    }
    for json in [r#""""#, r#"" a""#, r#""\u0061""#, "\"\u{200b}\""] {
        assert!(!with_text(json, |text| text.is_blank()), "{json}");
    }
}

#[test]
fn heads_and_tails_are_whole_characters() {
    let json = r#""짧\uc740\ud83d\ude00/abc.jpg""#;
    with_text(json, |string| {
        assert_eq!(string.to_str(), "짧은😀/abc.jpg");
        assert_eq!(string.head(2), "");
        assert_eq!(string.head(5), "짧");
        assert_eq!(string.head(9), "짧은");
        assert_eq!(string.head(999), "짧은😀/abc.jpg");
        assert_eq!(string.tail(4), ".jpg");
        assert_eq!(string.tail(11), "/abc.jpg");
        assert_eq!(string.tail(12), "😀/abc.jpg");
    });
    // Nothing but escapes: there is no place to start but the beginning.
    let json = format!("\"{}\"", "\\\\".repeat(300));
    with_text(&json, |string| assert_eq!(string.tail(5), "\\".repeat(5)));
}

#[test]
fn heads_tails_and_counts_are_those_of_the_whole_text() {
    let pieces = ["a", "/", "é", "짧", "😀", "\\u00e9", "\\ud83d\\ude00", "\\n", "\\ud800"];
    for (first, second) in pieces.iter().flat_map(|first| pieces.map(|second| (first, second))) {
        let json = format!("\"{}{second}{first}{second}\"", first.repeat(5));
        with_text(&json, |string| {
            let whole = string.to_str();
            let (chars, utf16) = (whole.chars().count(), whole.encode_utf16().count());
            let counts = Counts { chars: chars as u64, utf16: utf16 as u64 };
            assert_eq!(string.counts(), counts, "{json}");
            assert!(string.is(&whole) && !string.is(&format!("{whole}a")), "{json}");
            assert!(!whole.char_indices().any(|(at, _)| string.is(&whole[..at])), "{json}");
            for most in 0..=whole.len() + 2 {
                let (head, tail) =
                    (whole.floor_char_boundary(most), whole.len().saturating_sub(most));
                assert_eq!(string.head(most), whole[..head], "{json} {most}");
                let tail = whole.ceil_char_boundary(tail);
                assert_eq!(string.tail(most), whole[tail..], "{json} {most}");
                assert_eq!(string.is_longer(most), whole.len() > most, "{json} {most}");
            }
        });
    }
}

#[test]
fn quotes_are_no_part_of_the_text() {
    for json in ["'prompt'", "“prompt”", "“prompt\""] {
        with_text(json, |string| {
            assert_eq!(string.to_str(), "prompt", "{json}");
        });
    }
}

#[test]
fn a_long_string_is_judged_whole_and_kept_in_part() {
    let base64 = "iVBORw0KGgo\\/".repeat(200_000);
    let json = format!("{{\n\"image\": \"{base64}\",\n\"prompt\": \"é\"}}");
    let loaded = Loaded::from_reader(json.as_bytes(), false).expect("memory");
    assert!(loaded.text().len() < 20_000, "{}", loaded.text().len());
    let whole = Loaded::from_bytes(json.as_bytes());
    let (mut drafts, mut expected) = (Vec::new(), Vec::new());
    let a = super::read(&loaded, &mut drafts).expect("an object");
    let b = super::read(&whole, &mut expected).expect("an object");
    assert!(drafts.is_empty() && expected.is_empty());
    let text = |node: super::Node<'_>| {
        node.members().next().and_then(|member| member.value.text()).map(|text| {
            (text.counts(), text.base64(), text.head(4096).into_owned(), text.tail(64).into_owned())
        })
    };
    assert_eq!(text(a.root()), text(b.root()));
    let prompt = nodes(a.root()).last().map(|node| node.span()).expect("a value");
    let place = crate::place::Places::new(&loaded).resolve(&[prompt])[0];
    assert_eq!((place.start.line, place.start.column), (3, 11));
    assert_eq!(place.span.end, json.len() as u64 - 1);
}

#[test]
fn faults_in_a_dropped_middle_are_found() {
    let pad = "A".repeat(300_000);
    for (fault, rule) in
        [("\n", "raw-control"), ("\\x", "bad-escape"), ("\\ud800", "lone-surrogate")]
    {
        let json = format!("[\"{pad}{fault}{pad}\"]");
        let loaded = Loaded::from_reader(json.as_bytes(), false).expect("memory");
        let mut drafts = Vec::new();
        super::read(&loaded, &mut drafts).expect("a list");
        assert_eq!(drafts.iter().map(|draft| draft.rule.name).collect::<Vec<_>>(), [rule]);
        if rule != "lone-surrogate" {
            assert_eq!(drafts[0].params.get("offset"), Some(300_000.into()));
        }
    }
    let json = [b"[\"", pad.as_bytes(), b"\xff", pad.as_bytes(), b"\"]"].concat();
    let loaded = Loaded::from_reader(&*json, false).expect("memory");
    let mut drafts = Vec::new();
    super::read(&loaded, &mut drafts);
    assert_eq!(drafts[0].rule.name, "not-utf8");
}

#[test]
fn a_long_string_without_its_quote_does_not_swallow_the_rest() {
    let pad = "A".repeat(300_000);
    let json = format!("{{\"image\": \"{pad},\n\"mode\": \"std\",\n\"x\": tru}}");
    let loaded = Loaded::from_reader(json.as_bytes(), false).expect("memory");
    let mut drafts = Vec::new();
    let document = super::read(&loaded, &mut drafts).expect("an object");
    let names: Vec<_> = drafts.iter().map(|draft| draft.rule.name).collect();
    assert_eq!(names, ["unclosed-string", "unquoted-text"]);
    assert_eq!(document.root().len(), 3);
}

#[test]
fn a_text_too_large_to_keep_is_one_finding() {
    let (drafts, value) = {
        let loaded = streamed("[1]".repeat(40_000_000).as_bytes(), 1 << 20, 99, 9, 9);
        let mut drafts = Vec::new();
        let value = super::read(&loaded, &mut drafts).is_some();
        (drafts, value)
    };
    assert_eq!(drafts.iter().map(|draft| draft.rule.name).collect::<Vec<_>>(), ["too-large"]);
    assert!(!value);
}

#[test]
fn a_text_without_end_is_one_finding() {
    let start = br#"{"image": ""#;
    for text in [&start[..], b"\0"] {
        let loaded = limited(text.chain(io::repeat(b'A')), 1 << 20);
        assert_eq!(loaded.too_large().map(|it| it.what), Some("the input"));
        let mut drafts = Vec::new();
        assert!(super::read(&loaded, &mut drafts).is_none());
        assert_eq!(drafts.iter().map(|draft| draft.rule.name).collect::<Vec<_>>(), ["too-large"]);
    }
    let text = format!("{{\"image\": \"{}\"}}", "A".repeat((1 << 20) - 13));
    assert_eq!(text.len(), 1 << 20);
    assert_eq!(limited(text.as_bytes(), 1 << 20).too_large(), None);
}

/// Raw string content: escapes whole and broken, bytes of all kinds.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        "[a-z]{1,3}".prop_map(String::into_bytes),
        prop::sample::select(vec![
            &b"\\n"[..],
            b"\\\\",
            b"\\u00e9",
            b"\\ud83d\\ude00",
            b"\\ud83d",
            b"\\ude00",
            b"\\u12",
            b"\\x",
            b"\\'",
            b"\\",
            b"\n",
            b"\xff",
            b"\xf0\x9f\x98",
            b"\xe2\x82\xac",
            b"\xf0\x9f\x98\x80",
            b"\xed\xa0\x80",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 1..3),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// What a scan says of content that comes in pieces.
type Scanned = (Vec<u8>, Counts, Vec<(FaultKind, u64, Vec<u8>)>);

fn scanned<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Scanned {
    let mut scan = Scan::new();
    let mut out = Vec::new();
    for piece in pieces {
        scan.push(piece, &mut |text| out.extend_from_slice(text));
    }
    scan.finish(&mut |text| out.extend_from_slice(text));
    let faults = scan.faults().0.iter().map(|fault| (fault.kind, fault.at, fault.bytes().to_vec()));
    let mut faults: Vec<_> = faults.collect();
    faults.sort_by_key(|(_, at, _)| *at);
    (out, scan.counts(), faults)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_scan_does_not_depend_on_its_pieces(raw in content(), size in 1..9usize) {
        let whole = scanned(std::iter::once(&*raw));
        prop_assert_eq!(scanned(raw.chunks(size)), whole.clone());
        let text = String::from_utf8(whole.0).expect("whole characters");
        prop_assert_eq!(text.chars().count() as u64, whole.1.chars);
        prop_assert_eq!(text.encode_utf16().count() as u64, whole.1.utf16);
        for (_, at, bytes) in whole.2 {
            prop_assert!(raw[at as usize..].starts_with(&bytes));
        }
    }

    #[test]
    fn parts_of_a_text_are_found_in_the_source(raw in content()) {
        let json = [b"[\"", &*raw, b"\"]"].concat();
        let loaded = Loaded::from_bytes(&json);
        let document = super::read(&loaded, &mut Vec::new());
        let Some(string) = document.as_ref().and_then(|document| document.root().items().next()?.text()) else {
            return Ok(());
        };
        let text = string.to_str();
        let mut spans = string.spans();
        let mut end = string.spans().of(0..0).start;
        for (at, character) in text.char_indices() {
            let span = spans.of(at..at + character.len_utf8());
            prop_assert_eq!(&span, &string.spans().of(at..at + character.len_utf8()));
            prop_assert!(span.start >= end && span.end <= loaded.text().len() as u32);
            end = span.end;
            let part = &loaded.text()[span.start as usize..span.end as usize];
            let (again, ..) = scanned(std::iter::once(part));
            prop_assert!(String::from_utf8_lossy(&again).ends_with(character), "{:?} {:?}", part, character);
        }
    }

    #[test]
    fn strings_agree_with_serde_json(text in ".{0,40}") {
        let json = serde_json::to_string(&text).expect("text");
        prop_assert_eq!(reading(json.as_bytes()).1, Some(text.clone().into()));
        with_text(&json, |string| {
            assert_eq!(string.counts().chars as usize, text.chars().count());
            let mut pieces = Vec::new();
            string.for_each_unescaped(&mut |piece| pieces.extend_from_slice(piece));
            assert_eq!(pieces, text.as_bytes());
        });
    }
}
