//! One policy file: its text, the schemas in it, and where they stand.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use jsonschema::Draft;
use jsonschema::error::{TypeKind, ValidationErrorKind as Broken};
use kling_schema::Severity;
use serde_json::Value;

use super::keywords;
use super::sentence::one_of_type;
use crate::alike;
use crate::check::trail::escaped;
use crate::error::LintError;
use crate::load::Loaded;
use crate::message;
use crate::place::Places;
use crate::printable::{quoted, shorten, ticked};
use crate::read::{self, JsonKind, Node};

/// Bytes of one policy file.
pub(super) const LARGEST: u64 = 1 << 20;
/// How deep a policy may be nested.
const DEEPEST: usize = 64;

/// How like a keyword must be to be meant.
const ALIKE: f64 = 0.75;

/// Keywords that hold one schema.
const ONE: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords that hold a list of schemas.
const LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
/// Keywords that hold schemas by name.
const NAMED: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];
/// The other keywords of both drafts.
const OTHERS: [&str; 38] = [
    "$anchor",
    "$comment",
    "$dynamicAnchor",
    "$id",
    "$ref",
    "$schema",
    "$vocabulary",
    "const",
    "contentEncoding",
    "contentMediaType",
    "default",
    "dependentRequired",
    "deprecated",
    "description",
    "enum",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "x-message",
];

/// A policy file that was read.
#[derive(Debug)]
pub(super) struct Source {
    /// The file as it was named; none if the policy was handed over as a value.
    pub(super) name: String,
    pub(super) is_file: bool,
    text: Vec<u8>,
    pub(super) draft: Draft,
    pub(super) value: Value,
    /// The schemas in it, by pointer.
    pub(super) schemas: HashMap<String, Schema>,
    /// Pointers by anchor.
    pub(super) anchors: HashMap<String, String>,
    /// The line of each keyword, by its pointer.
    pub(super) lines: HashMap<String, u64>,
    /// What it calls itself.
    pub(super) id: Option<String>,
}

/// A schema within a file.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// Pointers of the schemas it applies.
    pub(super) applies: Vec<String>,
    pub(super) reference: Option<Reference>,
}

/// `$ref`.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub(super) text: String,
    pub(super) span: Range<u32>,
}

impl Source {
    pub(super) fn read(name: String, is_file: bool, text: Vec<u8>) -> Result<Self, LintError> {
        let mut source = Source {
            name,
            is_file,
            text,
            draft: Draft::Draft202012,
            value: Value::Null,
            schemas: HashMap::new(),
            anchors: HashMap::new(),
            lines: HashMap::new(),
            id: None,
        };
        let text = std::mem::take(&mut source.text);
        let fault = source.fill(&text);
        source.text = text;
        match fault {
            Ok(()) => Ok(source),
            Err(Fault { span, message }) => Err(source.refuse(&span, message)),
        }
    }

    /// A policy that cannot be used, because of what stands here.
    pub(super) fn refuse(&self, span: &Range<u32>, message: String) -> LintError {
        let loaded = Loaded::from_bytes(&self.text);
        let placed = Places::new(&loaded).resolve(std::slice::from_ref(span));
        let place = placed.first().map(|placed| placed.start).filter(|_| self.is_file);
        LintError::Policy { policy: self.name.clone(), place, message }
    }

    /// Where the keyword stands: `policy.json:12`.
    pub(super) fn place(&self, pointer: &str) -> String {
        match self.lines.get(pointer) {
            Some(line) if self.is_file => format!("{}:{line}", self.name),
            _ if pointer.is_empty() => self.name.clone(),
            _ => format!("{}, at {pointer}", self.name),
        }
    }

    fn fill(&mut self, text: &[u8]) -> Result<(), Fault> {
        let loaded = Loaded::from_bytes(text);
        let mut drafts = Vec::new();
        let document = read::read(&loaded, &mut drafts);
        if let Some(draft) = drafts
            .into_iter()
            .filter(|draft| draft.basis.severity == Severity::Error)
            .min_by_key(|draft| draft.span.start)
        {
            let message = message::fill(draft.rule.message, &draft.params);
            return Err(Fault::new(draft.span, format!("no JSON: {message}")));
        }
        let Some(document) = document else {
            return Err(Fault::new(0..0, "the policy is empty".into()));
        };
        let root = document.root();
        if !matches!(root.kind(), JsonKind::Object | JsonKind::Bool) {
            let message = "a policy is a JSON Schema: an object".into();
            return Err(Fault::new(root.span(), message));
        }
        let read = super::instance::value(root);
        self.value = read.ok_or_else(|| Fault::new(root.span(), "no JSON".into()))?.value;
        self.draft = draft(root)?;
        let mut ranges = Vec::new();
        let mut pointers = Vec::new();
        let spans = self.walk(root, &mut pointers, &mut ranges)?;
        let placed = Places::new(&loaded).resolve(&ranges);
        self.lines =
            pointers.into_iter().zip(placed.iter().map(|placed| placed.start.line)).collect();
        self.meta(&spans)?;
        // The name it gives itself would turn references into addresses.
        if let Value::Object(map) = &mut self.value {
            map.shift_remove("$id");
        }
        Ok(())
    }

    /// Visits every schema, and tells where each value stands.
    fn walk(
        &mut self,
        root: Node<'_>,
        pointers: &mut Vec<String>,
        ranges: &mut Vec<Range<u32>>,
    ) -> Result<HashMap<String, Range<u32>>, Fault> {
        let mut spans = HashMap::new();
        let mut ahead = vec![(String::new(), root, Role::Schema, 0)];
        while let Some((pointer, node, role, depth)) = ahead.pop() {
            if depth > DEEPEST {
                let message = format!("a policy may be nested {DEEPEST} levels deep");
                return Err(Fault::new(node.span(), message));
            }
            if node.text().is_some_and(|text| text.raw().len() > super::instance::WHOLE) {
                return Err(Fault::new(node.span(), "no text may have more than 64 KiB".into()));
            }
            spans.insert(pointer.clone(), node.span());
            for (index, item) in node.items().enumerate() {
                let role = role.inner(item);
                ahead.push((format!("{pointer}/{index}"), item, role, depth + 1));
            }
            let mut schema = Schema::default();
            let mut keys = HashSet::new();
            for member in node.members() {
                let Some(key) = member.key.text().map(|text| text.to_str()) else { continue };
                let place = format!("{pointer}/{}", escaped(&key));
                let mut inner = role.inner(member.value);
                if role == Role::Schema {
                    inner = Role::of(&key, member.value);
                    pointers.push(place.clone());
                    ranges.push(member.key.span());
                    self.keyword(&pointer, &key, member.key, member.value, &mut schema)?;
                    if !matches!(key.as_ref(), "$defs" | "definitions" | "contentSchema") {
                        schema.applies.extend(applied(&place, inner, member.value));
                    }
                }
                if !keys.insert(key.clone()) {
                    let message = format!("the key {} stands twice", quoted(&key));
                    return Err(Fault::new(member.key.span(), message));
                }
                ahead.push((place, member.value, inner, depth + 1));
            }
            if role == Role::Schema {
                self.schemas.insert(pointer, schema);
            }
        }
        Ok(spans)
    }

    /// What one keyword must not be, whatever the draft says.
    fn keyword(
        &mut self,
        pointer: &str,
        key: &str,
        at: Node<'_>,
        value: Node<'_>,
        schema: &mut Schema,
    ) -> Result<(), Fault> {
        let text = value.text().map(|text| text.to_str().into_owned());
        match (key, text) {
            ("$ref", Some(text)) => {
                schema.reference = Some(Reference { text, span: value.span() });
            }
            ("$anchor", Some(text)) => {
                self.anchors.insert(text, pointer.to_owned());
            }
            ("$id", Some(text)) if pointer.is_empty() => {
                self.id = Some(text.trim_end_matches('#').to_owned());
            }
            ("$id", Some(_)) => {
                let message = "`$id` may stand at the top only; \
                               refer to schemas within the file as `#/$defs/…`";
                return Err(Fault::new(at.span(), message.into()));
            }
            ("$dynamicRef" | "$recursiveRef", _) => {
                let message = format!("`{key}` is not taken in a policy; use `$ref`");
                return Err(Fault::new(at.span(), message));
            }
            ("pattern", Some(text)) => self.pattern(&text, value)?,
            ("patternProperties", _) => {
                for member in value.members() {
                    if let Some(text) = member.key.text() {
                        self.pattern(&text.to_str(), member.key)?;
                    }
                }
            }
            ("format", Some(text)) if !keywords::is_format(self.draft, &text) => {
                let message = format!(
                    "no format is called {}; some are `uri`, `date-time`, `uuid` and `email`",
                    quoted(&text)
                );
                return Err(Fault::new(value.span(), message));
            }
            _ => misspelt(key, at)?,
        }
        Ok(())
    }

    fn pattern(&self, pattern: &str, at: Node<'_>) -> Result<(), Fault> {
        if keywords::is_pattern(self.draft, pattern) {
            return Ok(());
        }
        let message = format!(
            "the pattern {} cannot be used: it is malformed, too large, or looks around or back \
             (`(?=…)`, `\\1`), which can take forever",
            quoted(pattern)
        );
        Err(Fault::new(at.span(), message))
    }

    /// Is it a schema, as its draft has it?
    fn meta(&self, spans: &HashMap<String, Range<u32>>) -> Result<(), Fault> {
        let judged = match self.draft {
            Draft::Draft7 => jsonschema::draft7::meta::validate(&self.value),
            _ => jsonschema::draft202012::meta::validate(&self.value),
        };
        let Err(error) = judged else { return Ok(()) };
        let pointer = error.instance_path().as_str();
        let span = spans.get(pointer).cloned().unwrap_or(0..1);
        let keyword = pointer.rsplit('/').next().unwrap_or_default();
        let subject = match keyword {
            "" => "the policy".to_owned(),
            keyword => ticked(keyword),
        };
        let what = match error.kind() {
            Broken::Type { kind: TypeKind::Single(kind) } => {
                format!("{subject} must be {}", one_of_type(&kind.to_string()))
            }
            _ => {
                let what = error.masked_with("the value").to_string();
                format!("{subject} is wrong: {}", shorten(&what))
            }
        };
        Err(Fault::new(span, format!("no JSON Schema: {what}")))
    }
}

/// Why a file cannot be used, and where.
struct Fault {
    span: Range<u32>,
    message: String,
}

impl Fault {
    fn new(span: Range<u32>, message: String) -> Self {
        Fault { span, message }
    }
}

/// The draft that the schema names.
fn draft(root: Node<'_>) -> Result<Draft, Fault> {
    let named = root
        .members()
        .filter(|member| member.key.text().is_some_and(|key| key.is("$schema")))
        .last();
    let Some(named) = named else { return Ok(Draft::Draft202012) };
    let text = named.value.text().map(|text| text.to_str().into_owned()).unwrap_or_default();
    let plain = text.trim_end_matches('#');
    let plain = plain.strip_prefix("https://").or(plain.strip_prefix("http://"));
    match plain {
        Some("json-schema.org/draft/2020-12/schema") => Ok(Draft::Draft202012),
        Some("json-schema.org/draft-07/schema") => Ok(Draft::Draft7),
        _ => {
            let message = "`$schema` must be \"https://json-schema.org/draft/2020-12/schema\" or \
                           \"http://json-schema.org/draft-07/schema#\"";
            Err(Fault::new(named.value.span(), message.into()))
        }
    }
}

/// What a value within a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Schema,
    /// A list of schemas, or schemas by name.
    Schemas,
    Plain,
}

impl Role {
    /// What the value of a keyword is.
    fn of(key: &str, value: Node<'_>) -> Self {
        match value.kind() {
            JsonKind::Array if LIST.contains(&key) => Role::Schemas,
            JsonKind::Object if NAMED.contains(&key) => Role::Schemas,
            JsonKind::Object | JsonKind::Bool if ONE.contains(&key) => Role::Schema,
            _ => Role::Plain,
        }
    }

    /// What a part of this is.
    fn inner(self, part: Node<'_>) -> Self {
        let may = matches!(part.kind(), JsonKind::Object | JsonKind::Bool);
        if self == Role::Schemas && may { Role::Schema } else { Role::Plain }
    }
}

/// Pointers of the schemas that a keyword applies.
fn applied(place: &str, role: Role, value: Node<'_>) -> Vec<String> {
    match role {
        Role::Plain => Vec::new(),
        Role::Schema => vec![place.to_owned()],
        Role::Schemas => {
            let items = value.items().enumerate();
            let items = items.map(|(index, item)| (index.to_string(), item));
            let named = value
                .members()
                .filter_map(|member| Some((escaped(&member.key.text()?.to_str()), member.value)));
            items
                .chain(named)
                .filter(|(_, part)| role.inner(*part) == Role::Schema)
                .map(|(step, _)| format!("{place}/{step}"))
                .collect()
        }
    }
}

/// A keyword that nobody knows judges nothing: one letter off, and a rule is silently gone.
fn misspelt(key: &str, at: Node<'_>) -> Result<(), Fault> {
    let known = || ONE.into_iter().chain(LIST).chain(NAMED).chain(OTHERS);
    if key.starts_with("x-") || known().any(|one| one == key) {
        return Ok(());
    }
    let candidates = known().map(|one| (strsim::normalized_damerau_levenshtein(one, key), one));
    match alike::nearest(candidates, ALIKE) {
        Some(meant) => {
            let message = format!(
                "no keyword is called {}; did you mean `{meant}`? (your own begin with `x-`)",
                quoted(key)
            );
            Err(Fault::new(at.span(), message))
        }
        None => Ok(()),
    }
}
