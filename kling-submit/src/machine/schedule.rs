//! When to poll.

use std::time::Duration;

/// How long to wait for the next poll of a task that was taken `age` ago and has been asked for
/// `polls` times by this process.
pub fn next_poll(_age: Duration, _polls: u32, _jitter: f64) -> Duration {
    todo!()
}
