//! What an answer to the POST means: the table, row by row.
//!
//! | answer | outcome |
//! |---|---|
//! | 2xx with a `task_id` | accepted |
//! | 400, 401, 403, 404, 413, 415, 422; 500 that says `invalid_request`; 2xx with a service code that refuses | refused |
//! | 402; 429 with a service code about money; a refusal that speaks of the balance | refused: money |
//! | any other 429 | refused: throttled |
//! | everything else | unknown |
//!
//! "Refused" is said only of what cannot have been taken: a `task_id` in a refusal makes it unknown, also
//! one that no id can be.

use kling_lint::kling_schema::errors::{self, About, Retry};
use kling_lint::kling_schema::replies::Reply;
use kling_lint::printable;
use serde_json::Value;

use crate::entry::{RawReply, RefusalKind, Refused};

/// What an answer to the POST means.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Taken, and paid for.
    Accepted {
        /// The server's id.
        task_id: String,
        /// For support.
        request_id: Option<String>,
    },
    /// Not taken, not paid.
    Refused(Refused),
    /// Perhaps taken, perhaps paid for.
    Unknown {
        /// Why, for people.
        why: String,
    },
}

/// The longest id that is taken for one.
const LONGEST_ID: usize = 256;
/// In a refusal's words, these speak of the balance.
const MONEY: [&str; 5] = ["balance", "insufficient", "arrears", "top up", "余额"];
/// How the gateway's error is called, if its own 500 says that the request is at fault. Elsewhere in an
/// answer the word may be an echo of the request.
const AT_FAULT: &str = "invalid_request";

/// Reads an answer to the POST.
pub fn outcome(reply: &RawReply) -> Outcome {
    let unknown = |why: String| Outcome::Unknown { why };
    let status = reply.status;
    let read = Read::new(reply);
    if status / 100 == 2 {
        if let Some(cut) = &reply.cut {
            let named = read.and_then(|read| read.task_id.or(read.strange_id));
            let named = named.map(|id| format!("; it names the task {}", printable::shorten(&id)));
            let named = named.unwrap_or_default();
            return unknown(format!("the answer {status} is not whole: {cut}{named}"));
        }
        let Some(read) = read else {
            return unknown(format!("the answer {status} is not JSON"));
        };
        if let Some(task_id) = read.task_id {
            return Outcome::Accepted { task_id, request_id: read.request_id };
        }
        if let Some(id) = read.strange_id {
            let id = printable::shorten(&id);
            return unknown(format!("the answer {status} names a task {id}, which is no id"));
        }
        return match read.code {
            Some(code) if code != 0 => by_code(status, code, read.message),
            _ => unknown(format!("the answer {status} has no task id")),
        };
    }

    let (code, message, at_fault) = match read {
        Some(Read { task_id: Some(id), .. } | Read { strange_id: Some(id), .. }) => {
            let id = printable::shorten(&id);
            return unknown(format!("the server answered {status}, and yet names the task {id}"));
        }
        Some(read) => (read.code, read.message, read.at_fault),
        None => (None, None, false),
    };
    let row = code.and_then(errors::find);
    let refused = |kind| {
        let meaning = || row.map(|row| row.meaning.to_owned());
        let message = message.clone().or_else(meaning);
        let message = message.unwrap_or_else(|| first_line(&reply.body));
        Outcome::Refused(Refused { status, code, message, kind })
    };
    if row.is_some_and(|row| row.retry == Retry::QueriesOnly) {
        return unknown(format!(
            "the server answered {status}, service code {}",
            code.unwrap_or(0)
        ));
    }
    let kind = row.and_then(|row| kind(row.about));
    let speaks_of_money = message.as_deref().is_some_and(|text| {
        let text = text.to_lowercase();
        MONEY.iter().any(|word| text.contains(word))
    });
    match status {
        402 => refused(RefusalKind::Money),
        429 => match kind {
            Some(kind) => refused(kind),
            None if speaks_of_money && reply.header("retry-after").is_none() => {
                refused(RefusalKind::Money)
            }
            None => refused(RefusalKind::Throttled),
        },
        401 | 403 if kind.is_none() && speaks_of_money => refused(RefusalKind::Money),
        401 | 403 => refused(kind.unwrap_or(RefusalKind::Key)),
        400 | 404 | 413 | 415 | 422 => refused(kind.unwrap_or(RefusalKind::Request)),
        500 if at_fault => refused(RefusalKind::Request),
        300..=399 => unknown(format!("the server answered {status}, a redirect: not followed")),
        _ => unknown(format!("the server answered {status}")),
    }
}

/// HTTP says it went well, and the service code says it did not.
fn by_code(status: u16, code: i64, message: Option<String>) -> Outcome {
    let row = errors::find(code);
    match row.and_then(|row| Some((row, kind(row.about)?))) {
        Some((row, kind)) => {
            let message = message.unwrap_or_else(|| row.meaning.to_owned());
            Outcome::Refused(Refused { status, code: Some(code), message, kind })
        }
        None => Outcome::Unknown {
            why: format!("the answer {status} has the service code {code} and no task id"),
        },
    }
}

/// `None` for codes that prove no refusal.
fn kind(about: About) -> Option<RefusalKind> {
    match about {
        About::Key => Some(RefusalKind::Key),
        About::Money => Some(RefusalKind::Money),
        About::Request => Some(RefusalKind::Request),
        About::Pace => Some(RefusalKind::Throttled),
        About::Nothing | About::Server => None,
    }
}

/// What matters of an answer that is a JSON object.
struct Read {
    task_id: Option<String>,
    /// What stands in its place, and can be no id.
    strange_id: Option<String>,
    request_id: Option<String>,
    code: Option<i64>,
    message: Option<String>,
    /// Whether the error says that the request is at fault.
    at_fault: bool,
}

impl Read {
    fn new(reply: &RawReply) -> Option<Self> {
        // By way of a value: of a key written twice, the last counts, as everywhere.
        let value: Value = serde_json::from_str(reply.body.trim_start_matches('\u{feff}')).ok()?;
        value.as_object()?;
        let message = message(&value);
        let at_fault = [&["error", "type"][..], &["error", "code"], &["type"], &["code"]];
        let at_fault = at_fault
            .into_iter()
            .any(|path| text_at(&value, path).is_some_and(|it| it.starts_with(AT_FAULT)));
        let request_id = text_at(&value, &["request_id"])
            .or_else(|| reply.header("x-request-id").map(str::to_owned));
        let read: Option<Reply> = serde_json::from_value(value).ok();
        let task_id = read.as_ref().and_then(Reply::task_id).map(str::to_owned);
        let usable = |id: &String| {
            id.len() <= LONGEST_ID && id.chars().all(|it| !it.is_control() && !it.is_whitespace())
        };
        let (task_id, strange_id) = match task_id {
            Some(id) if usable(&id) => (Some(id), None),
            other => (None, other.filter(|id| !id.trim().is_empty())),
        };
        Some(Read {
            task_id,
            strange_id,
            request_id,
            at_fault,
            code: read.as_ref().and_then(Reply::service_code),
            message,
        })
    }
}

/// The server's words, wherever gateways put them.
fn message(value: &Value) -> Option<String> {
    [
        &["message"][..],
        &["error", "message"],
        &["error"],
        &["data", "message"],
        &["data", "data", "message"],
        &["msg"],
        &["detail"],
    ]
    .into_iter()
    .find_map(|path| text_at(value, path))
}

fn text_at(value: &Value, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value, |value, key| value.get(key))?;
    found.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The first line of an answer that is no JSON; of a page, nothing.
fn first_line(body: &str) -> String {
    let line = body.trim_start().lines().next().unwrap_or_default();
    if line.starts_with(['<', '{', '[']) { String::new() } else { line.chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> RawReply {
        RawReply { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    fn word(reply: &RawReply) -> String {
        match outcome(reply) {
            Outcome::Accepted { task_id, .. } => format!("accepted {task_id}"),
            Outcome::Refused(refused) => format!("refused {:?}", refused.kind).to_lowercase(),
            Outcome::Unknown { .. } => "unknown".into(),
        }
    }

    #[test]
    fn each_row_of_the_table() {
        for (status, body, expected) in [
            (
                200,
                r#"{"code":0,"message":"SUCCEED","data":{"task_id":"81","task_status":"submitted"}}"#,
                "accepted 81",
            ),
            (200, r#"{"code":"success","data":{"task_id":"81"}}"#, "accepted 81"),
            (200, r#"{"data":{"task_id":"81"}}"#, "accepted 81"),
            (200, r#"{"code":0,"data":{"data":{"task_id":"81"}}}"#, "accepted 81"),
            (202, r#"{"code":0,"data":{"task_id":"81"}}"#, "accepted 81"),
            // A number above 2^53, to the digit.
            (200, r#"{"code":0,"data":{"task_id":9007199254740993}}"#, "accepted 9007199254740993"),
            // An id stays an id, whatever stands beside it.
            (200, r#"{"code":1201,"data":{"task_id":"81"}}"#, "accepted 81"),
            (200, r#"{"code":1201,"message":"bad","data":null}"#, "refused request"),
            (200, r#"{"code":1201,"message":"bad"}"#, "refused request"),
            (200, r#"{"data":{"data":{"code":1301,"message":"policy"}}}"#, "refused request"),
            (200, r#"{"code":1102}"#, "refused money"),
            (200, r#"{"code":1303}"#, "refused throttled"),
            (200, r#"{"code":5000}"#, "unknown"),
            (200, r#"{"code":77}"#, "unknown"),
            (200, r#"{"code":0,"message":"SUCCEED","data":{}}"#, "unknown"),
            (200, r#"{"code":0,"data":{"task_id":""}}"#, "unknown"),
            (200, r#"{"code":0,"data":{"task_id":{"id":1}}}"#, "unknown"),
            (200, r#"{"code":0,"data":{"task_id":123456789012345678901234567890}}"#, "unknown"),
            (200, r#"{"code":0,"data":{"task_id":"8\n1"}}"#, "unknown"),
            (200, r#"{"code":1201,"data":{"task_id":"8\n1"}}"#, "unknown"),
            (400, r#"{"code":1201,"data":{"task_id":"8\n1"}}"#, "unknown"),
            (400, r#"{"code":1201,"data":{"task_id":" "}}"#, "refused request"),
            (200, "\u{feff}{\"data\":{\"task_id\":\"81\"}}", "accepted 81"),
            (200, "", "unknown"),
            (200, "<html>", "unknown"),
            (200, r#"{"code":0,"data":{"task_id":"8"#, "unknown"),
            (200, "[]", "unknown"),
            (204, "", "unknown"),
            (400, r#"{"code":1201,"message":"bad"}"#, "refused request"),
            (400, "<html>", "refused request"),
            (400, r#"{"code":1200,"data":{"task_id":"81"}}"#, "unknown"),
            (400, r#"{"code":5000}"#, "unknown"),
            (401, r#"{"code":1002,"message":"auth"}"#, "refused key"),
            (401, "", "refused key"),
            (402, "", "refused money"),
            (403, r#"{"error":{"message":"insufficient user quota"}}"#, "refused money"),
            (403, r#"{"code":1103}"#, "refused key"),
            (404, r#"{"code":1202}"#, "refused request"),
            (413, "", "refused request"),
            (415, "", "refused request"),
            (422, "", "refused request"),
            (408, "", "unknown"),
            (409, "", "unknown"),
            (418, "", "unknown"),
            (429, r#"{"code":1100}"#, "refused money"),
            (429, r#"{"code":1101}"#, "refused money"),
            (429, r#"{"code":1102}"#, "refused money"),
            (429, r#"{"code":1302}"#, "refused throttled"),
            (429, r#"{"code":1303}"#, "refused throttled"),
            (429, r#"{"code":1304}"#, "refused key"),
            (429, "", "refused throttled"),
            (429, r#"{"message":"your balance is used up"}"#, "refused money"),
            (500, r#"{"error":{"type":"invalid_request","message":"bad"}}"#, "refused request"),
            (500, r#"{"code":"invalid_request_error","message":"bad"}"#, "refused request"),
            // An echo of the request is no verdict on it.
            (500, r#"{"error":{"message":"lost: a cat says invalid_request"}}"#, "unknown"),
            (500, "timeout at /invalid_request", "unknown"),
            (500, "", "unknown"),
            (500, r#"{"code":1201}"#, "unknown"),
            (502, "", "unknown"),
            (503, r#"{"code":5001}"#, "unknown"),
            (504, "", "unknown"),
            (524, "", "unknown"),
            (301, "", "unknown"),
            (307, "", "unknown"),
            (308, "", "unknown"),
        ] {
            assert_eq!(word(&reply(status, body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn an_answer_that_is_cut_short_is_unknown_though_it_names_a_task() {
        let whole = r#"{"code":0,"data":{"task_id":"81"}}"#;
        let cut = RawReply { cut: Some("the connection ended".into()), ..reply(200, whole) };
        let Outcome::Unknown { why } = outcome(&cut) else { panic!("it is not whole") };
        assert!(why.contains("it names the task 81"), "a person may look for it: {why}");
        // A status line is enough for a refusal.
        let cut = RawReply { cut: Some("the connection ended".into()), ..reply(401, "{\"co") };
        assert_eq!(word(&cut), "refused key");
    }

    #[test]
    fn asking_to_wait_is_no_word_about_money() {
        let mut throttled = reply(429, r#"{"message":"insufficient capacity"}"#);
        assert_eq!(word(&throttled), "refused money");
        throttled.headers.push(("retry-after".into(), "5".into()));
        assert_eq!(word(&throttled), "refused throttled");
    }

    /// Whatever a server answers: no panic, and nothing but a whole 2xx is taken for accepted.
    #[test]
    fn only_a_whole_2xx_is_accepted() {
        let body = r#"{"code":0,"data":{"task_id":"81"}}"#;
        for status in 100..600 {
            let accepted = matches!(outcome(&reply(status, body)), Outcome::Accepted { .. });
            assert_eq!(accepted, status / 100 == 2, "{status}");
            for end in 0..body.len() {
                let cut = outcome(&reply(status, &body[..end]));
                assert!(!matches!(cut, Outcome::Accepted { .. }), "{status} {end}");
            }
        }
    }
}
