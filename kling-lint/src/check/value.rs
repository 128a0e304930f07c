//! One value against its kind: the way into the checks of each kind.

use std::borrow::Cow;

use kling_schema::rules::{shape, value as rules};
use kling_schema::{Basis, Field, Kind, Limit, MediaClass, Object, Presence, Severity, aspect};

use super::trail::Trail;
use super::{Cx, describe, list, media_string, number, text};
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::read::{JsonKind, Node};

/// What a field says of a value, or of each item of it.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    /// What it rests on that the value must be there; nothing where it may be absent.
    pub(super) required: Option<&'static Basis>,
    pub(super) shape: &'static Basis,
    pub(super) limits: &'static [Limit],
    pub(super) each: &'static [Limit],
}

/// What is said of `null` in a field that may be absent rests on this.
pub(super) const NULL: Basis = Basis::house(Severity::Warning);

/// Checks the value of a field.
pub(super) fn field<'d>(cx: &mut Cx<'d>, node: Node<'d>, field: &'static Field, trail: &Trail<'_>) {
    let rules = Rules {
        required: required(&field.presence),
        shape: &field.shape,
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

/// What it rests on that a key must be there.
pub(super) fn required(presence: &'static Presence) -> Option<&'static Basis> {
    match presence {
        Presence::Required(basis) => Some(basis),
        Presence::Optional => None,
    }
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
        Presence::Optional => trail.found(&shape::NULL_VALUE, NULL, node.span()),
    };
    cx.push(draft);
}

/// A required value that is there and counts as missing.
pub(super) fn absent(
    trail: &Trail<'_>,
    basis: Basis,
    node: Node<'_>,
    found: &'static str,
) -> Draft {
    trail
        .broken(&shape::MISSING_FIELD, basis, aspect::REQUIRED, node.span())
        .with("found", found)
        .with_some("hint", basis.note)
}

pub(super) fn value<'d>(
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
                wrong_type(cx, node, kind.phrase(), rules.shape, trail, meant);
            }
        }
        Kind::Text => match node.text() {
            Some(text) => text::string(cx, node, text, rules, trail),
            None => {
                // A number that would be an unknown name as a string (`1.6`) was not meant as one.
                let is_named = |number: &str| {
                    let mut names = rules.limits.iter().filter_map(|limit| limit.bound.names());
                    names.all(|names| names.contains(&number))
                };
                let meant = node
                    .number()
                    .filter(|number| is_named(number.text()))
                    .map(|number| describe::json(number.text()));
                wrong_type(cx, node, kind.phrase(), rules.shape, trail, meant);
            }
        },
        Kind::Choice(choices) => text::choice(cx, node, choices, rules, trail),
        Kind::Number | Kind::Integer => number::number(cx, node, kind, rules, trail),
        Kind::NumericId => number::numeric_id(cx, node, rules, trail),
        Kind::List(each) => list::list(cx, node, each, rules, trail),
        Kind::Object(object) => {
            if node.kind() == JsonKind::Object {
                super::shape::object(cx, node, object, trail);
            } else {
                let basis = object.shape.as_ref().unwrap_or(rules.shape);
                let media = media_field(object, None).filter(|_| node.kind() == JsonKind::String);
                let advice = media.map(|media| write_as(media).into());
                mistyped(cx, node, kind.phrase().into(), basis, trail, None, advice);
            }
        }
        Kind::Media(class) => match node.text() {
            Some(text) => media_string::media_string(cx, node, text, *class, rules, trail),
            None => wrong_type(cx, node, kind.phrase(), rules.shape, trail, None),
        },
        Kind::Either { usual, tolerated } => list::either(cx, node, usual, tolerated, rules, trail),
    }
}

/// A value of the wrong JSON type; `meant` is the JSON text that the author probably meant.
pub(super) fn wrong_type<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    allowed: impl Into<Cow<'static, str>>,
    basis: &Basis,
    trail: &Trail<'_>,
    meant: Option<String>,
) {
    let allowed = allowed.into();
    let advice = match node.kind() {
        JsonKind::Object if allowed.starts_with("an array") => Some("put it into an array: […]"),
        JsonKind::Array if node.len() == 1 => Some("write the item itself, without the brackets"),
        _ => None,
    };
    mistyped(cx, node, allowed, basis, trail, meant, advice.map(Cow::Borrowed));
}

fn mistyped<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    allowed: Cow<'static, str>,
    basis: &Basis,
    trail: &Trail<'_>,
    meant: Option<String>,
    advice: Option<Cow<'static, str>>,
) {
    let advice = advice.filter(|_| meant.is_none());
    let draft = trail
        .broken(&shape::WRONG_TYPE, *basis, aspect::TYPE, node.span())
        .with("allowed", allowed)
        .with("found", describe::value(node))
        .with_some("suggestion", meant.clone())
        .with_some("advice", advice)
        .with_some("hint", basis.note);
    cx.push(match meant {
        Some(json) => draft.fixed_by(DraftFix::safe(["write ", &json].concat(), node.span(), json)),
        None => draft,
    });
}

pub(super) fn empty<'d>(cx: &mut Cx<'d>, node: Node<'d>, trail: &Trail<'_>) {
    let basis = Basis::house(Severity::Warning);
    cx.push(trail.found(&rules::EMPTY_VALUE, basis, node.span()));
}

/// The field of an item that holds its media.
pub(super) fn media_field(
    object: &'static Object,
    class: Option<MediaClass>,
) -> Option<&'static Field> {
    object.fields.iter().find(|field| match field.kind.media() {
        Some(own) => class.is_none_or(|class| class == own),
        None => false,
    })
}

pub(super) fn write_as(media: &Field) -> String {
    format!("write it as {{\"{}\": …}}", media.key)
}
