//! Fixes make a text with fewer findings, and the report that goes with them is that of the text.

use kling_lint::{Applicability, Linter, Report};

use crate::shared::{holds_together, told};

/// See the module.
pub fn fixes(text: &[u8]) {
    for endpoint in ["image2video", "omni-video"] {
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        let before = linter.lint_bytes(text);
        let total = |report: &Report| report.findings().len() + report.hidden();
        for most in [Applicability::Safe, Applicability::Unsafe] {
            let fixed = linter.fix_bytes(text, most);
            holds_together(&fixed.report, fixed.text.len() as u64);
            assert_eq!(told(&fixed.report), told(&linter.lint_bytes(&fixed.text)));
            let is_broken =
                |report: &Report| report.findings().iter().any(|it| it.rule.id.starts_with("KL00"));
            if fixed.count == 0 {
                assert_eq!(fixed.text, text);
            } else if !is_broken(&before) {
                assert!(total(&fixed.report) < total(&before), "nothing is better");
                assert!(!is_broken(&fixed.report), "no longer JSON");
            }
        }
    }
}
