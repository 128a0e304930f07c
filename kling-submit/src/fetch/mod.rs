//! Fetching what was made: no key, no private address, whole or not at all.

use std::path::PathBuf;

use crate::clock::Clock;
use crate::entry::{Asset, Intent};
use crate::machine::Fetched;

/// Where assets go, and from where they may come.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// The folder.
    pub out: PathBuf,
    /// Whether `http` and loopback are allowed: only when the server itself is on loopback.
    pub loopback: bool,
}

/// Bytes that arrived, of how many.
pub type Progress<'p> = &'p mut (dyn FnMut(u64, Option<u64>) + Send);

impl Fetcher {
    /// Fetches an asset into `{task id}[-{number}].{suffix}`, by way of a `.part` that a later call goes
    /// on with. `alone`: whether it is the task's only asset.
    pub fn fetch(
        &self,
        _intent: &Intent,
        _task_id: &str,
        _asset: &Asset,
        _alone: bool,
        _clock: &dyn Clock,
        _progress: Progress<'_>,
    ) -> Fetched {
        todo!()
    }
}
