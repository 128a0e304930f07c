//! Bytes → a report that holds together, whatever the bytes.

use kling_lint::Linter;

/// See the module.
pub fn lint(text: &[u8]) {
    for endpoint in ["image2video", "omni-video"] {
        let linter = Linter::builder().endpoint(endpoint).wire(true).build().expect("an endpoint");
        crate::shared::holds_together(&linter.lint_bytes(text), text.len() as u64);
    }
    crate::shared::holds_together(&Linter::new().lint_bytes(text), text.len() as u64);
}
