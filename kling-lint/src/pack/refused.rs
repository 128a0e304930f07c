//! Why a request is not packed.

use std::error::Error;
use std::fmt;
use std::io;

use kling_schema::Severity;

use crate::files::{self, Refusal};
use crate::finding::Span;
use crate::printable;
use crate::verdict::{LocalFile, Report};

/// There is no body to send.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The request must not be sent as it is.
    #[error(transparent)]
    Refused(Box<Refused>),
    /// The request cannot be read.
    #[error("cannot read the request")]
    Io(#[from] io::Error),
}

impl From<Refused> for PackError {
    fn from(refused: Refused) -> Self {
        PackError::Refused(Box::new(refused))
    }
}

/// A request that must not be sent as it is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refused {
    /// What the linter says.
    pub report: Report,
    /// The severity from which on a finding refuses the request.
    pub fail_on: Severity,
    /// The files that cannot be inlined. An error may have said so already, at the same pointer.
    pub obstacles: Vec<Obstacle>,
}

impl Refused {
    /// Makes places those of the file of which the request is a part, as [`Report::shift`] does.
    pub fn shift(&mut self, lines: u64, bytes: u64) {
        self.report.shift(lines, bytes);
        for Obstacle { span, .. } in &mut self.obstacles {
            span.start = span.start.saturating_add(bytes);
            span.end = span.end.saturating_add(bytes);
        }
    }
}

impl fmt::Display for Refused {
    /// One line a finding that refuses it, and a line for each file that cannot be inlined.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failing = |finding: &&crate::Finding| finding.severity >= self.fail_on;
        let findings = self.report.findings().iter().filter(failing);
        let findings = findings.map(|it| format!("{}:{}: {it}", it.start.line, it.start.column));
        let lines: Vec<_> =
            findings.chain(self.obstacles.iter().map(Obstacle::to_string)).collect();
        if lines.is_empty() {
            return f.write_str("it is not known what the request is for, so it was not checked");
        }
        f.write_str(&lines.join("\n"))
    }
}

impl Error for Refused {}

/// A local file that cannot be inlined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obstacle {
    /// JSON Pointer (RFC 6901) to the string that names it.
    pub pointer: String,
    /// The string with its quotes: a byte range in the file.
    pub span: Span,
    /// The path as the request gives it, unescaped. Not safe to print.
    pub path: String,
    /// Why it cannot.
    pub why: Why,
}

impl Obstacle {
    pub(super) fn new(file: &LocalFile, why: Why) -> Self {
        let LocalFile { pointer, span, path, .. } = file.clone();
        Obstacle { pointer, span, path, why }
    }
}

impl fmt::Display for Obstacle {
    /// One line, safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = printable::quoted(&self.path);
        write!(f, "cannot inline {path} ({}): {}", printable::escape(&self.pointer), self.why)
    }
}

/// Why a file cannot be inlined.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The field takes no Base64.
    NoBase64,
    /// There is nothing to read.
    Refused(Refusal),
    /// Nobody looked at it: the linter was given no files, or the request names too many.
    NotRead,
    /// It has no bytes.
    Empty,
    /// So few bytes of no known format that their Base64 is taken for a mere word.
    TooSmall,
    /// It changed while it was checked.
    Changed,
}

impl fmt::Display for Why {
    /// A clause, safe to print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clause = match self {
            Why::NoBase64 => "the field takes no Base64; upload the file and write its address",
            Why::Refused(Refusal::Missing { .. }) => "there is no such file",
            Why::Refused(Refusal::NotAFile { what }) => {
                return write!(f, "it is {}, not a file", printable::escape(what));
            }
            Why::Refused(Refusal::Outside { root }) => {
                return write!(f, "it leads out of {}", files::folder(root.as_deref()));
            }
            Why::Refused(Refusal::Unreadable { reason }) => {
                return f.write_str(&printable::shorten(reason));
            }
            Why::NotRead => "it was not read",
            Why::Empty => "it is empty",
            Why::TooSmall => "it is too small to be an image",
            Why::Changed => "it changed while it was checked",
        };
        f.write_str(clause)
    }
}
