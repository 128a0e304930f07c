//! Poll, then fetch.

use std::time::Duration;

use super::{Action, Event, Now, State};
use crate::clock::Millis;
use crate::entry::Intent;

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

/// Follows a task that was taken: polls until it ends, then fetches what was made.
#[derive(Debug)]
pub struct Watch {}

impl Watch {
    /// Goes on where the ledger stands. `accepted`: when the task was taken.
    pub fn new(_intent: Intent, _state: State, _accepted: Millis, _plan: Plan) -> Self {
        todo!()
    }

    /// The next action.
    pub fn step(&mut self, _now: Now, _event: Event) -> Action {
        todo!()
    }
}
