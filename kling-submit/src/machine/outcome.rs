//! What an answer to the POST means: the table, row by row.

use crate::entry::{RawReply, Refused};

/// What an answer to the POST means.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Taken, and paid for.
    Accepted {
        /// The server's id.
        task_id: String,
        /// For support.
        request_id: Option<String>,
    },
    /// Not taken, not paid.
    Refused(Refused),
    /// Perhaps taken, perhaps paid for.
    Unknown {
        /// Why, for people.
        why: String,
    },
}

/// Reads an answer to the POST.
pub fn outcome(_reply: &RawReply) -> Outcome {
    todo!()
}
