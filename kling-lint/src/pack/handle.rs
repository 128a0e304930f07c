//! The files of a request, kept open: what was judged is what is sent.

use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasher as _;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::quality::RandomState;

use crate::files::{FileName, Files, OpenFile, Refusal};
use crate::load::fill;

/// The most that is read, and remembered, at once.
const LOOK: usize = 64 << 10;
/// How many looks at one file are remembered. A header is read in far fewer.
const LOOKS: usize = 4096;

/// Serves files and keeps them open. One path is one file, however often it is named.
#[derive(Debug)]
pub(super) struct Keeper {
    files: Arc<dyn Files>,
    keys: RandomState,
    opened: Mutex<HashMap<String, Result<Shared, Refusal>>>,
}

impl Keeper {
    pub(super) fn new(files: Arc<dyn Files>, keys: RandomState) -> Self {
        Keeper { files, keys, opened: Mutex::default() }
    }

    /// What became of this path; nothing if nobody asked for it.
    pub(super) fn opened(&self, path: &str) -> Option<Result<Shared, Refusal>> {
        lock(&self.opened).get(path).cloned()
    }
}

impl Files for Keeper {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        let mut opened = lock(&self.opened);
        let result = match opened.get(name.path()) {
            Some(result) => result,
            None => {
                let handle = self.files.open(name).map(|file| Shared::new(file, &self.keys));
                opened.entry(name.path().to_owned()).or_insert(handle)
            }
        };
        result.as_ref().map(Shared::view).map_err(Refusal::clone)
    }
}

/// A file with several readers, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Mutex<Handle>>);

impl Shared {
    fn new(file: OpenFile, keys: &RandomState) -> Self {
        let keys = keys.clone();
        let handle = Handle { file, at: 0, keys, looks: Vec::new(), changed: false, failure: None };
        Shared(Arc::new(Mutex::new(handle)))
    }

    /// The file for someone who judges it.
    fn view(&self) -> OpenFile {
        let len = self.lock().file.len();
        OpenFile::with_len(View { handle: self.clone(), at: 0 }, len)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Handle> {
        lock(&self.0)
    }
}

/// An open file, and what was seen of it.
pub(super) struct Handle {
    file: OpenFile,
    /// Where the file stands.
    at: u64,
    keys: RandomState,
    looks: Vec<Look>,
    changed: bool,
    failure: Option<String>,
}

/// Bytes that were read to judge the file.
#[derive(Clone, Copy)]
struct Look {
    at: u64,
    len: usize,
    hash: u64,
}

impl Handle {
    /// How many bytes there were when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.file.len()
    }

    /// Whether it grew or shrank while it was judged.
    pub(super) fn has_changed(&self) -> bool {
        self.changed
    }

    /// Why it could not be read to be judged.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Fills the buffer from this place on, or up to the end.
    pub(super) fn fill(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.go(at)?;
        let filled = fill(&mut self.file, buffer)?;
        self.at += filled as u64;
        Ok(filled)
    }

    /// Whether the length, and all that was judged, is still the same.
    pub(super) fn is_unchanged(&mut self) -> io::Result<bool> {
        if self.end()? != self.len() {
            return Ok(false);
        }
        let mut block = Vec::new();
        for index in 0..self.looks.len() {
            let Look { at, len, hash } = self.looks[index];
            block.resize(len, 0);
            if self.fill(at, &mut block)? < len || self.keys.hash_one(&block) != hash {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads for someone who judges.
    fn look(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.go(at)?;
        let len = self.file.read(buffer)?;
        self.at += len as u64;
        self.changed |= self.at > self.len() || len == 0 && at < self.len();
        if self.looks.len() < LOOKS {
            self.looks.push(Look { at, len, hash: self.keys.hash_one(&buffer[..len]) });
        }
        Ok(len)
    }

    fn go(&mut self, at: u64) -> io::Result<()> {
        if self.at != at {
            self.at = self.file.seek(SeekFrom::Start(at))?;
        }
        Ok(())
    }

    /// Where the file ends now.
    fn end(&mut self) -> io::Result<u64> {
        self.at = self.file.seek(SeekFrom::End(0))?;
        Ok(self.at)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("file", &self.file).finish_non_exhaustive()
    }
}

/// One reader of a shared file.
struct View {
    handle: Shared,
    at: u64,
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let most = buffer.len().min(LOOK);
        let mut handle = self.handle.lock();
        let read = handle.look(self.at, &mut buffer[..most]);
        match &read {
            Ok(read) => self.at += *read as u64,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => handle.failure = Some(error.to_string()),
        }
        read
    }
}

impl Seek for View {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => {
                let mut handle = self.handle.lock();
                let end = handle.end()?;
                handle.changed |= end != handle.len();
                end.checked_add_signed(by)
            }
        };
        self.at = to.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// What a panic elsewhere left is still a list of open files.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
