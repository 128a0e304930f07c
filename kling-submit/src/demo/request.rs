//! A request's body, judged by the linter while it streams.

use std::io::{self, Read};

use kling_lint::kling_schema::{Object, Severity};
use kling_lint::{Finding, Linter};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::skim::Skim;
use super::wish::Wish;
use crate::hex::hex;

/// The user's own id of the task. A test asks the tables for these keys.
const EXTERNAL_ID: &str = "external_task_id";
/// How many images to make.
const COUNT: &str = "n";

/// What is known of a request that the linter let pass.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) external_task_id: Option<String>,
    pub(super) idempotency_key: Option<String>,
    /// Of the bytes as they came.
    pub(super) sent_sha256: String,
    /// Of the request without the user's id: equal for two that make the same.
    pub(super) request_sha256: String,
    pub(super) wish: Option<Wish>,
    pub(super) count: u64,
}

/// What became of a body.
#[derive(Debug)]
pub(super) enum Judged {
    /// It passed.
    Passed(Request),
    /// It did not; this is why.
    Bad(String),
}

/// Reads a body to its end and judges it.
///
/// # Errors
/// The body's own: it did not come whole.
pub(super) fn judge(object: &'static Object, body: impl Read) -> io::Result<Judged> {
    let linter = match Linter::builder().schema(object).wire(true).build() {
        Ok(linter) => linter,
        Err(error) => return Ok(Judged::Bad(error.to_string())),
    };
    let mut skim = Skim::new(body);
    let report = linter.lint_reader(&mut skim, None)?;
    let skimmed = skim.finish()?;
    if let Some(worst) = report.findings().iter().find(|it| it.severity == Severity::Error) {
        return Ok(Judged::Bad(told(worst)));
    }
    let Some(Value::Object(mut members)) = skimmed.json else {
        return Ok(Judged::Bad("the body is no JSON object that can be read".to_owned()));
    };
    let external_task_id = match members.shift_remove(EXTERNAL_ID) {
        Some(Value::String(id)) if !id.is_empty() => Some(id),
        _ => None,
    };
    let count = members.get(COUNT).and_then(Value::as_f64).map_or(1, |count| count as u64);
    let rest = Value::Object(members);
    Ok(Judged::Passed(Request {
        external_task_id,
        idempotency_key: None,
        sent_sha256: skimmed.sha256,
        request_sha256: hex(&Sha256::digest(rest.to_string())),
        wish: wish(&rest),
        count: count.clamp(1, 16),
    }))
}

fn told(finding: &Finding) -> String {
    match finding.pointer.as_str() {
        "" => finding.message.clone(),
        pointer => format!("{}: {}", kling_lint::printable::escape(pointer), finding.message),
    }
}

/// The first wish in any text of the request. Deep JSON did not get past the linter.
fn wish(value: &Value) -> Option<Wish> {
    match value {
        Value::String(text) => Wish::of(text),
        Value::Array(items) => items.iter().find_map(wish),
        Value::Object(members) => members.values().find_map(wish),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use kling_lint::kling_schema::endpoints::{ENDPOINTS, find};

    use super::*;

    fn passed(endpoint: &str, body: &str) -> Request {
        match judge(find(endpoint).expect("an endpoint"), body.as_bytes()).expect("a body") {
            Judged::Passed(request) => request,
            Judged::Bad(why) => panic!("{why}"),
        }
    }

    #[test]
    fn the_keys_are_those_of_the_tables() {
        let has = |object: &Object, key| object.fields.iter().any(|field| field.key == key);
        assert!(ENDPOINTS.iter().all(|object| has(object, EXTERNAL_ID)));
        assert!(has(find("multi-image2image").expect("an endpoint"), COUNT));
    }

    #[test]
    fn the_same_request_has_the_same_hash_whatever_its_id_and_its_spaces() {
        let one = passed("omni-video", r#"{"prompt": "A cat (demo:busy)"}"#);
        let two =
            passed("omni-video", r#"{"external_task_id":"kl1-1","prompt":"A cat (demo:busy)"}"#);
        assert_eq!(one.request_sha256, two.request_sha256);
        assert_ne!(one.sent_sha256, two.sent_sha256);
        assert_eq!(one.external_task_id, None);
        assert_eq!(two.external_task_id.as_deref(), Some("kl1-1"));
        assert_eq!((one.wish, one.count), (Some(Wish::Busy), 1));
        let other = passed("omni-video", r#"{"prompt": "A dog (demo:busy)"}"#);
        assert_ne!(one.request_sha256, other.request_sha256);
    }

    #[test]
    fn a_finding_is_the_message() {
        let object = find("image2video").expect("an endpoint");
        let body = r#"{"image": "https://cdn.klingai-assets.net/cat.jpg", "duration": 5}"#;
        match judge(object, body.as_bytes()).expect("a body") {
            Judged::Bad(why) => assert!(why.starts_with("/duration: "), "{why}"),
            Judged::Passed(_) => panic!("passed"),
        }
    }
}
