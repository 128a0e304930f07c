//! `kling-lint rules`

use std::io::{self, Write};
use std::path::Path;

use kling_schema::rows::{self, Row};
use kling_schema::rules::{self, Rule};
use kling_schema::{Severity, Tier};
use serde::Serialize;

use crate::cli::args::{Listing, Rules};
use crate::cli::text::wrap;
use crate::cli::{Status, generated, pages, say};
use crate::report::{Page, RuleName, SafeJson, count};

/// The version of the JSON listing. Within it, keys are only added.
const VERSION: u32 = 1;

/// Lists the rules.
pub(crate) fn run(options: &Rules, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Status> {
    let text = match (options.format, &options.out) {
        (Listing::Markdown, Some(folder)) => return book(folder, options.check, out, err),
        (_, Some(_)) => {
            say(err, "`--out` is for pages: `--format markdown`");
            return Ok(Status::Failed);
        }
        (Listing::Json, None) => json()?,
        // Markdown without a folder is refused with the other options.
        (Listing::Human | Listing::Markdown, None) => human(),
    };
    out.write_all(&text)?;
    Ok(Status::Clean)
}

/// Writes a page a rule, or compares them with what was written before.
fn book(
    folder: &Path,
    check: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let pages = pages::pages(folder).map_err(io::Error::other)?;
    if check {
        return generated::check(&pages, out, err);
    }
    if let Err(refusal) = generated::make(folder) {
        say(err, &refusal);
        return Ok(Status::Failed);
    }
    Ok(generated::write(&pages, err))
}

/// One line a rule; a summary that is too long goes on below itself.
fn human() -> Vec<u8> {
    let names = rules::all().map(|rule| rule.id.len() + rule.name.len() + 1).max().unwrap_or(0);
    let column = names + 2;
    let mut out = String::new();
    for rule in rules::all() {
        let head = format!("{} {}", rule.id, rule.name);
        let start = out.len();
        wrap(&mut out, rule.summary, column);
        // The summary stands in its column already: the name takes the place of the blanks.
        out.replace_range(start..start + head.len(), &head);
    }
    let (rules, rows) =
        (count(rules::all().count(), "rule"), count(rows::all().len(), "constraint"));
    out.push_str(&format!("\n{rules}, {rows}; `kling-lint explain RULE` says more\n"));
    out.into_bytes()
}

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Kind>,
    constraints: Vec<Constraint>,
}

/// A rule. `message` and `help` are templates over a finding's `params`.
#[derive(Serialize)]
struct Kind {
    #[serde(flatten)]
    name: RuleName,
    summary: &'static str,
    message: &'static str,
    help: &'static str,
    explain: &'static str,
    example: Option<Example>,
}

#[derive(Serialize)]
struct Example {
    endpoint: &'static str,
    bad: &'static str,
    good: &'static str,
}

/// A row of the table.
#[derive(Serialize)]
struct Constraint {
    name: String,
    rule: RuleName,
    endpoint: &'static str,
    statement: String,
    /// The bare value: `500`, `5|10`, `2:5..5:2`.
    value: String,
    tier: Tier,
    severity: Severity,
    source: Page,
    note: Option<&'static str>,
}

impl From<&'static Rule> for Kind {
    fn from(rule: &'static Rule) -> Self {
        let example = &rule.example;
        Kind {
            name: rule.into(),
            summary: rule.summary,
            message: rule.message,
            help: rule.help,
            explain: rule.explain,
            example: (!example.bad.is_empty()).then_some(Example {
                endpoint: example.endpoint,
                bad: example.bad,
                good: example.good,
            }),
        }
    }
}

impl From<Row> for Constraint {
    fn from(row: Row) -> Self {
        Constraint {
            rule: row.rule.into(),
            endpoint: row.endpoint,
            tier: row.basis.tier,
            severity: row.basis.severity,
            source: Page::of(row.basis.source),
            note: row.basis.note,
            name: row.name,
            statement: row.statement,
            value: row.value,
        }
    }
}

fn json() -> io::Result<Vec<u8>> {
    let document = Document {
        version: VERSION,
        rules: rules::all().map(Kind::from).collect(),
        constraints: rows::all().into_iter().map(Constraint::from).collect(),
    };
    let mut out = Vec::new();
    SafeJson::write(&mut out, &document)?;
    out.push(b'\n');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_line_that_fits() {
        let text = String::from_utf8(human()).expect("text");
        for rule in rules::all() {
            assert!(text.contains(&format!("{} {}  ", rule.id, rule.name)), "{}", rule.id);
        }
        for line in text.lines() {
            assert!(line.chars().count() <= crate::cli::text::WIDTH, "{line}");
        }
    }

    #[test]
    fn the_document_holds_every_rule_and_every_constraint() {
        let text = json().expect("a document");
        let value: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(value["version"], VERSION);
        let listed = |key: &str| value[key].as_array().map(Vec::len);
        assert_eq!(listed("rules"), Some(rules::all().count()));
        assert_eq!(listed("constraints"), Some(rows::all().len()));
        assert_eq!(value["rules"][0]["id"], rules::all().next().map_or("", |rule| rule.id));
    }
}
