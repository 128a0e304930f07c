//! Reference tokens `<<<kind_N>>>` in a prompt.

use std::collections::HashSet;
use std::ops::Range;

use kling_schema::rules::references as rules;
use kling_schema::{Basis, Path, Reference, Severity};

use super::path;
use super::rule::Rule;
use super::{Cx, describe};
use crate::alike;
use crate::printable;
use crate::read::{JsonKind, Node};

/// Words longer than this between brackets are no token.
const LONGEST: usize = 32;

/// How alike two kinds must be for a "did you mean", from 0 to 1.
const ALIKE: f64 = 0.5;

/// Something between `<<` and `>>`.
struct Token<'t> {
    /// Bytes of the prompt, brackets included.
    range: Range<usize>,
    /// Between the brackets.
    inner: &'t str,
    /// Three brackets or more on both sides.
    whole: bool,
}

/// Checks the tokens of a text, and whether every listed input is named.
pub(super) fn check<'d>(
    cx: &mut Cx<'d>,
    root: Node<'d>,
    rule: &Rule<'_>,
    text: Path,
    kinds: &'static [Reference],
    also: &'static [&'static str],
) {
    let place = path::first_sent(root, text);
    let node = place.and_then(|place| place.value);
    let prompt = node.and_then(|node| node.text());
    let mut named: HashSet<(&str, u64)> = HashSet::new();
    if let (Some(place), Some(prompt)) = (place, prompt) {
        let content = prompt.to_str();
        // Tokens come in order: one walk over the text places them all.
        let mut spans = prompt.spans();
        for token in tokens(&content) {
            let Some(outcome) = judge(root, &token, kinds, also, &mut named) else {
                continue;
            };
            let (used, params) = outcome;
            let basis = match used {
                Used::Foreign => rule.constraint.basis.at(Severity::Info),
                Used::Dangling | Used::Malformed => rule.constraint.basis,
            };
            let mut draft = rule.at(&place);
            draft.rule = match used {
                Used::Dangling => &rules::DANGLING_REFERENCE,
                Used::Malformed => &rules::MALFORMED_REFERENCE,
                Used::Foreign => &rules::FOREIGN_REFERENCE,
            };
            draft.basis = basis;
            draft.span = spans.of(token.range.clone());
            draft = draft.with("found", format!("`{}`", printable::shorten(&content[token.range])));
            for (name, value) in params {
                draft = draft.with(name, value);
            }
            cx.push(draft);
        }
        // The end of a prompt that is cut in memory was not looked at: nothing is unused.
        if prompt.has_gap() {
            return;
        }
    }
    unused(cx, root, rule, text, kinds, &named);
}

enum Used {
    Dangling,
    Malformed,
    Foreign,
}

type Params = Vec<(&'static str, String)>;

/// What is wrong with a token; a good one is noted as naming its input.
fn judge(
    root: Node<'_>,
    token: &Token<'_>,
    kinds: &'static [Reference],
    also: &'static [&'static str],
    named: &mut HashSet<(&'static str, u64)>,
) -> Option<(Used, Params)> {
    let (word, number) = split(token.inner)?;
    let plain = word.to_ascii_lowercase();
    let words = || kinds.iter().map(|kind| kind.word).chain(also.iter().copied());
    let kind = kinds.iter().find(|kind| kind.word == plain);
    let exact = token.whole && token.inner == format!("{plain}_{number}");
    if kind.is_none() && also.contains(&plain.as_str()) {
        return exact.then(|| (Used::Foreign, vec![("kind", plain)]));
    }
    let Some(kind) = kind else {
        // Other text in fewer brackets is the author's business.
        if !token.whole || number.is_empty() {
            return None;
        }
        let candidates =
            words().map(|word| (strsim::normalized_damerau_levenshtein(&plain, word), word));
        let word = alike::nearest(candidates, ALIKE).or(kinds.first().map(|kind| kind.word))?;
        let reason = format!("there is no kind `{}`", printable::shorten(word_of(token.inner)));
        return Some((Used::Malformed, malformed(reason, word, number)));
    };
    let reason = if !token.whole {
        Some("a token has three brackets on each side".to_owned())
    } else if word != plain {
        Some("the kind is written in lower case".to_owned())
    } else if number.is_empty() {
        Some("it has no number".to_owned())
    } else if number.bytes().all(|digit| digit == b'0') {
        Some("inputs are counted from 1".to_owned())
    } else if number.starts_with('0') {
        Some("the number has no leading zero".to_owned())
    } else if !exact {
        Some("kind and number are joined by `_`".to_owned())
    } else {
        None
    };
    if let Some(reason) = reason {
        // What was meant is named all the same.
        if let Ok(number) = number.parse() {
            named.insert((kind.word, number));
        }
        return Some((Used::Malformed, malformed(reason, kind.word, number)));
    }
    let count = path::count(root, kind.list) as u64;
    match number.parse::<u64>() {
        Ok(number) if number <= count => {
            named.insert((kind.word, number));
            None
        }
        _ => {
            let list = kind.list;
            let reason = match count {
                0 => format!("there is no `{list}`"),
                count => format!("`{list}` has {}", describe::items(count as usize)),
            };
            Some((Used::Dangling, vec![("reason", reason)]))
        }
    }
}

fn malformed(reason: String, word: &str, number: &str) -> Params {
    let number = number.trim_start_matches('0');
    let number = if number.is_empty() { "1" } else { number };
    vec![("reason", reason), ("suggestion", format!("`<<<{word}_{number}>>>`"))]
}

fn word_of(inner: &str) -> &str {
    inner.trim().trim_end_matches(|end: char| end.is_ascii_digit() || "_- #:".contains(end))
}

/// A word and its number, however they are joined; anything else is no token at all.
fn split(inner: &str) -> Option<(&str, &str)> {
    let inner = inner.trim();
    let end = inner.find(|at: char| !at.is_ascii_alphabetic()).unwrap_or(inner.len());
    let (word, rest) = inner.split_at(end);
    let number = rest.trim_start_matches(|joint: char| "_- #:".contains(joint));
    let good = !word.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    good.then_some((word, number))
}

/// Everything between two or more opening and closing angle brackets, left to right.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let open = at + text.get(at..)?.find("<<")?;
            let inside = open + run(bytes, open, b'<');
            let window = &bytes[inside..bytes.len().min(inside + LONGEST)];
            at = inside;
            let Some(len) = window.iter().position(|byte| matches!(byte, b'<' | b'>')) else {
                continue;
            };
            let close = inside + len;
            let closing = run(bytes, close, b'>');
            if closing < 2 {
                continue;
            }
            at = close + closing;
            let Some(inner) = text.get(inside..close) else {
                continue;
            };
            let whole = inside - open >= 3 && closing >= 3;
            return Some(Token { range: open..at, inner, whole });
        }
    })
}

fn run(bytes: &[u8], at: usize, byte: u8) -> usize {
    bytes[at..].iter().take_while(|found| **found == byte).count()
}

/// Inputs that the text never names.
fn unused<'d>(
    cx: &mut Cx<'d>,
    root: Node<'d>,
    rule: &Rule<'_>,
    text: Path,
    kinds: &'static [Reference],
    named: &HashSet<(&'static str, u64)>,
) {
    for kind in kinds {
        let mut number = 0;
        let Some(list) = path::first(root, kind.list, |place| place.value.is_some()) else {
            continue;
        };
        let Some(node) = list.value else { continue };
        for (index, item) in node.items().enumerate() {
            number += 1;
            let silent = kind.silent.is_some_and(|when| path::holds(item, &when));
            if silent || item.kind() == JsonKind::Null || named.contains(&(kind.word, number)) {
                continue;
            }
            let mut draft = rule.at(&list);
            draft.rule = &rules::UNUSED_INPUT;
            draft.basis = Basis::house(Severity::Info);
            draft.span = item.span();
            let (pointer, shown) = list.trail(rule.trail, |trail| {
                let item = trail.index(index);
                (item.pointer(), item.shown())
            });
            draft.pointer = pointer;
            draft = draft
                .naming(shown)
                .with("text", format!("`{text}`"))
                .with("suggestion", format!("`<<<{}_{number}>>>`", kind.word));
            cx.push(draft);
        }
    }
}
