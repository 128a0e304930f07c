//! The `kling-submit` command. The only place that prints.

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command with these arguments, the first of which is its own name.
pub fn main(_arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    todo!()
}
