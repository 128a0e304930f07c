//! Why the linter could not do its job. Everything about the request itself is a finding.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::finding::Position;
use crate::printable::{escape, shorten};

/// The linter could not do its job.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LintError {
    /// No endpoint has this name.
    #[error("no endpoint is called `{}`; there are {}", shorten(name), known.join(", "))]
    #[non_exhaustive]
    UnknownEndpoint {
        /// The name that was asked for.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// No rule has this id or name, and no constraint this name.
    #[error("no rule or constraint is called `{}`", shorten(name))]
    #[non_exhaustive]
    UnknownRule {
        /// The name that was asked for.
        name: String,
    },
    /// The value does not serialize.
    #[error("the value cannot be written as JSON")]
    #[non_exhaustive]
    NotJson {
        /// Why.
        source: serde_json::Error,
    },
    /// A file or folder could not be read.
    #[error("cannot read `{}`", escape(&path.to_string_lossy()))]
    #[non_exhaustive]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path names something that cannot be read like a file.
    #[error("`{}` is {what}, not a file", escape(&path.to_string_lossy()))]
    #[non_exhaustive]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is: "a named pipe".
        what: &'static str,
    },
    /// A team's own policy cannot be used.
    #[error("{}{}: {message}", escape(policy), at(*place))]
    #[non_exhaustive]
    Policy {
        /// The file it stands in, or what it is for.
        policy: String,
        /// Where it stands in the file.
        place: Option<Position>,
        /// What is wrong with it, and what helps. Safe to print.
        message: String,
    },
}

/// `:3:5`.
fn at(place: Option<Position>) -> String {
    place.map(|Position { line, column }| format!(":{line}:{column}")).unwrap_or_default()
}

impl LintError {
    #[cfg(feature = "fs")]
    /// The system's refusal to read a path.
    pub(crate) fn io(path: impl Into<PathBuf>, source: io::Error) -> Self {
        LintError::Io { path: path.into(), source }
    }
}
