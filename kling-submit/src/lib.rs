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
#[cfg(feature = "ledger")]
pub mod ledger;
pub mod machine;
pub mod notice;
pub mod secret;
mod system;
pub mod transport;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;

/// The linter, whose verdict comes first.
pub use kling_lint;
