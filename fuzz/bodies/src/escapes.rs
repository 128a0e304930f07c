//! How the strings of a request are escaped, and what space stands between its parts, changes nothing
//! that is told of it.

use kling_lint::Linter;

use crate::shared::{escaped, spaced, told};

/// See the module.
pub fn escapes(text: &[u8]) {
    let (Some(escaped), Some(spaced)) = (escaped(text), spaced(text)) else { return };
    for endpoint in ["image2video", "omni-video", "multi-image2video", "multi-image2image"] {
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        let wanted = told(&linter.lint_bytes(text));
        assert_eq!(wanted, told(&linter.lint_str(&escaped)));
        assert_eq!(wanted, told(&linter.lint_str(&spaced)));
    }
}
