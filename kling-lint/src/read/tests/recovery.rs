//! One fault, one finding, and the rest reads as in the repaired text: `fixtures/syntax/*.json` and
//! their `.repaired.json` twins.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use kling_schema::Severity;
use serde_json::Value;

use super::reading;
use crate::finding::Draft;
use crate::load::Loaded;
use crate::message::fill;
use crate::place::Places;

struct Fixture {
    name: String,
    text: Vec<u8>,
    repaired: Option<Vec<u8>>,
}

#[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
fn fixtures() -> Vec<Fixture> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/syntax");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("the fixtures are there")
        .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| !name.ends_with(".repaired"))
        .collect();
    names.sort();
    let fixture = |name: String| Fixture {
        text: fs::read(folder.join(format!("{name}.json"))).expect("readable"),
        repaired: fs::read(folder.join(format!("{name}.repaired.json"))).ok(),
        name,
    };
    names.into_iter().map(fixture).collect()
}

/// The finding as it reads, place and fix included.
fn shown(text: &[u8], draft: &Draft) -> String {
    let Draft { rule, basis, params, span, fix, .. } = draft;
    let loaded = Loaded::from_bytes(text);
    let places = Places::new(&loaded);
    let place = places.resolve(std::slice::from_ref(span))[0];
    let excerpt = places.excerpt(span.clone());
    let filled = |template| fill(template, params);
    let mut out = format!(
        "{}:{} {}[{} {}]: {}\n",
        place.start.line,
        place.start.column,
        basis.severity.word(),
        rule.id,
        rule.name,
        filled(rule.message)
    );
    let before = excerpt.text[..excerpt.highlight.start].chars().count();
    let under = excerpt.text[excerpt.highlight.clone()].chars().count().max(1);
    let _ = writeln!(out, "  | {}\n  | {}{}", excerpt.text, " ".repeat(before), "^".repeat(under));
    let help = filled(rule.help);
    if !help.is_empty() {
        let _ = writeln!(out, "  help: {help}");
    }
    if let Some(fix) = fix {
        let _ = writeln!(out, "  fix: {} ({})", fix.title, fix.applicability.word());
    }
    out
}

/// The text after all fixes.
fn fixed(text: &[u8], drafts: &[Draft]) -> Vec<u8> {
    let mut edits: Vec<_> =
        drafts.iter().filter_map(|draft| draft.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = text.to_vec();
    for (span, text) in edits.into_iter().rev() {
        out.splice(span.start as usize..span.end as usize, text.bytes());
    }
    out
}

#[test]
fn findings_read_well() {
    let mut all = String::new();
    for fixture in fixtures() {
        let (drafts, _) = reading(&fixture.text);
        let _ = writeln!(all, "# {}", fixture.name);
        for draft in &drafts {
            let _ = writeln!(all, "{}", shown(&fixture.text, draft));
        }
    }
    insta::assert_snapshot!(all);
}

#[test]
fn one_fault_is_one_finding() {
    for fixture in fixtures() {
        let (drafts, _) = reading(&fixture.text);
        let expected = match fixture.name.as_str() {
            "two-faults" | "full-width-punctuation" | "text-before-fence" => 2,
            _ => 1,
        };
        let names: Vec<_> = drafts.iter().map(|draft| draft.rule.name).collect();
        assert_eq!(drafts.len(), expected, "{}: {names:?}", fixture.name);
    }
}

#[test]
fn the_rest_reads_as_in_the_repaired_text() {
    for Fixture { name, text, repaired } in fixtures() {
        let (drafts, value) = reading(&text);
        let Some(repaired) = repaired else {
            assert_eq!(value, None, "{name}");
            continue;
        };
        let (left, expected) = reading(&repaired);
        assert!(
            left.iter().all(|draft| draft.basis.severity < Severity::Error),
            "{name}: {left:?}"
        );
        let (value, expected) = (value.expect("a value"), expected.expect("a value"));
        assert!(reads_alike(&value, &expected), "{name}:\n{value:#}\n{expected:#}");

        let all_fixed = drafts.iter().all(|draft| draft.fix.is_some());
        if all_fixed && drafts.iter().all(|draft| draft.basis.severity == Severity::Error) {
            let fixed = fixed(&text, &drafts);
            let (left, value) = reading(&fixed);
            let shown = String::from_utf8_lossy(&fixed);
            assert!(left.is_empty(), "{name}: {shown}: {left:?}");
            assert!(reads_alike(&value.expect("a value"), &expected), "{name}: {shown}");
        }
    }
}

/// Equal where the text was not broken beyond reading.
fn reads_alike(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::String(broken), _) if broken == "<broken>" => true,
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| reads_alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let lost = a.contains_key("<broken>");
            a.keys().all(|key| key == "<broken>" || b.contains_key(key))
                && b.iter().all(|(key, b)| a.get(key).map_or(lost, |a| reads_alike(a, b)))
        }
        _ => value == expected,
    }
}

#[test]
fn every_rule_of_this_range_is_shown_by_a_fixture() {
    let mut shown = Vec::new();
    for fixture in fixtures() {
        shown.extend(reading(&fixture.text).0.iter().map(|draft| draft.rule.id));
    }
    let all = kling_schema::rules::all().filter(|rule| rule.id.starts_with("KL00"));
    let missing: Vec<_> = all.map(|rule| rule.id).filter(|id| !shown.contains(id)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn examples_of_the_rules_have_their_finding_and_twins_have_none() {
    for rule in kling_schema::rules::all().filter(|rule| rule.id.starts_with("KL00")) {
        let (drafts, _) = reading(rule.example.bad.as_bytes());
        let names: Vec<_> = drafts.iter().map(|draft| draft.rule.id).collect();
        // Rust text is UTF-8: that rule's example cannot be written in it.
        assert!(names == [rule.id] || rule.name == "not-utf8", "{}: {names:?}", rule.name);
        assert!(reading(rule.example.good.as_bytes()).0.is_empty(), "{}", rule.name);
    }
}

/// The bracket to add once stood behind the value before the list, where nothing was open.
#[test]
fn a_list_that_is_empty_and_never_closed_is_closed_behind_its_bracket() {
    for (text, expected) in [
        (r#"{"a": 1, "b": [}"#, r#"{"a": 1, "b": []}"#),
        ("{\"a\": \"\",\n \"b\": [\n}\n", "{\"a\": \"\",\n \"b\": []\n}\n"),
        (r#"{"a": 1, "b": [[}"#, r#"{"a": 1, "b": [[]]}"#),
        (r#"{"a": [1, {]}"#, r#"{"a": [1, {}]}"#),
        (r#"{"a": [1}"#, r#"{"a": [1]}"#),
    ] {
        let (drafts, _) = reading(text.as_bytes());
        assert_eq!(drafts.len(), 1, "{text}");
        assert_eq!(String::from_utf8_lossy(&fixed(text.as_bytes(), &drafts)), expected);
    }
}
