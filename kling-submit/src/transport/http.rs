//! The blocking transport, over `ureq` with rustls.

use std::io::Read;
use std::time::Duration;

use super::{Broken, Transport};
use crate::entry::{Intent, RawReply};
use crate::machine::Query;
use crate::secret::Key;

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// DNS, TCP and TLS together.
    pub connect: Duration,
    /// No byte of ours moves for so long.
    pub stall: Duration,
    /// From the last byte of the request to the last of the reply.
    pub reply: Duration,
}

/// A server: scheme, host and port. `https`, or `http` on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Reads it: no path, no userinfo, no query; a trailing `/` goes.
    pub fn new(_text: &str) -> Result<Self, BadBaseUrl> {
        todo!()
    }

    /// As it is written, without a trailing `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a base URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadBaseUrl(pub String);

/// Over HTTP/1.1.
#[derive(Debug)]
pub struct Http {}

impl Http {
    /// The key goes only to `base`.
    pub fn new(_base: BaseUrl, _key: Key, _access_token: Option<Key>, _limits: Limits) -> Self {
        todo!()
    }

    /// Ends a POST that is under way: it comes back as broken, perhaps sent. For a second Ctrl-C.
    pub fn abandon(&self) {
        todo!()
    }
}

impl Transport for Http {
    fn post(&self, _intent: &Intent, _body: &mut (dyn Read + Send)) -> Result<RawReply, Broken> {
        todo!()
    }

    fn get(&self, _intent: &Intent, _query: &Query) -> Result<RawReply, Broken> {
        todo!()
    }
}
