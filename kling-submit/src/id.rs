//! Our own id of a task.

use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// What our ids begin with.
pub const PREFIX: &str = "kl1-";

/// Our own id of a task: `kl1-` and a ULID, so that ids sort by time. Unless the request has an
/// `external_task_id`, the server gets it as such.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// A new one, for a task of this moment.
    pub fn new(now: crate::clock::Millis) -> Self {
        let moment = UNIX_EPOCH + Duration::from_millis(now.0);
        Id(format!("{PREFIX}{}", Ulid::from_datetime(moment)))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Id {
    /// Takes an id as a ledger holds it.
    fn from(text: String) -> Self {
        Id(text)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
