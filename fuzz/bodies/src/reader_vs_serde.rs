//! The reader takes what serde_json takes, and nothing else.
//!
//! Known differences: serde_json refuses numbers beyond a double's range and nesting over 128, which
//! JSON allows. The reader refuses lone surrogates and stops at a nesting and a number of values of its own.

use kling_lint::{Linter, Severity};

/// See the module.
pub fn reader_vs_serde(text: &[u8]) {
    let report = Linter::new().lint_bytes(text);
    let refused = report
        .findings()
        .iter()
        .find(|finding| finding.severity == Severity::Error && finding.rule.id.starts_with("KL00"));
    let limits = ["KL0103", "KL0106", "KL0107"];
    if report.findings().iter().any(|finding| limits.contains(&finding.rule.id)) {
        return;
    }
    match (refused, serde_json::from_slice::<serde_json::Value>(text)) {
        (None, Err(error)) => {
            let said = error.to_string();
            let allowed = said.contains("out of range") || said.contains("recursion limit");
            assert!(allowed, "serde_json refuses it: {said}");
        }
        (Some(finding), Ok(_)) => panic!("serde_json reads it: {finding:?}"),
        _ => {}
    }
}
