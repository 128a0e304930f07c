//! The form of what is exported. Whether it says what the linter says is tested across the crates.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

use super::{Profile, json_schema, unexported, vocabulary};
use crate::endpoints::ENDPOINTS;
use crate::requests::{Mode, OmniVideo};
use crate::rules;

fn schemas() -> impl Iterator<Item = (String, Profile, Schema)> {
    ENDPOINTS.iter().flat_map(|object| {
        Profile::ALL.into_iter().flat_map(move |profile| {
            [false, true].map(|closed| {
                let name = format!("{} {} {closed}", object.name, profile.name());
                (name, profile, json_schema(object, profile, closed))
            })
        })
    })
}

/// Calls back with every subschema and its place.
fn walk(schema: &Value, at: &str, visit: &mut dyn FnMut(&Value, &str)) {
    visit(schema, at);
    let Some(map) = schema.as_object() else { return };
    for (keyword, value) in map {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties", Value::Object(all)) => {
                all.iter().for_each(|(key, inner)| walk(inner, &format!("{at}/{key}"), visit));
            }
            ("allOf" | "anyOf", Value::Array(all)) => {
                all.iter().enumerate().for_each(|(index, inner)| {
                    walk(inner, &format!("{at}/{index}"), visit);
                });
            }
            ("if" | "then" | "else" | "not" | "items" | "contains", inner) => {
                walk(inner, &at, visit);
            }
            _ => {}
        }
    }
}

#[test]
fn valid_against_the_metaschema_and_the_vocabulary() {
    let keywords = vocabulary();
    assert!(jsonschema::meta::is_valid(&keywords));
    let keywords = jsonschema::validator_for(&keywords).expect("a metaschema");
    for (name, _, schema) in schemas() {
        let schema = schema.as_value();
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        walk(schema, "", &mut |inner, at| {
            let errors: Vec<String> =
                keywords.iter_errors(inner).map(|it| it.to_string()).collect();
            assert!(errors.is_empty(), "{name} {at}: {errors:?}");
        });
    }
}

/// Without these, validators pass by what they were meant to check: strict ajv refuses, zod drops it.
#[test]
fn normal_form() {
    for (name, _, schema) in schemas() {
        walk(schema.as_value(), "", &mut |inner, at| {
            let has = |keyword: &str| inner.get(keyword).is_some();
            let types = match inner.get("type") {
                Some(Value::String(kind)) => vec![kind.as_str()],
                Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
                _ => Vec::new(),
            };
            for (kind, keywords) in [
                ("string", &["minLength", "maxLength", "pattern"][..]),
                ("array", &["items", "contains", "minItems", "maxItems"]),
                ("object", &["properties", "required", "additionalProperties"]),
            ] {
                for keyword in keywords {
                    assert!(
                        !has(keyword) || types.contains(&kind),
                        "{name} {at}: {keyword} untyped"
                    );
                }
            }
            assert!(!types.contains(&"array") || has("items"), "{name} {at}: no items");
            for key in inner.get("required").and_then(Value::as_array).into_iter().flatten() {
                let key = key.as_str().expect("a key");
                assert!(inner["properties"].get(key).is_some(), "{name} {at}: {key} is unknown");
            }
        });
    }
}

#[test]
fn each_profile_keeps_to_its_keywords() {
    for (name, profile, schema) in schemas() {
        let banned: &[&str] = match profile {
            Profile::Draft202012 => &["dependencies", "definitions", "$defs"],
            Profile::Draft07 => {
                &["$defs", "minContains", "prefixItems", "dependentSchemas", "dependentRequired"]
            }
            Profile::Types | Profile::Zod => &[
                "if",
                "then",
                "else",
                "not",
                "contains",
                "$defs",
                "dependentSchemas",
                "dependentRequired",
            ],
        };
        walk(schema.as_value(), "", &mut |inner, at| {
            for keyword in banned {
                assert!(inner.get(keyword).is_none(), "{name} {at}: {keyword}");
            }
        });
    }
}

/// From every keyword that refuses, the way up passes a code, and the code is a rule's id.
#[test]
fn every_refusal_has_a_code() {
    fn check(schema: &Value, at: &str, above: bool, name: &str) {
        const ASSERTIONS: [&str; 14] = [
            "type",
            "enum",
            "required",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "minItems",
            "maxItems",
            "additionalProperties",
            "not",
            "anyOf",
            "contains",
        ];
        let own = schema.get("x-kling-code");
        if let Some(Value::String(id)) = own {
            assert!(rules::find(id).is_some(), "{name} {at}: {id}");
        }
        let covered = |keyword: &str| match own {
            Some(Value::Object(codes)) => codes.contains_key(keyword),
            Some(_) => true,
            None => above,
        };
        let below = above || own.is_some_and(Value::is_string);
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            // The set of a field that may go unread refuses nothing, like any set beside its open tail.
            let last = value.as_array().and_then(|all| all.last()?.as_object());
            let open =
                keyword == "anyOf" && last.is_some_and(|it| it.keys().all(|key| key == "type"));
            if ASSERTIONS.contains(&&**keyword) && !open {
                assert!(covered(keyword), "{name} {at}: {keyword} has no code");
            }
            let at = format!("{at}/{keyword}");
            match (keyword.as_str(), value) {
                ("properties", Value::Object(all)) => {
                    for (key, inner) in all {
                        check(inner, &format!("{at}/{key}"), below, name);
                    }
                }
                ("allOf", Value::Array(all)) => {
                    for inner in all {
                        check(inner, &at, below, name);
                    }
                }
                ("then" | "else" | "items", inner) => check(inner, &at, below, name),
                _ => {}
            }
        }
    }
    for (name, _, schema) in schemas() {
        check(schema.as_value(), "", false, &name);
    }
}

#[test]
fn properties_stand_in_the_order_of_the_struct() {
    for object in ENDPOINTS {
        let schema = json_schema(object, Profile::Draft202012, false);
        let keys: Vec<&String> =
            schema.get("properties").and_then(Value::as_object).expect("keys").keys().collect();
        let fields: Vec<&str> = object.fields.iter().map(|field| field.key).collect();
        assert_eq!(keys, fields);
    }
}

/// What no schema of ours says, with the reason.
#[test]
fn unexported_rows() {
    let mut told = String::new();
    for profile in Profile::ALL {
        told.push_str(&format!("# {}\n", profile.name()));
        for object in ENDPOINTS {
            for entry in unexported(object, profile) {
                let line = format!("{} {}: {}\n", entry.rule.id, entry.constraint, entry.reason);
                told.push_str(&line);
            }
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn closed_schemas_let_upstream_keys_and_the_editors_pass() {
    let schema = json_schema(
        crate::endpoints::find("omni-video").expect("an endpoint"),
        Profile::Draft202012,
        true,
    );
    let schema = jsonschema::validator_for(schema.as_value()).expect("a schema");
    let with = |key: &str| serde_json::json!({ "prompt": "A cat", key: true });
    for key in ["sound", "$schema", "watermark_info"] {
        assert!(schema.is_valid(&with(key)), "{key}");
    }
    for key in ["model", "Prompt", "unheard_of"] {
        assert!(!schema.is_valid(&with(key)), "{key}");
    }
    let item = serde_json::json!({ "prompt": "A cat", "image_list": [{ "image": "a.png" }] });
    assert!(!schema.is_valid(&item), "an alias is no key of the page");
}

/// Somebody else's root that holds a request.
#[derive(Debug)]
struct Job;

impl JsonSchema for Job {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Job".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "object",
            "properties": {
                "request": generator.subschema_for::<OmniVideo>(),
                "mode": generator.subschema_for::<Mode>(),
            },
        })
    }
}

#[test]
fn derived_types_work_inside_other_roots() {
    for (settings, definitions) in
        [(SchemaSettings::draft2020_12(), "$defs"), (SchemaSettings::draft07(), "definitions")]
    {
        let root = settings.into_generator().into_root_schema_for::<Job>();
        let defs = &root.as_value()[definitions];
        assert_eq!(defs["Mode"]["enum"], serde_json::json!(["std", "pro"]));
        assert!(
            defs["OmniVideo"].get("$id").is_none() && defs["OmniVideo"].get("$schema").is_none()
        );
        let schema = jsonschema::validator_for(root.as_value()).expect("a schema");
        let job = |count: usize| {
            let images = vec![serde_json::json!({ "image_url": "https://a.net/1.png" }); count];
            serde_json::json!({ "request": { "prompt": "A cat", "image_list": images }, "mode": "std" })
        };
        assert!(schema.is_valid(&job(7)));
        assert!(!schema.is_valid(&job(8)));
    }
}

#[test]
fn each_schema_has_an_example_that_it_accepts() {
    for (name, _, schema) in schemas() {
        let schema = schema.as_value();
        let examples = schema["examples"].as_array().expect("examples");
        assert!(!examples.is_empty(), "{name}");
        let validator = jsonschema::validator_for(schema).expect("a schema");
        for example in examples {
            assert!(validator.is_valid(example), "{name}: {example}");
        }
    }
}
