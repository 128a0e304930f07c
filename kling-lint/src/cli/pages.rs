//! One page a rule, for the book: `kling-lint rules --format markdown --out DIR`

use std::io;
use std::path::Path;

use kling_schema::rows::{self, Row};
use kling_schema::rules::across::REUSED_ID;
use kling_schema::rules::media::LOCAL_PATH_ON_WIRE;
use kling_schema::rules::{self, Rule};
use kling_schema::{Severity, Source};

use crate::cli::generated::Generated;
use crate::report::{Checked, Human, Reporter as _};
use crate::{LintError, Linter, MemoryFiles, Report};

/// The width of what the command says on a page.
const COLUMNS: usize = 80;
/// What an example is called.
const NAME: &str = "request.json";

/// The pages and their index.
///
/// # Errors
/// An example's endpoint is not covered.
pub(super) fn pages(folder: &Path) -> Result<Vec<Generated>, LintError> {
    let rows = rows::all();
    let mut pages = vec![Generated { place: folder.join("README.md"), text: index() }];
    for rule in rules::all() {
        let text = page(rule, &rows)?;
        pages.push(Generated { place: folder.join(file_name(rule)), text });
    }
    Ok(pages)
}

/// `KL2001-too-long.md`
fn file_name(rule: &Rule) -> String {
    format!("{}-{}.md", rule.id, rule.name)
}

fn index() -> String {
    let mut out = String::from(
        "# Rules\n\n\
         A *rule* is a kind of check; a *constraint* is one limit of one field that is checked by it. \
         Both have names that the command, the configuration and the baseline take. Ids are never \
         used again.\n\n\
         These pages are written by `kling-lint rules --format markdown` from the table that the \
         linter itself reads.\n\n\
         | rule | what it finds |\n|---|---|\n",
    );
    for rule in rules::all() {
        let (id, name, file) = (rule.id, rule.name, file_name(rule));
        out.push_str(&format!("| [{id} {name}]({file}) | {} |\n", cell(rule.summary)));
    }
    out
}

fn page(rule: &'static Rule, rows: &[Row]) -> Result<String, LintError> {
    let mut out = format!("# {} {}\n\n{}\n", rule.id, rule.name, rule.summary.trim());
    if !rule.explain.is_empty() {
        out.push_str(&format!("\n{}\n", rule.explain.trim()));
    }
    let example = &rule.example;
    if !example.bad.is_empty() {
        let kind = if example.bad.trim_start().starts_with('{') { "json" } else { "text" };
        let endpoint = match example.endpoint {
            "" => String::new(),
            name => format!(" A request for `{name}`:"),
        };
        out.push_str(&format!("\n## Example\n\n{}\n\n", endpoint.trim_start()));
        push_block(&mut out, kind, example.bad);
        // A house rule says nothing without the house's policy.
        let said = said(rule)?;
        if !said.is_empty() {
            out.push_str("\nWhat the command says of it:\n\n");
            push_block(&mut out, "text", &said);
        }
        if !example.good.is_empty() {
            out.push_str("\nRepaired:\n\n");
            push_block(&mut out, "json", example.good);
        }
    }
    push_constraints(&mut out, rule, rows);
    Ok(out)
}

/// What the command prints of the findings of this rule in its bad example.
fn said(rule: &'static Rule) -> Result<String, LintError> {
    let mut builder = Linter::builder().files(MemoryFiles::new());
    if !rule.example.endpoint.is_empty() {
        builder = builder.endpoint(rule.example.endpoint);
    }
    let linter = builder.wire(*rule == LOCAL_PATH_ON_WIRE).build()?;
    let mut session = linter.session();
    // An id is used again only when two requests carry it.
    if *rule == REUSED_ID {
        session.lint_bytes(rule.example.bad.as_bytes(), Some(Path::new("earlier.json")));
    }
    let mut report = session.lint_bytes(rule.example.bad.as_bytes(), None);
    report.findings.retain(|finding| finding.rule == rule);
    Ok(if report.findings.is_empty() { String::new() } else { rendered(&report) })
}

fn rendered(report: &Report) -> String {
    let mut text = Vec::new();
    let input = Checked::new(Path::new(NAME), report);
    // Writing to memory cannot fail.
    let _: io::Result<()> = Human::new(COLUMNS, true, true).plain().checked(&mut text, &input);
    String::from_utf8_lossy(&text).into_owned()
}

/// A fenced block; the fence is longer than any in the text.
fn push_block(out: &mut String, language: &str, text: &str) {
    let fence = "`".repeat(if text.contains("```") { 5 } else { 3 });
    let lines: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
    out.push_str(&format!("{fence}{language}\n{}\n{fence}\n", lines.join("\n")));
}

fn push_constraints(out: &mut String, rule: &Rule, rows: &[Row]) {
    let mut rows = rows.iter().filter(|row| row.rule == rule).peekable();
    if rows.peek().is_none() {
        return;
    }
    out.push_str("\n## Constraints\n\n| constraint | what it asks for | severity | source |\n|---|---|---|---|\n");
    for row in rows {
        let basis = &row.basis;
        let source = match basis.source {
            Source::Page { url, read } => format!("[{}]({url}), read {read}", page_name(url)),
            Source::House => String::from("inferred by kling-lint"),
            Source::Team => String::from("your team's policy"),
        };
        let note = basis.note.map(|note| format!("<br>{}", cell(note))).unwrap_or_default();
        let severity = severity(basis.severity, basis.tier.word());
        out.push_str(&format!(
            "| `{}` | {}{note} | {severity} | {source} |\n",
            row.name.replace('|', "\\|"),
            cell(&row.statement),
        ));
    }
}

fn severity(severity: Severity, tier: &str) -> String {
    format!("{}, {tier}", severity.word())
}

/// The last part of a page's address.
fn page_name(url: &str) -> &str {
    url.trim_end_matches('/').rsplit('/').next().unwrap_or(url)
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}
