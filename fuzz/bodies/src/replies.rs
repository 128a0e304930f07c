//! What a server answers, byte for byte: nothing is paid for twice, and no task is lost.
//!
//! The first byte is the status.

use std::time::Duration;

use kling_submit::clock::Millis;
use kling_submit::entry::{Entry, RawReply};
use kling_submit::machine::outcome::{Outcome, outcome};
use kling_submit::machine::status::{Standing, callback, read};
use kling_submit::machine::{Action, End, Event, Now, State, Submit};
use serde_json::Value;

const STATUSES: [u16; 16] =
    [200, 201, 202, 204, 302, 400, 401, 402, 403, 404, 408, 422, 429, 500, 502, 504];
/// Actions after which a submit must have come to an end.
const STEPS: usize = 1_000;

/// See the module.
pub fn replies(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let body = String::from_utf8_lossy(body).into_owned();
    let cut = (choice & 0x10 != 0).then(|| "it broke off".to_owned());
    let status = STATUSES[usize::from(choice & 0xf)];
    let reply = RawReply { status, headers: Vec::new(), body, cut };
    let outcome = outcome(&reply);
    match &outcome {
        Outcome::Accepted { task_id, .. } => {
            assert_eq!(status / 100, 2);
            assert!(reply.cut.is_none(), "half an answer");
            assert!(!task_id.is_empty() && !task_id.chars().any(char::is_control));
            assert!(has_text(&reply.body, task_id), "an id out of nowhere: {task_id}");
        }
        Outcome::Refused(_) => assert!(!names_a_task(&reply.body), "it names a task"),
        Outcome::Unknown { why } => assert!(!why.is_empty()),
    }
    let reading = read(&reply);
    if let Standing::Succeeded(assets) = &reading.standing {
        assert_eq!(status / 100, 2);
        assert!(assets.iter().all(|asset| !asset.url.trim().is_empty()));
    }
    let ids = callback(&reply.body).map(|reading| reading.ids).unwrap_or_default();
    for id in reading.ids.iter().chain(&ids) {
        assert!(!id.is_empty() && !id.chars().any(|it| it.is_control() || it.is_whitespace()));
    }
    submit(&reply, &outcome);
}

/// Submits with a server that always answers so: one POST for each `sending`, none after the outcome
/// is known or may be a paid task.
fn submit(reply: &RawReply, outcome: &Outcome) {
    let mut submit = Submit::new();
    let (mut sends, mut sendings, mut replies) = (0, 0, 0);
    let mut elapsed = Duration::ZERO;
    let mut event = Event::Done;
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..STEPS {
        let now = Now { wall: Millis(0), elapsed, jitter: 0.5 };
        event = match submit.step(now, event) {
            Action::Record(entry) => {
                sendings += usize::from(matches!(entry, Entry::Sending { .. }));
                entries.push(entry);
                Event::Done
            }
            Action::Send => {
                sends += 1;
                assert_eq!(sends, sendings, "a POST that is not recorded");
                replies += 1;
                Event::Reply(reply.clone())
            }
            Action::Wait(time, _) => {
                elapsed += time;
                Event::Done
            }
            Action::End(end) => {
                match (outcome, end) {
                    (Outcome::Accepted { task_id, .. }, End::Accepted { task_id: told }) => {
                        assert_eq!(*task_id, told);
                        assert_eq!(replies, 1);
                    }
                    (Outcome::Refused(_), End::Refused(_)) => {}
                    (Outcome::Unknown { .. }, End::Unknown { .. }) => assert_eq!(replies, 1),
                    (outcome, end) => panic!("{outcome:?} became {end:?}"),
                }
                // The ledger can hold what was told, in this order.
                let state = entries.iter().try_fold(State::Intended, State::after);
                assert!(state.is_ok(), "{state:?}");
                return;
            }
            _ => Event::Done,
        };
    }
    panic!("it has no end");
}

/// Whether a text or a number of this answer reads so.
fn has_text(body: &str, text: &str) -> bool {
    let mut values: Vec<Value> = value(body).into_iter().collect();
    while let Some(value) = values.pop() {
        match value {
            Value::String(it) if it.trim() == text.trim() => return true,
            Value::Number(it) if it.to_string() == text => return true,
            Value::Array(items) => values.extend(items),
            Value::Object(map) => values.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    false
}

fn value(body: &str) -> Option<Value> {
    serde_json::from_str(body.trim_start_matches('\u{feff}')).ok()
}

/// Whether the documented place of an id has one.
fn names_a_task(body: &str) -> bool {
    let Some(value) = value(body).filter(Value::is_object) else { return false };
    value["data"]["task_id"].as_str().is_some_and(|id| !id.trim().is_empty())
}
