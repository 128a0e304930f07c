//! Inputs made to break readers.

use std::fmt::Write as _;

use super::super::{MAX_DEPTH, MAX_FINDINGS, MAX_VALUES};
use super::{errors, nodes, reading};
use crate::load::Loaded;

#[test]
fn nesting_is_read_up_to_the_limit() {
    let text = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert_eq!(errors(&reading(text.as_bytes()).0), [""; 0]);
}

#[test]
fn deeper_nesting_is_one_finding_and_what_follows_is_read() {
    let deep = "[".repeat(MAX_DEPTH) + "{\"x\": \"]\\\"]\"}" + &"]".repeat(MAX_DEPTH);
    let text = format!("{{\"deep\": {deep}, \"n\": 1,}}");
    let (drafts, value) = reading(text.as_bytes());
    assert_eq!(errors(&drafts), ["too-deep", "trailing-comma"]);
    assert_eq!(value.expect("an object")["n"], 1);
}

#[test]
fn a_hundred_thousand_open_brackets_are_one_finding() {
    for bracket in ["[", "{\"a\":", "[{\"\":"] {
        let (drafts, _) = reading(bracket.repeat(100_000).as_bytes());
        assert_eq!(errors(&drafts), ["too-deep"], "{bracket}");
    }
    let (drafts, _) = reading("]".repeat(100_000).as_bytes());
    assert_eq!(errors(&drafts).len(), 1);
}

#[test]
fn a_million_values_are_one_finding() {
    let text = format!("[{}0]", "0,".repeat(1_000_000));
    let loaded = Loaded::from_bytes(text.as_bytes());
    let mut drafts = Vec::new();
    let document = super::read(&loaded, &mut drafts).expect("a list");
    assert_eq!(errors(&drafts), ["too-many-values"]);
    assert_eq!(document.root().len(), MAX_VALUES - 1);
    assert!(!document.root().is_closed());
}

#[test]
fn half_a_million_keys_are_one_finding() {
    let mut text = String::from("{\"a\": 1");
    for index in 0..500_000 {
        let _ = write!(text, ",\"k{index}\":1");
    }
    text.push('}');
    assert_eq!(errors(&reading(text.as_bytes()).0), ["too-many-values"]);
}

#[test]
fn endless_faults_are_cut_and_take_linear_time() {
    for (open, fault) in [
        ("[", ",,1"),
        ("[", "1 "),
        ("[", "}"),
        ("[", "{]"),
        ("{", "a "),
        ("{", "\"a\" "),
        ("{", "\"a\n"),
        ("[", "\"a\"b"),
        ("[", "\"a, "),
        ("[", "'a\\"),
        ("[", "'a "),
        ("[", "“a "),
        ("[", "“"),
        ("[", "/* */"),
        ("[", "/*"),
        ("[", "{{a"),
        ("[", "\u{a0}"),
        ("[", "@\n"),
        ("[", "(\n"),
        ("[", "$("),
        ("[", "\"a\":"),
        ("[", "\"\\x\","),
        ("[", "\"\\"),
        ("[", "01,"),
        ("{", "\"a\":1}"),
        ("{\"a\":1", "}, \"b\":1"),
        ("", "}"),
        ("", "{"),
        ("", "a"),
        ("", "a\n"),
        ("[\"", "\\ud800"),
        ("[\"", "\n"),
    ] {
        let text = open.to_owned() + &fault.repeat(200_000);
        let (drafts, _) = reading(text.as_bytes());
        let count = errors(&drafts).len();
        assert!((1..=MAX_FINDINGS + 1).contains(&count), "{open} {fault}: {count}");
        let edits = drafts.iter().filter_map(|draft| draft.fix.as_ref()).map(|fix| fix.edits.len());
        assert!(edits.sum::<usize>() < 1_000_000, "{open} {fault}");
    }
}

#[test]
fn the_tape_is_whole_whatever_is_left_open() {
    for text in ["{\"a\": [1, {\"b\": [", "[{\"a\"", "[[1,2", "{\"a\":", "[1}", "{\"a\": [\"b\": 1"]
    {
        let loaded = Loaded::from_bytes(text.as_bytes());
        let document = super::read(&loaded, &mut Vec::new()).expect("a value");
        assert!(
            nodes(document.root()).iter().all(|node| node.span().end as usize <= text.len()),
            "{text}"
        );
    }
}
