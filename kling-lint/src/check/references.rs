//! Reference tokens `<<<kind_N>>>` in a prompt.

mod plain;

use std::collections::BTreeSet;
use std::ops::Range;

use kling_schema::rules::references as rules;
use kling_schema::{Basis, Path, Reference, Severity};

use super::path::{self, Scope};
use super::room::with_room;
use super::rule::Rule;
use super::{Cx, describe};
use crate::alike;
use crate::printable;
use crate::read::{JsonKind, Text};
pub(super) use plain::are_sound;

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
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    text: Path,
    kinds: &'static [Reference],
    also: &'static [&'static str],
) {
    with_room(kinds.len(), 0, |counts| {
        for (count, kind) in counts.iter_mut().zip(kinds) {
            *count = path::count(root, kind.list) as u64;
        }
        check_text(cx, root, rule, text, Inputs { kinds, counts, also });
    });
}

/// The inputs that tokens may name.
#[derive(Clone, Copy)]
struct Inputs<'c> {
    kinds: &'static [Reference],
    /// How many there are, by kind.
    counts: &'c [u64],
    /// Kinds known upstream.
    also: &'static [&'static str],
}

/// Checks the text, with the inputs counted.
fn check_text<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    text: Path,
    inputs: Inputs<'_>,
) {
    let place = path::first_sent(root, text);
    let node = place.and_then(|place| place.value);
    let prompt = node.and_then(|node| node.text());
    let mut named = Named::default();
    if let (Some(place), Some(prompt)) = (place, prompt.filter(|prompt| may_hold_tokens(*prompt))) {
        let content = prompt.to_str();
        // Tokens come in order: one walk over the text places them all.
        let mut spans = prompt.spans();
        for token in tokens(&content) {
            let Some(outcome) = judge(&token, inputs, &mut named) else {
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
            draft = draft.with("found", printable::ticked(&content[token.range]));
            for (name, value) in params {
                draft = draft.with(name, value);
            }
            cx.push(draft);
        }
    }
    // The end of a prompt that is cut in memory was not looked at: nothing is unused.
    if prompt.is_some_and(|prompt| prompt.has_gap()) {
        return;
    }
    unused(cx, root, rule, text, inputs, &mut named);
}

/// Whether a look at the tokens is worth it: most prompts have none.
fn may_hold_tokens(prompt: Text<'_>) -> bool {
    prompt.has_escapes() || opening(prompt.raw(), 0).is_some()
}

/// The inputs that a text names.
#[derive(Default)]
struct Named {
    /// Of the first kinds the first inputs, a bit each: more are in no request that is accepted.
    few: [u64; 4],
    /// The others, by kind.
    more: BTreeSet<(usize, u64)>,
}

impl Named {
    /// The word of the kind, and the bit of the number.
    fn bit(&mut self, kind: usize, number: u64) -> Option<(&mut u64, u64)> {
        let bit = 1_u64.checked_shl(u32::try_from(number).ok()?)?;
        Some((self.few.get_mut(kind)?, bit))
    }

    fn note(&mut self, kind: usize, number: u64) {
        match self.bit(kind, number) {
            Some((word, bit)) => *word |= bit,
            None => {
                self.more.insert((kind, number));
            }
        }
    }

    fn has(&mut self, kind: usize, number: u64) -> bool {
        match self.bit(kind, number) {
            Some((word, bit)) => *word & bit != 0,
            None => self.more.contains(&(kind, number)),
        }
    }

    /// Whether the first so many are named, for sure.
    fn has_all(&self, kind: usize, count: u64) -> bool {
        // Bit 0 is no input's.
        let inputs = (count < 63).then(|| (2 << count) - 2);
        inputs.zip(self.few.get(kind)).is_some_and(|(inputs, few)| inputs & !few == 0)
    }
}

enum Used {
    Dangling,
    Malformed,
    Foreign,
}

type Params = Vec<(&'static str, String)>;

/// What is wrong with a token; a good one is noted as naming its input.
fn judge(
    token: &Token<'_>,
    Inputs { kinds, counts, also }: Inputs<'_>,
    named: &mut Named,
) -> Option<(Used, Params)> {
    let (word, number) = split(token.inner)?;
    let words = || kinds.iter().map(|kind| kind.word).chain(also.iter().copied());
    let kind = kinds.iter().enumerate().find(|(_, kind)| is_lower_of(kind.word, word));
    let lower = !word.bytes().any(|byte| byte.is_ascii_uppercase());
    let joined = token.inner.strip_prefix(word).and_then(|rest| rest.strip_prefix('_'));
    let exact = token.whole && lower && joined == Some(number);
    if kind.is_none() && also.iter().any(|also| is_lower_of(also, word)) {
        return exact.then(|| (Used::Foreign, vec![("kind", word.to_owned())]));
    }
    let Some((index, kind)) = kind else {
        // Other text in fewer brackets is the author's business.
        if !token.whole || number.is_empty() {
            return None;
        }
        let plain = word.to_ascii_lowercase();
        let candidates =
            words().map(|word| (strsim::normalized_damerau_levenshtein(&plain, word), word));
        let word = alike::nearest(candidates, ALIKE).or(kinds.first().map(|kind| kind.word))?;
        let reason = format!("there is no kind `{}`", printable::shorten(word_of(token.inner)));
        return Some((Used::Malformed, malformed(reason, word, number)));
    };
    let reason = if !token.whole {
        Some("a token has three brackets on each side".to_owned())
    } else if !lower {
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
            named.note(index, number);
        }
        return Some((Used::Malformed, malformed(reason, kind.word, number)));
    }
    // It is well formed.
    if let Ok(number) = number.parse()
        && number <= counts[index]
    {
        named.note(index, number);
        return None;
    }
    let list = kind.list;
    let reason = match counts[index] {
        0 => format!("there is no `{list}`"),
        count => format!("`{list}` has {}", describe::items(count as usize)),
    };
    Some((Used::Dangling, vec![("reason", reason)]))
}

/// Whether the first is the second in lower case.
fn is_lower_of(lower: &str, word: &str) -> bool {
    lower.len() == word.len()
        && lower.bytes().zip(word.bytes()).all(|(one, other)| one == other.to_ascii_lowercase())
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
            let open = opening(bytes, at)?;
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

/// The next two opening brackets from here on.
fn opening(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = memchr::memchr_iter(b'<', rest).find(|at| rest.get(at + 1) == Some(&b'<'))?;
    Some(from + found)
}

fn run(bytes: &[u8], at: usize, byte: u8) -> usize {
    bytes[at..].iter().take_while(|found| **found == byte).count()
}

/// Inputs that the text never names.
fn unused<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    text: Path,
    inputs: Inputs<'_>,
    named: &mut Named,
) {
    for (at, (kind, count)) in inputs.kinds.iter().zip(inputs.counts).enumerate() {
        if named.has_all(at, *count) {
            continue;
        }
        let mut number = 0;
        let Some(list) = path::first(root, kind.list, |place| place.value.is_some()) else {
            continue;
        };
        let Some(node) = list.value else { continue };
        for (index, item) in node.items().enumerate() {
            number += 1;
            let silent = kind.silent.is_some_and(|when| path::holds(Scope::of(item), &when));
            if silent || item.kind() == JsonKind::Null || named.has(at, number) {
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
