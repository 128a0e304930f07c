//! The ledger as JSON lines.

use std::io::Write;

use serde::Serialize;

use super::error::LedgerError;
use super::load::View;
use super::store;
use crate::clock::Millis;
use crate::entry::Entry;
use crate::json_line::json_line;

/// The version of the lines.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'l> {
    v: u32,
    seq: i64,
    at: Millis,
    task: &'l str,
    #[serde(flatten)]
    event: Event<'l>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Event<'l> {
    Entry(Box<Entry>),
    /// One that cannot be read: its text as it is, for whoever wants to save what can be saved.
    Damaged {
        event: &'l str,
        text: &'l str,
    },
}

impl View<'_> {
    /// See [`Ledger::export`](super::Ledger::export).
    pub(super) fn export(&self, out: &mut dyn Write) -> Result<(), LedgerError> {
        let failed = |error| LedgerError::sqlite(self.place, &error);
        let mut statement = self
            .connection
            .prepare("SELECT seq, at, task, entry FROM events ORDER BY seq")
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let (seq, at) =
                row.get(0).and_then(|seq| Ok((seq, row.get::<_, i64>(1)?))).map_err(failed)?;
            let column = |index| {
                let bytes = row.get_ref(index).map_err(failed)?.as_bytes().unwrap_or_default();
                Ok(String::from_utf8_lossy(bytes))
            };
            let (task, text) = (column(2)?, column(3)?);
            let event = match serde_json::from_str(&text) {
                Ok(entry) => Event::Entry(Box::new(entry)),
                Err(_) => Event::Damaged { event: "damaged", text: &text },
            };
            let line = Line { v: VERSION, seq, at: store::millis(at), task: &task, event };
            let written = json_line(&line)
                .map_err(std::io::Error::from)
                .and_then(|line| writeln!(out, "{line}"));
            written.map_err(|error| {
                LedgerError::new(format!("the export cannot be written: {error}"))
            })?;
        }
        out.flush()
            .map_err(|error| LedgerError::new(format!("the export cannot be written: {error}")))
    }
}
