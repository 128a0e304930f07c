//! What the server answers: the submit reply, the query reply, the callback body.
//!
//! Read tolerantly, because real answers differ from the pages: ids as numbers, error codes wrapped
//! one level deeper, codes as words, `SUCCEED` on top of a failed task. Unknown keys are ignored,
//! missing ones are `None`, and nothing about a status is concluded here but its meaning.
//!
//! The tables of these types say what the pages print, for the exporters; the readers below are
//! milder. A key that may be missing in Rust and is required in the table is one that every page
//! prints. Service codes stand in [`errors`](crate::errors).

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Kind, KlingSchema, Typed};

/// How many days the vendor keeps a task and its result.
pub const KEPT_DAYS: u64 = 30;

/// The answer to a submit or a query.
///
/// An error has no `data`, or wraps its code at `data.data.code` and has none at the top. HTTP 200
/// alone says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(default)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/individual-queries", read = "2026-03")]
pub struct Reply {
    /// Service code: 0 is "taken", which says nothing about the task. Some gateways send a word.
    #[kling(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// `SUCCEED` or `success`, also on top of a failed task.
    #[kling(required)]
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For support.
    #[serde(deserialize_with = "id", skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The task.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

/// A service code: a number, or a word from some gateways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Code {
    /// Kling's own.
    Number(i64),
    /// `success` and the like.
    Word(String),
}

impl Code {
    /// The number; words for success are 0, other words none.
    pub fn number(&self) -> Option<i64> {
        match self {
            Code::Number(code) => Some(*code),
            Code::Word(word) => match Status::of_word(word) {
                Status::Succeed => Some(0),
                _ if word.trim().eq_ignore_ascii_case("ok") => Some(0),
                _ => word.trim().parse().ok(),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(word) => Code::Word(word),
            other => other.as_i64().map_or_else(|| Code::Word(other.to_string()), Code::Number),
        })
    }
}

impl Typed for Code {
    const KIND: Kind = Kind::Either { usual: &Kind::Integer, tolerated: &Kind::Text };
}

/// What stands under `data`: a task, an error wrapped once more, or the stale page's shape.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// The task, when it stands here.
    #[serde(flatten)]
    pub task: Task,
    /// The user's own id, where it does not stand in `task_info`.
    #[serde(deserialize_with = "id")]
    pub external_task_id: Option<String>,
    /// The wrapped error's message, where there is no task.
    #[serde(deserialize_with = "text")]
    pub message: Option<String>,
    /// The stale page's `status`.
    #[serde(deserialize_with = "text")]
    pub status: Option<String>,
    /// A gateway's reason for a failure.
    #[serde(deserialize_with = "text")]
    pub fail_reason: Option<String>,
    /// A gateway's address of the one result.
    #[serde(deserialize_with = "text")]
    pub url: Option<String>,
    /// One level deeper: the wrapped error, or the stale page's task.
    #[serde(deserialize_with = "object")]
    pub data: Option<Inner>,
}

/// The pages print the task; the rest is found in the wild.
impl Typed for Data {
    const KIND: Kind = Task::KIND;
}

/// What stands under `data.data`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inner {
    /// The service code of a wrapped error.
    pub code: Option<Code>,
    /// Its message.
    #[serde(deserialize_with = "text")]
    pub message: Option<String>,
    /// For support.
    #[serde(deserialize_with = "id")]
    pub request_id: Option<String>,
    /// The task, when it stands here.
    #[serde(flatten)]
    pub task: Task,
    /// The task, when a gateway keeps the vendor's whole answer here.
    #[serde(deserialize_with = "object")]
    pub data: Option<Task>,
}

/// A task as the server sees it; also the body of a callback.
///
/// A callback is unsigned: take it as a hint to query, never as a verdict.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(default)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/individual-queries", read = "2026-03")]
pub struct Task {
    /// The id, as text: numbers above 2^53 would be rounded by many readers.
    #[kling(required)]
    #[serde(deserialize_with = "id", skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// Where the task stands.
    #[kling(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status: Option<Status>,
    /// Why it failed.
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub task_status_msg: Option<String>,
    /// What was sent along, such as `external_task_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_info: Option<Value>,
    /// The result, once there is one.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
    pub task_result: Option<TaskResult>,
    /// Milliseconds since 1970.
    #[kling(required)]
    #[serde(deserialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<u64>,
    /// Milliseconds since 1970.
    #[kling(required)]
    #[serde(deserialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<u64>,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, KlingSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Taken, and paid for.
    Submitted,
    /// At work.
    Processing,
    /// Done. The word is `succeed`; some gateways have others, which are read as it.
    Succeed,
    /// Failed; the reason is in `task_status_msg`.
    Failed,
    /// A word no page lists: keep polling.
    #[serde(untagged)]
    Other(String),
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(word) => Status::of_word(&word),
            other => Status::Other(other.to_string()),
        })
    }
}

impl Status {
    /// What a word means: the pages' own and those that gateways put in their place, in any case.
    pub fn of_word(word: &str) -> Status {
        let word = word.trim();
        match word.to_ascii_lowercase().as_str() {
            "submitted" => Status::Submitted,
            "processing" => Status::Processing,
            "succeed" | "succeeded" | "success" | "successful" | "complete" | "completed"
            | "finished" | "done" => Status::Succeed,
            "fail" | "failed" | "failure" | "error" => Status::Failed,
            _ => Status::Other(word.to_owned()),
        }
    }

    /// The word: the pages' own, or the one that no page lists.
    pub fn word(&self) -> &str {
        match self {
            Status::Submitted => "submitted",
            Status::Processing => "processing",
            Status::Succeed => "succeed",
            Status::Failed => "failed",
            Status::Other(word) => word,
        }
    }
}

impl Task {
    /// The user's own id, if it comes back.
    pub fn external_task_id(&self) -> Option<String> {
        match self.task_info.as_ref()?.get("external_task_id")? {
            Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// What a finished task made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(default)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/individual-queries", read = "2026-03")]
pub struct TaskResult {
    /// The videos.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub videos: Vec<Video>,
    /// The images.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub images: Vec<Image>,
}

/// A video; its URL expires.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(default)]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/individual-queries",
    read = "2026-03",
    name = "TaskVideo"
)]
pub struct Video {
    /// The video's id.
    #[kling(required)]
    #[serde(deserialize_with = "id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Where to fetch it, for a while.
    #[kling(required)]
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Seconds, as a string.
    #[kling(required)]
    #[serde(deserialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
}

/// An image; its URL expires.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[serde(default)]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/individual-queries",
    read = "2026-03",
    name = "TaskImage"
)]
pub struct Image {
    /// Position among the images, from 0.
    #[kling(required)]
    #[serde(deserialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Where to fetch it, for a while.
    #[kling(required)]
    #[serde(deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Reply {
    /// Whatever is known of the task, at each place where it may stand; the usual one first.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        let inner = self.data.as_ref().and_then(|data| data.data.as_ref());
        let tasks = [
            self.data.as_ref().map(|data| &data.task),
            inner.map(|inner| &inner.task),
            inner.and_then(|inner| inner.data.as_ref()),
        ];
        tasks.into_iter().flatten().filter(|task| **task != Task::default())
    }

    /// The task, wherever it stands. A wrapped error has none.
    pub fn task(&self) -> Option<&Task> {
        self.tasks().next()
    }

    /// The task's id.
    pub fn task_id(&self) -> Option<&str> {
        self.tasks().find_map(|task| task.task_id.as_deref())
    }

    /// The user's own id, if it comes back.
    pub fn external_task_id(&self) -> Option<String> {
        let beside = || self.data.as_ref()?.external_task_id.clone();
        self.tasks().find_map(Task::external_task_id).or_else(beside)
    }

    /// Where the task stands, at each place that says so: `data.task_status`, then the deeper and the
    /// stale places.
    pub fn statuses(&self) -> impl Iterator<Item = Status> {
        let stale = self.data.as_ref().and_then(|data| data.status.as_deref());
        let tasks = self.tasks().filter_map(|task| task.task_status.clone());
        tasks.chain(stale.map(Status::of_word))
    }

    /// Where the task stands: the first of [`Reply::statuses`].
    pub fn status(&self) -> Option<Status> {
        self.statuses().next()
    }

    /// Why the task failed, in the words of the vendor or the gateway.
    pub fn reason(&self) -> Option<&str> {
        let data = self.data.as_ref();
        let beside = || data?.fail_reason.as_deref();
        let wrapped = || data?.message.as_deref();
        let deeper = || data?.data.as_ref()?.message.as_deref();
        let top = || self.message.as_deref();
        let said = |text: &&str| !text.trim().is_empty();
        // `SUCCEED` stands on top of failed tasks too.
        let not_success = |text: &&str| Status::of_word(text) != Status::Succeed;
        let own = self.tasks().filter_map(|task| task.task_status_msg.as_deref());
        own.chain(beside())
            .chain(wrapped())
            .chain(deeper())
            .chain(top())
            .filter(said)
            .find(not_success)
    }

    /// The service code, also when it is wrapped at `data.data.code`; `success` counts as 0. One that
    /// says something is wrong comes before one that does not.
    pub fn service_code(&self) -> Option<i64> {
        let inner = || self.data.as_ref()?.data.as_ref()?.code.as_ref();
        let codes = [self.code.as_ref(), inner()].into_iter().flatten().filter_map(Code::number);
        codes.clone().find(|code| *code != 0).or_else(|| codes.clone().next())
    }

    /// Whether the code, in a gateway's words, says that there is no such task.
    pub fn says_missing(&self) -> bool {
        matches!(&self.code, Some(Code::Word(word))
            if matches!(word.trim(), "task_not_exist" | "task_not_found"))
    }
}

/// The items of an answer that lists tasks, wherever they stand: `data`, or one level deeper under
/// one of the names that gateways give it. `None` if it is no list.
pub fn listed(answer: &Value) -> Option<&[Value]> {
    let data = answer.get("data")?;
    let deeper = || ["items", "list", "records", "tasks"].iter().find_map(|key| data.get(key));
    Some(data.as_array().or_else(|| deeper()?.as_array())?.as_slice())
}

/// An id that may be written as a number: its digits are kept. What is no id, or a number whose
/// digits the reader lost, is none: a wrong id is worse.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text).filter(|text| !text.is_empty()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    })
}

/// An object, where an error may have an empty text or an empty list instead.
fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    match Value::deserialize(deserializer)? {
        value @ Value::Object(_) => {
            serde_json::from_value(value).map(Some).map_err(D::Error::custom)
        }
        _ => Ok(None),
    }
}

/// A time that may be written as text; nothing hangs on it, so what is no time is none.
fn milliseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().map(|time| time as u64))
        }
        Value::String(text) => text.parse().ok(),
        _ => None,
    })
}

/// A text; what is none is none.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// Seconds, as a text or a number.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// A list of objects that may be `null`; a mere text in it is taken for the `url`.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + serde::de::DeserializeOwned,
{
    let Value::Array(items) = Value::deserialize(deserializer)? else {
        return Ok(Vec::new());
    };
    let item = |item: Value| match item {
        Value::String(url) => serde_json::json!({ "url": url }),
        item => item,
    };
    // What cannot be read keeps its place: the others are counted by it.
    Ok(items.into_iter().map(|it| serde_json::from_value(item(it)).unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The table's words are those that are read and written.
    #[test]
    fn a_status_is_read_as_it_is_written() {
        let choices = Status::KIND.choices().expect("a closed set");
        assert_eq!(choices.len(), 4);
        for choice in choices {
            let word = Value::from(choice.value);
            let status = Status::deserialize(&word).expect("a word");
            assert!(!matches!(status, Status::Other(_)), "{word}");
            assert_eq!(serde_json::to_value(&status).expect("writes"), word);
        }
    }

    fn read(answer: Value) -> Reply {
        serde_json::from_value(answer.clone()).unwrap_or_else(|error| panic!("{answer}: {error}"))
    }

    #[test]
    fn gateways_have_other_words() {
        for (word, status) in [
            ("Succeeded", Status::Succeed),
            ("SUCCESS", Status::Succeed),
            (" completed ", Status::Succeed),
            ("finished", Status::Succeed),
            ("done", Status::Succeed),
            ("FAILURE", Status::Failed),
            ("error", Status::Failed),
            (" queued", Status::Other("queued".into())),
        ] {
            assert_eq!(Status::of_word(word), status, "{word}");
        }
    }

    /// What is wrong in one place makes nothing else unreadable.
    #[test]
    fn wrong_types_are_none() {
        let reply = read(json!({
            "code": 0.0, "message": ["SUCCEED"], "request_id": 7,
            "data": {
                "task_id": "81", "task_status": 3, "task_status_msg": {}, "task_result": "",
                "data": { "task_result": { "images": ["u", 7, { "url": "v", "index": "x" }] } },
            },
        }));
        assert_eq!(reply.task_id(), Some("81"));
        assert_eq!(reply.status(), Some(Status::Other("3".into())));
        assert_eq!(reply.reason(), None);
        let result = reply.tasks().find_map(|task| task.task_result.clone()).expect("a result");
        let urls: Vec<_> = result.images.iter().map(|image| image.url.as_deref()).collect();
        assert_eq!(urls, [Some("u"), None, Some("v")]);
    }

    #[test]
    fn a_code_that_says_something_is_wrong_comes_first() {
        for (answer, code) in [
            (json!({ "code": 0, "data": { "data": { "code": 1201 } } }), Some(1201)),
            (json!({ "code": "success", "data": { "data": { "code": 0 } } }), Some(0)),
            (json!({ "code": "SUCCEED" }), Some(0)),
            (json!({ "code": "no", "data": { "data": { "code": "1301" } } }), Some(1301)),
            (json!({ "code": "no" }), None),
            (json!({ "code": true }), None),
        ] {
            assert_eq!(read(answer.clone()).service_code(), code, "{answer}");
        }
        assert!(read(json!({ "code": "task_not_exist" })).says_missing());
    }

    #[test]
    fn our_own_id_comes_back_in_more_than_one_place() {
        for data in [
            json!({ "task_info": { "external_task_id": "a" } }),
            json!({ "external_task_id": "a" }),
            json!({ "data": { "data": { "task_info": { "external_task_id": "a" } } } }),
        ] {
            let reply = read(json!({ "data": data }));
            assert_eq!(reply.external_task_id().as_deref(), Some("a"), "{data}");
        }
    }

    #[test]
    fn lists_stand_under_several_names() {
        for (answer, items) in [
            (json!({ "data": [1, 2] }), Some(2)),
            (json!({ "data": { "items": [1] } }), Some(1)),
            (json!({ "data": { "list": [] } }), Some(0)),
            (json!({ "data": { "task_id": "81" } }), None),
            (json!({ "data": null }), None),
            (json!([]), None),
        ] {
            assert_eq!(listed(&answer).map(<[Value]>::len), items, "{answer}");
        }
    }
}
