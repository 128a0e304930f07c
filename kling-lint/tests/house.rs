//! A team's own rules: what they say, where they point, and which policies are refused.

#![cfg(all(feature = "house-rules", feature = "fs"))]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kling_lint::{Finding, Linter, Policies, Report, Severity};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/house")
}

#[expect(clippy::disallowed_methods, reason = "fixtures are short")]
fn text(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Policies and requests, one a line.
fn rows(name: &str) -> Vec<(String, String)> {
    text(fixtures().join(name))
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (policy, request) = line.split_once('\t').expect("two columns");
            (policy.to_owned(), request.replace("\\n", "\n"))
        })
        .collect()
}

fn house(report: &Report) -> Vec<&Finding> {
    report.findings().iter().filter(|finding| finding.rule.id.starts_with("KL7")).collect()
}

fn linter(policy: &serde_json::Value) -> Linter {
    let builder = Linter::builder().endpoint("image2video").house("image2video", policy.clone());
    builder.build().unwrap_or_else(|error| panic!("{policy}: {error}"))
}

/// Every keyword of both drafts has a sentence.
#[test]
fn keywords_in_words() {
    let mut told = String::new();
    for (policy, request) in rows("keywords.tsv") {
        let schema = serde_json::from_str(&policy).expect("JSON");
        let report = linter(&schema).lint_str(&request);
        told.push_str(&format!("{policy}\n{request}\n"));
        for finding in house(&report) {
            let start = usize::try_from(finding.span.start).expect("small");
            let end = usize::try_from(finding.span.end).expect("small");
            let (line, column) = (finding.start.line, finding.start.column);
            told.push_str(&format!(
                "  {line}:{column} `{}` {}\n      {} [{}]\n",
                &request[start..end],
                finding.pointer,
                finding.message,
                finding.constraint.as_deref().unwrap_or_default()
            ));
        }
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

/// The options that say how a policy is read, and nothing of ours.
fn referee(policy: &serde_json::Value) -> jsonschema::Validator {
    jsonschema::options()
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(policy)
        .unwrap_or_else(|error| panic!("{policy}: {error}"))
}

/// Every error of the validator becomes one finding, whose place lies in the text.
#[test]
fn every_error_is_one_finding() {
    let rows = rows("keywords.tsv");
    let mut compared = 0;
    for (policy, _) in &rows {
        let schema = serde_json::from_str(policy).expect("JSON");
        let (linter, referee) = (linter(&schema), referee(&schema));
        for (_, request) in &rows {
            let value: serde_json::Value = serde_json::from_str(request).expect("JSON");
            let report = linter.lint_str(request);
            let found = house(&report);
            assert_eq!(found.len(), referee.iter_errors(&value).count(), "{policy}\n{request}");
            for finding in &found {
                assert!(finding.span.start < finding.span.end, "{policy}\n{request}");
                assert!(finding.span.end <= request.len() as u64, "{policy}\n{request}");
                assert!(value.pointer(&finding.pointer).is_some(), "{policy}\n{request}");
                assert_eq!(finding.severity, Severity::Error);
            }
            compared += found.len();
        }
    }
    assert!(compared > 500, "{compared}");
}

fn named(policy: &str) -> BTreeMap<String, PathBuf> {
    BTreeMap::from([("image2video".to_owned(), PathBuf::from(policy))])
}

/// What keeps a policy from being used, each with its place.
#[test]
fn bad_policies_are_refused() {
    let folder = fixtures().join("hostile");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.extend(["nothing.schema.json", ".", "../policies/common.schema.json"].map(String::from));
    names.sort();
    let mut told = String::new();
    for name in &names {
        match Policies::load(&named(name), &folder) {
            Ok(_) => told.push_str(&format!("{name} IS TAKEN\n")),
            Err(error) => {
                let error = error.to_string().replace(&folder.display().to_string(), "[folder]");
                told.push_str(&format!("{error}\n"));
            }
        }
    }
    insta::assert_snapshot!(told);
}

/// Policies of several files, from the disk.
#[test]
fn policies_from_files() {
    let policies =
        Policies::load(&named("policies/image2video.schema.json"), fixtures()).expect("policies");
    let linter = Linter::builder().policies(policies).build().expect("a linter");
    let request = "{\n  \"image\": \"https://example.net/cat.jpg\",\n  \"mode\": \"pro\",\n  \
                   \"prompt\": \"Like Sora, but better.\"\n}\n";
    let report = linter.lint_named(request.as_bytes(), "a.image2video.json");
    let mut told = String::new();
    for finding in house(&report) {
        let (line, column) = (finding.start.line, finding.start.column);
        let help = finding.help.as_deref().unwrap_or_default();
        let constraint = finding.constraint.as_deref().unwrap_or_default();
        told.push_str(&format!("{line}:{column}: {finding}\n  {help}\n  {constraint}\n"));
    }
    insta::assert_snapshot!(told);
    // Of another endpoint nothing is asked.
    let report = linter.lint_named(b"{\"prompt\": \"Sora\"}", "a.omni-video.json");
    assert!(house(&report).is_empty());
}

/// Texts that are not kept in memory: what is known of them is judged, alike from anywhere.
#[test]
fn long_texts() {
    let image = format!("/9j/{}", "A".repeat(200_000));
    let request = format!("{{\"image\": \"{image}\", \"prompt\": \"\u{10fffe}3:0:x\"}}");
    for (schema, expected) in [
        (
            serde_json::json!({"properties": {"image": {"title": "CDN", "$ref": "#/$defs/cdn"}},
                "$defs": {"cdn": {"pattern": "^https://cdn\\.acme\\.io/"}}}),
            "KL7001 `image` must match the pattern \"^https://cdn\\.acme\\.io/\"; \
             found \"/9j/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA…\" \
             (house rule: CDN)",
        ),
        (serde_json::json!({"properties": {"image": {"pattern": "^/9j/"}}}), ""),
        (
            serde_json::json!({"properties": {"image": {"pattern": "A$"}}}),
            "KL7002 `image` is too long to be compared with every pattern and format of \
             the policy of image2video",
        ),
        (
            serde_json::json!({"properties": {"image": {"maxLength": 200_003}}}),
            "KL7001 `image` may have 200,003 characters at most; found 200,004",
        ),
        (serde_json::json!({"properties": {"image": {"maxLength": 200_004}}}), ""),
        (serde_json::json!({"properties": {"image": {"minLength": 200_004}}}), ""),
        (serde_json::json!({"properties": {"image": {"type": "string"}}}), ""),
        // A text of the request that looks like a stand-in is none.
        (
            serde_json::json!({"properties": {"prompt": {"minLength": 7}}}),
            "KL7001 `prompt` must have at least 7 characters; found 6",
        ),
    ] {
        let linter = linter(&schema);
        let whole = linter.lint_str(&request);
        let streamed = linter.lint_reader(request.as_bytes(), None).expect("it reads");
        for report in [whole, streamed] {
            let told: Vec<String> = house(&report)
                .iter()
                .map(|finding| format!("{} {}", finding.rule.id, finding.message))
                .collect();
            assert_eq!(told.join("\n"), expected, "{schema}");
        }
    }
}

/// No request, however broken, is more than refused.
#[test]
fn broken_requests_are_left_to_the_reader() {
    let schema = serde_json::json!({"required": ["external_task_id"], "maxProperties": 0,
        "additionalProperties": {"type": "null"}, "uniqueItems": true});
    let linter = linter(&schema);
    for request in ["", "{", "{\"a\": }", "[1, 1]", "{\"a\": [1, 2", "\u{feff}{}", "{'a': 1,}"] {
        let report = linter.lint_str(request);
        for finding in house(&report) {
            assert!(finding.span.end <= request.len() as u64, "{request}");
        }
    }
    let many = format!("{{\"a\": [{}1]}}", "1,".repeat(100_000));
    let schema = serde_json::json!({"properties": {"a": {"items": {"type": "string"}}}});
    let report = self::linter(&schema).lint_str(&many);
    assert_eq!(report.count(Severity::Error), 100_001 + others(&many));
}

/// Errors without a policy.
fn others(request: &str) -> usize {
    let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
    linter.lint_str(request).count(Severity::Error)
}

/// A name that no endpoint has.
#[test]
fn the_endpoint_must_be_known() {
    let builder = Linter::builder().house("omni-vido", serde_json::json!({}));
    let error = builder.build().expect_err("no such endpoint").to_string();
    assert!(error.starts_with("no endpoint is called `omni-vido`"), "{error}");
}

/// The examples of `docs/house-rules.md` say what they say there.
#[test]
fn the_documentation_is_right() {
    let docs = text(fixtures().join("../../docs/house-rules.md"));
    let mut compared = 0;
    for part in docs.split("```json policy\n").skip(1) {
        let (policy, rest) = part.split_once("```").expect("an end");
        let (_, rest) = rest.split_once("```json request\n").expect("a request");
        let (request, rest) = rest.split_once("```").expect("an end");
        let (_, rest) = rest.split_once("```text\n").expect("findings");
        let (expected, _) = rest.split_once("```").expect("an end");
        let report = linter(&serde_json::from_str(policy).expect("JSON")).lint_str(request);
        let told: String = report
            .findings()
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| {
                let (line, column) = (finding.start.line, finding.start.column);
                format!("{line}:{column}: {finding}\n")
            })
            .collect();
        assert_eq!(told, expected);
        compared += 1;
    }
    assert_eq!(compared, 3);
}
