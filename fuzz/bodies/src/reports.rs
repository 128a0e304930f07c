//! Whatever a request and its file are called, each format is read back by somebody else's parser, and
//! has one record a finding. The input is the name, a zero byte, and the request.

use std::path::Path;

use kling_lint::Linter;
use kling_lint::cli::doors;
use quick_xml::events::Event;
use serde_json::Value;

/// See the module.
pub fn reports(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == 0).unwrap_or(0);
    let (name, request) = data.split_at(at);
    let name = String::from_utf8_lossy(name);
    let path = Path::new(&*name);
    let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
    let report = linter.lint_bytes(request);
    if report.hidden() > 0 {
        return;
    }
    let findings = report.findings();
    for format in doors::formats() {
        let out = doors::told(&format, true, &[(path, Some(7), &report)]).expect("a Vec takes it");
        let text = String::from_utf8(out).expect("formats write UTF-8");
        let json = || serde_json::from_str::<Value>(&text).expect("JSON");
        let len = |value: &Value| value.as_array().expect("a list").len();
        match &*format {
            "jsonl" => {
                let mut count = 0;
                for line in text.lines() {
                    let line: Value = serde_json::from_str(line).expect("JSON");
                    assert_eq!(line["message"], findings[count].message);
                    count += 1;
                }
                assert_eq!(count, findings.len());
            }
            "json" => assert!(json().is_object()),
            "sarif" => assert_eq!(len(&json()["runs"][0]["results"]), findings.len()),
            "gitlab" => {
                let issues = json();
                let issues = issues.as_array().expect("a list");
                assert_eq!(issues.len(), findings.len());
                let prints: std::collections::HashSet<_> =
                    issues.iter().map(|it| it["fingerprint"].to_string()).collect();
                assert_eq!(prints.len(), issues.len(), "two have one fingerprint");
            }
            "github" => {
                assert_eq!(text.lines().count(), findings.len());
                assert!(text.lines().all(|line| line.starts_with("::")));
            }
            "junit" => assert_eq!(cases(&text), 1),
            _ => {}
        }
        // What runners obey: GitHub's at a line's beginning, theirs and Azure's anywhere.
        let obeyed = |line: &str| {
            let name = |it: &str| {
                it.trim_start_matches(|it: char| it.is_ascii_alphabetic()).starts_with('[')
            };
            line.split("##").skip(1).any(name) || line.trim_start().starts_with("::")
        };
        assert!(format == "github" || !text.lines().any(obeyed), "{format} holds a command");
        let moves = |it: char| it.is_control() && it != '\n';
        assert!(!text.chars().any(moves), "{format} is not safe to print");
    }
}

/// How many cases a JUnit report has.
fn cases(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases = 0;
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "testcase" => {
                cases += 1;
            }
            Event::Eof => return cases,
            _ => {}
        }
    }
}
