//! Writing: intents, events, and what a crash left in spares.

use std::fs;
use std::io;

use rusqlite::ErrorCode;

use super::error::LedgerError;
use super::load::{self, View};
use super::{Begun, Ledger, spare, store};
use crate::clock::Millis;
use crate::entry::{Entry, Intent};
use crate::id::Id;

impl Ledger {
    /// Records an intent, in one transaction with the check that the same body was not sent before.
    /// The task's lock must be held. `again` leaves the check out.
    ///
    /// # Errors
    /// The ledger cannot be used, or there is no room for it and for what must be kept later: nothing
    /// was recorded, and nothing may be sent.
    pub fn begin(
        &mut self,
        intent: &Intent,
        at: Millis,
        again: bool,
    ) -> Result<Begun, LedgerError> {
        let spare = self.spare_of(&intent.id)?;
        if let Some(spare) = &spare {
            spare::reserve(spare).map_err(|error| {
                LedgerError::io(spare, "cannot be made (room for a paid task's id)", &error)
                    .unsent()
            })?;
        }
        let begun = self.begin_in_transaction(intent, at, again).map_err(LedgerError::unsent);
        if !matches!(begun, Ok(Begun::Recorded))
            && let Some(spare) = &spare
        {
            // Best effort: one that stays goes with the task's lock.
            let _ = fs::remove_file(spare);
        }
        begun
    }

    fn begin_in_transaction(
        &mut self,
        intent: &Intent,
        at: Millis,
        again: bool,
    ) -> Result<Begun, LedgerError> {
        self.is_in_place()?;
        let failed = |error| LedgerError::sqlite(&self.place, &error);
        let transaction = store::begin(&mut self.connection).map_err(failed)?;
        let view = View {
            connection: &transaction,
            place: &self.place,
            locks: &self.locks,
            spares: self.spares,
        };
        if !again {
            let before = view.sent_before(intent, at, false)?;
            if !before.is_empty() {
                return Ok(Begun::SentBefore(before.into_iter().map(|it| it.intent.id).collect()));
            }
            let taken = view.id_taken(intent)?;
            if !taken.is_empty() {
                return Ok(Begun::IdTaken(taken));
            }
        }
        store::insert_task(&transaction, intent, at).map_err(failed)?;
        store::insert_event(&transaction, &intent.id, at, &Entry::Intent(Box::new(intent.clone())))
            .map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(Begun::Recorded)
    }

    /// Appends an event; durable on return. The task's lock must be held. What a spare holds of the
    /// task goes in first, so that events stay in order.
    ///
    /// # Errors
    /// The ledger cannot be used, has no room, or has no such task: the event was not recorded.
    pub fn append(&mut self, id: &Id, at: Millis, entry: &Entry) -> Result<(), LedgerError> {
        self.is_in_place()?;
        let spare = self.spare_of(id)?;
        // A spare that cannot be read does not keep a new event from being recorded.
        let kept = spare
            .as_deref()
            .map(|spare| spare::read(spare, id).unwrap_or_default())
            .unwrap_or_default();
        let failed = |error| LedgerError::sqlite(&self.place, &error);
        let transaction = store::begin(&mut self.connection).map_err(failed)?;
        if !load::exists(&transaction, id).map_err(failed)? {
            return Err(LedgerError::new(format!(
                "the ledger {} has no task {}",
                super::error::shown(&self.place),
                kling_lint::printable::quoted(id.as_str())
            )));
        }
        store::insert_missing(&transaction, id, &kept).map_err(failed)?;
        if !kept.iter().any(|(then, it)| *then == at && it == entry) {
            store::insert_event(&transaction, id, at, entry).map_err(failed)?;
        }
        transaction.commit().map_err(failed)?;
        if let (Some(spare), false) = (&spare, kept.is_empty()) {
            // What stays is known to be in already.
            let _ = spare::wipe(spare);
        }
        Ok(())
    }

    /// Keeps an event that the ledger has no room for in the spare file that `begin` made while there
    /// was room; the next `open` or `append` takes it in. Says where it is kept.
    ///
    /// # Errors
    /// There is no spare, or it cannot be written: the event is kept nowhere.
    pub fn spare(
        &self,
        id: &Id,
        at: Millis,
        entry: &Entry,
    ) -> Result<std::path::PathBuf, LedgerError> {
        let Some(spare) = self.spare_of(id)? else {
            return Err(LedgerError::new("a ledger in memory has no spare files"));
        };
        // As the ledger will hold it: a time out of its range is none that can be found again.
        let at = store::millis(store::number(at));
        spare::keep(&spare, id, at, entry)
            .map_err(|error| LedgerError::io(&spare, "cannot be written", &error))?;
        Ok(spare)
    }

    /// Takes in what crashes left in spares, of tasks that nobody works on. What cannot be taken in now
    /// stays, and is read all the same.
    pub(super) fn take_in(&mut self) -> Result<(), LedgerError> {
        let folder = spare::folder_of(&self.place);
        let failed = |error: io::Error| LedgerError::io(&folder, "cannot be read", &error);
        for id in spare::ids(&self.place).map_err(failed)? {
            // Dropping the lock removes a spare that nothing was written to.
            let Some(_lock) = self.locks.try_take(&id)? else { continue };
            let spare = spare::file_of(&self.place, &id)?;
            let kept = spare::read(&spare, &id).map_err(failed)?;
            if kept.is_empty() {
                continue;
            }
            match self.insert_kept(&id, &kept) {
                // One that stays is known to be in already.
                Ok(true) => drop(fs::remove_file(&spare)),
                // `verify` tells of it.
                Ok(false) => {}
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {}
                Err(error) => return Err(LedgerError::sqlite(&self.place, &error)),
            }
        }
        Ok(())
    }

    /// Whether these events are in the ledger now: not if it has no such task.
    fn insert_kept(&mut self, id: &Id, kept: &[(Millis, Entry)]) -> rusqlite::Result<bool> {
        let transaction = store::begin(&mut self.connection)?;
        if !load::exists(&transaction, id)? {
            return Ok(false);
        }
        store::insert_missing(&transaction, id, kept)?;
        transaction.commit()?;
        Ok(true)
    }

    /// What is written to a file that was removed is lost when it is closed, and SQLite does not mind.
    fn is_in_place(&self) -> Result<(), LedgerError> {
        if self.inode.is_none() || super::place::inode(&self.place) == self.inode {
            return Ok(());
        }
        Err(LedgerError::new(format!(
            "the ledger {} was removed or replaced while it was in use",
            super::error::shown(&self.place)
        )))
    }

    fn spare_of(&self, id: &Id) -> Result<Option<std::path::PathBuf>, LedgerError> {
        self.spares.then(|| spare::file_of(&self.place, id)).transpose()
    }
}
