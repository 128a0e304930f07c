//! The same truth for other tools: the table as JSON Schema, TypeScript and OpenAPI.
//!
//! | file | what it writes |
//! |---|---|
//! | [`profile`](Profile) | which consumer a schema is for, and which keywords it understands |
//! | `json_schema` | one object: its keys, lists and tolerated shapes |
//! | `value` | texts, closed sets, numbers |
//! | `form` | media strings: their forms, and what no text tells |
//! | `conditions` | a condition, and what holds for every place of a path |
//! | `across` | rules across fields |
//! | `annotate` | descriptions, hints, media limits: what asserts nothing |
//! | `node` | one subschema in the making |
//! | `typescript`, `comment` | declarations with the limits in TSDoc |
//! | `openapi`, `received` | one document with routes, replies, callbacks and service codes |
//! | `samples` | requests and replies to copy |
//! | `derived` | `schemars::JsonSchema` for derived types |
//! | `vocabulary` | what each `x-kling-*` keyword means |
//!
//! A schema refuses what the linter, at its default severities, calls an error, and accepts everything
//! else; what a profile cannot say is in [`unexported`], with the reason, and in the schema itself under
//! `x-kling-unexported`. Warnings and infos travel as `x-kling-hints`.

mod across;
mod annotate;
mod comment;
mod conditions;
mod derived;
mod form;
mod json_schema;
mod names;
mod node;
mod openapi;
mod profile;
mod received;
mod samples;
#[cfg(test)]
mod tests;
mod typescript;
mod value;
mod vocabulary;

use schemars::Schema;
use serde_json::Value;

#[doc(hidden)]
pub use derived::{subschema, value};
pub use openapi::openapi;
pub use profile::Profile;
pub use typescript::typescript;
pub use vocabulary::vocabulary;

use crate::rules::Rule;
use crate::table::Object;
use json_schema::Export;

/// A constraint that a profile cannot say, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unexported {
    /// The row: `image2video/image/max-bytes`.
    pub constraint: String,
    /// The kind of finding that the linter has and the schema has not.
    pub rule: &'static Rule,
    /// Why.
    pub reason: &'static str,
}

/// The JSON Schema of a request, or of any object with a table.
///
/// With `closed`, keys that the page does not list are refused; those that the vendor documents for the
/// route and the editor's own stay.
///
/// ```
/// use kling_schema::KlingSchema as _;
/// use kling_schema::export::{Profile, json_schema};
/// use kling_schema::requests::Image2Video;
///
/// let schema = json_schema(Image2Video::SCHEMA, Profile::Draft202012, false);
/// assert_eq!(schema.pointer("/properties/prompt/maxLength"), Some(&500.into()));
/// assert_eq!(schema.pointer("/properties/prompt/x-kling-code/maxLength"), Some(&"KL2001".into()));
/// ```
pub fn json_schema(object: &'static Object, profile: Profile, closed: bool) -> Schema {
    let mut export = Export::new(object, profile, closed);
    let value = export.root();
    schema(value)
}

/// The constraints whose breach is an error that the schema of this profile does not find: each row's
/// name, and why.
pub fn unexported(object: &'static Object, profile: Profile) -> Vec<Unexported> {
    let mut export = Export::new(object, profile, false);
    export.root();
    export.unexported
}

fn schema(value: Value) -> Schema {
    match value {
        Value::Object(map) => map.into(),
        other => (other != Value::Bool(false)).into(),
    }
}
