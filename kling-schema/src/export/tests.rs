use std::collections::BTreeSet;

use serde_json::Value;

use super::comment::Comment;
use super::{openapi, typescript};
use crate::endpoints::ENDPOINTS;
use crate::errors::SERVICE_CODES;
use crate::table::KnownKey;
use crate::{aspect, rows};

#[test]
fn a_comment_breaks_lines_but_no_code_span() {
    let mut comment = Comment::new("  ");
    comment.text(&format!("{} `a code span with blanks` and */ more", "word ".repeat(16).trim()));
    comment.items(["one".to_owned(), "two".to_owned()]);
    comment.tag("@example");
    comment.code("ts", "const a = 1; /* b */");
    let text = comment.to_string();
    assert!(text.contains("`a code span with blanks`"), "{text}");
    assert_eq!(text.matches("*/").count(), 1, "{text}");
    assert!(text.contains("   * - one\n   * - two\n   *\n   * @example\n   * ```ts\n"), "{text}");
    assert_eq!(Comment::new("").to_string(), "");
    let mut short = Comment::new("");
    short.text("Short.");
    assert_eq!(short.to_string(), "/** Short. */\n");
}

/// Each key of each request, every limit and every rule stand in the declarations.
#[test]
fn the_declarations_say_what_the_table_says() {
    let text = typescript();
    assert!(text.lines().all(|line| !line.ends_with(' ')), "a blank at the end of a line");
    let unwrapped: Vec<&str> =
        text.lines().map(|line| line.trim_start_matches([' ', '*'])).collect();
    let unwrapped = unwrapped.join(" ");
    let said_by_types = [aspect::TYPE, aspect::REQUIRED, aspect::ONE_OF];
    let keys = [aspect::ALIAS, aspect::LEGACY, aspect::UPSTREAM_KEY, aspect::EDITOR];
    let mut statements = 0;
    for row in rows::all() {
        let aspect = row.name.rsplit('/').next().unwrap_or_default();
        if said_by_types.contains(&aspect) || keys.contains(&aspect) {
            continue;
        }
        assert!(unwrapped.contains(&row.statement), "{row:?}");
        let weight = format!("{}, {})", row.basis.severity.word(), row.basis.tier.word());
        assert!(unwrapped.contains(&weight), "{row:?}");
        statements += 1;
    }
    assert!(statements > ENDPOINTS.len() * 10, "{statements}");
    for object in ENDPOINTS {
        for field in object.fields {
            assert!(text.contains(&format!("\n  {}", field.key)), "{}", field.key);
        }
        for known in object.known.iter().filter(|known| !matches!(known.what, KnownKey::Editor)) {
            assert!(text.contains(&format!("`{}`", known.key)), "{}", known.key);
        }
    }
}

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
