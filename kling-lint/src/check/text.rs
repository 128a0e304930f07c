//! Strings: length, closed and open sets, URLs, ids.

use kling_schema::aspect::End;
use kling_schema::rules::{models, value as rules};
use kling_schema::{Basis, Bound, Choice, Range, Severity, aspect};

use super::trail::Trail;
use super::value::{Rules, absent, empty, wrong_type};
use super::{Cx, Unique, describe};
use crate::alike;
use crate::fix::DraftFix;
use crate::read::{JsonKind, Node, Text};

/// How much of a URL is judged: its scheme and the beginning of its host.
const URL_LOOKED_AT: usize = 256;

/// How alike two values must be for a "did you mean", from 0 to 1.
const ALIKE: f64 = 0.72;

/// A text longer than this is no slip of a listed value.
const LONGEST_NAME: usize = 64;

/// A string without a closed set: length, names, URL, uniqueness.
pub(super) fn string<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    rules: Rules,
    trail: &Trail<'_>,
) {
    let has_names = rules.limits.iter().any(|limit| matches!(limit.bound, Bound::Names(_)));
    if text.is_empty() {
        match rules.required {
            _ if has_names => empty(cx, node, trail),
            Some(basis) => {
                let draft = absent(trail, *basis, node, "an empty string");
                cx.push(draft.with("advice", "write what is meant"));
            }
            // An empty optional text counts as not sent; official examples are full of them.
            None => {}
        }
        return;
    }
    if rules.required.is_some() && !has_names && text.is_blank() {
        let basis = Basis::house(Severity::Warning);
        cx.push(trail.found(&rules::BLANK_TEXT, basis, node.span()));
    }
    for limit in rules.limits {
        match limit.bound {
            Bound::Chars(range) => chars(cx, node, text, &limit.basis, range, trail),
            Bound::Names(known) => names(cx, node, text, &limit.basis, known, rules, trail),
            Bound::Url => url(cx, node, text, &limit.basis, trail),
            // Remembered for the session: another request may carry the same value.
            Bound::Unique => {
                cx.out.unique.push(Unique::new(node.string(), text, &limit.basis, trail));
            }
            // `OtherNames` is read together with `Names`; the rest bounds other kinds.
            Bound::OtherNames(_)
            | Bound::TakenUpstream(_)
            | Bound::Choices
            | Bound::Value(_)
            | Bound::Items(_)
            | Bound::Forms(_)
            | Bound::Formats(_)
            | Bound::Bytes(_)
            | Bound::Edge(_)
            | Bound::Ratio(_)
            | Bound::Seconds(_)
            | Bound::FramesPerSecond(_) => {}
        }
    }
}

fn chars<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    basis: &Basis,
    range: Range<u32>,
    trail: &Trail<'_>,
) {
    let lowest = range.min.unwrap_or(0);
    if range.max.is_none_or(|max| text.surely_fits(max)) && lowest == 0 {
        return;
    }
    let counts = text.counts();
    let span = node.span();
    if let Some(max) = range.max.map(u64::from) {
        if counts.chars > max {
            let draft = trail
                .broken(&rules::TOO_LONG, *basis, Bound::Chars(range).aspect(End::Max), span)
                .with("found", counts.chars)
                .with("allowed", max)
                .with("utf16", counts.utf16)
                .with("over", describe::plural(counts.chars - max, "character"))
                .with_some("hint", basis.note);
            return cx.push(draft);
        }
        if counts.utf16 > max {
            let basis = Basis::house(Severity::Warning);
            let draft = trail
                .found(&rules::UTF16_LENGTH, basis, span.clone())
                .with("chars", counts.chars)
                .with("found", counts.utf16)
                .with("allowed", max)
                .with("over", describe::plural(counts.utf16 - max, "unit"));
            cx.push(draft);
        }
    }
    if counts.chars < u64::from(lowest) {
        let draft = trail
            .broken(&rules::TOO_SHORT, *basis, Bound::Chars(range).aspect(End::Min), span)
            .with("found", counts.chars)
            .with("allowed", u64::from(lowest))
            .with_some("hint", basis.note);
        cx.push(draft);
    }
}

/// A name out of an open set.
fn names<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    basis: &Basis,
    known: &[&'static str],
    rules: Rules,
    trail: &Trail<'_>,
) {
    let vouched_for = cx.setting.models;
    if known.iter().any(|name| text.is(name)) || vouched_for.iter().any(|name| text.is(name)) {
        return;
    }
    let milder = rules.limits.iter().find(|limit| {
        matches!(limit.bound, Bound::OtherNames(others) if others.iter().any(|name| text.is(name)))
    });
    let (basis, aspect) = match milder {
        Some(limit) => (&limit.basis, limit.bound.aspect(End::Max)),
        None => (basis, Bound::Names(&[]).aspect(End::Max)),
    };
    let meant = nearest(&text, known);
    let draft = trail
        .broken(&models::UNKNOWN_MODEL, *basis, aspect, node.span())
        .with("found", describe::bare(node))
        .with("allowed", listed(known))
        .with_some("suggestion", meant.map(describe::json))
        .with_some("hint", basis.note);
    cx.push(match meant {
        Some(name) if milder.is_none() => {
            let json = describe::json(name);
            draft.fixed_by(DraftFix::safe(["write ", &json].concat(), node.span(), json).unsafe_())
        }
        _ => draft,
    });
}

fn url<'d>(cx: &mut Cx<'d>, node: Node<'d>, text: Text<'d>, basis: &Basis, trail: &Trail<'_>) {
    if kling_schema::url::is_http(&text.head(URL_LOOKED_AT)) {
        return;
    }
    let draft = trail
        .broken(&rules::BAD_CALLBACK, *basis, Bound::Url.aspect(End::Max), node.span())
        .with("found", describe::bare(node))
        .with_some("hint", basis.note);
    cx.push(draft);
}

/// A string out of a closed set.
pub(super) fn choice<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    choices: &'static [Choice],
    rules: Rules,
    trail: &Trail<'_>,
) {
    if cx.is_suspended(node) && node.kind() == JsonKind::String {
        return;
    }
    if node.text().is_some_and(|text| choices.iter().any(|choice| text.is(choice.value))) {
        return;
    }
    not_chosen(cx, node, choices, rules, trail);
}

/// A value that is none of a closed set.
#[cold]
fn not_chosen<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    choices: &'static [Choice],
    rules: Rules,
    trail: &Trail<'_>,
) {
    let values: Vec<_> = choices.iter().map(|choice| choice.value).collect();
    let Some(text) = node.text() else {
        let meant = node.number().and_then(|number| {
            let whole = number.as_i64().map(|whole| whole.to_string());
            let written = whole.as_deref().unwrap_or(number.text());
            values.iter().find(|value| **value == written).map(|value| describe::json(value))
        });
        let allowed = format!("a string ({})", listed(&values));
        return wrong_type(cx, node, allowed, rules.shape, trail, meant);
    };
    if text.is_empty() && rules.required.is_none() {
        return empty(cx, node, trail);
    }
    let own = rules.limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
    let basis = own.map_or(rules.shape, |limit| &limit.basis);
    let upstream = rules.limits.iter().any(|limit| {
        matches!(limit.bound, Bound::TakenUpstream(taken) if taken.iter().any(|value| text.is(value)))
    });
    let found = describe::bare(node);
    let meant = if upstream { None } else { nearest(&text, &values) };
    let hint = if upstream {
        Some(format!("Kling itself takes {found}; CometAPI's page does not list it"))
    } else {
        basis.note.map(String::from)
    };
    let draft = trail
        .broken(&rules::NOT_ALLOWED, *basis, aspect::ONE_OF, node.span())
        .with("found", found)
        .with("allowed", listed(&values))
        .with_some("suggestion", meant.map(describe::json))
        .with_some("hint", hint);
    cx.push(match meant {
        Some(meant) => {
            let json = describe::json(meant);
            let fix = DraftFix::safe(["write ", &json].concat(), node.span(), json);
            // Only a difference of case or white space is certain to be a slip.
            let slip = text.to_str().trim().eq_ignore_ascii_case(meant);
            draft.fixed_by(if slip { fix } else { fix.unsafe_() })
        }
        None => draft,
    });
}

/// The value that was probably meant: the same but for case and white space, or the most alike.
fn nearest(text: &Text<'_>, values: &[&'static str]) -> Option<&'static str> {
    if text.is_longer(LONGEST_NAME) {
        return None;
    }
    let text = text.to_str().trim().to_lowercase();
    let plain = alike::plain(&text);
    alike::nearest(values.iter().map(|value| (likeness(&text, &plain, value), *value)), ALIKE)
}

/// How alike a text and a value are, from 0 to 1; the text comes both as it is and plain.
fn likeness(text: &str, plain_text: &str, value: &str) -> f64 {
    if text == value {
        return 1.0;
    }
    // `5s`, `10 sec`, `kling_v1_6`: the same once units and separators are gone.
    let (text, value) = (plain_text, alike::plain(value));
    let unit = text
        .strip_prefix(&value)
        .is_some_and(|rest| matches!(rest, "" | "s" | "sec" | "secs" | "second" | "seconds"));
    if unit && !value.is_empty() {
        return 0.99;
    }
    // Two short values (`5` and `3`, `1:1` and `2:3`) are never a slip of each other.
    if value.len() < 4 {
        let word = value.bytes().all(|byte| byte.is_ascii_alphabetic());
        let start = word && text.starts_with(&value) && value.len() >= 3;
        return if start { 0.9 } else { 0.0 };
    }
    // Another version is another model, not a slip.
    if digits(text).ne(digits(&value)) {
        return 0.0;
    }
    alike::likeness(text, &value, ALIKE)
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_digit)
}

fn listed(values: &[&str]) -> String {
    kling_schema::join(values, "or")
}
