//! The event stream on standard output: `docs/submit-json.md` is its contract.

use kling_lint::{Finding, Severity};
use serde_json::{Map, Value, json};

use super::ending::Ending;
use crate::clock::Millis;
use crate::entry::{Entry, Intent};
use crate::ledger::Task;
use crate::notice::{Notice, Pause};

/// The version of the contract; new keys and new events do not change it.
const VERSION: u32 = 1;

/// An event's beginning.
fn head(at: Millis, task: Option<&str>, request: &str, event: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("v".into(), VERSION.into());
    map.insert("at".into(), at.0.into());
    map.insert("id".into(), task.into());
    map.insert("request".into(), request.into());
    map.insert("event".into(), event.into());
    map
}

fn more<const N: usize>(mut map: Map<String, Value>, pairs: [(&str, Value); N]) -> Value {
    map.extend(pairs.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(map)
}

/// What is told of a task.
pub(crate) fn notice(at: Millis, task: &Intent, notice: &Notice<'_>) -> Value {
    let head = |event| head(at, Some(task.id.as_str()), &task.request, event);
    match notice {
        Notice::Recorded { at, entry, failure } => recorded(*at, task, entry, *failure),
        Notice::Waiting { span, pause } => {
            let seconds = span.as_secs_f64();
            more(
                head("waiting"),
                [("for", self::pause(*pause).into()), ("seconds", seconds.into())],
            )
        }
        Notice::Missed { why } => more(head("missed"), [("why", (*why).into())]),
        Notice::Odd { what } => more(head("odd"), [("what", (*what).into())]),
        Notice::Sent { bytes, total } => {
            more(head("sent"), [("bytes", (*bytes).into()), ("total", (*total).into())])
        }
        Notice::Fetched { number, bytes, total } => {
            let pairs = [
                ("number", (*number).into()),
                ("bytes", (*bytes).into()),
                ("total", (*total).into()),
            ];
            more(head("fetched"), pairs)
        }
    }
}

fn pause(pause: Pause) -> &'static str {
    match pause {
        Pause::Throttled => "throttled",
        Pause::NoConnection => "no-connection",
        Pause::Poll => "poll",
        Pause::Fetch => "fetch",
        Pause::Look => "look",
    }
}

/// An entry of the ledger without its private parts.
fn recorded(at: Millis, task: &Intent, entry: &Entry, failure: Option<&str>) -> Value {
    let mut fields = match serde_json::to_value(entry) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let event = fields.shift_remove("event");
    let mut map = head(at, Some(task.id.as_str()), &task.request, "");
    map.insert("event".into(), event.unwrap_or_default());
    match entry {
        Entry::Intent(_) => {
            fields.shift_remove("id");
            fields.shift_remove("request");
        }
        Entry::Reply(_) => {
            // What a server says may hold anything; the ledger keeps it.
            fields.shift_remove("headers");
            fields.shift_remove("body");
        }
        Entry::Succeeded { assets } => {
            let told: Vec<Value> = assets
                .iter()
                .map(|it| {
                    json!({"number": it.number, "url": without_query(&it.url), "seconds": it.seconds})
                })
                .collect();
            fields.insert("assets".into(), told.into());
        }
        _ => {}
    }
    map.extend(fields);
    if let Some(failure) = failure {
        map.insert("failure".into(), failure.into());
    }
    Value::Object(map)
}

/// A signed URL is a secret: whoever has all of it has the asset.
fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

/// The linter's verdict on a request.
pub(crate) fn lint(at: Millis, request: &str, passed: bool, findings: &[Finding]) -> Value {
    let told: Vec<Value> = findings.iter().map(finding).collect();
    more(head(at, None, request, "lint"), [("passed", passed.into()), ("findings", told.into())])
}

fn finding(finding: &Finding) -> Value {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    json!({
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": severity,
        "pointer": finding.pointer,
        "line": finding.start.line,
        "column": finding.start.column,
        "message": finding.message,
    })
}

/// A request that would be sent.
pub(crate) fn planned(at: Millis, task: &Intent, files: Value, sent_before: Value) -> Value {
    let pairs = [
        ("endpoint", task.endpoint.as_str().into()),
        ("path", task.path.as_str().into()),
        ("base_url", task.base_url.as_str().into()),
        ("settings", json!(task.settings)),
        ("files", files),
        ("content_length", task.content_length.into()),
        ("body_sha256", task.body_sha256.as_str().into()),
        ("sent_before", sent_before),
    ];
    more(head(at, None, &task.request, "planned"), pairs)
}

/// How it ended for a task, or for a request that became none.
pub(crate) fn end(at: Millis, task: Option<&str>, request: &str, ending: &Ending) -> Value {
    let pairs = [
        ("outcome", ending.outcome.into()),
        ("task_id", ending.task_id.as_deref().into()),
        ("why", ending.what.as_str().into()),
        ("charged", ending.charged.word().into()),
        ("exit", ending.status.code().into()),
        ("next", ending.next.as_deref().into()),
    ];
    more(head(at, task, request, "end"), pairs)
}

/// A task of the ledger, for `tasks`.
pub(crate) fn task(task: &Task) -> Value {
    let intent = &task.intent;
    let pairs = [
        ("task_id", task.state.task_id().into()),
        ("external_task_id", intent.external_task_id.as_str().into()),
        ("state", task.state.word().into()),
        ("endpoint", intent.endpoint.as_str().into()),
        ("path", intent.path.as_str().into()),
        ("base_url", intent.base_url.as_str().into()),
        ("settings", json!(intent.settings)),
        ("body_sha256", intent.body_sha256.as_str().into()),
        ("key_fingerprint", intent.key_fingerprint.as_str().into()),
        ("stored", stored(task)),
    ];
    more(head(task.at, Some(intent.id.as_str()), &intent.request, "task"), pairs)
}

fn stored(task: &Task) -> Value {
    use crate::machine::State;
    match &task.state {
        State::Succeeded { stored, .. } | State::Stored { stored, .. } => json!(stored),
        _ => json!([]),
    }
}

/// What `ledger verify` found.
pub(crate) fn verdict(at: Millis, tasks: usize, events: usize, faults: &[String]) -> Value {
    json!({
        "v": VERSION, "at": at.0, "event": "verdict",
        "tasks": tasks, "events": events, "faults": faults,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::entry::{Asset, RawReply, Route};
    use crate::json_line::json_line;

    fn told(entry: Entry) -> Value {
        let failure = None;
        notice(
            Millis(1),
            &samples::intent(),
            &Notice::Recorded { at: Millis(7), entry: &entry, failure },
        )
    }

    #[test]
    fn an_event_begins_the_same_way_every_time() {
        let found = json_line(&told(Entry::Sending { attempt: 1 })).expect("plain values");
        let expected = format!(
            r#"{{"v":1,"at":7,"id":"{}","request":"cat.json","event":"sending","attempt":1}}"#,
            samples::intent().id
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn private_parts_stay_in_the_ledger() {
        let reply = told(Entry::Reply(RawReply {
            status: 200,
            headers: vec![("set-cookie".into(), "secret".into())],
            body: "secret".into(),
            cut: None,
        }));
        assert_eq!(reply["status"], 200);
        let url = "https://cdn.example/a.mp4?sign=secret#secret".into();
        let made = told(Entry::Succeeded { assets: vec![Asset { number: 0, url, seconds: None }] });
        assert_eq!(made["assets"][0]["url"], "https://cdn.example/a.mp4");
        for value in [reply, made] {
            assert!(!value.to_string().contains("secret"), "{value}");
        }
        let intent = told(Entry::Intent(Box::new(samples::intent())));
        assert_eq!(intent["settings"], json!({"mode": "\"pro\""}));
        assert_eq!(intent["event"], "intent");
    }

    #[test]
    fn a_failure_to_record_is_told() {
        let entry = Entry::Accepted { task_id: "8".into(), request_id: None, by: Route::Reply };
        let notice = Notice::Recorded { at: Millis(7), entry: &entry, failure: Some("disk full") };
        let found = super::notice(Millis(1), &samples::intent(), &notice);
        assert_eq!(found["failure"], "disk full");
        assert_eq!(found["task_id"], "8");
        assert_eq!(found["by"], "reply");
    }
}
