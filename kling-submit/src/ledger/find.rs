//! Which tasks: by id, by body, by what they still need.

use std::collections::BTreeSet;
use std::time::Duration;

use rusqlite::{Params, params};

use super::error::LedgerError;
use super::load::View;
use super::{Filter, Task, spare, store};
use crate::clock::Millis;
use crate::entry::{Entry, Intent, Route};
use crate::id::Id;
use crate::machine::State;

/// For how long the same body is not sent again unasked.
const SAME: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long a server is known to keep a task.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many characters of an id of ours are enough to look for it.
const ENOUGH: usize = 8;

impl View<'_> {
    /// The ids that a query finds.
    fn ids(&self, sql: &str, parameters: impl Params) -> Result<Vec<Id>, LedgerError> {
        let failed = |error| LedgerError::sqlite(self.place, &error);
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        statement
            .query_map(parameters, |row| row.get::<_, String>(0))
            .and_then(|ids| ids.map(|id| id.map(Id::from)).collect())
            .map_err(failed)
    }

    /// See [`Ledger::find`](super::Ledger::find).
    pub(super) fn find(&self, any: &str) -> Result<Vec<Id>, LedgerError> {
        // The second condition of the events is the index's own.
        let mut found = self.ids(
            "SELECT id FROM tasks WHERE id = ?1 OR external_id = ?1 OR id IN \
             (SELECT task FROM events WHERE entry ->> '$.task_id' = ?1 \
             AND entry ->> '$.event' = 'accepted') ORDER BY number DESC",
            [any],
        )?;
        for id in self.spared()? {
            if !found.contains(&id)
                && let Some(task) = self.load(&id)?
                && task.state.task_id() == Some(any)
            {
                found.insert(0, id);
            }
        }
        if found.is_empty() && any.len() >= ENOUGH {
            // Our ids are letters, digits and `-`, and all of these sort before `~`.
            found = self.ids(
                "SELECT id FROM tasks WHERE id >= ?1 AND id < ?1 || '~' ORDER BY number DESC",
                [any],
            )?;
        }
        Ok(found)
    }

    /// See [`Ledger::server_ids`](super::Ledger::server_ids).
    pub(super) fn server_ids(&self, base_url: &str) -> Result<BTreeSet<String>, LedgerError> {
        let failed = |error| LedgerError::sqlite(self.place, &error);
        let mut found = self
            .connection
            .prepare_cached(
                "SELECT e.entry ->> '$.task_id' FROM events AS e JOIN tasks AS t ON t.id = e.task \
                 WHERE e.entry ->> '$.event' = 'accepted' AND t.base_url = ?1",
            )
            .and_then(|mut ids| ids.query_map([base_url], |row| row.get(0))?.collect())
            .map_err(failed)?;
        for id in self.spared()? {
            if let Some(task) = self.load(&id)?
                && task.intent.base_url == base_url
                && let Some(task_id) = task.state.task_id()
            {
                BTreeSet::insert(&mut found, task_id.to_owned());
            }
        }
        Ok(found)
    }

    /// Tasks that have spares.
    fn spared(&self) -> Result<Vec<Id>, LedgerError> {
        if !self.spares {
            return Ok(Vec::new());
        }
        spare::ids(self.place).map_err(|error| {
            LedgerError::io(&spare::folder_of(self.place), "cannot be read", &error)
        })
    }

    /// See [`Ledger::tasks`](super::Ledger::tasks).
    pub(super) fn tasks(&self, filter: &Filter) -> Result<Vec<Task>, LedgerError> {
        let mut tasks = Vec::new();
        for id in self.ids("SELECT id FROM tasks ORDER BY number DESC", [])? {
            if filter.limit.is_some_and(|limit| tasks.len() >= limit) {
                break;
            }
            if let Some(task) = self.load(&id)?
                && (!filter.open || is_open(&task.state))
                && (!filter.unknown || self.is_unknown(&task)?)
            {
                tasks.push(task);
            }
        }
        Ok(tasks)
    }

    /// Whether nobody knows the outcome: nor does a process that waits for the answer right now.
    fn is_unknown(&self, task: &Task) -> Result<bool, LedgerError> {
        Ok(match task.state {
            State::Unknown => true,
            State::Sending | State::Answered => !self.locks.is_held(&task.intent.id)?,
            _ => false,
        })
    }

    /// See [`Ledger::sent_before`](super::Ledger::sent_before).
    pub(super) fn sent_before(
        &self,
        intent: &Intent,
        now: Millis,
        ever: bool,
    ) -> Result<Vec<Task>, LedgerError> {
        let ids = self.ids(
            "SELECT id FROM tasks WHERE body_sha256 = ?1 AND base_url = ?2 AND path = ?3 \
             AND id <> ?4 ORDER BY number DESC",
            params![intent.body_sha256, intent.base_url, intent.path, intent.id.as_str()],
        )?;
        let mut before = Vec::new();
        for id in ids {
            let Some(task) = self.load(&id)? else { continue };
            // A time to come counts: the clock was set back. So does what nobody knows the end of,
            // however old: a day makes it no clearer.
            let counts = ever || task.state.is_unclear() || task.at > ago(now, SAME);
            if counts && (self.may_be_sent(&task)? || ever && task.state == State::Absent) {
                before.push(task);
            }
        }
        Ok(before)
    }

    /// Other tasks of the same server and key, with another body, that have the request's own id.
    pub(super) fn id_taken(&self, intent: &Intent) -> Result<Vec<Id>, LedgerError> {
        if intent.external_task_id == intent.id.as_str() {
            return Ok(Vec::new());
        }
        let ids = self.ids(
            "SELECT id FROM tasks WHERE external_id = ?1 AND base_url = ?2 AND key_fingerprint = ?3 \
             AND id <> ?4 AND (body_sha256 <> ?5 OR path <> ?6) ORDER BY number DESC",
            params![
                intent.external_task_id,
                intent.base_url,
                intent.key_fingerprint,
                intent.id.as_str(),
                intent.body_sha256,
                intent.path,
            ],
        )?;
        let mut taken = Vec::new();
        for id in ids {
            if let Some(task) = self.load(&id)?
                && self.may_be_sent(&task)?
            {
                taken.push(id);
            }
        }
        Ok(taken)
    }

    /// Whether a task was or may have been taken by the server, or still may be: one that was not sent,
    /// or was refused for its pace, is sent yet if a process works on it.
    fn may_be_sent(&self, task: &Task) -> Result<bool, LedgerError> {
        Ok(task.state.may_be_paid() || self.locks.is_held(&task.intent.id)?)
    }

    /// See [`Ledger::landmark`](super::Ledger::landmark).
    pub(super) fn landmark(
        &self,
        intent: &Intent,
        now: Millis,
    ) -> Result<Option<Task>, LedgerError> {
        let ids = self.ids(
            "SELECT id FROM tasks WHERE path = ?1 AND base_url = ?2 AND key_fingerprint = ?3 \
             AND at > ?4 AND id <> ?5 ORDER BY number DESC",
            params![
                intent.path,
                intent.base_url,
                intent.key_fingerprint,
                store::number(ago(now, KEPT)),
                intent.id.as_str(),
            ],
        )?;
        for id in ids {
            if let Some(task) = self.load(&id)?
                && is_known_to_be_there(&task)
            {
                return Ok(Some(task));
            }
        }
        Ok(None)
    }
}

/// Whether a task still needs something.
fn is_open(state: &State) -> bool {
    matches!(
        state,
        State::Sending
            | State::Answered
            | State::Unknown
            | State::Accepted { .. }
            | State::Succeeded { .. }
    )
}

/// Whether the server itself has said that it has the task: an id that a person typed in may be wrong.
fn is_known_to_be_there(task: &Task) -> bool {
    task.state.task_id().is_some()
        && task.history.iter().any(|it| match &it.entry {
            Entry::Accepted { by, .. } => *by != Route::Hand,
            Entry::Status { .. } | Entry::Succeeded { .. } | Entry::Failed { .. } => true,
            _ => false,
        })
}

/// So long before a moment.
fn ago(now: Millis, span: Duration) -> Millis {
    Millis(now.0.saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
}
