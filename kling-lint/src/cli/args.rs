//! What can be said on the command line.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use kling_schema::Severity;

use crate::cli::fix::FixOptions;
use crate::cli::form::{self, Form};

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
  kling-lint schema --vscode     the same rules in the editor";

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

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  kling-lint explain KL2001            a rule, by its id
  kling-lint explain too-long          a rule, by its name
  kling-lint explain ENDPOINT/FIELD    the constraints on a field
  kling-lint explain --all             every rule";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  kling-lint schema ENDPOINT                one document on standard output
  kling-lint schema --all --out schemas     a file for each endpoint
  kling-lint schema --all --out schemas --check
                                            fail when a file is not up to date
  kling-lint schema --profile openapi-3.1   the whole API
  kling-lint schema --vscode --out schemas  the files, and the editor's setting

Exit status:
  0  the documents were written, or are up to date
  1  with --check: a file is stale or missing
  2  the command could not do its job";

const TYPES_EXIT_STATUS: &str = "\
Exit status:
  0  the declarations were written, or are up to date
  1  with --check: the file is stale or missing
  2  the command could not do its job";

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
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    #[arg(hide_possible_values = true)]
    pub(crate) color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check requests; the command when none is named
    Check(Check),
    /// Write the body to send: local files inlined as Base64, else as it stands
    Pack(Pack),
    /// Say what a rule or a constraint means, and where it was read
    Explain(Explain),
    /// List the rules
    Rules(Rules),
    /// Write the rules as JSON Schema or OpenAPI, for front ends and editors
    Schema(Schema),
    /// Write the types of requests and replies, for TypeScript
    Types(Types),
}

/// The options of `check`.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files, folders, or `-` for standard input
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
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

    /// error, warning, info or never
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    #[arg(hide_possible_values = true)]
    pub(crate) fail_on: FailOn,

    /// human, concise or json [env: KLING_LINT_FORMAT]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub(crate) format: Option<Format>,

    /// List infos, and where each constraint was read
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Print findings only, no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) fixes: FixOptions,
}

/// The options of `pack`.
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

/// The options of `explain`.
#[derive(Args, Debug)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub(crate) struct Explain {
    /// Rules, constraints, or the beginning of constraints
    #[arg(required_unless_present = "all", value_name = "RULE|CONSTRAINT")]
    pub(crate) names: Vec<String>,

    /// Explain every rule
    #[arg(long, conflicts_with = "names")]
    pub(crate) all: bool,
}

/// The options of `rules`.
#[derive(Args, Debug)]
pub(crate) struct Rules {
    /// human, or json with every constraint
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Listing::Human)]
    #[arg(hide_possible_values = true)]
    pub(crate) format: Listing,
}

/// The options of `schema`.
#[derive(Args, Debug)]
#[command(arg_required_else_help = true)]
#[command(after_help = format!("{}\n{SCHEMA_EXAMPLES}", form::help()))]
pub(crate) struct Schema {
    /// The endpoints to describe.
    #[arg(value_name = "ENDPOINT", help = format!("Short names of endpoints: {}", form::names("or")))]
    pub(crate) endpoints: Vec<String>,

    /// Describe every endpoint
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) all: bool,

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

/// The options of `types`.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// From which severity on the exit status is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

impl FailOn {
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
}

/// How to list the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    Human,
    Json,
}
