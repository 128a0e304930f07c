//! From the validator's error to the keyword that was broken, and the words beside it.

use serde_json::Value;

use super::graph::Graph;
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

/// Follows a path that goes through every `$ref` on its way.
pub(super) fn follow<'p>(graph: &'p Graph, path: &str) -> Way<'p> {
    let mut at = (0, String::new());
    let mut value = graph.files.first().map(|file| &file.value);
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
