//! What the server answers: the submit reply, the query reply, the callback body.
//!
//! Read tolerantly, because real answers differ from the pages: ids as numbers, error codes wrapped
//! one level deeper, codes as words, `SUCCEED` on top of a failed task. Unknown keys are ignored,
//! missing ones are `None`, and nothing about a status is concluded here but its meaning.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The answer to a submit or a query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reply {
    /// Service code: 0 is "taken", which says nothing about the task. Some gateways send a word.
    pub code: Option<Code>,
    /// `SUCCEED` or `success`, also on top of a failed task.
    pub message: Option<String>,
    /// For support.
    pub request_id: Option<String>,
    /// The task, or the wrapped error.
    #[serde(deserialize_with = "object")]
    pub data: Option<Data>,
}

/// A service code: a number, or a word from some gateways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Code {
    /// Kling's own.
    Number(i64),
    /// `success` and the like.
    Word(String),
}

/// What stands under `data`: a task, an error wrapped once more, or the stale page's shape.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Data {
    /// The task, when it stands here.
    #[serde(flatten)]
    pub task: Task,
    /// The wrapped error's message, where there is no task.
    pub message: Option<String>,
    /// The stale page's `status`.
    pub status: Option<String>,
    /// One level deeper: the wrapped error, or the stale page's task.
    #[serde(deserialize_with = "object")]
    pub data: Option<Inner>,
}

/// What stands under `data.data`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inner {
    /// The service code of a wrapped error.
    pub code: Option<Code>,
    /// Its message.
    pub message: Option<String>,
    /// For support.
    pub request_id: Option<String>,
    /// The task, when it stands here.
    #[serde(flatten)]
    pub task: Task,
}

/// A task as the server sees it; also the body of a callback.
///
/// A callback is unsigned: take it as a hint to query, never as a verdict.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// The id, as text: numbers above 2^53 would be rounded by many readers.
    #[serde(deserialize_with = "id", skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// Where the task stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status: Option<Status>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status_msg: Option<String>,
    /// What was sent along, such as `external_task_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_info: Option<Value>,
    /// The result, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_result: Option<TaskResult>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<u64>,
    /// Milliseconds since 1970.
    #[serde(deserialize_with = "milliseconds", skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<u64>,
}

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Taken, and paid for.
    Submitted,
    /// At work.
    Processing,
    /// Done. The word is `succeed`; some gateways say `succeeded` or `SUCCESS`.
    #[serde(alias = "succeeded", alias = "SUCCESS")]
    Succeed,
    /// Failed; the reason is in `task_status_msg`.
    #[serde(alias = "FAILURE")]
    Failed,
    /// A word no page lists: keep polling.
    #[serde(untagged)]
    Other(String),
}

/// What a finished task made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskResult {
    /// The videos.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub videos: Vec<Video>,
    /// The images.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "list")]
    pub images: Vec<Image>,
}

/// A video; its URL expires.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Video {
    /// The video's id.
    #[serde(deserialize_with = "id")]
    pub id: Option<String>,
    /// Where to fetch it, for a while.
    pub url: Option<String>,
    /// Seconds, as a string.
    #[serde(deserialize_with = "id")]
    pub duration: Option<String>,
}

/// An image; its URL expires.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Image {
    /// Position among the images, from 0.
    pub index: Option<u64>,
    /// Where to fetch it, for a while.
    pub url: Option<String>,
}

impl Reply {
    /// The task, wherever it stands. A wrapped error has none.
    pub fn task(&self) -> Option<&Task> {
        let data = self.data.as_ref()?;
        let inner = data.data.as_ref().map(|inner| &inner.task);
        [Some(&data.task), inner].into_iter().flatten().find(|task| **task != Task::default())
    }

    /// The task's id.
    pub fn task_id(&self) -> Option<&str> {
        self.task()?.task_id.as_deref()
    }

    /// Where the task stands: `data.task_status` first, then the deeper and the stale places.
    pub fn status(&self) -> Option<Status> {
        let data = self.data.as_ref()?;
        let inner = data.data.as_ref().and_then(|inner| inner.task.task_status.clone());
        let stale = || {
            data.status
                .as_ref()
                .and_then(|word| Status::deserialize(Value::from(word.as_str())).ok())
        };
        data.task.task_status.clone().or(inner).or_else(stale)
    }

    /// The service code, also when it is wrapped at `data.data.code`; `success` counts as 0.
    pub fn service_code(&self) -> Option<i64> {
        let inner = || self.data.as_ref()?.data.as_ref()?.code.as_ref();
        match self.code.as_ref().or_else(inner)? {
            Code::Number(code) => Some(*code),
            Code::Word(word) if word.eq_ignore_ascii_case("success") => Some(0),
            Code::Word(word) => word.parse().ok(),
        }
    }
}

/// An id that may be written as a number: its digits are kept.
fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format_args!("expected an id, found {other}"))),
    }
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

/// A list that may be `null`.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
