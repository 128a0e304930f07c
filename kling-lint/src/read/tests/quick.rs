//! The quick way against the careful one.

use proptest::prelude::*;

use super::super::tape::{Entry, Tape};
use super::super::{MAX_DEPTH, MAX_VALUES, parse, sound};
use super::differential::{damaged, json};
use crate::load::Loaded;
use crate::names::NameSet;
use crate::verdict::Room;

/// What the quick way reads, if it does, and the keys of the outermost object.
fn quick(text: &[u8]) -> Option<(Vec<Entry>, NameSet)> {
    let mut tape = Vec::new();
    let names = sound::read(text, &mut tape)?;
    Some((tape, names))
}

/// What the careful way reads, if nothing at all is wrong.
fn careful(text: &[u8]) -> Option<(Vec<Entry>, NameSet)> {
    let mut drafts = Vec::new();
    let loaded = Loaded::from_bytes(text);
    let document = parse::document(&loaded, Room::TOLD, &mut drafts, Tape::default())?;
    let names = document.root().names();
    drafts.is_empty().then(|| (document.into_tape().entries, names))
}

fn agree(text: &[u8]) {
    assert_eq!(quick(text), careful(text), "{}", String::from_utf8_lossy(text));
}

/// Strings of all lengths, so that each kind of byte stands at each place of a chunk.
#[test]
fn every_byte_is_seen_at_every_place() {
    let odd = [
        "\"",
        "\\",
        "\\n",
        "\u{1f}",
        "\0",
        "é",
        "한",
        "😀",
        "\\ud83d\\ude00",
        "\\ud83d",
        "\\u00e9",
        " ",
        "\u{7f}",
    ];
    let odd = odd.iter().map(|text| text.as_bytes()).chain([&b"\xff"[..], b"\xe9", b"\xf0\x9f"]);
    for odd in odd {
        for before in 0..100 {
            for after in [0, 1, 7, 8, 31, 40] {
                let text =
                    [b"[\"", &*vec![b'x'; before], odd, &*vec![b'y'; after], b"\", 0]"].concat();
                agree(&text);
            }
        }
    }
}

#[test]
fn long_strings_are_read_in_pieces() {
    for odd in ["", "\\n", "é", "\u{1}", "\\x", "\\\\", "\""] {
        for before in [500, 512, 513, 550, 32 << 10, 33_300, 70_000] {
            for after in [0, 600, 40_000] {
                let text =
                    format!("{{\"a\": \"{}{odd}{}\"}}", "x".repeat(before), "y".repeat(after));
                agree(text.as_bytes());
                agree(&text.as_bytes()[..text.len() - 2]);
            }
        }
    }
}

#[test]
fn blanks_of_all_lengths_are_passed() {
    for count in 0..40 {
        for blank in [" ", "\n", "\r\n", "\t", "\n  ", "\n ", " \u{a0}", "\n//", "\0"] {
            let blank = blank.repeat(count);
            agree(format!("{blank}{{{blank}\"a\"{blank}:{blank}[{blank}]{blank},\"b\":{blank}1{blank}}}{blank}").as_bytes());
        }
    }
}

#[test]
fn limits_are_the_same() {
    for depth in [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1] {
        agree(("[".repeat(depth) + &"]".repeat(depth)).as_bytes());
    }
    for values in [MAX_VALUES - 1, MAX_VALUES, MAX_VALUES + 1] {
        agree(format!("[{}]", vec!["0"; values - 1].join(",")).as_bytes());
    }
}

#[test]
fn what_is_not_json_takes_the_careful_way() {
    for text in super::accept::REFUSED {
        assert!(quick(text).is_none(), "{}", String::from_utf8_lossy(text));
    }
    for text in super::accept::ACCEPTED {
        // So does a key with escapes.
        if !text.starts_with(b"{\"foo\\") {
            agree(text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sound_documents_are_read_alike(text in json()) {
        // Keys with escapes take the careful way.
        if let Some(tape) = quick(text.as_bytes()) {
            prop_assert_eq!(Some(tape), careful(text.as_bytes()));
        } else {
            prop_assert!(text.contains('\\'), "{}", text);
        }
    }

    #[test]
    fn damaged_documents_are_read_alike(text in damaged()) {
        if let Some(tape) = quick(&text) {
            prop_assert_eq!(Some(tape), careful(&text));
        }
    }
}
