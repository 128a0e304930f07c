//! `kling-lint.toml`: what a team has decided.
//!
//! | file | what it holds |
//! |---|---|
//! | [`mod@find`] | which file counts, and its text |
//! | [`keys`] | the keys there are: the parser and the schema both read this list |
//! | [`mod@parse`] | from the text to a [`Config`], or to all its mistakes |
//! | [`value`] | one value, or the mistake it is |
//! | [`faults`] | mistakes, with their places |
//! | [`globs`] | globs over paths |
//! | [`mod@pointer`] | globs over JSON Pointers |
//! | [`home`] | paths as the config sees them |
//! | [`mod@schema`] | the JSON Schema of the config |
//! | [`policy`] | what becomes of findings |

mod faults;
mod find;
mod globs;
mod home;
mod keys;
mod parse;
mod pointer;
mod policy;
mod schema;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use kling_schema::{Object, Severity};

use crate::cli::FailOn;
pub(crate) use find::{NAME, Unread, find, read};
pub(crate) use globs::Globs;
pub(crate) use home::Home;
use keys::What;
pub(crate) use parse::parse;
use pointer::PointerGlob;
pub(crate) use policy::{Applied, Excluded, Policy};
pub(crate) use schema::{FILE_NAME as SCHEMA_NAME, schema};

/// A value and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

/// What a config says. What it does not say is `None` or empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) fail_on: Option<Set<FailOn>>,
    pub(crate) strict: Option<Set<bool>>,
    pub(crate) wire: Option<Set<bool>>,
    /// As it is written: relative to the folder of the config.
    pub(crate) root: Option<Set<PathBuf>>,
    pub(crate) exclude: Option<Set<Globs>>,
    pub(crate) models: Option<Set<Vec<String>>>,
    /// By the id of a rule, or the name of a constraint; in the order of the file.
    pub(crate) severity: Vec<(String, Set<Level>)>,
    pub(crate) endpoints: Arc<Endpoints>,
    pub(crate) ignores: Vec<Ignore>,
    /// The globs of all ignores. Each ignore knows which are its own.
    pub(crate) ignored_files: Globs,
    /// Short names of endpoints, and the schemas of the team's own rules; as they are written.
    pub(crate) house: BTreeMap<String, Set<PathBuf>>,
}

/// How bad a finding is, or that it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    As(Severity),
    Off,
}

impl Level {
    pub(crate) const ALL: [Level; 4] = [
        Level::As(Severity::Error),
        Level::As(Severity::Warning),
        Level::As(Severity::Info),
        Level::Off,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Level::As(severity) => severity.word(),
            Level::Off => "off",
        }
    }
}

/// Endpoints by glob; the first glob that matches counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoints {
    pub(crate) globs: Globs,
    pub(crate) objects: Vec<Set<&'static Object>>,
}

/// Findings that are none here.
#[derive(Clone, Debug)]
pub(crate) struct Ignore {
    pub(crate) line: usize,
    /// Its globs among [`Config::ignored_files`]; none means every file.
    pub(crate) files: std::ops::Range<usize>,
    /// None means every place.
    pub(crate) pointers: Vec<PointerGlob>,
    /// Ids of rules and names of constraints.
    pub(crate) rules: Vec<String>,
}
