//! The JSON Schema of the config, for editors.

use kling_schema::endpoints::ENDPOINTS;
use kling_schema::rules;
use serde_json::{Map, Value, json};

use super::keys::{KEYS, Key, OF_IGNORE, OfIgnore};
use super::{Level, What};
use crate::cli::FailOn;

/// What its file is called.
pub(crate) const FILE_NAME: &str = "kling-lint.schema.json";

/// The schema: draft-07, which all editors know.
pub(crate) fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "kling-lint.toml",
        "description": "What a team has decided about the requests that kling-lint checks.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties(&KEYS, of),
        "definitions": { "rule": rule(), "glob": glob(), "endpoint": endpoint() },
    })
}

fn properties<W: Copy>(keys: &[Key<W>], of: fn(W) -> Value) -> Map<String, Value> {
    let described = |key: &Key<W>| {
        let mut schema = Map::from_iter([("description".into(), key.about.into())]);
        if let Value::Object(rest) = of(key.what) {
            schema.extend(rest);
        }
        (key.name.to_owned(), Value::Object(schema))
    };
    keys.iter().map(described).collect()
}

fn of(what: What) -> Value {
    match what {
        What::FailOn => {
            let words = FailOn::ALL.map(FailOn::word);
            json!({ "enum": words, "default": FailOn::default().word() })
        }
        What::Strict | What::Wire => json!({ "type": "boolean", "default": false }),
        What::Root => json!({ "type": "string", "minLength": 1 }),
        What::Exclude => array(&refers("glob")),
        What::Models => array(&json!({ "type": "string", "minLength": 1 })),
        What::Severity => json!({
            "type": "object",
            "propertyNames": refers("rule"),
            "additionalProperties": { "enum": Level::ALL.map(Level::word) },
        }),
        What::Endpoints => json!({
            "type": "object",
            "propertyNames": refers("glob"),
            "additionalProperties": refers("endpoint"),
        }),
        What::Ignore => array(&json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["rules"],
            "properties": properties(&OF_IGNORE, of_ignore),
        })),
        What::House => json!({
            "type": "object",
            "propertyNames": refers("endpoint"),
            "additionalProperties": { "type": "string", "minLength": 1 },
        }),
    }
}

fn of_ignore(what: OfIgnore) -> Value {
    let mut array = array(&match what {
        OfIgnore::Files => refers("glob"),
        OfIgnore::Pointers => json!({ "type": "string", "pattern": "^/" }),
        OfIgnore::Rules => refers("rule"),
    });
    array["minItems"] = 1.into();
    array
}

fn array(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn refers(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// Names first: they say what they mean.
fn rule() -> Value {
    let names = rules::all().map(|rule| rule.name);
    let ids = rules::all().map(|rule| rule.id);
    let constraints = ENDPOINTS.iter().map(|object| object.name).collect::<Vec<_>>().join("|");
    json!({
        "anyOf": [
            { "description": "A rule", "enum": names.chain(ids).collect::<Vec<_>>() },
            {
                "description": "A constraint: `kling-lint explain ENDPOINT` lists them",
                "type": "string",
                "pattern": format!("^({constraints})/.+$"),
            },
        ],
    })
}

fn glob() -> Value {
    json!({
        "description": "A glob, read as in .gitignore",
        "type": "string",
        "minLength": 1,
        "pattern": "^[^!]",
    })
}

fn endpoint() -> Value {
    let names: Vec<&str> = ENDPOINTS.iter().map(|object| object.name).collect();
    json!({ "description": "The short name of an endpoint", "enum": names })
}
