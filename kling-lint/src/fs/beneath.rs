//! Local files, beneath one folder.

use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
#[cfg(unix)]
use rustix::io::Errno;

use super::names::{self, Name, Nameless};
#[cfg(unix)]
use super::plain;
use super::{folder_of, inside, kind, near};
use crate::error::LintError;
use crate::files::{FileName, Files, OpenFile, Refusal};
use crate::printable::words;

/// So many missing files of one request are told what they nearly name: that is more than anybody
/// reads, and looking through a folder for each of a million would take hours. Requests in a row
/// that have no name share them.
const HINTS: u32 = 32;

/// The files of a folder on the disk.
///
/// Whatever a request writes, `..`, an absolute path, links, and even a folder that is swapped for a
/// link at the worst moment: nothing outside the folder is opened. Links that stay inside are
/// followed, and hard links are plain files, as they are to the system. Only regular files are
/// opened, and no open waits.
///
/// A path may be plain, absolute, or a `file:` URL. Where `\` does not separate names, a path that
/// leads nowhere is tried with `/` instead. `~` is left to shells.
#[derive(Debug)]
pub struct LocalFiles {
    root: Option<Folder>,
    /// Where the paths of a request without a name start, as paths from the root.
    here: Vec<PathBuf>,
    hints: Mutex<Hints>,
}

/// A folder whose files are served.
#[derive(Debug)]
struct Folder {
    /// The folder as it was named.
    named: PathBuf,
    /// What was opened; if another folder is put in its place, this stays the same one.
    dir: Dir,
    absolute: OnceLock<Option<PathBuf>>,
    resolved: OnceLock<Option<PathBuf>>,
}

/// How many hints are left for the request that is being judged.
#[derive(Debug, Default)]
struct Hints {
    request: Option<PathBuf>,
    given: u32,
}

impl LocalFiles {
    /// The files in the folder of the request that names them, and below. For a request without a
    /// name that is the current folder.
    ///
    /// The folder is the one that the request's name leads to, be it through links: where those are
    /// a stranger's, too, use [`beneath`](LocalFiles::beneath).
    pub fn beside_request() -> Self {
        LocalFiles { root: None, here: Vec::new(), hints: Mutex::default() }
    }

    /// The files beneath this folder. What a request names is looked for beside the request, if that
    /// lies beneath the folder, and then from the folder itself. Beside a request without a name is the
    /// folder that is current now.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be opened.
    pub fn beneath(root: impl Into<PathBuf>) -> Result<Self, LintError> {
        let named = root.into();
        let folder = Folder::open(&named).map_err(|error| LintError::io(named, error))?;
        // Now, as the current folder may change.
        folder.absolute();
        folder.resolved();
        let here = folder.places(beside(None));
        Ok(LocalFiles { root: Some(folder), here, hints: Mutex::default() })
    }

    /// What is close to a file that is missing.
    fn hint(&self, request: Option<&Path>, find: impl FnOnce() -> Option<String>) -> Refusal {
        let mut hints = self.hints.lock().unwrap_or_else(PoisonError::into_inner);
        if hints.request.as_deref() != request {
            *hints = Hints { request: request.map(Path::to_path_buf), given: 0 };
        }
        if hints.given == HINTS {
            return Refusal::missing();
        }
        hints.given += 1;
        drop(hints);
        find().map_or_else(Refusal::missing, Refusal::missing_near)
    }
}

impl Files for LocalFiles {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        OfRequest::new(self, name.request()).open(name)
    }

    fn for_request<'f>(&'f self, request: Option<&'f Path>) -> Option<Box<dyn Files + 'f>> {
        Some(Box::new(OfRequest::new(self, request)))
    }
}

/// The files of one request. Nothing is opened before one is asked for.
#[derive(Debug)]
struct OfRequest<'f> {
    files: &'f LocalFiles,
    request: Option<&'f Path>,
    start: OnceLock<Result<Start<'f>, Refusal>>,
}

/// Where the paths of a request start.
#[derive(Debug)]
struct Start<'f> {
    /// Its own folder, if there is no root.
    own: Option<Folder>,
    /// Where relative paths may start, as paths from the folder.
    places: Cow<'f, [PathBuf]>,
    /// The folder beneath that the last file was in: the next one often is, too.
    #[cfg(unix)]
    last: Mutex<Option<Last>>,
}

/// A folder beneath that is open.
#[cfg(unix)]
#[derive(Debug)]
struct Last {
    /// From where, by its number among the places, and how the text says it.
    way: (usize, String),
    dir: Dir,
}

impl<'f> OfRequest<'f> {
    fn new(files: &'f LocalFiles, request: Option<&'f Path>) -> Self {
        OfRequest { files, request, start: OnceLock::new() }
    }

    fn start(&self) -> Result<(&Folder, &Start<'f>), Refusal> {
        let start = self.start.get_or_init(|| {
            let beside = beside(self.request);
            let (own, places) = match (&self.files.root, self.request) {
                (Some(_), None) => (None, Cow::Borrowed(&*self.files.here)),
                (Some(root), Some(_)) => (None, Cow::Owned(root.places(beside))),
                (None, _) => {
                    let own = Folder::open(beside).map_err(|error| refusal(&error, beside))?;
                    (Some(own), Cow::Owned(vec![PathBuf::new()]))
                }
            };
            Ok(Start {
                own,
                places,
                #[cfg(unix)]
                last: Mutex::default(),
            })
        });
        let start = start.as_ref().map_err(Refusal::clone)?;
        // One of them is there.
        let folder = start.own.as_ref().or(self.files.root.as_ref());
        Ok((folder.ok_or_else(Refusal::missing)?, start))
    }
}

impl Files for OfRequest<'_> {
    fn open(&self, name: &FileName<'_>) -> Result<OpenFile, Refusal> {
        let (folder, start) = self.start()?;
        #[cfg(unix)]
        if let Some(file) = start.plain(&folder.dir, name.path()) {
            return Ok(file);
        }
        let parsed = names::read(name.path()).map_err(|nameless| match nameless {
            Nameless::Elsewhere => folder.outside(),
            Nameless::Impossible(refusal) => refusal,
        })?;
        match folder.search(&parsed, start) {
            Err(Refusal::Missing { .. }) if names::is_home(name.path()) => {
                Err(Refusal::unreadable("only a shell knows what \"~\" stands for"))
            }
            Err(Refusal::Missing { .. }) => Err(self.files.hint(name.request(), || {
                let parsed = parsed.slashed.as_ref().unwrap_or(&parsed.path);
                start.places.iter().find_map(|place| {
                    let path = folder.inner_path(place, parsed)?;
                    near::near(&folder.dir, place, name.path(), &path)
                })
            })),
            result => result,
        }
    }
}

impl Folder {
    fn open(named: &Path) -> io::Result<Self> {
        Ok(Folder {
            named: named.to_path_buf(),
            dir: Dir::open_ambient_dir(named, ambient_authority())?,
            absolute: OnceLock::new(),
            resolved: OnceLock::new(),
        })
    }

    /// The folder's path from the root of the system, as it was named.
    fn absolute(&self) -> Option<&Path> {
        self.absolute.get_or_init(|| std::path::absolute(&self.named).ok()).as_deref()
    }

    /// The folder's path without links.
    fn resolved(&self) -> Option<&Path> {
        self.resolved.get_or_init(|| std::fs::canonicalize(&self.named).ok()).as_deref()
    }

    fn outside(&self) -> Refusal {
        Refusal::outside(self.named.to_string_lossy())
    }

    /// Where a relative path of a request in this folder may start, as paths from here.
    fn places(&self, beside: &Path) -> Vec<PathBuf> {
        // The current folder's own name has no links.
        let is_here = cfg!(unix) && beside.as_os_str() == ".";
        let absolute =
            || if is_here { std::env::current_dir() } else { std::path::absolute(beside) };
        let by_name = || {
            let path = absolute().ok().filter(|path| self.may_hold(path))?;
            let path = self.strip(&path)?;
            path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
        };
        let by_links = || {
            let path = std::fs::canonicalize(beside).ok()?;
            path.strip_prefix(self.resolved()?).ok().map(Path::to_path_buf)
        };
        let own = by_name().or_else(|| if is_here { None } else { by_links() });
        let mut places: Vec<_> = own.into_iter().collect();
        if places.iter().all(|place| !place.as_os_str().is_empty()) {
            places.push(PathBuf::new());
        }
        places
    }

    /// Whether an absolute path, with nothing twice in it, can begin as the folder does.
    fn may_hold(&self, path: &Path) -> bool {
        let path = path.as_os_str().as_encoded_bytes();
        let begins = |own: &Path| path.starts_with(own.as_os_str().as_encoded_bytes());
        [self.absolute(), self.resolved()].into_iter().flatten().any(begins)
    }

    /// An absolute path as one from here, if its beginning is the folder's own.
    fn strip(&self, path: &Path) -> Option<PathBuf> {
        let own = [self.absolute(), self.resolved()];
        own.into_iter().flatten().find_map(|own| path.strip_prefix(own).ok()).map(Path::to_path_buf)
    }

    /// The path as one from here. The system judges where it leads.
    fn inner_path(&self, place: &Path, path: &Path) -> Option<PathBuf> {
        if names::is_rooted(path) { self.strip(path) } else { Some(place.join(path)) }
    }

    /// The file, as this system reads its name, or else as Windows does.
    fn search(&self, name: &Name, start: &Start<'_>) -> Result<OpenFile, Refusal> {
        match (self.search_path(&name.path, start), &name.slashed) {
            (Err(Refusal::Missing { .. }), Some(slashed)) => self.search_path(slashed, start),
            (result, _) => result,
        }
    }

    /// The first file that is there, or what stands in the way of one.
    fn search_path(&self, path: &Path, start: &Start<'_>) -> Result<OpenFile, Refusal> {
        let mut parts = path.components().skip_while(|part| *part == Component::CurDir);
        let turns = parts.next() == Some(Component::ParentDir);
        for (index, place) in start.places.iter().enumerate() {
            match self.open_file(place, path) {
                Err(Refusal::Missing { .. }) => {}
                // `../cat.png` was meant from the request's folder.
                Err(Refusal::Outside { .. }) if index > 0 && turns => {}
                other => return other,
            }
        }
        Err(Refusal::missing())
    }

    fn open_file(&self, place: &Path, path: &Path) -> Result<OpenFile, Refusal> {
        if let Some(path) = self.inner_path(place, path) {
            match self.open_beneath(&path) {
                Err(Refusal::Outside { .. }) => {}
                other => return other,
            }
        }
        // It may come back.
        let resolved = || inside::resolve(&self.dir, self.resolved()?, &place.join(path));
        match resolved() {
            Some(path) => self.open_beneath(&path),
            None => Err(self.outside()),
        }
    }

    /// Opens a regular file, without ever waiting for someone to write it.
    ///
    /// To open a pipe or a device may do something, so what the path names is looked at first. It may
    /// be swapped in between, so what was opened is looked at again.
    fn open_beneath(&self, path: &Path) -> Result<OpenFile, Refusal> {
        let refused = |error: io::Error| refusal(&error, &self.named);
        let regular = |what: Option<&'static str>| match what {
            Some(what) => Err(Refusal::not_a_file(what)),
            None => Ok(()),
        };
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let mut metadata = self.dir.symlink_metadata(path).map_err(refused)?;
        if metadata.is_symlink() {
            metadata = self.dir.metadata(path).map_err(refused)?;
        }
        regular(kind::of_cap(&metadata))?;
        let file = self.dir.open_with(path, &reading()).map_err(refused)?.into_std();
        let metadata = file.metadata().map_err(refused)?;
        regular(kind::of_std(&metadata))?;
        Ok(OpenFile::on_disk(file, metadata.len(), false))
    }
}

#[cfg(unix)]
impl Start<'_> {
    /// Opens what a text nearly always names. `None`: it is to be read with care, which tells what else
    /// it names.
    fn plain(&self, root: &Dir, text: &str) -> Option<OpenFile> {
        let (folder, name) = plain::split(text)?;
        for place in 0..self.places.len() {
            match self.plain_in(root, place, folder, name) {
                Ok(file) => return file,
                Err(Errno::NOENT) => {}
                Err(_) => return None,
            }
        }
        None
    }

    /// The same, from one place. The folder is opened like any path, so it lies beneath.
    fn plain_in(
        &self,
        root: &Dir,
        place: usize,
        folder: &str,
        name: &str,
    ) -> Result<Option<OpenFile>, Errno> {
        let from = &self.places[place];
        if from.as_os_str().is_empty() && matches!(folder, "" | ".") {
            return plain::open(root, name);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = match &mut *last {
            Some(Last { way, dir }) if (way.0, &*way.1) == (place, folder) => dir,
            other => {
                let opened = root.open_dir(from.join(folder));
                let dir =
                    opened.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
                &mut other.insert(Last { way: (place, folder.to_owned()), dir }).dir
            }
        };
        plain::open(dir, name)
    }
}

/// How files are opened: to read them, and without waiting.
fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::custom_flags(&mut options, super::open::no_waiting());
    options
}

/// The folder of the request.
fn beside(request: Option<&Path>) -> &Path {
    folder_of(request.unwrap_or(Path::new("")))
}

/// The system's refusal in our terms.
fn refusal(error: &io::Error, root: &Path) -> Refusal {
    #[cfg(unix)]
    if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
        return Refusal::unreadable("its links lead in a circle");
    }
    match error.kind() {
        // The sandbox has no other way to say so; the system's own refusals have a number.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => {
            Refusal::outside(root.to_string_lossy())
        }
        ErrorKind::NotFound | ErrorKind::NotADirectory => Refusal::missing(),
        ErrorKind::PermissionDenied => Refusal::unreadable("permission denied"),
        ErrorKind::InvalidFilename => Refusal::unreadable("the name is too long"),
        ErrorKind::WouldBlock => Refusal::unreadable("another program is holding it"),
        _ => Refusal::unreadable(words(error)),
    }
}

#[cfg(test)]
mod tests;
