//! Why the ledger cannot be used, and what helps.

use std::io;
use std::path::Path;

use kling_lint::printable::{escape, words};
use rusqlite::ErrorCode;

/// The ledger cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub struct LedgerError {
    /// What, where and what helps, for people.
    pub why: String,
    /// There is no room.
    pub full: bool,
}

impl LedgerError {
    pub(super) fn new(why: impl Into<String>) -> Self {
        LedgerError { why: why.into(), full: false }
    }

    /// What the operating system says of a file. `what`: "cannot be opened".
    pub(super) fn io(place: &Path, what: &str, error: &io::Error) -> Self {
        let (full, help) = match error.kind() {
            _ if is_full(error) => (true, "; free some space on its disk"),
            io::ErrorKind::Unsupported => (false, "; name a file on a local disk with `--ledger`"),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
                false,
                "; it and its folder must be writable: change that, or name another place with `--ledger`",
            ),
            _ => (false, ""),
        };
        LedgerError { why: format!("{} {what}: {}{help}", shown(place), words(error)), full }
    }

    /// What SQLite says.
    pub(super) fn sqlite(place: &Path, error: &rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            return Self::no_database(place);
        }
        let place = shown(place);
        let full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
        let why = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                format!("there is no room for the ledger {place}: free some space on its disk")
            }
            Some(ErrorCode::DatabaseCorrupt) => return Self::damaged(&place, &error.to_string()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => format!(
                "another process keeps the ledger {place} to itself; wait until it is done, or end it"
            ),
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                format!(
                    "the ledger {place} cannot be written ({error}); it and its folder must be writable: \
                 change that, or name another place with `--ledger`"
                )
            }
            Some(_) => format!("the ledger {place} cannot be used: {error}"),
            // No code: a column that does not hold what it should.
            None => return Self::damaged(&place, &error.to_string()),
        };
        LedgerError { why, full }
    }

    /// A file of another kind, or a damaged one.
    pub(super) fn no_database(place: &Path) -> Self {
        Self::new(format!(
            "{} is no ledger: it is not an SQLite database; name another file with `--ledger`",
            shown(place)
        ))
    }

    /// What SQLite says of a ledger that is about to be opened: what is too damaged for that is too
    /// damaged for `verify` and `export`.
    pub(super) fn opening(place: &Path, error: &rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) {
            return Self::unopened(place, &error.to_string());
        }
        Self::sqlite(place, error)
    }

    /// The ledger is too damaged to be opened.
    pub(super) fn unopened(place: &Path, detail: &str) -> Self {
        let place = shown(place);
        Self::new(format!(
            "the ledger {place} is too damaged to be opened ({}); keep a copy of it and of {place}-wal: \
             SQLite's own `sqlite3 FILE .recover` may save what was paid for. To go on with a new ledger, \
             name another file with `--ledger`",
            escape(detail)
        ))
    }

    /// The ledger does not hold what was written to it.
    pub(super) fn damaged(place: &str, detail: &str) -> Self {
        Self::new(format!(
            "the ledger {place} is damaged ({}); keep a copy of it and of {place}-wal, then see \
             `kling-submit ledger verify`, and save what can be read with `kling-submit ledger export`",
            escape(detail)
        ))
    }

    /// Says what it means for a request that was about to be sent.
    pub(super) fn unsent(mut self) -> Self {
        self.why.push_str(". Nothing is sent without a ledger");
        self
    }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    escape(&path.display().to_string())
}

/// Whether there is no room, by whoever's limit.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
