//! Whether what a look found is the task that is looked for.

use std::collections::HashSet;
use std::time::Duration;

use kling_lint::kling_schema::replies;
use kling_lint::printable;
use serde_json::Value;

use super::Means;
use crate::clock::Millis;
use crate::entry::{Intent, RawReply};
use crate::machine::status::{self, Reading, Standing};

/// A task that was made so long before the sending is another one: clocks differ by less.
const CLOCKS: Duration = Duration::from_secs(600);
/// A list is complete when it reaches so far back: the clock may have been wrong when it was sent.
const FAR_BACK: Duration = Duration::from_secs(86_400);
/// How deep JSON in texts in JSON is searched.
const NESTED: u32 = 3;

/// What is looked for.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) external_id: String,
    own_id: String,
    sent: Millis,
    others: HashSet<String>,
    pub(super) landmark: Option<(String, String)>,
}

/// What an answer is, seen from the task that is looked for.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// It: the server's id.
    It(String),
    /// Perhaps it: the server's id, and what speaks against it.
    Perhaps(String, &'static str),
    /// A task whose id is not to be told.
    Unclear(&'static str),
    /// Another task.
    Another(String),
    /// No task.
    Nothing(String),
    /// The query is refused.
    Refused(String),
    /// Nothing can be told; the same query may tell later.
    Missed(String),
}

impl Wanted {
    pub(super) fn new(intent: &Intent, sent: Millis, means: &Means) -> Self {
        // One that cannot be told from ours proves nothing.
        let usable = |(external_id, task_id): &&(String, String)| {
            !external_id.is_empty()
                && !task_id.is_empty()
                && *external_id != intent.external_task_id
        };
        let landmark = means.landmark.iter().map(|(_, task_id)| task_id);
        Wanted {
            external_id: intent.external_task_id.clone(),
            own_id: intent.id.to_string(),
            sent,
            others: means.others.iter().chain(landmark).cloned().collect(),
            landmark: means.landmark.as_ref().filter(usable).cloned(),
        }
    }

    /// Judges the answer to a query for one task.
    pub(super) fn judge(&self, reply: &RawReply) -> Found {
        let read = status::read(reply);
        match read.standing {
            Standing::NotThere(why) => Found::Nothing(why),
            Standing::Refused(why) => Found::Refused(why),
            Standing::Missed(why) => Found::Missed(why),
            Standing::AtWork(_)
            | Standing::Odd(_)
            | Standing::Succeeded(_)
            | Standing::Failed(_) => {
                let shows = read.external_id.as_ref().map(|id| *id == self.external_id);
                self.compare(&read, shows)
            }
        }
    }

    /// `shows`: whether the task carries our external id, or another one, or none.
    fn compare(&self, read: &Reading, shows: Option<bool>) -> Found {
        if shows == Some(false) {
            let id = read.external_id.as_deref().unwrap_or_default();
            return Found::Another(format!(
                "the task that the server names carries another external id, {}",
                printable::quoted(id)
            ));
        }
        // A server may echo what it was asked for.
        let foreign = |id: &&String| **id != self.external_id && **id != self.own_id;
        let mut ids = read.ids.iter().filter(foreign).peekable();
        if ids.peek().is_none() {
            return Found::Unclear("the server shows a task and not its own id of it");
        }
        let Some(id) = ids.find(|id| !self.others.contains(*id)) else {
            return Found::Another(
                "the server names a task that belongs to another request".into(),
            );
        };
        let early = read.created.is_some_and(|at| self.sent.since(at) > CLOCKS);
        match shows {
            _ if early => Found::Perhaps(id.clone(), "it was made before this request was sent"),
            Some(_) => Found::It(id.clone()),
            None => Found::Perhaps(id.clone(), "its answer does not show our external id"),
        }
    }

    /// Whether this is the answer to a query for the landmark.
    pub(super) fn is_landmark(&self, reply: &RawReply) -> bool {
        let read = status::read(reply);
        let is_task = matches!(
            read.standing,
            Standing::AtWork(_) | Standing::Odd(_) | Standing::Succeeded(_) | Standing::Failed(_)
        );
        is_task
            && self.landmark.as_ref().is_some_and(|(external_id, task_id)| {
                read.ids.contains(task_id)
                    && read.external_id.as_ref().is_none_or(|id| id == external_id)
            })
    }
}

/// What a walk through the pages of a list has seen.
#[derive(Debug, Default)]
pub(super) struct Walk {
    seen: HashSet<String>,
    last: Option<Millis>,
    out_of_order: bool,
    /// Whether the landmark was among them, with its external id.
    pub(super) landmark: bool,
    /// Whether the list was seen as far back as the task can be.
    pub(super) complete: bool,
}

/// A page of a list, seen from the task that is looked for.
#[derive(Debug)]
pub(super) enum Page {
    /// It carries our external id.
    Found(Found),
    /// It is not here, and the next page may have it.
    More,
    /// It is not here, and there are no more pages.
    End,
    /// It is no list: what the answer is instead.
    None(Found),
}

impl Walk {
    /// Reads a page. `anywhere`: our external id counts wherever it stands in an item.
    pub(super) fn page(&mut self, wanted: &Wanted, reply: &RawReply, anywhere: bool) -> Page {
        let value: Option<Value> = (reply.status / 100 == 2)
            .then(|| serde_json::from_str(reply.body.trim_start_matches('\u{feff}')).ok())
            .flatten();
        let Some(items) = value.as_ref().and_then(replies::listed) else {
            return Page::None(match status::standing(reply) {
                Standing::Refused(why) => Found::Refused(why),
                Standing::Missed(why) => Found::Missed(why),
                Standing::NotThere(why) => Found::Nothing(why),
                _ => Found::Another("the answer is no list".into()),
            });
        };
        let mut found: Option<Found> = None;
        let mut new = false;
        for item in items {
            let read = status::item(item);
            let carries = |id: &str| {
                read.external_id.as_deref() == Some(id)
                    || (anywhere && is_distinctive(id) && contains(item, id, NESTED))
            };
            if let Some((external_id, task_id)) = &wanted.landmark {
                self.landmark |= read.ids.contains(task_id) && carries(external_id);
            }
            new |= read.ids.iter().any(|id| self.seen.insert(id.clone()));
            let in_order = match (self.last, read.created) {
                (Some(last), Some(created)) => created <= last,
                (_, created) => created.is_some(),
            };
            self.out_of_order |= !in_order;
            self.last = read.created.or(self.last);
            if carries(&wanted.external_id) {
                found = Some(match (found, wanted.compare(&read, Some(true))) {
                    (Some(before), Found::Another(_)) => before,
                    (Some(Found::It(one)), Found::It(other)) if one != other => {
                        Found::Perhaps(one, "there is more than one task with our external id")
                    }
                    (Some(before @ (Found::It(_) | Found::Perhaps(..))), _) => before,
                    (_, this) => this,
                });
            }
        }
        match found {
            // The other task with our external id is known; ours may still come.
            None | Some(Found::Another(_)) => {}
            Some(found) => return Page::Found(found),
        }
        let far_back = self.last.is_some_and(|last| wanted.sent.since(last) > FAR_BACK);
        if items.is_empty() || (far_back && !self.out_of_order) {
            self.complete = true;
            return Page::End;
        }
        // A server that ignores the number of the page gives the first one again.
        if new { Page::More } else { Page::End }
    }
}

/// Whether an id can be told from numbers and short words.
fn is_distinctive(id: &str) -> bool {
    id.len() >= 8 && !id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text stands anywhere in a value as a whole, also in JSON that is written as a text.
fn contains(value: &Value, text: &str, nested: u32) -> bool {
    match value {
        Value::String(it) if it == text => true,
        Value::String(it) if nested > 0 && it.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(it).is_ok_and(|value| contains(&value, text, nested - 1))
        }
        Value::Array(items) => items.iter().any(|it| contains(it, text, nested)),
        Value::Object(members) => members.values().any(|it| contains(it, text, nested)),
        _ => false,
    }
}
