//! One POST, queries: a trait, and what can go wrong.

#[cfg(feature = "http")]
pub mod http;

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
