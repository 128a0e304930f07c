//! Sends requests one after the other, follows several at once, and stops where more money might be
//! lost.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use kling_lint::printable::{escape, grouped};

use super::access::Guarded;
use super::ago;
use super::console::Console;
use super::ending::{Charged, Ending, Known};
use super::exit::Status;
use super::interrupt::Interrupt;
use super::json;
use super::next::Commands;
use super::plan::Planned;
use super::teller::{Teller, Telling};
use crate::clock::Clock as _;
use crate::driver::{DriveError, Driver, Request, Submitted};
use crate::entry::RefusalKind;
use crate::fetch::Fetcher;
use crate::ledger::{Ledger, Task};
use crate::machine::End;
use crate::machine::watch::Plan;

/// Requests that were shown and agreed to.
pub(crate) struct Batch<'b> {
    pub(crate) planned: &'b [Planned],
    pub(crate) transport: &'b Guarded,
    pub(crate) fetcher: &'b Fetcher,
    /// Where the ledger is; each thread opens its own.
    pub(crate) place: &'b Path,
    pub(crate) commands: &'b Commands,
    pub(crate) console: &'b Console,
    /// Follow what was taken.
    pub(crate) plan: Option<&'b Plan>,
    pub(crate) again: bool,
    /// Tasks at work at once.
    pub(crate) concurrency: usize,
}

impl Batch<'_> {
    /// Sends them. The endings are in the order of the requests.
    pub(crate) fn run(&self) -> Vec<Ending> {
        let gate = Gate::new(self.planned.len(), &self.transport.interrupt);
        let threads = if self.plan.is_some() { self.concurrency } else { 1 };
        let endings = Mutex::new(HashMap::new());
        thread::scope(|scope| {
            for _ in 0..threads.min(self.planned.len()) {
                scope.spawn(|| self.work(&gate, &endings));
            }
        });
        let mut endings = endings.into_inner().unwrap_or_else(PoisonError::into_inner);
        let why = gate.why();
        let rest = |(index, planned): (usize, &Planned)| {
            endings.remove(&index).unwrap_or_else(|| self.not_begun(planned, &why))
        };
        self.planned.iter().enumerate().map(rest).collect()
    }

    /// What one thread does.
    fn work(&self, gate: &Gate<'_>, endings: &Mutex<HashMap<usize, Ending>>) {
        let mut ledger: Option<Ledger> = None;
        while let Some(turn) = gate.enter() {
            let Some(planned) = self.planned.get(turn.index) else { return };
            let name = escape(&planned.intent.request);
            let opened = match ledger.take() {
                Some(ledger) => Ok(ledger),
                None => Ledger::open(self.place),
            };
            let ending = match opened {
                Ok(mut opened) => {
                    let ending = self.one(planned, &mut opened, &turn, &name);
                    ledger = Some(opened);
                    ending
                }
                Err(error) => {
                    turn.leave(Some(format!("the ledger cannot be used: {error}")));
                    self.teller(planned, None).failed(&error.to_string())
                }
            };
            let mut endings = endings.lock().unwrap_or_else(PoisonError::into_inner);
            endings.insert(turn.index, ending);
        }
    }

    fn teller(&self, planned: &Planned, ledger: Option<&Ledger>) -> Teller<'_> {
        let telling = Telling {
            console: self.console,
            commands: self.commands,
            clock: &*self.transport.clock,
            several: self.planned.len() > 1,
        };
        // Only who waits wants to know how long. No past is no failure.
        let ledger = ledger.filter(|_| self.plan.is_some());
        let usual = ledger.and_then(|it| it.usual(&planned.intent).ok().flatten());
        Teller::new(telling, &planned.intent, Known::nothing(), usual, Duration::ZERO)
    }

    /// One request, from its file to the end.
    fn one(
        &self,
        planned: &Planned,
        ledger: &mut Ledger,
        turn: &Turn<'_, '_>,
        name: &str,
    ) -> Ending {
        let mut teller = self.teller(planned, Some(ledger)).when_taken(|| turn.leave(None));
        let mut body = match planned.named.prepare() {
            Ok(body) => body,
            Err(unfit) => return self.unfit(planned, &mut teller, &unfit.to_string()),
        };
        let request = Request {
            body: &mut body,
            name: planned.intent.request.clone(),
            base_url: planned.intent.base_url.clone(),
            key_fingerprint: planned.intent.key_fingerprint.clone(),
            again: self.again,
        };
        let done = Driver {
            ledger: &mut *ledger,
            transport: self.transport,
            clock: &*self.transport.clock,
            observer: &mut teller,
            fetcher: self.fetcher,
        }
        .submit(request, self.plan);
        turn.leave(stop(&done, name));
        match done {
            Ok(Submitted::Task(_, end)) => teller.end(&end),
            Ok(Submitted::SentBefore(ids)) => {
                let tasks: Vec<Task> =
                    ids.iter().filter_map(|id| ledger.task(id).ok().flatten()).collect();
                let ending = Ending::sent_before(&tasks, self.commands);
                teller.ending(&ending);
                ending
            }
            Ok(Submitted::IdTaken(ids)) => {
                let ending = Ending::id_taken(&planned.intent, &ids, self.commands);
                teller.ending(&ending);
                ending
            }
            Err(error @ (DriveError::Body(_) | DriveError::NoEndpoint(_))) => {
                self.unfit(planned, &mut teller, &error.to_string())
            }
            Err(error) => teller.failed(&error.to_string()),
        }
    }

    /// A request that is no longer what was shown.
    fn unfit(&self, planned: &Planned, teller: &mut Teller<'_>, why: &str) -> Ending {
        let ending = Ending::not_begun(&planned.intent, &escape(why), self.commands);
        teller.ending(&ending);
        ending
    }

    /// A request whose turn did not come.
    fn not_begun(&self, planned: &Planned, why: &str) -> Ending {
        let ending = Ending::not_begun(&planned.intent, why, self.commands);
        let now = self.transport.clock.now();
        self.console.event(&json::end(now, None, &planned.intent.request, &ending));
        ending
    }
}

/// Why nothing more is to be sent after this.
fn stop(done: &Result<Submitted, DriveError>, name: &str) -> Option<String> {
    match done {
        Ok(Submitted::Task(_, end)) => match end {
            End::Unknown { .. } => Some(format!("the outcome of {name} is unknown")),
            End::NotSent { .. } => Some(format!("{name} could not be sent")),
            End::Refused(refused) => match refused.kind {
                RefusalKind::Money => Some(format!("the account could not pay for {name}")),
                RefusalKind::Key => Some(format!("the key was refused for {name}")),
                RefusalKind::Throttled => Some(format!("the server is too busy for {name}")),
                RefusalKind::Request => None,
            },
            _ => None,
        },
        Ok(_) => None,
        Err(DriveError::Ledger(_)) => Some("the ledger cannot be used".into()),
        Err(_) => None,
    }
}

/// Lets one request at a time be sent, and none after a stop.
struct Gate<'g> {
    total: usize,
    interrupt: &'g Interrupt,
    state: Mutex<State>,
    free: Condvar,
}

#[derive(Default)]
struct State {
    next: usize,
    busy: bool,
    stop: Option<String>,
}

/// The turn to send one.
struct Turn<'t, 'g> {
    gate: &'t Gate<'g>,
    index: usize,
    left: AtomicBool,
}

impl<'g> Gate<'g> {
    fn new(total: usize, interrupt: &'g Interrupt) -> Self {
        Gate { total, interrupt, state: Mutex::default(), free: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn. `None`: there is nothing more to send.
    fn enter(&self) -> Option<Turn<'_, 'g>> {
        let mut state = self.state();
        loop {
            if state.stop.is_some() || state.next >= self.total || self.interrupt.asked() {
                return None;
            }
            if !state.busy {
                break;
            }
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy = true;
        let index = state.next;
        state.next += 1;
        Some(Turn { gate: self, index, left: AtomicBool::new(false) })
    }

    /// Why the rest was not sent.
    fn why(&self) -> String {
        self.state().stop.clone().unwrap_or_else(|| "stopped before its turn".into())
    }
}

impl Turn<'_, '_> {
    /// The next one may be sent, unless there is a reason to stop.
    fn leave(&self, stop: Option<String>) {
        let mut state = self.gate.state();
        if let Some(stop) = stop {
            state.stop.get_or_insert(stop);
        }
        if !self.left.swap(true, Ordering::Relaxed) {
            state.busy = false;
        }
        self.gate.free.notify_all();
    }
}

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        self.leave(None);
    }
}

/// The exit status of all of them.
pub(crate) fn worst(endings: &[Ending], interrupt: &Interrupt) -> Status {
    let stopped = if interrupt.asked() { Status::Interrupted } else { Status::Ok };
    endings.iter().fold(stopped, |worst, it| worst.worse(it.status))
}

/// What a summary is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// What was to be sent.
    Requests,
    /// What is in the ledger.
    Tasks,
}

/// `5 requests: 2 stored, 1 running, 1 unknown, 1 not sent`, what is paid, and what is next.
pub(crate) fn summary(of: Of, endings: &[Ending], commands: &Commands) -> String {
    const ORDER: [&str; 15] = [
        "stored",
        "accepted",
        "running",
        "unknown",
        "cannot-tell",
        "failed",
        "not-saved",
        "gone",
        "refused",
        "sent-before",
        "id-taken",
        "absent",
        "not-sent",
        "interrupted",
        "error",
    ];
    let with = |outcome: &str| endings.iter().filter(|it| it.outcome == outcome).count();
    let parts: Vec<String> = ORDER
        .into_iter()
        .map(|outcome| (with(outcome), outcome))
        .filter(|(number, _)| *number > 0)
        .map(|(number, outcome)| {
            let words = match outcome {
                "cannot-tell" => "still unknown".into(),
                "error" => "not worked on".into(),
                words => words.replace('-', " "),
            };
            format!("{number} {words}")
        })
        .collect();
    let noun = match of {
        Of::Requests => "request",
        Of::Tasks => "task",
    };
    let mut text = format!("{}: {}", ago::count(endings.len(), noun), parts.join(", "));
    let charged = |charged| endings.iter().filter(|it| it.charged == charged).count();
    text.push_str(&format!("\n  paid: {}", grouped(charged(Charged::Yes) as u64)));
    let perhaps = charged(Charged::Unknown);
    if perhaps > 0 {
        text.push_str(&format!(", and perhaps {} more", grouped(perhaps as u64)));
    }
    let open = |it: &&Ending| {
        matches!(it.status, Status::Unknown | Status::Running)
            || matches!(it.outcome, "accepted" | "not-saved")
            || (it.status == Status::Interrupted && it.charged != Charged::No)
    };
    let rest = endings.iter().rfind(|it| of == Of::Requests && it.outcome == "not-sent");
    if let Some(rest) = rest {
        text.push_str(&format!("\n  {}", rest.what));
    }
    if endings.iter().any(|it| open(&it)) {
        text.push_str(&format!("\n  next: {}", commands.open()));
    } else if rest.is_some() {
        text.push_str("\n  next: the same command sends the rest, and nothing twice in 24 hours");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::entry::Refused;
    use crate::id::Id;

    #[test]
    fn one_is_sent_at_a_time_and_each_once() {
        let interrupt = Interrupt::default();
        let gate = Gate::new(100, &interrupt);
        let (sending, sent) = (Mutex::new(0_u32), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(turn) = gate.enter() {
                        {
                            let mut sending = sending.try_lock().expect("only one sends");
                            *sending += 1;
                            sent.lock().expect("a list").push(turn.index);
                        }
                        turn.leave(None);
                        thread::yield_now();
                    }
                });
            }
        });
        let mut sent = sent.into_inner().expect("a list");
        sent.sort_unstable();
        assert_eq!(sent, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_sent_after_a_stop() {
        let interrupt = Interrupt::default();
        let gate = Gate::new(3, &interrupt);
        let turn = gate.enter().expect("a turn");
        turn.leave(Some("no money".into()));
        turn.leave(Some("later".into()));
        assert!(gate.enter().is_none());
        assert_eq!(gate.why(), "no money");

        let gate = Gate::new(3, &interrupt);
        drop(gate.enter());
        interrupt.press();
        assert!(gate.enter().is_none(), "the user wants to stop");
        assert_eq!(gate.why(), "stopped before its turn");
    }

    #[test]
    fn a_turn_that_is_left_twice_does_not_free_the_next() {
        let interrupt = Interrupt::default();
        let gate = Gate::new(3, &interrupt);
        let first = gate.enter().expect("a turn");
        first.leave(None);
        let second = gate.enter().expect("a turn");
        first.leave(None);
        drop(first);
        assert!(gate.state().busy, "the second is at it");
        drop(second);
        assert!(!gate.state().busy);
    }

    #[test]
    fn what_may_cost_more_stops_the_batch() {
        let id = || Id::from("kl1-1".to_owned());
        let stops = |end| stop(&Ok(Submitted::Task(id(), end)), "a.json").is_some();
        let refused =
            |kind| End::Refused(Refused { status: 429, code: None, message: String::new(), kind });
        let why = String::new;
        assert!(stops(End::Unknown { why: why() }));
        assert!(stops(refused(RefusalKind::Money)));
        assert!(stops(refused(RefusalKind::Key)));
        assert!(stops(refused(RefusalKind::Throttled)));
        assert!(stops(End::NotSent { why: why() }));
        assert!(!stops(refused(RefusalKind::Request)));
        assert!(!stops(End::Failed { message: why() }));
        assert!(!stops(End::Accepted { task_id: why() }));
        assert!(stop(&Ok(Submitted::SentBefore(vec![id()])), "a.json").is_none());
    }

    #[test]
    fn a_summary_says_what_is_paid() {
        let commands = Commands::default();
        let task = samples::intent();
        let taken = Known::taken("812");
        let of = |end| Ending::of(&task, &end, &taken, &commands);
        let endings = [
            of(End::Stored(Vec::new())),
            of(End::Stored(Vec::new())),
            of(End::Running),
            of(End::Unknown { why: "reset".into() }),
            Ending::not_begun(&task, "the outcome of a.json is unknown", &commands),
        ];
        assert_eq!(
            summary(Of::Requests, &endings, &commands),
            "5 requests: 2 stored, 1 running, 1 unknown, 1 not sent\n  \
             paid: 3, and perhaps 1 more\n  \
             not sent: the outcome of a.json is unknown\n  \
             next: kling-submit tasks --open"
        );
    }

    #[test]
    fn a_summary_counts_every_task() {
        let (task, commands) = (samples::intent(), Commands::default());
        let known = Known::unclear();
        for end in crate::cli::ending::tests::ends() {
            let endings = [
                Ending::of(&task, &end, &known, &commands),
                Ending::not_asked("another process works on it", &known, None),
            ];
            let text = summary(Of::Tasks, &endings, &commands);
            let counted: u32 = text
                .lines()
                .next()
                .and_then(|line| line.split_once(": "))
                .map(|(_, parts)| parts.split(", ").filter_map(|it| it.split(' ').next()))
                .expect("a list")
                .map(|number| number.parse::<u32>().expect("a number"))
                .sum();
            assert_eq!(counted, 2, "{text}");
            assert!(!text.contains("the same command"), "{text}");
        }
    }
}
