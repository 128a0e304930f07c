use std::collections::BTreeSet;

use serde_json::Value;

use super::openapi;
use crate::endpoints::ENDPOINTS;
use crate::errors::SERVICE_CODES;

/// Everything below a value, with the key it stands at.
fn walk<'v>(root: &'v Value, see: &mut dyn FnMut(&'v str, &'v Value)) {
    let mut open = vec![root];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    see(key, value);
                    open.push(value);
                }
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[test]
fn every_reference_resolves_and_every_component_is_used() {
    let document = openapi();
    let mut used = BTreeSet::new();
    walk(&document, &mut |key, value| {
        if key == "$ref" {
            let target = value.as_str().expect("a reference");
            let pointer = target.strip_prefix('#').expect("a local one");
            assert!(document.pointer(pointer).is_some(), "{target}");
            used.insert(target.to_owned());
        }
    });
    for sort in ["schemas", "parameters", "responses"] {
        for name in document["components"][sort].as_object().expect("components").keys() {
            assert!(
                used.contains(&format!("#/components/{sort}/{name}")),
                "{sort}/{name} is unused"
            );
        }
    }
}

#[test]
fn operations_and_codes() {
    let document = openapi();
    let mut ids = Vec::new();
    walk(&document["paths"], &mut |key, value| {
        if key == "operationId" {
            ids.push(value.as_str().expect("a name").to_owned());
        }
    });
    let unique: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    // A submit, a callback and a query each.
    assert_eq!(ids.len(), ENDPOINTS.len() * 3);
    let mut codes = vec![0];
    walk(&document["components"]["responses"], &mut |key, value| {
        if key == "x-kling-service-codes" {
            let rows = value.as_array().expect("a list");
            codes.extend(rows.iter().filter_map(|row| row["code"].as_i64()));
        }
    });
    codes.sort_unstable();
    assert_eq!(codes, SERVICE_CODES.iter().map(|row| row.code).collect::<Vec<_>>());
}

/// A sample that is no JSON would silently be `null`.
#[test]
fn samples_are_read() {
    let mut samples = 0;
    walk(&openapi(), &mut |key, value| {
        if key == "examples"
            && let Some(examples) = value.as_object()
        {
            for (name, example) in examples.iter().filter(|(_, example)| example.is_object()) {
                assert!(example["value"].is_object(), "{name}: {example}");
                samples += 1;
            }
        }
    });
    assert!(samples >= ENDPOINTS.len() * 6, "{samples}");
}
