//! Reading where a task stands from a query's answer, tolerantly.

use crate::entry::{Asset, RawReply};

/// What a query's answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// At work, with the server's word.
    AtWork(String),
    /// A word that no page lists: keep polling.
    Odd(String),
    /// Made.
    Succeeded(Vec<Asset>),
    /// Not made.
    Failed(String),
    /// No such task here.
    NotThere(String),
    /// Nothing can be told; the next poll may.
    Missed(String),
}

/// Reads an answer to the query for a task.
pub fn standing(_reply: &RawReply) -> Standing {
    todo!()
}
