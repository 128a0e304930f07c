//! `kling-lint explain RULE|CONSTRAINT…`

use std::io::{self, Write};

use anstyle::Style;
use kling_schema::Source;
use kling_schema::rows::{self, Row};
use kling_schema::rules::{self, Rule};

use crate::alike;
use crate::cli::args::Explain;
use crate::cli::text::{push_line, wrap};
use crate::cli::{Status, say};
use crate::printable;

const TITLE: Style = Style::new().bold();
/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.7;

/// What a name stands for.
enum Topic<'r> {
    Rule(&'static Rule),
    Constraint(&'r Row),
    /// Constraints whose names begin alike.
    Constraints(Vec<&'r Row>),
}

/// Explains.
pub(crate) fn run(
    options: &Explain,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let rows = rows::all();
    let mut texts = Vec::new();
    let mut status = Status::Clean;
    if options.all {
        texts.extend(rules::all().map(|rule| explain_rule(rule, &rows)));
    }
    for name in &options.names {
        match topic(name, &rows) {
            Some(Topic::Rule(rule)) => texts.push(explain_rule(rule, &rows)),
            Some(Topic::Constraint(row)) => texts.push(explain_row(row, &rows)),
            Some(Topic::Constraints(rows)) => texts.push(explain_rows(&rows)),
            None => {
                say(err, &unknown(name, &rows));
                status = Status::Failed;
            }
        }
    }
    out.write_all(texts.join("\n\n").as_bytes())?;
    Ok(status)
}

fn topic<'r>(name: &str, rows: &'r [Row]) -> Option<Topic<'r>> {
    if let Some(rule) = rules::find(name) {
        return Some(Topic::Rule(rule));
    }
    if let Some(row) = rows.iter().find(|row| row.name == name) {
        return Some(Topic::Constraint(row));
    }
    let below: Vec<&Row> = rows.iter().filter(|row| is_below(&row.name, name)).collect();
    (!below.is_empty()).then_some(Topic::Constraints(below))
}

/// Whether a constraint's name begins with this one, up to the end of a word.
fn is_below(constraint: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    !prefix.is_empty()
        && constraint.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['/', '.', '[']))
}

fn unknown(name: &str, rows: &[Row]) -> String {
    let shown = printable::shorten(name);
    let names = rules::all().map(|rule| rule.name).chain(rows.iter().map(|row| row.name.as_str()));
    let candidates =
        names.map(|known| (strsim::normalized_damerau_levenshtein(known, name), known));
    let advice = match alike::nearest(candidates, ALIKE) {
        Some(known) => format!("did you mean `{known}`?"),
        None => String::from("`kling-lint rules` lists them"),
    };
    format!("no rule or constraint is called `{shown}`; {advice}")
}

fn explain_rule(rule: &'static Rule, rows: &[Row]) -> String {
    let mut out = format!("{TITLE}{} {}{TITLE:#}\n\n", rule.id, rule.name);
    wrap(&mut out, rule.summary, 0);
    if !rule.explain.is_empty() {
        out.push('\n');
        wrap(&mut out, rule.explain, 0);
    }
    let example = &rule.example;
    for (word, request) in [("bad", example.bad), ("good", example.good)] {
        if !request.is_empty() {
            out.push_str(&format!("\n{}, {word}:\n\n", example.endpoint));
            for line in request.trim().lines() {
                push_line(&mut out, line, 4);
            }
        }
    }
    let mut rows = rows.iter().filter(|row| row.rule == rule).peekable();
    if rows.peek().is_some() {
        out.push_str("\nConstraints:\n");
    }
    for row in rows {
        out.push('\n');
        push_row(&mut out, row, 2);
    }
    out
}

/// The constraint, then the rule that checks it.
fn explain_row(row: &Row, rows: &[Row]) -> String {
    let mut out = String::new();
    push_row(&mut out, row, 0);
    format!("{out}\n{}", explain_rule(row.rule, rows))
}

fn explain_rows(rows: &[&Row]) -> String {
    let mut out = String::new();
    for row in rows {
        push_row(&mut out, row, 0);
        push_line(&mut out, &format!("checked by {} {}", row.rule.id, row.rule.name), 2);
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A constraint: its name, what it asks for, what it rests on.
fn push_row(out: &mut String, row: &Row, indent: usize) {
    let basis = &row.basis;
    push_line(out, &format!("{TITLE}{}{TITLE:#}", row.name), indent);
    wrap(out, &row.statement, indent + 2);
    let kind = format!("{}, {}", basis.severity.word(), basis.tier.word());
    match basis.source {
        Source::Page { url, read } => {
            push_line(out, &format!("{kind} (read {read}):"), indent + 2);
            push_line(out, url, indent + 2);
        }
        Source::House => push_line(out, &format!("{kind}: inferred by kling-lint"), indent + 2),
        Source::Team => push_line(out, &format!("{kind}: your team's own"), indent + 2),
    }
    if let Some(note) = basis.note {
        wrap(out, note, indent + 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_a_word_ends() {
        assert!(is_below("omni-video/prompt/max-chars", "omni-video"));
        assert!(is_below("omni-video/prompt/max-chars", "omni-video/prompt/"));
        assert!(is_below("omni-video/image_list[].image_url/form", "omni-video/image_list"));
        assert!(is_below("omni-video/image_list[].image_url/form", "omni-video/image_list[]"));
        assert!(!is_below("omni-video/prompt/max-chars", "omni-video/pro"));
        assert!(!is_below("omni-video/prompt/max-chars", ""));
        assert!(!is_below("omni-video/prompt/max-chars", "/"));
    }

    #[test]
    fn a_near_miss_is_suggested_and_a_far_one_is_not() {
        let rows = rows::all();
        assert_eq!(
            unknown("too-lang", &rows),
            "no rule or constraint is called `too-lang`; did you mean `too-long`?"
        );
        assert_eq!(
            unknown("\u{1b}[2J", &rows),
            "no rule or constraint is called `\\u{1b}[2J`; `kling-lint rules` lists them"
        );
    }

    #[test]
    fn every_rule_and_every_constraint_can_be_explained() {
        let rows = rows::all();
        for rule in rules::all() {
            assert!(matches!(topic(rule.id, &rows), Some(Topic::Rule(found)) if found == rule));
            assert!(matches!(topic(rule.name, &rows), Some(Topic::Rule(found)) if found == rule));
        }
        for row in &rows {
            assert!(matches!(topic(&row.name, &rows), Some(Topic::Constraint(_))));
            assert!(matches!(topic(row.endpoint, &rows), Some(Topic::Constraints(_))));
        }
    }
}
