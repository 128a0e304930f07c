//! One POST, queries: a trait, and what can go wrong.
//!
//! | file | what it holds |
//! |---|---|
//! | `base_url` | the server that the key goes to |
//! | `http` | requests, answers, proxies |
//! | `watch` | one connection: what left, what takes too long |
//! | `feed` | the body on its way out |
//! | `reply` | what is kept of an answer |
//! | `trouble` | what a failure is called |

#[cfg(feature = "http")]
pub(crate) mod base_url;
#[cfg(feature = "http")]
mod feed;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "http")]
pub(crate) mod reply;
#[cfg(all(test, feature = "http"))]
pub(crate) mod stub;
#[cfg(all(test, feature = "http"))]
mod tests;
#[cfg(feature = "http")]
pub(crate) mod trouble;
#[cfg(feature = "http")]
mod watch;

use std::io::Read;

use crate::entry::{Intent, RawReply};
use crate::machine::Query;

/// Sends what a machine asks for, once. No layer below repeats, redirects or reuses a connection.
pub trait Transport: Send + Sync {
    /// One POST of the body to the intent's server and path, on a fresh connection.
    ///
    /// # Errors
    /// No answer; [`Broken::sent`] says whether a byte of the request may have left.
    fn post(&self, intent: &Intent, body: &mut (dyn Read + Send)) -> Result<RawReply, Broken>;

    /// One GET at the intent's server.
    ///
    /// # Errors
    /// No answer.
    fn get(&self, intent: &Intent, query: &Query) -> Result<RawReply, Broken>;
}

/// No answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Whether a byte of the request may have left this machine.
    pub sent: bool,
    /// Whether the same may work a moment later: a refused connection, not a bad certificate.
    pub passing: bool,
    /// Why, for people. Never the key.
    pub why: String,
}
