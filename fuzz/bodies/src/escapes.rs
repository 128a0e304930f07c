//! How the strings of a request are escaped changes nothing that is told of it.

use kling_lint::Linter;

use crate::shared::{escaped, told};

/// See the module.
pub fn escapes(text: &[u8]) {
    let Some(other) = escaped(text) else { return };
    for endpoint in ["image2video", "omni-video", "multi-image2video", "multi-image2image"] {
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        assert_eq!(told(&linter.lint_bytes(text)), told(&linter.lint_str(&other)));
    }
}
