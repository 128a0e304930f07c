//! `kling-lint completions SHELL`

use std::io::{self, Write};

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::cli::args::Arguments;
use crate::cli::{NAME, Status};

// The options of `completions`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum, value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

/// Prints the script that makes a shell complete the command.
pub(crate) fn run(options: &Options, out: &mut dyn Write) -> io::Result<Status> {
    // The generator panics where it cannot write; memory takes everything.
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), NAME, &mut script);
    let mut script = String::from_utf8(script).map_err(io::Error::other)?;
    if options.shell == Shell::Bash {
        // clap_complete 4.6 takes the hyphen of our name for the start of a command in one of two
        // places, and completes no command's options. tests/hooks/run asks a bash.
        script = script.replace("kling__subcmd__lint", "kling__lint");
    }
    out.write_all(script.as_bytes())?;
    Ok(Status::Clean)
}
