//! intent → sending → accepted, refused, unknown

use super::{Action, Event, Now};
use crate::entry::Intent;

/// Submits one request whose intent is recorded.
#[derive(Debug)]
pub struct Submit {}

impl Submit {
    /// Begins.
    pub fn new(_intent: Intent) -> Self {
        todo!()
    }

    /// The next action.
    pub fn step(&mut self, _now: Now, _event: Event) -> Action {
        todo!()
    }
}
