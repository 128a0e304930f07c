//! The tool, and the rules that occurred, from the registry.

use kling_schema::Severity;
use kling_schema::rows;
use kling_schema::rules::Rule;
use serde_json::{Value, json};

use super::level;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The tool, with these rules and the worst severities they were found with.
pub(super) fn driver(occurred: &[(&'static Rule, Severity)]) -> Value {
    let rows = rows::all();
    let described = occurred.iter().map(|(rule, found)| {
        // A rule that no row of the table names has one severity only.
        let worst = rows.iter().filter(|row| row.rule == *rule).map(|row| row.basis.severity).max();
        described(rule, worst.unwrap_or(*found))
    });
    json!({
        "name": "kling-lint",
        "version": VERSION,
        "semanticVersion": VERSION,
        "rules": described.collect::<Vec<_>>(),
    })
}

fn described(rule: &Rule, severity: Severity) -> Value {
    let explained = paragraphs(rule.explain);
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": if explained.is_empty() { rule.summary } else { &explained } },
        "help": { "text": help(rule, &explained), "markdown": markdown(rule, &explained) },
        "defaultConfiguration": { "level": level(severity) },
        "properties": { "tags": ["kling", rule.name] },
    })
}

/// Text whose lines are broken at some column, one line a paragraph.
fn paragraphs(text: &str) -> String {
    let paragraphs: Vec<_> =
        text.split("\n\n").map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    paragraphs.join("\n\n")
}

fn help(rule: &Rule, explained: &str) -> String {
    let mut text = format!("{}\n\n{explained}", rule.summary);
    for (word, request) in examples(rule) {
        text.push_str(&format!("\n\n{}, {word}:\n\n{request}", rule.example.endpoint));
    }
    text.push_str(&format!("\n\n`kling-lint explain {}` lists the limits it checks.", rule.id));
    text
}

fn markdown(rule: &Rule, explained: &str) -> String {
    let mut text = format!("**{} {}**: {}\n\n{explained}", rule.id, rule.name, rule.summary);
    for (word, request) in examples(rule) {
        text.push_str(&format!(
            "\n\n{}, {word}:\n\n```json\n{request}\n```",
            rule.example.endpoint
        ));
    }
    text.push_str(&format!("\n\n`kling-lint explain {}` lists the limits it checks.", rule.id));
    text
}

fn examples(rule: &Rule) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
    [("bad", rule.example.bad.trim()), ("good", rule.example.good.trim())]
        .into_iter()
        .filter(|(_, request)| !request.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_described() {
        for rule in kling_schema::rules::all() {
            let value = described(rule, Severity::Error);
            let full = value["fullDescription"]["text"].as_str().expect("a text");
            assert!(!full.is_empty(), "{}", rule.id);
            assert!(!rule.example.bad.contains("```"), "{}", rule.id);
        }
    }
}
