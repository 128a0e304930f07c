//! Reading a task back: its events, checked, and its state.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::error::{LedgerError, shown};
use super::lock::Locks;
use super::{Task, spare, store};
use crate::clock::Millis;
use crate::entry::{Entry, Intent, Recorded};
use crate::id::Id;
use crate::machine::State;

/// What reading needs of a ledger: within a transaction, or without.
#[derive(Clone, Copy)]
pub(super) struct View<'l> {
    pub(super) connection: &'l Connection,
    pub(super) place: &'l Path,
    pub(super) locks: &'l Locks,
    /// Whether there are spares.
    pub(super) spares: bool,
}

/// What a task's row says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) external_id: String,
    pub(super) base_url: String,
    pub(super) path: String,
    pub(super) body_sha256: String,
    pub(super) key_fingerprint: String,
    pub(super) at: Millis,
}

impl Row {
    /// The columns, in the order of [`Row::read`].
    pub(super) const COLUMNS: &'static str =
        "id, external_id, base_url, path, body_sha256, key_fingerprint, at";

    pub(super) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Row {
            id: row.get(0)?,
            external_id: row.get(1)?,
            base_url: row.get(2)?,
            path: row.get(3)?,
            body_sha256: row.get(4)?,
            key_fingerprint: row.get(5)?,
            at: store::millis(row.get(6)?),
        })
    }

    fn of(intent: &Intent, at: Millis) -> Self {
        Row {
            id: intent.id.as_str().to_owned(),
            external_id: intent.external_task_id.clone(),
            base_url: intent.base_url.clone(),
            path: intent.path.clone(),
            body_sha256: intent.body_sha256.clone(),
            key_fingerprint: intent.key_fingerprint.clone(),
            at,
        }
    }
}

/// Whether there is such a task.
pub(super) fn exists(connection: &Connection, id: &Id) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM tasks WHERE id = ?1")?.exists([id.as_str()])
}

/// Checks the events of one task as they come, and folds them.
#[derive(Debug)]
pub(super) struct Fold {
    sum: String,
    state: Option<State>,
    intent: Option<(Intent, Millis)>,
}

impl Fold {
    /// Of this task.
    pub(super) fn new(id: &str) -> Self {
        Fold { sum: id.to_owned(), state: None, intent: None }
    }

    /// Takes the next event as the database holds it.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(super) fn stored(&mut self, at: Millis, text: &str, sum: &str) -> Result<Entry, String> {
        let expected = store::sum(&self.sum, at, text.as_bytes());
        // The next event is linked to this sum, whatever it should have been.
        self.sum = sum.to_owned();
        if expected != sum {
            return Err("it was changed, or one before it is missing".to_owned());
        }
        let entry: Entry =
            serde_json::from_str(text).map_err(|error| format!("it cannot be read: {error}"))?;
        self.next(at, &entry)?;
        Ok(entry)
    }

    /// Takes the next event.
    ///
    /// # Errors
    /// It cannot follow on the ones before.
    pub(super) fn next(&mut self, at: Millis, entry: &Entry) -> Result<(), String> {
        let state = match (self.state.take(), entry) {
            (None, Entry::Intent(intent)) => {
                self.intent = Some(((**intent).clone(), at));
                State::of([entry])
            }
            (None, _) => return Err("it comes before the intent".to_owned()),
            (Some(state), entry) => {
                let before = state.clone();
                state.after(entry).inspect_err(|_| self.state = Some(before))
            }
        };
        self.state = Some(state.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// The state after all of them, once there was an intent; and that the task's row says the same.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub(super) fn end(self, row: &Row) -> Result<(Intent, State), String> {
        let (Some((intent, at)), Some(state)) = (self.intent, self.state) else {
            return Err("it has no intent".to_owned());
        };
        if Row::of(&intent, at) != *row {
            return Err("its row does not say what its intent says".to_owned());
        }
        Ok((intent, state))
    }
}

impl View<'_> {
    /// A task, with what is still in its spare.
    pub(super) fn load(&self, id: &Id) -> Result<Option<Task>, LedgerError> {
        // The spare first: what moves to the database between the two reads is seen twice, not missed.
        let kept = if self.spares {
            let spare = spare::file_of(self.place, id)?;
            spare::read(&spare, id)
                .map_err(|error| LedgerError::io(&spare, "cannot be read", &error))?
        } else {
            Vec::new()
        };
        let Some(row) = self.row(id)? else { return Ok(None) };
        let failed = |error| LedgerError::sqlite(self.place, &error);
        let wrong = |seq: i64, what: String| {
            LedgerError::damaged(&shown(self.place), &format!("event {seq} of task {id}: {what}"))
        };
        let mut fold = Fold::new(id.as_str());
        let mut history: Vec<Recorded> = Vec::new();
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq, at, entry, sum FROM events WHERE task = ?1 ORDER BY seq")
            .map_err(failed)?;
        let mut events = statement.query([id.as_str()]).map_err(failed)?;
        while let Some(event) = events.next().map_err(failed)? {
            let (seq, at, text, sum) = stored(event).map_err(failed)?;
            let entry = fold.stored(at, &text, &sum).map_err(|what| wrong(seq, what))?;
            history.push(Recorded { seq, at, entry });
        }
        for (at, entry) in kept {
            if history.iter().any(|it| it.at == at && it.entry == entry) {
                continue;
            }
            // Its number once it is taken in, unless other tasks come first.
            let seq = history.last().map_or(0, |it| it.seq) + 1;
            fold.next(at, &entry).map_err(|what| wrong(seq, what))?;
            history.push(Recorded { seq, at, entry });
        }
        let (intent, state) = fold.end(&row).map_err(|what| {
            LedgerError::damaged(&shown(self.place), &format!("task {id}: {what}"))
        })?;
        Ok(Some(Task { intent, at: row.at, state, history }))
    }

    fn row(&self, id: &Id) -> Result<Option<Row>, LedgerError> {
        self.connection
            .prepare_cached(&format!("SELECT {} FROM tasks WHERE id = ?1", Row::COLUMNS))
            .and_then(|mut row| row.query_row([id.as_str()], Row::read).optional())
            .map_err(|error| LedgerError::sqlite(self.place, &error))
    }
}

/// An event's row: number, time, entry, sum.
pub(super) fn stored(row: &rusqlite::Row<'_>) -> rusqlite::Result<(i64, Millis, String, String)> {
    Ok((row.get(0)?, store::millis(row.get(1)?), row.get(2)?, row.get(3)?))
}
