//! `kling-lint [check] PATH…`
//!
//! What is read ([`inputs`]) goes to several threads ([`worker`]). There it is judged ([`mod@judge`]),
//! what needs the order is settled ([`order`], [`lines`]), and it is told. It is written here.

mod ending;
mod inputs;
mod judge;
mod lines;
mod listing;
mod order;
mod seen;
#[cfg(test)]
mod tests;
mod worker;

use std::io::{self, IsTerminal as _, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::cli::apart::Told;
use crate::cli::args::Check;
use crate::cli::fix::{Repair, Tools};
use crate::cli::jobs::{self, Line};
use crate::cli::output::Output;
use crate::cli::progress::Progress;
use crate::cli::reports::{self, Reports};
use crate::cli::settings::Settings;
use crate::cli::{Status, because, say, show};
use crate::error::LintError;
use crate::fs::open::FileId;
use crate::linter::Scratch;
use crate::report::{Media, Silent};
use crate::{Linter, OpenFile, Report};
use inputs::{Inputs, Unit};
use order::{Order, Part, Settled, Then};
use worker::{Judge, locked};

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
// Its stack comes when it is called, not with that of all who may: each page of it takes the system's time.
#[inline(never)]
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
    let order = Order::new(options, settings, linter.session(), reports.lists());
    let mut run = Run {
        options,
        inputs: Inputs::new(options, linter.clone(), stdin),
        linter,
        order: Arc::new(Mutex::new(order)),
        reports,
        repair: Repair::new(&options.fixes, options.quiet),
        text,
        progress: Progress::new(options.watched && !options.quiet, io::stdout().is_terminal()),
        out,
        err,
    };
    jobs::run(options.jobs, &mut run)?;
    run.finish()
}

/// A run under way: what reads and writes.
struct Run<'r, W: Write> {
    options: &'r Check,
    inputs: Inputs<'r>,
    linter: Linter,
    order: Arc<Mutex<Order>>,
    reports: Reports,
    repair: Option<Repair<'r>>,
    /// Where the repaired text of standard input goes, if that is asked for.
    text: Option<&'r mut dyn Write>,
    progress: Progress,
    out: &'r mut Output<W>,
    err: &'r mut dyn Write,
}

impl<W: Write> Line for Run<'_, W> {
    type Worker = Judge;

    fn worker(&self) -> Judge {
        let mut scratch = Scratch::default();
        scratch.leave_out(locked(&self.order).unlisted());
        Judge {
            linter: self.linter.clone(),
            scratch,
            may_repeat: self.options.paths.len() > 1,
            repairs: self.repair.is_some(),
            order: Arc::clone(&self.order),
            tellers: self.reports.tellers(),
        }
    }

    fn next(&mut self) -> Option<Unit> {
        self.inputs.next()
    }

    fn is_urgent(&self, unit: &Unit) -> bool {
        self.inputs.is_urgent(unit)
    }

    fn small(&self, unit: &Unit) -> Option<u64> {
        self.inputs.small(unit)
    }

    fn is_light(&self, unit: &Unit) -> bool {
        self.inputs.is_light(unit)
    }

    fn take(&mut self, told: Settled<Told>) -> io::Result<ControlFlow<()>> {
        for part in told.parts {
            self.part(part)?;
        }
        match told.then {
            Then::GoOn => {}
            Then::File => self.progress.file(),
            Then::Lines { lines, told, chunk } => {
                self.progress.lines(&lines.path, told, chunk.offset(), lines.len);
                self.inputs.recycle(chunk);
                // Whoever writes them may wait for the answer.
                if lines.look.is_none() {
                    self.out.flush()?;
                }
            }
            Then::GiveUp => self.inputs.give_up(),
        }
        // Nobody reads any more.
        let over = self.out.closed() && self.reports.only_stdout();
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl<W: Write> Run<'_, W> {
    fn part(&mut self, part: Part<Told>) -> io::Result<()> {
        match part {
            Part::Requests(told) => {
                self.reports.spare(&told.requests.path)?;
                if told.found {
                    self.progress.make_way();
                }
                self.reports.pass(self.out, told)
            }
            Part::Media { path, report } => {
                self.reports.spare(&path)?;
                self.progress.make_way();
                let input = Media { path: &path, report: &report };
                self.reports.tell(self.out, &mut |reporter, out| reporter.media(out, &input))
            }
            Part::Unreadable { path, reason } => {
                let (path, reason) = (path.as_path(), reason.as_str());
                self.reports
                    .tell(self.out, &mut |reporter, out| reporter.unreadable(out, path, reason))
            }
            Part::Faulty { path, id, skips, text } => self.faulty(&path, id, skips, text),
            Part::NotRepaired(path) => {
                self.turn_to_err()?;
                if let Some(repair) = &mut self.repair {
                    repair.spare_lines(&path, self.err);
                }
                Ok(())
            }
            Part::Say(text) => {
                self.turn_to_err()?;
                say(self.err, &text);
                Ok(())
            }
            Part::List(line) => {
                self.progress.hide();
                writeln!(self.out, "{line}")
            }
        }
    }

    /// Repairs a request, and tells what is left.
    fn faulty(
        &mut self,
        path: &Path,
        id: Option<FileId>,
        skips: bool,
        text: Option<OpenFile>,
    ) -> io::Result<()> {
        self.turn_to_err()?;
        let mut parts = Vec::new();
        let order = Arc::clone(&self.order);
        let order = &mut *locked(&order);
        let report = self.repaired(order, path, text);
        order.report(path, id, skips, report, &mut parts);
        let mut tellers = self.reports.tellers();
        let told = Settled { parts, then: Then::GoOn }.map(|requests| tellers.tell(requests));
        told.parts.into_iter().try_for_each(|part| self.part(part))
    }

    /// What is left to be told of a request once it is repaired.
    fn repaired(
        &mut self,
        order: &mut Order,
        path: &Path,
        text: Option<OpenFile>,
    ) -> Result<Report, LintError> {
        let (session, policy) = (&mut order.session, &order.settings.policy);
        let Some(repair) = &mut self.repair else { return session.lint_path(path) };
        let out: &mut dyn Write = match &mut self.text {
            Some(stream) => stream,
            None => &mut *self.out,
        };
        let mut tools = Tools { linter: &self.linter, session, policy, out, err: &mut *self.err };
        match text {
            Some(text) => repair.stdin(text, path, &mut tools),
            None => repair.file(path, &mut tools),
        }
    }

    /// Something is to be printed on standard error: what was told before it comes first.
    fn turn_to_err(&mut self) -> io::Result<()> {
        self.progress.hide();
        self.out.flush()
    }
}
