//! Combinations of model, mode and duration that a field needs (upstream).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use kling_schema::{Axis, Path};

use super::Cx;
use super::path::{self, Scope};
use super::room::with_room;
use super::rule::Rule;
use crate::printable;
use crate::read::{JsonKind, Text};

/// Reports each path that is used with a combination that no row has.
pub(super) fn check<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    paths: &[Path],
    axes: &'static [Axis],
    rows: &'static [Row],
) {
    if paths.iter().all(|path| path::first_sent(root, *path).is_none()) {
        return;
    }
    with_room(axes.len(), None, |cells| {
        for (cell, axis) in cells.iter_mut().zip(axes) {
            *cell = value(root, rule, axis);
        }
        // Nothing is said of a model that is not known.
        if !matches!(cells.first(), Some(Some(_))) {
            return;
        }
        // A value of which nothing can be said may be any: what the others rule out stays ruled out.
        let matches = |row: &[Option<&str>]| {
            row.iter().zip(&*cells).all(|(want, have)| match (want, have) {
                (Some(want), Some(have)) => have.is(want),
                (None, _) | (_, None) => true,
            })
        };
        if !rows.iter().any(|row| matches(row)) {
            report(cx, root, rule, paths, axes, rows, cells);
        }
    });
}

/// Cells, one for each axis; an empty one admits every value.
type Row = &'static [Option<&'static str>];

/// A value that decides.
#[derive(Clone, Copy)]
enum Value<'d> {
    /// What counts when nothing is sent.
    Default(&'static str),
    /// As sent.
    Given(Text<'d>),
}

impl<'d> Value<'d> {
    fn is(self, other: &str) -> bool {
        match self {
            Value::Default(value) => value == other,
            Value::Given(text) => text.is(other),
        }
    }

    fn to_str(self) -> Cow<'d, str> {
        match self {
            Value::Default(value) => Cow::Borrowed(value),
            Value::Given(text) => text.to_str(),
        }
    }
}

/// Says which combination no row has.
fn report<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    paths: &[Path],
    axes: &'static [Axis],
    rows: &'static [Row],
    values: &[Option<Value<'d>>],
) {
    let Some(Some(model)) = values.first() else {
        return;
    };
    let model = &*model.to_str();
    // Only what decides is named: without rows of its own, the model alone.
    let decides = |at: usize| {
        at == 0 || rows.iter().any(|row| row[0].is_none_or(|own| own == model) && row[at].is_some())
    };
    let words = |axis: &Axis, value: Value<'d>| {
        let default = match value {
            Value::Given(_) => "",
            Value::Default(_) => " (Kling's default)",
        };
        format!("`{}` {}{default}", axis.path, printable::quoted(&value.to_str()))
    };
    let found: Vec<String> = axes
        .iter()
        .zip(values)
        .enumerate()
        .filter(|(at, _)| decides(*at))
        .filter_map(|(_, (axis, value))| value.map(|value| words(axis, value)))
        .collect();
    let found = kling_schema::listed(&found, "and");
    let allowed = allowed(axes, rows, model);
    for path in paths {
        if let Some(place) = path::first_sent(root, *path) {
            let draft = rule
                .at(&place)
                .with("found", found.clone())
                .with("allowed", allowed)
                .with_some("hint", rule.constraint.basis.note);
            cx.push(draft);
        }
    }
}

/// The value of an axis; `None` when nothing can be said: it is not a
/// string, or a name or value that the field does not know.
fn value<'d>(root: Scope<'_, 'd>, rule: &Rule<'_>, axis: &Axis) -> Option<Value<'d>> {
    let place = path::first(root, axis.path, |place| place.value.is_some());
    let node = place.and_then(|place| place.sent());
    let Some(node) = node else {
        let broken =
            place.and_then(|place| place.value).is_some_and(|node| node.kind() == JsonKind::Broken);
        return (!broken).then_some(Value::Default(axis.default));
    };
    let text = node.text()?;
    let known = match (rule.names(axis.path), rule.choices(axis.path)) {
        (Some(names), _) => names.iter().any(|name| text.is(name)),
        (None, Some(choices)) => choices.iter().any(|choice| text.is(choice.value)),
        (None, None) => true,
    };
    known.then_some(Value::Given(text))
}

/// What would be supported. It is put into words once for each model that has rows, and once for all
/// that have none: of a table, so they are few.
fn allowed(axes: &'static [Axis], rows: &'static [Row], model: &str) -> &'static str {
    type Key = (usize, usize, Option<usize>);
    static KNOWN: RwLock<BTreeMap<Key, &'static str>> = RwLock::new(BTreeMap::new());
    let first = rows.iter().position(|row| row.first() == Some(&Some(model)));
    let key = (axes.as_ptr().addr(), rows.as_ptr().addr(), first);
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    known.unwrap_or_else(|| {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(key).or_insert_with(|| supported(axes, rows, model).leak())
    })
}

/// The other cells of this model's rows, or the models that have rows.
fn supported(axes: &[Axis], rows: &[Row], model: &str) -> String {
    let own: Vec<String> = rows
        .iter()
        .filter(|row| row.first().is_some_and(|cell| cell.is_none_or(|cell| cell == model)))
        .map(|row| cells(axes, row, 1))
        .filter(|cells| !cells.is_empty())
        .collect();
    if own.is_empty() {
        let all: Vec<String> = rows.iter().map(|row| row_of(axes, row)).collect();
        kling_schema::listed(&all, "or")
    } else {
        format!("{} for this model", kling_schema::listed(&own, "or"))
    }
}

/// `"kling-x" (`mode` "pro")`: a model, and what it needs.
fn row_of(axes: &[Axis], row: &[Option<&str>]) -> String {
    let needs = cells(axes, row, 1);
    match row.first().copied().flatten() {
        Some(model) if needs.is_empty() => printable::quoted(model),
        Some(model) => format!("{} ({needs})", printable::quoted(model)),
        None => cells(axes, row, 0),
    }
}

/// `mode` "pro" and `duration` "5", from the given axis on.
fn cells(axes: &[Axis], row: &[Option<&str>], from: usize) -> String {
    let cells: Vec<String> = axes
        .iter()
        .zip(row)
        .skip(from)
        .filter_map(|(axis, cell)| cell.map(|cell| format!("`{}` \"{cell}\"", axis.path)))
        .collect();
    kling_schema::listed(&cells, "and")
}
