//! A request packed for the wire: its own text, with the local files it names inlined as Base64.
//!
//! | file | what it holds |
//! |---|---|
//! | [`handle`] | the files, kept open between the two |
//! | [`plan`] | what becomes of each part of the text |
//! | [`own`] | what decides price and time, and the user's own id |
//! | [`reader`] | the body as it streams |
//! | [`refused`] | why there is none |
//!
//! Nothing of any size is held in memory, and nothing is sent that was not judged: any change
//! between the check and the last byte ends the stream with an error, before the bracket that makes
//! the body whole.

mod handle;
mod own;
mod plan;
mod reader;
mod refused;

use std::io::{self, ErrorKind};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use foldhash::quality::RandomState;
use kling_schema::{Severity, endpoints};

use crate::check::MOST_NAMED;
use crate::files::{OpenFile, Refusal};
use crate::linter::Linter;
use crate::media::{Content, HeaderProbe, SMALLEST_FILE};
use crate::read;
use crate::reading::{Print, Reading};
use crate::verdict::{LocalFile, Report};
use handle::{Handle, Keeper, Shared};
use own::OwnId;
use plan::{By, Piece, Step};

pub use reader::ParcelReader;
pub use refused::{Obstacle, PackError, Refused, Why};

/// A request that was checked, and the body to send for it.
///
/// The body is the request byte for byte, but for two things: a string that names a local file
/// becomes the file's Base64, and a member for the editor (`$schema`) is left out with its comma. An
/// id for the task can be put in with [`Parcel::set_own_id`].
///
/// ```
/// use std::io::{Cursor, Read as _};
/// use kling_lint::{Linter, MemoryFiles, OpenFile, Parcel, Severity};
///
/// let request = br#"{ "prompt": "The cat blinks.", "image_list": [] }"#;
/// let linter = Linter::builder().endpoint("omni-video").files(MemoryFiles::new()).build()?;
/// let request = OpenFile::new(Cursor::new(request))?;
/// let mut parcel = Parcel::prepare(&linter, request, None, Severity::Error)?;
///
/// let mut body = String::new();
/// parcel.reader()?.read_to_string(&mut body)?;
/// assert_eq!(body.len() as u64, parcel.content_length());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Parcel {
    request: OpenFile,
    print: Print,
    keys: RandomState,
    steps: Vec<Step>,
    files: Vec<Inlined>,
    left_out: Vec<&'static str>,
    settings: Vec<(&'static str, String)>,
    own_id: OwnId,
    put_in: Option<PutIn>,
    report: Report,
    content_length: u64,
}

/// An id that was put in.
#[derive(Debug)]
struct PutIn {
    id: String,
    /// What stands in the body for it.
    text: String,
    inserted: Inserted,
}

/// What an id that was put in changed in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Inserted {
    /// The bytes of the body that it put in.
    pub range: Range<u64>,
    /// What they took the place of: nothing, or a value that is as good as none.
    pub instead_of: &'static str,
}

/// A file that takes the place of its name.
#[derive(Debug)]
struct Inlined {
    /// As the request names it.
    path: String,
    handle: Shared,
    len: u64,
}

impl Parcel {
    /// Checks a request and the files it names, which stay open. The name, if any, may tell its
    /// endpoint and where its files are.
    ///
    /// The linter's files must be given (`Linter::builder().files(…)`) if the request names any.
    ///
    /// # Errors
    /// A finding at or above `fail_on`, a file that cannot be inlined, or a request that cannot be read.
    pub fn prepare(
        linter: &Linter,
        mut request: OpenFile,
        name: Option<&Path>,
        fail_on: Severity,
    ) -> Result<Self, PackError> {
        let keys = RandomState::default();
        let mut keeper = None;
        let linter = linter.wrapping_files(|files| {
            keeper.insert(Arc::new(Keeper::new(files, keys.clone()))).clone()
        });

        let mut reading = Reading::new(&mut request, &keys)?;
        let loaded = linter.load(&mut reading)?;
        let (closing, print) = (reading.closing(), reading.print());
        let report = linter.lint_loaded(&loaded, name);

        let mut files = Vec::new();
        let mut obstacles = Vec::new();
        for file in report.files() {
            match inlined(file, keeper.as_deref()) {
                Ok(inlined) => files.push(inlined),
                Err(why) => obstacles.push(Obstacle::new(file, why)),
            }
        }
        // There may be more, of which nobody told.
        if let Some(last) = report.files().get(MOST_NAMED - 1) {
            obstacles.push(Obstacle::new(last, Why::NotRead));
        }
        let fails = report.worst().is_some_and(|worst| worst >= fail_on);
        // Of a request that was not read to its end, or for no known endpoint, nothing was checked.
        let (false, true, Some(endpoint), Some(print)) =
            (fails, obstacles.is_empty(), report.endpoint(), print)
        else {
            return Err(Refused { report, fail_on, obstacles }.into());
        };

        let object = linter.object().or_else(|| endpoints::find(endpoint.name));
        let document = read::read(&loaded, &mut Vec::new());
        let (mut cuts, mut left_out) = Default::default();
        let (mut settings, mut own_id) = Default::default();
        if let (Some(object), Some(document)) = (object, &document) {
            (cuts, left_out) = plan::unsent(document, object);
            settings = own::settings(document.root(), object);
            own_id = own::own_id(document, object);
        }
        let spans = report.files().iter().map(|file| file.span.start..file.span.end);
        let inlines = spans.enumerate().map(|(index, span)| Piece { span, by: By::File(index) });
        let cuts = cuts.into_iter().map(|span| Piece { span, by: By::Nothing });
        let slot = own_id.slot().map(|slot| Piece { span: slot.span.clone(), by: By::Id });
        let steps = plan::steps(inlines.chain(cuts).chain(slot).collect(), closing, print.len);
        let content_length = content_length(&steps, &files)
            .ok_or_else(|| io::Error::from(ErrorKind::FileTooLarge))?;
        Ok(Parcel {
            request,
            print,
            keys,
            steps,
            files,
            left_out,
            settings,
            own_id,
            put_in: None,
            report,
            content_length,
        })
    }

    /// What the linter says of the request: nothing that refuses it.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The same, for a caller who places it in a larger file ([`Report::shift`]).
    pub fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    /// How many bytes the body has, exactly.
    pub fn content_length(&self) -> u64 {
        self.content_length
    }

    /// Keys for the editor that were left out.
    pub fn left_out(&self) -> &[&'static str] {
        &self.left_out
    }

    /// What decides price and time (model, mode, duration, …): keys and JSON texts, in the order of
    /// the table.
    pub fn settings(&self) -> &[(&'static str, String)] {
        &self.settings
    }

    /// The user's own id of the task, unescaped: the request's, or the one that was put in. An empty
    /// one is none; of a key that is written twice the last one counts. Of an id longer than 64 KiB
    /// it is the beginning. Not safe to print.
    pub fn own_id(&self) -> Option<&str> {
        match (&self.put_in, &self.own_id) {
            (Some(put_in), _) => Some(&put_in.id),
            (None, OwnId::Given(id)) => Some(id),
            (None, OwnId::Free(_) | OwnId::Impossible) => None,
        }
    }

    /// Puts an id into the body of a request that has none: as the first member, or in the place of
    /// the `""` or `null` that stands for none. The last id that was put in stays. Says whether the
    /// body now has this id.
    pub fn set_own_id(&mut self, id: &str) -> bool {
        let Some(slot) = self.own_id.slot() else { return self.own_id() == Some(id) };
        let text = slot.filled(id);
        let before = self.steps.iter().take_while(|step| !matches!(step, Step::Id(_)));
        let start = before.map(|step| len(step, &self.files).unwrap_or(0)).sum();
        let end = start + text.len() as u64;
        let old = match &self.put_in {
            Some(put_in) => put_in.text.len() as u64,
            None => slot.span.end - slot.span.start,
        };
        let others = self.content_length.saturating_sub(old);
        self.content_length = others.saturating_add(text.len() as u64);
        let inserted = Inserted { range: start..end, instead_of: slot.instead_of };
        self.put_in = Some(PutIn { id: id.to_owned(), text, inserted });
        true
    }

    /// What the id that was put in changed: without it, the body is the same for the same request.
    pub fn inserted(&self) -> Option<&Inserted> {
        self.put_in.as_ref().map(|put_in| &put_in.inserted)
    }

    /// The body from its first byte. Asked for again, it begins again.
    ///
    /// # Errors
    /// The request's own.
    pub fn reader(&mut self) -> io::Result<ParcelReader<'_>> {
        let reading = Reading::new(&mut self.request, &self.keys)?;
        let id = self.put_in.as_ref().map(|put_in| put_in.text.as_str());
        Ok(ParcelReader::new(reading, self.print, &self.steps, &self.files, id))
    }
}

/// The open file, or why it cannot take the place of its name.
fn inlined(file: &LocalFile, keeper: Option<&Keeper>) -> Result<Inlined, Why> {
    if !file.inline {
        return Err(Why::NoBase64);
    }
    let opened = keeper.and_then(|keeper| keeper.opened(&file.path)).ok_or(Why::NotRead)?;
    let shared = opened.map_err(Why::Refused)?;
    let mut handle = shared.lock();
    if let Some(reason) = handle.failure() {
        return Err(Why::Refused(Refusal::unreadable(reason)));
    }
    if handle.has_changed() {
        return Err(Why::Changed);
    }
    let len = handle.len();
    if len < SMALLEST_FILE && !is_media(&mut handle) {
        return Err(if len == 0 { Why::Empty } else { Why::TooSmall });
    }
    drop(handle);
    Ok(Inlined { path: file.path.clone(), handle: shared, len })
}

/// Whether a few bytes are recognised. If they are not, their Base64 is taken for a mere word.
fn is_media(handle: &mut Handle) -> bool {
    let mut bytes = [0; SMALLEST_FILE as usize];
    let mut probe = HeaderProbe::new();
    if let Ok(filled) = handle.fill(0, &mut bytes) {
        probe.push(&bytes[..filled]);
    }
    probe.finish().content != Content::Unknown
}

fn content_length(steps: &[Step], files: &[Inlined]) -> Option<u64> {
    steps.iter().try_fold(0_u64, |sum, step| sum.checked_add(len(step, files)?))
}

/// How many bytes of the body a step makes, as long as no id is put in.
fn len(step: &Step, files: &[Inlined]) -> Option<u64> {
    let quoted = |len: u64| len.div_ceil(3).checked_mul(4)?.checked_add(2);
    match *step {
        Step::Copy(len) | Step::Close(len) | Step::Id(len) => Some(len),
        Step::Skip(_) => Some(0),
        Step::Inline(index) => files.get(index).map_or(Some(0), |file| quoted(file.len)),
    }
}

#[cfg(test)]
mod tests;
