//! Reading where a task stands from a query's answer, tolerantly.
//!
//! | answer | standing |
//! |---|---|
//! | 2xx with a status word, or with a result | what the word says, whatever the envelope says |
//! | a service code that says "not found"; 2xx without data; 404, 410 | not there |
//! | a service code that helps nobody to wait: key, account, parameter; 401, 403, other 4xx | refused |
//! | all else: 3xx, 408, 409, 425, 429, 5xx, no JSON, cut off | missed |
//!
//! Several places may name a status, and differ: a gateway that gives up on a task keeps the vendor's
//! last answer beside it. "Succeeded" anywhere with something to fetch counts, then "failed"
//! anywhere, then the first.

use kling_lint::kling_schema::errors::{self, Retry};
use kling_lint::kling_schema::replies::{Data, Reply, Status};
use kling_lint::printable;
use serde::Deserialize as _;
use serde_json::Value;

use crate::clock::Millis;
use crate::entry::{Asset, RawReply};

/// What a query's answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// At work, with the server's word.
    AtWork(String),
    /// A word that no page lists: keep polling.
    Odd(String),
    /// Made. Without assets, there is nothing to fetch (yet).
    Succeeded(Vec<Asset>),
    /// Not made.
    Failed(String),
    /// No such task here.
    NotThere(String),
    /// The query is refused, and will be until something is changed: the key, the account. Says
    /// nothing about the task.
    Refused(String),
    /// Nothing can be told; the next poll may.
    Missed(String),
}

/// An answer, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Where the task stands.
    pub standing: Standing,
    /// The server's ids of the task, as they stand at different places; mostly one.
    pub ids: Vec<String>,
    /// The user's own id, if it comes back.
    pub external_id: Option<String>,
    /// When the server says the task was made.
    pub created: Option<Millis>,
}

/// The longest text that is taken for an id.
const LONGEST_ID: usize = 256;
/// So much of a status word is kept.
const LONGEST_WORD: usize = 64;
/// So much of the provider's reason is kept.
const LONGEST_REASON: usize = 2000;
/// The largest callback that is read.
const LONGEST_CALLBACK: usize = 1 << 20;

/// Reads an answer to the query for a task.
pub fn standing(reply: &RawReply) -> Standing {
    read(reply).standing
}

/// Reads an answer to the query for a task, with the ids in it.
pub fn read(reply: &RawReply) -> Reading {
    let Some(read) = parse(&reply.body) else {
        return Reading::bare(without_json(reply));
    };
    let http = reply.status;
    let standing = (http / 100 == 2).then(|| by_status(&read)).flatten();
    Reading { standing: standing.unwrap_or_else(|| by_code(&read, http)), ..Reading::of(&read) }
}

/// Reads a callback's body. It is unsigned: a hint for what to query, never a verdict. `None` if it
/// names no task.
pub fn callback(body: &str) -> Option<Reading> {
    let read = (body.len() <= LONGEST_CALLBACK).then(|| parse(body)).flatten()?;
    let nothing = || Standing::Missed("the callback has no status".into());
    let reading =
        Reading { standing: by_status(&read).unwrap_or_else(nothing), ..Reading::of(&read) };
    (!reading.ids.is_empty() || reading.external_id.is_some()).then_some(reading)
}

/// Reads a task as it stands in a list.
pub fn item(item: &Value) -> Reading {
    let read = Reply { data: Data::deserialize(item).ok(), ..Reply::default() };
    let nothing = || Standing::Missed("the task has no status".into());
    Reading { standing: by_status(&read).unwrap_or_else(nothing), ..Reading::of(&read) }
}

impl Reading {
    fn bare(standing: Standing) -> Self {
        Reading { standing, ids: Vec::new(), external_id: None, created: None }
    }

    /// The ids; the standing is to be filled in.
    fn of(read: &Reply) -> Self {
        let mut ids: Vec<String> = Vec::new();
        for id in read.tasks().filter_map(|task| task.task_id.as_deref()).filter(|id| usable(id)) {
            if !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
        let created = read.tasks().find_map(|task| task.created_at);
        Reading {
            standing: Standing::Missed(String::new()),
            ids,
            external_id: read.external_task_id(),
            created: created.map(moment),
        }
    }
}

/// Whether a text can be an id.
fn usable(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST_ID
        && id.chars().all(|it| !it.is_control() && !it.is_whitespace())
}

/// A time in milliseconds; gateways give seconds.
fn moment(time: u64) -> Millis {
    const SECONDS_BELOW: u64 = 100_000_000_000;
    Millis(if time < SECONDS_BELOW { time * 1000 } else { time })
}

/// An object, with the task under `data` or, as in a callback, flat.
fn parse(body: &str) -> Option<Reply> {
    // By way of a value: of a key written twice, the last counts, as everywhere.
    let value: Value = serde_json::from_str(body.trim_start_matches('\u{feff}')).ok()?;
    value.as_object()?;
    let mut read = Reply::deserialize(&value).ok()?;
    if read.data.is_none() {
        let flat = Data::deserialize(&value).ok();
        read.data = flat.filter(|it| it.task.task_id.is_some() || it.task.task_status.is_some());
    }
    Some(read)
}

/// What the status words and the result say; `None` if there are none.
fn by_status(read: &Reply) -> Option<Standing> {
    let assets = assets(read);
    let says = |status| read.statuses().any(|it| it == status);
    if !assets.is_empty() && (says(Status::Succeed) || read.statuses().next().is_none()) {
        return Some(Standing::Succeeded(assets));
    }
    if says(Status::Failed) {
        return Some(Standing::Failed(reason(read)));
    }
    Some(match read.statuses().next()? {
        Status::Failed => Standing::Failed(reason(read)),
        Status::Succeed => Standing::Succeeded(assets),
        Status::Other(word) => Standing::Odd(word.chars().take(LONGEST_WORD).collect()),
        status @ (Status::Submitted | Status::Processing) => {
            Standing::AtWork(status.word().to_owned())
        }
    })
}

fn reason(read: &Reply) -> String {
    let Some(reason) = read.reason() else {
        return "the provider gives no reason".into();
    };
    reason.trim().chars().take(LONGEST_REASON).collect()
}

/// What was made, numbered in the server's order. What has no URL keeps its number.
fn assets(read: &Reply) -> Vec<Asset> {
    let usable =
        |url: Option<&String>| url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    let mut assets = Vec::new();
    for result in read.tasks().filter_map(|task| task.task_result.as_ref()) {
        let mut images: Vec<_> = result.images.iter().collect();
        images.sort_by_key(|image| image.index);
        let videos = result.videos.iter().map(|it| (it.url.as_ref(), it.duration.clone()));
        let images = images.into_iter().map(|it| (it.url.as_ref(), None));
        for (number, (url, seconds)) in (0..).zip(videos.chain(images)) {
            if let Some(url) = usable(url) {
                assets.push(Asset { number, url, seconds });
            }
        }
        if !assets.is_empty() {
            return assets;
        }
    }
    let url = usable(read.data.as_ref().and_then(|data| data.url.as_ref()));
    assets.extend(url.map(|url| Asset { number: 0, url, seconds: None }));
    assets
}

/// No status word: the service code says why, else HTTP does.
fn by_code(read: &Reply, http: u16) -> Standing {
    let words = read.reason().map(|text| format!(": {}", printable::shorten(text)));
    let words = words.unwrap_or_default();
    if read.says_missing() {
        return Standing::NotThere(format!("the server knows no such task{words}"));
    }
    let code = read.service_code().filter(|code| *code != 0);
    if let Some(row) = code.and_then(errors::find) {
        let why = format!("service code {}, {}{words}", row.code, row.meaning);
        return match row.retry {
            Retry::Never if row.status == 404 => Standing::NotThere(why),
            Retry::Never => Standing::Refused(why),
            Retry::Done | Retry::Later | Retry::QueriesOnly => Standing::Missed(why),
        };
    }
    if http / 100 != 2 {
        return by_http(http, &words);
    }
    match code {
        Some(code) => Standing::Missed(format!("service code {code}{words}")),
        None if read.service_code() == Some(0) && read.task().is_none() => {
            Standing::NotThere("the answer has no task in it".into())
        }
        None => Standing::Missed(format!("the answer says nothing of a status{words}")),
    }
}

fn by_http(http: u16, words: &str) -> Standing {
    let why = format!("HTTP {http}{words}");
    match http {
        404 | 410 => Standing::NotThere(why),
        408 | 409 | 425 | 429 => Standing::Missed(why),
        400..=499 => Standing::Refused(why),
        300..=399 => Standing::Missed(format!("{why}, a redirect: not followed")),
        _ => Standing::Missed(why),
    }
}

fn without_json(reply: &RawReply) -> Standing {
    if reply.status / 100 != 2 {
        return by_http(reply.status, "");
    }
    Standing::Missed(match &reply.cut {
        Some(why) => format!("the answer is not whole: {}", printable::shorten(why)),
        None if reply.body.trim().is_empty() => "the answer is empty".into(),
        None => "the answer is not JSON".into(),
    })
}

#[cfg(test)]
mod tests;
