//! Why the tool could not do its job. What is wrong with the input is a finding, never an error.

use std::io;
use std::path::PathBuf;

/// The tool could not do its job.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintError {
    /// No endpoint has this name.
    #[error("no endpoint is called `{name}`; known: {known}{}", .suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownEndpoint {
        /// As given.
        name: String,
        /// All names.
        known: String,
        /// The most alike.
        suggestion: Option<&'static str>,
    },
    /// No rule has this id or name.
    #[error("no rule is called `{name}`")]
    UnknownRule {
        /// As given.
        name: String,
    },
    /// The type has no endpoint, so nothing says what it is a request for.
    #[error("`{name}` has no endpoint: give it `#[kling(endpoint = …)]`, or pass its table to `LinterBuilder::schema`")]
    NoEndpoint {
        /// The type's name.
        name: &'static str,
    },
    /// The value could not be written as JSON.
    #[error("the value cannot be written as JSON: {source}")]
    NotJson {
        /// Why.
        source: serde_json::Error,
    },
    /// The path could not be opened or read.
    #[error("{}", describe(source))]
    Io {
        /// The path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The path is no regular file.
    #[error("is {what}, not a file{hint}")]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// `a folder`, `a named pipe`.
        what: &'static str,
        /// What to do.
        hint: &'static str,
    },
}

/// The operating system's word without its number, which says nothing to people.
fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
