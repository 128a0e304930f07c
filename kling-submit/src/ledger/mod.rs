//! The ledger: what happened, durable, in SQLite.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::clock::Millis;
use crate::entry::{Entry, Intent, Recorded};
use crate::id::Id;
use crate::machine::State;

/// The ledger. Each thread opens its own.
#[derive(Debug)]
pub struct Ledger {}

/// What came of [`Ledger::begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The intent is durable.
    Recorded,
    /// The same body was sent to the same path of the same server in the last 24 hours, or another
    /// process is about to: nothing was recorded.
    SentBefore(Vec<Id>),
    /// The request's own `external_task_id` is the id of another task: nothing was recorded.
    IdTaken(Vec<Id>),
}

/// A task in the ledger.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// What was to be sent.
    pub intent: Intent,
    /// When the intent was recorded.
    pub at: Millis,
    /// Where it stands.
    pub state: State,
    /// Everything that happened.
    pub history: Vec<Recorded>,
}

/// Which tasks.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those that still need something: unknown, at work, made and not on disk.
    pub open: bool,
    /// Only those whose outcome is unknown.
    pub unknown: bool,
    /// At most so many, the latest.
    pub limit: Option<usize>,
}

/// How long tasks like this one took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    /// Of so many tasks.
    pub tasks: usize,
    /// One in ten was faster.
    pub fast: Duration,
    /// One in ten was slower.
    pub slow: Duration,
}

/// A task's lock, held by the one process that works on it. Dropped with it, also by a crash.
#[derive(Debug)]
pub struct TaskLock {}

/// What `ledger verify` found.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Verdict {
    /// Tasks read.
    pub tasks: usize,
    /// Events read.
    pub events: usize,
    /// What is wrong, for people; empty when nothing is.
    pub faults: Vec<String>,
}

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct LedgerError {
    /// What, where and what helps, for people.
    pub why: String,
    /// There is no room.
    pub full: bool,
}

/// Where the ledger is, unless the user says: `KLING_LEDGER`, else under the XDG state folder.
pub fn default_place() -> Option<PathBuf> {
    todo!()
}

impl Ledger {
    /// Opens the ledger, makes it if there is none, and takes in what a crash left in spare files.
    pub fn open(_place: &Path) -> Result<Self, LedgerError> {
        todo!()
    }

    /// A ledger that ends with the process: for tests and dry runs.
    pub fn in_memory() -> Result<Self, LedgerError> {
        todo!()
    }

    /// Where it is.
    pub fn place(&self) -> &Path {
        todo!()
    }

    /// Takes the lock of a task; `None` when another process has it.
    pub fn lock(&self, _id: &Id) -> Result<Option<TaskLock>, LedgerError> {
        todo!()
    }

    /// Records an intent, in one transaction with the check that the same body was not sent before.
    /// The task's lock must be held. `again` leaves the check out.
    pub fn begin(
        &mut self,
        _intent: &Intent,
        _at: Millis,
        _again: bool,
    ) -> Result<Begun, LedgerError> {
        todo!()
    }

    /// Appends an event; durable on return.
    pub fn append(&mut self, _id: &Id, _at: Millis, _entry: &Entry) -> Result<(), LedgerError> {
        todo!()
    }

    /// Keeps an event that the ledger has no room for in the spare file that `begin` made while there
    /// was room; the next `open` takes it in. Says where it is kept.
    pub fn spare(&self, _id: &Id, _at: Millis, _entry: &Entry) -> Result<PathBuf, LedgerError> {
        todo!()
    }

    /// The task of this id of ours.
    pub fn task(&self, _id: &Id) -> Result<Option<Task>, LedgerError> {
        todo!()
    }

    /// Tasks that this text is an id of: ours, the user's, or the server's. The latest first.
    pub fn find(&self, _any: &str) -> Result<Vec<Id>, LedgerError> {
        todo!()
    }

    /// Tasks, the latest first.
    pub fn tasks(&self, _filter: &Filter) -> Result<Vec<Task>, LedgerError> {
        todo!()
    }

    /// Tasks of the same body, server and path in the last 24 hours that were or may have been
    /// taken; the latest first. With `ever`, of any age and also those that turned out absent.
    pub fn sent_before(
        &self,
        _intent: &Intent,
        _now: Millis,
        _ever: bool,
    ) -> Result<Vec<Task>, LedgerError> {
        todo!()
    }

    /// The latest task that is known to be on the same server under the same path and key, less than
    /// 30 days old: what a look must find to prove itself.
    pub fn landmark(&self, _intent: &Intent, _now: Millis) -> Result<Option<Task>, LedgerError> {
        todo!()
    }

    /// How long tasks with the same path and settings took, from accepted to succeeded.
    pub fn usual(&self, _intent: &Intent) -> Result<Option<Usual>, LedgerError> {
        todo!()
    }

    /// Checks everything: SQLite's own pages, each event's JSON, the order of events of each task.
    pub fn verify(&self) -> Result<Verdict, LedgerError> {
        todo!()
    }

    /// Writes every event as one JSON line: `{"v":1,"seq":…,"at":…,"task":"kl1-…","event":…}`.
    pub fn export(&self, _out: &mut dyn std::io::Write) -> Result<(), LedgerError> {
        todo!()
    }
}
