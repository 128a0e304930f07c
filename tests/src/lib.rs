//! Helpers shared by the tests of this workspace: fixtures and their tables.

use std::path::{Path, PathBuf};

use kling_lint::{Finding, Report, Severity};

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
