//! What each `x-kling-*` keyword means.

use serde_json::{Map, Value, json};

use super::node::CODE;

/// Every `x-kling-*` keyword with its meaning and the metaschema of its value, as one document.
///
/// A schema that was exported is valid against this one: the keywords assert nothing, so validators that
/// do not know them pass them by. (In ajv's strict mode, name them: `ajv.addVocabulary([…])`.)
pub fn vocabulary() -> Value {
    let code = json!({ "type": "string", "pattern": "^KL[0-9]{4}$" });
    let text = json!({ "type": "string", "minLength": 1 });
    let texts = json!({ "type": "array", "items": text });
    let whole = json!({ "type": "integer", "minimum": 0 });
    let pair = json!({ "type": "array", "items": whole, "minItems": 2, "maxItems": 2 });
    let media = |own: Value| {
        let mut properties = json!({
            "forms": { "type": "array", "items": { "type": "string", "enum": ["url", "base64"] } },
            "formats": texts,
            "maxBytes": whole,
            "minEdge": whole,
            "maxEdge": whole,
            "ratio": { "type": "array", "items": pair, "minItems": 2, "maxItems": 2 },
            "advisory": texts,
        });
        if let (Value::Object(properties), Value::Object(own)) = (&mut properties, own) {
            properties.extend(own);
        }
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    };
    let entry = |keys: &[&str], more: &[&str]| {
        let known = keys.iter().chain(more).map(|key| {
            let value = if *key == "code" { code.clone() } else { text.clone() };
            ((*key).to_owned(), value)
        });
        let properties: Map<String, Value> = known.collect();
        json!({
            "type": "array",
            "items": {
                "type": "object",
                "required": keys,
                "properties": properties,
                "additionalProperties": false,
            },
        })
    };
    let keywords = [
        (
            CODE,
            "The rule that a failing keyword breaks. Of an error's `schemaPath`, the innermost subschema \
             with this keyword counts: its text is the rule's id; if it is an object, the failing \
             keyword's entry is. Errors of the keyword `if` say nothing by themselves.",
            json!({ "anyOf": [code, { "type": "object", "additionalProperties": code }] }),
        ),
        (
            "x-kling-constraint",
            "The name of the row of the table that this branch says.",
            text.clone(),
        ),
        (
            "x-kling-hints",
            "What the linter says without an error: rows that rest on less than the endpoint's own page.",
            entry(&["code", "constraint", "severity", "tier", "statement"], &["note"]),
        ),
        (
            "x-kling-image",
            "The limits of the image that this string names: bytes of the decoded file, pixels of each \
             side, narrowest and widest ratio of width to height as pairs, both allowed. Limits named in \
             `advisory` are warnings.",
            media(json!({})),
        ),
        (
            "x-kling-video",
            "The limits of the video that this string names, as for images, and its seconds and frames \
             per second.",
            media(json!({
                "minSeconds": whole,
                "maxSeconds": whole,
                "minFramesPerSecond": whole,
                "maxFramesPerSecond": whole,
            })),
        ),
        (
            "x-kling-unexported",
            "Errors that the linter has and this schema has not, and why.",
            entry(&["constraint", "code", "summary", "reason"], &[]),
        ),
        ("x-kling-version", "The version of kling-schema that wrote the document.", text.clone()),
        ("x-kling-facts", "When the page was read: a month or a day.", text.clone()),
        ("x-kling-source", "The page that the facts were read on.", text.clone()),
        ("x-kling-endpoint", "Method and path of the request.", text.clone()),
        ("enumDescriptions", "A word on each value of `enum`, in its order (shown by editors).", {
            json!({ "type": "array", "items": { "type": "string" } })
        }),
        (
            "markdownDescription",
            "The description with Markdown (shown by editors).",
            json!({ "type": "string" }),
        ),
    ];
    let properties: Map<String, Value> = keywords
        .into_iter()
        .map(|(keyword, meaning, metaschema)| {
            let mut entry = json!({ "description": meaning });
            if let (Value::Object(entry), Value::Object(metaschema)) = (&mut entry, metaschema) {
                entry.extend(metaschema);
            }
            (keyword.to_owned(), entry)
        })
        .collect();
    let dialect = super::Profile::Draft202012.dialect();
    json!({
        "$schema": dialect,
        "$id": "urn:kling-lint:vocabulary",
        "$vocabulary": { "urn:kling-lint:vocabulary": false },
        "$dynamicAnchor": "meta",
        "title": "The keywords of kling-lint's schemas",
        "type": ["object", "boolean"],
        "allOf": [{ "$ref": dialect }],
        "properties": properties,
    })
}
