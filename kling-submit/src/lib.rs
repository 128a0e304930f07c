//! Submit Kling requests, and never lose a paid task.
//!
//! Every accepted submit is paid for, and no idempotency key is documented: a request that is sent
//! twice is paid twice, and a task whose id is lost is paid for nothing. So: lint → record → POST
//! once → poll → save. Nothing touches the network unless the lint passes; what may have been paid
//! for is recorded before it can happen; what is not known is asked, never sent again by itself.
//!
//! # The way of a task
//!
//! [`body`] (what is sent, from the handles that were linted) → [`machine`] (what to do next; no I/O) →
//! [`ledger`] (what happened, durable) · [`transport`] (one POST, queries) · [`fetch`] (the asset) →
//! [`notice`] (what people and programs are told). [`driver`] does what the machine says, blocking;
//! those with an async runtime write their own over [`machine`].
//!
//! # A driver of one's own
//!
//! A machine is told what came of its last action, and says the next one. This is all of a submit,
//! with a list for a ledger and a server that takes everything:
//!
//! ```
//! use kling_submit::clock::Millis;
//! use kling_submit::entry::{Entry, RawReply};
//! use kling_submit::machine::{Action, End, Event, Now, Submit};
//!
//! let mut ledger = vec![]; // it holds the intent already
//! let mut submit = Submit::new();
//! let mut event = Event::Done;
//! let end = loop {
//!     let now = Now { wall: Millis(0), elapsed: std::time::Duration::ZERO, jitter: 0.5 };
//!     event = match submit.step(now, event) {
//!         Action::Record(entry) => {
//!             ledger.push(entry); // durable before the next step, or `Event::NotRecorded`
//!             Event::Done
//!         }
//!         Action::Send => Event::Reply(RawReply {
//!             status: 200, // one POST, on a connection of its own, never repeated below
//!             body: r#"{"code": 0, "data": {"task_id": "831922"}}"#.into(),
//!             ..RawReply::default()
//!         }),
//!         Action::Wait(..) => Event::Done, // sleep, then
//!         Action::End(end) => break end,
//!         _ => Event::Done, // tell people; queries and assets are for `Watch`
//!     };
//! };
//! assert_eq!(end, End::Accepted { task_id: "831922".into() });
//! let words: Vec<&str> = ledger.iter().map(Entry::word).collect();
//! assert_eq!(words, ["sending", "reply", "accepted"]);
//! ```
//!
//! # Features
//!
//! * `cli` (default): the `kling-submit` command; it needs the rest.
//! * `http`: the blocking transport, over `ureq` with rustls.
//! * `ledger`: the ledger in SQLite.
//! * `demo`: a provider on loopback to try things with.

#![forbid(unsafe_code)]

pub mod body;
pub mod clock;
#[cfg(all(feature = "http", feature = "ledger"))]
pub mod driver;
pub mod entry;
mod failpoint;
#[cfg(feature = "http")]
pub mod fetch;
mod hex;
pub mod id;
#[cfg(any(feature = "cli", feature = "ledger"))]
mod json_line;
#[cfg(feature = "ledger")]
pub mod ledger;
pub mod machine;
pub mod notice;
pub mod secret;
pub mod transport;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;

/// The linter, whose verdict comes first.
pub use kling_lint;
