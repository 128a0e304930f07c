//! Conditions on an object as schemas that accept exactly the objects for which they hold, and what
//! holds for every place a path leads to.
//!
//! Mirrors the linter's `check::path`: a value counts as sent when it is neither `null` nor empty, a
//! tolerated single object stands for a list of one, `[]` means some item in a condition and each item
//! in a demand.

use serde_json::{Map, Value, json};

use super::json_schema::{is_error, json_types};
use super::node::types;
use crate::source::Basis;
use crate::table::{Kind, Object, Path, Range, Step, When};

/// A place on the way of a path: what the table says of the value there.
#[derive(Clone, Copy)]
pub(super) enum Spot {
    /// An object, for certain.
    Object(&'static Object),
    /// A value of a field, or an item of one.
    Value(&'static Kind, Basis),
    /// Of this the table says nothing.
    Anything,
}

impl Spot {
    /// The JSON types a value may have without being an error; `None` when any may.
    fn types(self) -> Option<Vec<&'static str>> {
        match self {
            Spot::Object(_) => Some(vec!["object"]),
            Spot::Anything | Spot::Value(Kind::Any, _) => None,
            Spot::Value(kind, basis) => {
                let own = kind.usual().object().and_then(|object| object.shape);
                is_error(own.unwrap_or(basis)).then(|| json_types(kind))
            }
        }
    }

    fn may_be(self, kind: &str) -> bool {
        self.types().is_none_or(|all| all.contains(&kind))
    }

    /// Whether it is of this type, unless it is `null` or an error.
    fn is_only(self, kind: &str) -> bool {
        self.types().is_some_and(|all| all == [kind])
    }

    fn key(self, key: &str) -> Spot {
        let object = match self {
            Spot::Object(object) => Some(object),
            Spot::Value(kind, _) => object_of(kind),
            Spot::Anything => None,
        };
        match object.and_then(|object| object.field(key)) {
            Some(field) => Spot::Value(&field.kind, field.shape),
            None => Spot::Anything,
        }
    }

    /// The item of a list; of a tolerated single one, itself.
    fn each(self) -> Spot {
        match self {
            Spot::Value(kind, basis) => match kind.usual().each() {
                Some(each) => Spot::Value(each, basis),
                None => Spot::Anything,
            },
            Spot::Object(_) | Spot::Anything => Spot::Anything,
        }
    }
}

fn object_of(kind: &'static Kind) -> Option<&'static Object> {
    match kind {
        Kind::Object(object) => Some(object),
        Kind::Either { usual, tolerated } => object_of(usual).or_else(|| object_of(tolerated)),
        Kind::Any
        | Kind::Bool
        | Kind::Text
        | Kind::Choice(_)
        | Kind::Number
        | Kind::Integer
        | Kind::NumericId
        | Kind::List(_)
        | Kind::Media(_) => None,
    }
}

/// Whether a path names one value: it goes through no list.
pub(super) fn is_single(path: Path) -> bool {
    !path.0.contains(&Step::Each)
}

/// The objects for which the condition holds; `None` when no schema says that.
pub(super) fn holds(object: &'static Object, when: &When) -> Option<Value> {
    let top = Spot::Object(object);
    Some(match when {
        When::Always => json!({ "type": "object" }),
        When::Present(path) => exists(top, path.0, &present, false),
        When::NonEmpty(path) => exists(top, path.0, &sent, false),
        When::Len(path, range) if is_single(*path) => {
            exists(top, path.0, &|spot| holds_items(spot, *range), range.contains(0))
        }
        When::Len(..) => return None,
        When::Is { path, values, default } => {
            let absent = default.is_some_and(|default| values.contains(&default));
            exists(top, path.0, &|_| is(values, absent), absent)
        }
        When::Not(when) => json!({ "type": "object", "not": holds(object, when)? }),
        When::All(all) => {
            let all: Option<Vec<Value>> = all.iter().map(|when| holds(object, when)).collect();
            json!({ "type": "object", "allOf": all? })
        }
        When::Any(any) => {
            let any: Option<Vec<Value>> = any.iter().map(|when| holds(object, when)).collect();
            json!({ "type": "object", "anyOf": any? })
        }
    })
}

/// Values from which some place of the path is as asked; `absent` says whether a missing one is.
pub(super) fn exists(
    spot: Spot,
    steps: &[Step],
    asked: &dyn Fn(Spot) -> Value,
    absent: bool,
) -> Value {
    match steps {
        [] => asked(spot),
        [Step::Key(key), rest @ ..] => {
            let inner = exists(spot.key(key), rest, asked, absent);
            // Where a list is missing there is no place.
            let optional = absent && !rest.contains(&Step::Each);
            let has = member(key, inner, !optional);
            // What is no object has no such key.
            if optional && !spot.is_only("object") {
                any_of(vec![has, json!({ "not": { "type": "object" } })])
            } else {
                has
            }
        }
        [Step::Each, rest @ ..] => {
            let inner = exists(spot.each(), rest, asked, absent);
            let mut ways = Vec::new();
            if spot.may_be("array") {
                ways.push(json!({ "type": "array", "contains": inner, "items": {} }));
            }
            if spot.may_be("object") {
                ways.push(json!({ "type": "object", "allOf": [inner] }));
            }
            any_of(ways)
        }
    }
}

/// Values from which every place of the path is as asked; a missing one is.
pub(super) fn every(spot: Spot, steps: &[Step], asked: &dyn Fn(Spot) -> Value) -> Value {
    match steps {
        [] => asked(spot),
        [Step::Key(key), rest @ ..] => {
            let inner = every(spot.key(key), rest, asked);
            match spot {
                Spot::Object(_) => member(key, inner, false),
                _ if spot.is_only("object") => {
                    json!({ "type": types("object", true), "properties": { *key: inner } })
                }
                _ => json!({ "if": { "type": "object" }, "then": member(key, inner, false) }),
            }
        }
        [Step::Each, rest @ ..] => {
            let inner = every(spot.each(), rest, asked);
            if spot.is_only("array") {
                return json!({ "type": types("array", true), "items": inner });
            }
            json!({
                "if": of("array", &[]),
                "then": { "type": "array", "items": inner },
                "else": { "if": { "type": "object" }, "then": inner },
            })
        }
    }
}

/// An object whose member is so.
fn member(key: &str, inner: Value, required: bool) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    if required {
        schema.insert("required".into(), json!([key]));
    }
    schema.insert("properties".into(), json!({ key: inner }));
    schema.into()
}

fn any_of(mut ways: Vec<Value>) -> Value {
    match ways.len() {
        0 => json!({ "not": {} }),
        1 => ways.remove(0),
        _ => json!({ "anyOf": ways }),
    }
}

/// Any value but `null`.
pub(super) fn present(spot: Spot) -> Value {
    match spot.types() {
        None => json!({ "not": { "type": "null" } }),
        Some(all) => any_of(all.into_iter().map(|kind| of(kind, &[])).collect()),
    }
}

/// Neither `null` nor empty.
pub(super) fn sent(_: Spot) -> Value {
    // A value of another type is there all the same: nothing follows from its absence.
    json!({ "not": { "enum": [null, "", []] } })
}

/// `null`, or empty.
pub(super) fn unsent(spot: Spot) -> Value {
    match spot.types().as_deref() {
        Some(["string"]) => json!({ "type": types("string", true), "maxLength": 0 }),
        Some(["array"]) => json!({ "type": types("array", true), "maxItems": 0, "items": {} }),
        Some(all) if !all.contains(&"string") && !all.contains(&"array") => {
            json!({ "type": "null" })
        }
        Some(_) | None => json!({ "enum": [null, "", []] }),
    }
}

/// One of these strings; `null` counts as absent.
fn is(values: &[&str], absent: bool) -> Value {
    let mut all: Vec<Value> = values.iter().map(|value| (*value).into()).collect();
    all.extend(absent.then_some(Value::Null));
    json!({ "type": types("string", absent), "enum": all })
}

/// So many items: an object counts as one, anything else that is no list as none.
pub(super) fn holds_items(spot: Spot, range: Range<u32>) -> Value {
    let mut ways = Vec::new();
    if spot.may_be("array") {
        let min = range.min.filter(|min| *min > 0).map(|min| ("minItems", min));
        let max = range.max.map(|max| ("maxItems", max));
        let bounds: Vec<(&str, u32)> = min.into_iter().chain(max).collect();
        ways.push(of("array", &bounds));
    }
    if spot.may_be("object") && range.contains(1) {
        ways.push(of("object", &[]));
    }
    if range.contains(0) {
        ways.push(json!({ "not": { "anyOf": [of("array", &[]), of("object", &[])] } }));
    }
    any_of(ways)
}

/// At most so many items, whatever else the value is.
pub(super) fn at_most(spot: Spot, most: u32) -> Value {
    if spot.is_only("array") {
        return json!({ "type": types("array", true), "maxItems": most, "items": {} });
    }
    let range = Range::new(None, Some(most));
    holds_items(spot, range)
}

fn of(kind: &str, bounds: &[(&str, u32)]) -> Value {
    let mut schema = Map::new();
    schema.insert("type".into(), kind.into());
    for (keyword, bound) in bounds {
        schema.insert((*keyword).into(), (*bound).into());
    }
    if kind == "array" {
        schema.insert("items".into(), json!({}));
    }
    schema.into()
}
