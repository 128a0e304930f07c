//! intent → sending → accepted, refused, unknown

use std::time::Duration;

use super::outcome::{Outcome, outcome};
use super::retry_after::retry_after;
use super::{Action, End, Event, Now};
use crate::entry::{Entry, RawReply, RefusalKind, Refused, Route};
use crate::notice::Pause;
use crate::transport::Broken;

/// Tries when there is no connection, the first included.
const CONNECTIONS: u32 = 5;
/// Tries when the server refuses for its pace without a code or a time, the first included.
const UNEXPLAINED: u32 = 3;
/// The longest wait that a server may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(150);
/// How long the server may go on refusing for its pace.
const PATIENCE: Duration = Duration::from_secs(600);
/// The shortest and the longest wait between tries of our own.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// Submits one request whose intent is recorded: one POST for each `sending` in the ledger, and
/// another only when it is proved that the one before was not taken.
#[derive(Debug)]
pub struct Submit {
    at: At,
    attempt: u32,
    /// Tries without a connection, and refusals for the pace without a reason.
    unconnected: u32,
    unexplained: u32,
    /// When the first POST began.
    began: Option<Duration>,
}

/// What the last action was.
#[derive(Debug)]
enum At {
    Start,
    /// `sending` is being recorded; this is how it ends if it cannot be.
    Announcing(Option<End>),
    Sending,
    /// The reply is being recorded.
    Keeping(Box<RawReply>),
    /// The outcome is being recorded, and then: the end, or another try.
    Concluding(End, Option<(Duration, Pause)>),
    Waiting(End),
    Over(End),
}

impl Submit {
    /// Begins.
    pub fn new() -> Self {
        Submit { at: At::Start, attempt: 0, unconnected: 0, unexplained: 0, began: None }
    }

    /// The next action. What came of the last one must fit it; if it does not, the same end is said
    /// again, or that the outcome is unknown.
    pub fn step(&mut self, now: Now, event: Event) -> Action {
        match (std::mem::replace(&mut self.at, At::Start), event) {
            (At::Start, Event::Interrupted) => {
                self.end(End::NotSent { why: "it was stopped before it was sent".into() })
            }
            (At::Start, _) => self.announce(None),
            (At::Announcing(_), Event::Done) => {
                self.began.get_or_insert(now.elapsed);
                self.at = At::Sending;
                Action::Send
            }
            (At::Announcing(before), Event::NotRecorded(why)) => {
                let why = format!("the ledger cannot hold it: {why}");
                match before {
                    Some(end) => self.end(end),
                    // What failed may be on disk all the same, and would look like a lost request.
                    None => self.conclude(
                        Entry::NotSent { why: why.clone() },
                        End::NotSent { why },
                        None,
                    ),
                }
            }
            (At::Announcing(before), _) => {
                let why = String::from("it was stopped before it was sent");
                self.end(before.unwrap_or(End::NotSent { why }))
            }
            (At::Sending, Event::Reply(reply)) => {
                self.at = At::Keeping(Box::new(reply.clone()));
                Action::Record(Entry::Reply(reply))
            }
            (At::Sending, Event::Broken(broken)) => self.broken(now, broken),
            (At::Sending, _) => self.unknown("it is not known what became of the request".into()),
            // Recorded or not: the answer is here, and must be read.
            (At::Keeping(reply), _) => self.answered(now, &reply),
            (At::Concluding(end, Some((span, pause))), Event::Done) => {
                self.at = At::Waiting(end);
                Action::Wait(span, pause)
            }
            (At::Concluding(end, _), _) => self.end(end),
            (At::Waiting(end), Event::Done) => self.announce(Some(end)),
            (At::Waiting(end) | At::Over(end), _) => self.end(end),
        }
    }

    fn announce(&mut self, before: Option<End>) -> Action {
        self.attempt += 1;
        self.at = At::Announcing(before);
        Action::Record(Entry::Sending { attempt: self.attempt })
    }

    fn end(&mut self, end: End) -> Action {
        self.at = At::Over(end.clone());
        Action::End(end)
    }

    fn conclude(&mut self, entry: Entry, end: End, again: Option<(Duration, Pause)>) -> Action {
        self.at = At::Concluding(end, again);
        Action::Record(entry)
    }

    fn unknown(&mut self, why: String) -> Action {
        self.conclude(Entry::Unknown { why: why.clone() }, End::Unknown { why }, None)
    }

    fn broken(&mut self, now: Now, broken: Broken) -> Action {
        let Broken { sent, passing, why } = broken;
        if sent {
            return self.unknown(why);
        }
        self.unconnected += 1;
        let again = passing && self.unconnected < CONNECTIONS;
        let wait = again.then(|| (back_off(self.unconnected, now.jitter), Pause::NoConnection));
        self.conclude(Entry::NotSent { why: why.clone() }, End::NotSent { why }, wait)
    }

    fn answered(&mut self, now: Now, reply: &RawReply) -> Action {
        match outcome(reply) {
            Outcome::Accepted { task_id, request_id } => {
                let entry =
                    Entry::Accepted { task_id: task_id.clone(), request_id, by: Route::Reply };
                self.conclude(entry, End::Accepted { task_id }, None)
            }
            Outcome::Unknown { why } => self.unknown(why),
            Outcome::Refused(mut refused) => {
                let again = self.pace(now, reply, &mut refused);
                self.conclude(
                    Entry::Refused(refused.clone()),
                    End::Refused(refused),
                    again.map(|span| (span, Pause::Throttled)),
                )
            }
        }
    }

    /// How long to wait before another try, if a refusal for the pace allows one.
    fn pace(&mut self, now: Now, reply: &RawReply, refused: &mut Refused) -> Option<Duration> {
        if refused.kind != RefusalKind::Throttled {
            return None;
        }
        let asked = reply.header("retry-after").and_then(|text| retry_after(text, now.wall));
        let spent = now.elapsed.saturating_sub(self.began.unwrap_or(now.elapsed));
        let span = match asked {
            Some(asked) if asked > LONGEST_WAIT => {
                let asked = format!("the server asks to wait {} s", asked.as_secs());
                let words = std::mem::take(&mut refused.message);
                let words = if words.is_empty() { asked } else { format!("{words} ({asked})") };
                refused.message = words;
                return None;
            }
            Some(asked) => asked.max(BACK_OFF.0),
            None => {
                if refused.code.is_none() {
                    self.unexplained += 1;
                    if self.unexplained >= UNEXPLAINED {
                        return None;
                    }
                }
                back_off(self.attempt, now.jitter)
            }
        };
        (spent + span <= PATIENCE).then_some(span)
    }
}

impl Default for Submit {
    fn default() -> Self {
        Submit::new()
    }
}

/// Twice as long each time, spread over the whole of it, and never under a second.
fn back_off(tries: u32, jitter: f64) -> Duration {
    let (shortest, longest) = BACK_OFF;
    let ceiling = shortest.saturating_mul(1_u32 << tries.min(8)).min(longest);
    shortest + (ceiling - shortest).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
