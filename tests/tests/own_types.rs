//! Other people derive the table for their own structs and get the same rules and messages.

use kling_lint::{Linter, Severity};
use kling_schema::{ImageSource, KlingSchema};
use serde::{Deserialize, Serialize};

/// Orders a poster.
#[derive(Debug, Default, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://docs.acme.net/poster", read = "2026-11-01")]
#[kling(rule(one_source: at_most_one(photo, drawing)))]
struct Poster {
    /// What it says.
    #[kling(chars(3..=12))]
    title: String,
    /// How many.
    #[kling(range(1..=99), default = 1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<u32>,
    /// A photo on it.
    #[kling(image(formats(jpeg), edge >= 1000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    photo: Option<ImageSource>,
    /// A drawing on it.
    #[kling(image(formats(png)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    drawing: Option<ImageSource>,
}

fn messages(json: &str) -> Vec<String> {
    let linter = Linter::builder().schema(Poster::SCHEMA).build().expect("a table");
    linter.lint_str(json).findings().iter().map(ToString::to_string).collect()
}

#[test]
fn the_rules_speak_of_the_own_type() {
    assert_eq!(
        messages(r#"{"title": "Hi", "copiess": 100}"#),
        [
            "error[KL2002 too-short]: `title` has 2 characters; Poster asks for at least 3",
            "warning[KL1005 misspelt-field]: Poster documents no key `copiess`; did you mean `copies`?",
        ]
    );
    assert_eq!(
        messages(
            r#"{"title": "Hello", "photo": "https://a.net/1.jpg", "drawing": "https://a.net/2.png"}"#
        ),
        ["error[KL3002 exclusive-fields]: `photo` and `drawing` cannot be used together"]
    );
}

#[test]
fn a_typed_value_has_the_verdict_of_its_text() {
    let poster = Poster { title: "Hello".into(), copies: Some(100), ..Poster::default() };
    let report = Linter::new().lint_request(&poster).expect("it serializes");
    assert_eq!(report.endpoint().map(|endpoint| endpoint.name), Some("Poster"));
    assert_eq!(report.count(Severity::Error), 1);
    let finding = &report.findings()[0];
    assert_eq!(finding.constraint.as_deref(), Some("Poster/copies/max"));
    assert_eq!(finding.source.name(), "https://docs.acme.net/poster");
}
