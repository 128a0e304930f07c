//! What the derive macro's `schemars::JsonSchema` answers with.

use schemars::{Schema, SchemaGenerator};
use serde_json::json;

use super::json_schema::{Export, values};
use super::{Profile, schema};
use crate::table::{Choice, Object};

/// An object inside somebody else's root, in the dialect of that root.
pub fn subschema(generator: &SchemaGenerator, object: &'static Object) -> Schema {
    let dialect = generator.settings().meta_schema.as_deref().unwrap_or_default();
    let draft_07 =
        dialect.trim_end_matches('#') == Profile::Draft07.dialect().trim_end_matches('#');
    let profile = if draft_07 { Profile::Draft07 } else { Profile::Draft202012 };
    schema(Export::new(object, profile, false).body())
}

/// A closed set of strings.
pub fn choices(choices: &'static [Choice]) -> Schema {
    let known = choices.iter().map(|choice| (choice.value, choice.doc));
    let (all, docs) = values(known, false, false);
    schema(json!({ "type": "string", "enum": all, "enumDescriptions": docs }))
}
