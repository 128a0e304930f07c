//! The ledger: what happened, durable, in SQLite.
//!
//! A ledger is an SQLite database, with two folders beside it: `….lock/` holds a file for each task that
//! a process works on, `….spare/` the room in which a paid task's id is kept when the disk is full.
//!
//! | file | what it holds |
//! |---|---|
//! | `place` | where the ledger is, and whether it can be there |
//! | `store` | how the database is opened; its schema and its rows |
//! | `schema.sql` | the schema |
//! | `record` | writing: intents, events, what a crash left in spares |
//! | `spare` | the spare files |
//! | `lock` | the locks of tasks |
//! | `load` | reading a task back: its events, checked, and its state |
//! | `find` | which tasks: by id, by body, by what they still need |
//! | `usual` | how long tasks take |
//! | `verify` | checking a whole ledger |
//! | `export` | the ledger as JSON lines |
//! | `error` | why the ledger cannot be used, and what helps |

mod error;
mod export;
mod find;
mod load;
mod lock;
mod place;
mod record;
mod spare;
mod store;
#[cfg(test)]
mod tests;
mod usual;
mod verify;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::clock::Millis;
use crate::entry::{Intent, Recorded};
use crate::id::Id;
use crate::machine::State;

pub use error::LedgerError;
pub use lock::TaskLock;
pub use place::default_place;

/// The ledger. Each thread opens its own.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    place: PathBuf,
    /// Which file it is, where that shows.
    inode: Option<u64>,
    locks: lock::Locks,
    /// Whether there are spares: not in memory.
    spares: bool,
    warning: Option<String>,
}

/// What came of [`Ledger::begin`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The intent is durable.
    Recorded,
    /// The same body was sent to the same path of the same server in the last 24 hours, or earlier and
    /// nobody knows what became of it, or another process is about to: nothing was recorded.
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

impl Ledger {
    /// Opens the ledger, makes it if there is none, and takes in what a crash left in spare files.
    ///
    /// # Errors
    /// It cannot be made, read or written, belongs to another user, is no ledger, is damaged, or was
    /// written by a newer version.
    pub fn open(place: &Path) -> Result<Self, LedgerError> {
        Self::open_and_take_in(place).map_err(LedgerError::unsent)
    }

    fn open_and_take_in(place: &Path) -> Result<Self, LedgerError> {
        // The thread that makes the file closes a handle to it, and must not do so while another has it
        // open in SQLite.
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let place::Prepared { file, remote } = place::prepare(place)?;
        let connection = store::open(&file, remote)?;
        drop(one);
        let warning = remote.then(|| {
            format!(
                "the ledger {} is on another machine's disk, where locks may not hold: use it from one \
                 machine at a time, or name a local file with `--ledger`",
                error::shown(&file)
            )
        });
        let locks = lock::Locks::Beside(file.clone());
        let inode = place::inode(&file);
        let mut ledger = Ledger { connection, place: file, inode, locks, spares: true, warning };
        ledger.take_in()?;
        Ok(ledger)
    }

    /// A ledger that ends with the process: for tests and dry runs. It has no spares.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn in_memory() -> Result<Self, LedgerError> {
        let place = PathBuf::from(":memory:");
        let connection = store::in_memory().map_err(|error| LedgerError::sqlite(&place, &error))?;
        let locks = lock::Locks::Memory(std::sync::Arc::default());
        Ok(Ledger { connection, place, inode: None, locks, spares: false, warning: None })
    }

    /// Where it is, with every link on the way followed.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// What people should know of where it is.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Takes the lock of a task; `None` when another process, or another part of this one, has it.
    ///
    /// # Errors
    /// The lock's file cannot be made.
    pub fn lock(&self, id: &Id) -> Result<Option<TaskLock>, LedgerError> {
        self.locks.take(id)
    }

    /// The task of this id of ours.
    ///
    /// # Errors
    /// The ledger cannot be read, or does not hold what was written to it; so too below.
    pub fn task(&self, id: &Id) -> Result<Option<Task>, LedgerError> {
        self.view().load(id)
    }

    /// Tasks that this text is an id of: ours, the user's, or the server's; else those of ours that begin
    /// with it, if it has 8 characters or more. The latest first.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn find(&self, any: &str) -> Result<Vec<Id>, LedgerError> {
        self.view().find(any)
    }

    /// The server's ids of all tasks on a server.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn server_ids(&self, base_url: &str) -> Result<BTreeSet<String>, LedgerError> {
        self.view().server_ids(base_url)
    }

    /// Tasks, the latest first.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn tasks(&self, filter: &Filter) -> Result<Vec<Task>, LedgerError> {
        self.view().tasks(filter)
    }

    /// Tasks of the same body, server and path in the last 24 hours that were or may have been
    /// taken, or that another process is about to send, and older ones whose outcome is not known; the
    /// latest first, this one not among them. With `ever`, of any age and also those that turned out
    /// absent.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn sent_before(
        &self,
        intent: &Intent,
        now: Millis,
        ever: bool,
    ) -> Result<Vec<Task>, LedgerError> {
        self.view().sent_before(intent, now, ever)
    }

    /// The latest task that is known to be on the same server under the same path and key, less than
    /// 30 days old: what a look must find to prove itself.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn landmark(&self, intent: &Intent, now: Millis) -> Result<Option<Task>, LedgerError> {
        self.view().landmark(intent, now)
    }

    /// How long tasks with the same server, path and settings took, from accepted to succeeded; with
    /// any settings, when fewer than three had the same; `None` when fewer than three are known.
    ///
    /// # Errors
    /// As [`task`](Self::task).
    pub fn usual(&self, intent: &Intent) -> Result<Option<Usual>, LedgerError> {
        self.view().usual(intent)
    }

    /// Checks everything: SQLite's own pages and indexes, each event's sum and JSON, the order of the
    /// events of each task, and what is left in spares.
    ///
    /// # Errors
    /// The folders beside the ledger cannot be read. What is wrong in the ledger is in the verdict.
    pub fn verify(&self) -> Result<Verdict, LedgerError> {
        self.view().verify()
    }

    /// Writes every event as one JSON line: `{"v":1,"seq":…,"at":…,"task":"kl1-…","event":"sending",…}`.
    /// One that cannot be read has the event `damaged` and its `text`.
    ///
    /// # Errors
    /// The ledger cannot be read, or `out` not written.
    pub fn export(&self, out: &mut dyn std::io::Write) -> Result<(), LedgerError> {
        self.view().export(out)
    }

    fn view(&self) -> load::View<'_> {
        load::View {
            connection: &self.connection,
            place: &self.place,
            locks: &self.locks,
            spares: self.spares,
        }
    }
}
