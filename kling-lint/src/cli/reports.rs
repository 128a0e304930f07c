//! The reports that were asked for: at most one on standard output, any number in files.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use kling_schema::Severity;

use crate::cli::apart::{Tellers, Told};
use crate::cli::args::{Check, FailOn, Format};
use crate::cli::check::{STDIN, WIDTH};
use crate::cli::save::Saved;
use crate::printable::{self, words};
use crate::report::{
    Concise, Github, Gitlab, Human, Json, Jsonl, Junit, Lists, Reporter, Root, Sarif, shown,
};

/// The format when none is asked for on the command line.
const FORMAT: &str = "KLING_LINT_FORMAT";

/// A report that is asked for: `FORMAT` or `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    format: Format,
    /// Standard output when there is none.
    file: Option<PathBuf>,
}

/// Reads `FORMAT` or `FORMAT=FILE`.
pub(crate) fn wanted(text: &str) -> Result<Wanted, String> {
    let (format, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file's name is missing after `=`".into()),
        Some((format, STDIN)) => (format, None),
        Some((format, file)) => (format, Some(file.into())),
        None => (text, None),
    };
    Ok(Wanted { format: named(format)?, file })
}

/// The format of this name.
fn named(name: &str) -> Result<Format, String> {
    let found = Format::from_str(name, false);
    found.map_err(|_| format!("`{}` is no format; allowed: {}", printable::shorten(name), names()))
}

/// `human, concise or json`
pub(crate) fn names() -> String {
    let names: Vec<_> = Format::value_variants()
        .iter()
        .filter_map(|format| Some(format.to_possible_value()?.get_name().to_owned()))
        .collect();
    match names.split_last() {
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// Reports under way.
pub(super) struct Reports {
    stdout: Option<(Format, Box<dyn Reporter>)>,
    files: Vec<InFile>,
}

/// A report in a file, which takes its place when it is whole.
struct InFile {
    path: PathBuf,
    reporter: Box<dyn Reporter>,
    file: BufWriter<Saved>,
}

impl InFile {
    fn tell(&mut self, tell: Tell<'_>) -> io::Result<()> {
        tell(&mut *self.reporter, &mut self.file)
    }
}

/// Tells a report something.
type Tell<'t> = &'t mut dyn FnMut(&mut dyn Reporter, &mut dyn Write) -> io::Result<()>;

impl Reports {
    /// One report that says itself what the run came to.
    pub(super) fn one(reporter: Box<dyn Reporter>) -> Self {
        Reports { stdout: Some((Format::Human, reporter)), files: Vec::new() }
    }

    /// Makes ready to write what is asked for, or says why that cannot be.
    pub(super) fn open(options: &Check, fail_on: FailOn, is_plain: bool) -> Result<Self, String> {
        let on_stdout = options.output.iter().filter(|it| it.file.is_none()).map(|it| it.format);
        let mut on_stdout = options.format.into_iter().chain(on_stdout);
        let stdout = match on_stdout.next() {
            None if options.output.is_empty() => Some(by_environment()?),
            first => first,
        };
        if on_stdout.next().is_some() {
            return Err(
                "two reports for standard output; put one in a file: --output FORMAT=FILE".into()
            );
        }
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0.into());
        let look = Look { width, is_plain };
        let stdout = stdout.map(|format| (format, reporter(format, options, fail_on, look)));
        let mut files: Vec<InFile> = Vec::new();
        for Wanted { format, file } in &options.output {
            let Some(path) = file else { continue };
            let refused = |why: &str| Err(format!("{}: {why}; write to another file", shown(path)));
            if files.iter().any(|other| is_same(&other.path, path)) {
                return refused("two reports are to go to this file");
            }
            if options.paths.iter().any(|input| input.as_os_str() != STDIN && is_same(input, path))
            {
                return refused("this is a file to check");
            }
            let file = Saved::create(path).map_err(|error| unwritable(path, &error))?;
            files.push(InFile {
                path: path.clone(),
                reporter: reporter(*format, options, fail_on, PLAIN),
                file: BufWriter::new(file),
            });
        }
        Ok(Reports { stdout, files })
    }

    /// Tells every report the same.
    pub(super) fn tell(&mut self, out: &mut dyn Write, tell: Tell<'_>) -> io::Result<()> {
        if let Some((_, reporter)) = &mut self.stdout {
            tell(&mut **reporter, out)?;
        }
        for file in &mut self.files {
            file.tell(tell).map_err(|error| io::Error::other(because(&file.path, &error)))?;
        }
        Ok(())
    }

    /// What they list. Where there are several, each is told everything.
    pub(super) fn lists(&self) -> Lists {
        match &self.stdout {
            Some((_, reporter)) if self.files.is_empty() => reporter.lists(),
            _ => Lists::All,
        }
    }

    /// Those who tell requests on another thread.
    pub(super) fn tellers(&self) -> Tellers {
        let files = self.files.iter().map(|file| file.reporter.apart());
        Tellers(self.stdout.iter().map(|(_, reporter)| reporter.apart()).chain(files).collect())
    }

    /// Passes on what they told, and tells the other reports the same.
    pub(super) fn pass(&mut self, out: &mut dyn Write, told: Told) -> io::Result<()> {
        let Told { requests, texts, .. } = told;
        let mut texts = texts.into_iter();
        let mut tell = |reporter: &mut dyn Reporter, out: &mut dyn Write| match texts.next() {
            Some(Some(text)) => reporter.pass(out, &text?),
            _ => requests.inputs().try_for_each(|input| reporter.checked(out, &input)),
        };
        self.tell(out, &mut tell)
    }

    /// Puts the files in their places. Until then nothing is there.
    pub(super) fn save(&mut self) -> io::Result<()> {
        for InFile { path, file, .. } in self.files.drain(..) {
            let saved = file.into_inner().map_err(io::IntoInnerError::into_error);
            saved
                .and_then(Saved::finish)
                .map_err(|error| io::Error::other(because(&path, &error)))?;
        }
        Ok(())
    }

    /// Refuses to write over a request that was reached through a folder.
    pub(super) fn spare(&self, path: &Path) -> io::Result<()> {
        if self.files.iter().any(|file| is_same(&file.path, path)) {
            let why = "this is a file to check; write to another file";
            return Err(io::Error::other(format!("{}: {why}", shown(path))));
        }
        Ok(())
    }

    /// Whether nobody is left to tell when standard output is closed.
    pub(super) fn only_stdout(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether standard output does not say what the run came to.
    pub(super) fn lack_summary(&self) -> bool {
        !matches!(self.stdout, Some((Format::Human | Format::Json, _)))
    }
}

/// The format in words, and where it comes from.
pub(super) fn told(options: &Check) -> Result<String, String> {
    let (format, origin) = match (options.format, std::env::var_os(FORMAT)) {
        (Some(format), _) => (format, "--format"),
        (None, Some(value)) if !value.is_empty() => (by_environment()?, FORMAT),
        (None, _) => (Format::Human, "default"),
    };
    let word = format.to_possible_value().map(|value| value.get_name().to_owned());
    Ok(format!("{} ({origin})", word.unwrap_or_default()))
}

/// The format that the environment asks for, or that for people.
fn by_environment() -> Result<Format, String> {
    let Some(value) = std::env::var_os(FORMAT).filter(|value| !value.is_empty()) else {
        return Ok(Format::Human);
    };
    named(&value.to_string_lossy()).map_err(|refusal| format!("{FORMAT}: {refusal}"))
}

/// How wide a report for people may be, and whether it has no colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    width: usize,
    is_plain: bool,
}

/// As no terminal shows it.
pub(super) const PLAIN: Look = Look { width: WIDTH, is_plain: true };

/// The reporter of a format.
pub(super) fn reporter(
    format: Format,
    options: &Check,
    fail_on: FailOn,
    look: Look,
) -> Box<dyn Reporter> {
    let root = || Root::new(std::env::current_dir().ok());
    match format {
        Format::Human => {
            let human = Human::new(look.width, options.verbose, options.quiet);
            Box::new(if look.is_plain { human.plain() } else { human })
        }
        Format::Concise => Box::new(Concise::new(options.verbose)),
        Format::Json => Box::new(Json::default()),
        Format::Jsonl => Box::new(Jsonl::default()),
        Format::Sarif => Box::new(Sarif::new(root())),
        Format::Github => Box::new(Github::new(root(), options.verbose)),
        Format::Gitlab => Box::new(Gitlab::new(root())),
        Format::Junit => Box::new(Junit::new(fails_from(fail_on))),
    }
}

fn fails_from(fail_on: FailOn) -> Option<Severity> {
    [Severity::Info, Severity::Warning, Severity::Error]
        .into_iter()
        .find(|severity| fail_on.fails(*severity))
}

/// Whether two paths lead to one place. Files are compared through links; opening anything else may
/// wait, or do something.
fn is_same(one: &Path, other: &Path) -> bool {
    if one.is_file() && other.is_file() {
        return same_file::is_same_file(one, other).unwrap_or(one == other);
    }
    match (one.file_name(), other.file_name()) {
        (Some(name), Some(other_name)) if name == other_name => {
            let folder = |path| crate::fs::folder_of(path).canonicalize().ok();
            one == other || folder(one).is_some_and(|it| folder(other) == Some(it))
        }
        _ => one == other,
    }
}

fn unwritable(path: &Path, error: &io::Error) -> String {
    format!("cannot write {}", because(path, error))
}

/// `out/a.sarif: no such folder`
fn because(path: &Path, error: &io::Error) -> String {
    let why = match error.kind() {
        ErrorKind::NotFound => "no such folder".into(),
        ErrorKind::IsADirectory => "is a folder".into(),
        _ => words(error),
    };
    format!("{}: {why}", shown(path))
}
