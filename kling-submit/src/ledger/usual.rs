//! How long tasks take, by the ledger's own history.

use std::time::Duration;

use rusqlite::params;

use super::Usual;
use super::error::LedgerError;
use super::load::View;
use crate::entry::{Entry, Intent, Route};
use crate::id::Id;

/// How many tasks say anything.
const FEW: usize = 3;

/// How many of the latest tasks are looked at.
const MOST: usize = 300;

impl View<'_> {
    /// See [`Ledger::usual`](super::Ledger::usual).
    pub(super) fn usual(&self, intent: &Intent) -> Result<Option<Usual>, LedgerError> {
        let failed = |error| LedgerError::sqlite(self.place, &error);
        let ids: Vec<Id> = self
            .connection
            .prepare_cached(
                "SELECT id FROM tasks WHERE path = ?1 AND base_url = ?2 AND id <> ?3 \
                 ORDER BY number DESC LIMIT ?4",
            )
            .and_then(|mut statement| {
                statement
                    .query_map(
                        params![intent.path, intent.base_url, intent.id.as_str(), MOST as i64],
                        |row| row.get::<_, String>(0),
                    )?
                    .map(|id| id.map(Id::from))
                    .collect()
            })
            .map_err(failed)?;
        let (mut alike, mut all) = (Vec::new(), Vec::new());
        for id in ids {
            let Some(task) = self.load(&id)? else { continue };
            let Some(span) = span(task.history.iter().map(|it| (it.at, &it.entry))) else {
                continue;
            };
            all.push(span);
            if task.intent.settings == intent.settings {
                alike.push(span);
            }
        }
        Ok(range(alike).or_else(|| range(all)))
    }
}

/// From accepted to succeeded, when both were seen as they happened.
fn span<'h>(history: impl Iterator<Item = (crate::clock::Millis, &'h Entry)>) -> Option<Duration> {
    let mut accepted = None;
    for (at, entry) in history {
        match entry {
            // One that was found later was taken some time before.
            Entry::Accepted { by: Route::Reply, .. } => accepted = Some(at),
            Entry::Succeeded { .. } => {
                // A clock that was set back says nothing.
                return accepted.filter(|accepted| *accepted < at).map(|it| at.since(it));
            }
            _ => {}
        }
    }
    None
}

/// The first and the ninth decile, by the nearest rank.
fn range(mut spans: Vec<Duration>) -> Option<Usual> {
    spans.sort_unstable();
    let rank = |tenths: usize| {
        let rank = (spans.len() * tenths).div_ceil(10);
        spans.get(rank.saturating_sub(1)).copied()
    };
    if spans.len() < FEW {
        return None;
    }
    Some(Usual { tasks: spans.len(), fast: rank(1)?, slow: rank(9)? })
}
