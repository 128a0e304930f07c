//! Where a task stands: the fold of its ledger events.

use crate::entry::{Asset, Entry, RefusalKind, Refused, Stored};

/// Where a task stands.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum State {
    /// Recorded; nothing was sent.
    Intended,
    /// A POST began, and nothing is known of its end: of a task that nobody works on, unknown.
    Sending,
    /// An answer is recorded and not yet read: reading it again tells.
    Answered,
    /// Nothing was sent.
    NotSent,
    /// The server did not take it.
    Refused(Refused),
    /// Perhaps taken.
    Unknown,
    /// It does not exist.
    Absent,
    /// Taken; the server's last word for where it stands, if any.
    Accepted {
        /// The server's id.
        task_id: String,
        /// The last word.
        word: Option<String>,
    },
    /// Made; these are not all on disk.
    Succeeded {
        /// The server's id.
        task_id: String,
        /// What was made.
        assets: Vec<Asset>,
        /// What is on disk.
        stored: Vec<Stored>,
    },
    /// All of it is on disk.
    Stored {
        /// The server's id.
        task_id: String,
        /// What was made.
        assets: Vec<Asset>,
        /// What is on disk.
        stored: Vec<Stored>,
    },
    /// The provider could not make it.
    Failed {
        /// The server's id.
        task_id: String,
        /// The provider's reason.
        message: String,
    },
    /// Made, and no longer to be had.
    Gone {
        /// The server's id.
        task_id: String,
    },
}

/// An event that cannot follow on what came before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot follow on `{state}`")]
pub struct OutOfOrder {
    /// The event's name.
    pub event: &'static str,
    /// The state's name.
    pub state: &'static str,
}

impl State {
    /// The state after these events, of which the first is the intent.
    ///
    /// # Errors
    /// An event that cannot follow on those before it.
    pub fn of<'e>(events: impl IntoIterator<Item = &'e Entry>) -> Result<State, OutOfOrder> {
        let mut events = events.into_iter();
        match events.next() {
            Some(Entry::Intent(_)) => {}
            Some(other) => return Err(OutOfOrder { event: other.word(), state: "nothing" }),
            None => return Err(OutOfOrder { event: "nothing", state: "nothing" }),
        }
        events.try_fold(State::Intended, State::after)
    }

    /// The state after one more event.
    ///
    /// # Errors
    /// The event cannot follow.
    pub fn after(self, entry: &Entry) -> Result<State, OutOfOrder> {
        let out_of_order = OutOfOrder { event: entry.word(), state: self.word() };
        Ok(match (self, entry) {
            (State::Intended | State::NotSent, Entry::Sending { .. }) => State::Sending,
            // Only a refusal that is no verdict on the request is tried again.
            (State::Refused(refused), Entry::Sending { .. })
                if refused.kind == RefusalKind::Throttled =>
            {
                State::Sending
            }
            (State::Intended | State::Sending, Entry::NotSent { .. }) => State::NotSent,
            (State::Sending, Entry::Reply(_)) => State::Answered,
            // The reply itself may be missing: the ledger had no room for it.
            (State::Sending | State::Answered, Entry::Refused(refused)) => {
                State::Refused(refused.clone())
            }
            (State::Sending | State::Answered, Entry::Unknown { .. }) => State::Unknown,
            // A task may turn up late, also one that was held to be absent.
            (
                State::Sending | State::Answered | State::Unknown | State::Absent,
                Entry::Accepted { task_id, .. },
            ) => State::Accepted { task_id: task_id.clone(), word: None },
            (State::Sending | State::Answered | State::Unknown, Entry::Absent { .. }) => {
                State::Absent
            }
            (
                state @ (State::Sending | State::Answered | State::Unknown | State::Absent),
                Entry::Looked { .. },
            ) => state,

            (State::Accepted { task_id, .. }, Entry::Status { word }) => {
                State::Accepted { task_id, word: Some(word.clone()) }
            }
            (
                State::Accepted { task_id, .. } | State::Gone { task_id },
                Entry::Succeeded { assets },
            ) => State::Succeeded { task_id, assets: assets.clone(), stored: Vec::new() },
            // The same assets under fresh URLs.
            (
                State::Succeeded { task_id, stored, .. } | State::Stored { task_id, stored, .. },
                Entry::Succeeded { assets },
            ) => State::made(task_id, assets.clone(), stored),
            (State::Accepted { task_id, .. }, Entry::Failed { message }) => {
                State::Failed { task_id, message: message.clone() }
            }
            (
                State::Succeeded { task_id, assets, mut stored }
                | State::Stored { task_id, assets, mut stored },
                Entry::Stored(asset),
            ) => {
                stored.retain(|it| it.number != asset.number);
                stored.push(asset.clone());
                stored.sort_by_key(|it| it.number);
                State::made(task_id, assets, stored)
            }
            (State::Succeeded { task_id, .. }, Entry::AssetGone { .. }) => State::Gone { task_id },
            _ => return Err(out_of_order),
        })
    }

    /// Stored, once each asset is.
    fn made(task_id: String, assets: Vec<Asset>, stored: Vec<Stored>) -> State {
        let all = assets.iter().all(|it| stored.iter().any(|stored| stored.number == it.number));
        if all && !assets.is_empty() {
            State::Stored { task_id, assets, stored }
        } else {
            State::Succeeded { task_id, assets, stored }
        }
    }

    /// One word for tables: `intended`, `sending`, `unknown`, `accepted`, `stored`, ….
    pub fn word(&self) -> &'static str {
        match self {
            State::Intended => "intended",
            State::Sending => "sending",
            State::Answered => "answered",
            State::NotSent => "not-sent",
            State::Refused(_) => "refused",
            State::Unknown => "unknown",
            State::Absent => "absent",
            State::Accepted { .. } => "accepted",
            State::Succeeded { .. } => "succeeded",
            State::Stored { .. } => "stored",
            State::Failed { .. } => "failed",
            State::Gone { .. } => "gone",
        }
    }

    /// The server's id, once there is one.
    pub fn task_id(&self) -> Option<&str> {
        match self {
            State::Accepted { task_id, .. }
            | State::Succeeded { task_id, .. }
            | State::Stored { task_id, .. }
            | State::Failed { task_id, .. }
            | State::Gone { task_id } => Some(task_id),
            _ => None,
        }
    }

    /// Whether the task may have been taken, and nobody knows.
    pub fn is_unclear(&self) -> bool {
        matches!(self, State::Sending | State::Answered | State::Unknown)
    }

    /// Whether the task was or may have been taken, so that to send it again may be to pay again.
    pub fn may_be_paid(&self) -> bool {
        !matches!(self, State::Intended | State::NotSent | State::Refused(_) | State::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{RawReply, Route};

    fn asset(number: u32) -> Asset {
        Asset { number, url: "https://cdn.example/a".into(), seconds: None }
    }

    fn stored(number: u32) -> Entry {
        Entry::Stored(Stored { number, path: "a".into(), bytes: 1, sha256: "00".into() })
    }

    fn refused(kind: RefusalKind) -> Entry {
        Entry::Refused(Refused { status: 400, code: None, message: String::new(), kind })
    }

    fn fold(entries: &[Entry]) -> Result<State, OutOfOrder> {
        entries.iter().try_fold(State::Intended, State::after)
    }

    fn accepted() -> Entry {
        Entry::Accepted { task_id: "81".into(), request_id: None, by: Route::Reply }
    }

    #[test]
    fn a_task_goes_its_way() {
        let way = [
            Entry::Sending { attempt: 1 },
            Entry::Reply(RawReply::default()),
            accepted(),
            Entry::Status { word: "processing".into() },
            Entry::Succeeded { assets: vec![asset(0), asset(1)] },
            stored(1),
            stored(0),
        ];
        let words: Vec<&str> =
            (0..=way.len()).map(|end| fold(&way[..end]).expect("in order").word()).collect();
        assert_eq!(
            words,
            [
                "intended",
                "sending",
                "answered",
                "accepted",
                "accepted",
                "succeeded",
                "succeeded",
                "stored"
            ]
        );
    }

    #[test]
    fn nothing_is_sent_again_after_it_may_have_been_taken() {
        let sending = Entry::Sending { attempt: 2 };
        let first = Entry::Sending { attempt: 1 };
        for before in [
            vec![first.clone()],
            vec![first.clone(), Entry::Reply(RawReply::default())],
            vec![first.clone(), Entry::Unknown { why: String::new() }],
            vec![first.clone(), accepted()],
            vec![first.clone(), refused(RefusalKind::Request)],
            vec![first.clone(), refused(RefusalKind::Money)],
            vec![first.clone(), Entry::Absent { by: Route::Hand }],
        ] {
            let state = fold(&before).expect("in order");
            assert!(state.after(&sending).is_err(), "{before:?}");
        }
        for before in [
            vec![first.clone(), Entry::NotSent { why: String::new() }],
            vec![first, refused(RefusalKind::Throttled)],
        ] {
            assert_eq!(fold(&before).and_then(|it| it.after(&sending)), Ok(State::Sending));
        }
    }

    #[test]
    fn a_task_held_absent_may_turn_up() {
        let way = [
            Entry::Sending { attempt: 1 },
            Entry::Unknown { why: String::new() },
            Entry::Absent { by: Route::Looks },
            accepted(),
        ];
        assert_eq!(fold(&way).map(|state| state.word()), Ok("accepted"));
    }
}
