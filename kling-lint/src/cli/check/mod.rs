//! `kling-lint [check] PATH…`
//!
//! What is read ([`inputs`]) is judged on several threads ([`judge`]) and told in order (here, and in
//! [`lines`]).

mod inputs;
mod judge;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{self, IsTerminal as _, Read, Write};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::thread;

use clap::ValueEnum as _;
use kling_schema::Severity;

use crate::cli::args::{Check, Format};
use crate::cli::jobs::{self, Line};
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::{Status, because, blamed, local_files, reason, say};
use crate::error::LintError;
use crate::printable;
use crate::report::{Checked, Concise, Human, Json, Media, Reporter, Totals, shown};
use crate::{Detected, Linter, MediaReport, Report, Session};
use inputs::{Inputs, Unit};
use judge::{Judged, judge};
use lines::Tally;

/// The format when none is asked for on the command line.
const FORMAT: &str = "KLING_LINT_FORMAT";
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
    let format = match format(options) {
        Ok(format) => format,
        Err(refusal) => {
            say(err, &refusal);
            return Ok(Status::Failed);
        }
    };
    let linter = match linter(options) {
        Ok(linter) => linter,
        Err(error) => {
            say(err, &format!("{error}{}", because(&error)));
            return Ok(Status::Failed);
        }
    };
    let cores = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let jobs = options.jobs.unwrap_or_else(cores);
    let mut run = Run {
        options,
        inputs: Inputs::new(options, linter.clone(), stdin),
        session: linter.session(),
        reporter: reporter(format, options),
        totals: Totals::default(),
        worst: None,
        seen: HashMap::new(),
        tally: Tally::default(),
        progress: Progress::new(options.watched && !options.quiet, io::stdout().is_terminal()),
        out,
        err,
    };
    let may_repeat = options.paths.len() > 1;
    jobs::run(jobs, &mut run, &|unit| judge(&linter, unit, may_repeat))?;
    run.finish(format)
}

/// A linter with these options, which reads local files.
fn linter(options: &Check) -> Result<Linter, LintError> {
    let files = local_files(options.root.as_deref())?;
    let mut builder = Linter::builder()
        .strict(options.strict)
        .wire(options.wire)
        .decode(options.decode)
        // What is sent is one request.
        .lists(!options.wire)
        .files(files);
    if let Some(name) = &options.endpoint {
        builder = builder.endpoint(name);
    }
    builder.build()
}

/// The format: asked for, or by the environment, or for people.
fn format(options: &Check) -> Result<Format, String> {
    if let Some(format) = options.format {
        return Ok(format);
    }
    let Some(value) = std::env::var_os(FORMAT).filter(|value| !value.is_empty()) else {
        return Ok(Format::Human);
    };
    let value = value.to_string_lossy();
    Format::from_str(&value, false).map_err(|_| {
        let shown = printable::shorten(&value);
        format!("{FORMAT} is `{shown}`; allowed: human, concise or json")
    })
}

fn reporter(format: Format, options: &Check) -> Box<dyn Reporter> {
    match format {
        Format::Human => {
            let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.into());
            Box::new(Human::new(width, options.verbose, options.quiet))
        }
        Format::Concise => Box::new(Concise::new(options.verbose)),
        Format::Json => Box::new(Json::default()),
    }
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
struct Run<'r, W> {
    options: &'r Check,
    inputs: Inputs<'r>,
    session: Session,
    reporter: Box<dyn Reporter>,
    totals: Totals,
    worst: Option<Severity>,
    /// What was reached, when more than one path was given, and whether it was passed over: a request
    /// must not meet itself in the rules across requests.
    seen: HashMap<PathBuf, Outcome>,
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
        Inputs::is_urgent(unit)
    }

    fn take(&mut self, judged: Judged) -> io::Result<ControlFlow<()>> {
        match judged {
            Judged::Request { path, real, skips, linted } => {
                if self.is_new(real.as_deref(), skips) {
                    let report = linted
                        .map(|(loaded, linted)| self.session.settle(&loaded, linted, Some(&path)));
                    let outcome = self.report(&path, report, skips)?;
                    self.remember(real, outcome);
                }
                self.progress.file();
            }
            Judged::Media { path, real, skips, reason, report } => {
                if self.is_new(real.as_deref(), skips) {
                    self.media(&path, &reason, report)?;
                    self.remember(real, Outcome::Told);
                }
                self.progress.file();
            }
            Judged::Begin { lines, real } => self.begin(&lines, real),
            Judged::Chunk(lines, chunk) => self.chunk(&lines, chunk)?,
            Judged::End(lines) => self.end(&lines),
            Judged::Unreadable { path, error } => self.unreadable(&path, &error)?,
        }
        let closed = self.out.closed();
        Ok(if closed { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl<W: Write> Run<'_, W> {
    /// Whether this file was not told before.
    fn is_new(&mut self, real: Option<&Path>, skips: bool) -> bool {
        match real.and_then(|real| self.seen.get(real)) {
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

    fn remember(&mut self, real: Option<PathBuf>, outcome: Outcome) {
        if let Some(real) = real {
            self.seen.insert(real, outcome);
        }
    }

    fn report(
        &mut self,
        path: &Path,
        report: Result<Report, LintError>,
        skips: bool,
    ) -> io::Result<Outcome> {
        let report = match report {
            Ok(report) => report,
            Err(error) => return self.unreadable(path, &error).map(|()| Outcome::Told),
        };
        if skips && is_foreign(&report) {
            self.totals.skipped += 1;
            self.explain(path, "no Kling request, passed over");
            return Ok(Outcome::PassedOver);
        }
        self.tell(path, None, &report).map(|()| Outcome::Told)
    }

    /// Tells what was found: in a file, or in one line of it.
    fn tell(&mut self, path: &Path, line: Option<u64>, report: &Report) -> io::Result<()> {
        let input = Checked { line, ..Checked::new(path, report) };
        if self.options.verbose {
            let how = match report.endpoint() {
                Some(Detected { name, reason }) if !report.is_list() => {
                    Some(format!("checked as {name}, because {reason}"))
                }
                Some(Detected { name, .. }) => {
                    Some(format!("checked as a list of requests, all for {name}"))
                }
                None if report.is_list() => {
                    Some("checked as a list of requests for several endpoints".into())
                }
                None => None,
            };
            if let Some(how) = how {
                self.say(&format!("{}: {how}", input.place()));
            }
        }
        self.totals.add(&input);
        self.worst = self.worst.max(report.worst());
        if !report.findings().is_empty() {
            self.progress.make_way();
        }
        self.reporter.checked(self.out, &input)
    }

    fn media(
        &mut self,
        path: &Path,
        reason: &str,
        report: Result<MediaReport, LintError>,
    ) -> io::Result<()> {
        let report = match report {
            Ok(report) => report,
            Err(error) => return self.unreadable(path, &error),
        };
        self.explain(path, &format!("judged as a media file, because {reason}"));
        let input = Media { path, report: &report };
        self.totals.add_media(&input);
        self.worst = self.worst.max(report.worst());
        self.progress.make_way();
        self.reporter.media(self.out, &input)
    }

    fn unreadable(&mut self, asked: &Path, error: &LintError) -> io::Result<()> {
        let (path, reason) = (blamed(error, asked), reason(error));
        self.say(&format!("{}: {reason}", shown(path)));
        self.totals.unreadable += 1;
        self.reporter.unreadable(self.out, path, &reason)
    }

    /// What was done and why, for those who ask.
    fn explain(&mut self, path: &Path, text: &str) {
        if self.options.verbose {
            self.say(&format!("{}: {text}", shown(path)));
        }
    }

    fn say(&mut self, text: &str) {
        self.progress.hide();
        say(self.err, text);
    }

    fn finish(mut self, format: Format) -> io::Result<Status> {
        self.progress.hide();
        self.reporter.finish(self.out, &self.totals)?;
        let Check { quiet, verbose, skip_unknown, fail_on, .. } = *self.options;
        if format == Format::Concise && !quiet {
            // When nobody listens, nothing is lost.
            let _ = self.err.write_all(self.totals.summary(verbose).as_bytes());
        }
        if self.totals.unreadable > 0 {
            return Ok(Status::Failed);
        }
        if self.totals.checked + self.totals.media.files() == 0 {
            return Ok(self.nothing(skip_unknown, quiet, verbose));
        }
        let fails = self.worst.is_some_and(|worst| fail_on.fails(worst));
        Ok(if fails { Status::Findings } else { Status::Clean })
    }

    /// Nothing was checked. That is a mistake in the paths, unless files may be passed over.
    fn nothing(&mut self, skip_unknown: bool, quiet: bool, verbose: bool) -> Status {
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
