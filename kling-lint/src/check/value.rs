//! One value against its kind and its bounds.

use kling_schema::aspect::End;
use kling_schema::rules::{across, models, shape, value as rules};
use kling_schema::{
    Basis, Bound, Choice, Field, Kind, Limit, MediaClass, Object, Presence, Range, Severity, Tier,
    aspect,
};

use super::masks::Pixels;
use super::trail::{EACH, Trail};
use super::{Cx, Unique, describe};
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::media::{self, MediaText};
use crate::message::grouped;
use crate::read::{JsonKind, Node, Text};

/// How much of a URL is judged: its scheme and the beginning of its host.
const URL_LOOKED_AT: usize = 256;

/// How much of a media string is judged as text, from its beginning and from its end.
const MEDIA_LOOKED_AT: (usize, usize) = (4096, 64);

/// How alike two values must be for a "did you mean", from 0 to 1.
const ALIKE: f64 = 0.7;

/// What a field says of a value, or of each item of it.
#[derive(Clone, Copy)]
struct Rules {
    presence: Presence,
    shape: Basis,
    limits: &'static [Limit],
    each: &'static [Limit],
}

/// Checks the value of a field.
pub(super) fn field<'d>(cx: &mut Cx<'d>, node: Node<'d>, field: &'static Field, trail: &Trail<'_>) {
    let rules = Rules {
        presence: field.presence,
        shape: field.shape,
        limits: field.limits,
        each: field.each,
    };
    if node.kind() == JsonKind::Null {
        if !field.nullable {
            null(cx, node, field, trail);
        }
        return;
    }
    value(cx, node, &field.kind, rules, trail);
}

/// `null` where the page documents a value.
fn null<'d>(cx: &mut Cx<'d>, node: Node<'d>, field: &Field, trail: &Trail<'_>) {
    let draft = match field.presence {
        Presence::Required(basis) => {
            let draft = absent(trail, basis, node, "`null`");
            match field.default {
                Some(default) => {
                    let json = default.to_string();
                    draft
                        .with("advice", format!("the page's default is {json}"))
                        .fixed_by(DraftFix::safe(format!("write {json}"), node.span(), json))
                }
                None => draft.with("advice", "give it a value"),
            }
        }
        Presence::Optional => {
            let basis = Basis::house(Severity::Warning);
            trail.found(&shape::NULL_VALUE, basis, node.span())
        }
    };
    cx.push(draft);
}

/// A required value that is there and counts as missing.
fn absent(trail: &Trail<'_>, basis: Basis, node: Node<'_>, found: &str) -> Draft {
    trail
        .broken(&shape::MISSING_FIELD, basis, aspect::REQUIRED, node.span())
        .with("found", found)
        .with_some("hint", basis.note)
}

fn value<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    kind: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if node.kind() == JsonKind::Broken {
        return;
    }
    match kind {
        Kind::Any => {}
        Kind::Bool => {
            if node.kind() != JsonKind::Bool {
                let meant = node.text().and_then(|text| {
                    ["true", "false"].into_iter().find(|word| text.is(word)).map(String::from)
                });
                wrong_type(cx, node, &kind.phrase(), rules.shape, trail, meant);
            }
        }
        Kind::Text => match node.text() {
            Some(text) => string(cx, node, text, rules, trail),
            None => {
                // A number that would be an unknown name as a string (`1.6`) was not meant as one.
                let is_named = |number: &str| {
                    rules.limits.iter().all(|limit| match limit.bound {
                        Bound::Names(names) => names.contains(&number),
                        _ => true,
                    })
                };
                let meant = node
                    .number()
                    .filter(|number| is_named(number.text()))
                    .map(|number| describe::json(number.text()));
                wrong_type(cx, node, &kind.phrase(), rules.shape, trail, meant);
            }
        },
        Kind::Choice(choices) => choice(cx, node, choices, rules, trail),
        Kind::Number | Kind::Integer => number(cx, node, kind, rules, trail),
        Kind::NumericId => numeric_id(cx, node, rules, trail),
        Kind::List(each) => list(cx, node, each, rules, trail),
        Kind::Object(object) => {
            if node.kind() == JsonKind::Object {
                super::shape::object(cx, node, object, trail);
            } else {
                not_an_item(cx, node, object, rules, trail);
            }
        }
        Kind::Media(class) => match node.text() {
            Some(text) => media_string(cx, node, text, *class, rules, trail),
            None => wrong_type(cx, node, &kind.phrase(), rules.shape, trail, None),
        },
        Kind::Either { usual, tolerated } => either(cx, node, usual, tolerated, rules, trail),
    }
}

/// A value of the wrong JSON type; `meant` is the JSON text that the author probably meant.
pub(super) fn wrong_type<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    allowed: &str,
    basis: Basis,
    trail: &Trail<'_>,
    meant: Option<String>,
) {
    let draft = trail
        .broken(&shape::WRONG_TYPE, basis, aspect::TYPE, node.span())
        .with("allowed", allowed)
        .with("found", describe::value(node))
        .with_some("suggestion", meant.as_deref())
        .with_some("hint", basis.note);
    cx.push(match meant {
        Some(json) => draft.fixed_by(DraftFix::safe(format!("write {json}"), node.span(), json)),
        None => draft,
    });
}

/// A string without a closed set: length, names, URL, uniqueness.
fn string<'d>(cx: &mut Cx<'d>, node: Node<'d>, text: Text<'d>, rules: Rules, trail: &Trail<'_>) {
    let has_names = rules.limits.iter().any(|limit| matches!(limit.bound, Bound::Names(_)));
    if text.is_empty() {
        match rules.presence {
            _ if has_names => empty(cx, node, trail),
            Presence::Required(basis) => {
                let draft = absent(trail, basis, node, "an empty string");
                cx.push(draft.with("advice", "write what is meant"));
            }
            // An empty optional text counts as not sent; official examples are full of them.
            Presence::Optional => {}
        }
        return;
    }
    if matches!(rules.presence, Presence::Required(_)) && !has_names && text.is_blank() {
        let basis = Basis::house(Severity::Warning);
        cx.push(trail.found(&self::rules::BLANK_TEXT, basis, node.span()));
    }
    for limit in rules.limits {
        match limit.bound {
            Bound::Chars(range) => chars(cx, node, text, limit.basis, range, trail),
            Bound::Names(known) => names(cx, node, text, limit.basis, known, rules, trail),
            Bound::Url => url(cx, node, text, limit.basis, trail),
            Bound::Unique => unique(cx, node, text, limit.basis, trail),
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

/// Something else where an object should stand; of a bare string it can be said where it belongs.
fn not_an_item<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    rules: Rules,
    trail: &Trail<'_>,
) {
    let basis = object.shape.unwrap_or(rules.shape);
    let media = media_field(object, None).filter(|_| node.kind() == JsonKind::String);
    let draft = trail
        .broken(&shape::WRONG_TYPE, basis, aspect::TYPE, node.span())
        .with("allowed", "an object")
        .with("found", describe::value(node))
        .with_some("advice", media.map(write_as))
        .with_some("hint", basis.note);
    cx.push(draft);
}

fn chars<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    basis: Basis,
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
                .broken(&self::rules::TOO_LONG, basis, Bound::Chars(range).aspect(End::Max), span)
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
                .found(&self::rules::UTF16_LENGTH, basis, span.clone())
                .with("chars", counts.chars)
                .with("found", counts.utf16)
                .with("allowed", max)
                .with("over", describe::plural(counts.utf16 - max, "unit"));
            cx.push(draft);
        }
    }
    if counts.chars < u64::from(lowest) {
        let draft = trail
            .broken(&self::rules::TOO_SHORT, basis, Bound::Chars(range).aspect(End::Min), span)
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
    basis: Basis,
    known: &[&'static str],
    rules: Rules,
    trail: &Trail<'_>,
) {
    if known.iter().any(|name| text.is(name)) {
        return;
    }
    let milder = rules.limits.iter().find(|limit| {
        matches!(limit.bound, Bound::OtherNames(others) if others.iter().any(|name| text.is(name)))
    });
    let (basis, aspect) = match milder {
        Some(limit) => (limit.basis, limit.bound.aspect(End::Max)),
        None => (basis, Bound::Names(&[]).aspect(End::Max)),
    };
    let meant = nearest(&text, known);
    let draft = trail
        .broken(&models::UNKNOWN_MODEL, basis, aspect, node.span())
        .with("found", describe::bare(node))
        .with("allowed", listed(known))
        .with_some("suggestion", meant.map(describe::json))
        .with_some("hint", basis.note);
    cx.push(match meant {
        Some(name) if milder.is_none() => {
            let json = describe::json(name);
            draft.fixed_by(DraftFix::safe(format!("write {json}"), node.span(), json).unsafe_())
        }
        _ => draft,
    });
}

fn url<'d>(cx: &mut Cx<'d>, node: Node<'d>, text: Text<'d>, basis: Basis, trail: &Trail<'_>) {
    if kling_schema::url::is_http(&text.head(URL_LOOKED_AT)) {
        return;
    }
    let draft = trail
        .broken(&self::rules::BAD_CALLBACK, basis, Bound::Url.aspect(End::Max), node.span())
        .with("found", describe::bare(node))
        .with_some("hint", basis.note);
    cx.push(draft);
}

/// Remembered for the session: another request may carry the same value.
fn unique<'d>(cx: &mut Cx<'d>, node: Node<'d>, text: Text<'d>, basis: Basis, trail: &Trail<'_>) {
    let draft = trail
        .broken(&across::REUSED_ID, basis, Bound::Unique.aspect(End::Max), node.span())
        .with("found", describe::bare(node));
    cx.out.unique.push(Unique { value: text.to_str().into_owned(), draft });
}

fn empty<'d>(cx: &mut Cx<'d>, node: Node<'d>, trail: &Trail<'_>) {
    let basis = Basis::house(Severity::Warning);
    cx.push(trail.found(&rules::EMPTY_VALUE, basis, node.span()));
}

/// A string out of a closed set.
fn choice<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    choices: &'static [Choice],
    rules: Rules,
    trail: &Trail<'_>,
) {
    if cx.is_suspended(node) && node.kind() == JsonKind::String {
        return;
    }
    let values: Vec<&'static str> = choices.iter().map(|choice| choice.value).collect();
    let Some(text) = node.text() else {
        let meant = node.number().and_then(|number| {
            let whole = number.as_i64().map(|whole| whole.to_string());
            let written = whole.as_deref().unwrap_or(number.text());
            values.iter().find(|value| **value == written).map(|value| describe::json(value))
        });
        let allowed = format!("a string ({})", listed(&values));
        return wrong_type(cx, node, &allowed, rules.shape, trail, meant);
    };
    if values.iter().any(|value| text.is(value)) {
        return;
    }
    if text.is_empty() && rules.presence == Presence::Optional {
        return empty(cx, node, trail);
    }
    let own = rules.limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
    let basis = own.map_or(rules.shape, |limit| limit.basis);
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
        .broken(&self::rules::NOT_ALLOWED, basis, aspect::ONE_OF, node.span())
        .with("found", found)
        .with("allowed", listed(&values))
        .with_some("suggestion", meant.map(describe::json))
        .with_some("hint", hint);
    cx.push(match meant {
        Some(meant) => {
            let json = describe::json(meant);
            let fix = DraftFix::safe(format!("write {json}"), node.span(), json);
            // Only a difference of case or white space is certain to be a slip.
            let slip = text.to_str().trim().eq_ignore_ascii_case(meant);
            draft.fixed_by(if slip { fix } else { fix.unsafe_() })
        }
        None => draft,
    });
}

fn number<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    kind: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    let whole = matches!(kind, Kind::Integer);
    let ranges = || {
        rules.limits.iter().filter_map(|limit| match limit.bound {
            Bound::Value(range) => Some((range, limit.basis)),
            _ => None,
        })
    };
    let Some(number) = node.number().filter(|number| !whole || number.is_whole()) else {
        let meant = node.text().and_then(|text| {
            let text = text.to_str();
            let number: serde_json::Number = serde_json::from_str(text.trim()).ok()?;
            let value = number.as_f64()?;
            let fits = ranges().all(|(range, _)| contains(range, value));
            (fits && (!whole || value.fract() == 0.0)).then(|| text.trim().to_owned())
        });
        return wrong_type(cx, node, &kind.phrase(), rules.shape, trail, meant);
    };
    let value = number.as_f64();
    for (range, basis) in ranges().filter(|(range, _)| !contains(*range, value)) {
        let end = if range.min.is_some_and(|min| value < min) { End::Min } else { End::Max };
        let draft = trail
            .broken(&self::rules::OUT_OF_RANGE, basis, Bound::Value(range).aspect(end), node.span())
            .with("found", describe::bare(node))
            .with("allowed", range.to_string())
            .with_some("hint", basis.note);
        cx.push(draft);
    }
}

fn contains(range: Range<f64>, value: f64) -> bool {
    range.min.is_none_or(|min| value >= min) && range.max.is_none_or(|max| value <= max)
}

fn numeric_id<'d>(cx: &mut Cx<'d>, node: Node<'d>, rules: Rules, trail: &Trail<'_>) {
    let good = match node.kind() {
        JsonKind::Number => node.number().is_some_and(|number| number.is_whole()),
        JsonKind::String => node.text().is_some_and(|text| {
            let text = text.to_str();
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        }),
        JsonKind::Null | JsonKind::Bool | JsonKind::Array | JsonKind::Object => false,
        JsonKind::Broken => return,
    };
    if !good {
        let draft = trail
            .broken(&self::rules::NOT_AN_ID, rules.shape, aspect::TYPE, node.span())
            .with("found", describe::bare(node))
            .with_some("hint", rules.shape.note);
        cx.push(draft);
    }
}

fn list<'d>(cx: &mut Cx<'d>, node: Node<'d>, each: &'static Kind, rules: Rules, trail: &Trail<'_>) {
    if node.kind() != JsonKind::Array {
        return wrong_type(cx, node, "an array", rules.shape, trail, None);
    }
    let len = node.len();
    // An empty optional list counts as absent.
    if len > 0 || rules.presence != Presence::Optional {
        for limit in rules.limits {
            if let Bound::Items(range) = limit.bound {
                count(cx, node, len, range, limit, trail);
            }
        }
    }
    let inner = Rules {
        presence: Presence::Required(rules.shape),
        shape: rules.shape,
        limits: rules.each,
        each: &[],
    };
    for (index, item) in node.items().enumerate() {
        value(cx, item, each, inner, &trail.index(index));
    }
}

fn count<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    len: usize,
    range: Range<u32>,
    limit: &Limit,
    trail: &Trail<'_>,
) {
    let (end, allowed, rule) = match (range.min, range.max) {
        (Some(min), _) if len < min as usize => (End::Min, min, &self::rules::TOO_FEW_ITEMS),
        (_, Some(max)) if len > max as usize => (End::Max, max, &self::rules::TOO_MANY_ITEMS),
        _ => return,
    };
    let draft = trail
        .broken(rule, limit.basis, limit.bound.aspect(end), node.span())
        .with("found", describe::items(len))
        .with("count", len as u64)
        .with("allowed", u64::from(allowed))
        .with_some("hint", limit.basis.note);
    cx.push(match end {
        End::Max => draft.with("over", grouped((len - allowed as usize) as u64)),
        End::Min => draft,
    });
}

fn media_string<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    class: MediaClass,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if text.is_empty() {
        return match rules.presence {
            Presence::Required(basis) => {
                let draft = absent(trail, basis, node, "an empty string");
                cx.push(draft.with("advice", format!("name the {}", class.word())));
            }
            Presence::Optional => empty(cx, node, trail),
        };
    }
    let wire = cx.wire;
    let mut drafts = Vec::new();
    let raw = text.raw();
    let (most_head, most_tail) = MEDIA_LOOKED_AT;
    let head = text.head(most_head);
    let scan = || text.base64();
    let media_text = MediaText {
        complete: !text.has_gap() && head.len() < most_head,
        tail: text.tail(most_tail),
        raw_head: readable(raw, 0),
        raw_tail: readable(raw, raw.len().saturating_sub(MEDIA_LOOKED_AT.0)),
        base64: &scan,
        head,
    };
    let judged =
        media::check(&media_text, class, rules.limits, trail, node.span(), wire, &mut drafts);
    for draft in drafts {
        cx.push(draft);
    }
    if let Some(size) = judged.size {
        cx.sizes.insert(node.span().start, Pixels { size, turned: judged.turned });
    }
}

/// The readable beginning of raw bytes from here on; none where they are no UTF-8.
fn readable(raw: &[u8], from: usize) -> &str {
    let from = (from..raw.len()).find(|at| raw[*at] & 0xc0 != 0x80).unwrap_or(raw.len());
    let bytes = &raw[from..];
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// The usual shape, or the tolerated one with an info.
fn either<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    usual: &'static Kind,
    tolerated: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if !takes(tolerated, node) || takes(usual, node) {
        let shape = match usual {
            Kind::Object(object) => object.shape.unwrap_or(rules.shape),
            _ => rules.shape,
        };
        if !takes(usual, node) && node.kind() != JsonKind::Broken {
            let allowed = usual.phrase();
            return wrong_type(cx, node, &allowed, shape, trail, None);
        }
        return value(cx, node, usual, rules, trail);
    }
    let basis = Basis::new(Tier::Advice, rules.shape.source);
    let draft = trail
        .broken(&shape::TOLERATED_SHAPE, basis, aspect::TYPE, node.span())
        .with("found", describe::value(node))
        .with("allowed", usual.phrase());
    match (usual, tolerated) {
        (Kind::List(each), _) => {
            cx.push(draft.with("advice", "write it as an array of one"));
            let rules = Rules { limits: rules.each, each: &[], ..rules };
            value(cx, node, each, rules, &trail.implied(EACH));
        }
        (Kind::Object(object), Kind::Media(class)) => {
            // The string stands for an object with that media, and has that media's bounds.
            let Some(media) = media_field(object, Some(*class)) else { return cx.push(draft) };
            cx.push(draft.with("advice", write_as(media)));
            let rules = Rules { limits: media.limits, ..rules };
            value(cx, node, tolerated, rules, &trail.implied(media.key));
        }
        _ => {
            cx.push(draft.with("advice", "write the usual shape"));
            value(cx, node, tolerated, rules, trail);
        }
    }
}

/// The field of an item that holds its media.
fn media_field(object: &'static Object, class: Option<MediaClass>) -> Option<&'static Field> {
    object.fields.iter().find(|field| match field.kind {
        Kind::Media(own) => class.is_none_or(|class| class == own),
        _ => false,
    })
}

fn write_as(media: &Field) -> String {
    format!("write it as {{\"{}\": …}}", media.key)
}

/// Whether the JSON type fits the kind; nothing inside is looked at.
fn takes(kind: &Kind, node: Node<'_>) -> bool {
    match kind {
        Kind::Any => true,
        Kind::Bool => node.kind() == JsonKind::Bool,
        Kind::Text | Kind::Choice(_) | Kind::Media(_) => node.kind() == JsonKind::String,
        Kind::Number | Kind::Integer => node.kind() == JsonKind::Number,
        Kind::NumericId => matches!(node.kind(), JsonKind::Number | JsonKind::String),
        Kind::List(_) => node.kind() == JsonKind::Array,
        Kind::Object(_) => node.kind() == JsonKind::Object,
        Kind::Either { usual, tolerated } => takes(usual, node) || takes(tolerated, node),
    }
}

/// The value that was probably meant: the same but for case and white space, or the most alike.
fn nearest(text: &Text<'_>, values: &[&'static str]) -> Option<&'static str> {
    if text.raw().len() > 64 {
        return None;
    }
    let text = text.to_str().trim().to_lowercase();
    values
        .iter()
        .map(|value| (likeness(&text, value), *value))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, value)| value)
}

fn likeness(text: &str, value: &str) -> f64 {
    if text == value {
        return 1.0;
    }
    // `5s`, `10 sec`, `kling_v1_6`: the same once units and separators are gone.
    let plain = |text: &str| -> String {
        text.chars().filter(|character| character.is_alphanumeric()).collect()
    };
    let (text, value) = (plain(text), plain(&value.to_lowercase()));
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
    strsim::normalized_damerau_levenshtein(&text, &value)
}

fn listed(values: &[&str]) -> String {
    kling_schema::join(values, "or")
}
