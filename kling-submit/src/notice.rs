//! What people and programs are told while a task goes its way.

use std::time::Duration;

use crate::clock::Millis;
use crate::entry::{Entry, Intent};

/// Something to tell.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice<'a> {
    /// An event of the ledger. It is durable, but for an `accepted` whose `failure` says it is not.
    Recorded {
        /// When.
        at: Millis,
        /// What.
        entry: &'a Entry,
        /// Why the ledger does not hold it, if so: the id must then be told all the louder.
        failure: Option<&'a str>,
    },
    /// Nothing happens for so long.
    Waiting {
        /// How long.
        span: Duration,
        /// What for.
        pause: Pause,
    },
    /// A query that brought nothing; the next one may.
    Missed {
        /// Why, for people.
        why: &'a str,
    },
    /// Something odd that changes nothing.
    Odd {
        /// What, for people.
        what: &'a str,
    },
    /// Bytes of the body that were sent.
    Sent {
        /// So far.
        bytes: u64,
        /// Of so many.
        total: u64,
    },
    /// Bytes of an asset that arrived.
    Fetched {
        /// Which, from 0.
        number: u32,
        /// So far.
        bytes: u64,
        /// Of so many, if the server says.
        total: Option<u64>,
    },
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pause {
    /// The server is too busy to take the task; nothing is paid.
    Throttled,
    /// There was no connection; nothing was sent.
    NoConnection,
    /// The next poll.
    Poll,
    /// The next try to fetch an asset.
    Fetch,
    /// The next look for a task whose outcome is unknown.
    Look,
}

/// Who is told.
pub trait Observer: Send {
    /// Tells it. Must not fail: a broken pipe does not stop a paid task.
    fn notice(&mut self, task: &Intent, notice: &Notice<'_>);
}
