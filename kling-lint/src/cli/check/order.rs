//! What needs the order of the inputs: which was met before, which ids are taken, what the baseline
//! has, what all came to.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kling_schema::Severity;

use super::inputs::Lines;
use super::judge::Judged;
use super::lines::Tally;
use super::listing::Listing;
use super::seen::{Outcome, Seen};
use crate::cli::apart::Requests;
use crate::cli::args::Check;
use crate::cli::settings::Settings;
use crate::cli::{blamed, reason};
use crate::error::LintError;
use crate::fs::open::FileId;
use crate::lines::Chunk;
use crate::report::{Checked, Lists, Media, Totals, shown};
use crate::unlisted::Unlisted;
use crate::{Detected, MediaReport, OpenFile, Report, Session};

/// What is known after the inputs so far.
pub(super) struct Order {
    /// What was done and why is told: where, if at all.
    explains: Option<fn(String) -> Part<Requests>>,
    pub(super) settings: Settings,
    pub(super) session: Session,
    pub(super) totals: Totals,
    pub(super) worst: Option<Severity>,
    /// Files that the config passes over.
    pub(super) excluded: usize,
    /// What was reached, when more than one path was given, and whether it was passed over: a request
    /// must not meet itself in the rules across requests.
    seen: Seen,
    /// The file of lines that is being told.
    pub(super) tally: Tally,
    /// Room for the reports on some lines, to be used again.
    pub(super) reports: Vec<(u64, Report)>,
    listing: Listing,
}

/// What is to be told of a unit.
pub(super) struct Settled<R> {
    pub(super) parts: Vec<Part<R>>,
    pub(super) then: Then,
}

/// Something that is told. Requests are told apart.
pub(super) enum Part<R> {
    Requests(R),
    Media {
        path: PathBuf,
        report: MediaReport,
    },
    Unreadable {
        path: PathBuf,
        reason: String,
    },
    /// A request to be repaired: a file, or this text.
    Faulty {
        path: PathBuf,
        id: Option<FileId>,
        skips: bool,
        text: Option<OpenFile>,
    },
    /// A file of lines, which are not repaired.
    NotRepaired(PathBuf),
    /// A line for standard error.
    Say(String),
    /// A line for standard output.
    List(String),
}

/// What is done afterwards.
pub(super) enum Then {
    GoOn,
    /// One more file was told.
    File,
    /// So many lines of a file were told, and these last.
    Lines {
        lines: Arc<Lines>,
        told: u64,
        chunk: Chunk,
    },
    /// What follows of the file is not read.
    GiveUp,
}

impl<R> Settled<R> {
    /// The same, with requests as something else.
    pub(super) fn map<S>(self, mut map: impl FnMut(R) -> S) -> Settled<S> {
        let part = |part| match part {
            Part::Requests(requests) => Part::Requests(map(requests)),
            Part::Media { path, report } => Part::Media { path, report },
            Part::Unreadable { path, reason } => Part::Unreadable { path, reason },
            Part::Faulty { path, id, skips, text } => Part::Faulty { path, id, skips, text },
            Part::NotRepaired(path) => Part::NotRepaired(path),
            Part::Say(text) => Part::Say(text),
            Part::List(text) => Part::List(text),
        };
        Settled { parts: self.parts.into_iter().map(part).collect(), then: self.then }
    }
}

/// What is to be told, in the making.
pub(super) type Parts = Vec<Part<Requests>>;

impl Order {
    pub(super) fn new(options: &Check, settings: Settings, session: Session, lists: Lists) -> Self {
        let explains: Option<fn(String) -> Part<Requests>> =
            match (options.show_files, options.verbose) {
                (true, _) => Some(Part::List),
                (false, true) => Some(Part::Say),
                (false, false) => None,
            };
        Order {
            explains,
            listing: Listing::new(lists, settings.policy.drops()),
            settings,
            session,
            totals: Totals::default(),
            worst: None,
            excluded: 0,
            seen: Seen::default(),
            tally: Tally::default(),
            reports: Vec::new(),
        }
    }

    /// What need not be put into words any more, because it is not listed.
    pub(super) fn unlisted(&self) -> &Unlisted {
        self.listing.unlisted()
    }

    /// Settles what was judged. Units come in their order.
    pub(super) fn settle(&mut self, judged: Judged) -> Settled<Requests> {
        self.session.leave_out(self.listing.unlisted());
        let mut parts = Vec::new();
        let mut then = Then::File;
        match judged {
            Judged::Request { path, id, skips, linted } => {
                if self.is_told(&path, id.as_ref(), skips, &mut parts) {
                    let report = linted
                        .map(|(loaded, linted)| self.session.settle(&loaded, linted, Some(&path)));
                    self.report(&path, id, skips, report, &mut parts);
                }
            }
            Judged::Faulty { path, id, skips, text } => {
                if self.is_told(&path, id.as_ref(), skips, &mut parts) {
                    parts.push(Part::Faulty { path, id, skips, text });
                }
            }
            Judged::Media { path, id, skips, reason, report } => {
                if self.is_told(&path, id.as_ref(), skips, &mut parts) {
                    self.remember(&path, id, Outcome::Told);
                    self.media(path, &reason, report, &mut parts);
                }
            }
            Judged::Begin { lines, id, repairs } => {
                self.begin(&lines, id, repairs, &mut parts);
                then = Then::GoOn;
            }
            Judged::Chunk(lines, chunk) => then = self.chunk(&lines, chunk, &mut parts),
            Judged::End(lines) => self.end(&lines, &mut parts),
            Judged::Unreadable { path, error } => {
                self.unreadable(&path, &error, &mut parts);
                then = Then::GoOn;
            }
        }
        Settled { parts, then }
    }

    /// Whether this file was not told before, and the config does not pass it over.
    pub(super) fn is_told(
        &mut self,
        path: &Path,
        id: Option<&FileId>,
        skips: bool,
        parts: &mut Parts,
    ) -> bool {
        match id.and_then(|id| self.seen.get(path, id)) {
            Some(Outcome::Told) => return false,
            Some(Outcome::PassedOver) if skips => return false,
            // A folder passed over what is named now.
            Some(Outcome::PassedOver) => self.totals.skipped -= 1,
            None => {}
        }
        let reason = if skips { self.settings.excluded(path) } else { None };
        if let Some(reason) = &reason {
            self.explain(path, reason, parts);
            self.excluded += 1;
        }
        reason.is_none()
    }

    pub(super) fn remember(&mut self, path: &Path, id: Option<FileId>, outcome: Outcome) {
        if let Some(id) = id {
            self.seen.insert(path, id, outcome);
        }
    }

    /// A request was checked, or could not be read.
    pub(super) fn report(
        &mut self,
        path: &Path,
        id: Option<FileId>,
        skips: bool,
        report: Result<Report, LintError>,
        parts: &mut Parts,
    ) {
        let outcome = match report {
            Ok(report) if skips && is_foreign(&report) => {
                self.totals.skipped += 1;
                self.explain(path, "no Kling request, passed over", parts);
                Outcome::PassedOver
            }
            Ok(report) => {
                self.request(path, None, report, parts);
                Outcome::Told
            }
            Err(error) => {
                self.unreadable(path, &error, parts);
                Outcome::Told
            }
        };
        self.remember(path, id, outcome);
    }

    /// What was found is told: in a file, or in one line of it.
    pub(super) fn request(
        &mut self,
        path: &Path,
        line: Option<u64>,
        mut report: Report,
        parts: &mut Parts,
    ) {
        if self.explains.is_some() {
            let how = match report.endpoint() {
                Some(Detected { name, reason }) if !report.is_list() => {
                    format!("checked as {name}, because {reason}")
                }
                Some(Detected { name, .. }) => {
                    format!("checked as a list of requests, all for {name}")
                }
                None if report.is_list() => {
                    "checked as a list of requests for several endpoints".into()
                }
                None => "checked, though nothing tells its endpoint".into(),
            };
            let place = Checked { line, ..Checked::new(path, &report) }.place();
            self.explain_at(&place, &how, parts);
        }
        self.totals.applied += self.settings.policy.apply(path, &mut report);
        self.totals.add(&Checked { line, ..Checked::new(path, &report) });
        self.worst = self.worst.max(report.worst());
        self.listing.thin(&mut report, &mut self.totals.unlisted);
        if self.listing.passes_over(&report) {
            return;
        }
        match parts.last_mut() {
            Some(Part::Requests(requests)) => requests.reports.push((line, report)),
            _ => {
                let reports = vec![(line, report)];
                parts.push(Part::Requests(Requests { path: path.to_path_buf(), reports }));
            }
        }
    }

    fn media(
        &mut self,
        path: PathBuf,
        reason: &str,
        report: Result<MediaReport, LintError>,
        parts: &mut Parts,
    ) {
        let mut report = match report {
            Ok(report) => report,
            Err(error) => return self.unreadable(&path, &error, parts),
        };
        self.settings.policy.apply_to_media(&mut report);
        self.explain(&path, &format!("judged as a media file, because {reason}"), parts);
        self.totals.add_media(&Media { path: &path, report: &report });
        self.worst = self.worst.max(report.worst());
        parts.push(Part::Media { path, report });
    }

    fn unreadable(&mut self, asked: &Path, error: &LintError, parts: &mut Parts) {
        let (path, reason) = (blamed(error, asked), reason(error));
        parts.push(Part::Say(format!("{}: {reason}", shown(path))));
        self.totals.unreadable += 1;
        parts.push(Part::Unreadable { path: path.to_path_buf(), reason });
    }

    /// What was done and why, for those who ask.
    pub(super) fn explain(&self, path: &Path, text: &str, parts: &mut Parts) {
        if self.explains.is_some() {
            self.explain_at(&shown(path), text, parts);
        }
    }

    fn explain_at(&self, place: &str, text: &str, parts: &mut Parts) {
        parts.extend(self.explains.map(|part| part(format!("{place}: {text}"))));
    }
}

/// Whether it is no Kling request, as far as can be told. Broken JSON is told only of files that show
/// by their name or keys whose request they are.
pub(super) fn is_foreign(report: &Report) -> bool {
    report.is_unknown_request() || report.endpoint().is_none() && !report.is_list()
}
