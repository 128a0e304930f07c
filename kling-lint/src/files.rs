//! Where the local files come from that a request names.
//!
//! The linter never looks for files itself: it asks a [`Files`]. The command serves them from the
//! disk (`LocalFiles`, feature `fs`); a browser or a test serves them from memory ([`MemoryFiles`]).

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use crate::printable;

/// Serves the local files that requests name.
///
/// ```
/// use kling_lint::{Linter, MemoryFiles};
///
/// let mut files = MemoryFiles::new();
/// files.insert("cat.png", b"GIF89a...".to_vec());
/// let linter = Linter::builder().files(files).build()?;
/// let report = linter.lint_str(r#"{"image": "cat.png", "prompt": "The cat blinks."}"#);
/// assert!(report.findings().iter().any(|finding| finding.message.contains("`image` is GIF")));
/// # Ok::<(), kling_lint::LintError>(())
/// ```
pub trait Files: Send + Sync + fmt::Debug {
    /// Opens a file.
    ///
    /// # Errors
    /// Why there is nothing to read; it becomes a finding on the path.
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal>;

    /// The same files, as they are served to one request while it is judged: what all its files have
    /// in common, such as their folder, need be looked for but once. `None`: as these do.
    fn for_request<'f>(&'f self, _request: Option<&'f Path>) -> Option<Box<dyn Files + 'f>> {
        None
    }
}

impl<F: Files + ?Sized> Files for Arc<F> {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        (**self).open(name)
    }

    fn for_request<'f>(&'f self, request: Option<&'f Path>) -> Option<Box<dyn Files + 'f>> {
        (**self).for_request(request)
    }
}

/// A file as a request names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName<'a> {
    path: &'a str,
    request: Option<&'a Path>,
}

impl<'a> FileName<'a> {
    /// This text, in the request of this name.
    pub fn new(path: &'a str, request: Option<&'a Path>) -> Self {
        FileName { path, request }
    }

    /// The text of the request, unescaped: a path, or a `file:` URL. It may be anything a stranger
    /// wrote: absolute, full of `..`, with control characters.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The file the request was read from, if it has a name.
    pub fn request(&self) -> Option<&'a Path> {
        self.request
    }
}

/// What can be read at any place, such as [`std::fs::File`] and [`Cursor`].
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// How many bytes of a file are read at once.
pub(crate) const PAGE: usize = 4096;

/// Room for that many.
pub(crate) type Page = [MaybeUninit<u8>; PAGE];

/// An open file and its length.
pub struct OpenFile {
    len: u64,
    is_steady: bool,
    bytes: Source,
}

/// Where the bytes of an open file come from.
enum Source {
    /// Nearly all do.
    #[cfg(feature = "fs")]
    Disk(crate::fs::DiskFile),
    Elsewhere(Box<dyn Bytes>),
}

impl OpenFile {
    /// These bytes; their length is where they end now.
    ///
    /// # Errors
    /// The end cannot be found.
    pub fn new(mut bytes: impl Bytes + 'static) -> io::Result<Self> {
        let len = bytes.seek(SeekFrom::End(0))?;
        bytes.rewind()?;
        Ok(OpenFile::with_len(bytes, len))
    }

    /// These bytes, which are so many: for those who know, it saves looking for the end. The next
    /// byte read must be the first.
    pub fn with_len(bytes: impl Bytes + 'static, len: u64) -> Self {
        OpenFile { len, is_steady: false, bytes: Source::Elsewhere(Box::new(bytes)) }
    }

    /// A regular file of this length. It is steady if two looks at it showed that, the last just now.
    ///
    /// Files of `/proc` say that they are empty and may be endless: those are never read.
    #[cfg(feature = "fs")]
    pub(crate) fn on_disk(file: crate::fs::DiskFile, len: u64, is_steady: bool) -> Self {
        match len {
            0 => OpenFile::with_len(io::empty(), 0),
            len => OpenFile { len, is_steady, bytes: Source::Disk(file) },
        }
    }

    /// A regular file. Of anything else nothing is opened, so a pipe without a writer is not waited for.
    ///
    /// # Errors
    /// It cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn open(path: impl AsRef<Path>) -> Result<Self, crate::LintError> {
        let (file, len) = crate::fs::open::open_with_len(path.as_ref())?;
        Ok(OpenFile::with_len(file, len))
    }

    /// Reads on, at most a page. Most files are read but once, so their room is not cleared before.
    ///
    /// # Errors
    /// The file's own; [`io::ErrorKind::Interrupted`] is no reason to give up.
    pub(crate) fn read_page<'p>(&mut self, page: &'p mut Page) -> io::Result<&'p [u8]> {
        #[cfg(all(feature = "fs", unix))]
        if let Source::Disk(file) = &self.bytes {
            return crate::fs::read(file, page);
        }
        let mut bytes = [0; PAGE];
        let count = self.read(&mut bytes)?;
        Ok(page[..count].write_copy_of_slice(&bytes[..count]))
    }

    /// How many bytes there were when the file was opened.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it was just seen to keep its length.
    pub(crate) fn is_steady(&self) -> bool {
        self.is_steady
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFile").field("len", &self.len).finish_non_exhaustive()
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.bytes {
            #[cfg(feature = "fs")]
            Source::Disk(file) => return file.read(buffer),
            Source::Elsewhere(bytes) => bytes.read(buffer)?,
        };
        // A reader of someone else's may miscount; whoever reads from here may rely on the count.
        if read > buffer.len() { Err(io::ErrorKind::InvalidData.into()) } else { Ok(read) }
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.bytes {
            #[cfg(feature = "fs")]
            Source::Disk(file) => file.seek(to),
            Source::Elsewhere(bytes) => bytes.seek(to),
        }
    }
}

/// Why a file is not served.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no such file.
    #[non_exhaustive]
    Missing {
        /// The name of a file that is there and may be meant, as it would be written in the request;
        /// it may hold any character.
        near: Option<String>,
    },
    /// It is something else.
    #[non_exhaustive]
    NotAFile {
        /// What it is, as in "a folder", "a named pipe".
        what: String,
    },
    /// It lies outside the folder that may be read. Nothing was looked at.
    #[non_exhaustive]
    Outside {
        /// The folder that may be read, as people know it; it may hold any character.
        root: Option<String>,
    },
    /// It is there and cannot be read, or no file can have this name.
    #[non_exhaustive]
    Unreadable {
        /// Why, as in "permission denied".
        reason: String,
    },
}

impl Refusal {
    /// There is no such file.
    pub fn missing() -> Self {
        Refusal::Missing { near: None }
    }

    /// There is no such file, but one of this name.
    pub fn missing_near(near: impl Into<String>) -> Self {
        Refusal::Missing { near: Some(near.into()) }
    }

    /// It is something else, as in "a folder".
    pub fn not_a_file(what: impl Into<String>) -> Self {
        Refusal::NotAFile { what: what.into() }
    }

    /// It lies outside this folder.
    pub fn outside(root: impl Into<String>) -> Self {
        Refusal::Outside { root: Some(root.into()) }
    }

    /// It cannot be read, for this reason.
    pub fn unreadable(reason: impl Into<String>) -> Self {
        Refusal::Unreadable { reason: reason.into() }
    }
}

/// The folder that may be read, in words.
pub(crate) fn folder(root: Option<&str>) -> String {
    match root {
        None => "the folder that may be read".into(),
        Some("" | ".") => "the current folder".into(),
        Some(root) => format!("the folder {}", printable::quoted(root)),
    }
}

/// Files in memory, by the path that requests give them. `./` in front makes no difference.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: HashMap<String, Arc<[u8]>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        MemoryFiles::default()
    }

    /// Serves these bytes under this path.
    pub fn insert(&mut self, path: impl AsRef<str>, bytes: impl Into<Arc<[u8]>>) {
        self.files.insert(plain(path.as_ref()).to_owned(), bytes.into());
    }
}

impl Files for MemoryFiles {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        let bytes = self.files.get(plain(name.path())).ok_or_else(Refusal::missing)?;
        Ok(OpenFile::with_len(Cursor::new(Arc::clone(bytes)), bytes.len() as u64))
    }
}

/// The path without `./` in front.
fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}
