//! What can be said on the command line.

use std::ffi::OsString;
use std::mem;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{
    Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum, ValueHint,
};
use kling_schema::Severity;

use crate::cli::fix::FixOptions;
use crate::cli::form::{self, Form};
use crate::cli::reports::{self, Wanted};
use crate::cli::{completions, examples, init, man};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const ABOUT: &str = "\
Know that a Kling request will be accepted before you pay for it.

Checks request JSON, and the images and videos it names, against what the API
documents. It works offline: nothing is sent anywhere.

  kling-lint request.json        check a request
  kling-lint requests/           check every request in a folder
  make-request | kling-lint -    check what another program writes
  kling-lint photo.jpg clip.mov  which fields would take these files
  kling-lint pack request.json   the body to send, with local files inlined
  kling-lint explain KL2001      what a rule means, and all its constraints
  kling-lint schema --vscode     the same rules in the editor
  kling-lint init                the config, the hook and the editor at once";

const EXIT_STATUS: &str = "\
Exit status:
  0  no findings at or above --fail-on
  1  findings, or a media file that no field takes
  2  the command could not do its job: a file is missing, an option is wrong,
     there is nothing to check";

const PACK_EXIT_STATUS: &str = "\
Exit status:
  0  the body was written
  1  refused: there are errors, or a file cannot be inlined
  2  the command could not do its job: a file is missing, the disk is full, a
     file changed meanwhile";

const SCHEMA_EXIT_STATUS: &str = "\
Exit status:
  0  the documents were written, or are up to date
  1  with --check: a file is stale or missing
  2  the command could not do its job";

const BASELINE_EXIT_STATUS: &str = "\
Exit status:
  0  the baseline was written
  2  the command could not do its job";

const TYPES_EXIT_STATUS: &str = "\
Exit status:
  0  the declarations were written, or are up to date
  1  with --check: the file is stale or missing
  2  the command could not do its job";

/// More threads than any machine this runs on has cores.
const MOST_THREADS: NonZeroUsize = NonZeroUsize::new(1024).expect("not zero");

/// The heading of what matters in large runs.
const MANY: &str = "Many requests";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "kling-lint",
    version,
    about = ABOUT,
    styles = STYLES,
    max_term_width = 80,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = EXIT_STATUS
)]
pub(crate) struct Arguments {
    /// What to do; `check` when nothing is said.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The options of `check`.
    #[command(flatten)]
    pub(crate) check: Check,

    /// auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t)]
    #[arg(hide_possible_values = true)]
    pub(crate) color: Color,
}

impl Arguments {
    /// What the command line says; its first word is the command's own name.
    ///
    /// # Errors
    /// It says nothing that can be done, or asks for help.
    pub(crate) fn read(words: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut words: Vec<OsString> = words.into_iter().collect();
        if let Some(paths) = words.get(1..)
            && are_plain(paths)
        {
            let paths = paths.iter().map(PathBuf::from).collect();
            let check = Check { paths, ..Check::default() };
            return Ok(Arguments { command: None, check, color: Color::default() });
        }
        // Of paths behind all options the parser need see two only, as the first may be an option's
        // value. It takes longer for each than opening it does.
        let behind = words.iter().skip(1).rev().take_while(|word| is_plain(word)).count();
        let more = words.split_off(words.len() - behind.saturating_sub(2));
        let mut read = Self::parsed(words.iter().cloned());
        if let Ok(arguments) = &mut read
            && let Some(check) = arguments.check_mut()
        {
            check.paths.extend(more.into_iter().map(PathBuf::from));
        } else if !more.is_empty() {
            read = Self::parsed(words.into_iter().chain(more));
        }
        read
    }

    /// The options of `check`, if that is what to do.
    fn check_mut(&mut self) -> Option<&mut Check> {
        match &mut self.command {
            None => Some(&mut self.check),
            Some(Command::Check(check)) => Some(check),
            Some(_) => None,
        }
    }

    fn parsed(words: impl Iterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = Self::command();
        let read = command.try_get_matches_from_mut(words).and_then(|mut matches| {
            Self::from_arg_matches_mut(&mut matches).map_err(|fault| fault.format(&mut command))
        });
        // A process reads one command line: to take this apart would take as long as to check a request.
        mem::forget(command);
        read
    }
}

/// Whether these are paths and nothing else. To define all options takes longer than to check a
/// request, so it waits until there is one. The name of a command has neither dot nor slash.
fn are_plain(words: &[OsString]) -> bool {
    let is_no_command =
        |first: &OsString| first.as_encoded_bytes().iter().any(|byte| b"./".contains(byte));
    words.first().is_some_and(is_no_command) && words.iter().all(is_plain)
}

/// Whether a word is no option.
fn is_plain(word: &OsString) -> bool {
    !word.is_empty() && !word.as_encoded_bytes().starts_with(b"-")
}

// What the options of a command are is defined when it is asked for. Whoever describes them, describes
// them to people who read the source: documentation would be taken for the command's help.

/// What to do.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Command {
    /// Check requests; the command when none is named
    #[command(before_help = examples::CHECK, help_template = examples::TEMPLATE)]
    Check(Check),
    /// Write the body to send: local files inlined as Base64, else as it stands
    #[command(before_help = examples::PACK, help_template = examples::TEMPLATE)]
    Pack(Pack),
    /// Say what a rule or a constraint means, and where it was read
    #[command(before_help = examples::EXPLAIN, help_template = examples::TEMPLATE)]
    Explain(Explain),
    /// List the rules
    #[command(before_help = examples::RULES, help_template = examples::TEMPLATE)]
    Rules(Rules),
    /// Write the rules as JSON Schema or OpenAPI, for front ends and editors
    #[command(before_help = examples::SCHEMA, help_template = examples::TEMPLATE)]
    Schema(Schema),
    /// Write the types of requests and replies, for TypeScript
    #[command(before_help = examples::TYPES, help_template = examples::TEMPLATE)]
    Types(Types),
    /// Set up a folder: config, hook, editor, and a request that passes
    #[command(before_help = examples::INIT, help_template = examples::TEMPLATE)]
    Init(init::Options),
    /// Write the script that makes a shell complete kling-lint
    #[command(before_help = examples::COMPLETIONS, help_template = examples::TEMPLATE)]
    Completions(completions::Options),
    /// Write the manual
    #[command(before_help = examples::MAN, help_template = examples::TEMPLATE)]
    Man(man::Options),
    /// Write down the findings of today, to hear of new ones only
    #[command(subcommand, before_help = examples::BASELINE, help_template = examples::TEMPLATE)]
    Baseline(Baseline),
}

// The options of `check`.
#[derive(Args, Debug, Default)]
pub(crate) struct Check {
    /// Files, folders, or `-` for standard input
    #[arg(required_unless_present = "show_config")]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// The endpoint, when it cannot be told from a request
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: Option<String>,

    /// Pass over named files that are no Kling request
    #[arg(long)]
    pub(crate) skip_unknown: bool,

    /// What standard input is called
    #[arg(long, value_name = "NAME", value_hint = ValueHint::FilePath)]
    pub(crate) stdin_filename: Option<PathBuf>,

    /// Check what is sent as it stands: no local paths
    #[arg(long)]
    pub(crate) wire: bool,

    /// The folder that local files may be read from [default: the request's own]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,

    /// Decode images whole, to find damaged ones
    #[arg(long)]
    pub(crate) decode: bool,

    /// Turn warnings into errors
    #[arg(long)]
    pub(crate) strict: bool,

    /// error, warning, info or never [default: error]
    #[arg(long, value_enum, value_name = "LEVEL", hide_possible_values = true)]
    pub(crate) fail_on: Option<FailOn>,

    /// How to report on standard output [env: KLING_LINT_FORMAT]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) format: Option<Format>,

    /// List infos, and where each constraint was read
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Print findings only, no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Read one request a line; of itself in *.jsonl and *.ndjson files
    #[arg(long, help_heading = MANY)]
    pub(crate) jsonl: bool,

    /// How many threads check requests [default: one a core]
    #[arg(long, value_name = "N", value_parser = threads, help_heading = MANY)]
    pub(crate) jobs: Option<NonZeroUsize>,

    #[command(flatten)]
    pub(crate) config: Configuration,

    /// Print the settings that hold and where each comes from, and stop
    #[arg(long, help_heading = CONFIGURATION, conflicts_with = "output")]
    pub(crate) show_config: bool,

    /// Print the files that would be checked, as what and why, and stop
    #[arg(long, help_heading = CONFIGURATION, conflicts_with_all = ["show_config", "output"])]
    pub(crate) show_files: bool,

    /// A report, on standard output or in a file; may be given again.
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = reports::wanted)]
    #[arg(help_heading = "Reports", help = format!("A report in FILE, or on standard output: {}; may be given again", reports::names()))]
    pub(crate) output: Vec<Wanted>,

    #[command(flatten)]
    pub(crate) fixes: FixOptions,

    /// Whether a person would see how far it has come.
    #[arg(skip)]
    pub(crate) watched: bool,
}

/// A number of threads.
fn threads(text: &str) -> Result<NonZeroUsize, &'static str> {
    match text.parse() {
        Ok(number) if number <= MOST_THREADS => Ok(number),
        _ => Err("write a number of threads from 1 to 1024"),
    }
}

/// What to do with the baseline.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub(crate) enum Baseline {
    /// Write down every finding; those of files that are not named stay as they are
    #[command(before_help = examples::BASELINE, help_template = examples::TEMPLATE)]
    #[command(after_help = BASELINE_EXIT_STATUS)]
    Write(BaselineOptions),
    /// Take out what is no longer found
    #[command(before_help = examples::BASELINE, help_template = examples::TEMPLATE)]
    #[command(after_help = BASELINE_EXIT_STATUS)]
    Prune(BaselineOptions),
}

// The options of `baseline`.
#[derive(Args, Debug)]
pub(crate) struct BaselineOptions {
    /// Files and folders [default: the folder of the baseline]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,

    /// The baseline [default: kling-lint-baseline.json beside the config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) baseline: Option<PathBuf>,

    /// The config [default: kling-lint.toml here or in a folder above]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Use no config
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,

    /// The endpoint, when it cannot be told from a request
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: Option<String>,

    /// Check what is sent as it stands: no local paths
    #[arg(long)]
    pub(crate) wire: bool,

    /// The folder that local files may be read from [default: the request's own]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,

    /// Decode images whole, to find damaged ones
    #[arg(long)]
    pub(crate) decode: bool,

    /// Say nothing when all is well
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

const CONFIGURATION: &str = "Configuration";

// Which config and which baseline count.
#[derive(Args, Debug, Default)]
pub(crate) struct Configuration {
    /// The config [default: kling-lint.toml here or in a folder above]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = CONFIGURATION)]
    pub(crate) config: Option<PathBuf>,

    /// Use no config
    #[arg(long, help_heading = CONFIGURATION, conflicts_with = "config")]
    pub(crate) no_config: bool,

    /// The baseline [default: kling-lint-baseline.json beside the config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = CONFIGURATION)]
    pub(crate) baseline: Option<PathBuf>,

    /// Use no baseline
    #[arg(long, help_heading = CONFIGURATION, conflicts_with = "baseline")]
    pub(crate) no_baseline: bool,
}

// The options of `pack`.
#[derive(Args, Debug)]
#[command(after_help = PACK_EXIT_STATUS)]
pub(crate) struct Pack {
    /// The request, or `-` for standard input
    #[arg(value_name = "REQUEST", value_hint = ValueHint::FilePath)]
    pub(crate) request: PathBuf,

    /// Where the body goes, instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// The endpoint, when it cannot be told from the request
    #[arg(long, value_name = "NAME")]
    pub(crate) endpoint: Option<String>,

    /// The folder that local files may be read from [default: the request's own]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: Option<PathBuf>,

    /// Turn warnings into errors
    #[arg(long)]
    pub(crate) strict: bool,

    /// Print findings only, no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Whether a person would see the body scroll by.
    #[arg(skip)]
    pub(crate) on_terminal: bool,
}

// The options of `explain`.
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// Rules, constraints, or the beginning of constraints
    #[arg(required_unless_present = "all", value_name = "RULE|CONSTRAINT")]
    pub(crate) names: Vec<String>,

    /// Explain every rule
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
}

// The options of `rules`.
#[derive(Args, Debug)]
pub(crate) struct Rules {
    /// human, json with every constraint, or markdown: a page a rule
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Listing::Human)]
    #[arg(hide_possible_values = true)]
    pub(crate) format: Listing,

    /// The folder for the pages
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[arg(required_if_eq("format", "markdown"))]
    pub(crate) out: Option<PathBuf>,

    /// Write nothing; fail when a page is stale or missing
    #[arg(long, requires = "out")]
    pub(crate) check: bool,
}

// The options of `schema`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
#[command(after_help = format!("{}\n{SCHEMA_EXIT_STATUS}", form::help()))]
pub(crate) struct Schema {
    /// The endpoints to describe.
    #[arg(value_name = "ENDPOINT", help = format!("Short names of endpoints: {}", form::names("or")))]
    pub(crate) endpoints: Vec<String>,

    /// Describe every endpoint
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) all: bool,

    /// Describe kling-lint.toml, for editors
    #[arg(long, conflicts_with_all = ["endpoints", "all", "profile", "closed", "vscode"])]
    pub(crate) config: bool,

    /// One of those below [default: 2020-12; with --vscode: draft-07]
    #[arg(long, value_name = "PROFILE", value_parser = form::parser(), hide_possible_values = true)]
    pub(crate) profile: Option<Form>,

    /// Refuse keys that the API does not document
    #[arg(long)]
    pub(crate) closed: bool,

    /// The folder for the files, instead of standard output
    #[arg(short, long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,

    /// Write nothing; fail when a file is stale or missing
    #[arg(long, requires = "out")]
    pub(crate) check: bool,

    /// Print the setting that makes VS Code use the schemas
    #[arg(long, conflicts_with = "check")]
    pub(crate) vscode: bool,
}

// The options of `types`.
#[derive(Args, Debug)]
#[command(after_help = TYPES_EXIT_STATUS)]
pub(crate) struct Types {
    /// ts
    #[arg(value_enum, value_name = "LANGUAGE", hide_possible_values = true)]
    pub(crate) language: Language,

    /// The file to write, instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,

    /// Write nothing; fail when the file is stale or missing
    #[arg(long, requires = "out")]
    pub(crate) check: bool,
}

/// A language with types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// TypeScript.
    #[value(alias = "typescript")]
    Ts,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// From which severity on the exit status is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
    pub(crate) const ALL: [FailOn; 4] =
        [FailOn::Error, FailOn::Warning, FailOn::Info, FailOn::Never];

    /// As it is written.
    pub(crate) fn word(self) -> &'static str {
        match self {
            FailOn::Error => "error",
            FailOn::Warning => "warning",
            FailOn::Info => "info",
            FailOn::Never => "never",
        }
    }

    /// Whether a finding of this severity fails the run.
    pub(crate) fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => true,
            FailOn::Never => false,
        }
    }
}

/// How to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Concise,
    Json,
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    Junit,
}

/// How to list the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    Human,
    Json,
    Markdown,
}
