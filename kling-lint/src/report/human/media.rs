//! A media file for people: what it is, which fields take it, and why the others do not.
//!
//! ```text
//! photo.png: PNG, 338 × 191 pixels, 114 bytes
//!   refused (KL4013) by
//!     image2video        image, image_tail
//!     omni-video         image_list[].image_url
//!   KL4013 too-few-pixels: the image is 338 × 191 pixels; Kling asks for at least
//!     300 on each side
//!     help: scale it to 531 × 300 or larger
//! ```

use std::borrow::Cow;

use anstyle::Style;
use kling_schema::rules::media;
use kling_schema::{Severity, listed};
use unicode_width::UnicodeWidthStr as _;

use super::{NARROWEST, basis, clip};
use crate::finding::Finding;
use crate::message::{fill, grouped, help};
use crate::report::media::Verdict;
use crate::report::summary::{ERROR, GOOD, WARNING};
use crate::report::{Media, shown};
use crate::{FieldVerdict, MediaReport};

/// Longer lines are hard to read on any screen.
const WIDEST: usize = 80;
/// How far each line stands in below the one it belongs to.
const INDENT: usize = 2;
/// Who asks for something, where several endpoints do.
const VENDOR: &str = "Kling";

/// All of it, ending with an empty line; nothing when it is quiet and nothing is wrong.
pub(super) fn page(input: &Media<'_>, width: usize, verbose: bool, quiet: bool) -> String {
    let report = input.report;
    let least = if verbose { Severity::Info } else { Severity::Warning };
    let mut page =
        Page { report, width: width.clamp(NARROWEST, WIDEST), least, text: String::new() };
    for finding in &report.about {
        page.about(finding, verbose);
    }
    for group in page.groups() {
        if !quiet || group.verdict > Verdict::Taken {
            page.group(&group);
        }
    }
    for reason in page.reasons() {
        page.reason(&reason, verbose);
    }
    if quiet && page.text.is_empty() {
        return page.text;
    }
    let bold = Style::new().bold();
    let body = std::mem::take(&mut page.text);
    page.text = format!("{bold}{}{bold:#}: ", shown(input.path));
    let column = columns(&page.text);
    page.words(&facts(report), column, INDENT);
    format!("{}{body}\n", page.text)
}

struct Page<'r> {
    report: &'r MediaReport,
    width: usize,
    /// Findings below are not told.
    least: Severity,
    text: String,
}

/// Fields with the same verdict for the same reasons.
struct Group<'r> {
    verdict: Verdict,
    /// The rules, as ids.
    reasons: Vec<&'static str>,
    fields: Vec<&'r FieldVerdict>,
}

/// Findings that say the same of several fields.
struct Reason<'r> {
    id: &'static str,
    name: &'static str,
    message: String,
    findings: Vec<Told<'r>>,
}

/// A finding with its field and its help, if any: what would pass one field need not pass another.
type Told<'r> = (&'r FieldVerdict, &'r Finding, Option<Cow<'static, str>>);

impl<'r> Page<'r> {
    fn told(&self, findings: &'r [Finding]) -> impl Iterator<Item = &'r Finding> {
        let least = self.least;
        findings.iter().filter(move |finding| finding.severity >= least)
    }

    /// A finding on the file itself. Infos, too: they are part of what it is.
    fn about(&mut self, finding: &Finding, verbose: bool) {
        let style = match finding.severity {
            Severity::Error => ERROR,
            Severity::Warning => WARNING,
            Severity::Info => Style::new().bold(),
        };
        let (word, rule) = (finding.severity.word(), finding.rule);
        let title = format!(
            "{style}{word}[{} {}]{style:#}: {}",
            rule.id,
            rule.name,
            clip(&finding.message)
        );
        self.lines(&title, INDENT, 2 * INDENT);
        if let Some(help) = &finding.help {
            self.lines(&format!("help: {}", clip(help)), 2 * INDENT, 3 * INDENT);
        }
        if verbose {
            self.basis(&[finding]);
        }
    }

    /// Groups of fields, the best first.
    fn groups(&self) -> Vec<Group<'r>> {
        let mut groups: Vec<Group<'r>> = Vec::new();
        for field in &self.report.fields {
            let verdict = Verdict::of(field.worst());
            let mut reasons: Vec<_> = self
                .told(&self.report.about)
                .chain(self.told(&field.findings))
                .map(|finding| finding.rule.id)
                .collect();
            reasons.sort_unstable();
            reasons.dedup();
            match groups.iter_mut().find(|it| it.verdict == verdict && it.reasons == reasons) {
                Some(group) => group.fields.push(field),
                None => groups.push(Group { verdict, reasons, fields: vec![field] }),
            }
        }
        groups.sort_by_key(|group| group.verdict);
        groups
    }

    fn group(&mut self, group: &Group<'_>) {
        let style = style(group.verdict);
        let word = match group.verdict {
            Verdict::Taken => "taken",
            Verdict::Doubtful => "may be refused",
            Verdict::Refused => "refused",
        };
        let reasons = match group.reasons.as_slice() {
            [] => String::new(),
            reasons => format!(" ({})", reasons.join(", ")),
        };
        let is_unsure = |finding: &Finding| finding.rule.id == media::UNSURE_VIDEO.id;
        let unless = match group.verdict {
            Verdict::Taken if self.report.about.iter().any(is_unsure) => ", as far as can be told,",
            _ => "",
        };
        let title = format!("{style}{word}{style:#}{unless}{reasons} by");
        self.lines(&title, INDENT, 2 * INDENT);
        let widest = |width: fn(&FieldVerdict) -> usize| {
            self.report.fields.iter().map(width).max().unwrap_or_default()
        };
        let column = 2 * INDENT + widest(|field| field.endpoint.width()) + INDENT;
        // A comma follows.
        let is_beside = column + widest(|field| field.field.width()) < self.width;
        for endpoint in group.fields.chunk_by(|one, other| one.endpoint == other.endpoint) {
            let names: Vec<String> = endpoint.iter().map(|field| named(field)).collect();
            let Some(first) = endpoint.first() else { continue };
            let names = names.join(", ");
            if is_beside {
                let gap = " ".repeat(column - 2 * INDENT - first.endpoint.width());
                self.lines(&format!("{}{gap}{names}", first.endpoint), 2 * INDENT, column);
            } else {
                self.lines(&format!("{}: {names}", first.endpoint), 2 * INDENT, 3 * INDENT);
            }
        }
    }

    /// Each reason once, the worst first.
    fn reasons(&self) -> Vec<Reason<'r>> {
        let mut reasons: Vec<Reason<'r>> = Vec::new();
        for field in &self.report.fields {
            for finding in self.told(&field.findings) {
                let rule = finding.rule;
                let alone =
                    self.told_of_all(rule.id).all(|(other, _)| other.endpoint == field.endpoint);
                let owner = if alone { field.endpoint } else { VENDOR };
                let params = finding
                    .params
                    .clone()
                    .with("field", format!("the {}", self.report.class.word()))
                    .with("owner", owner);
                let message = fill(rule.message, &params);
                let told = (field, finding, help(rule.help, &params));
                match reasons.iter_mut().find(|it| it.id == rule.id && it.message == message) {
                    Some(reason) => reason.findings.push(told),
                    None => reasons.push(Reason {
                        id: rule.id,
                        name: rule.name,
                        message,
                        findings: vec![told],
                    }),
                }
            }
        }
        reasons.sort_by_key(|reason| {
            let worst = reason.findings.iter().map(|(_, finding, _)| finding.severity).max();
            (std::cmp::Reverse(worst), reason.id)
        });
        reasons
    }

    /// The fields that this rule is told of.
    fn told_of_all(&self, id: &str) -> impl Iterator<Item = (&'r FieldVerdict, &'r Finding)> {
        self.report.fields.iter().flat_map(move |field| {
            let told = self.told(&field.findings).filter(move |finding| finding.rule.id == id);
            told.map(move |finding| (field, finding))
        })
    }

    fn reason(&mut self, reason: &Reason<'_>, verbose: bool) {
        // What is not the same for all fields says which ones it is about.
        let of = names(&reason.findings, self.told_of_all(reason.id).count());
        let title = format!("{} {}{of}: {}", reason.id, reason.name, clip(&reason.message));
        self.lines(&title, INDENT, 2 * INDENT);
        let mut done: Vec<&str> = Vec::new();
        for help in reason.findings.iter().filter_map(|(_, _, help)| help.as_deref()) {
            if done.contains(&help) {
                continue;
            }
            done.push(help);
            let says = |told: &&Told<'_>| told.2.as_deref() == Some(help);
            let same: Vec<_> = reason.findings.iter().filter(says).cloned().collect();
            let of = names(&same, reason.findings.len());
            self.lines(&format!("help{of}: {}", clip(help)), 2 * INDENT, 3 * INDENT);
        }
        if verbose {
            let findings: Vec<_> = reason.findings.iter().map(|(_, finding, _)| *finding).collect();
            self.basis(&findings);
        }
    }

    /// What findings rest on: those of one page together.
    fn basis(&mut self, findings: &[&Finding]) {
        let mut told = Vec::new();
        for finding in findings {
            let basis = basis(finding);
            if told.contains(&basis) {
                continue;
            }
            let names: Vec<String> = findings
                .iter()
                .filter(|other| self::basis(other) == basis)
                .filter_map(|other| other.constraint.clone())
                .collect();
            let (subject, verb) = match names.as_slice() {
                [] => (String::from("this"), "is"),
                [_] => (names.concat(), "is"),
                names => (listed(names, "and"), "are"),
            };
            let (how, page) = &basis;
            let colon = if page.is_some() { ":" } else { "" };
            let line = format!("note: {subject} {verb} {how}{colon}");
            self.lines(&line, 2 * INDENT, 3 * INDENT);
            if let Some(url) = page {
                self.lines(url, 3 * INDENT, 3 * INDENT);
            }
            told.push(basis);
        }
    }

    /// Appends a paragraph, broken at spaces; its first line and the others stand in so far.
    fn lines(&mut self, paragraph: &str, first: usize, others: usize) {
        self.text.push_str(&" ".repeat(first));
        self.words(paragraph, first, others);
    }

    /// Goes on in this column; further lines stand in so far.
    fn words(&mut self, paragraph: &str, mut column: usize, others: usize) {
        // Spaces in a row hold a column: they are no place to break.
        for word in paragraph.split_inclusive(' ') {
            let wide = columns(word.trim_end());
            if column + wide > self.width && column > others {
                let kept = self.text.trim_end_matches(' ').len();
                self.text.truncate(kept);
                self.text.push('\n');
                self.text.push_str(&" ".repeat(others));
                column = others;
            }
            self.text.push_str(word);
            column += columns(word);
        }
        self.text.push('\n');
    }
}

/// `MP4, 1280 × 720 pixels, 5 seconds, 30 frames per second, 1,204 bytes`
fn facts(report: &MediaReport) -> String {
    let mut parts: Vec<String> = report.content.into_iter().map(String::from).collect();
    if let Some((width, height)) = report.pixels {
        let turned = if report.turned { " (shown turned by a quarter)" } else { "" };
        parts.push(format!("{width} × {height} pixels{turned}"));
    }
    if report.animated {
        parts.push("animated".into());
    }
    if let Some(seconds) = report.seconds {
        let number = decimal(seconds);
        parts.push(format!("{number} second{}", plural(&number)));
    }
    if let Some(rate) = report.frames_per_second {
        let number = decimal(rate);
        parts.push(format!("{number} frame{} per second", plural(&number)));
    }
    let bytes = grouped(report.len);
    parts.push(format!("{bytes} byte{}", plural(&bytes)));
    parts.join(", ")
}

fn plural(number: &str) -> &'static str {
    if number == "1" { "" } else { "s" }
}

/// To three decimals.
fn decimal(value: f64) -> String {
    format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A field, and what it takes instead of the file.
fn named(field: &FieldVerdict) -> String {
    let instead = if field.inline || !field.accepted() { "" } else { " (a URL: upload it first)" };
    format!("{}{instead}", field.field)
}

/// ` (image, image_tail)`, unless these are all.
fn names(told: &[Told<'_>], all: usize) -> String {
    if told.len() == all {
        return String::new();
    }
    let mut names: Vec<&str> = Vec::new();
    for (field, ..) in told {
        if !names.contains(&field.field.as_str()) {
            names.push(&field.field);
        }
    }
    format!(" ({})", names.join(", "))
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Taken => GOOD,
        Verdict::Doubtful => WARNING,
        Verdict::Refused => ERROR,
    }
}

/// The columns that a styled text takes.
fn columns(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.width()).sum()
}

#[cfg(test)]
mod tests;
