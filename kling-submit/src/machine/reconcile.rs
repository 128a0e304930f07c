//! Finding out about an unknown outcome.
//!
//! Nothing is sent again here, and nothing is believed that the server does not show:
//!
//! | look | finds the task if | proves its absence if |
//! |---|---|---|
//! | `GET path/{external_task_id}` | the answer shows our external id and the server's own | the landmark is found so |
//! | the list under the path | an item carries our external id | the landmark is in it, and it goes back a day or ends |
//! | the gateway's list of the account, ± 10 min | our external id stands anywhere in an item | the landmark is in it, and it ends |
//! | the task that a callback names | the answer shows our external id | never |
//!
//! The landmark is a task that is known to be there. Two proven looks five minutes apart make the task
//! absent. A task that may be ours, and does not show it, is for a person to judge.

mod find;

use std::collections::VecDeque;
use std::time::Duration;

use kling_lint::kling_schema::replies;
use kling_lint::printable;

use super::outcome::{Outcome, outcome};
use super::retry_after::asked;
use super::{Action, End, Event, Now, State, query, schedule, status};
use crate::clock::Millis;
use crate::entry::{Entry, Intent, RawReply, Recorded, Route};
use crate::notice::Pause;
use find::{Found, Page, Walk, Wanted};

/// What a look may use.
#[derive(Clone, Debug, Default)]
pub struct Means {
    /// External id and server id of a task that is known to be there: what proves a look.
    pub landmark: Option<(String, String)>,
    /// Server ids that belong to other tasks of the ledger: never taken for this one's.
    pub others: Vec<String>,
    /// Whether there is an access token for the gateway's own list.
    pub account: bool,
    /// The body of a callback that may be about this task: a hint, never a verdict.
    pub callback: Option<String>,
}

/// The time between two looks that prove an absence.
const APART: Duration = Duration::from_secs(300);
/// The gateway's own list is asked for so much before and after the sending.
const WINDOW: Duration = Duration::from_secs(600);
/// Tries of one query.
const TRIES: u32 = 3;
/// When a look that failed may be repeated.
const AGAIN: Duration = Duration::from_secs(60);
/// Items of a page: of an answer, 64 KiB are kept.
const PAGE: usize = 30;
/// Pages of a list.
const PAGES: usize = 5;

/// Looks for a task whose outcome is unknown: by its external id, in the list under its path, in the
/// gateway's own list.
#[derive(Debug)]
pub struct Reconcile {
    intent: Intent,
    sent: Millis,
    wanted: Wanted,
    account: bool,
    /// The task that a callback names.
    hint: Option<String>,
    at: At,
    queue: VecDeque<Action>,
    next: Next,
    tries: u32,
    walk: Walk,
    /// Whether the ledger holds the task for absent already.
    was_absent: bool,
    /// When the first proven look before this one was.
    earlier: Option<Millis>,
    proven: bool,
    /// Tasks that may be ours, and why they may not.
    candidates: Vec<(String, &'static str)>,
    /// What kept looks from proving anything, and whether it may pass.
    doubts: Vec<String>,
    passing: bool,
}

/// What the last action was, where its answer matters.
#[derive(Debug)]
enum At {
    Quiet,
    Asking(Look),
}

#[derive(Clone, Debug)]
enum Next {
    Ask(Look),
    Conclude,
    End(End),
}

/// One query of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    ExternalId,
    Landmark,
    List(usize),
    Account(usize),
    Hint,
}

impl Look {
    fn route(self) -> Route {
        match self {
            Look::ExternalId | Look::Landmark => Route::ExternalId,
            Look::List(_) => Route::List,
            Look::Account(_) => Route::Account,
            Look::Hint => Route::Callback,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Look::ExternalId | Look::Landmark => "the query by external id",
            Look::List(_) => "the list of tasks",
            Look::Account(_) => "the account's list",
            Look::Hint => "the query for the callback's task",
        }
    }
}

impl Reconcile {
    /// Goes on where the ledger stands. `sent`: when the POST began.
    pub fn new(intent: Intent, history: &[Recorded], sent: Millis, means: Means) -> Self {
        let wanted = Wanted::new(&intent, sent, &means);
        let mut new = Reconcile {
            hint: means.callback.as_deref().and_then(|body| hint(&wanted, body)),
            intent,
            sent,
            wanted,
            account: means.account,
            at: At::Quiet,
            queue: VecDeque::new(),
            next: Next::Ask(Look::ExternalId),
            tries: 0,
            walk: Walk::default(),
            was_absent: false,
            earlier: history.iter().find(|it| is_proven(&it.entry)).map(|it| it.at),
            proven: false,
            candidates: Vec::new(),
            doubts: Vec::new(),
            passing: false,
        };
        if means.callback.is_some_and(|body| status::callback(&body).is_none()) {
            new.odd("the callback names no task: ignored".into());
        }
        new.begin(history);
        new
    }

    /// What the ledger says already.
    fn begin(&mut self, history: &[Recorded]) {
        let state = match State::of(history.iter().map(|it| &it.entry)) {
            Ok(state) => state,
            Err(error) => {
                let why = format!("the ledger's events of this task are out of order: {error}");
                return self.finish(End::CannotTell { why, look_again: None });
            }
        };
        match state {
            State::Unknown => {}
            State::Sending => {
                self.record(Entry::Unknown { why: "it ended before an answer was read".into() });
            }
            State::Answered => self.read_again(history),
            State::Absent => {
                self.was_absent = true;
                // A task may turn up late; without a hint there is no reason to think so.
                if self.hint.is_none() {
                    self.finish(End::Absent);
                }
            }
            State::Intended => self.finish(End::NotSent { why: "it was never sent".into() }),
            State::NotSent => {
                let why = history.iter().rev().find_map(|it| match &it.entry {
                    Entry::NotSent { why } => Some(why.clone()),
                    _ => None,
                });
                self.finish(End::NotSent { why: why.unwrap_or_default() });
            }
            State::Refused(refused) => self.finish(End::Refused(refused)),
            State::Accepted { task_id, .. }
            | State::Succeeded { task_id, .. }
            | State::Stored { task_id, .. }
            | State::Failed { task_id, .. }
            | State::Gone { task_id } => self.finish(End::Accepted { task_id }),
        }
    }

    /// The answer is in the ledger: nobody has to be asked.
    fn read_again(&mut self, history: &[Recorded]) {
        let reply = history.iter().rev().find_map(|it| match &it.entry {
            Entry::Reply(reply) => Some(reply),
            _ => None,
        });
        match outcome(reply.unwrap_or(&RawReply::default())) {
            Outcome::Accepted { task_id, request_id } => {
                let by = Route::Reply;
                self.record(Entry::Accepted { task_id: task_id.clone(), request_id, by });
                self.finish(End::Accepted { task_id });
            }
            Outcome::Refused(refused) => {
                self.record(Entry::Refused(refused.clone()));
                self.finish(End::Refused(refused));
            }
            Outcome::Unknown { why } => self.record(Entry::Unknown { why }),
        }
    }

    /// The next action.
    pub fn step(&mut self, now: Now, event: Event) -> Action {
        let over = matches!(self.next, Next::End(_));
        match (std::mem::replace(&mut self.at, At::Quiet), event) {
            (_, Event::Interrupted) if !over => {
                self.queue.retain(|action| matches!(action, Action::Record(_)));
                self.finish(End::Interrupted);
            }
            // The driver tells.
            (_, Event::NotRecorded(_)) => {}
            (At::Asking(look), Event::Reply(reply)) => self.answered(now, look, &reply),
            (At::Asking(look), Event::Broken(broken)) => {
                let why = printable::escape(&broken.why);
                if broken.passing {
                    self.missed(now, look, why, None);
                } else {
                    self.queue.push_back(Action::Missed(why.clone()));
                    self.doubt(look, &why);
                    self.next = Next::Conclude;
                }
            }
            (At::Asking(look), _) => self.missed(now, look, "there was no answer".into(), None),
            (At::Quiet, _) => {}
        }
        self.go_on(now)
    }

    fn go_on(&mut self, now: Now) -> Action {
        loop {
            if let Some(action) = self.queue.pop_front() {
                return action;
            }
            match self.next.clone() {
                Next::End(end) => return Action::End(end),
                Next::Conclude => self.conclude(now),
                Next::Ask(look) => match self.query(look) {
                    Some(query) => {
                        self.at = At::Asking(look);
                        return Action::Query(query);
                    }
                    None => {
                        self.doubt(look, "no query can name it");
                        if look == Look::Landmark {
                            self.looked(now, look, false);
                        } else {
                            self.go_to_next(look);
                        }
                    }
                },
            }
        }
    }

    fn query(&self, look: Look) -> Option<super::Query> {
        let path = &self.intent.path;
        match look {
            Look::ExternalId => query::task(path, &self.wanted.external_id),
            Look::Landmark => query::task(path, &self.wanted.landmark.as_ref()?.0),
            Look::List(page) => Some(query::list(path, page, PAGE)),
            Look::Account(page) => {
                let window = u64::try_from(WINDOW.as_millis()).unwrap_or(u64::MAX);
                let from = Millis(self.sent.0.saturating_sub(window));
                let to = Millis(self.sent.0.saturating_add(window));
                Some(query::account_list(from, to, page, PAGE))
            }
            Look::Hint => query::task(path, self.hint.as_deref()?),
        }
    }

    fn odd(&mut self, what: String) {
        self.queue.push_back(Action::Odd(what));
    }

    fn record(&mut self, entry: Entry) {
        self.queue.push_back(Action::Record(entry));
    }

    fn finish(&mut self, end: End) {
        self.next = Next::End(end);
    }

    /// The look after this one.
    fn go_to_next(&mut self, look: Look) {
        self.tries = 0;
        self.walk = Walk::default();
        self.next = match look {
            Look::ExternalId | Look::Landmark => Next::Ask(Look::List(1)),
            Look::List(_) if self.account => Next::Ask(Look::Account(1)),
            Look::List(_) | Look::Account(_) if self.hint.is_some() => Next::Ask(Look::Hint),
            Look::List(_) | Look::Account(_) | Look::Hint => Next::Conclude,
        };
    }

    fn answered(&mut self, now: Now, look: Look, reply: &RawReply) {
        let asked = asked(reply, now.wall);
        match look {
            Look::ExternalId | Look::Hint => {
                let found = self.wanted.judge(reply);
                self.found(now, look, found, asked);
            }
            Look::Landmark => match self.wanted.judge(reply) {
                Found::Missed(why) => self.missed(now, look, why, asked),
                _ => {
                    let proven = self.wanted.is_landmark(reply);
                    if !proven {
                        self.doubt(look, "it does not find a task that is known to be there");
                    }
                    self.looked(now, look, proven);
                }
            },
            Look::List(page) | Look::Account(page) => {
                let anywhere = matches!(look, Look::Account(_));
                match self.walk.page(&self.wanted, reply, anywhere) {
                    Page::Found(found) => self.found(now, look, found, asked),
                    Page::More if page < PAGES => {
                        self.tries = 0;
                        self.next = Next::Ask(match look {
                            Look::Account(_) => Look::Account(page + 1),
                            _ => Look::List(page + 1),
                        });
                    }
                    Page::More | Page::End => self.walked(now, look),
                    // Behind the last page.
                    Page::None(Found::Nothing(_)) if page > 1 => {
                        self.walk.complete = true;
                        self.walked(now, look);
                    }
                    Page::None(Found::Missed(why)) => self.missed(now, look, why, asked),
                    Page::None(Found::Nothing(why) | Found::Refused(why) | Found::Another(why)) => {
                        self.doubt(look, &why);
                        self.go_to_next(look);
                    }
                    Page::None(Found::It(_) | Found::Perhaps(..) | Found::Unclear(_)) => {
                        self.go_to_next(look);
                    }
                }
            }
        }
    }

    fn walked(&mut self, now: Now, look: Look) {
        let proven = self.walk.complete && self.walk.landmark;
        if !self.walk.complete {
            self.doubt(look, "it could not be read as far back as needed");
        } else if !proven {
            self.doubt(look, "it has no task that is known to be there");
        }
        self.looked(now, look, proven);
    }

    /// What one query found.
    fn found(&mut self, now: Now, look: Look, found: Found, asked: Option<Duration>) {
        match found {
            Found::It(task_id) => {
                let by = look.route();
                self.record(Entry::Accepted { task_id: task_id.clone(), request_id: None, by });
                self.finish(End::Accepted { task_id });
            }
            Found::Perhaps(task_id, why) => {
                if !self.candidates.iter().any(|(known, _)| *known == task_id) {
                    self.candidates.push((task_id, why));
                }
                self.go_to_next(look);
            }
            Found::Unclear(why) => {
                self.odd(format!("{}: {why}", look.name()));
                self.doubt(look, why);
                self.candidates.push((String::new(), why));
                self.go_to_next(look);
            }
            Found::Another(why) => {
                self.odd(format!("{}: {why}: not ours", look.name()));
                self.doubt(look, &why);
                if look == Look::Hint {
                    self.go_to_next(look);
                } else {
                    self.looked(now, look, false);
                }
            }
            Found::Nothing(why) if look == Look::Hint => {
                self.odd(format!("{}: {why}", look.name()));
                self.go_to_next(look);
            }
            Found::Nothing(_) => {
                if self.wanted.landmark.is_some() {
                    self.tries = 0;
                    self.next = Next::Ask(Look::Landmark);
                } else {
                    self.doubt(look, "there is no known task to try it with");
                    self.looked(now, look, false);
                }
            }
            Found::Refused(why) => {
                self.odd(format!("{} is refused: {why}", look.name()));
                self.doubt(look, &why);
                self.go_to_next(look);
            }
            Found::Missed(why) => self.missed(now, look, why, asked),
        }
    }

    /// A look that found nothing.
    fn looked(&mut self, now: Now, look: Look, proven: bool) {
        let kept = Duration::from_secs(replies::KEPT_DAYS * 86_400);
        let forgotten = proven && now.wall.since(self.sent) >= kept;
        if forgotten {
            let days = replies::KEPT_DAYS;
            self.doubt(look, &format!("tasks are kept for {days} days, and this is older"));
        }
        let proven = proven && !forgotten;
        self.proven |= proven;
        self.record(Entry::Looked { by: look.route(), proven });
        self.go_to_next(look);
    }

    fn missed(&mut self, now: Now, look: Look, why: String, asked: Option<Duration>) {
        self.queue.push_back(Action::Missed(why.clone()));
        self.tries += 1;
        if self.tries < TRIES {
            let span = schedule::obey(schedule::back_off(self.tries, now.jitter), asked);
            self.queue.push_back(Action::Wait(span, Pause::Look));
            self.next = Next::Ask(look);
        } else {
            self.passing = true;
            self.doubt(look, &why);
            if look == Look::Landmark {
                self.looked(now, look, false);
            } else {
                self.go_to_next(look);
            }
        }
    }

    fn doubt(&mut self, look: Look, why: &str) {
        self.doubts.push(format!("{}: {why}", look.name()));
    }

    /// Every look is done, and none found it.
    fn conclude(&mut self, now: Now) {
        let id = &self.intent.id;
        let since = self.earlier.map(|earlier| now.wall.since(earlier));
        let known = self.candidates.iter().filter(|(task_id, _)| !task_id.is_empty());
        let known: Vec<String> = known
            .map(|(task_id, why)| format!("task {} may be it ({why})", printable::quoted(task_id)))
            .collect();
        let end = if !known.is_empty() {
            let known = known.join(", ");
            let task_id = match &self.candidates[..] {
                [(task_id, _)] if is_plain(task_id) => task_id,
                _ => "X",
            };
            let why = format!("{known}; if so: kling-submit resolve {id} --task-id {task_id}");
            End::CannotTell { why, look_again: None }
        } else if self.was_absent {
            End::Absent
        } else if self.proven && self.candidates.is_empty() && since.is_some_and(|it| it >= APART) {
            self.record(Entry::Absent { by: Route::Looks });
            End::Absent
        } else if self.proven && self.candidates.is_empty() {
            let left = APART.saturating_sub(since.unwrap_or_default());
            let why = "the server does not know the task; when it still does not in some minutes, it \
                       was not taken";
            End::CannotTell { why: why.into(), look_again: Some(left) }
        } else {
            let doubts = self.doubts.join("; ");
            let why = format!(
                "no look found the task, and none proves that it is not there ({doubts}); look for it \
                 in the provider's console, then: kling-submit resolve {id} --task-id X, or --absent"
            );
            End::CannotTell { why, look_again: self.passing.then_some(AGAIN) }
        };
        self.finish(end);
    }
}

fn is_proven(entry: &Entry) -> bool {
    matches!(entry, Entry::Looked { proven: true, .. })
}

/// Whether an id of the server's can stand in a command as it is.
fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !id.starts_with('-')
}

/// The task that a callback names, unless it is about another request.
fn hint(wanted: &Wanted, body: &str) -> Option<String> {
    let read = status::callback(body)?;
    if read.external_id.is_some_and(|id| id != wanted.external_id) {
        return None;
    }
    read.ids.into_iter().find(|id| *id != wanted.external_id)
}

#[cfg(test)]
mod tests;
