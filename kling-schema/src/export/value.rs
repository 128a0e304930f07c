//! Texts, closed sets and numbers.

use serde_json::{Map, Value, json};

use super::Profile;
use super::json_schema::{Export, NO_CONDITIONS, Rules, is_error, is_required};
use super::node::{CODE, Node, types};
use crate::aspect::{self, End};
use crate::rules::{Rule, across, models, shape, value as rules};
use crate::table::{Bound, Check, Choice, Kind, Presence, When};

const OTHER_REQUESTS: &str = "it compares requests, and a schema sees one";

impl Export {
    pub(super) fn text(&mut self, rules: Rules, null: bool, path: &str) -> Node {
        let mut node = Node::of("string", null, &shape::WRONG_TYPE);
        let named = rules.limits.iter().any(|limit| matches!(limit.bound, Bound::Names(_)));
        // An empty name is only strange; another empty text is as good as none.
        let filled = is_required(rules.presence) && !named;
        if filled {
            node = node.refuse("minLength", 1, &shape::MISSING_FIELD);
        }
        for limit in rules.limits.iter().filter(|limit| is_error(limit.basis)) {
            match limit.bound {
                Bound::Chars(range) => {
                    if let Some(max) = range.max {
                        node = node.refuse("maxLength", max, &rules::TOO_LONG);
                    }
                    if let Some(min) = range.min.filter(|min| *min > 1) {
                        let row = self.row(path, limit.bound.aspect(End::Min));
                        let keyword = ("minLength", min.into());
                        node = self.filled(
                            node,
                            "string",
                            null,
                            filled,
                            keyword,
                            &rules::TOO_SHORT,
                            row,
                        );
                    }
                }
                Bound::Names(names) => {
                    let milder = rules.limits.iter().filter(|limit| !is_error(limit.basis));
                    let milder = milder.filter_map(|limit| match limit.bound {
                        Bound::OtherNames(names) => Some(names),
                        _ => None,
                    });
                    let names = names.iter().chain(milder.flatten()).copied();
                    let (all, _) = values(names.map(|name| (name, "")), true, null);
                    node = node.refuse("enum", all, &models::UNKNOWN_MODEL);
                }
                Bound::Url => {
                    let row = self.row(path, limit.bound.aspect(End::Max));
                    let keyword = ("pattern", crate::url::PATTERN.into());
                    node = self.filled(
                        node,
                        "string",
                        null,
                        filled,
                        keyword,
                        &rules::BAD_CALLBACK,
                        row,
                    );
                }
                Bound::Unique => {
                    let row = self.row(path, limit.bound.aspect(End::Max));
                    self.cannot(row, &across::REUSED_ID, OTHER_REQUESTS);
                }
                // Read together with `Names`; the rest bounds other kinds.
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
        self.settled(node, "string", is_error(rules.shape))
    }

    /// A keyword that an empty value need not meet, unless it must be filled anyway.
    #[expect(clippy::too_many_arguments, reason = "one keyword and all that hangs on it")]
    pub(super) fn filled(
        &mut self,
        node: Node,
        kind: &'static str,
        null: bool,
        filled: bool,
        (keyword, value): (&'static str, Value),
        rule: &'static Rule,
        row: String,
    ) -> Node {
        let (least, most) =
            if kind == "array" { ("minItems", "maxItems") } else { ("minLength", "maxLength") };
        let bounded = |keyword: &str, value: Value| {
            let mut schema = Map::new();
            schema.insert("type".into(), kind.into());
            schema.insert(keyword.into(), value);
            if kind == "array" {
                schema.insert("items".into(), json!({}));
            }
            Value::from(schema)
        };
        match self.profile() {
            _ if filled => node.refuse(keyword, value, rule),
            Profile::Draft202012 | Profile::Draft07 => node.also(json!({
                "if": bounded(least, 1.into()),
                "then": bounded(keyword, value),
                CODE: rule.id,
            })),
            Profile::Zod => {
                let mut any = vec![bounded(most, 0.into()), bounded(keyword, value)];
                any.extend(null.then(|| json!({ "type": "null" })));
                node.also(json!({ "anyOf": any, CODE: rule.id }))
            }
            Profile::Types => {
                self.cannot(row, rule, NO_CONDITIONS);
                node
            }
        }
    }

    pub(super) fn choice(
        &mut self,
        choices: &'static [Choice],
        rules: Rules,
        null: bool,
        path: &str,
    ) -> Node {
        let node = Node::of("string", null, &shape::WRONG_TYPE);
        let own = rules.limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
        let basis = own.map_or(rules.shape, |limit| limit.basis);
        let known = choices.iter().map(|choice| (choice.value, choice.doc));
        let empty = rules.presence == Presence::Optional;
        let (all, docs) = values(known, empty, null);
        let open = !is_error(basis);
        let unread = self.unread(path);
        if open || unread.is_some() {
            if unread.is_some() && !open && !self.profile().has_conditions() {
                self.cannot(self.row(path, aspect::ONE_OF), &rules::NOT_ALLOWED, NO_CONDITIONS);
            }
            // The values are named, none is refused.
            let kind = types("string", null);
            let named = json!({ "type": kind, "enum": all, "enumDescriptions": docs });
            let any = |rest: Value| json!([named, rest]);
            return match (is_error(rules.shape), self.profile().has_conditions()) {
                (true, true) => node.keyword("anyOf", any(json!({ "type": kind }))),
                (true, false) => {
                    Node::any().refuse("anyOf", any(json!({ "type": kind })), &shape::WRONG_TYPE)
                }
                (false, _) => Node::any().keyword("anyOf", any(json!({}))),
            };
        }
        let node = node.refuse("enum", all, &rules::NOT_ALLOWED).note("enumDescriptions", docs);
        self.settled(node, "string", is_error(rules.shape))
    }

    /// When the field of this path is not even read: its closed set is not enforced then.
    fn unread(&self, path: &str) -> Option<&'static When> {
        self.top().constraints.iter().find_map(|constraint| match &constraint.check {
            Check::Unread { path: at, when } if at.to_string() == path => Some(when),
            _ => None,
        })
    }

    pub(super) fn number(&mut self, kind: &Kind, rules: Rules, null: bool) -> Node {
        let name = if matches!(kind, Kind::Integer) { "integer" } else { "number" };
        let mut node = Node::of(name, null, &shape::WRONG_TYPE);
        for limit in rules.limits.iter().filter(|limit| is_error(limit.basis)) {
            let Some(range) = limit.bound.value() else { continue };
            if let Some(min) = range.min {
                node = node.refuse("minimum", plain_number(min), &rules::OUT_OF_RANGE);
            }
            if let Some(max) = range.max {
                node = node.refuse("maximum", plain_number(max), &rules::OUT_OF_RANGE);
            }
        }
        self.settled(node, name, is_error(rules.shape))
    }

    pub(super) fn numeric_id(&self, sure: bool, null: bool) -> Node {
        let digits = if self.profile().has_conditions() {
            json!({ "type": "string", "minLength": 1, "not": { "type": "string", "pattern": "[^0-9]" } })
        } else {
            json!({ "type": "string", "pattern": "^[0-9]+$" })
        };
        let mut any = vec![json!({ "type": "integer" }), digits];
        any.extend(null.then(|| json!({ "type": "null" })));
        if sure {
            Node::any().refuse("anyOf", any, &rules::NOT_AN_ID)
        } else {
            any.push(json!({}));
            Node::any().keyword("anyOf", any)
        }
    }
}

/// Whole where it can be: `0`, not `0.0`.
fn plain_number(value: f64) -> Value {
    // The cast is exact below 2^53.
    if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).into() } else { value.into() }
}

/// A closed set with what is let pass beside it, and a word on each value.
pub(super) fn values(
    known: impl Iterator<Item = (&'static str, &'static str)>,
    empty: bool,
    null: bool,
) -> (Vec<Value>, Vec<Value>) {
    const NOT_SENT: &str = "Counts as not sent.";
    let (mut all, mut docs) = (Vec::new(), Vec::new());
    for (value, doc) in known {
        all.push(value.into());
        docs.push(doc.into());
    }
    if empty {
        all.push("".into());
        docs.push(NOT_SENT.into());
    }
    if null {
        all.push(Value::Null);
        docs.push(NOT_SENT.into());
    }
    (all, docs)
}
