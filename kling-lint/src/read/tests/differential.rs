//! The reader against serde_json, over generated and damaged documents.

use proptest::prelude::*;
use serde_json::Value;

use super::{errors, nodes, reading, value};
use crate::load::{Loaded, testing::streamed};

/// JSON text, with white space and escapes of all kinds.
pub(super) fn json() -> impl Strategy<Value = String> {
    let blank = || prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\n\t"), 1 => Just("\r\n")];
    let piece = prop_oneof![
        6 => "[a-zA-Z0-9 ,:{}\\[\\]/'#<>=_-]{0,6}",
        1 => "[é한😀\u{a0}\u{2028}]{1,2}",
        2 => prop::sample::select(vec![
            "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\u0000", "\\ud83d\\ude00", "\\t", "\\u1234",
        ]).prop_map(str::to_owned),
    ];
    let string =
        prop::collection::vec(piece, 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()));
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        (-1e9..1e9f64).prop_map(|n| n.to_string()),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
    ];
    let word = prop::sample::select(vec!["true", "false", "null"]).prop_map(str::to_owned);
    let leaf = prop_oneof![string.clone(), number, word];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let spaced = (blank(), inner.clone(), blank()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let key = prop_oneof![3 => string.clone(), 1 => Just("\"prompt\"".to_owned())];
        let member = (blank(), key, blank(), blank(), inner, blank())
            .prop_map(|(a, k, b, c, v, d)| format!("{a}{k}{b}:{c}{v}{d}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6)
                .prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// What damage puts in.
const SPLINTERS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"'",
    b"\n",
    b"\t",
    b" ",
    b"0",
    b"1",
    b"-",
    b"+",
    b".",
    b"e",
    b"/",
    b"//",
    b"/*",
    b"*/",
    b"#",
    b"true",
    b"null",
    b"NaN",
    b"True",
    b"\\u",
    b"\\ud800",
    b"\xe9",
    b"\xff",
    b"\xf0\x9f",
    b"\0",
    b"\x1f",
    b"=",
    b"=>",
    b";",
    b"{{",
    b"}}",
    b"``",
    b"`",
    "\u{201c}".as_bytes(),
    "\u{201d}".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{feff}".as_bytes(),
    "：".as_bytes(),
    "，".as_bytes(),
    b"a",
    b"abc:",
    b"\"k\":",
    b",,",
    b"],",
    b"},",
];

/// JSON text with a few bytes lost, added or moved.
pub(super) fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let blow = (any::<prop::sample::Index>(), 0..4usize, 0..SPLINTERS.len(), any::<bool>());
    (json(), prop::collection::vec(blow, 1..6)).prop_map(|(text, blows)| {
        let mut text = text.into_bytes();
        for (at, lost, splinter, add) in blows {
            let at = at.index(text.len() + 1);
            let end = (at + lost).min(text.len());
            let splinter = if add { SPLINTERS[splinter] } else { b"" };
            text.splice(at..end, splinter.iter().copied());
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_reads_as_serde_json_reads_it(text in json()) {
        let (drafts, value) = reading(text.as_bytes());
        prop_assert_eq!(errors(&drafts), [""; 0]);
        let expected: Value = serde_json::from_str(&text).expect("generated JSON");
        prop_assert_eq!(value, Some(expected));
    }

    #[test]
    fn every_span_reads_as_its_own_value(text in json()) {
        let loaded = Loaded::from_bytes(text.as_bytes());
        let document = super::read(&loaded, &mut Vec::new()).expect("generated JSON");
        for node in nodes(document.root()) {
            let span = node.span();
            let part = &text[span.start as usize..span.end as usize];
            prop_assert_eq!(serde_json::from_str::<Value>(part).expect("a value"), value(node));
        }
    }

    #[test]
    fn damaged_text_is_refused_as_serde_json_refuses_it(text in damaged()) {
        let (drafts, value) = reading(&text);
        let errors = errors(&drafts);
        match serde_json::from_slice::<Value>(&text) {
            Ok(expected) => {
                prop_assert_eq!(errors, [""; 0]);
                prop_assert_eq!(value, Some(expected));
            }
            Err(error) => {
                let odd = ["surrogate", "hex escape", "out of range"];
                if !odd.iter().any(|odd| error.to_string().contains(odd)) {
                    prop_assert!(!errors.is_empty(), "{}", error);
                }
            }
        }
    }

    #[test]
    fn findings_about_damaged_text_stand_in_it(text in damaged()) {
        let loaded = Loaded::from_bytes(&text);
        let mut drafts = Vec::new();
        let document = super::read(&loaded, &mut drafts);
        for draft in &drafts {
            prop_assert!(draft.span.start <= draft.span.end && draft.span.end as usize <= text.len(), "{:?}", draft);
            if let Some(fix) = &draft.fix {
                prop_assert!(!fix.edits.is_empty(), "{:?}", draft);
                for (span, _) in &fix.edits {
                    prop_assert!(span.start <= span.end && span.end as usize <= text.len(), "{:?}", draft);
                }
                let mut edits: Vec<_> = fix.edits.iter().map(|(span, _)| span.clone()).collect();
                edits.sort_by_key(|span| (span.start, span.end));
                prop_assert!(edits.windows(2).all(|pair| pair[0].end <= pair[1].start), "{:?}", draft);
            }
        }
        if let Some(document) = document {
            for node in nodes(document.root()) {
                prop_assert!(node.span().start <= node.span().end && node.span().end as usize <= text.len());
                if let Some(string) = node.text() {
                    let whole = string.to_str();
                    prop_assert_eq!(string.counts().chars as usize >= whole.chars().count(), true);
                    prop_assert!(whole.starts_with(&*string.head(3)) && whole.ends_with(&*string.tail(3)));
                }
            }
        }
    }

    #[test]
    fn streams_read_as_slices_do(text in json(), block in 1..40usize, whole in 0..20usize, head in 0..6usize, tail in 0..4usize) {
        // A document with long strings, each cut by the loader.
        let streamed = streamed(text.as_bytes(), block, whole, head, tail);
        let slice = Loaded::from_bytes(text.as_bytes());
        let (mut drafts, mut expected) = (Vec::new(), Vec::new());
        let a = super::read(&streamed, &mut drafts).expect("generated JSON");
        let b = super::read(&slice, &mut expected).expect("generated JSON");
        prop_assert_eq!(errors(&drafts), errors(&expected));
        let (a, b) = (nodes(a.root()), nodes(b.root()));
        prop_assert_eq!(a.len(), b.len());
        let spans: Vec<_> = a.iter().map(|node| node.span()).collect();
        let placed = crate::place::Places::new(&streamed).resolve(&spans);
        for ((a, b), place) in a.into_iter().zip(b).zip(placed) {
            prop_assert_eq!(a.kind(), b.kind());
            prop_assert_eq!(place.span.start..place.span.end, u64::from(b.span().start)..u64::from(b.span().end));
            if let (Some(a), Some(b)) = (a.text(), b.text()) {
                prop_assert_eq!(a.counts(), b.counts());
                prop_assert_eq!(a.base64(), b.base64());
                prop_assert!(b.to_str().starts_with(&*a.to_str()));
                prop_assert!(b.tail(99).ends_with(&*a.tail(99)));
                prop_assert_eq!(a.is_empty(), b.is_empty());
            }
        }
    }

    #[test]
    fn damaged_streams_never_break(text in damaged(), block in 1..40usize, whole in 0..20usize, head in 0..6usize, tail in 0..4usize) {
        let streamed = streamed(&*text, block, whole, head, tail);
        let mut drafts = Vec::new();
        let document = super::read(&streamed, &mut drafts);
        let accepted = errors(&reading(&text).0).is_empty();
        prop_assert_eq!(errors(&drafts).is_empty(), accepted);
        let spans: Vec<_> = drafts.iter().map(|draft| draft.span.clone()).collect();
        let places = crate::place::Places::new(&streamed);
        for place in places.resolve(&spans) {
            prop_assert!(place.span.start <= place.span.end && place.span.end <= text.len() as u64);
        }
        for span in spans {
            let excerpt = places.excerpt(span);
            prop_assert!(excerpt.text.get(excerpt.highlight.clone()).is_some());
        }
        if let Some(document) = document {
            for string in nodes(document.root()).iter().filter_map(|node| node.text()) {
                string.counts();
                string.base64();
                string.head(2);
                string.tail(2);
            }
        }
    }
}
