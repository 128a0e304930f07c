//! Bytes → a report that holds together, whatever the bytes.

use kling_lint::cli::doors;
use kling_lint::{Finding, Linter, Severity};

/// See the module.
pub fn lint(text: &[u8]) {
    for endpoint in ["image2video", "omni-video"] {
        let linter = Linter::builder().endpoint(endpoint).wire(true).build().expect("an endpoint");
        holds_together(&linter, text);
    }
    holds_together(&Linter::new(), text);
}

fn holds_together(linter: &Linter, text: &[u8]) {
    let report = linter.lint_bytes(text);
    crate::shared::holds_together(&report, text.len() as u64);
    // Where nothing more is listed, all is counted nevertheless.
    let counted = doors::counted(linter, text);
    for severity in [Severity::Info, Severity::Warning, Severity::Error] {
        assert_eq!(counted.count(severity), report.count(severity));
    }
    let mut all = report.findings().iter().map(said);
    for one in counted.findings().iter().map(said) {
        assert!(all.any(|it| it == one), "{one} is not found, or not in its place");
    }
}

fn said(finding: &Finding) -> String {
    format!("{finding:?}")
}
