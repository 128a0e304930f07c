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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// For support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The task.
    #[serde(deserialize_with = "object", skip_serializing_if = "Option::is_none")]
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
    /// The wrapped error's message, where there is no task.
    pub message: Option<String>,
    /// The stale page's `status`.
    pub status: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_status_msg: Option<String>,
    /// What was sent along, such as `external_task_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_info: Option<Value>,
    /// The result, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    /// Done. The word is `succeed`; some gateways say `succeeded` or `SUCCESS`.
    Succeed,
    /// Failed; the reason is in `task_status_msg`.
    Failed,
    /// A word no page lists: keep polling.
    #[serde(untagged)]
    Other(String),
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Ok(match word.as_str() {
            "submitted" => Status::Submitted,
            "processing" => Status::Processing,
            "succeed" | "succeeded" | "SUCCESS" => Status::Succeed,
            "failed" | "FAILURE" => Status::Failed,
            _ => Status::Other(word),
        })
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Seconds, as a string.
    #[kling(required)]
    #[serde(deserialize_with = "id", skip_serializing_if = "Option::is_none")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Where to fetch it, for a while.
    #[kling(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
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

/// A list that may be `null`.
fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
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
}
