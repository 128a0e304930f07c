//! Schemas of what the server sends. They describe, and refuse little: a reader that stops at an
//! unknown word or key loses a paid task.

use serde_json::{Map, Value, json};

use super::names::type_name;
use crate::source::Severity;
use crate::table::{Field, Kind, Object, Presence};

/// Schemas by type name: of this object, then of those in it.
pub(super) fn schemas(root: &'static Object) -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut open = vec![root];
    while let Some(object) = open.pop() {
        schemas.insert(type_name(object), schema(object));
        let inner = object.fields.iter().filter_map(|field| field.kind.table());
        open.extend(inner.rev().filter(|table| !schemas.contains_key(&type_name(table))));
    }
    schemas
}

/// Points at the schema of an object.
pub(super) fn reference(object: &Object) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", type_name(object)) })
}

fn schema(object: &'static Object) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in object.fields {
        properties.insert(field.key.to_owned(), property(field));
        if matches!(field.presence, Presence::Required(basis) if basis.severity == Severity::Error)
        {
            required.push(field.key);
        }
    }
    let mut schema = json!({
        "type": "object",
        "description": object.doc,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(field: &'static Field) -> Value {
    let mut schema = json!({ "description": field.doc });
    // A `$ref` may have neighbours in OpenAPI 3.1, and these only describe.
    if let (Some(schema), Value::Object(shape)) = (schema.as_object_mut(), shape(&field.kind)) {
        schema.extend(shape);
    }
    schema
}

fn shape(kind: &Kind) -> Value {
    match kind {
        Kind::Any => json!({}),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Text | Kind::Media(_) => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::NumericId => json!({ "type": ["integer", "string"] }),
        Kind::Choice(choices) => {
            let values: Vec<&str> = choices.iter().map(|choice| choice.value).collect();
            let docs: Vec<&str> = choices.iter().map(|choice| choice.doc).collect();
            json!({
                "anyOf": [
                    { "type": "string", "enum": values, "enumDescriptions": docs },
                    { "type": "string", "description": "A word no page lists." }
                ]
            })
        }
        Kind::List(each) => json!({ "type": "array", "items": shape(each) }),
        Kind::Object(object) => reference(object),
        Kind::Either { usual, tolerated } => json!({ "anyOf": [shape(usual), shape(tolerated)] }),
    }
}
