//! One object as JSON Schema: its keys, their values, the bounds on them.
//!
//! Mirrors how the linter checks one value; rules across fields are in `across`.

use serde_json::{Map, Value, json};

use super::node::{CODE, Node, types};
use super::{Profile, Unexported};
use crate::aspect::{self, End};
use crate::rows::{self, Row};
use crate::rules::{Rule, across, document, media, models, shape, value as rules};
use crate::source::{Basis, Severity};
use crate::table::{
    Bound, Check, Choice, Field, Kind, KnownKey, Limit, MediaClass, Object, Presence, When,
};

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
    presence: Presence,
    shape: Basis,
    limits: &'static [Limit],
    each: &'static [Limit],
}

/// Only what is an error by default is asserted.
pub(super) fn is_error(basis: Basis) -> bool {
    basis.severity == Severity::Error
}

/// Why nothing that files hold is said.
pub(super) const CONTENT: &str = "what a file holds is not in the request's text";
const OTHER_REQUESTS: &str = "it compares requests, and a schema sees one";
const NO_CONDITIONS: &str = "this profile has no conditions";

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
        let listed = self.listed();
        root.insert("x-kling-unexported".into(), listed);
        root.into()
    }

    /// The object with its rules across fields, without what belongs to a document.
    pub(super) fn body(&mut self) -> Value {
        let object = self.object;
        let mut node = self.object(object, "", Node::of("object", false, &document::NOT_AN_OBJECT));
        for branch in self.across() {
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
        node = node.keyword("properties", properties).asserting(asserts);
        if self.closed {
            node = node.refuse("additionalProperties", false, &shape::UNKNOWN_FIELD);
        }
        node
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
        if !null && !node.has_type() {
            node = node.refuse("not", json!({ "type": "null" }), &shape::MISSING_FIELD);
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
    fn settled(&self, node: Node, kind: &'static str, sure: bool) -> Node {
        if sure {
            return node;
        }
        if !node.refuses_beyond_type() {
            return Node::any();
        }
        let node = node.into_value();
        if self.profile.has_conditions() {
            return Node::any()
                .keyword("if", json!({ "type": kind }))
                .keyword("then", node)
                .asserting(true);
        }
        let others = ["string", "number", "boolean", "array", "object", "null"];
        let others = others.into_iter().filter(|other| *other != kind).map(empty_of);
        Node::any()
            .keyword("anyOf", std::iter::once(node).chain(others).collect::<Vec<_>>())
            .asserting(true)
    }

    fn text(&mut self, rules: Rules, null: bool, path: &str) -> Node {
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
    fn filled(
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
        match self.profile {
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

    fn choice(&mut self, choices: &'static [Choice], rules: Rules, null: bool, path: &str) -> Node {
        let node = Node::of("string", null, &shape::WRONG_TYPE);
        let own = rules.limits.iter().find(|limit| matches!(limit.bound, Bound::Choices));
        let basis = own.map_or(rules.shape, |limit| limit.basis);
        let known = choices.iter().map(|choice| (choice.value, choice.doc));
        let empty = rules.presence == Presence::Optional;
        let (all, docs) = values(known, empty, null);
        let open = !is_error(basis);
        let unread = self.unread(path);
        if open || unread.is_some() {
            if unread.is_some() && !open && !self.profile.has_conditions() {
                self.cannot(self.row(path, aspect::ONE_OF), &rules::NOT_ALLOWED, NO_CONDITIONS);
            }
            // The values are named, none is refused.
            let kind = types("string", null);
            let any = json!([
                { "type": kind, "enum": all, "enumDescriptions": docs },
                { "type": kind },
            ]);
            return if is_error(rules.shape) { node.keyword("anyOf", any) } else { Node::any() };
        }
        let node = node.refuse("enum", all, &rules::NOT_ALLOWED).note("enumDescriptions", docs);
        self.settled(node, "string", is_error(rules.shape))
    }

    /// When the field of this path is not even read: its closed set is not enforced then.
    pub(super) fn unread(&self, path: &str) -> Option<&'static When> {
        self.object.constraints.iter().find_map(|constraint| match &constraint.check {
            Check::Unread { path: at, when } if at.to_string() == path => Some(when),
            _ => None,
        })
    }

    fn number(&mut self, kind: &Kind, rules: Rules, null: bool) -> Node {
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

    fn numeric_id(&self, sure: bool, null: bool) -> Node {
        if !sure {
            return Node::any();
        }
        let digits = if self.profile.has_conditions() {
            json!({ "type": "string", "minLength": 1, "not": { "type": "string", "pattern": "[^0-9]" } })
        } else {
            json!({ "type": "string", "pattern": "^[0-9]+$" })
        };
        let mut any = vec![json!({ "type": "integer" }), digits];
        any.extend(null.then(|| json!({ "type": "null" })));
        Node::any().refuse("anyOf", any, &rules::NOT_AN_ID)
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
        let (strict, asserts) = (expected.has_type(), expected.asserts() || single.asserts());
        let single = if single.has_type() {
            single
        } else if let [only] = tolerated_types.as_slice() {
            single.keyword("type", *only)
        } else {
            single
        };
        let (expected, single) = (expected.into_value(), single.into_value());
        if self.profile.has_conditions() {
            let guard: Vec<Value> =
                tolerated_types.iter().map(|it| json!({ "type": it })).collect();
            let guard = match guard.as_slice() {
                [one] => one.clone(),
                _ => json!({ "anyOf": guard }),
            };
            return Node::any()
                .keyword("if", guard)
                .keyword("then", single)
                .keyword("else", expected)
                .asserting(asserts);
        }
        if strict {
            Node::any().refuse("anyOf", [expected, single].to_vec(), &shape::WRONG_TYPE)
        } else {
            Node::any()
        }
    }

    /// Bounds of a media that no text tells.
    fn unsaid(&mut self, limits: &'static [Limit], path: &str) {
        for limit in limits.iter().filter(|limit| is_error(limit.basis)) {
            let rules: &[(End, &'static Rule)] = match limit.bound {
                Bound::Formats(_) => &[(End::Max, &media::WRONG_FORMAT)],
                Bound::Bytes(_) => &[(End::Max, &media::TOO_MANY_BYTES)],
                Bound::Edge(_) => {
                    &[(End::Min, &media::TOO_FEW_PIXELS), (End::Max, &media::TOO_MANY_PIXELS)]
                }
                Bound::Ratio(_) => &[(End::Max, &media::BAD_RATIO)],
                Bound::Seconds(_) => {
                    &[(End::Min, &media::TOO_SHORT_VIDEO), (End::Max, &media::TOO_LONG_VIDEO)]
                }
                Bound::FramesPerSecond(_) => {
                    &[(End::Min, &media::BAD_FRAME_RATE), (End::Max, &media::BAD_FRAME_RATE)]
                }
                Bound::Chars(_)
                | Bound::Names(_)
                | Bound::OtherNames(_)
                | Bound::TakenUpstream(_)
                | Bound::Choices
                | Bound::Value(_)
                | Bound::Items(_)
                | Bound::Url
                | Bound::Unique
                | Bound::Forms(_) => &[],
            };
            for (end, rule) in rules {
                let row = self.row(path, limit.bound.aspect(*end));
                if self.rows.iter().any(|known| known.name == row) {
                    self.cannot(row, rule, CONTENT);
                }
            }
        }
    }
}

/// Missing and `null` are errors.
fn is_required(presence: Presence) -> bool {
    matches!(presence, Presence::Required(basis) if is_error(basis))
}

fn plain(kind: &str, sure: bool, null: bool) -> Node {
    if sure { Node::of(kind, null, &shape::WRONG_TYPE) } else { Node::any() }
}

/// Anything of this type.
fn empty_of(kind: &str) -> Value {
    if kind == "array" { json!({ "type": kind, "items": {} }) } else { json!({ "type": kind }) }
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

/// The JSON types of a kind, as the linter tells tolerated shapes apart.
pub(super) fn json_types(kind: &Kind) -> Vec<&'static str> {
    match kind {
        Kind::Any => vec!["string", "number", "boolean", "array", "object", "null"],
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
