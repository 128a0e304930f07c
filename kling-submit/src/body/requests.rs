//! From what the user names to requests that may be sent.
//!
//! A batch is read twice. First every request is linted, hashed and compared with the others, and
//! closed again: nothing is sent unless all of them pass, and a thousand requests with their pictures
//! are more files than a process may keep open. Just before a request is sent [`Named::prepare`]
//! opens and lints it anew. What is sent is what was linted *then*, from the same handles; and it must
//! have the hash of the first reading, so it is also what the user was shown and agreed to.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};

use kling_lint::kling_schema::rules::shape::DUPLICATE_KEY;
use kling_lint::kling_schema::{Object, endpoints};
use kling_lint::printable::{escape, quoted};
use kling_lint::{
    LintError, Linter, LocalFiles, OpenFile, PackError, Parcel, Refused, Report, Severity,
};

use super::Body;
use super::lines::{Lines, Section, Shared};
use kling_lint::printable::words;

/// What asks for standard input.
const STDIN: &str = "-";
/// What it is called.
const STDIN_NAME: &str = "<stdin>";
/// What files are called that hold one request a line.
const LINES: [&str; 2] = ["jsonl", "ndjson"];
/// A longer id fits into no address it could be asked for under.
const LONGEST_ID: usize = 1024;

/// How requests are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The endpoint that all of them are for, by short name; else it is told from each.
    pub endpoint: Option<String>,
    /// The folder that local files may be read from; else each request's own.
    pub root: Option<PathBuf>,
    /// Warnings refuse a request too.
    pub strict: bool,
    /// The same request may come twice.
    pub again: bool,
}

/// A request that passed, and can be opened again. It holds no file open, but that which holds one
/// request a line, or what came from standard input.
#[derive(Clone, Debug)]
pub struct Named {
    linter: Linter,
    origin: Origin,
    /// Of the body, when it was read first.
    body_sha256: String,
}

/// Where a request is.
#[derive(Clone, Debug)]
struct Origin {
    /// As the user named it; what findings stand under.
    file: PathBuf,
    /// The line it stands on, if there is one request a line.
    line: Option<u64>,
    /// Where in an open file, if it is not a file of its own.
    section: Option<Section>,
}

/// A request that is not to be sent.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", escape(name))]
#[non_exhaustive]
pub struct Unfit {
    /// The file as the user named it, and the line. Not safe to print.
    pub name: String,
    /// The file as the user named it: findings stand under it, with their lines in it.
    pub file: PathBuf,
    /// Why.
    pub why: Unfitness,
}

/// Why a request is not to be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unfitness {
    /// The linter says so.
    #[error("{0}")]
    Refused(Box<Refused>),
    /// Its own id is none that a task could be found by.
    #[error("{0}")]
    Id(String),
    /// An earlier one has the same id.
    #[error("the `{key}` {id} is that of {} too; each task needs its own", escape(first))]
    SameId {
        /// The key.
        key: &'static str,
        /// The id, safe to print.
        id: String,
        /// The earlier one, by name. Not safe to print.
        first: String,
    },
    /// It is an earlier one once more.
    #[error(
        "this is the same request as {}; with `--again` both are sent, and paid",
        escape(first)
    )]
    SameBody {
        /// The earlier one, by name. Not safe to print.
        first: String,
    },
    /// There is nothing to read.
    #[error("{0}")]
    Unreadable(String),
}

/// The requests that paths name, one after the other. Each passed the linter; their handles close
/// with the [`Body`].
#[derive(Debug)]
pub struct Requests {
    linter: Linter,
    again: bool,
    paths: VecDeque<PathBuf>,
    stdin: Option<OpenFile>,
    /// The file that is under way, and its lines.
    lines: Option<(PathBuf, Lines)>,
    /// Ids met so far, and whose they are.
    ids: HashMap<String, String>,
    /// Bodies met so far by endpoint and hash, and whose they are.
    bodies: HashMap<(&'static str, String), String>,
}

impl Requests {
    /// The requests in these files; in one called `.jsonl` or `.ndjson` there is one a line. `-` is
    /// standard input, which is one request, in the form of a file that can be read twice.
    ///
    /// # Errors
    /// No endpoint has this name; the folder cannot be read.
    pub fn new(
        options: &Options,
        paths: impl IntoIterator<Item = PathBuf>,
        stdin: Option<OpenFile>,
    ) -> Result<Self, LintError> {
        let files = match &options.root {
            Some(root) => LocalFiles::beneath(root)?,
            None => LocalFiles::beside_request(),
        };
        let mut builder = Linter::builder().strict(options.strict).files(files);
        if let Some(endpoint) = &options.endpoint {
            builder = builder.endpoint(endpoint);
        }
        Ok(Requests {
            linter: builder.build()?,
            again: options.again,
            paths: paths.into_iter().collect(),
            stdin,
            lines: None,
            ids: HashMap::new(),
            bodies: HashMap::new(),
        })
    }

    /// The next request, wherever it is.
    fn origin(&mut self) -> Option<Result<Origin, Unfit>> {
        loop {
            if let Some((file, lines)) = &mut self.lines {
                let file = file.clone();
                match lines.next() {
                    Some(Ok((line, section))) => {
                        let (line, section) = (Some(line), Some(section));
                        return Some(Ok(Origin { file, line, section }));
                    }
                    Some(Err(error)) => {
                        self.lines = None;
                        return Some(Err(unreadable(file, words(&error))));
                    }
                    None => self.lines = None,
                }
            }
            let file = self.paths.pop_front()?;
            if file.as_os_str() == STDIN {
                let Some(stdin) = self.stdin.take() else {
                    let why = "standard input can be read only once";
                    return Some(Err(unreadable(STDIN_NAME.into(), why.into())));
                };
                let section = Some(Shared::new(stdin).whole());
                return Some(Ok(Origin { file: STDIN_NAME.into(), line: None, section }));
            }
            if !holds_lines(&file) {
                return Some(Ok(Origin { file, line: None, section: None }));
            }
            match OpenFile::open(&file) {
                Ok(open) => self.lines = Some((file, Lines::new(Shared::new(open)))),
                Err(error) => return Some(Err(unreadable(file, reason(&error)))),
            }
        }
    }

    /// Lints a request, and compares it with those before it.
    fn first(&mut self, origin: Origin) -> Result<(Named, Body), Unfit> {
        let mut body = origin.prepare(&self.linter)?;
        let hashes = body.hash();
        let hashes = hashes.map_err(|error| origin.unfit(Unfitness::Unreadable(words(&error))))?;
        let endpoint = body.endpoint();
        if let (Some(id), Some(key)) = (body.own_id(), own_key(endpoint)) {
            match self.ids.entry(id.to_owned()) {
                Entry::Occupied(first) => {
                    let (id, first) = (quoted(id), first.get().clone());
                    return Err(origin.unfit(Unfitness::SameId { key, id, first }));
                }
                Entry::Vacant(free) => {
                    free.insert(origin.name());
                }
            }
        }
        match self.bodies.entry((endpoint, hashes.body_sha256.clone())) {
            Entry::Occupied(first) if !self.again => {
                let first = first.get().clone();
                return Err(origin.unfit(Unfitness::SameBody { first }));
            }
            Entry::Occupied(_) => {}
            Entry::Vacant(free) => {
                free.insert(origin.name());
            }
        }
        let named = Named { linter: self.linter.clone(), origin, body_sha256: hashes.body_sha256 };
        Ok((named, body))
    }
}

impl Iterator for Requests {
    type Item = Result<(Named, Body), Unfit>;

    fn next(&mut self) -> Option<Self::Item> {
        let origin = self.origin()?;
        Some(origin.and_then(|origin| self.first(origin)))
    }
}

impl Named {
    /// The file as the user named it, and the line: `batch.jsonl:12`. Not safe to print.
    pub fn name(&self) -> String {
        self.origin.name()
    }

    /// The file as the user named it: findings stand under it, with their lines in it.
    pub fn file(&self) -> &Path {
        &self.origin.file
    }

    /// The SHA-256 of its body, but for an id of ours. Hex.
    pub fn body_sha256(&self) -> &str {
        &self.body_sha256
    }

    /// Opens and lints it anew. The body refuses to be sent if it is not what it was.
    ///
    /// # Errors
    /// It can no longer be read, or no longer passes.
    pub fn prepare(&self) -> Result<Body, Unfit> {
        let body = self.origin.prepare(&self.linter)?;
        Ok(body.expecting(self.body_sha256.clone()))
    }
}

impl Origin {
    fn name(&self) -> String {
        let file = self.file.to_string_lossy();
        match self.line {
            Some(line) => format!("{file}:{line}"),
            None => file.into_owned(),
        }
    }

    fn unfit(&self, why: Unfitness) -> Unfit {
        Unfit { name: self.name(), file: self.file.clone(), why }
    }

    fn prepare(&self, linter: &Linter) -> Result<Body, Unfit> {
        let (open, name) = match &self.section {
            Some(section) => (section.open(), self.line.is_some().then_some(&*self.file)),
            None => {
                let open = OpenFile::open(&self.file);
                let open = open.map_err(|error| unreadable(self.file.clone(), reason(&error)))?;
                (open, Some(&*self.file))
            }
        };
        let (lines, bytes) = match (&self.line, &self.section) {
            (Some(line), Some(section)) => (line.saturating_sub(1), section.start()),
            _ => (0, 0),
        };
        let mut parcel = match Parcel::prepare(linter, open, name, Severity::Error) {
            Ok(parcel) => parcel,
            Err(PackError::Refused(mut refused)) => {
                refused.shift(lines, bytes);
                return Err(self.unfit(Unfitness::Refused(refused)));
            }
            Err(PackError::Io(error)) => {
                return Err(self.unfit(Unfitness::Unreadable(words(&error))));
            }
            Err(error) => return Err(self.unfit(Unfitness::Unreadable(error.to_string()))),
        };
        parcel.report_mut().shift(lines, bytes);
        let body = Body::new(parcel);
        match bad_id(&body) {
            Some(why) => Err(self.unfit(Unfitness::Id(why))),
            None => Ok(body),
        }
    }
}

/// Why the task could not be found by the request's own id.
fn bad_id(body: &Body) -> Option<String> {
    let id = body.own_id()?;
    let key = own_key(body.endpoint())?;
    if id.len() > LONGEST_ID {
        return Some(format!(
            "the `{key}` is longer than {LONGEST_ID} bytes: no task can be found by it; shorten it"
        ));
    }
    let pointer = format!("/{key}");
    let twice = |report: &Report| {
        report.findings().iter().any(|it| it.rule == &DUPLICATE_KEY && it.pointer == pointer)
    };
    twice(body.parcel().report()).then(|| {
        format!("`{key}` is written twice: which one the server takes is not known; keep one")
    })
}

/// The key of the user's own id.
fn own_key(endpoint: &str) -> Option<&'static str> {
    endpoints::find(endpoint).and_then(Object::own_id).map(|field| field.key)
}

fn holds_lines(file: &Path) -> bool {
    let extension = file.extension().and_then(|it| it.to_str()).unwrap_or_default();
    LINES.iter().any(|it| extension.eq_ignore_ascii_case(it))
}

fn unreadable(file: PathBuf, why: String) -> Unfit {
    Unfit { name: file.to_string_lossy().into_owned(), file, why: Unfitness::Unreadable(why) }
}

/// What went wrong with a file, without its name, and what helps.
fn reason(error: &LintError) -> String {
    match error {
        LintError::Io { source, .. } => match source.kind() {
            io::ErrorKind::NotFound => "no such file".into(),
            io::ErrorKind::PermissionDenied => "permission denied".into(),
            _ => words(source),
        },
        LintError::NotAFile { what, path, .. } if path.is_dir() => {
            let inside = path.join("*.json");
            let inside = escape(&inside.to_string_lossy());
            format!("is {what}: every request is paid for, so name them, as in `{inside}`")
        }
        LintError::NotAFile { what, .. } => {
            format!("is {what}, not a file; use `-` to read standard input")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
