//! What stands in a media field is told alike whole, escaped and in pieces: URL, path, Base64 or none.
//! What passes has the form of one that is sent, and what is blamed for bad Base64 is no Base64.

use kling_lint::{Linter, Severity};
use kling_schema::rules::media::BAD_BASE64;
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
        let report = linter.lint_str(&request);
        assert_eq!(told(&report), told(&linter.lint_str(&other)));
        let about: Vec<_> = report.findings().iter().filter(|it| it.pointer == "/image").collect();
        let is_blamed = about.iter().any(|it| *it.rule == BAD_BASE64);
        assert!(!is_blamed || !is_base64(&text), "it is Base64");
        let passes = about.iter().all(|it| it.severity < Severity::Error);
        assert!(!wire || !passes || is_base64(&text) || is_address(&text), "nobody can read it");
    }
}

/// Whether it is Base64 as RFC 4648 has it in section 4, whatever the bits behind its last byte.
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let is_data = |it: char| it.is_ascii_alphanumeric() || it == '+' || it == '/';
    !data.is_empty() && padding <= 2 && text.len().is_multiple_of(4) && data.chars().all(is_data)
}

fn is_address(text: &str) -> bool {
    let text = text.trim().to_ascii_lowercase();
    let rest = text.strip_prefix("https:").or_else(|| text.strip_prefix("http:"));
    rest.is_some_and(|it| !it.trim_start_matches(['/', '\\']).is_empty())
}
