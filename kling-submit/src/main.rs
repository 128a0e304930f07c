//! The `kling-submit` command.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    kling_submit::cli::main(std::env::args_os())
}
