//! Finding out about an unknown outcome.

use super::{Action, Event, Now};
use crate::clock::Millis;
use crate::entry::{Intent, Recorded};

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

/// Looks for a task whose outcome is unknown: by its external id, in the list under its path, in the
/// gateway's own list.
#[derive(Debug)]
pub struct Reconcile {}

impl Reconcile {
    /// Goes on where the ledger stands. `sent`: when the POST began.
    pub fn new(_intent: Intent, _history: &[Recorded], _sent: Millis, _means: Means) -> Self {
        todo!()
    }

    /// The next action.
    pub fn step(&mut self, _now: Now, _event: Event) -> Action {
        todo!()
    }
}
