//! How a run is told: one file a format.
//!
//! Formats only write to the handle they are given, and never more than a window of a request: an
//! image pasted into a body makes lines of 40 MB.

mod concise;
mod diff;
mod fingerprint;
mod fnv;
mod github;
mod gitlab;
#[cfg(test)]
mod hostile;
mod human;
mod json;
mod json_text;
mod jsonl;
mod junit;
mod media;
mod relative;
#[cfg(test)]
mod samples;
mod sarif;
mod summary;
mod window;

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use concise::Concise;
pub(crate) use diff::unified;
pub(crate) use github::Github;
pub(crate) use gitlab::Gitlab;
pub(crate) use human::Human;
pub(crate) use json::{Json, Page, RuleName, SafeJson};
pub(crate) use jsonl::Jsonl;
pub(crate) use junit::Junit;
pub(crate) use media::Media;
pub(crate) use relative::Root;
pub(crate) use sarif::Sarif;
pub(crate) use summary::{Totals, count, grouped};

use crate::finding::Finding;
use crate::printable;
use crate::unlisted::Counts;
use crate::{Detected, Report};

/// What was found in one input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checked<'r> {
    /// The file, or what standard input is called.
    pub(crate) path: &'r Path,
    /// What it was checked as, and why.
    pub(crate) endpoint: Option<&'r Detected>,
    /// In the order of their places.
    pub(crate) findings: &'r [Finding],
    /// How many more there were.
    pub(crate) hidden: usize,
    /// Those that are counted because nobody would list them.
    pub(crate) unlisted: &'r Counts,
    /// The line, in a file that holds a request a line.
    pub(crate) line: Option<u64>,
    /// How many requests they are about: more than one, if the input is a list.
    pub(crate) requests: usize,
}

impl<'r> Checked<'r> {
    pub(crate) fn new(path: &'r Path, report: &'r Report) -> Self {
        Checked {
            path,
            endpoint: report.endpoint(),
            findings: report.findings(),
            hidden: report.hidden(),
            unlisted: &report.unlisted,
            line: None,
            requests: report.requests(),
        }
    }

    /// Whether nothing was found in it.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.hidden == 0
    }

    /// What it is called: `all.jsonl:12`.
    pub(crate) fn place(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", shown(self.path)),
            None => shown(self.path),
        }
    }
}

/// What a report lists of the findings on requests. The rest it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lists {
    /// The [`FIRST`] errors and warnings of each rule: who has more of them wants to know what to change before
    /// where it stands.
    First,
    /// Errors and warnings.
    Warnings,
    /// All, and requests about which there is nothing to say.
    All,
}

impl Lists {
    /// Infos only for who asks.
    fn with_infos(verbose: bool) -> Self {
        if verbose { Lists::All } else { Lists::Warnings }
    }
}

/// How many errors of a rule are listed, and how many warnings, where not all are.
pub(crate) const FIRST: usize = 100;

/// A format: told of every input in turn, then of the whole.
pub(crate) trait Reporter {
    /// An input was checked.
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()>;

    /// A media file was judged.
    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()>;

    /// An input could not be read.
    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()>;

    /// That was all.
    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()>;

    /// What it lists of the findings on requests.
    fn lists(&self) -> Lists {
        Lists::All
    }

    /// Another one, for another thread, that tells requests for this one to [`pass`](Self::pass); none
    /// where what is told of a request depends on those before it.
    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        None
    }

    /// Passes on what such another one told of requests.
    fn pass(&mut self, out: &mut dyn io::Write, told: &[u8]) -> io::Result<()> {
        out.write_all(told)
    }
}

/// Appends `error[KL2001 too-long] message`.
fn push_worded(out: &mut String, finding: &Finding) {
    let Finding { rule, severity, message, .. } = finding;
    for part in [severity.word(), "[", rule.id, " ", rule.name, "] ", message] {
        out.push_str(part);
    }
}

/// What is wrong, and how to fix it.
fn advised(finding: &Finding) -> Cow<'_, str> {
    match &finding.help {
        Some(help) => Cow::Owned([&finding.message, "\nhelp: ", help].concat()),
        None => Cow::Borrowed(&finding.message),
    }
}

/// What is said of findings that were not kept.
fn not_shown(hidden: usize) -> String {
    let verb = if hidden == 1 { "is" } else { "are" };
    format!("{} {verb} not shown; repair these first", count(hidden, "more finding"))
}

/// Tells nothing: the diff is the result.
#[derive(Debug)]
pub(crate) struct Silent;

impl Reporter for Silent {
    fn checked(&mut self, _: &mut dyn io::Write, _: &Checked<'_>) -> io::Result<()> {
        Ok(())
    }

    fn media(&mut self, _: &mut dyn io::Write, _: &Media<'_>) -> io::Result<()> {
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }

    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        Some(Box::new(Silent))
    }
}

/// The last path that was told of, as it is printed: most findings of a run are in one file of lines.
#[derive(Debug, Default)]
struct LastPath {
    path: PathBuf,
    shown: String,
}

impl LastPath {
    /// The path as it is printed.
    fn shown(&mut self, path: &Path) -> &str {
        if self.path.as_os_str() != path.as_os_str() {
            self.path = path.to_path_buf();
            self.shown = shown(path);
        }
        &self.shown
    }
}

/// A path as it is printed: one line, nothing that moves a cursor, and at a line's beginning no command
/// to GitHub's runner, which obeys `::error::`.
pub(crate) fn shown(path: &Path) -> String {
    let text = printable::escape(&path.to_string_lossy());
    let begins = text.trim_start();
    // A colon follows the path.
    if begins.starts_with("::") || begins == ":" { format!("./{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_path_is_that_which_was_told_of_last() {
        let mut last = LastPath::default();
        for path in ["", "a.jsonl", "a.jsonl", "./a.jsonl", "::b", ""] {
            assert_eq!(last.shown(Path::new(path)), shown(Path::new(path)));
        }
    }
}
