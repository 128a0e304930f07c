//! Fetching what was made: no key, no private address, whole or not at all.
//!
//! The way of an asset: URL → `source` (which redirects and addresses are allowed) → `part` (what
//! arrived, and how a later call goes on) → `magic` (what it is, and whether it is all there) → its own
//! name (`name`), never over another file → `sidecar`.
//!
//! | what comes | what is made of it |
//! |---|---|
//! | 403, 404, 410, another 4xx | expired: a poll may bring a fresh URL |
//! | 408, 425, 429, 5xx, a broken connection, a short body | missed; what arrived stays |
//! | 200 for a range, another range, another `ETag` | begun anew |
//! | HTML, JSON, XML, plain text with 200; nothing known; compressed; over 2 GiB | impossible |
//! | no `https`, a private address, a sixth redirect | impossible |
//! | a full disk | impossible until there is room; what arrived stays |
//!
//! Where a proxy is set, the proxy looks names up: then only the URL itself is checked, that is
//! addresses and names of private networks in it.

mod magic;
mod name;
mod part;
mod private;
mod sidecar;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kling_lint::printable::{escape, quoted};
use tempfile::TempPath;

use self::magic::NoAsset;
use self::part::{Part, Whole};
use self::sidecar::Saved;
use self::source::{Answer, Source};
use crate::clock::Clock;
use crate::entry::{Asset, Intent, Stored};
use crate::failpoint::failpoint;
use crate::machine::Fetched;
use kling_lint::printable::words;

/// Bytes of an asset; more is no asset.
const LARGEST: u64 = 2 << 30;
/// Bytes read at once.
const BLOCK: usize = 64 << 10;
/// So many bytes are at most fetched again after a power cut.
const SYNC: u64 = 8 << 20;
/// Between two calls of [`Progress`].
const TELL: Duration = Duration::from_millis(100);

/// Where assets go, and from where they may come.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// The folder.
    pub out: PathBuf,
    /// Whether `http` and loopback are allowed: only when the server itself is on loopback.
    pub loopback: bool,
}

/// Bytes that arrived, of how many.
pub type Progress<'p> = &'p mut (dyn FnMut(u64, Option<u64>) + Send);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    connect: Duration,
    stall: Duration,
    whole: Duration,
}

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(15),
    stall: Duration::from_secs(30),
    whole: Duration::from_secs(3600),
};

impl Fetcher {
    /// Whether what was stored is still in the folder.
    #[cfg(feature = "ledger")]
    pub(crate) fn has(&self, stored: &Stored) -> bool {
        let path = Path::new(&stored.path);
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        let same = folder.is_ok_and(|it| self.out.canonicalize().is_ok_and(|out| out == it));
        same && path.symlink_metadata().is_ok_and(|it| it.is_file() && it.len() == stored.bytes)
    }

    /// Fetches an asset into `{task id}[-{number}].{suffix}`, by way of a `.part` that a later call goes
    /// on with. `alone`: whether it is the task's only asset. The task's lock must be held.
    pub fn fetch(
        &self,
        intent: &Intent,
        task_id: &str,
        asset: &Asset,
        alone: bool,
        clock: &dyn Clock,
        progress: Progress<'_>,
    ) -> Fetched {
        let job = Job { fetcher: self, intent, task_id, asset, alone, clock, limits: LIMITS };
        job.run(progress).map_or_else(|other| other, Fetched::Stored)
    }
}

/// One asset to fetch.
struct Job<'j> {
    fetcher: &'j Fetcher,
    intent: &'j Intent,
    task_id: &'j str,
    asset: &'j Asset,
    alone: bool,
    clock: &'j dyn Clock,
    limits: Limits,
}

impl Job<'_> {
    fn run(&self, progress: Progress<'_>) -> Result<Stored, Fetched> {
        let folder = &*self.fetcher.out;
        std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let stem = name::stem(self.task_id, (!self.alone).then_some(self.asset.number));
        if let Some(stored) = self.already(&stem) {
            return Ok(stored);
        }
        let mut part = Part::open(folder, &stem)
            .map_err(|error| unwritable(&folder.join(format!("{stem}.part")), &error))?;
        let whole = match part.info.whole.take() {
            // It was whole before; only its name or its sidecar was still to come.
            Some(whole) if part.holds(&whole) || self.named(&stem, &whole).is_some() => whole,
            _ => self.download(&mut part, progress)?,
        };
        failpoint("before-rename");
        let path = self.place(&stem, &part, &whole)?;
        failpoint("after-rename");
        part::sync_folder(folder).map_err(|error| unwritable(folder, &error))?;
        self.note(&path, &whole).map_err(|error| Fetched::Impossible {
            why: format!(
                "it is on disk as {}, but the JSON beside it cannot be written: {}",
                shown(&path),
                reason(&error)
            ),
        })?;
        part.discard();
        Ok(self.stored(&path, whole))
    }

    /// What an earlier call stored, by the sidecar, if it is still so.
    fn already(&self, stem: &str) -> Option<Stored> {
        let folder = &*self.fetcher.out;
        let sidecar = sidecar::read(folder, &name::stem(self.task_id, None), self.intent)?;
        let saved = sidecar.assets.into_iter().find(|it| it.number == self.asset.number)?;
        let whole = Whole { sha256: saved.sha256, bytes: saved.bytes, suffix: String::new() };
        // A file of another name was put there by somebody else.
        let path = folder.join(&saved.file);
        let ours = saved.file.starts_with(stem) && !saved.file.contains(['/', '\\']);
        (ours && is(&path, &whole)).then(|| self.stored(&path, whole))
    }

    /// Fetches it, and checks it.
    fn download(&self, part: &mut Part, progress: Progress<'_>) -> Result<Whole, Fetched> {
        let broken = |part: &Part, error: io::Error| unwritable(part.path(), &error);
        Source::scope(self.fetcher.loopback, self.limits, self.clock, |source| {
            let answer = source.ask(&self.asset.url, part.rest())?;
            let Some(answer) = self.begin(source, part, answer)? else {
                // The server says that there is nothing behind what is here.
                return self.check(part, true);
            };
            let proven = answer.total.is_some();
            let done = self.pour(part, answer, progress);
            if let Err(Ended::Missed(_)) = &done {
                // Kept for the next call; should that fail, there is less to go on with.
                let _ = part.sync();
            }
            match done {
                Ok(()) => self.check(part, proven),
                Err(Ended::Missed(why)) => {
                    Err(Fetched::Missed { why: source.words(why), retry_after: None })
                }
                Err(Ended::Disk(error)) => Err(broken(part, error)),
                Err(Ended::Impossible(why)) => {
                    part.discard();
                    Err(impossible(why))
                }
            }
        })
    }

    /// Makes the part fit the answer: appended to, or begun anew. `None`: there is no more to come.
    fn begin(
        &self,
        source: &Source<'_>,
        part: &mut Part,
        mut answer: Answer,
    ) -> Result<Option<Answer>, Fetched> {
        if answer.status == 206 || answer.status == 416 {
            let length = part.length();
            if answer.status == 206 && answer.goes_on(part.rest(), part.info.total) {
                answer.total = answer.total.or(part.info.total);
                return Ok(Some(answer));
            }
            if answer.status == 416 && length > 0 && answer.total == Some(length) {
                return Ok(None);
            }
            // Another asset, or another range: all of it, once.
            answer = source.ask(&self.asset.url, None)?;
            if answer.status != 200 {
                let why = format!("the server answers {} to a plain request", answer.status);
                return Err(Fetched::Missed { why, retry_after: None });
            }
        }
        let begun = part.begin(answer.validator.take(), answer.total);
        begun.map_err(|error| unwritable(part.path(), &error))?;
        Ok(Some(answer))
    }

    /// Lets the bytes flow to disk.
    fn pour(
        &self,
        part: &mut Part,
        mut answer: Answer,
        progress: Progress<'_>,
    ) -> Result<(), Ended> {
        let too_large = || Ended::Impossible("it is larger than 2 GiB".to_owned());
        if answer.total.is_some_and(|it| it > LARGEST) {
            return Err(too_large());
        }
        let mut body = answer.body.as_reader();
        let mut block = vec![0; BLOCK];
        let mut told = Instant::now();
        let mut synced = part.length();
        progress(part.length(), answer.total);
        loop {
            // The first block whole, to see what it is; then as it comes.
            let want = if part.length() == 0 { BLOCK } else { 1 };
            let (read, end) = fill(&mut body, &mut block, want);
            if part.length() == 0 {
                let ended = matches!(end, End::Whole);
                recognise(&block[..read], ended || read >= magic::HEAD)?;
            }
            if part.length() + read as u64 > LARGEST {
                return Err(too_large());
            }
            part.push(&block[..read]).map_err(Ended::Disk)?;
            if synced == 0 || part.length() - synced >= SYNC {
                part.sync().map_err(Ended::Disk)?;
                synced = part.length();
            }
            failpoint("mid-fetch");
            let going_on = matches!(end, End::NotYet);
            if !going_on || told.elapsed() >= TELL {
                told = Instant::now();
                progress(part.length(), answer.total);
            }
            match end {
                End::NotYet => {}
                End::Broken(error) => return Err(Ended::Missed(Some(error))),
                // `ureq` has seen to Content-Length; a range says how long the whole is.
                End::Whole if answer.total.is_some_and(|it| it != part.length()) => {
                    return Err(Ended::Missed(None));
                }
                End::Whole => return Ok(()),
            }
        }
    }

    /// Judges what arrived.
    fn check(&self, part: &mut Part, proven: bool) -> Result<Whole, Fetched> {
        let length = part.length();
        let file = part.file().ok_or_else(|| impossible("there is no part".to_owned()))?;
        let judged = judge(file, length, proven);
        match judged {
            Err(error) => Err(unwritable(part.path(), &error)),
            Ok(Err(Ended::Impossible(why))) => {
                part.discard();
                Err(impossible(why))
            }
            Ok(Err(_)) => {
                part.discard();
                let why = "what arrived is cut short".to_owned();
                Err(Fetched::Missed { why, retry_after: None })
            }
            Ok(Ok(kind)) => {
                let whole = part.complete(kind.suffix());
                whole.map_err(|error| unwritable(part.path(), &error))
            }
        }
    }

    /// Gives the part its own name: the first that is free, or that holds the same bytes already.
    fn place(&self, stem: &str, part: &Part, whole: &Whole) -> Result<PathBuf, Fetched> {
        if !part.holds(whole)
            && let Some(path) = self.named(stem, whole)
        {
            return Ok(path);
        }
        for path in self.names(stem, whole) {
            let temporary = match TempPath::try_from_path(part.path()) {
                Ok(it) => it,
                Err(error) => return Err(unwritable(part.path(), &error)),
            };
            let Err(failure) = temporary.persist_noclobber(&path) else { return Ok(path) };
            // Kept: a temporary file is removed when it is let go.
            let _ = failure.path.keep();
            if failure.error.kind() != io::ErrorKind::AlreadyExists {
                return Err(unwritable(&path, &failure.error));
            }
            if is(&path, whole) {
                return Ok(path);
            }
        }
        Err(impossible(format!("{NAMES} names are taken by other files")))
    }

    /// Where the asset already is under a name of its own.
    fn named(&self, stem: &str, whole: &Whole) -> Option<PathBuf> {
        self.names(stem, whole)
            .take_while(|path| path.symlink_metadata().is_ok())
            .find(|path| is(path, whole))
    }

    fn names(&self, stem: &str, whole: &Whole) -> impl Iterator<Item = PathBuf> {
        let (folder, suffix) = (self.fetcher.out.clone(), whole.suffix.clone());
        let stem = stem.to_owned();
        (1..=NAMES).map(move |number| match number {
            1 => folder.join(format!("{stem}.{suffix}")),
            _ => folder.join(format!("{stem}-{number}.{suffix}")),
        })
    }

    /// Writes the sidecar.
    fn note(&self, path: &Path, whole: &Whole) -> io::Result<()> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hash = whole.sha256.clone();
        let saved = Saved::new(self.asset, file, whole.bytes, hash, self.clock.now());
        let folder = &*self.fetcher.out;
        let stem = name::stem(self.task_id, None);
        sidecar::add(folder, &stem, self.intent, self.task_id, saved)?;
        part::sync_folder(folder)
    }

    fn stored(&self, path: &Path, whole: Whole) -> Stored {
        Stored {
            number: self.asset.number,
            path: path.to_string_lossy().into_owned(),
            bytes: whole.bytes,
            sha256: whole.sha256,
        }
    }
}

/// Names that are tried for one asset.
const NAMES: u32 = 100;

/// Why the bytes stopped.
enum Ended {
    /// By the network; without an error, they ended too early.
    Missed(Option<io::Error>),
    /// By the disk.
    Disk(io::Error),
    /// It is no asset.
    Impossible(String),
}

/// Whether there is more to read.
enum End {
    NotYet,
    Whole,
    Broken(io::Error),
}

/// Reads at least so many bytes, unless there is no more, or it fails.
fn fill(source: &mut impl Read, block: &mut [u8], want: usize) -> (usize, End) {
    let mut read = 0;
    while read < want {
        match source.read(&mut block[read..]) {
            Ok(0) => return (read, End::Whole),
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (read, End::Broken(error)),
        }
    }
    (read, End::NotYet)
}

/// Whether the first bytes are an asset's. `enough`: no more of them would say more.
fn recognise(head: &[u8], enough: bool) -> Result<Option<magic::Kind>, Ended> {
    let head = &head[..head.len().min(magic::HEAD)];
    match magic::kind(head) {
        Ok(kind) => Ok(Some(kind)),
        _ if !enough => Ok(None),
        Err(NoAsset::Empty) => Err(Ended::Missed(None)),
        Err(NoAsset::Text(kind)) => {
            Err(Ended::Impossible(format!("the server sent {kind}, not a video or an image")))
        }
        Err(NoAsset::Unknown) => Err(Ended::Impossible(
            "the server sent something that is no video and no image".to_owned(),
        )),
    }
}

fn judge(
    file: &mut std::fs::File,
    length: u64,
    proven: bool,
) -> io::Result<Result<magic::Kind, Ended>> {
    let mut head = [0; magic::HEAD];
    io::Seek::rewind(file)?;
    let (read, end) = fill(file, &mut head, magic::HEAD);
    if let End::Broken(error) = end {
        return Err(error);
    }
    let kind = match recognise(&head[..read], true) {
        Ok(Some(kind)) => kind,
        Ok(None) => return Ok(Err(Ended::Missed(None))),
        Err(ended) => return Ok(Err(ended)),
    };
    let missing = magic::missing(kind, file, length, proven)?;
    Ok(if missing.is_some() { Err(Ended::Missed(None)) } else { Ok(kind) })
}

/// Whether the file is this asset.
fn is(path: &Path, whole: &Whole) -> bool {
    path.symlink_metadata().is_ok_and(|it| it.is_file() && it.len() == whole.bytes)
        && part::hash_of(path).is_ok_and(|(hash, _)| hash == whole.sha256)
}

fn impossible(why: String) -> Fetched {
    Fetched::Impossible { why }
}

fn unwritable(path: &Path, error: &io::Error) -> Fetched {
    impossible(format!("cannot write {}: {}", shown(path), reason(error)))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("there is no room on the disk; what arrived is kept ({})", error.kind())
        }
        _ => escape(&words(error)),
    }
}

fn shown(path: &Path) -> String {
    quoted(&path.display().to_string())
}
