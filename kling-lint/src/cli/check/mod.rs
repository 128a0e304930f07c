//! `kling-lint [check] PATH…`
//!
//! What is read ([`inputs`]) is judged on several threads ([`mod@judge`]) and told in order (here, and in
//! [`lines`]).

mod inputs;
mod judge;
mod lines;
mod seen;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal as _, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;

use kling_schema::Severity;

use crate::cli::args::Check;
use crate::cli::fix::{Repair, Tools};
use crate::cli::jobs::{self, Line};
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::reports::{self, Reports};
use crate::cli::settings::Settings;
use crate::cli::{Status, because, blamed, reason, say, show};
use crate::config;
use crate::error::LintError;
use crate::fs::open::FileId;
use crate::report::{Checked, Media, Silent, Totals, count, shown};
use crate::session::REMEMBERED;
use crate::{Detected, Linter, MediaReport, OpenFile, Report, Session};
use inputs::{Inputs, Unit};
use judge::{Judged, judge};
use lines::Tally;
use seen::Seen;

/// Asks for standard input.
pub(super) const STDIN: &str = "-";
/// What standard input is called, unless it is given a name.
pub(super) const STDIN_NAME: &str = "<stdin>";
/// The width of a report that no terminal shows.
pub(super) const WIDTH: usize = 100;

/// Checks the requests.
pub(crate) fn run(
    options: &Check,
    stdin: &mut dyn Read,
    out: &mut Output<impl Write>,
    err: &mut dyn Write,
) -> io::Result<Status> {
    let settings = match Settings::of(options) {
        Ok(settings) => settings,
        Err(refusals) => return Ok(refuse(&refusals, err)),
    };
    if options.show_config {
        return match reports::told(options) {
            Ok(told) => {
                let told = show::config(&settings, &told);
                out.write_all(told.as_bytes()).map(|()| Status::Clean)
            }
            Err(refusal) => Ok(refuse(&[refusal], err)),
        };
    }
    // A diff is the report, and so is a list of files.
    let reports = if options.show_files || options.fixes.diff {
        Ok(Reports::one(Box::new(Silent)))
    } else {
        Reports::open(options, settings.fail_on.value, out.is_plain())
    };
    let reports = match reports {
        Ok(reports) => reports,
        Err(refusal) => return Ok(refuse(&[refusal], err)),
    };
    if !options.fixes.filters() || options.paths.iter().all(|path| path.as_os_str() != STDIN) {
        return check(options, settings, reports, (stdin, None), out, err);
    }
    // The repaired text is the result; what is said of it is talk.
    let mut told = Output::new(Vec::new());
    let mut text = out.verbatim();
    let status = check(options, settings, reports, (stdin, Some(&mut text)), &mut told, err);
    let _ = err.write_all(told.inner());
    status
}

/// Says why there is no run.
pub(super) fn refuse(refusals: &[String], err: &mut dyn Write) -> Status {
    for refusal in refusals {
        say(err, refusal);
    }
    Status::Failed
}

/// Checks the requests by these settings, and reports on them. The repaired text of standard input
/// goes to the stream beside it.
pub(super) fn check<'r>(
    options: &'r Check,
    settings: Settings,
    reports: Reports,
    (stdin, text): (&'r mut dyn Read, Option<&'r mut dyn Write>),
    out: &'r mut Output<impl Write>,
    err: &'r mut dyn Write,
) -> io::Result<Status> {
    let linter = match settings.linter(options) {
        Ok(linter) => linter,
        Err(error) => {
            say(err, &format!("{error}{}", because(&error)));
            return Ok(Status::Failed);
        }
    };
    let mut run = Run {
        options,
        inputs: Inputs::new(options, linter.clone(), stdin),
        settings,
        session: linter.session(),
        linter: linter.clone(),
        reports,
        repair: Repair::new(&options.fixes, options.quiet),
        text,
        totals: Totals::default(),
        worst: None,
        excluded: 0,
        seen: Seen::default(),
        tally: Tally::default(),
        progress: Progress::new(options.watched && !options.quiet, io::stdout().is_terminal()),
        out,
        err,
    };
    let may_repeat = options.paths.len() > 1;
    jobs::run(options.jobs, &mut run, &|unit| {
        judge(&linter, unit, may_repeat, options.fixes.repairs())
    })?;
    run.finish()
}

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Told,
    PassedOver,
}

/// Whether it is no Kling request, as far as can be told. Broken JSON is told only of files that show
/// by their name or keys whose request they are.
fn is_foreign(report: &Report) -> bool {
    report.is_unknown_request() || report.endpoint().is_none() && !report.is_list()
}

/// A run under way.
struct Run<'r, W: Write> {
    options: &'r Check,
    inputs: Inputs<'r>,
    settings: Settings,
    session: Session,
    linter: Linter,
    reports: Reports,
    repair: Option<Repair<'r>>,
    /// Where the repaired text of standard input goes, if that is asked for.
    text: Option<&'r mut dyn Write>,
    totals: Totals,
    worst: Option<Severity>,
    /// Files that the config passes over.
    excluded: usize,
    /// What was reached, when more than one path was given, and whether it was passed over: a request
    /// must not meet itself in the rules across requests.
    seen: Seen,
    /// The file of lines that is being told.
    tally: Tally,
    progress: Progress,
    out: &'r mut Output<W>,
    err: &'r mut dyn Write,
}

impl<W: Write> Line for Run<'_, W> {
    type Task = Unit;
    type Done = Judged;

    fn next(&mut self) -> Option<Unit> {
        self.inputs.next()
    }

    fn is_urgent(&self, unit: &Unit) -> bool {
        self.inputs.is_urgent(unit)
    }

    fn small(&self, unit: &Unit) -> Option<u64> {
        self.inputs.small(unit)
    }

    fn take(&mut self, judged: Judged) -> io::Result<ControlFlow<()>> {
        match judged {
            Judged::Request { path, id, skips, linted } => {
                if self.is_new(&path, id.as_ref(), skips) && !self.excludes(&path, skips)? {
                    let report = linted
                        .map(|(loaded, linted)| self.session.settle(&loaded, linted, Some(&path)));
                    let outcome = self.report(&path, report, skips)?;
                    self.remember(&path, id, outcome);
                }
                self.progress.file();
            }
            Judged::Faulty { path, id, skips, text } => {
                if self.is_new(&path, id.as_ref(), skips) && !self.excludes(&path, skips)? {
                    self.turn_to_err()?;
                    let report = self.repaired(&path, text);
                    let outcome = self.report(&path, report, skips)?;
                    self.remember(&path, id, outcome);
                }
                self.progress.file();
            }
            Judged::Media { path, id, skips, reason, report } => {
                if self.is_new(&path, id.as_ref(), skips) && !self.excludes(&path, skips)? {
                    self.media(&path, &reason, report)?;
                    self.remember(&path, id, Outcome::Told);
                }
                self.progress.file();
            }
            Judged::Begin { lines, id } => self.begin(&lines, id)?,
            Judged::Chunk(lines, chunk) => self.chunk(&lines, chunk)?,
            Judged::End(lines) => self.end(&lines)?,
            Judged::Unreadable { path, error } => self.unreadable(&path, &error)?,
        }
        // Nobody reads any more.
        let over = self.out.closed() && self.reports.only_stdout();
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl<W: Write> Run<'_, W> {
    /// Whether this file was not told before.
    fn is_new(&mut self, path: &Path, id: Option<&FileId>, skips: bool) -> bool {
        match id.and_then(|id| self.seen.get(path, id)) {
            Some(Outcome::Told) => false,
            Some(Outcome::PassedOver) if skips => false,
            // A folder passed over what is named now.
            Some(Outcome::PassedOver) => {
                self.totals.skipped -= 1;
                true
            }
            None => true,
        }
    }

    /// Whether the config passes over a file that need not be told; says so to those who ask.
    fn excludes(&mut self, path: &Path, skips: bool) -> io::Result<bool> {
        let reason = if skips { self.settings.excluded(path) } else { None };
        if let Some(reason) = &reason {
            self.explain(path, reason)?;
            self.excluded += 1;
        }
        Ok(reason.is_some())
    }

    fn remember(&mut self, path: &Path, id: Option<FileId>, outcome: Outcome) {
        if let Some(id) = id {
            self.seen.insert(path, id, outcome);
        }
    }

    /// What is left to be told of a request once it is repaired.
    fn repaired(&mut self, path: &Path, text: Option<OpenFile>) -> Result<Report, LintError> {
        let Some(repair) = &mut self.repair else { return self.session.lint_path(path) };
        let out: &mut dyn Write = match &mut self.text {
            Some(stream) => stream,
            None => &mut *self.out,
        };
        let (linter, session, policy) = (&self.linter, &mut self.session, &self.settings.policy);
        let mut tools = Tools { linter, session, policy, out, err: &mut *self.err };
        match text {
            Some(text) => repair.stdin(text, path, &mut tools),
            None => repair.file(path, &mut tools),
        }
    }

    fn report(
        &mut self,
        path: &Path,
        report: Result<Report, LintError>,
        skips: bool,
    ) -> io::Result<Outcome> {
        let mut report = match report {
            Ok(report) => report,
            Err(error) => return self.unreadable(path, &error).map(|()| Outcome::Told),
        };
        if skips && is_foreign(&report) {
            self.totals.skipped += 1;
            self.explain(path, "no Kling request, passed over")?;
            return Ok(Outcome::PassedOver);
        }
        self.tell(path, None, &mut report).map(|()| Outcome::Told)
    }

    /// Tells what was found: in a file, or in one line of it.
    fn tell(&mut self, path: &Path, line: Option<u64>, report: &mut Report) -> io::Result<()> {
        if self.options.verbose || self.options.show_files {
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
            let place = Checked { line, ..Checked::new(path, report) }.place();
            self.explain_at(&place, &how)?;
        }
        self.reports.spare(path)?;
        self.totals.applied += self.settings.policy.apply(path, report);
        let input = Checked { line, ..Checked::new(path, report) };
        self.totals.add(&input);
        self.worst = self.worst.max(report.worst());
        if !report.findings().is_empty() {
            self.progress.make_way();
        }
        self.reports.tell(self.out, &mut |reporter, out| reporter.checked(out, &input))
    }

    fn media(
        &mut self,
        path: &Path,
        reason: &str,
        report: Result<MediaReport, LintError>,
    ) -> io::Result<()> {
        let mut report = match report {
            Ok(report) => report,
            Err(error) => return self.unreadable(path, &error),
        };
        self.settings.policy.apply_to_media(&mut report);
        self.explain(path, &format!("judged as a media file, because {reason}"))?;
        self.reports.spare(path)?;
        let input = Media { path, report: &report };
        self.totals.add_media(&input);
        self.worst = self.worst.max(report.worst());
        self.progress.make_way();
        self.reports.tell(self.out, &mut |reporter, out| reporter.media(out, &input))
    }

    fn unreadable(&mut self, asked: &Path, error: &LintError) -> io::Result<()> {
        let (path, reason) = (blamed(error, asked), reason(error));
        self.say(&format!("{}: {reason}", shown(path)))?;
        self.totals.unreadable += 1;
        self.reports.tell(self.out, &mut |reporter, out| reporter.unreadable(out, path, &reason))
    }

    /// What was done and why, for those who ask.
    fn explain(&mut self, path: &Path, text: &str) -> io::Result<()> {
        self.explain_at(&shown(path), text)
    }

    fn explain_at(&mut self, place: &str, text: &str) -> io::Result<()> {
        if self.options.show_files {
            self.progress.hide();
            return writeln!(self.out, "{place}: {text}");
        }
        match self.options.verbose {
            true => self.say(&format!("{place}: {text}")),
            false => Ok(()),
        }
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.turn_to_err()?;
        say(self.err, text);
        Ok(())
    }

    /// Something is to be printed on standard error: what was told before it comes first.
    pub(super) fn turn_to_err(&mut self) -> io::Result<()> {
        self.progress.hide();
        self.out.flush()
    }

    fn finish(mut self) -> io::Result<Status> {
        self.turn_to_err()?;
        let Check { quiet, verbose, show_files, .. } = *self.options;
        if show_files {
            let failed = self.totals.unreadable > 0;
            return Ok(if failed { Status::Failed } else { Status::Clean });
        }
        if let Some(repair) = &self.repair {
            repair.tell(self.err);
        }
        let status = self.status();
        self.totals.exit_status = status as u8;
        let totals = &self.totals;
        self.reports.tell(self.out, &mut |reporter, out| reporter.finish(out, totals))?;
        self.out.flush()?;
        self.reports.save()?;
        if self.reports.lack_summary() && !quiet {
            // When nobody listens, nothing is lost.
            let _ = self.err.write_all(totals.summary(verbose).as_bytes());
        }
        if self.session.forgets_ids() && !quiet {
            let ids = count(REMEMBERED, "id");
            say(self.err, &format!("later ids were compared with the first {ids} only"));
        }
        self.settings.afterword(verbose, quiet, self.err);
        Ok(status)
    }

    fn status(&mut self) -> Status {
        let Check { quiet, verbose, skip_unknown, .. } = *self.options;
        if self.totals.unreadable > 0 || self.repair.as_ref().is_some_and(Repair::failed) {
            return Status::Failed;
        }
        if self.totals.checked + self.totals.media.files() == 0 {
            return self.nothing(skip_unknown, quiet, verbose);
        }
        let fail_on = self.settings.fail_on.value;
        let fails = match self.repair.as_ref().filter(|repair| repair.is_diff()) {
            Some(repair) => repair.changes(),
            None => self.worst.is_some_and(|worst| fail_on.fails(worst)),
        };
        if fails { Status::Findings } else { Status::Clean }
    }

    /// Nothing was checked. That is a mistake in the paths, unless files may be passed over.
    fn nothing(&mut self, skip_unknown: bool, quiet: bool, verbose: bool) -> Status {
        if self.excluded > 0 && self.totals.skipped == 0 {
            let (files, are) =
                (count(self.excluded, "file"), if self.excluded == 1 { "is" } else { "are" });
            let text = format!("{files} {are} passed over by {} (-v names them)", config::NAME);
            if !skip_unknown {
                say(self.err, &format!("no request found: {text}"));
                return Status::Failed;
            }
            if !quiet {
                say(self.err, &format!("nothing to check: {text}"));
            }
            return Status::Clean;
        }
        if self.totals.skipped == 0 {
            let why = "the folder holds no JSON file";
            // What a hook is given may hold no request.
            if !skip_unknown {
                say(self.err, &format!("no request found: {why}"));
                return Status::Failed;
            }
            if !quiet {
                say(self.err, &format!("nothing to check: {why}"));
            }
            return Status::Clean;
        }
        let skipped = self.totals.skipped(verbose);
        if !skip_unknown {
            say(self.err, &format!("no request found: {skipped}"));
            return Status::Failed;
        }
        if !quiet {
            say(self.err, &format!("nothing to check: {skipped}"));
        }
        Status::Clean
    }
}
