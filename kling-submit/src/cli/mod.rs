//! The `kling-submit` command. The only place that prints.
//!
//! | file | what it holds |
//! |---|---|
//! | `args` | what can be said |
//! | `submit`, `plan`, `batch` | requests: read, shown, confirmed; sent one after the other |
//! | `wait`, `reconcile`, `resolve`, `tasks`, `ledger`, `demo` | the other commands |
//! | `teller`, `progress`, `screen`, `json` | what is told while a task goes its way |
//! | `ending`, `exit`, `next` | how it ended, the exit status, the next command |
//! | `access`, `find` | keys and servers; tasks by any id |
//! | `interrupt`, `signals`, `clock` | Ctrl-C; time that it ends |

mod access;
mod ago;
mod args;
mod batch;
mod clock;
mod console;
mod demo;
mod ending;
mod exit;
mod find;
mod interrupt;
mod json;
mod ledger;
mod next;
mod plan;
mod progress;
mod reconcile;
mod resolve;
#[cfg(test)]
mod samples;
mod screen;
mod signals;
mod submit;
mod tasks;
mod teller;
mod wait;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::{AutoStream, ColorChoice};
use kling_lint::printable::escape;

use crate::ledger::{Ledger, default_place};
use args::{Arguments, Color, Command, Common};
use clock::RealClock;
use console::Console;
use exit::Status;
use interrupt::Interrupt;

/// Names the ledger, unless the command line does.
const LEDGER: &str = "KLING_LEDGER";

/// Runs the command with these arguments, the first of which is its own name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::read(arguments) {
        Ok(arguments) => arguments,
        Err(refusal) => {
            let told = kling_lint::cli::tell("kling-submit", refusal);
            return if told { Status::Ok } else { Status::Failed }.into();
        }
    };
    let shell = Shell::new(arguments.common.clone());
    run(&arguments, &shell).into()
}

fn run(arguments: &Arguments, shell: &Shell) -> Status {
    let done = match &arguments.command {
        None => submit::run(&arguments.submit, shell),
        Some(Command::Tasks(options)) => tasks::run(options, shell),
        Some(Command::Wait(options)) => wait::wait(options, shell),
        Some(Command::Fetch(options)) => wait::fetch(options, shell),
        Some(Command::Reconcile(options)) => reconcile::run(options, shell),
        Some(Command::Resolve(options)) => resolve::run(options, shell),
        Some(Command::Ledger(options)) => ledger::run(options.action, shell),
        Some(Command::Demo(options)) => demo::run(options, shell),
    };
    done.unwrap_or_else(|failure| {
        shell.console.say(&failure.text);
        failure.status
    })
}

/// Why a command could not do its job.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Safe to print.
    text: String,
    status: Status,
}

/// A failure of the command itself: exit status 2.
fn failure(text: impl Display) -> Failure {
    // A line break is escaped, too: what lies behind an error may be a file's name.
    Failure { text: escape(&text.to_string()), status: Status::Failed }
}

/// What came of a command.
type Done = Result<Status, Failure>;

/// What every command has.
#[derive(Debug)]
pub(crate) struct Shell {
    pub(crate) common: Common,
    pub(crate) console: Arc<Console>,
    pub(crate) interrupt: Arc<Interrupt>,
    pub(crate) clock: Arc<RealClock>,
    /// Whether somebody can be asked.
    pub(crate) attended: bool,
}

impl Shell {
    fn new(common: Common) -> Self {
        let out = AutoStream::new(io::stdout(), color(&io::stdout(), common.color));
        let err = AutoStream::new(io::stderr(), color(&io::stderr(), common.color));
        let watched = io::stderr().is_terminal();
        let console = Console::new(Box::new(out), Box::new(err), common.json, watched);
        let interrupt = Arc::<Interrupt>::default();
        let clock = Arc::new(RealClock::new(Arc::clone(&interrupt)));
        let attended = watched && io::stdin().is_terminal();
        Shell { common, console: Arc::new(console), interrupt, clock, attended }
    }

    /// Where the ledger is.
    pub(crate) fn place(&self) -> Result<PathBuf, Failure> {
        let named = self.common.ledger.clone();
        let from = || std::env::var_os(LEDGER).filter(|it| !it.is_empty()).map(PathBuf::from);
        named.or_else(from).or_else(default_place).ok_or_else(|| {
            failure("there is no home for a ledger: say where it is with `--ledger FILE`")
        })
    }

    /// The ledger, made if there is none.
    pub(crate) fn ledger(&self) -> Result<Ledger, Failure> {
        Ledger::open(&self.place()?).map_err(failure)
    }

    /// The ledger, if there is one. If not, that is said.
    pub(crate) fn ledger_if_any(&self) -> Result<Option<Ledger>, Failure> {
        let place = self.place()?;
        // A link to nothing is there, and opening it says what is wrong.
        if place.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            let shown = escape(&place.to_string_lossy());
            self.console.say(&format!("there is no ledger at {shown} yet: nothing was submitted"));
            return Ok(None);
        }
        Ledger::open(&place).map(Some).map_err(failure)
    }
}

/// What `auto` means for this stream: a terminal, and what the environment asks for.
fn color(stream: &impl anstream::stream::RawStream, choice: Color) -> ColorChoice {
    match choice {
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
        Color::Auto => AutoStream::choice(stream),
    }
}
