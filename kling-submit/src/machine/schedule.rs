//! When to poll.
//!
//! | age of the task | wait |
//! |---|---|
//! | under 10 s, not yet polled | until it is 10 s old |
//! | under 2 min | 5 s |
//! | under 10 min | 10 s |
//! | under 1 h | 30 s |
//! | more | 5 min |
//!
//! Waits are spread by 20 % both ways. What the server asks for is obeyed up to [`LONGEST_ASKED`].

use std::time::Duration;

/// The first poll comes when the task is so old.
const FIRST: Duration = Duration::from_secs(10);
/// Up to which age, and how long the wait.
const WAITS: [(Duration, Duration); 3] = [
    (Duration::from_secs(120), Duration::from_secs(5)),
    (Duration::from_secs(600), Duration::from_secs(10)),
    (Duration::from_secs(3600), Duration::from_secs(30)),
];
/// For older tasks.
const LAST: Duration = Duration::from_secs(300);
/// The longest wait that a server may ask for. A poll costs nothing, what was made is there for a
/// while only, and a `Retry-After` of a day is more often a mistake than a wish.
pub const LONGEST_ASKED: Duration = Duration::from_secs(150);
/// The longest wait after polls that brought nothing.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(60);

/// How long to wait for the next poll of a task that was taken `age` ago and has been asked for
/// `polls` times by this process: an old task that was resumed is polled at once.
pub fn next_poll(age: Duration, polls: u32, jitter: f64) -> Duration {
    if polls == 0 {
        return FIRST.saturating_sub(age);
    }
    let row = WAITS.iter().find(|(until, _)| age < *until);
    spread(row.map_or(LAST, |(_, wait)| *wait), jitter)
}

/// The wait after so many queries in a row that brought nothing, from one on.
pub fn back_off(misses: u32, jitter: f64) -> Duration {
    let doubled = Duration::from_secs(2).saturating_mul(1 << misses.saturating_sub(1).min(8));
    spread(doubled.min(LONGEST_BACK_OFF), jitter)
}

/// The wait, or a longer one that the server asks for.
pub fn obey(own: Duration, asked: Option<Duration>) -> Duration {
    own.max(asked.unwrap_or_default().min(LONGEST_ASKED))
}

/// 20 % less or more, so that many tasks do not ask at once.
fn spread(wait: Duration, jitter: f64) -> Duration {
    let jitter = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.5 };
    wait.mul_f64(0.8 + 0.4 * jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(it: u64) -> Duration {
        Duration::from_secs(it)
    }

    #[test]
    fn by_age() {
        for (age, polls, want) in [
            (0, 0, 10),
            (4, 0, 6),
            (10, 0, 0),
            (9000, 0, 0),
            (0, 1, 5),
            (119, 9, 5),
            (120, 1, 10),
            (599, 1, 10),
            (600, 1, 30),
            (3599, 1, 30),
            (3600, 1, 300),
            (u64::MAX, 1, 300),
        ] {
            assert_eq!(next_poll(seconds(age), polls, 0.5), seconds(want), "{age} {polls}");
        }
    }

    #[test]
    fn waits_are_spread() {
        for jitter in [f64::NEG_INFINITY, -1.0, 0.0, 0.3, 1.0, 7.0, f64::NAN] {
            let wait = next_poll(seconds(60), 3, jitter);
            assert!((seconds(4)..=seconds(6)).contains(&wait), "{jitter} {wait:?}");
        }
    }

    #[test]
    fn misses_are_waited_out() {
        let waits: Vec<u64> = (0..8).map(|it| back_off(it, 0.5).as_secs()).collect();
        assert_eq!(waits, [2, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(back_off(u32::MAX, 0.5), seconds(60));
    }

    #[test]
    fn a_server_is_obeyed_within_reason() {
        assert_eq!(obey(seconds(5), None), seconds(5));
        assert_eq!(obey(seconds(5), Some(seconds(1))), seconds(5));
        assert_eq!(obey(seconds(5), Some(seconds(40))), seconds(40));
        assert_eq!(obey(seconds(5), Some(seconds(99_999))), LONGEST_ASKED);
        assert_eq!(obey(seconds(300), Some(seconds(99_999))), seconds(300));
    }
}
