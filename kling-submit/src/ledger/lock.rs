//! Locks of tasks: one file each, released by the operating system when its process ends.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use same_file::Handle;

use super::error::LedgerError;
use super::{place, spare};
use crate::id::Id;

/// How often, and how far apart, a lock is tried for: a process that only looks holds it for a moment.
const TRIES: u32 = 20;
const APART: Duration = Duration::from_millis(5);

/// A task's lock, held by the one process that works on it. Dropped with it, also by a crash.
#[derive(Debug)]
pub struct TaskLock(Held);

#[derive(Debug)]
enum Held {
    File { file: File, lock: PathBuf, spare: PathBuf },
    Memory { id: Id, held: Arc<Mutex<BTreeSet<Id>>> },
}

/// Where locks are kept.
#[derive(Clone, Debug)]
pub(super) enum Locks {
    /// Files, beside this ledger.
    Beside(PathBuf),
    /// Those of a ledger in memory.
    Memory(Arc<Mutex<BTreeSet<Id>>>),
}

impl Locks {
    /// Takes a task's lock; `None` when another has it, and for longer than a look takes.
    pub(super) fn take(&self, id: &Id) -> Result<Option<TaskLock>, LedgerError> {
        for _ in 0..TRIES {
            if let Some(lock) = self.try_take(id)? {
                return Ok(Some(lock));
            }
            std::thread::sleep(APART);
        }
        self.try_take(id)
    }

    /// Takes a task's lock if nobody has it at this moment.
    pub(super) fn try_take(&self, id: &Id) -> Result<Option<TaskLock>, LedgerError> {
        match self {
            Locks::Memory(held) => {
                let new = held.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
                let held = Arc::clone(held);
                Ok(new.then(|| TaskLock(Held::Memory { id: id.clone(), held })))
            }
            Locks::Beside(ledger) => {
                let lock = file_of(ledger, id)?;
                let spare = spare::file_of(ledger, id)?;
                let failed = |error: io::Error| LedgerError::io(&lock, "cannot be locked", &error);
                place::folder(lock.parent().unwrap_or(Path::new(""))).map_err(failed)?;
                let file = place::private(OpenOptions::new().read(true).write(true).create(true))
                    .open(&lock)
                    .map_err(failed)?;
                match file.try_lock() {
                    Ok(()) if is_at(&file, &lock).map_err(failed)? => {
                        Ok(Some(TaskLock(Held::File { file, lock, spare })))
                    }
                    // The one who had it took the file away meanwhile: this is not the lock.
                    Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(failed(error)),
                }
            }
        }
    }

    /// Whether some process has the lock of this task, this one among them.
    pub(super) fn is_held(&self, id: &Id) -> Result<bool, LedgerError> {
        match self {
            Locks::Memory(held) => {
                Ok(held.lock().unwrap_or_else(PoisonError::into_inner).contains(id))
            }
            Locks::Beside(ledger) => {
                let lock = file_of(ledger, id)?;
                let failed =
                    |error: io::Error| LedgerError::io(&lock, "cannot be looked at", &error);
                let file = match OpenOptions::new().read(true).open(&lock) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                    Err(error) => return Err(failed(error)),
                };
                // Shared: those who look are not in each other's way.
                match file.try_lock_shared() {
                    Ok(()) => Ok(false),
                    Err(TryLockError::WouldBlock) => Ok(true),
                    Err(TryLockError::Error(error)) => Err(failed(error)),
                }
            }
        }
    }
}

impl Drop for TaskLock {
    fn drop(&mut self) {
        match &self.0 {
            Held::File { file, lock, spare } => {
                // Best effort: what stays is taken in or away when the ledger is opened next.
                let _ = spare::remove_unused(spare);
                if is_at(file, lock).unwrap_or(false) {
                    let _ = std::fs::remove_file(lock);
                }
            }
            Held::Memory { id, held } => {
                held.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
            }
        }
    }
}

fn file_of(ledger: &Path, id: &Id) -> Result<PathBuf, LedgerError> {
    Ok(place::beside(ledger, ".lock").join(place::file_name(id)?))
}

/// Whether this open file is the one at this path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match Handle::from_path(path) {
        Ok(there) => Ok(Handle::from_file(file.try_clone()?)? == there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
