//! Time, and waiting: a trait, so that tests record waits instead of sitting them out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment by the wall clock: milliseconds since 1970.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Millis(pub u64);

impl Millis {
    /// The time from `earlier` to here; none if the clock was set back between.
    pub fn since(self, earlier: Millis) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It was sat out.
    Whole,
    /// The user wants to stop.
    Interrupted,
}

/// A clock that can be waited on.
pub trait Clock: Send + Sync {
    /// The wall clock, for records. It may jump.
    fn now(&self) -> Millis;
    /// Time since some fixed moment, for budgets. It never jumps.
    fn elapsed(&self) -> Duration;
    /// Waits, unless interrupted.
    fn wait(&self, span: Duration) -> Waited;
    /// A random number from 0 up to 1, to spread waits.
    fn jitter(&self) -> f64;
    /// Whether the user wants to stop.
    fn interrupted(&self) -> bool {
        false
    }
}
