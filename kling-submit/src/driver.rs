//! Does what the machines say, blocking.

use std::time::Duration;

use crate::body::Body;
use crate::clock::Clock;
use crate::fetch::Fetcher;
use crate::id::Id;
use crate::ledger::{Ledger, LedgerError};
use crate::machine::End;
use crate::machine::reconcile::Means;
use crate::machine::watch::Plan;
use crate::notice::Observer;
use crate::transport::Transport;

/// Drives tasks of one ledger over one transport.
pub struct Driver<'d> {
    /// What happened.
    pub ledger: &'d mut Ledger,
    /// The server.
    pub transport: &'d dyn Transport,
    /// Time.
    pub clock: &'d dyn Clock,
    /// Who is told.
    pub observer: &'d mut dyn Observer,
    /// Where assets go.
    pub fetcher: &'d Fetcher,
}

/// A request to submit.
#[derive(Debug)]
pub struct Request<'r> {
    /// The body.
    pub body: &'r mut Body,
    /// The file as the user named it, and the line.
    pub name: String,
    /// The server.
    pub base_url: String,
    /// Which key.
    pub key_fingerprint: String,
    /// Send it though the same body was sent in the last 24 hours.
    pub again: bool,
}

/// What came of a request.
#[derive(Debug)]
pub enum Submitted {
    /// It went its way; this is the task.
    Task(Id, End),
    /// The same body was sent before; nothing was sent now.
    SentBefore(Vec<Id>),
    /// The request's own id is another task's; nothing was sent now.
    IdTaken(Vec<Id>),
}

/// Why a task was not worked on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The request or a file of it is no longer what was linted; nothing was sent.
    #[error("{0}; nothing was sent")]
    Body(std::io::Error),
    /// Another process works on the task.
    #[error("another process works on {0}")]
    Busy(Id),
    /// There is no such task.
    #[error("the ledger has no task {0}")]
    NoTask(Id),
    /// The task cannot be followed: it was never taken.
    #[error("{id} is {state}: there is nothing to follow")]
    NotTaken {
        /// The task.
        id: Id,
        /// Where it stands.
        state: &'static str,
    },
}

impl Driver<'_> {
    /// Submits a request, once. With a plan, follows the task until it ends.
    pub fn submit(
        &mut self,
        _request: Request<'_>,
        _plan: Option<&Plan>,
    ) -> Result<Submitted, DriveError> {
        todo!()
    }

    /// Follows a task that was taken.
    pub fn watch(&mut self, _id: &Id, _plan: &Plan) -> Result<End, DriveError> {
        todo!()
    }

    /// Finds out about a task whose outcome is unknown. The means that the ledger knows are filled in.
    pub fn reconcile(&mut self, _id: &Id, _means: Means) -> Result<End, DriveError> {
        todo!()
    }

    /// What a person found out about a task whose outcome is unknown: its id, or that there is none.
    pub fn resolve(&mut self, _id: &Id, _task_id: Option<&str>) -> Result<End, DriveError> {
        todo!()
    }
}

/// How long a POST's answer is waited for, unless the user says.
pub const REPLY: Duration = Duration::from_secs(180);
