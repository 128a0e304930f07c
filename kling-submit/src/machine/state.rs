//! Where a task stands: the fold of its ledger events.

use crate::entry::{Asset, Entry, Refused, Stored};

/// Where a task stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// Recorded; nothing was sent.
    Intended,
    /// A POST began, and nothing is known of its end: of a task that nobody works on, unknown.
    Sending,
    /// An answer is recorded and not yet read: reading it again tells.
    Answered,
    /// Nothing was sent.
    NotSent,
    /// The server did not take it.
    Refused(Refused),
    /// Perhaps taken.
    Unknown,
    /// It does not exist.
    Absent,
    /// Taken; the server's last word for where it stands, if any.
    Accepted {
        /// The server's id.
        task_id: String,
        /// The last word.
        word: Option<String>,
    },
    /// Made; these are not all on disk.
    Succeeded {
        /// The server's id.
        task_id: String,
        /// What was made.
        assets: Vec<Asset>,
        /// What is on disk.
        stored: Vec<Stored>,
    },
    /// All of it is on disk.
    Stored {
        /// The server's id.
        task_id: String,
        /// What is on disk.
        stored: Vec<Stored>,
    },
    /// The provider could not make it.
    Failed {
        /// The server's id.
        task_id: String,
        /// The provider's reason.
        message: String,
    },
    /// Made, and no longer to be had.
    Gone {
        /// The server's id.
        task_id: String,
    },
}

/// An event that cannot follow on what came before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot follow on `{state}`")]
pub struct OutOfOrder {
    /// The event's name.
    pub event: &'static str,
    /// The state's name.
    pub state: &'static str,
}

impl State {
    /// The state after these events, of which the first is the intent.
    pub fn of<'e>(_events: impl IntoIterator<Item = &'e Entry>) -> Result<State, OutOfOrder> {
        todo!()
    }

    /// The state after one more event.
    pub fn after(self, _entry: &Entry) -> Result<State, OutOfOrder> {
        todo!()
    }

    /// One word for tables: `intended`, `sending`, `unknown`, `accepted`, `stored`, ….
    pub fn word(&self) -> &'static str {
        todo!()
    }

    /// The server's id, once there is one.
    pub fn task_id(&self) -> Option<&str> {
        todo!()
    }
}
