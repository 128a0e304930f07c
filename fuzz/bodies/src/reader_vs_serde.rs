//! The reader takes what serde_json takes, and nothing else; and every part of it stands where the
//! reader says, and reads the same.
//!
//! Known differences: serde_json refuses numbers beyond a double's range, nesting over 128 and lone
//! surrogates, all of which JSON allows; of the last the reader warns. It stops at a nesting and a number of
//! values of its own.

use kling_lint::cli::doors::{self, Part};
use kling_lint::{Finding, Linter, Severity};
use kling_schema::rules::Rule;
use kling_schema::rules::document::{LONE_SURROGATE, TOO_DEEP, TOO_LARGE, TOO_MANY_VALUES};
use kling_schema::rules::shape::DUPLICATE_KEY;
use serde_json::Value;

/// What the reader says of a text that it reads all the same.
const TOLD_BY_READER: [&Rule; 2] = [&LONE_SURROGATE, &DUPLICATE_KEY];
/// Where it stops.
const LIMITS: [&Rule; 3] = [&TOO_DEEP, &TOO_MANY_VALUES, &TOO_LARGE];

/// See the module.
pub fn reader_vs_serde(text: &[u8]) {
    assert!(doors::names_agree(text), "a key has the number of another");
    let report = Linter::new().lint_bytes(text);
    let refused = report
        .findings()
        .iter()
        .find(|finding| finding.severity == Severity::Error && finding.rule.id.starts_with("KL00"));
    if report.findings().iter().any(|finding| LIMITS.contains(&finding.rule)) {
        return;
    }
    match (refused, serde_json::from_slice::<Value>(text)) {
        (None, Err(error)) => {
            let said = error.to_string();
            let is_warned = report.findings().iter().any(|it| *it.rule == LONE_SURROGATE);
            let allowed = said.contains("out of range")
                || said.contains("recursion limit")
                || is_warned && (said.contains("surrogate") || said.contains("hex escape"));
            assert!(allowed, "serde_json refuses it: {said}");
        }
        (Some(finding), Ok(_)) => panic!("serde_json reads it: {finding:?}"),
        (None, Ok(value)) => match doors::parts(text) {
            Some(parts) => {
                let again: Value = serde_json::from_str(&rebuilt(text, &parts)).expect("JSON");
                assert_eq!(again, value);
            }
            None => {
                let is_told = |it: &Finding| TOLD_BY_READER.contains(&it.rule);
                assert!(report.findings().iter().any(is_told), "no parts, and nothing is told");
            }
        },
        (Some(_), Err(_)) => {}
    }
}

/// The text put together again out of its parts, each of which reads as the reader says.
fn rebuilt(text: &[u8], parts: &[(std::ops::Range<usize>, Part)]) -> String {
    let mut out = String::new();
    // Whether it is an object, and how many keys and values it has so far.
    let mut open: Vec<(bool, usize)> = Vec::new();
    let mut last = 0;
    for (span, part) in parts {
        assert!(last <= span.start && span.start < span.end, "out of order: {span:?}");
        last = span.end;
        let written = std::str::from_utf8(&text[span.clone()]).expect("between characters");
        if *part == Part::Close {
            open.pop().expect("something is open");
        } else if let Some((is_object, count)) = open.last_mut() {
            out.push_str(match (*count, *is_object) {
                (0, _) => "",
                (count, true) if count % 2 == 1 => ":",
                _ => ",",
            });
            *count += 1;
        }
        match part {
            Part::Open => open.push((written == "{", 0)),
            Part::Close => {}
            Part::Text(text) => {
                assert_eq!(serde_json::from_str::<String>(written).ok().as_ref(), Some(text));
            }
            Part::Number(number) => assert_eq!(written.parse(), Ok(*number)),
            Part::Bool(is_true) => assert_eq!(written, is_true.to_string()),
            Part::Null => assert_eq!(written, "null"),
        }
        out.push_str(written);
    }
    out
}
