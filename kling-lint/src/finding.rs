//! What the linter says: a finding, its place, its parameters.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use kling_schema::rules::Rule;
use kling_schema::{Basis, Severity, Source, Tier};

use crate::fix::{DraftFix, Fix};
pub(crate) use crate::params::Param;
pub use crate::params::Params;

/// One thing the request gets wrong, or should know.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of finding.
    pub rule: &'static Rule,
    /// The row of the table that was broken, such as `omni-video/prompt/max-chars`. Rules that rest
    /// on no row (bad JSON, `null`, unknown keys) have none.
    pub constraint: Option<String>,
    /// How bad it is, after `--strict` and overrides.
    pub severity: Severity,
    /// How well the constraint is attested.
    pub tier: Tier,
    /// Where the constraint was read.
    pub source: Source,
    /// JSON Pointer (RFC 6901) to the value, or to the object that lacks a key.
    pub pointer: String,
    /// Byte range in the file.
    pub span: Span,
    /// Where the span starts.
    pub start: Position,
    /// Where the span ends.
    pub end: Position,
    /// What is wrong, what is allowed, what was found. Safe to print: outside text is escaped.
    pub message: String,
    /// How to fix it. Safe to print.
    pub help: Option<Cow<'static, str>>,
    /// What the message was made from, by name.
    pub params: Params,
    /// A text edit that repairs it.
    pub fix: Option<Fix>,
    /// A window of the line the span starts on.
    pub excerpt: Excerpt,
    /// Tells the text of the span from another text at the same pointer, wherever it stands in the
    /// file. The same in every release: baselines rest on it. Of a long text its beginning, its end and
    /// its length count.
    pub text_hash: u64,
}

/// A byte range in the file: offsets of the file as it is on disk, so up to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Span {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Span {
    /// A span.
    pub(crate) fn new(start: u64, end: u64) -> Self {
        Span { start, end }
    }
}

/// A place as people count it: both from 1, columns in characters (Unicode code points).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in code points, from 1.
    pub column: u64,
}

impl Position {
    /// A position.
    pub(crate) fn new(line: u64, column: u64) -> Self {
        Position { line, column }
    }
}

/// A short window of the line a finding starts on, already safe to print: control characters are
/// escaped, and what was cut is shown as `…`. Never longer than a few hundred bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Excerpt {
    /// The text.
    pub text: String,
    /// The part of it that the finding is about, in bytes of `text`.
    pub highlight: Range<usize>,
}

impl Excerpt {
    /// A window and the part of it that is meant.
    pub(crate) fn new(text: String, highlight: Range<usize>) -> Self {
        Excerpt { text, highlight }
    }
}

/// A finding before its place is known: spans are offsets into the resident text (see `load`).
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) rule: &'static Rule,
    pub(crate) constraint: Option<String>,
    pub(crate) basis: Basis,
    pub(crate) pointer: String,
    pub(crate) span: Range<u32>,
    pub(crate) params: Params,
    pub(crate) fix: Option<DraftFix>,
}

impl Draft {
    /// A finding of this rule at this span, on the tool's own authority.
    pub(crate) fn house(rule: &'static Rule, severity: Severity, span: Range<u32>) -> Self {
        Draft::new(rule, Basis::house(severity), span)
    }

    /// A finding of this rule at this span.
    pub(crate) fn new(rule: &'static Rule, basis: Basis, span: Range<u32>) -> Self {
        Draft {
            rule,
            constraint: None,
            basis,
            pointer: String::new(),
            span,
            params: Params::new(),
            fix: None,
        }
    }

    /// The same with a parameter for the message.
    #[inline]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Param>) -> Self {
        self.params.set(name, value.into());
        self
    }

    /// The same with a parameter, if there is one.
    #[inline]
    pub(crate) fn with_some(mut self, name: &'static str, value: Option<impl Into<Param>>) -> Self {
        if let Some(value) = value {
            self.params.set(name, value.into());
        }
        self
    }

    /// The same with another value named as the one it is about.
    pub(crate) fn naming(mut self, field: String) -> Self {
        self.params = self.params.without("field");
        self.with("field", field)
    }

    /// The same with a fix.
    pub(crate) fn fixed_by(mut self, fix: DraftFix) -> Self {
        self.fix = Some(fix);
        self
    }
}

impl fmt::Display for Finding {
    /// `error[KL2001 too-long]: message`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { rule, severity, message, .. } = self;
        write!(f, "{}[{} {}]: {message}", severity.word(), rule.id, rule.name)
    }
}
