//! Every rule is documented, its examples are executed, and its templates are well-formed.

use std::collections::BTreeSet;

use kling_lint::{Linter, MemoryFiles, Policies, Report};
use kling_schema::rules::{self, Rule};

/// Rules whose example needs more than one short document: no request can show them in a few lines.
const WITHOUT_EXAMPLE: &[&str] = &[
    "KL0004", // bytes that are no text
    "KL0103", "KL0104", "KL0107", // a document too deep or too large to print
    "KL2002", // no covered field has a smallest length; types of other people do
    "KL4011", "KL4012", // ten megabytes of Base64
    "KL4014", // no image has a largest side
    "KL4017", "KL4027", // pictures decoded whole
    "KL4018", "KL4019", // local pictures
    "KL4022", "KL4023", "KL4024", "KL4025", "KL4026", // local videos
    "KL4031", "KL4032", "KL4033", "KL4034", "KL4035", // what a disk holds
    "KL7002", // 64 KiB of text
];

fn lint(rule: &Rule, text: &str) -> Vec<Report> {
    let linter = match rule.example.endpoint {
        "" => Linter::new(),
        name => Linter::builder()
            .endpoint(name)
            .wire(rule.name == "local-path-on-wire")
            .files(MemoryFiles::new())
            .policies(policy(rule))
            .build()
            .expect("a covered endpoint"),
    };
    // An id is reused only when two requests carry it.
    let mut session = linter.session();
    let twice = if rule.name == "reused-id" && text == rule.example.bad { 2 } else { 1 };
    (0..twice).map(|_| session.lint_bytes(text.as_bytes(), None)).collect()
}

/// The policy that the explanation of KL7001 names, for its example.
fn policy(rule: &Rule) -> Policies {
    let mut policies = Policies::new();
    if rule.name == "house-rule" {
        let text = rule.explain.split('`').find(|part| part.starts_with('{')).expect("a policy");
        let schema = serde_json::from_str(text).expect("JSON");
        policies.insert("image2video", &schema).expect("a policy");
    }
    policies
}

fn has(rule: &Rule, reports: &[Report]) -> bool {
    reports.iter().flat_map(Report::findings).any(|finding| finding.rule == rule)
}

#[test]
fn examples_are_executed() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let empty = rule.example.bad.is_empty();
        if WITHOUT_EXAMPLE.contains(&rule.id) {
            if !empty {
                wrong.push(format!("{} has an example now", rule.id));
            }
            continue;
        }
        if empty && rule.name != "empty-input" {
            wrong.push(format!("{} has no example", rule.id));
            continue;
        }
        if !has(rule, &lint(rule, rule.example.bad)) {
            wrong.push(format!(
                "{}: the bad example has no such finding: {:?}",
                rule.id,
                lint(rule, rule.example.bad)[0].findings()
            ));
        }
        let good = lint(rule, rule.example.good);
        if has(rule, &good) {
            wrong.push(format!("{}: the good example has the finding", rule.id));
        }
        if let Some(finding) = good
            .iter()
            .flat_map(Report::findings)
            .find(|finding| finding.severity > kling_lint::Severity::Info)
        {
            wrong.push(format!("{}: the good example has another finding: {finding}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_are_complete() {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut last = "";
    for rule in rules::all() {
        assert!(rule.id > last, "{} does not follow {last}", rule.id);
        last = rule.id;
        assert!(ids.insert(rule.id) && names.insert(rule.name), "{} stands twice", rule.id);
        for (what, text) in
            [("summary", rule.summary), ("message", rule.message), ("explain", rule.explain)]
        {
            assert!(!text.trim().is_empty(), "{} has no {what}", rule.id);
        }
        for template in [rule.message, rule.help] {
            assert_eq!(template.matches('{').count(), template.matches('}').count(), "{}", rule.id);
            assert_eq!(template.matches('[').count(), template.matches(']').count(), "{}", rule.id);
        }
        assert!(rules::find(rule.id) == Some(rule) && rules::find(rule.name) == Some(rule));
    }
}

/// No limit stands in a rule's text: rules speak of kinds of checks, the table of limits.
#[test]
fn no_limit_stands_in_an_explanation() {
    let limits = ["500", "2500", "2,500", "200 ", "300", "10 MB", "kling-v1-6"];
    for rule in rules::all() {
        for limit in limits {
            assert!(!rule.explain.contains(limit), "{}: `{limit}`", rule.id);
            assert!(
                !rule.message.contains(limit) && !rule.help.contains(limit),
                "{}: `{limit}`",
                rule.id
            );
        }
    }
}
