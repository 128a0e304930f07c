//! One request's linter and its exported schemas, side by side.

use std::fmt::Write as _;

use kling_lint::Linter;
use kling_schema::export::{Profile, Unexported, json_schema, unexported};
use kling_schema::rules::{Rule, media, shape};
use kling_schema::{Kind, KnownKey, Object, Severity};
use kling_tests::generate::shrink;
use kling_tests::{is_exported, linter};
use serde_json::Value;

/// The drafts that say every rule.
const DRAFTS: [Profile; 2] = [Profile::Draft202012, Profile::Draft07];

/// The linter and the schemas of one request.
pub(crate) struct Judge {
    pub(crate) object: &'static Object,
    linter: Linter,
    /// The same for both drafts.
    left_out: Vec<Unexported>,
    /// Kinds of findings on keys that a closed schema refuses.
    key_rules: Vec<&'static Rule>,
    schemas: Vec<Schema>,
}

struct Schema {
    name: String,
    closed: bool,
    text: Value,
    validator: jsonschema::Validator,
}

/// What the linter says of one document.
struct Said {
    /// Errors of exported constraints: rule and pointer.
    errors: Vec<(&'static Rule, String)>,
    /// Findings on keys that the page does not list.
    keys: Vec<(&'static Rule, String)>,
}

impl Judge {
    pub(crate) fn new(object: &'static Object) -> Self {
        let left_out = unexported(object, DRAFTS[0]);
        assert_eq!(left_out, unexported(object, DRAFTS[1]), "both drafts say the same");
        let mut key_rules =
            vec![&shape::UNKNOWN_FIELD, &shape::MISSPELT_FIELD, &shape::LEGACY_FIELD];
        alias_rules(object, &mut key_rules);
        let schemas = DRAFTS.into_iter().flat_map(|profile| {
            [false, true].map(|closed| {
                let text = json_schema(object, profile, closed).to_value();
                let kind = if closed { "closed" } else { "open" };
                Schema {
                    name: format!("{} {} {kind}", object.name, profile.name()),
                    closed,
                    validator: jsonschema::validator_for(&text).expect("a schema"),
                    text,
                }
            })
        });
        let schemas = schemas.collect();
        Judge { object, linter: linter(object.name), left_out, key_rules, schemas }
    }

    pub(crate) fn all() -> impl Iterator<Item = Judge> {
        kling_schema::endpoints::ENDPOINTS.iter().map(|object| Judge::new(object))
    }

    /// Whether the open schema of the first draft accepts it.
    pub(crate) fn accepts(&self, body: &Value) -> bool {
        self.schemas[0].validator.is_valid(body)
    }

    fn said(&self, body: &Value) -> Said {
        let report = self.linter.lint_value(body);
        let mut said = Said { errors: Vec::new(), keys: Vec::new() };
        for finding in report.findings() {
            let entry = (finding.rule, finding.pointer.clone());
            if self.key_rules.contains(&finding.rule) && finding.severity == Severity::Warning {
                said.keys.push(entry);
            } else if finding.severity == Severity::Error
                && is_exported(&self.left_out, finding, body)
            {
                said.errors.push(entry);
            }
        }
        said
    }

    /// Where linter and schemas part on a document: a sentence.
    pub(crate) fn difference(&self, body: &Value) -> Option<String> {
        let said = self.said(body);
        self.schemas.iter().find_map(|schema| schema.difference(&said, body))
    }

    /// Panics with the smallest document on which they part as they do on this one.
    #[track_caller]
    pub(crate) fn agree_on(&self, body: &Value) {
        if self.difference(body).is_none() {
            return;
        }
        let smallest = shrink(body.clone(), &|body| self.difference(body).is_some());
        let told = self.difference(&smallest).unwrap_or_default();
        panic!("{told}\n  document: {smallest}\n  shrunk from: {body}");
    }
}

impl Schema {
    fn difference(&self, said: &Said, body: &Value) -> Option<String> {
        let keys = if self.closed { &*said.keys } else { &[] };
        let good = said.errors.is_empty() && keys.is_empty();
        let valid = self.validator.is_valid(body);
        if good && valid {
            return None;
        }
        let refused: Vec<(String, String, Option<&'static Rule>)> = self
            .validator
            .iter_errors(body)
            .map(|error| {
                let path = error.schema_path().as_str().to_owned();
                let rule = self.nearest(&path, error.instance().is_null());
                (path, error.instance_path().as_str().to_owned(), rule)
            })
            .collect();
        // As the vocabulary says: other errors beside one of `type` follow from it.
        let wrong_types: Vec<String> = refused
            .iter()
            .filter(|(path, ..)| path.ends_with("/type"))
            .map(|(_, instance, _)| instance.clone())
            .collect();
        let follows = |path: &str, instance: &String| {
            !path.ends_with("/type") && wrong_types.contains(instance)
        };
        let what = if good != valid {
            "one takes it, the other does not".to_owned()
        } else if refused.is_empty() {
            "the validator refuses it without an error".to_owned()
        } else {
            // An error leads to a rule of which the linter has a finding, and there: of a rule across
            // fields each points at its own choice of them.
            let told: Vec<_> = said.errors.iter().chain(keys).collect();
            let (path, ..) = refused.iter().find(|(path, instance, rule)| {
                let across = path.starts_with("/allOf/");
                !follows(path, instance)
                    && !rule.is_some_and(|rule| {
                        told.iter().any(|(told, pointer)| {
                            let on_key = self.closed && *rule == shape::UNKNOWN_FIELD;
                            // What makes a text bad Base64 rather than no source, no schema sees.
                            let form =
                                *rule == media::NOT_A_MEDIA_SOURCE && **told == media::BAD_BASE64;
                            let same = *told == rule
                                || form
                                || on_key && keys.iter().any(|it| it.0 == *told);
                            same && (across || is_about(pointer, instance))
                        })
                    })
            })?;
            format!("the code of {path} names no finding of the linter's there")
        };
        let mut text = format!("{}: {what}\n  linter:", self.name);
        for (rule, pointer) in said.errors.iter().chain(keys) {
            let _ = write!(text, " {} {} at {pointer:?},", rule.id, rule.name);
        }
        text.push_str(if good { " takes it" } else { "" });
        text.push_str("\n  schema:");
        for (path, instance, rule) in &refused {
            let code = rule.map_or("no code", |rule| rule.id);
            let _ = write!(text, " {path} ({code}) at {instance:?},");
        }
        text.push_str(if valid { " takes it" } else { "" });
        Some(text)
    }

    /// The rule that the innermost `x-kling-code` on the way to a keyword names.
    fn nearest(&self, path: &str, null: bool) -> Option<&'static Rule> {
        let mut at = &self.text;
        let mut found = None;
        let keyword = path.rsplit('/').next().unwrap_or_default();
        let null = null && keyword == "type";
        for step in path.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            match at.get("x-kling-code") {
                Some(Value::String(code)) => found = Some(code),
                Some(Value::Object(codes)) => {
                    let own = codes.get("null").filter(|_| null && step == keyword);
                    if let Some(Value::String(code)) = own.or_else(|| codes.get(&step)) {
                        found = Some(code);
                    }
                }
                _ => {}
            }
            at = match at {
                Value::Array(all) => all.get(step.parse::<usize>().ok()?)?,
                other => other.get(&step)?,
            };
        }
        found.map(|code| kling_schema::rules::find(code).expect("a rule of the registry"))
    }
}

/// Whether a finding at one place is what an error at another may mean: the same place, around it or
/// inside it.
fn is_about(pointer: &str, instance: &str) -> bool {
    let (short, long) =
        if pointer.len() < instance.len() { (pointer, instance) } else { (instance, pointer) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The kinds of findings on other spellings, wherever they stand.
fn alias_rules(object: &'static Object, all: &mut Vec<&'static Rule>) {
    for known in object.known {
        if let KnownKey::Alias { rule, .. } = known.what
            && !all.contains(&rule)
        {
            all.push(rule);
        }
    }
    for field in object.fields {
        if let Some(inner) = field.kind.table() {
            alias_rules(inner, all);
        }
        if let Kind::Either { tolerated, .. } = field.kind
            && let Some(inner) = tolerated.table()
        {
            alias_rules(inner, all);
        }
    }
}
