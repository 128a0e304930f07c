//! The `kling-lint` command. The only place that prints.

mod apart;
mod args;
mod baseline;
mod check;
mod completions;
#[doc(hidden)]
pub mod doors;
mod examples;
mod explain;
mod findings;
mod fix;
mod form;
mod generated;
mod init;
mod jobs;
mod man;
mod media;
mod output;
mod pack;
mod pages;
mod progress;
mod refusal;
mod reports;
mod rules;
mod save;
mod schema;
mod settings;
mod show;
#[cfg(test)]
mod tests;
mod text;
mod types;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};

use crate::error::LintError;
use crate::fs::LocalFiles;
use crate::printable::words;
use args::{Arguments, Command};
use output::Output;

// A word of the config, too.
pub(crate) use args::FailOn;
// For `kling-submit`, which says what the linter says.
pub use findings::{Findings, spool};
pub use refusal::tell;

/// What the command is called.
const NAME: &str = "kling-lint";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// The command could not do its job.
    Failed = 2,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        ExitCode::from(status as u8)
    }
}

/// Runs the command with these arguments, the first of which is its own name.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = match Arguments::read(arguments) {
        Ok(arguments) => arguments,
        Err(refusal) => {
            let told = refusal::tell(NAME, refusal);
            return if told { Status::Clean } else { Status::Failed }.into();
        }
    };
    let watched = io::stderr().is_terminal();
    let on_terminal = io::stdout().is_terminal();
    let mut colors = color(&io::stdout(), arguments.color);
    match &mut arguments.command {
        Some(Command::Pack(pack)) => {
            pack.on_terminal = on_terminal;
            // A body is handed on byte for byte.
            colors = ColorChoice::AlwaysAnsi;
        }
        Some(Command::Check(check)) => check.watched = watched,
        _ => arguments.check.watched = watched,
    }
    // Other commands tell what they do, or write their result at once.
    let is_long = matches!(arguments.command, None | Some(Command::Check(_)));
    let is_plain = colors == ColorChoice::Never;
    // This stream would look at every byte to take colours out.
    let colors = if is_plain { ColorChoice::AlwaysAnsi } else { colors };
    let mut out = Output::new(AutoStream::new(io::stdout().lock(), colors));
    if is_plain {
        out = out.plain();
    }
    if is_long && !on_terminal {
        out = out.in_blocks();
    }
    let stderr = AutoStream::new(io::stderr().lock(), color(&io::stderr(), arguments.color));
    run(arguments, &mut io::stdin().lock(), out, stderr).into()
}

/// What `auto` means for this stream: a terminal, and what the environment asks for.
fn color(stream: &impl anstream::stream::RawStream, choice: args::Color) -> ColorChoice {
    match choice {
        args::Color::Always => ColorChoice::Always,
        args::Color::Never => ColorChoice::Never,
        args::Color::Auto => AutoStream::choice(stream),
    }
}

/// Runs the command over these streams.
fn run(
    arguments: Arguments,
    stdin: &mut dyn io::Read,
    mut out: Output<impl Write>,
    mut stderr: impl Write,
) -> Status {
    let done = match arguments.command {
        None => check::run(&without_command(arguments.check), stdin, &mut out, &mut stderr),
        Some(Command::Check(check)) => check::run(&check, stdin, &mut out, &mut stderr),
        Some(Command::Pack(pack)) => pack::run(&pack, stdin, &mut out, &mut stderr),
        Some(Command::Explain(explain)) => explain::run(&explain, &mut out, &mut stderr),
        Some(Command::Rules(rules)) => rules::run(&rules, &mut out, &mut stderr),
        Some(Command::Schema(schema)) => schema::run(&schema, &mut out, &mut stderr),
        Some(Command::Baseline(command)) => baseline::run(&command, stdin, &mut out, &mut stderr),
        Some(Command::Types(types)) => types::run(&types, &mut out, &mut stderr),
        Some(Command::Init(init)) => init::run(&init, &mut out, &mut stderr),
        Some(Command::Completions(shell)) => completions::run(&shell, &mut out),
        Some(Command::Man(man)) => man::run(&man, &mut out, &mut stderr),
    };
    // What was told before a failure was told.
    let flushed = out.flush();
    match done.and_then(|status| flushed.map(|()| status)) {
        Ok(status) => status,
        Err(error) => {
            say(&mut stderr, &format!("cannot write the result: {}", words(&error)));
            Status::Failed
        }
    }
}

/// `kling-lint -q check a.json` reads as a request called `check`: the command must come first. It is
/// taken for what is meant, unless there is such a file.
fn without_command(mut check: args::Check) -> args::Check {
    if check.paths.len() > 1 && check.paths[0].as_os_str() == "check" && !check.paths[0].exists() {
        check.paths.remove(0);
    }
    check
}

/// Talks to whoever runs the command. When nobody listens, nothing is lost.
fn say(stderr: &mut dyn Write, text: &str) {
    let _ = stderr.write_all(format!("{NAME}: {text}\n").as_bytes());
}

/// Files beneath this root, or beside the requests that name them.
fn local_files(root: Option<&Path>) -> Result<LocalFiles, LintError> {
    match root {
        Some(root) => LocalFiles::beneath(root),
        None => Ok(LocalFiles::beside_request()),
    }
}

/// What lies behind an error, if anything does.
fn because(error: &LintError) -> String {
    match std::error::Error::source(error) {
        Some(_) => format!(": {}", reason(error)),
        None => String::new(),
    }
}

/// What went wrong with an input, without its path, which stands before it.
fn reason(error: &LintError) -> String {
    match error {
        LintError::Io { source, .. } => match source.kind() {
            io::ErrorKind::NotFound => "no such file or folder".into(),
            io::ErrorKind::PermissionDenied => "permission denied".into(),
            _ => words(source),
        },
        LintError::NotAFile { what, .. } => {
            format!("is {what}, not a file; use `-` to read standard input")
        }
        other => other.to_string(),
    }
}

/// The path that went wrong, or else the one that was asked for.
fn blamed<'e>(error: &'e LintError, asked: &'e Path) -> &'e Path {
    match error {
        LintError::Io { path, .. } | LintError::NotAFile { path, .. } => path,
        LintError::UnknownEndpoint { .. }
        | LintError::UnknownRule { .. }
        | LintError::NotJson { .. }
        | LintError::Policy { .. } => asked,
    }
}
