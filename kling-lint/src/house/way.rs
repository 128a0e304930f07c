//! From the validator's error to the keyword that was broken, and the words beside it.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Broken;
use serde_json::Value;

use super::graph::{BASE, Graph, Place};
use super::instance::tokens;
use crate::check::trail::escaped;

/// The keyword of a policy that an error is about.
#[derive(Debug)]
pub(super) struct Way<'p> {
    /// Its value; none if a schema is `false`.
    pub(super) value: Option<&'p Value>,
    /// What the nearest schema around it says of itself.
    pub(super) title: Option<&'p str>,
    /// Where it stands, for people: `policy.json:12`.
    pub(super) place: String,
    /// The same for machines: `policy.json#/properties/mode/const`.
    pub(super) name: String,
}

/// The keyword that an error is about.
pub(super) fn to<'p>(graph: &'p Graph, error: &ValidationError<'_>) -> Way<'p> {
    if !matches!(error.kind(), Broken::Custom { .. }) {
        return follow(graph, 0, error.evaluation_path().as_str());
    }
    // Of our own keywords the validator tells where they stand, not which way was taken there.
    let file = error
        .absolute_keyword_location()
        .and_then(|uri| uri.as_str().strip_prefix(BASE)?.split('#').next()?.parse::<usize>().ok());
    let file = file.unwrap_or_default();
    let path = error.schema_path().as_str();
    let mut way = follow(graph, file, path);
    if let Some(title) = title_of_only_reference(graph, file, path) {
        way.title = Some(title);
    }
    way
}

/// What the schema with the `$ref` says of itself, if only one refers to a schema around this place
/// and nothing between says more.
fn title_of_only_reference<'p>(graph: &'p Graph, file: usize, path: &str) -> Option<&'p str> {
    let around = |to: &Place| {
        to.0 == file && path.strip_prefix(to.1.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut leading = graph.refs.iter().filter(|(_, to)| !to.1.is_empty() && around(to));
    let (Some((from, to)), None) = (leading.next(), leading.next()) else {
        return None;
    };
    let mut inner = graph.files.get(file)?.value.pointer(&to.1)?;
    for token in tokens(path.strip_prefix(to.1.as_str())?) {
        if words(inner).is_some() {
            return None;
        }
        inner = inner.get(token.as_ref())?;
    }
    words(graph.files.get(from.0)?.value.pointer(&from.1)?)
}

/// Follows a path that goes through every `$ref` on its way.
fn follow<'p>(graph: &'p Graph, file: usize, path: &str) -> Way<'p> {
    let mut at = (file, String::new());
    let mut value = graph.files.get(file).map(|file| &file.value);
    let mut title = None;
    for token in tokens(path) {
        title = value.and_then(words).or(title);
        if token == "$ref"
            && let Some(target) = graph.refs.get(&at)
        {
            at = target.clone();
            value = graph.files.get(at.0).and_then(|file| file.value.pointer(&at.1));
            continue;
        }
        let inner = match value {
            Some(Value::Object(map)) => map.get(token.as_ref()),
            Some(Value::Array(items)) => token.parse().ok().and_then(|at: usize| items.get(at)),
            _ => None,
        };
        // What is not in the text, such as an index into a keyword's names, leads no further.
        let Some(inner) = inner else { break };
        at.1 = format!("{}/{}", at.1, escaped(&token));
        value = Some(inner);
    }
    title = value.and_then(words).or(title);
    let file = graph.files.get(at.0);
    let name = format!("{}#{}", graph.name_of(at.0), at.1);
    let place = file.map(|file| file.place(&at.1)).unwrap_or_default();
    Way { value, title, place, name }
}

/// What a schema says of itself to people.
fn words(schema: &Value) -> Option<&str> {
    let said = |key| schema.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    said("x-message").or_else(|| said("title"))
}
