//! What is wrong, in words: one sentence for each keyword of the drafts.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Broken;
use kling_schema::listed;
use serde_json::Value;

use super::graph::Graph;
use super::way;
use crate::check::describe::{items, plural};
use crate::message::grouped;
use crate::printable::{quoted, shorten, ticked};

/// Values of a list that a sentence names.
const NAMED: usize = 8;

/// What a sentence is about: its name, and how it reads, in full and bare.
pub(super) struct Subject<'s> {
    /// `` `mode` ``.
    pub(super) name: &'s str,
    /// `the string "pro"`.
    pub(super) found: &'s str,
    /// `"pro"`.
    pub(super) bare: &'s str,
    /// How many characters, items or keys it has.
    pub(super) len: u64,
}

/// The sentence for an error about this subject.
pub(super) fn sentence(graph: &Graph, error: &ValidationError<'_>, of: &Subject<'_>) -> String {
    let Subject { name, found, bare, len } = *of;
    let path = error.evaluation_path().as_str();
    let keyword = path.rsplit('/').next().unwrap_or_default();
    let value = || way::to(graph, error).value;
    match error.kind() {
        Broken::AdditionalItems { limit } => at_most(name, *limit as u64, len, "item"),
        Broken::AdditionalProperties { unexpected }
        | Broken::UnevaluatedProperties { unexpected } => keys(name, unexpected),
        Broken::AnyOf { context } | Broken::OneOfNotValid { context } => {
            none_fits(graph, context, of)
        }
        Broken::OneOfMultipleValid { context } => {
            let fit = context.iter().filter(|errors| errors.is_empty()).count();
            let all = context.len();
            format!("{name} fits {fit} of {all} alternatives; it must fit exactly one")
        }
        Broken::BacktrackLimitExceeded { .. } | Broken::RegexEngineFailure { .. } => {
            format!("{name} cannot be compared with the pattern")
        }
        Broken::Constant { expected_value } => {
            format!("{name} must be {}; found {bare}", shown(expected_value))
        }
        Broken::Contains => contains(name, keyword, value(), len),
        Broken::ContentEncoding { content_encoding } => {
            format!("{name} must be encoded as {}", quoted(content_encoding))
        }
        Broken::FromUtf8 { .. } => format!("{name} must hold encoded text"),
        Broken::ContentMediaType { content_media_type } => {
            format!("{name} must hold {}", quoted(content_media_type))
        }
        Broken::Custom { keyword, .. } => of_string(of, keyword, value()),
        Broken::Enum { options } => {
            format!("{name} must be {}; found {bare}", any_of(options))
        }
        Broken::ExclusiveMaximum { limit } => {
            format!("{name} must be less than {}; found {bare}", shown(limit))
        }
        Broken::ExclusiveMinimum { limit } => {
            format!("{name} must be more than {}; found {bare}", shown(limit))
        }
        Broken::Maximum { limit } => {
            format!("{name} may be {} at most; found {bare}", shown(limit))
        }
        Broken::Minimum { limit } => {
            format!("{name} must be at least {}; found {bare}", shown(limit))
        }
        Broken::FalseSchema => format!("{name} is not allowed"),
        Broken::Format { format } => format!("{name} must be {}; found {bare}", of_format(format)),
        Broken::MaxItems { limit } => at_most(name, *limit, len, "item"),
        Broken::MaxLength { limit } => at_most(name, *limit, len, "character"),
        Broken::MaxProperties { limit } => at_most(name, *limit, len, "key"),
        Broken::MinItems { limit } => at_least(name, *limit, len, "item"),
        Broken::MinLength { limit } => at_least(name, *limit, len, "character"),
        Broken::MinProperties { limit } => at_least(name, *limit, len, "key"),
        Broken::MultipleOf { multiple_of } => {
            format!("{name} must be a multiple of {multiple_of}; found {bare}")
        }
        Broken::Not { schema } => not(name, schema, bare),
        Broken::Pattern { pattern } => {
            format!("{name} must match the pattern {}; found {bare}", quoted(pattern))
        }
        Broken::PropertyNames { error } => {
            let key = error.instance().as_str().unwrap_or_default();
            let of = Subject {
                name: &format!("the key {}", quoted(key)),
                found: &format!("the string {}", quoted(key)),
                bare: &quoted(key),
                len: key.chars().count() as u64,
            };
            sentence(graph, error, &of)
        }
        Broken::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let inside = if name == "the request" { String::new() } else { format!(" in {name}") };
            let because = if path.contains("/dependentRequired") || path.contains("/dependencies") {
                dependent(value(), key)
            } else {
                String::new()
            };
            format!("`{}` is missing{inside}{because}", shorten(key))
        }
        Broken::Type { .. } => {
            let allowed = match value() {
                Some(Value::Array(kinds)) => {
                    let kinds: Vec<String> = kinds.iter().map(kind).collect();
                    listed(&kinds, "or")
                }
                Some(one) => kind(one),
                None => "of another type".into(),
            };
            format!("{name} must be {allowed}; found {found}")
        }
        Broken::UnevaluatedItems { unexpected } => {
            format!("{name} has {} that no rule allows", plural(unexpected.len() as u64, "item"))
        }
        Broken::UniqueItems => format!("{name} holds the same item twice"),
        Broken::Referencing(_) => format!("{name} cannot be judged: a `$ref` leads nowhere"),
    }
}

fn at_most(name: &str, limit: u64, len: u64, noun: &str) -> String {
    format!("{name} may have {} at most; found {}", plural(limit, noun), grouped(len))
}

fn at_least(name: &str, limit: u64, len: u64, noun: &str) -> String {
    format!("{name} must have at least {}; found {}", plural(limit, noun), grouped(len))
}

/// Keys that are not allowed.
fn keys(name: &str, unexpected: &[String]) -> String {
    let mut names: Vec<String> = unexpected.iter().take(NAMED).map(|key| ticked(key)).collect();
    if let Some(more) = unexpected.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{} more", grouped(more as u64)));
    }
    let verb = if unexpected.len() == 1 { "is" } else { "are" };
    let inside = if name == "the request" { String::new() } else { format!(" in {name}") };
    format!("{} {verb} not allowed{inside}", listed(&names, "and"))
}

/// The alternative with the fewest faults is the nearest; of equals, the first.
fn none_fits(graph: &Graph, context: &[Vec<ValidationError<'static>>], of: &Subject<'_>) -> String {
    let name = of.name;
    let all = plural(context.len() as u64, "alternative");
    let nearest = context.iter().min_by_key(|errors| errors.len());
    let Some(first) = nearest.and_then(|errors| errors.first()) else {
        return format!("{name} fits none of {all}");
    };
    format!("{name} fits none of {all}; the nearest: {}", inner(graph, first, of))
}

/// The sentence for a fault of an alternative: it may lie deeper than what the alternatives are for.
fn inner(graph: &Graph, error: &ValidationError<'_>, of: &Subject<'_>) -> String {
    let instance = error.instance();
    let place = error.instance_path().as_str();
    let last = place.rsplit('/').next().unwrap_or_default();
    let name = if place.is_empty() { of.name.to_owned() } else { ticked(last) };
    let (found, bare, len) = match instance.as_ref() {
        Value::String(text) => {
            let shown = super::instance::StandIn::read(text);
            let (text, len) = match shown {
                Some(known) => (known.head, known.chars),
                None => (text.as_str(), text.chars().count() as u64),
            };
            (format!("the string {}", quoted(text)), quoted(text), len)
        }
        Value::Array(list) => {
            let text = format!("an array of {}", items(list.len()));
            (text.clone(), text, list.len() as u64)
        }
        Value::Object(map) => ("an object".into(), "an object".into(), map.len() as u64),
        Value::Number(number) => {
            let number = number.to_string();
            (format!("the number {}", shorten(&number)), shorten(&number), 0)
        }
        other => (format!("`{other}`"), format!("`{other}`"), 0),
    };
    sentence(graph, error, &Subject { name: &name, found: &found, bare: &bare, len })
}

/// What a string lacks, by the keyword.
fn of_string(of: &Subject<'_>, keyword: &str, value: Option<&Value>) -> String {
    let Subject { name, bare, len, .. } = *of;
    let text = value.and_then(Value::as_str).unwrap_or_default();
    let limit = || value.and_then(Value::as_f64).unwrap_or_default() as u64;
    match keyword {
        "pattern" => format!("{name} must match the pattern {}; found {bare}", quoted(text)),
        "format" => format!("{name} must be {}; found {bare}", of_format(text)),
        "minLength" => at_least(name, limit(), len, "character"),
        "maxLength" => at_most(name, limit(), len, "character"),
        _ => format!("{name} does not fit `{}`", shorten(keyword)),
    }
}

/// `a URI`, and the format's own name where that says less.
fn of_format(format: &str) -> String {
    match format {
        "uri" | "iri" => "a full address (URI)".into(),
        "uri-reference" | "iri-reference" => "an address, full or relative".into(),
        "email" | "idn-email" => "an e-mail address".into(),
        "date-time" => "a date and time, as in \"2026-03-12T09:30:00Z\"".into(),
        "date" => "a date, as in \"2026-03-12\"".into(),
        "time" => "a time, as in \"09:30:00Z\"".into(),
        "uuid" => "a UUID".into(),
        "hostname" | "idn-hostname" => "a host name".into(),
        "regex" => "a regular expression".into(),
        other => format!("of the format `{}`", shorten(other)),
    }
}

fn contains(name: &str, keyword: &str, value: Option<&Value>, len: u64) -> String {
    let limit = value.and_then(Value::as_f64).unwrap_or_default() as u64;
    match keyword {
        "minContains" => format!(
            "{name} must have at least {} of the kind that is asked for",
            plural(limit, "item")
        ),
        "maxContains" => {
            format!("{name} may have {} of the kind that is meant, at most", plural(limit, "item"))
        }
        _ if len == 0 => format!("{name} has no item, and needs one of the kind that is asked for"),
        _ => {
            let none = if len == 1 { "its item is not" } else { "none of its items is" };
            format!("{name} needs an item of the kind that is asked for; {none}")
        }
    }
}

/// What must not be.
fn not(name: &str, schema: &Value, bare: &str) -> String {
    let asserts = schema.as_object().into_iter().flatten();
    let mut asserts = asserts.filter(|(key, _)| {
        !matches!(key.as_str(), "title" | "x-message" | "description" | "$comment" | "type")
    });
    match (asserts.next(), asserts.next()) {
        (Some((key, value)), None) => match (key.as_str(), value) {
            ("pattern", Value::String(text)) => {
                format!("{name} must not match the pattern {}", quoted(text))
            }
            ("const", value) => format!("{name} must not be {}", shown(value)),
            ("enum", value) => format!("{name} must not be {}; found {bare}", any_of(value)),
            ("required", Value::Array(keys)) => {
                let keys: Vec<String> = keys
                    .iter()
                    .take(NAMED)
                    .map(|key| ticked(key.as_str().unwrap_or_default()))
                    .collect();
                let together = if keys.len() == 1 { "" } else { " together" };
                format!("{name} must not have {}{together}", listed(&keys, "and"))
            }
            _ => format!("{name} is what the policy rules out"),
        },
        _ => format!("{name} is what the policy rules out"),
    }
}

/// ` while `x` is there`, for keys that ask for each other.
fn dependent(value: Option<&Value>, key: &str) -> String {
    let asking = value.and_then(Value::as_object).into_iter().flatten().find(|(_, asked)| {
        asked.as_array().is_some_and(|asked| asked.iter().any(|one| one.as_str() == Some(key)))
    });
    match asking {
        Some((asking, _)) => format!("; `{}` needs it", shorten(asking)),
        None => "; another key needs it".into(),
    }
}

fn kind(value: &Value) -> String {
    one_of_type(value.as_str().unwrap_or_default())
}

/// `a string`.
pub(super) fn one_of_type(kind: &str) -> String {
    match kind {
        "null" => "`null`".into(),
        "boolean" => "`true` or `false`".into(),
        "integer" => "a whole number".into(),
        "array" => "an array".into(),
        "object" => "an object".into(),
        other => format!("a {}", shorten(other)),
    }
}

fn any_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut names: Vec<String> = options.iter().take(NAMED).map(shown).collect();
    if let Some(more) = options.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("one of {} more", grouped(more as u64)));
    }
    match names.as_slice() {
        [] => "absent".into(),
        [one] => one.clone(),
        _ => format!("one of {}", listed(&names, "or")),
    }
}

/// A value of the policy.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Null | Value::Bool(_) => format!("`{value}`"),
        Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => ticked(&value.to_string()),
    }
}
