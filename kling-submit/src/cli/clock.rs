//! The real clock, whose waits Ctrl-C ends.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
#[cfg(feature = "failpoints")]
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::interrupt::Interrupt;
use crate::clock::{Clock, Millis, Waited};

/// The machine's clocks.
#[derive(Debug)]
pub(crate) struct RealClock {
    start: Instant,
    interrupt: Arc<Interrupt>,
    warp: Warp,
}

impl RealClock {
    pub(crate) fn new(interrupt: Arc<Interrupt>) -> Self {
        RealClock { start: Instant::now(), interrupt, warp: Warp::new() }
    }

    /// A POST was made: a test may set the wall clock from here on.
    pub(crate) fn posted(&self) {
        self.warp.posted();
    }
}

impl Clock for RealClock {
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis(self.warp.wall(u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }

    fn elapsed(&self) -> Duration {
        self.warp.faster(self.start.elapsed())
    }

    fn wait(&self, span: Duration) -> Waited {
        self.interrupt.wait(self.warp.shorter(span))
    }

    fn jitter(&self) -> f64 {
        // Each state has keys of its own: the hash of nothing is a random number.
        let random = RandomState::new().hash_one(()) >> 11;
        random as f64 / (1_u64 << 53) as f64
    }

    fn interrupted(&self) -> bool {
        self.interrupt.asked()
    }
}

/// What tests do to time: `KLING_SUBMIT_SPEED` times faster; set by `KLING_SUBMIT_CLOCK_JUMP` seconds
/// after the first POST.
#[cfg(feature = "failpoints")]
#[derive(Debug)]
struct Warp {
    speed: f64,
    jump: i64,
    jumped: AtomicBool,
}

#[cfg(feature = "failpoints")]
impl Warp {
    fn new() -> Self {
        fn number<N: std::str::FromStr>(name: &str) -> Option<N> {
            std::env::var(name).ok()?.parse().ok()
        }
        let speed = number("KLING_SUBMIT_SPEED").filter(|it: &f64| it.is_finite() && *it > 0.0);
        Warp {
            speed: speed.unwrap_or(1.0),
            jump: number::<i64>("KLING_SUBMIT_CLOCK_JUMP").unwrap_or(0).saturating_mul(1000),
            jumped: AtomicBool::new(false),
        }
    }

    fn posted(&self) {
        self.jumped.store(true, Ordering::Relaxed);
    }

    fn wall(&self, millis: u64) -> u64 {
        let jump = if self.jumped.load(Ordering::Relaxed) { self.jump } else { 0 };
        millis.saturating_add_signed(jump)
    }

    fn faster(&self, span: Duration) -> Duration {
        Duration::try_from_secs_f64(span.as_secs_f64() * self.speed).unwrap_or(Duration::MAX)
    }

    fn shorter(&self, span: Duration) -> Duration {
        Duration::try_from_secs_f64(span.as_secs_f64() / self.speed).unwrap_or(Duration::MAX)
    }
}

/// Time as it is.
#[cfg(not(feature = "failpoints"))]
#[derive(Debug)]
struct Warp;

#[cfg(not(feature = "failpoints"))]
impl Warp {
    fn new() -> Self {
        Warp
    }

    fn posted(&self) {}

    fn wall(&self, millis: u64) -> u64 {
        millis
    }

    fn faster(&self, span: Duration) -> Duration {
        span
    }

    fn shorter(&self, span: Duration) -> Duration {
        span
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_from_zero_up_to_one_and_spread() {
        let clock = RealClock::new(Arc::default());
        let numbers: Vec<f64> = (0..200).map(|_| clock.jitter()).collect();
        assert!(numbers.iter().all(|it| (0.0..1.0).contains(it)));
        assert!(numbers.iter().any(|it| *it < 0.3) && numbers.iter().any(|it| *it > 0.7));
    }

    #[test]
    fn a_wait_ends_when_the_user_wants_to_stop() {
        let interrupt = Arc::new(Interrupt::default());
        let clock = RealClock::new(Arc::clone(&interrupt));
        assert_eq!(clock.wait(Duration::from_millis(1)), Waited::Whole);
        assert!(!clock.interrupted());
        interrupt.press();
        assert_eq!(clock.wait(Duration::MAX), Waited::Interrupted);
        assert!(clock.interrupted());
    }

    #[cfg(feature = "failpoints")]
    #[test]
    fn the_wall_clock_jumps_after_the_first_post() {
        let warp = Warp { speed: 4.0, jump: -5_000, jumped: AtomicBool::new(false) };
        assert_eq!(warp.wall(9_000), 9_000);
        warp.posted();
        assert_eq!(warp.wall(9_000), 4_000);
        assert_eq!(warp.wall(1_000), 0);
        assert_eq!(warp.faster(Duration::from_secs(1)), Duration::from_secs(4));
        assert_eq!(warp.shorter(Duration::from_secs(1)), Duration::from_millis(250));
    }
}
