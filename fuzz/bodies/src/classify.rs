//! What stands in a media field is told alike whole, escaped and in pieces: URL, path, Base64 or none.

use kling_lint::Linter;
use serde_json::json;

use crate::shared::{escaped, same, told};

/// See the module.
pub fn classify(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let request = json!({ "image": text }).to_string();
    for wire in [false, true] {
        let linter = Linter::builder().endpoint("image2video").wire(wire).build();
        let linter = linter.expect("an endpoint");
        same(&linter, request.as_bytes(), &[3, 1, 7]);
        let other = escaped(request.as_bytes()).expect("JSON");
        assert_eq!(told(&linter.lint_str(&request)), told(&linter.lint_str(&other)));
    }
}
