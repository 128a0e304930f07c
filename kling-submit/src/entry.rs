//! What the ledger holds: events, appended and never changed. A task's state is their fold
//! ([`State`](crate::machine::State)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::id::Id;

/// An event with its place and time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its number in the ledger; later events have higher ones.
    pub seq: i64,
    /// When, by the wall clock.
    pub at: Millis,
    /// What happened.
    pub entry: Entry,
}

/// Something that happened to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Entry {
    /// The task is to be submitted. Durable before anything touches the network.
    Intent(Box<Intent>),
    /// The POST begins. Durable before its first byte; one POST for each.
    Sending {
        /// Which one, from 1: a refusal that is no verdict (too fast, no connection) is tried again.
        attempt: u32,
    },
    /// Proved: no byte of the request left.
    NotSent {
        /// Why, for people.
        why: String,
    },
    /// An answer to the POST, as it came. Durable before it is read.
    Reply(RawReply),
    /// Proved: the server did not take the request.
    Refused(Refused),
    /// Perhaps taken, perhaps paid for.
    Unknown {
        /// Why, for people.
        why: String,
    },
    /// Taken, and paid for.
    Accepted {
        /// The server's id.
        task_id: String,
        /// For support.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        request_id: Option<String>,
        /// How the id came to be known.
        by: Route,
    },
    /// The server's word for where the task stands, when it changes.
    Status {
        /// As the server writes it.
        word: String,
    },
    /// Made.
    Succeeded {
        /// What, and where it is for a while.
        assets: Vec<Asset>,
    },
    /// Not made; whether it is paid for, the provider knows.
    Failed {
        /// The provider's reason.
        message: String,
    },
    /// An asset is on disk: whole, checked, under its name.
    Stored(Stored),
    /// The asset can no longer be had from the server.
    AssetGone {
        /// Why, for people.
        why: String,
    },
    /// A look for a task whose outcome is unknown found none.
    Looked {
        /// Where.
        by: Route,
        /// Whether the same look finds a task that is known to be there.
        proven: bool,
    },
    /// There is no such task: it was not taken.
    Absent {
        /// How that is known: by two proven looks, or by hand.
        by: Route,
    },
}

/// A request about to be submitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Ours.
    pub id: Id,
    /// What the server gets as the user's id: the request's own, or ours.
    pub external_task_id: String,
    /// The header `Idempotency-Key`: no page documents it; harmless where it is ignored.
    pub idempotency_key: String,
    /// The endpoint's short name.
    pub endpoint: String,
    /// Its path; a task is queried under the path it was submitted to.
    pub path: String,
    /// The server: scheme, host, port.
    pub base_url: String,
    /// The request file as the user named it, and the line in it if it holds one request a line.
    pub request: String,
    /// SHA-256 of the body but for an id that we put in: the same request, the same hash. Hex.
    pub body_sha256: String,
    /// SHA-256 of the body as it is sent. Hex.
    pub sent_sha256: String,
    /// Bytes of the body as it is sent.
    pub content_length: u64,
    /// What decides price and time: model, mode, duration, …, as JSON texts.
    pub settings: BTreeMap<String, String>,
    /// Which key: some hex digits of a hash, never the key.
    pub key_fingerprint: String,
    /// The version of kling-lint that passed it.
    pub linter: String,
}

/// An answer as it came: headers, and the first 64 KiB of the body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RawReply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as text; what is no UTF-8 becomes U+FFFD.
    pub body: String,
    /// Why the body is not whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cut: Option<String>,
}

impl RawReply {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }
}

/// A refusal: nothing was taken, nothing is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The HTTP status.
    pub status: u16,
    /// The service code, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub code: Option<i64>,
    /// The server's words.
    pub message: String,
    /// What kind.
    pub kind: RefusalKind,
}

/// What would have to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalKind {
    /// The request.
    Request,
    /// The key, or what it may do.
    Key,
    /// The balance: the whole batch stops.
    Money,
    /// The pace.
    Throttled,
}

/// How something came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// The reply to the POST.
    Reply,
    /// `GET path/{external_task_id}`
    ExternalId,
    /// The list under the path.
    List,
    /// The gateway's own list of the account's tasks.
    Account,
    /// A callback, confirmed by a query.
    Callback,
    /// A person said so.
    Hand,
    /// Two proven looks, some minutes apart.
    Looks,
}

/// Something that was made, on the provider's server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// Which, from 0.
    pub number: u32,
    /// Where it is, for a while. A signed URL is a secret: its query is not printed.
    pub url: String,
    /// A video's seconds, as the server says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seconds: Option<String>,
}

/// An asset on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Which, from 0.
    pub number: u32,
    /// Where.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its hash. Hex.
    pub sha256: String,
}

impl Entry {
    /// The event's name, as the ledger writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Entry::Intent(_) => "intent",
            Entry::Sending { .. } => "sending",
            Entry::NotSent { .. } => "not-sent",
            Entry::Reply(_) => "reply",
            Entry::Refused(_) => "refused",
            Entry::Unknown { .. } => "unknown",
            Entry::Accepted { .. } => "accepted",
            Entry::Status { .. } => "status",
            Entry::Succeeded { .. } => "succeeded",
            Entry::Failed { .. } => "failed",
            Entry::Stored(_) => "stored",
            Entry::AssetGone { .. } => "asset-gone",
            Entry::Looked { .. } => "looked",
            Entry::Absent { .. } => "absent",
        }
    }
}
