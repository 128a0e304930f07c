//! How long the server asks to wait: `Retry-After` in seconds or as a date.

use std::time::Duration;

use crate::clock::Millis;

/// Reads the header. `None` when it is no time at all; a date that has passed is zero.
pub fn retry_after(_header: &str, _now: Millis) -> Option<Duration> {
    todo!()
}
