//! What senders must know of a request's own members: what decides price and time, and the user's id.

use std::ops::Range;

use kling_schema::{Field, Object};
use serde_json::Number;

use super::plan;
use crate::place::Places;
use crate::read::{Document, JsonKind, Node, Text};

/// A longer text is no name of anything, and is cut.
const LONGEST_NAME: usize = 64;
/// A number that is written with more characters is written anew.
const LONGEST_NUMBER: usize = 24;

/// The user's own id of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum OwnId {
    /// The request has one.
    Given(String),
    /// It has none, and one can stand here.
    Free(Slot),
    /// There is no place for one.
    #[default]
    Impossible,
}

/// Where an id can stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The bytes of the request that it takes the place of.
    pub(super) span: Range<u64>,
    /// What they are: nothing, or a value that is as good as none.
    pub(super) instead_of: &'static str,
    /// What comes before the id, which is a JSON string, and what behind it.
    before: String,
    behind: &'static str,
}

impl OwnId {
    /// Where one can stand.
    pub(super) fn slot(&self) -> Option<&Slot> {
        if let OwnId::Free(slot) = self { Some(slot) } else { None }
    }
}

impl Slot {
    /// What stands there once this id does.
    pub(super) fn filled(&self, id: &str) -> String {
        format!("{}{}{}", self.before, serde_json::Value::from(id), self.behind)
    }
}

/// Finds the user's id, or where one can stand. Of a key that is written twice the last one counts, as
/// for most readers.
pub(super) fn own_id(document: &Document<'_>, object: &'static Object) -> OwnId {
    let root = document.root();
    let Some(field) = object.own_id() else { return OwnId::Impossible };
    let place = |range: Range<u32>| {
        let placed = Places::new(document.loaded()).resolve(&[range]);
        placed.first().map_or(0..0, |it| it.span.start..it.span.end)
    };
    let value = |instead_of, node: Node<'_>| {
        let span = place(node.span());
        OwnId::Free(Slot { span, instead_of, before: String::new(), behind: "" })
    };
    match last(root, field) {
        Some(node) => match (node.kind(), node.text()) {
            (_, Some(text)) if text.is_empty() => value(EMPTY, node),
            (_, Some(text)) => OwnId::Given(text.to_str().into_owned()),
            (JsonKind::Null, None) => value(NULL, node),
            (_, None) => OwnId::Impossible,
        },
        None => {
            let open = root.span().start;
            if document.loaded().text().get(open as usize) != Some(&b'{') {
                return OwnId::Impossible;
            }
            let follows = root.members().any(|member| plan::editors(object, member.key).is_none());
            let before = format!("{}:", serde_json::Value::from(field.key));
            let behind = if follows { "," } else { "" };
            OwnId::Free(Slot { span: place(open + 1..open + 1), instead_of: "", before, behind })
        }
    }
}

/// Values that are as good as none.
const EMPTY: &str = "\"\"";
const NULL: &str = "null";

/// The members that decide price and time, as JSON.
pub(super) fn settings(root: Node<'_>, object: &'static Object) -> Vec<(&'static str, String)> {
    let fields = object.fields.iter().filter(|field| field.is_setting());
    fields.filter_map(|field| Some((field.key, json(last(root, field)?)?))).collect()
}

/// The value of a field; the last, if there are several.
fn last<'d>(root: Node<'d>, field: &Field) -> Option<Node<'d>> {
    let is_key = |key: Node<'_>| key.text().is_some_and(|text| text.is(field.key));
    root.members().filter(|member| is_key(member.key)).last().map(|member| member.value)
}

/// A short value as JSON; none of what is no value, or no single one.
fn json(node: Node<'_>) -> Option<String> {
    if let Some(text) = node.text() {
        return Some(serde_json::Value::from(name(text)).to_string());
    }
    if let Some(number) = node.number() {
        let text = number.text();
        if text.len() <= LONGEST_NUMBER && serde_json::from_str::<Number>(text).is_ok() {
            return Some(text.to_owned());
        }
        return Number::from_f64(number.as_f64()).map(|number| number.to_string());
    }
    node.boolean().map(|boolean| boolean.to_string())
}

fn name(text: Text<'_>) -> String {
    let mut name = text.head(LONGEST_NAME).into_owned();
    if text.is_longer(LONGEST_NAME) {
        name.push('…');
    }
    name
}
