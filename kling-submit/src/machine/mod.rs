//! What to do next: events in, actions out, no I/O.
//!
//! Each of [`Submit`], [`Watch`] and [`Reconcile`] is a machine in lock step: `step` takes what came of
//! the last action and says the next one, until [`Action::End`]. A driver does the actions; the one in
//! [`driver`](crate::driver) blocks.
//!
//! | file | what it holds |
//! |---|---|
//! | [`state`] | where a task stands: the fold of its ledger events |
//! | [`outcome`] | what an answer to the POST means: the table, row by row |
//! | [`submit`] | intent → sending → accepted, refused, unknown |
//! | [`watch`] | poll, then fetch |
//! | [`status`] | reading where a task stands from a query's answer |
//! | [`reconcile`] | finding out about an unknown outcome |
//! | `query` | what is asked for: paths and queries |
//! | [`schedule`] | when to poll |
//! | [`retry_after`] | how long the server asks to wait |

pub mod outcome;
mod query;
pub mod reconcile;
pub mod retry_after;
pub mod schedule;
pub mod state;
pub mod status;
pub mod submit;
pub mod watch;

use std::time::Duration;

use crate::clock::Millis;
use crate::entry::{Asset, Entry, RawReply, Refused, Stored};
use crate::notice::Pause;
use crate::transport::Broken;

pub use reconcile::Reconcile;
pub use state::State;
pub use submit::Submit;
pub use watch::Watch;

/// The moment of a step.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// By the wall clock, for records.
    pub wall: Millis,
    /// By a clock that never jumps, for budgets.
    pub elapsed: Duration,
    /// A random number from 0 up to 1.
    pub jitter: f64,
}

/// What came of the last action.
#[derive(Clone, Debug)]
pub enum Event {
    /// The first step; or the action was done, and there is nothing to say of it.
    Done,
    /// [`Action::Record`] failed: the ledger does not hold the entry.
    NotRecorded(String),
    /// An answer to [`Action::Send`] or [`Action::Query`].
    Reply(RawReply),
    /// No answer.
    Broken(Broken),
    /// What came of [`Action::Fetch`].
    Fetched(Fetched),
    /// The user wants to stop: in place of the end of a wait, or of an answer to a query.
    Interrupted,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Append to the ledger, durably. Then [`Event::Done`] or [`Event::NotRecorded`].
    Record(Entry),
    /// One POST. Then [`Event::Reply`] or [`Event::Broken`].
    Send,
    /// One GET. Then [`Event::Reply`], [`Event::Broken`] or [`Event::Interrupted`].
    Query(Query),
    /// Wait. Then [`Event::Done`] or [`Event::Interrupted`].
    Wait(Duration, Pause),
    /// Fetch an asset. Then [`Event::Fetched`] or [`Event::Interrupted`].
    Fetch(Asset),
    /// Tell of a query that brought nothing. Then [`Event::Done`].
    Missed(String),
    /// Tell of something odd. Then [`Event::Done`].
    Odd(String),
    /// It is over.
    End(End),
}

/// One GET at the task's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Path and query, from the first `/`.
    pub target: String,
    /// Whose secret goes along.
    pub secret: Secret,
}

/// Which secret a query carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// The API key.
    Key,
    /// The gateway's access token, for its own list of tasks.
    AccessToken,
}

/// What came of fetching an asset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It is on disk.
    Stored(Stored),
    /// The server gives it no more under this URL: 403, 404, 410.
    Expired {
        /// The HTTP status.
        status: u16,
    },
    /// It may work later.
    Missed {
        /// Why, for people.
        why: String,
        /// The server's `Retry-After`.
        retry_after: Option<String>,
    },
    /// It will not work: a forbidden address, another kind of content, a disk that is full.
    Impossible {
        /// Why, for people.
        why: String,
    },
}

/// How it ended. The process's exit status follows from it.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// Taken, and paid for; not waited for.
    Accepted {
        /// The server's id.
        task_id: String,
    },
    /// Everything that was made is on disk.
    Stored(Vec<Stored>),
    /// No byte left. Not paid.
    NotSent {
        /// Why, for people.
        why: String,
    },
    /// The server did not take it. Not paid.
    Refused(Refused),
    /// Perhaps taken, perhaps paid for.
    Unknown {
        /// Why, for people.
        why: String,
    },
    /// Taken, paid for, and still at work when the time to wait was over.
    Running,
    /// The provider could not make it.
    Failed {
        /// The provider's reason.
        message: String,
    },
    /// Made, paid for, and not on disk.
    NotSaved {
        /// Why, for people.
        why: String,
        /// Whether it can no longer be had.
        gone: bool,
    },
    /// The task does not exist: it was never taken. Not paid.
    Absent,
    /// A search that proves nothing yet.
    CannotTell {
        /// Why, and what would help, for people.
        why: String,
        /// When another look would prove something.
        look_again: Option<Duration>,
    },
    /// The user stopped it; what is known is in the ledger.
    Interrupted,
}
