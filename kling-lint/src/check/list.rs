//! Lists: their length, their items, and the shapes that are tolerated for them.

use kling_schema::aspect::End;
use kling_schema::rules::{shape, value as rules};
use kling_schema::{Basis, Bound, Kind, Limit, Range, Tier, aspect};

use super::trail::{EACH, Trail};
use super::value::{Rules, media_field, required, value, write_as, wrong_type};
use super::{Cx, describe};
use crate::message::grouped;
use crate::read::{JsonKind, Node};

pub(super) fn list<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    each: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if node.kind() != JsonKind::Array {
        return wrong_type(cx, node, "an array", rules.shape, trail, None);
    }
    let len = node.len();
    // An empty optional list counts as absent.
    if len > 0 || rules.required.is_some() {
        for limit in rules.limits {
            if let Bound::Items(range) = limit.bound {
                count(cx, node, len, range, limit, trail);
            }
        }
    }
    let inner =
        Rules { required: Some(rules.shape), shape: rules.shape, limits: rules.each, each: &[] };
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
        (Some(min), _) if len < min as usize => (End::Min, min, &rules::TOO_FEW_ITEMS),
        (_, Some(max)) if len > max as usize => (End::Max, max, &rules::TOO_MANY_ITEMS),
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

/// The usual shape, or the tolerated one with an info.
pub(super) fn either<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    usual: &'static Kind,
    tolerated: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if !takes(tolerated, node) || takes(usual, node) {
        let shape = usual.object().and_then(|object| object.shape.as_ref()).unwrap_or(rules.shape);
        if !takes(usual, node) {
            return wrong_type(cx, node, usual.phrase(), shape, trail, None);
        }
        return value(cx, node, usual, rules, trail);
    }
    let basis = Basis::new(Tier::Advice, rules.shape.source);
    let draft = trail
        .broken(&shape::TOLERATED_SHAPE, basis, aspect::TYPE, node.span())
        .with("found", describe::value(node))
        .with("allowed", usual.phrase());
    if let Kind::List(each) = usual {
        cx.push(draft.with("advice", "write it as an array of one"));
        let rules = Rules { limits: rules.each, each: &[], ..rules };
        return value(cx, node, each, rules, &trail.implied(EACH));
    }
    // A string may stand for an object with that media; then it has that media's bounds.
    let media = tolerated.media().and_then(|class| media_field(usual.object()?, Some(class)));
    if let Some(media) = media {
        cx.push(draft.with("advice", write_as(media)));
        let rules = Rules { required: required(&media.presence), limits: media.limits, ..rules };
        return value(cx, node, tolerated, rules, &trail.implied(media.key));
    }
    cx.push(draft.with("advice", "write the usual shape"));
    value(cx, node, tolerated, rules, trail);
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
