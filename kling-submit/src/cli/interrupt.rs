//! Ctrl-C, `kill` and a closed terminal: what the user wants when something may be in flight.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock::Waited;

/// How long a paid request's answer is waited for when the user wants to stop.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

/// Signals that come so close together are one wish: `timeout` and wrappers send theirs to the process
/// and to its group, and nobody's fingers are so fast.
const ONE: Duration = Duration::from_millis(200);

/// Ends something that another thread is at.
pub(crate) type Stopper = Arc<dyn Fn() + Send + Sync>;

/// Whether the user wants to stop, and what is in flight.
#[derive(Default)]
pub(crate) struct Interrupt {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    presses: u32,
    /// When the last of them was.
    last: Option<Instant>,
    /// Ends the POST that is under way.
    posting: Option<Stopper>,
    /// End queries that are under way.
    querying: Vec<Stopper>,
}

impl fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Interrupt")
            .field("presses", &state.presses)
            .field("posting", &state.posting.is_some())
            .finish()
    }
}

/// What a press comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    /// Work ends by itself, at once or nearly so.
    Stop,
    /// A paid request is in flight: its answer is waited for.
    InFlight,
    /// The user does not want to wait for it: it was ended.
    Abandoned,
    /// Pressed again, and nothing is in flight: leave.
    Leave,
    /// The press before once more.
    Echo,
}

impl Interrupt {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is half done under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The user pressed Ctrl-C, or the like.
    pub(crate) fn press(&self) -> Press {
        self.press_at(Instant::now())
    }

    fn press_at(&self, now: Instant) -> Press {
        let mut state = self.state();
        if state.last.is_some_and(|last| now.saturating_duration_since(last) < ONE) {
            return Press::Echo;
        }
        state.last = Some(now);
        state.presses = state.presses.saturating_add(1);
        self.changed.notify_all();
        let first = state.presses == 1;
        match (first, state.posting.take()) {
            (true, None) => {
                // No POST begins any more, so only queries are ended.
                let querying = std::mem::take(&mut state.querying);
                drop(state);
                querying.iter().for_each(|stop| stop());
                Press::Stop
            }
            (false, None) => Press::Leave,
            (true, posting) => {
                state.posting = posting;
                Press::InFlight
            }
            (false, Some(abandon)) => {
                drop(state);
                abandon();
                Press::Abandoned
            }
        }
    }

    /// Ends the POST that is under way, if it still is. Says whether it was.
    pub(crate) fn abandon(&self) -> bool {
        let abandon = self.state().posting.take();
        abandon.as_ref().inspect(|abandon| abandon()).is_some()
    }

    /// Queries that are ended when the user wants to stop and no POST is in flight.
    pub(crate) fn querying(&self, stop: Stopper) {
        self.state().querying.push(stop);
    }

    /// Whether the user wants to stop.
    pub(crate) fn asked(&self) -> bool {
        self.state().presses > 0
    }

    /// Waits, unless the user wants to stop.
    pub(crate) fn wait(&self, span: Duration) -> Waited {
        let mut state = self.state();
        let Some(end) = Instant::now().checked_add(span) else {
            // Longer than clocks go.
            while state.presses == 0 {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            return Waited::Interrupted;
        };
        loop {
            if state.presses > 0 {
                return Waited::Interrupted;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Waited::Whole;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes a POST that `abandon` ends. `None`: the user wanted to stop before it began.
    pub(crate) fn posting<T>(&self, abandon: Stopper, post: impl FnOnce() -> T) -> Option<T> {
        {
            let mut state = self.state();
            if state.presses > 0 {
                return None;
            }
            state.posting = Some(abandon);
        }
        let done = post();
        self.state().posting = None;
        Some(done)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn the_first_press_waits_for_what_is_in_flight_and_the_second_does_not() {
        let interrupt = Interrupt::default();
        let ended = Arc::new(AtomicU32::new(0));
        let abandon = {
            let ended = Arc::clone(&ended);
            Arc::new(move || {
                ended.fetch_add(1, Ordering::Relaxed);
            })
        };
        let start = Instant::now();
        let presses = interrupt.posting(abandon.clone(), || {
            let first = interrupt.press_at(start);
            assert_eq!(interrupt.press_at(start + ONE / 2), Press::Echo, "by `timeout`");
            assert_eq!(ended.load(Ordering::Relaxed), 0);
            (first, interrupt.press_at(start + ONE), interrupt.abandon())
        });
        assert_eq!(presses, Some((Press::InFlight, Press::Abandoned, false)));
        assert_eq!(ended.load(Ordering::Relaxed), 1);
        assert_eq!(interrupt.press_at(start + ONE * 2), Press::Leave);
        assert_eq!(interrupt.posting(abandon, || ()), None, "nothing is sent any more");
    }

    #[test]
    fn with_nothing_in_flight_work_just_stops() {
        let interrupt = Interrupt::default();
        assert_eq!(interrupt.wait(Duration::ZERO), Waited::Whole);
        let start = Instant::now();
        assert_eq!(interrupt.press_at(start), Press::Stop);
        assert_eq!(interrupt.wait(Duration::from_secs(3600)), Waited::Interrupted);
        assert!(!interrupt.abandon());
        assert_eq!(interrupt.press_at(start + ONE), Press::Leave);
    }

    #[test]
    fn queries_end_at_once_but_not_while_a_request_is_in_flight() {
        let ended = Arc::new(AtomicU32::new(0));
        let stopper = |ended: &Arc<AtomicU32>| {
            let ended = Arc::clone(ended);
            Arc::new(move || {
                ended.fetch_add(1, Ordering::Relaxed);
            })
        };
        let interrupt = Interrupt::default();
        interrupt.querying(stopper(&ended));
        interrupt.posting(Arc::new(|| {}), || interrupt.press());
        assert_eq!(ended.load(Ordering::Relaxed), 0);

        let interrupt = Interrupt::default();
        interrupt.querying(stopper(&ended));
        interrupt.press();
        assert_eq!(ended.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn the_time_to_wait_can_run_out() {
        let interrupt = Interrupt::default();
        let ended = interrupt.posting(Arc::new(|| {}), || (interrupt.press(), interrupt.abandon()));
        assert_eq!(ended, Some((Press::InFlight, true)));
    }
}
