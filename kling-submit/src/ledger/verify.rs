//! Checking a whole ledger.

use kling_lint::printable::escape;

use super::error::{LedgerError, shown};
use super::load::{Fold, Row, View, exists, stored};
use super::{Verdict, spare};

/// How many faults are told; what comes after is of the same kind.
const MOST: usize = 100;

impl View<'_> {
    /// See [`Ledger::verify`](super::Ledger::verify).
    pub(super) fn verify(&self) -> Result<Verdict, LedgerError> {
        let mut verdict = Verdict::default();
        let mut faults = Vec::new();
        for part in [Self::verify_pages, Self::verify_references, Self::verify_tasks] {
            // Pages that cannot be read are what is looked for.
            if let Err(error) = part(self, &mut verdict, &mut faults) {
                faults.push(escape(&error.to_string()));
            }
        }
        if self.spares {
            self.verify_spares(&mut faults)?;
        }
        if faults.len() > MOST {
            let more = faults.len() - MOST;
            faults.truncate(MOST);
            faults.push(format!("and {more} more"));
        }
        verdict.faults = faults;
        Ok(verdict)
    }

    /// What SQLite finds in its own pages and indexes.
    fn verify_pages(&self, _: &mut Verdict, faults: &mut Vec<String>) -> rusqlite::Result<()> {
        let mut check = self.connection.prepare("PRAGMA integrity_check")?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            if text != "ok" {
                faults.push(format!("pages: {}", escape(&text)));
            }
        }
        Ok(())
    }

    /// Events whose task has no row.
    fn verify_references(&self, _: &mut Verdict, faults: &mut Vec<String>) -> rusqlite::Result<()> {
        let mut check = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = check.query([])?;
        while let Some(row) = rows.next()? {
            let seq: Option<i64> = row.get(1)?;
            faults.push(format!("event {}: its task has no row", seq.unwrap_or_default()));
        }
        Ok(())
    }

    /// Each task's events: unchanged, whole, readable, in an order that can be, and as its row says.
    fn verify_tasks(
        &self,
        verdict: &mut Verdict,
        faults: &mut Vec<String>,
    ) -> rusqlite::Result<()> {
        let mut events = self
            .connection
            .prepare("SELECT seq, at, entry, sum FROM events WHERE task = ?1 ORDER BY seq")?;
        let mut tasks = self
            .connection
            .prepare(&format!("SELECT {} FROM tasks NOT INDEXED ORDER BY number", Row::COLUMNS))?;
        let mut tasks = tasks.query([])?;
        while let Some(row) = tasks.next()? {
            let row = Row::read(row)?;
            verdict.tasks += 1;
            let mut fold = Fold::new(&row.id);
            let mut rows = events.query([&row.id])?;
            while let Some(event) = rows.next()? {
                let (seq, at, text, sum) = stored(event)?;
                verdict.events += 1;
                if let Err(what) = fold.stored(at, &text, &sum) {
                    faults.push(format!(
                        "event {seq} of task {}: {}",
                        escape(&row.id),
                        escape(&what)
                    ));
                }
            }
            if let Err(what) = fold.end(&row) {
                faults.push(format!("task {}: {}", escape(&row.id), escape(&what)));
            }
        }
        Ok(())
    }

    /// Spares that nobody works with, and that the ledger could not take in.
    fn verify_spares(&self, faults: &mut Vec<String>) -> Result<(), LedgerError> {
        let folder = spare::folder_of(self.place);
        let failed = |error| LedgerError::io(&folder, "cannot be read", &error);
        for id in spare::ids(self.place).map_err(failed)? {
            let file = spare::file_of(self.place, &id)?;
            let (events, torn) = spare::look(&file, &id).map_err(failed)?;
            if self.locks.is_held(&id)? {
                continue;
            }
            let known = exists(self.connection, &id)
                .map_err(|error| LedgerError::sqlite(self.place, &error))?;
            if events > 0 {
                faults.push(format!(
                    "{} holds {events} events that the ledger {}",
                    shown(&file),
                    if known { "had no room for" } else { "has no task for" }
                ));
            }
            if torn {
                faults.push(format!(
                    "{} holds an event that was not written to its end",
                    shown(&file)
                ));
            }
        }
        Ok(())
    }
}
