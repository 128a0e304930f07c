//! The `kling-lint` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    kling_lint::cli::main(std::env::args_os())
}
