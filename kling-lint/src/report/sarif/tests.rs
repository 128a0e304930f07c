//! The log against the schema of OASIS.

use kling_schema::rules;
use serde_json::Value;

use super::*;
use crate::report::samples;
use crate::unlisted::Counts;

/// What OASIS publishes.
const OASIS: &str = include_str!("../../../../fixtures/sarif/sarif-schema-2.1.0.json");

fn log(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).expect("a JSON document");
    // A bracket in the pattern of `language` is one too many for a strict reader of patterns.
    let schema = OASIS.replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).expect("a JSON document");
    let validator = jsonschema::options().build(&schema).expect("a schema");
    let faults: Vec<_> =
        validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    log
}

#[test]
fn snapshot() {
    let told = samples::told(&mut Sarif::new(Root::default()));
    let mut log = log(&told);
    // Versions come and go.
    let driver = &mut log["runs"][0]["tool"]["driver"];
    driver["version"] = "[version]".into();
    driver["semanticVersion"] = "[version]".into();
    insta::assert_json_snapshot!(log);
}

#[test]
fn a_run_over_nothing_is_a_log() {
    let mut out = Vec::new();
    let totals = Totals { exit_status: 2, ..Totals::default() };
    Sarif::new(Root::default()).finish(&mut out, &totals).expect("a Vec takes it");
    let log = log(std::str::from_utf8(&out).expect("UTF-8"));
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn every_rule_is_valid() {
    let mut sarif = Sarif::new(Root::default());
    let findings: Vec<_> =
        rules::all().map(|rule| Finding { rule, ..samples::wrong_type() }).collect();
    let input = Checked {
        path: Path::new("a.json"),
        endpoint: None,
        findings: &findings,
        hidden: 0,
        unlisted: &Counts::default(),
        line: None,
        requests: 1,
    };
    let mut out = Vec::new();
    sarif.checked(&mut out, &input).expect("a Vec takes it");
    sarif.finish(&mut out, &Totals::default()).expect("a Vec takes it");
    let log = log(std::str::from_utf8(&out).expect("UTF-8"));
    let run = &log["runs"][0];
    for result in run["results"].as_array().expect("results") {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
}

#[test]
fn fingerprints_do_not_depend_on_the_place() {
    let mut sarif = Sarif::new(Root::default());
    let mut finding = samples::wrong_type();
    let first = sarif.fingerprint(Path::new("a.json"), &finding);
    assert_eq!(first.1, 1);
    finding.start.line += 7;
    assert_eq!(sarif.fingerprint(Path::new("b.json"), &finding), first);
    assert_ne!(sarif.fingerprint(Path::new("b.json"), &finding), first, "the second of its kind");
}

#[test]
fn nothing_becomes_a_link() {
    assert_eq!(plain("`image_list[].image` {0}"), "`image_list[].image` {0}");
    assert_eq!(plain("found \"[a](b)\""), "found \"\\[a\\](b)\"");
    assert_eq!(plain("\\[a](b)"), "\\\\\\[a\\](b)");
}
