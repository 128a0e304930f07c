//! What can be said on the command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory as _, FromArgMatches as _};
use clap::{Parser, Subcommand, ValueEnum, ValueHint};
use kling_lint::printable;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const ABOUT: &str = "\
Submit Kling requests that were linted first, and never lose a paid task.

Nothing is sent unless every request passes. What may cost money is recorded
before it happens, is sent once, and is never sent again by itself.

  kling-submit cat.json            check, show what will be paid, ask, send
  kling-submit *.json --yes --wait --out videos
                                   send all, wait, save what is made
  kling-submit cat.json --dry-run  show what would be sent; needs no key
  kling-submit tasks --open        what is at work, unclear or not saved
  kling-submit wait ID             follow a task, save what it makes
  kling-submit reconcile           find out about unknown outcomes
  kling-submit demo                a stand-in provider to try all this with

The key comes from COMETAPI_KEY, --key-file or --key-stdin.";

const USAGE: &str = "kling-submit [OPTIONS] <REQUEST>...
       kling-submit <COMMAND> [OPTIONS]";

const EXIT_STATUS: &str = "\
Exit status; of several tasks the worst counts (4, 130, 7, 6, 3, 5, 1, 2):
  0    done
  1    the linter found errors: nothing was sent
  2    a wrong option, a missing file, no usable ledger: nothing was sent
  3    refused or not sent: not paid
  4    outcome unknown, perhaps paid: kling-submit reconcile
  5    taken and paid, still at work: kling-submit wait
  6    the provider could not make it
  7    made and paid, not saved: kling-submit fetch
  130  interrupted";

const IDS: &str = "\
IDs are ours (kl1-…, or its beginning), the server's, or the request's own.";

const RECONCILE: &str = "\
Looks for tasks that may have been taken; nothing is sent again. A task counts
as absent after two looks, five minutes apart, by a way that finds a task known
to be there. COMETAPI_ACCESS_TOKEN opens one more way: the gateway's own list.";

/// Where what is said on several commands stands in the help.
const KEY: &str = "Server and key";
const MONEY: &str = "Before money is spent";
const AFTER: &str = "After it was taken";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "kling-submit",
    version,
    about = ABOUT,
    styles = STYLES,
    max_term_width = 80,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    override_usage = USAGE,
    after_help = EXIT_STATUS
)]
pub(crate) struct Arguments {
    /// What to do; submit when nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The options of a submit.
    #[command(flatten)]
    pub(crate) submit: Submit,

    /// What every command takes.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the tasks of the ledger, the latest first
    Tasks(Tasks),
    /// Follow tasks until they end, and save what they make
    Wait(Wait),
    /// Save what tasks have made, without waiting for more
    Fetch(Fetch),
    /// Find out about tasks whose outcome is unknown
    Reconcile(Reconcile),
    /// Record what you found out about a task yourself
    Resolve(Resolve),
    /// Check the ledger, or print all of it
    Ledger(Ledger),
    /// Start a stand-in provider on this machine, to try things with
    Demo(Demo),
}

impl Command {
    fn name(&self) -> &'static str {
        match self {
            Command::Tasks(_) => "tasks",
            Command::Wait(_) => "wait",
            Command::Fetch(_) => "fetch",
            Command::Reconcile(_) => "reconcile",
            Command::Resolve(_) => "resolve",
            Command::Ledger(_) => "ledger",
            Command::Demo(_) => "demo",
        }
    }
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// The ledger of tasks [env: KLING_LEDGER] [default: in the state folder]
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) ledger: Option<PathBuf>,

    /// Print what happens on standard output, one JSON object a line
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(hide_possible_values = true)]
    pub(crate) color: Color,
}

/// The options of a submit.
#[derive(Args, Debug)]
pub(crate) struct Submit {
    /// Files, `-` for standard input, or .jsonl files with a request a line
    #[arg(required = true, value_name = "REQUEST", value_hint = ValueHint::FilePath)]
    pub(crate) requests: Vec<PathBuf>,

    /// Send without asking; needed where nobody can be asked
    #[arg(long, help_heading = MONEY)]
    pub(crate) yes: bool,

    /// Show what would be sent, and send nothing
    #[arg(long, help_heading = MONEY)]
    pub(crate) dry_run: bool,

    /// Send nothing at all if there are more requests than this
    #[arg(long, value_name = "N", help_heading = MONEY)]
    pub(crate) max_tasks: Option<usize>,

    /// Send what was sent in the last 24 hours again: it is paid again
    #[arg(long, help_heading = MONEY)]
    pub(crate) again: bool,

    /// Turn the linter's warnings into errors
    #[arg(long, help_heading = MONEY)]
    pub(crate) strict: bool,

    /// The endpoint, when it cannot be told from a request
    #[arg(long, value_name = "NAME", help_heading = MONEY)]
    pub(crate) endpoint: Option<String>,

    /// The folder that local files may be read from [default: the request's own]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = MONEY)]
    pub(crate) root: Option<PathBuf>,

    /// Wait until the tasks end, or so long, and save what they make
    #[arg(long, value_name = "SECONDS", help_heading = AFTER)]
    #[arg(num_args = 0..=1, require_equals = true)]
    pub(crate) wait: Option<Option<u64>>,

    /// The folder for what is made
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(default_value = ".", help_heading = AFTER)]
    pub(crate) out: PathBuf,

    /// With --wait: this many tasks at work at once
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = AFTER)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=100))]
    pub(crate) concurrency: u16,

    /// Server and key.
    #[command(flatten)]
    pub(crate) access: Access,

    /// How long the answer to a submit is waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 180, help_heading = KEY)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) reply_timeout: u64,
}

/// Server and key.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Access {
    /// Another server, which then gets the key
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = KEY)]
    pub(crate) base_url: Option<String>,

    /// The file that holds the key
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = KEY)]
    #[arg(conflicts_with = "key_stdin")]
    pub(crate) key_file: Option<PathBuf>,

    /// Read the key from standard input
    #[arg(long, help_heading = KEY)]
    pub(crate) key_stdin: bool,
}

/// The options of `tasks`.
#[derive(Args, Debug)]
pub(crate) struct Tasks {
    /// Only those that need something: unknown, at work, made and not saved
    #[arg(long)]
    pub(crate) open: bool,

    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

/// The options of `wait`.
#[derive(Args, Debug)]
#[command(after_help = IDS)]
pub(crate) struct Wait {
    /// The tasks
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// Stop waiting after so long, with exit status 5
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,

    /// The folder for what was made [default: where it was saved before, else .]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,

    /// Server and key.
    #[command(flatten)]
    pub(crate) access: Access,
}

/// The options of `fetch`.
#[derive(Args, Debug)]
#[command(after_help = IDS)]
pub(crate) struct Fetch {
    /// The tasks
    #[arg(required = true, value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// The folder for what was made [default: where it was saved before, else .]
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,

    /// Server and key.
    #[command(flatten)]
    pub(crate) access: Access,
}

/// The options of `reconcile`.
#[derive(Args, Debug)]
#[command(after_help = RECONCILE)]
pub(crate) struct Reconcile {
    /// The tasks [default: all whose outcome is unknown]
    #[arg(value_name = "ID")]
    pub(crate) ids: Vec<String>,

    /// A callback's body, or `-`: a hint where to look, never a proof
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) callback: Option<PathBuf>,

    /// Server and key.
    #[command(flatten)]
    pub(crate) access: Access,
}

/// The options of `resolve`.
#[derive(Args, Debug)]
#[command(after_help = IDS)]
pub(crate) struct Resolve {
    /// The task
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// It was taken: this is the server's id
    #[arg(long, value_name = "ID", conflicts_with = "absent", required_unless_present = "absent")]
    pub(crate) task_id: Option<String>,

    /// It was not taken: there is no such task
    #[arg(long)]
    pub(crate) absent: bool,
}

/// The options of `ledger`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Ledger {
    /// What to do with it.
    #[command(subcommand)]
    pub(crate) action: LedgerAction,
}

/// What to do with the ledger.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum LedgerAction {
    /// Check every page, event and order of events
    Verify,
    /// Print every event, one JSON object a line
    Export,
}

/// The options of `demo`.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// The port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Arguments {
    /// Reads the command line, the first word of which is the command's own name.
    pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Arguments::command();
        let matches = command.try_get_matches_from_mut(joined(words))?;
        let arguments = Arguments::from_arg_matches(&matches)?;
        if let Some(named) = &arguments.command
            && let Some(stray) = stray(&matches)
        {
            let text = format!("`{stray}` goes with requests, not with `{}`", named.name());
            return Err(command.error(ErrorKind::ArgumentConflict, text));
        }
        Ok(arguments)
    }
}

/// `--wait 60` as `--wait=60`: the seconds may be left out, and then a request may follow.
fn joined(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut only_names = false;
    for word in words {
        only_names |= word == "--";
        let digits = |it: &OsStr| it.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        if !only_names
            && !word.is_empty()
            && digits(&word)
            && let Some(last) = out.last_mut()
            && last == "--wait"
        {
            last.push("=");
            last.push(word);
        } else {
            out.push(word);
        }
    }
    out
}

/// An option of a submit that stands before another command.
fn stray(matches: &ArgMatches) -> Option<String> {
    let submit = Submit::augment_args(clap::Command::new("submit"));
    let given = |it: &&clap::Arg| {
        matches.value_source(it.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    submit.get_arguments().find(given).map(|it| match it.get_long() {
        Some(long) => format!("--{long}"),
        None => matches
            .get_raw(it.get_id().as_str())
            .and_then(|mut values| values.next())
            .map(|value| printable::shorten(&value.to_string_lossy()))
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, clap::Error> {
        let words = std::iter::once("kling-submit").chain(line.split_whitespace());
        Arguments::read(words.map(OsString::from))
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_fits_80_columns() {
        fn helps(command: &mut clap::Command, out: &mut Vec<String>) {
            out.push(command.render_help().to_string());
            out.push(command.render_long_help().to_string());
            for sub in command.get_subcommands_mut() {
                helps(sub, out);
            }
        }
        let mut command = Arguments::command();
        command.build();
        let mut all = Vec::new();
        helps(&mut command, &mut all);
        for line in all.iter().flat_map(|help| help.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn the_seconds_of_wait_may_be_left_out() {
        let wait = |line| read(line).expect("a good command line").submit.wait;
        assert_eq!(wait("a.json"), None);
        assert_eq!(wait("a.json --wait"), Some(None));
        assert_eq!(wait("--wait a.json"), Some(None));
        assert_eq!(wait("--wait 60 a.json"), Some(Some(60)));
        assert_eq!(wait("--wait=60 a.json"), Some(Some(60)));
        assert_eq!(wait("a.json --wait --yes"), Some(None));
        assert!(read("a.json --wait=soon").is_err());
        let named = read("--wait -- 60").expect("a request called 60");
        assert_eq!((named.submit.wait, named.submit.requests), (Some(None), vec!["60".into()]));
    }

    #[test]
    fn what_every_command_takes_may_stand_before_or_after_it() {
        for line in ["--json --ledger l tasks", "tasks --json --ledger l"] {
            let read = read(line).expect("a good command line");
            assert!(matches!(read.command, Some(Command::Tasks(_))), "{line}");
            assert!(read.common.json);
            assert_eq!(read.common.ledger, Some("l".into()));
        }
    }

    #[test]
    fn options_of_a_submit_do_not_go_with_other_commands() {
        let refusal = read("--yes tasks").expect_err("a mistake").to_string();
        assert!(refusal.contains("`--yes` goes with requests, not with `tasks`"), "{refusal}");
        assert!(read("--base-url http://127.0.0.1:1 wait 1").is_err());
        assert!(read("wait 1 --base-url http://127.0.0.1:1").is_ok());
    }

    #[test]
    fn something_must_be_said() {
        for line in ["", "--yes", "wait", "resolve kl1-1", "ledger"] {
            assert!(read(line).is_err(), "{line}");
        }
        assert!(read("resolve kl1-1 --absent --task-id 8").is_err());
        assert!(read("a.json --key-file k --key-stdin").is_err());
        assert!(read("a.json --concurrency 0").is_err());
    }
}
