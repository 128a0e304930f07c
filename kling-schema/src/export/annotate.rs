//! What a schema says without asserting it: descriptions, hints, media limits, where it comes from.

use serde_json::{Map, Value, json};

use super::Profile;
use super::json_schema::Export;
use super::node::Node;
use crate::aspect;
use crate::rows::Row;
use crate::rules;
use crate::source::Severity;
use crate::table::{Bound, Field, Kind, Limit, Literal, MediaClass, Object};

impl Export {
    /// What stands at the top of a document.
    pub(super) fn preamble(&self, closed: bool) -> Map<String, Value> {
        let (object, profile) = (self.top(), self.profile());
        let closed = if closed { ":closed" } else { "" };
        let mut top = Map::new();
        top.insert("$schema".into(), profile.dialect().into());
        let id = format!("urn:kling-lint:schema:{}:{}{closed}", object.name, profile.name());
        top.insert("$id".into(), id.into());
        top.insert("x-kling-version".into(), env!("CARGO_PKG_VERSION").into());
        if let Some(read) = object.basis.source.read() {
            top.insert("x-kling-facts".into(), read.into());
        }
        top.insert("x-kling-source".into(), object.basis.source.name().into());
        if let Some(endpoint) = object.endpoint {
            let route = format!("{} {}", endpoint.method, endpoint.path);
            top.insert("x-kling-endpoint".into(), route.into());
        }
        top
    }

    /// A good body, as the explanation of some rule has it.
    pub(super) fn example(&self) -> Option<Value> {
        rules::all()
            .filter(|rule| rule.example.endpoint == self.top().name)
            .find_map(|rule| serde_json::from_str(rule.example.good).ok())
    }

    /// What the schema leaves to the linter.
    pub(super) fn listed(&self) -> Value {
        let entries = self.unexported.iter().map(|entry| {
            json!({
                "constraint": entry.constraint,
                "code": entry.rule.id,
                "summary": entry.rule.summary,
                "reason": entry.reason,
            })
        });
        entries.collect()
    }

    /// Name, description and hints of an object.
    pub(super) fn about_object(&self, node: Node, object: &'static Object, path: &str) -> Node {
        let node = node.note("title", object.name);
        let node =
            if object.doc.is_empty() { node } else { node.note("description", plain(object.doc)) };
        let across =
            |row: &&Row| object.constraints.iter().any(|it| self.row(path, it.name) == row.name);
        // The linter checks the rules of the request itself.
        if path.is_empty() { hinted(node, self.rows.iter().filter(across)) } else { node }
    }

    /// Description, default, examples, hints and media limits of a field.
    pub(super) fn about_field(&self, node: Node, field: &'static Field, path: &str) -> Node {
        let rows: Vec<&Row> = self.rows_of(path).collect();
        let mut node = node
            .note("description", description(field.doc, &rows, false))
            .note("markdownDescription", description(field.doc, &rows, true));
        // With a default, zod takes a required key for an optional one, and writes it into the body.
        if let Some(default) = field.default.filter(|_| self.profile() != Profile::Zod) {
            node = node.note("default", literal(default));
        }
        let names: Vec<&str> = field.known_values().collect();
        if field.kind.choices().is_none() && !names.is_empty() {
            node = node.note("examples", names);
        }
        node = hinted(node, rows.into_iter());
        media(node, &field.kind, field.limits)
    }

    /// Hints and media limits of a list's items.
    pub(super) fn about_item(&self, node: Node, kind: &Kind, limits: &[Limit], path: &str) -> Node {
        media(hinted(node, self.rows_of(path)), kind, limits)
    }

    /// The rows of one value, not of what stands inside it.
    fn rows_of(&self, path: &str) -> impl Iterator<Item = &Row> {
        let start = format!("{}/{path}/", self.top().name);
        self.rows.iter().filter(move |row| {
            let rest = row.name.strip_prefix(&start);
            rest.is_some_and(|rest| !rest.contains('/') && rest != aspect::ALIAS)
        })
    }
}

/// Rows that are no errors.
fn hinted<'r>(node: Node, rows: impl Iterator<Item = &'r Row>) -> Node {
    let hints: Vec<Value> = rows
        .filter(|row| row.basis.severity != Severity::Error)
        .map(|row| {
            let mut hint = json!({
                "code": row.rule.id,
                "constraint": row.name,
                "severity": row.basis.severity.word(),
                "tier": row.basis.tier.word(),
                "statement": row.statement,
            });
            if let (Value::Object(hint), Some(note)) = (&mut hint, row.basis.note) {
                hint.insert("note".into(), note.into());
            }
            hint
        })
        .collect();
    if hints.is_empty() { node } else { node.note("x-kling-hints", hints) }
}

/// The doc comment, and a line for each limit.
fn description(doc: &str, rows: &[&Row], markdown: bool) -> String {
    let mut text = if markdown { doc.to_owned() } else { plain(doc) };
    let mut said: Vec<&str> = Vec::new();
    for row in rows {
        let aspect = row.name.rsplit('/').next().unwrap_or_default();
        let told_by_schema = [aspect::TYPE, aspect::REQUIRED, aspect::ONE_OF].contains(&aspect);
        let is_error = row.basis.severity == Severity::Error;
        if told_by_schema && is_error || said.contains(&&*row.statement) {
            continue;
        }
        if said.is_empty() {
            text.push('\n');
        }
        said.push(&row.statement);
        let statement = capitalized(&row.statement);
        let weight = if is_error {
            String::new()
        } else {
            format!(", {} ({})", row.basis.severity.word(), row.basis.tier.word())
        };
        let note = row.basis.note.map(|note| format!(": {note}")).unwrap_or_default();
        let line = if markdown {
            format!("\n* {statement} — `{}` {}{weight}{note}", row.rule.id, row.rule.name)
        } else {
            format!("\n{statement} [{} {}{weight}]{note}", row.rule.id, row.rule.name)
        };
        text.push_str(&line);
    }
    text
}

/// Without Markdown's ticks and line ends inside a paragraph.
fn plain(doc: &str) -> String {
    let paragraphs = doc.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n").replace('`', "")
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

fn literal(literal: Literal) -> Value {
    match literal {
        Literal::Bool(value) => value.into(),
        Literal::Integer(value) => value.into(),
        Literal::Number(value) => value.into(),
        Literal::Text(value) => value.into(),
    }
}

/// The limits of an image or a video, for consumers that can see the file.
fn media(node: Node, kind: &Kind, limits: &[Limit]) -> Node {
    let Some(class) = kind.media() else { return node };
    let mut said = Map::new();
    let mut advisory: Vec<&str> = Vec::new();
    for limit in limits {
        let entries: Vec<(&'static str, Value)> = match limit.bound {
            Bound::Forms(forms) => {
                let url = forms.url.then_some("url");
                let base64 = forms.base64.then_some("base64");
                vec![("forms", url.into_iter().chain(base64).collect())]
            }
            Bound::Formats(formats) => {
                let names = formats.iter().map(|format| format.name().to_lowercase());
                vec![("formats", names.collect())]
            }
            Bound::Bytes(size) => vec![("maxBytes", size.binary().into())],
            Bound::Edge(range) => ends("minEdge", range.min, "maxEdge", range.max),
            Bound::Ratio(range) => vec![(
                "ratio",
                json!([[range.min.width, range.min.height], [range.max.width, range.max.height]]),
            )],
            Bound::Seconds(range) => ends("minSeconds", range.min, "maxSeconds", range.max),
            Bound::FramesPerSecond(range) => {
                ends("minFramesPerSecond", range.min, "maxFramesPerSecond", range.max)
            }
            Bound::Chars(_)
            | Bound::Names(_)
            | Bound::OtherNames(_)
            | Bound::TakenUpstream(_)
            | Bound::Choices
            | Bound::Value(_)
            | Bound::Items(_)
            | Bound::Url
            | Bound::Unique => Vec::new(),
        };
        for (key, value) in entries {
            if limit.basis.severity != Severity::Error {
                advisory.push(key);
            }
            said.insert(key.into(), value);
        }
    }
    if !advisory.is_empty() {
        said.insert("advisory".into(), advisory.into());
    }
    node.note(
        match class {
            MediaClass::Image => "x-kling-image",
            MediaClass::Video => "x-kling-video",
        },
        said,
    )
}

fn ends(
    least: &'static str,
    min: Option<u32>,
    most: &'static str,
    max: Option<u32>,
) -> Vec<(&'static str, Value)> {
    let min = min.map(|value| (least, value.into()));
    let max = max.map(|value| (most, value.into()));
    min.into_iter().chain(max).collect()
}
