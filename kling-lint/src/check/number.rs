//! Numbers: type and range; ids of digits.

use kling_schema::aspect::End;
use kling_schema::rules::value as rules;
use kling_schema::{Basis, Bound, Kind, Limit, Range, aspect};

use super::trail::Trail;
use super::value::{Rules, wrong_type};
use super::{Cx, describe};
use crate::read::{JsonKind, Node};

pub(super) fn number<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    kind: &'static Kind,
    rules: Rules,
    trail: &Trail<'_>,
) {
    let whole = matches!(kind, Kind::Integer);
    let ranges = || ranges(rules.limits);
    let Some(number) = node.number().filter(|number| !whole || number.is_whole()) else {
        let meant = node.text().and_then(|text| {
            let text = text.to_str();
            let number: serde_json::Number = serde_json::from_str(text.trim()).ok()?;
            let value = number.as_f64()?;
            let fits = ranges().all(|(range, _)| range.contains(value));
            (fits && (!whole || value.fract() == 0.0)).then(|| text.trim().to_owned())
        });
        return wrong_type(cx, node, &kind.phrase(), rules.shape, trail, meant);
    };
    if ranges().next().is_none() {
        return;
    }
    let value = number.as_f64();
    for (range, basis) in ranges().filter(|(range, _)| !range.contains(value)) {
        let end = if range.min.is_some_and(|min| value < min) { End::Min } else { End::Max };
        let draft = trail
            .broken(&rules::OUT_OF_RANGE, *basis, Bound::Value(range).aspect(end), node.span())
            .with("found", describe::bare(node))
            .with("allowed", range.to_string())
            .with_some("hint", basis.note);
        cx.push(draft);
    }
}

/// Whether there is nothing to say about a number.
pub(super) fn is_sound(node: Node<'_>, whole: bool, ranges: &[Range<f64>]) -> bool {
    node.number().is_some_and(|number| {
        (!whole || number.is_whole())
            && (ranges.is_empty() || {
                let value = number.as_f64();
                ranges.iter().all(|range| range.contains(value))
            })
    })
}

fn ranges(limits: &'static [Limit]) -> impl Iterator<Item = (Range<f64>, &'static Basis)> {
    limits.iter().filter_map(|limit| Some((limit.bound.value()?, &limit.basis)))
}

pub(super) fn numeric_id<'d>(cx: &mut Cx<'d>, node: Node<'d>, rules: Rules, trail: &Trail<'_>) {
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
            .broken(&rules::NOT_AN_ID, *rules.shape, aspect::TYPE, node.span())
            .with("found", describe::bare(node))
            .with_some("hint", rules.shape.note);
        cx.push(draft);
    }
}
