//! One object as JSON Schema: its keys, their values, the bounds on them.
//!
//! Mirrors how the linter checks one value; rules across fields are in `across`.

use serde_json::{Map, Value, json};

use super::node::{CODE, Node};
use super::{Profile, Unexported};
use crate::aspect::End;
use crate::rows::{self, Row};
use crate::rules::{Rule, document, shape, value as rules};
use crate::source::{Basis, Severity};
use crate::table::{Bound, Field, Kind, KnownKey, Limit, MediaClass, Object, Presence};

/// An object on its way out.
pub(super) struct Export {
    object: &'static Object,
    profile: Profile,
    closed: bool,
    pub(super) rows: Vec<Row>,
    pub(super) unexported: Vec<Unexported>,
}

/// What a field says of a value, or of each item of it.
#[derive(Clone, Copy)]
pub(super) struct Rules {
    pub(super) presence: Presence,
    pub(super) shape: Basis,
    pub(super) limits: &'static [Limit],
    pub(super) each: &'static [Limit],
}

/// Only what is an error by default is asserted.
pub(super) fn is_error(basis: Basis) -> bool {
    basis.severity == Severity::Error
}

pub(super) const NO_CONDITIONS: &str = "this profile has no conditions";

/// Names the keys of an object in every part of a rule about it.
fn close(rule: &mut Value, names: &Value) {
    let Value::Object(rule) = rule else { return };
    for keyword in ["allOf", "anyOf"] {
        if let Some(Value::Array(parts)) = rule.get_mut(keyword) {
            parts.iter_mut().for_each(|part| close(part, names));
        }
    }
    if rule.get("type").is_some_and(|kind| kind == "object") {
        rule.insert("propertyNames".into(), names.clone());
    }
}

impl Export {
    pub(super) fn new(object: &'static Object, profile: Profile, closed: bool) -> Self {
        Export { object, profile, closed, rows: rows::rows(object), unexported: Vec::new() }
    }

    pub(super) fn profile(&self) -> Profile {
        self.profile
    }

    pub(super) fn top(&self) -> &'static Object {
        self.object
    }

    /// The name of a row.
    pub(super) fn row(&self, path: &str, aspect: &str) -> String {
        let name = self.object.name;
        if path.is_empty() { format!("{name}/{aspect}") } else { format!("{name}/{path}/{aspect}") }
    }

    /// Notes that the schema does not say this.
    pub(super) fn cannot(&mut self, constraint: String, rule: &'static Rule, reason: &'static str) {
        let entry = Unexported { constraint, rule, reason };
        if !self.unexported.contains(&entry) {
            self.unexported.push(entry);
        }
    }

    /// The whole document.
    pub(super) fn root(&mut self) -> Value {
        let body = self.body();
        let mut root = self.preamble(self.closed);
        if let Value::Object(body) = body {
            root.extend(body);
        }
        if let Some(example) = self.example() {
            root.insert("examples".into(), json!([example]));
        }
        let listed = self.listed();
        root.insert("x-kling-unexported".into(), listed);
        root.into()
    }

    /// The object with its rules across fields, without what belongs to a document.
    pub(super) fn body(&mut self) -> Value {
        let object = self.object;
        let mut node = self.object(object, "", Node::of("object", false, &document::NOT_AN_OBJECT));
        let names = node.value_of("propertyNames").cloned();
        for mut branch in self.across() {
            if let Some(names) = &names {
                close(&mut branch, names);
            }
            node = node.also(branch);
        }
        self.about_object(node, object, "").into_value()
    }

    /// The keys of an object.
    fn object(&mut self, object: &'static Object, path: &str, mut node: Node) -> Node {
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut asserts = false;
        for field in object.fields {
            if is_required(field.presence) {
                required.push(Value::from(field.key));
            }
            let at =
                if path.is_empty() { field.key.into() } else { format!("{path}.{}", field.key) };
            let property = self.field(field, &at);
            asserts |= property.asserts();
            properties.insert(field.key.into(), property.into_value());
        }
        if self.closed {
            let known = object.known.iter().filter(|known| known.basis.severity == Severity::Info);
            for known in known {
                let what = match known.what {
                    KnownKey::Upstream => "Documented by Kling for this route, not by this page.",
                    KnownKey::Editor => "The editor's own; not part of the request.",
                    KnownKey::Alias { .. } | KnownKey::Legacy { .. } => "Another spelling.",
                };
                properties.insert(known.key.into(), json!({ "description": what }));
            }
        }
        if !required.is_empty() {
            node = node.refuse("required", required, &shape::MISSING_FIELD);
        }
        let names: Vec<&String> = properties.keys().collect();
        let names = json!({ "type": "string", "enum": names });
        node = node.keyword("properties", properties).asserting(asserts);
        match self.profile() {
            _ if !self.closed => node,
            // zod lets a key pass that one branch of `allOf` lets pass: see `close`.
            Profile::Zod => node.refuse("propertyNames", names, &shape::UNKNOWN_FIELD),
            Profile::Draft202012 | Profile::Draft07 | Profile::Types => {
                node.refuse("additionalProperties", false, &shape::UNKNOWN_FIELD)
            }
        }
    }

    fn field(&mut self, field: &'static Field, path: &str) -> Node {
        let rules = Rules {
            presence: field.presence,
            shape: field.shape,
            limits: field.limits,
            each: field.each,
        };
        let null = field.nullable || !is_required(field.presence);
        let mut node = self.value(&field.kind, rules, null, path);
        if !null && node.has_type() {
            node = node.null_breaks(&shape::MISSING_FIELD);
        } else if !null {
            let rule = &shape::MISSING_FIELD;
            node = if self.profile.has_conditions() {
                node.refuse("not", json!({ "type": "null" }), rule)
            } else {
                let others: Vec<&str> = TYPES.into_iter().filter(|kind| *kind != "null").collect();
                node.also(json!({ "allOf": [one_of_types(&others)], CODE: rule.id }))
            };
        }
        self.about_field(node, field, path)
    }

    /// A value of this kind; `null` says whether that is let pass.
    fn value(&mut self, kind: &'static Kind, rules: Rules, null: bool, path: &str) -> Node {
        let sure = is_error(rules.shape);
        match kind {
            Kind::Any => Node::any(),
            Kind::Bool => plain("boolean", sure, null),
            Kind::Text => self.text(rules, null, path),
            Kind::Choice(choices) => self.choice(choices, rules, null, path),
            Kind::Number | Kind::Integer => self.number(kind, rules, null),
            Kind::NumericId => self.numeric_id(sure, null),
            Kind::List(each) => self.list(each, rules, null, path),
            Kind::Object(object) => {
                let basis = object.shape.unwrap_or(rules.shape);
                let node = self.object(object, path, Node::of("object", null, &shape::WRONG_TYPE));
                let node = self.about_object(node, object, path);
                self.settled(node, "object", is_error(basis))
            }
            Kind::Media(_) => {
                let mut node = Node::of("string", null, &shape::WRONG_TYPE);
                if is_required(rules.presence) {
                    node = node.refuse("minLength", 1, &shape::MISSING_FIELD);
                }
                node = self.form(node, rules.limits, null, path);
                self.unsaid(rules.limits, path);
                self.settled(node, "string", sure)
            }
            Kind::Either { usual, tolerated } => self.either(usual, tolerated, rules, null, path),
        }
    }

    /// A typed subschema as it is where another type is an error; else it binds its own type only.
    pub(super) fn settled(&self, node: Node, kind: &'static str, sure: bool) -> Node {
        if sure {
            return node;
        }
        if !node.refuses_beyond_type() {
            return open(node);
        }
        let node = node.into_value();
        if self.profile.has_conditions() {
            return Node::any().keyword("if", empty_of(kind)).keyword("then", node).asserting(true);
        }
        let others = TYPES.into_iter().filter(|other| *other != kind).map(empty_of);
        Node::any()
            .keyword("anyOf", std::iter::once(node).chain(others).collect::<Vec<_>>())
            .asserting(true)
    }

    fn list(&mut self, each: &'static Kind, rules: Rules, null: bool, path: &str) -> Node {
        let mut node = Node::of("array", null, &shape::WRONG_TYPE);
        let inner = Rules {
            presence: Presence::Required(rules.shape),
            shape: rules.shape,
            limits: rules.each,
            each: &[],
        };
        let item = self.value(each, inner, false, &format!("{path}[]"));
        let item = self.about_item(item, each, rules.each, &format!("{path}[]"));
        node = node.child("items", item);
        // An empty optional list counts as absent.
        let filled = rules.presence != Presence::Optional;
        for limit in rules.limits.iter().filter(|limit| is_error(limit.basis)) {
            let Bound::Items(range) = limit.bound else { continue };
            let least = if filled { 0 } else { 1 };
            if let Some(min) = range.min.filter(|min| *min > least) {
                let row = self.row(path, limit.bound.aspect(End::Min));
                let keyword = ("minItems", min.into());
                node =
                    self.filled(node, "array", null, filled, keyword, &rules::TOO_FEW_ITEMS, row);
            }
            if let Some(max) = range.max {
                node = node.refuse("maxItems", max, &rules::TOO_MANY_ITEMS);
            }
        }
        self.settled(node, "array", is_error(rules.shape))
    }

    /// The usual shape, or the tolerated one.
    fn either(
        &mut self,
        usual: &'static Kind,
        tolerated: &'static Kind,
        rules: Rules,
        null: bool,
        path: &str,
    ) -> Node {
        let usual_types = json_types(usual);
        let tolerated_types: Vec<&str> =
            json_types(tolerated).into_iter().filter(|it| !usual_types.contains(it)).collect();
        let expected = self.value(usual, rules, null, path);
        if tolerated_types.is_empty() {
            return expected;
        }
        let single = match usual {
            Kind::List(each) => {
                let rules = Rules { limits: rules.each, each: &[], ..rules };
                self.value(each, rules, false, &format!("{path}[]"))
            }
            _ => match tolerated.media().and_then(|class| media_field(usual.object()?, class)) {
                Some(media) => {
                    let rules = Rules { presence: media.presence, limits: media.limits, ..rules };
                    self.value(tolerated, rules, false, &format!("{path}.{}", media.key))
                }
                None => self.value(tolerated, rules, false, path),
            },
        };
        let asserts = expected.asserts() || single.asserts();
        if !asserts {
            return expected;
        }
        let single = if single.has_type() {
            single
        } else if let [only] = tolerated_types.as_slice() {
            let typed = Node::of(only, false, &shape::WRONG_TYPE);
            if single.asserts() { single.refuse("type", *only, &shape::WRONG_TYPE) } else { typed }
        } else {
            single
        };
        let strict = expected.has_type();
        let (expected, single) = (expected.into_value(), single.into_value());
        if self.profile.has_conditions() {
            return Node::any()
                .keyword("if", one_of_types(&tolerated_types))
                .keyword("then", single)
                .keyword("else", expected)
                .asserting(true);
        }
        if strict {
            return Node::any().refuse("anyOf", json!([expected, single]), &shape::WRONG_TYPE);
        }
        // Each binds its own types only.
        let others: Vec<&str> =
            TYPES.into_iter().filter(|other| !tolerated_types.contains(other)).collect();
        Node::any().also(expected).also(json!({ "anyOf": [single, one_of_types(&others)] }))
    }
}

/// Every JSON type; `integer` is a `number`.
const TYPES: [&str; 6] = ["string", "number", "boolean", "array", "object", "null"];

/// Anything of these types.
fn one_of_types(types: &[&str]) -> Value {
    match types {
        [one] => empty_of(one),
        _ => json!({ "anyOf": types.iter().map(|kind| empty_of(kind)).collect::<Vec<_>>() }),
    }
}

/// Missing and `null` are errors.
pub(super) fn is_required(presence: Presence) -> bool {
    matches!(presence, Presence::Required(basis) if is_error(basis))
}

fn plain(kind: &str, sure: bool, null: bool) -> Node {
    let node = Node::of(kind, null, &shape::WRONG_TYPE);
    if sure { node } else { open(node) }
}

/// Anything, though this is meant: editors, forms and code generators still read it.
pub(super) fn open(meant: Node) -> Node {
    Node::any().keyword("anyOf", json!([meant.into_value(), {}]))
}

/// Anything of this type.
fn empty_of(kind: &str) -> Value {
    if kind == "array" { json!({ "type": kind, "items": {} }) } else { json!({ "type": kind }) }
}

/// The JSON types of a kind, as the linter tells tolerated shapes apart.
pub(super) fn json_types(kind: &Kind) -> Vec<&'static str> {
    match kind {
        Kind::Any => TYPES.to_vec(),
        Kind::Bool => vec!["boolean"],
        Kind::Text | Kind::Choice(_) | Kind::Media(_) => vec!["string"],
        Kind::Number | Kind::Integer => vec!["number"],
        Kind::NumericId => vec!["number", "string"],
        Kind::List(_) => vec!["array"],
        Kind::Object(_) => vec!["object"],
        Kind::Either { usual, tolerated } => {
            let mut all = json_types(usual);
            all.extend(json_types(tolerated));
            all
        }
    }
}

/// The field of an item that holds its media.
fn media_field(object: &'static Object, class: MediaClass) -> Option<&'static Field> {
    object.fields.iter().find(|field| field.kind.media() == Some(class))
}
