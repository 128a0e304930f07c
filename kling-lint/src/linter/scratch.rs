//! What one request leaves behind for the next: room, and what the next one mostly has in common with it.

use crate::detect::Latest;
use crate::media::Hosts;
use crate::read::Tape;

/// Whoever checks one request after another keeps it; no verdict depends on it.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Room for its nodes.
    pub(super) tape: Tape,
    /// What its keys told.
    pub(super) latest: Latest,
    /// Hosts of its media.
    pub(super) hosts: Hosts,
}
