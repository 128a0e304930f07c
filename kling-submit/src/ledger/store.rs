//! The database: how it is opened, its schema, its rows.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, params};
use sha2::{Digest as _, Sha256};

use super::error::{LedgerError, shown};
use crate::clock::Millis;
use crate::entry::{Entry, Intent};
use crate::hex::hex;
use crate::id::Id;

/// What SQLite is told this file is of: `klng`.
const APPLICATION: i32 = 0x6b6c_6e67;

/// What makes each schema out of the one before; the first out of nothing. Never changed once released.
const STEPS: &[&str] = &[include_str!("schema.sql")];

/// How long another process may keep the database to itself.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a database that [`prepare`](super::place::prepare) made or found.
pub(super) fn open(file: &Path, remote: bool) -> Result<Connection, LedgerError> {
    let failed = |error| LedgerError::opening(file, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(failed)?;
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // Looked at before anything is changed: it may be another program's.
    let version = version(&connection).map_err(failed)?;
    refuse_foreign(file, version)?;
    configure(&connection, remote).map_err(failed)?;
    // The log that SQLite writes ahead needs memory shared with all who have the database open, and
    // other machines do not share ours.
    let journal = if remote { "DELETE" } else { "WAL" };
    persevere(|| connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(())))
        .map_err(failed)?;
    if version.schema != Some(STEPS.len()) {
        let found = persevere(|| migrate(&mut connection)).map_err(failed)?;
        refuse_foreign(file, found)?;
    }
    Ok(connection)
}

/// A database that ends with the process.
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    configure(&connection, false)?;
    migrate(&mut connection)?;
    Ok(connection)
}

/// Whose database it is, and which schema it has.
#[derive(Clone, Copy, Debug)]
struct Version {
    ours: bool,
    /// 0 for an empty one; `None` for a number that is none.
    schema: Option<usize>,
}

fn version(connection: &Connection) -> rusqlite::Result<Version> {
    // One statement, one moment: another process may be making the schema.
    let (application, version, objects) = connection.query_row(
        "SELECT a.application_id, u.user_version, (SELECT count(*) FROM sqlite_schema) \
         FROM pragma_application_id AS a, pragma_user_version AS u",
        [],
        |row| Ok((row.get::<_, i32>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)),
    )?;
    let empty = application == 0 && version == 0 && objects == 0;
    let schema = usize::try_from(version).ok().filter(|&it| it > 0 || empty);
    Ok(Version { ours: application == APPLICATION || empty, schema })
}

fn refuse_foreign(file: &Path, version: Version) -> Result<(), LedgerError> {
    let place = shown(file);
    match version {
        Version { ours: false, .. } => Err(LedgerError::new(format!(
            "{place} is another program's database, no ledger; name another file with `--ledger`"
        ))),
        Version { schema: None, .. } => {
            Err(LedgerError::unopened(file, "it has no valid schema version"))
        }
        Version { schema: Some(schema), .. } if schema > STEPS.len() => {
            Err(LedgerError::new(format!(
                "the ledger {place} was written by a newer kling-submit (its schema is {schema}, and this \
                 one knows {}): update kling-submit",
                STEPS.len()
            )))
        }
        Version { .. } => Ok(()),
    }
}

fn configure(connection: &Connection, remote: bool) -> rusqlite::Result<()> {
    // Without the log, only EXTRA makes durable that the journal is gone, and with it the commit.
    connection.pragma_update(None, "synchronous", if remote { "EXTRA" } else { "FULL" })?;
    // On macOS only this makes the drive itself write.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    Ok(())
}

/// Brings the schema up to date, in one transaction. Says what it found, and leaves alone what is not
/// ours or newer.
fn migrate(connection: &mut Connection) -> rusqlite::Result<Version> {
    let transaction = begin(connection)?;
    let found = version(&transaction)?;
    if let Version { ours: true, schema: Some(schema) } = found
        && let Some(steps @ [_, ..]) = STEPS.get(schema..)
    {
        for step in steps {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
        transaction.commit()?;
    }
    Ok(found)
}

/// Tries again what SQLite refuses at once, whatever the timeout, while another process changes how the
/// database is written.
fn persevere<T>(mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let start = Instant::now();
    loop {
        match attempt() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && start.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// A transaction that writes: nobody else does until it ends.
pub(super) fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
}

/// A time as SQLite holds it.
pub(super) fn number(at: Millis) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

/// A time as SQLite holds it, back.
pub(super) fn millis(number: i64) -> Millis {
    Millis(u64::try_from(number).unwrap_or(0))
}

/// What links an event to the one before it of the same task, and the first to the task's id.
pub(super) fn sum(before: &str, at: Millis, entry: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update([0]);
    hash.update(at.0.to_le_bytes());
    hash.update(entry);
    let mut sum = hex(&hash.finalize());
    sum.truncate(16);
    sum
}

/// Writes a task's row.
pub(super) fn insert_task(
    transaction: &Transaction<'_>,
    intent: &Intent,
    at: Millis,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO tasks (id, external_id, base_url, path, body_sha256, key_fingerprint, at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            intent.id.as_str(),
            intent.external_task_id,
            intent.base_url,
            intent.path,
            intent.body_sha256,
            intent.key_fingerprint,
            number(at),
        ])?;
    Ok(())
}

/// Writes an event, after the task's others.
pub(super) fn insert_event(
    transaction: &Transaction<'_>,
    id: &Id,
    at: Millis,
    entry: &Entry,
) -> rusqlite::Result<()> {
    // A time that SQLite has no room for is held as the last it has; so is it summed.
    let at = millis(number(at));
    let entry = text(entry)?;
    let before = transaction
        .prepare_cached("SELECT sum FROM events WHERE task = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([id.as_str()], |row| row.get::<_, String>(0))
        .optional()?;
    let sum = sum(before.as_deref().unwrap_or(id.as_str()), at, entry.as_bytes());
    transaction
        .prepare_cached("INSERT INTO events (task, at, entry, sum) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id.as_str(), number(at), entry, sum])?;
    Ok(())
}

/// Writes those of these events that the task does not have yet.
pub(super) fn insert_missing(
    transaction: &Transaction<'_>,
    id: &Id,
    events: &[(Millis, Entry)],
) -> rusqlite::Result<()> {
    for (at, entry) in events {
        let known = transaction
            .prepare_cached("SELECT 1 FROM events WHERE task = ?1 AND at = ?2 AND entry = ?3")?
            .exists(params![id.as_str(), number(*at), text(entry)?])?;
        if !known {
            insert_event(transaction, id, *at, entry)?;
        }
    }
    Ok(())
}

fn text(entry: &Entry) -> rusqlite::Result<String> {
    serde_json::to_string(entry)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
