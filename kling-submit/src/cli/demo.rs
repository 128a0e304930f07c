//! `kling-submit demo`

use std::io;

use super::args::Demo;
use super::exit::Status;
use super::{Done, Shell, failure};
use crate::demo::{self, Options};
use kling_lint::printable::words;

/// Serves until Ctrl-C.
pub(crate) fn run(options: &Demo, shell: &Shell) -> Done {
    let options = Options { port: options.port.unwrap_or(0), ..Options::default() };
    match shell.console.with_out(|out| demo::run(options, out)) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(failure(format!("cannot serve: {}", words(&error))))
        }
        _ => Ok(Status::Ok),
    }
}
