//! A team's own rules: what they say, where they point, and which policies are refused.

#![cfg(all(feature = "house-rules", feature = "fs"))]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kling_lint::{Finding, Linter, Policies, Report, Severity};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/house")
}

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
