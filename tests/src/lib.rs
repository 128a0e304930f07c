//! Helpers shared by the tests of this workspace: fixtures and their tables.

use std::path::{Path, PathBuf};

use kling_lint::{Finding, Linter, Report, Severity};
use kling_schema::export::Unexported;
use kling_schema::locator;

pub mod generate;
pub mod oracle;
pub mod png;

/// The folder of the fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// The lines of a table of the fixtures, split at tabs, without comments and blank lines.
///
/// # Panics
/// When the table cannot be read.
pub fn table(name: &str) -> Vec<Vec<String>> {
    let path = fixtures().join(name);
    let text = text(&path);
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}

/// A file's text.
///
/// # Panics
/// When the file cannot be read.
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
pub fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file's bytes.
///
/// # Panics
/// When the file cannot be read.
#[expect(clippy::disallowed_methods, reason = "tests read their fixtures whole")]
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `KL2001@/prompt` for each finding at or above a severity, sorted.
pub fn told(report: &Report, from: Severity) -> Vec<String> {
    let mut told: Vec<String> = report
        .findings()
        .iter()
        .filter(|finding| finding.severity >= from)
        .map(|Finding { rule, pointer, .. }| format!("{}@{pointer}", rule.id))
        .collect();
    told.sort();
    told
}

/// How [`verdict`] writes that a media text is no URL, Base64 or path, whichever rule says so.
pub const NO_SOURCE: &str = "KL400x";

/// `KL2001 error /prompt` for each finding, infos too, sorted.
pub fn verdict(report: &Report) -> Vec<String> {
    let mut told: Vec<String> = report
        .findings()
        .iter()
        .map(|finding| {
            let rule = match finding.rule.id {
                "KL4001" | "KL4003" => NO_SOURCE,
                id => id,
            };
            format!("{rule} {} {}", finding.severity.word(), finding.pointer)
        })
        .collect();
    told.sort();
    told
}

/// Whether a schema has to refuse a body for this finding: it rests on no row, or on one that the
/// schema does not leave out.
pub fn is_exported(left_out: &[Unexported], finding: &Finding, body: &serde_json::Value) -> bool {
    let Some(constraint) = &finding.constraint else { return true };
    let entry =
        left_out.iter().find(|entry| entry.constraint == *constraint && entry.rule == finding.rule);
    let Some(entry) = entry else { return true };
    // Of the forms only what the Base64 holds may be left out.
    let text = body.pointer(&finding.pointer).and_then(serde_json::Value::as_str);
    entry.reason.starts_with("what the Base64 holds") && !text.is_some_and(locator::is_base64)
}

/// A linter for one endpoint.
///
/// # Panics
/// When there is no such endpoint.
pub fn linter(endpoint: &str) -> Linter {
    Linter::builder().endpoint(endpoint).build().expect("a covered endpoint")
}

/// Compares the linter with the [oracle](oracle::expected) over many bodies, and tells where they
/// part.
#[derive(Debug, Default)]
pub struct Comparison {
    compared: usize,
    wrong: Vec<String>,
}

impl Comparison {
    /// None yet.
    pub fn new() -> Self {
        Comparison::default()
    }

    /// One body.
    pub fn body(&mut self, what: &str, linter: &Linter, endpoint: &str, text: &str) {
        let value: serde_json::Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let want = oracle::expected(endpoint, &value);
        self.told(what, &want, &verdict(&linter.lint_str(text)), text);
    }

    /// What was expected of one body, and what was told.
    pub fn told(&mut self, what: &str, want: &[String], have: &[String], text: &str) {
        self.compared += 1;
        if want != have {
            let text: String = text.chars().take(400).collect();
            self.wrong
                .push(format!("{what}: {text}\n    expected: {want:?}\n    told:     {have:?}"));
        }
    }

    /// The end of the comparison.
    ///
    /// # Panics
    /// When any body was judged otherwise, or fewer bodies were compared than promised.
    pub fn finish(self, at_least: usize) {
        assert!(self.compared >= at_least, "only {} bodies", self.compared);
        let shown: Vec<String> = self.wrong.iter().take(40).cloned().collect();
        assert!(
            self.wrong.is_empty(),
            "{} of {} differ:\n{}",
            self.wrong.len(),
            self.compared,
            shown.join("\n")
        );
    }
}
