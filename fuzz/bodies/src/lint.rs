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
    // Where only errors are listed, all is counted nevertheless.
    let counted = doors::counted(linter, text);
    for severity in [Severity::Info, Severity::Warning, Severity::Error] {
        assert_eq!(counted.count(severity), report.count(severity));
    }
    let errors = |findings: &[Finding]| -> Vec<String> {
        let errors = findings.iter().filter(|it| it.severity == Severity::Error);
        errors.map(|it| format!("{it:?}")).collect()
    };
    assert_eq!(errors(counted.findings()), errors(report.findings()));
}
