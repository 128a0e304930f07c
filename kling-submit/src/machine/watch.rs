//! Poll, then fetch.
//!
//! What is learnt is recorded before it is acted on. What cannot be recorded the driver tells, and the
//! work goes on: the task is paid for. It is recorded late, before whatever follows on it.

mod saving;

use std::collections::VecDeque;
use std::time::Duration;

use kling_lint::printable;

use super::retry_after::asked;
use super::status::{self, Standing};
use super::{Action, End, Event, Fetched, Now, State, query, schedule};
use crate::clock::Millis;
use crate::entry::{Asset, Entry, Intent, RawReply, Stored};
use crate::notice::Pause;
use saving::{Fate, Item};

/// What to watch for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long to wait in all; only this process's own time counts. `None`: as long as it takes.
    pub patience: Option<Duration>,
    /// Fetch what was made.
    pub fetch: bool,
    /// Poll at once: the user asked, or a callback hinted.
    pub at_once: bool,
}

/// Refused queries in a row, until it is no use to go on.
const REFUSALS: u32 = 4;
/// Answers in a row that know no such task, and the time over which they came, until then.
const NOT_THERE: (u32, Duration) = (12, Duration::from_secs(600));
/// Answers in a row that say "made" and name nothing to fetch, until then.
const NOTHING_MADE: u32 = 6;
/// How long fetching is tried, if the user does not say.
const FETCH_BUDGET: Duration = Duration::from_secs(1200);
/// Status words that are recorded, and odd ones that are told: a server has a handful.
const WORDS: usize = 50;

/// Follows a task that was taken: polls until it ends, then fetches what was made.
#[derive(Debug)]
pub struct Watch {
    intent: Intent,
    task_id: String,
    plan: Plan,
    accepted: Millis,
    /// When the first step was, by both clocks.
    began: Option<(Duration, Millis)>,
    at: At,
    /// What is to be recorded and told before the next step.
    queue: VecDeque<Action>,
    next: Next,
    /// The last status word in the ledger, how many were recorded, and the odd ones that were told.
    word: Option<String>,
    words: usize,
    told: Vec<String>,
    /// Queries of this process.
    polls: u32,
    row: Row,
    /// The last answer's wish.
    asked: Option<Duration>,
    items: Vec<Item>,
    stored: Vec<Stored>,
    /// The item that was waited for.
    due: Option<usize>,
    /// When fetching began to fail; since the last asset that arrived.
    trouble: Option<Duration>,
    /// The ledger knows that it was made, and of nothing to fetch: only a fresh URL changes that.
    was_gone: bool,
    /// Everything was on disk once: what cannot be had again is no loss to the ledger.
    was_stored: bool,
    /// What the ledger could not hold, and what follows on it needs.
    unrecorded: Vec<Entry>,
}

/// What the last action was, where its answer matters.
#[derive(Debug)]
enum At {
    /// Nothing that is answered.
    Quiet,
    Recording(Entry),
    Waiting,
    Querying,
    Fetching(usize),
}

/// What comes when the queue is empty.
#[derive(Clone, Debug)]
enum Next {
    /// Wait, then query.
    Poll,
    Query,
    /// Fetch what is left to fetch.
    Fetch,
    End(End),
}

/// How many answers of one kind came in a row.
#[derive(Debug, Default)]
struct Row {
    missed: u32,
    refused: u32,
    not_there: u32,
    /// When the first of those came.
    not_there_since: Duration,
    nothing_made: u32,
}

impl Watch {
    /// Goes on where the ledger stands. `accepted`: when the task was taken.
    pub fn new(intent: Intent, state: State, accepted: Millis, plan: Plan) -> Self {
        let mut watch = Watch {
            intent,
            task_id: state.task_id().unwrap_or_default().to_owned(),
            plan,
            accepted,
            began: None,
            at: At::Quiet,
            queue: VecDeque::new(),
            next: Next::Poll,
            word: None,
            words: 0,
            told: Vec::new(),
            polls: 0,
            row: Row::default(),
            asked: None,
            items: Vec::new(),
            stored: Vec::new(),
            due: None,
            trouble: None,
            was_gone: false,
            was_stored: matches!(state, State::Stored { .. }),
            unrecorded: Vec::new(),
        };
        match state {
            State::Accepted { word, .. } => watch.word = word,
            State::Succeeded { assets, stored, .. } | State::Stored { assets, stored, .. } => {
                watch.items = assets.into_iter().map(|it| Item::new(it, &stored)).collect();
                watch.stored = stored;
                // Nothing to fetch in the ledger: the server may know better.
                watch.was_gone = watch.items.is_empty();
                watch.next = if watch.was_gone { Next::Query } else { Next::Fetch };
            }
            // Asked for all the same: the server may have fresh URLs. It costs nothing.
            State::Gone { .. } => {
                watch.was_gone = true;
                watch.next = Next::Query;
            }
            over => watch.next = Next::End(end_of(over)),
        }
        watch
    }

    /// The next action.
    pub fn step(&mut self, now: Now, event: Event) -> Action {
        self.began.get_or_insert((now.elapsed, now.wall));
        let at = std::mem::replace(&mut self.at, At::Quiet);
        match (at, event) {
            (At::Recording(entry), Event::NotRecorded(_)) => self.not_recorded(entry),
            // What is learnt is recorded even so, and an end stays that end.
            (_, Event::Interrupted) if !matches!(self.next, Next::End(_)) => {
                self.next = Next::End(End::Interrupted);
            }
            (At::Querying, Event::Reply(reply)) => self.answered(now, &reply),
            (At::Querying, Event::Broken(broken)) => {
                self.asked = None;
                self.no_answer(printable::escape(&broken.why));
            }
            (At::Querying, _) => self.no_answer("there was no answer".into()),
            (At::Fetching(index), Event::Fetched(fetched)) => self.fetched(now, index, fetched),
            (At::Fetching(index), _) => {
                let why = "nothing came of it".into();
                self.fetched(now, index, Fetched::Missed { why, retry_after: None });
            }
            (At::Waiting, _) if matches!(self.next, Next::Poll) => self.next = Next::Query,
            (At::Quiet | At::Recording(_) | At::Waiting, _) => {}
        }
        self.go_on(now)
    }

    fn go_on(&mut self, now: Now) -> Action {
        if let Some(action) = self.queue.pop_front() {
            if let Action::Record(entry) = &action {
                self.at = At::Recording(entry.clone());
            }
            return action;
        }
        match &self.next {
            Next::End(end) => Action::End(end.clone()),
            Next::Query => self.query(now),
            Next::Poll => self.poll(now),
            Next::Fetch => self.fetch(now),
        }
    }

    fn end(&mut self, now: Now, end: End) -> Action {
        self.next = Next::End(end);
        self.go_on(now)
    }

    fn odd(&mut self, what: String) {
        self.queue.push_back(Action::Odd(what));
    }

    fn record(&mut self, entry: Entry) {
        let late = std::mem::take(&mut self.unrecorded);
        self.queue.extend(late.into_iter().chain([entry]).map(Action::Record));
    }

    /// What follows on an entry that the ledger does not hold is kept back with it: out of order, it
    /// would make the task unreadable.
    fn not_recorded(&mut self, entry: Entry) {
        let mut kept = vec![entry];
        self.queue.retain(|action| match action {
            Action::Record(entry) => {
                kept.push(entry.clone());
                false
            }
            _ => true,
        });
        self.unrecorded
            .extend(kept.into_iter().filter(|entry| !matches!(entry, Entry::Status { .. })));
    }

    fn query(&mut self, now: Now) -> Action {
        let Some(query) = query::task(&self.intent.path, &self.task_id) else {
            let id = printable::quoted(&self.task_id);
            self.odd(format!("no query can name the task: its id is {id}"));
            return self.end(now, End::Running);
        };
        self.at = At::Querying;
        self.polls = self.polls.saturating_add(1);
        Action::Query(query)
    }

    fn poll(&mut self, now: Now) -> Action {
        let own = if self.polls == 0 && self.plan.at_once {
            Duration::ZERO
        } else {
            let own = schedule::next_poll(self.age(now), self.polls, now.jitter);
            match self.row.missed {
                0 | 1 => own,
                more => own.max(schedule::back_off(more, now.jitter)),
            }
        };
        let span = schedule::obey(own, self.asked.take());
        if span.is_zero() {
            return self.query(now);
        }
        match self.left(now) {
            Some(left) if left.is_zero() => self.out_of_patience(now),
            left => {
                self.at = At::Waiting;
                Action::Wait(left.map_or(span, |left| span.min(left)), Pause::Poll)
            }
        }
    }

    /// The time to wait is over, and the last answer was no end.
    fn out_of_patience(&mut self, now: Now) -> Action {
        if self.items.is_empty() {
            return self.end(now, End::Running);
        }
        self.settle(|status| {
            Fate::NotSaved(format!("HTTP {status}, and no fresh URL was to be had"))
        });
        self.next = Next::Fetch;
        self.go_on(now)
    }

    /// How old the task is. Once begun, only time that passes counts: the wall clock may jump.
    fn age(&self, now: Now) -> Duration {
        let (elapsed, wall) = self.began.unwrap_or((now.elapsed, now.wall));
        wall.since(self.accepted).saturating_add(now.elapsed.saturating_sub(elapsed))
    }

    /// What is left of the user's patience, or of ours with an asset that does not come.
    fn left(&self, now: Now) -> Option<Duration> {
        let (patience, since) = match (self.plan.patience, self.trouble) {
            (Some(patience), _) => {
                (patience, self.began.map_or(now.elapsed, |(elapsed, _)| elapsed))
            }
            (None, Some(trouble)) => (FETCH_BUDGET, trouble),
            (None, None) => return None,
        };
        Some(patience.saturating_sub(now.elapsed.saturating_sub(since)))
    }

    fn answered(&mut self, now: Now, reply: &RawReply) {
        self.asked = asked(reply, now.wall);
        let read = status::read(reply);
        if let Some(why) = self.not_ours(&read) {
            return self.no_answer(why);
        }
        if self.was_gone
            && !matches!(&read.standing, Standing::Succeeded(assets) if !assets.is_empty())
        {
            return self.still_gone();
        }
        let row = std::mem::take(&mut self.row);
        match read.standing {
            Standing::AtWork(word) => self.at_work(word),
            Standing::Odd(word) => {
                if self.told.len() < WORDS && !self.told.contains(&word) {
                    let shown = printable::quoted(&word);
                    self.odd(format!("the server says {shown}, a status no page lists"));
                    self.told.push(word.clone());
                }
                self.at_work(word);
            }
            Standing::Succeeded(assets) if assets.is_empty() => self.nothing_made(&row),
            Standing::Succeeded(assets) => self.succeeded(assets),
            Standing::Failed(message) => self.failed(message),
            Standing::NotThere(why) => self.not_there(now, &row, why),
            Standing::Refused(why) => self.refused(&row, why),
            Standing::Missed(why) => {
                self.row = row;
                self.missed(why);
            }
        }
    }

    /// An answer about some other task: another id, and another id of the user's.
    fn not_ours(&mut self, read: &status::Reading) -> Option<String> {
        if read.ids.is_empty() || read.ids.contains(&self.task_id) {
            return None;
        }
        let other = printable::quoted(read.ids.first().map_or("", String::as_str));
        let external_id = read.external_id.as_ref();
        if external_id.is_some_and(|id| *id != self.intent.external_task_id) {
            return Some(format!("the answer is about another task, {other}"));
        }
        let what = format!("the server gives the task another id, {other}");
        if self.told.len() < WORDS && !self.told.contains(&what) {
            self.odd(what.clone());
            self.told.push(what);
        }
        None
    }

    fn at_work(&mut self, word: String) {
        if !self.items.is_empty() {
            return self.missed(format!("the server now says {}", printable::quoted(&word)));
        }
        if self.word.as_ref() != Some(&word) && self.words < WORDS {
            self.words += 1;
            self.word = Some(word.clone());
            self.record(Entry::Status { word });
        }
        self.next = Next::Poll;
    }

    fn no_answer(&mut self, why: String) {
        self.missed(why);
        if self.was_gone {
            self.still_gone();
        }
    }

    fn still_gone(&mut self) {
        let why =
            "the server did not give the result when it was last asked for, and names no other";
        self.next = Next::End(End::NotSaved { why: why.into(), gone: true });
    }

    fn missed(&mut self, why: String) {
        self.row.missed = self.row.missed.saturating_add(1);
        self.queue.push_back(Action::Missed(why));
        self.next = Next::Poll;
    }

    fn nothing_made(&mut self, row: &Row) {
        self.row.nothing_made = row.nothing_made + 1;
        self.row.missed = row.missed;
        if !self.items.is_empty() {
            self.settle(|status| {
                Fate::Gone(format!("HTTP {status}, and the server no longer names it"))
            });
            self.next = Next::Fetch;
        } else if self.row.nothing_made >= NOTHING_MADE {
            let why = "the server says the task succeeded and does not say where the result is";
            self.next = Next::End(End::NotSaved { why: why.into(), gone: false });
        } else {
            if self.row.nothing_made == 1 {
                self.odd("the server says the task succeeded, and names nothing to fetch".into());
            }
            self.missed("there is nothing to fetch yet".into());
        }
    }

    fn not_there(&mut self, now: Now, row: &Row, why: String) {
        if !self.items.is_empty() {
            self.settle(|status| {
                Fate::Gone(format!("HTTP {status}, and the server no longer has the task ({why})"))
            });
            self.next = Next::Fetch;
            return;
        }
        self.row.missed = row.missed;
        self.row.not_there = row.not_there + 1;
        self.row.not_there_since =
            if row.not_there == 0 { now.elapsed } else { row.not_there_since };
        let span = now.elapsed.saturating_sub(self.row.not_there_since);
        self.missed(why);
        if self.row.not_there >= NOT_THERE.0 && span >= NOT_THERE.1 {
            let minutes = span.as_secs() / 60;
            self.odd(format!(
                "for {minutes} min the server has not known the task, though it took it; results are \
                 kept for some time only"
            ));
            self.next = Next::End(End::Running);
        }
    }

    fn refused(&mut self, row: &Row, why: String) {
        self.row.missed = row.missed;
        self.row.refused = row.refused + 1;
        let last = self.row.refused >= REFUSALS;
        let goes_on = if self.items.is_empty() { "; the task itself goes on" } else { "" };
        if self.row.refused == 1 || last {
            let again = if last { " again and again" } else { "" };
            self.odd(format!("the server refuses the query{again}, not the task: {why}{goes_on}"));
        }
        self.missed(why.clone());
        if last && self.items.is_empty() {
            self.next = Next::End(End::Running);
        } else if last {
            self.settle(|status| {
                Fate::NotSaved(format!(
                    "HTTP {status}, and the query for a fresh URL is refused: {why}"
                ))
            });
            self.next = Next::Fetch;
        }
    }

    fn failed(&mut self, message: String) {
        if self.items.is_empty() {
            self.record(Entry::Failed { message: message.clone() });
            self.next = Next::End(End::Failed { message });
        } else {
            let message = printable::paragraph(&message);
            self.settle(|status| {
                Fate::Gone(format!("HTTP {status}, and the server now says it failed: {message}"))
            });
            self.next = Next::Fetch;
        }
    }

    fn succeeded(&mut self, assets: Vec<Asset>) {
        self.was_gone = false;
        if self.items.is_empty() {
            self.record(Entry::Succeeded { assets: assets.clone() });
            let stored = &self.stored;
            self.items = assets.into_iter().map(|it| Item::new(it, stored)).collect();
        } else {
            self.renew(assets);
        }
        self.next = Next::Fetch;
    }
}

/// How a task ended that cannot be followed.
fn end_of(state: State) -> End {
    match state {
        State::Refused(refused) => End::Refused(refused),
        State::Failed { message, .. } => End::Failed { message },
        State::Absent => End::Absent,
        State::Intended | State::NotSent => End::NotSent { why: "it was never sent".into() },
        _ => End::Unknown { why: "it is not known whether the server took it".into() },
    }
}

#[cfg(test)]
mod tests;
