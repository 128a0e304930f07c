//! `docs/json-output.md` says what `--format json` prints, all of it.
//!
//! `JSON_OUTPUT=overwrite cargo test -p kling-lint --test json_output` writes the example anew.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const BEGIN: &str = "```json\n";
const END: &str = "\n```\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[expect(clippy::disallowed_methods, reason = "a test reads its page whole")]
fn page() -> String {
    std::fs::read_to_string(root().join("docs/json-output.md")).expect("the page")
}

fn printed(arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .output()
        .expect("the command runs");
    serde_json::from_slice(&output.stdout).expect("a JSON document")
}

#[test]
fn the_example_is_what_the_command_prints() {
    let page = page();
    let command = page
        .lines()
        .find_map(|line| line.strip_prefix("`kling-lint ")?.strip_suffix('`'))
        .expect("the page shows the command");
    let arguments: Vec<&str> = command.split(' ').collect();
    let document = printed(&arguments);
    let (before, rest) = page.split_once(BEGIN).expect("the page shows the output");
    let (example, after) = rest.split_once(END).expect("the output ends");
    if std::env::var_os("JSON_OUTPUT").is_some_and(|value| value == "overwrite") {
        let example = serde_json::to_string_pretty(&document).expect("JSON");
        let page = format!("{before}{BEGIN}{example}{END}{after}");
        std::fs::write(root().join("docs/json-output.md"), page).expect("the page");
        return;
    }
    let shown: Value = serde_json::from_str(example).expect("the example is JSON");
    assert_eq!(shown, document, "see the head of this test");
}

/// No key is printed that the page does not name, and each that is always there is there.
#[test]
fn every_key_is_documented() {
    let page = page();
    let (words, _) = page.split_once(BEGIN).expect("the page shows the output");
    let media = "kling-lint/tests/cmd/inputs/media";
    let lie = format!("{media}/png.jpg");
    let small = format!("{media}/338x191.png");
    let document =
        printed(&["--format", "json", "fixtures/tour", "no-such-file.json", &lie, &small]);
    let mut keys = BTreeSet::new();
    collect(&document, &mut keys);
    for key in &keys {
        let named = [format!("`{key}`"), format!("\"{key}\""), format!("counts.{key}`")];
        assert!(
            named.iter().any(|name| words.contains(name.as_str())),
            "`{key}` is not documented"
        );
    }
    assert!(keys.contains("error") && keys.contains("edits"), "{keys:?}");
    for key in
        ["rule", "constraint", "severity", "tier", "source", "pointer", "span", "start", "end"]
            .into_iter()
            .chain(["message", "help", "params", "fix"])
    {
        for input in document["inputs"].as_array().expect("inputs") {
            let media = &input["media"];
            let fields = media["fields"].as_array().into_iter().flatten();
            let all = [&input["findings"], &media["findings"]].into_iter();
            for findings in all.chain(fields.map(|field| &field["findings"])) {
                for finding in findings.as_array().into_iter().flatten() {
                    assert!(finding.get(key).is_some(), "a finding without `{key}`");
                }
            }
        }
    }
}

/// The tables of a media file and of a field name the keys that are there, each time.
#[test]
fn every_key_of_a_media_file_is_there() {
    let page = page();
    let media = "kling-lint/tests/cmd/inputs/media";
    let [png, empty] = ["338x191.png", "empty.png"].map(|name| format!("{media}/{name}"));
    let document = printed(&["--format", "json", &png, &empty]);
    let (_, section) = page.split_once("\n## A media file\n").expect("a section");
    let (section, _) = section.split_once("\n## ").expect("another section");
    let (file, field) = section.split_once("A verdict is").expect("two tables");
    for input in document["inputs"].as_array().expect("inputs") {
        assert_eq!(keys(input), ["media", "path"].map(String::from).into());
        assert_eq!(keys(&input["media"]), listed(file));
        for told in input["media"]["fields"].as_array().expect("fields") {
            assert_eq!(keys(told), listed(field));
        }
    }
    assert_eq!(document["inputs"][1]["media"]["fields"], serde_json::json!([]));
}

/// The keys of an object.
fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

/// What the first column of a table lists in backticks.
fn listed(table: &str) -> BTreeSet<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| row.split_once("` |"));
    cells.flat_map(|(cell, _)| cell.split("`, `")).map(String::from).collect()
}

/// The keys of a document, without those of `params`: they belong to each rule.
fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.insert(key.clone());
                if key != "params" {
                    collect(value, keys);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, keys)),
        _ => {}
    }
}
