//! `kling-lint [check] PATH…`

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use kling_schema::Severity;

use crate::cli::args::{Check, Format};
use crate::cli::fix::{Repair, Tools};
use crate::cli::output::Output;
use crate::cli::{Status, because, blamed, local_files, media, reason, say};
use crate::error::LintError;
use crate::fs::walk;
use crate::printable;
use crate::report::{Checked, Concise, Human, Json, Media, Reporter, Silent, Totals, shown};
use crate::{Detected, Linter, Report, Session};

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
    if !options.fixes.filters() || options.paths.iter().all(|path| path.as_os_str() != STDIN) {
        return check(options, stdin, None, out, err);
    }
    // The repaired text is the result; what is said of it is talk.
    let mut told = Output::new(Vec::new());
    let status = check(options, stdin, Some(out), &mut told, err);
    let _ = err.write_all(told.inner());
    status
}

/// The same; the repaired text of standard input goes to `text`.
fn check<'r>(
    options: &'r Check,
    stdin: &mut dyn Read,
    text: Option<&'r mut dyn Write>,
    out: &'r mut Output<impl Write>,
    err: &'r mut dyn Write,
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
    let mut run = Run {
        options,
        session: linter.session(),
        linter,
        reporter: reporter(format, options),
        repair: Repair::new(&options.fixes, options.quiet),
        text,
        totals: Totals::default(),
        worst: None,
        seen: HashMap::new(),
        out,
        err,
    };
    run.inputs(stdin)?;
    run.finish(format)
}

/// A linter with these options, which reads local files.
fn linter(options: &Check) -> Result<Linter, LintError> {
    let files = local_files(options.root.as_deref())?;
    let mut builder = Linter::builder()
        .strict(options.strict)
        .wire(options.wire)
        .decode(options.decode)
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
    if options.fixes.diff {
        return Box::new(Silent);
    }
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

/// A run under way.
struct Run<'r, W> {
    options: &'r Check,
    linter: Linter,
    session: Session,
    reporter: Box<dyn Reporter>,
    repair: Option<Repair<'r>>,
    /// Where the repaired text of standard input goes, if that is asked for.
    text: Option<&'r mut dyn Write>,
    totals: Totals,
    worst: Option<Severity>,
    /// What was reached, when more than one path was given, and whether it was passed over: a request
    /// must not meet itself in the rules across requests.
    seen: HashMap<PathBuf, Outcome>,
    out: &'r mut Output<W>,
    err: &'r mut dyn Write,
}

impl<W: Write> Run<'_, W> {
    fn inputs(&mut self, stdin: &mut dyn Read) -> io::Result<()> {
        let mut stdin = Some(stdin);
        for path in &self.options.paths {
            if path.as_os_str() == STDIN {
                if let Some(stdin) = stdin.take() {
                    self.stdin(stdin)?;
                }
            } else if path.is_dir() {
                for file in walk::json_files(path) {
                    match file {
                        Ok(file) => self.file(&file, true)?,
                        Err(error) => self.unreadable(path, &error)?,
                    }
                    if self.out.closed() {
                        return Ok(());
                    }
                }
            } else {
                self.file(path, self.options.skip_unknown)?;
            }
            if self.out.closed() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn stdin(&mut self, stdin: &mut dyn Read) -> io::Result<()> {
        let options = self.options;
        let name = options.stdin_filename.as_deref().unwrap_or(Path::new(STDIN_NAME));
        let report = match &mut self.repair {
            Some(repair) => {
                let Run { linter, session, err, .. } = self;
                let out: &mut dyn Write = match &mut self.text {
                    Some(text) => text,
                    None => self.out,
                };
                repair.stdin(stdin, name, &mut Tools { linter, session, out, err })
            }
            None => {
                let report = self.session.lint_reader(stdin, Some(name));
                report.map_err(|source| LintError::io(name, source))
            }
        };
        self.report(name, report, options.skip_unknown).map(|_| ())
    }

    fn file(&mut self, path: &Path, skips: bool) -> io::Result<()> {
        let real = if self.options.paths.len() > 1 { path.canonicalize().ok() } else { None };
        match real.as_ref().and_then(|real| self.seen.get(real)) {
            Some(Outcome::Told) => return Ok(()),
            Some(Outcome::PassedOver) if skips => return Ok(()),
            // A folder passed over what is named now.
            Some(Outcome::PassedOver) => self.totals.skipped -= 1,
            None => {}
        }
        let outcome = match media::reason(path) {
            Some(reason) => {
                self.media(path, &reason)?;
                Outcome::Told
            }
            None => {
                let report = match &mut self.repair {
                    Some(repair) => {
                        let Run { linter, session, out, err, .. } = self;
                        repair.file(path, &mut Tools { linter, session, out: *out, err })
                    }
                    None => self.session.lint_path(path),
                };
                self.report(path, report, skips)?
            }
        };
        if let Some(real) = real {
            self.seen.insert(real, outcome);
        }
        Ok(())
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
        // Broken JSON is told only of files that show by their name or keys whose request they are.
        if skips && (report.is_unknown_request() || report.endpoint().is_none()) {
            self.totals.skipped += 1;
            self.explain(path, "no Kling request, passed over");
            return Ok(Outcome::PassedOver);
        }
        if let Some(endpoint) = report.endpoint() {
            let Detected { name, reason } = endpoint;
            self.explain(path, &format!("checked as {name}, because {reason}"));
        }
        let input = Checked::new(path, &report);
        self.totals.add(&input);
        self.worst = self.worst.max(report.worst());
        self.reporter.checked(self.out, &input)?;
        Ok(Outcome::Told)
    }

    fn media(&mut self, path: &Path, reason: &str) -> io::Result<()> {
        let report = match self.linter.judge_media_path(path) {
            Ok(report) => report,
            Err(error) => return self.unreadable(path, &error),
        };
        self.explain(path, &format!("judged as a media file, because {reason}"));
        let input = Media { path, report: &report };
        self.totals.add_media(&input);
        self.worst = self.worst.max(report.worst());
        self.reporter.media(self.out, &input)
    }

    fn unreadable(&mut self, asked: &Path, error: &LintError) -> io::Result<()> {
        let (path, reason) = (blamed(error, asked), reason(error));
        say(self.err, &format!("{}: {reason}", shown(path)));
        self.totals.unreadable += 1;
        self.reporter.unreadable(self.out, path, &reason)
    }

    /// What was done and why, for those who ask.
    fn explain(&mut self, path: &Path, text: &str) {
        if self.options.verbose {
            say(self.err, &format!("{}: {text}", shown(path)));
        }
    }

    fn finish(mut self, format: Format) -> io::Result<Status> {
        if let Some(repair) = &self.repair {
            repair.tell(self.err);
        }
        self.reporter.finish(self.out, &self.totals)?;
        let Check { quiet, verbose, skip_unknown, fail_on, .. } = *self.options;
        let diff = self.repair.as_ref().filter(|repair| repair.is_diff());
        if format == Format::Concise && !quiet && diff.is_none() {
            // When nobody listens, nothing is lost.
            let _ = self.err.write_all(self.totals.summary(verbose).as_bytes());
        }
        if self.totals.unreadable > 0 || self.repair.as_ref().is_some_and(Repair::failed) {
            return Ok(Status::Failed);
        }
        if self.totals.checked + self.totals.media.files() == 0 {
            return Ok(self.nothing(skip_unknown, quiet, verbose));
        }
        let fails = match diff {
            Some(repair) => repair.changes(),
            None => self.worst.is_some_and(|worst| fail_on.fails(worst)),
        };
        Ok(if fails { Status::Findings } else { Status::Clean })
    }

    /// Nothing was checked. That is a mistake in the paths, unless files may be passed over.
    fn nothing(&mut self, skip_unknown: bool, quiet: bool, verbose: bool) -> Status {
        if self.totals.skipped == 0 {
            say(self.err, "no request found: the folder holds no JSON file");
            return Status::Failed;
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
