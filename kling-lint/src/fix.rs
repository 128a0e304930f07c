//! Text edits that repair a finding.

#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "only the command tells of it"))]
pub(crate) mod apply;
mod judge;
mod pick;
#[cfg_attr(
    not(any(feature = "cli", test)),
    expect(dead_code, reason = "only the command tells of it")
)]
pub(crate) mod pieces;

use std::ops::Range;

use kling_schema::rules::not_json::{
    MISSING_BRACES, MISSING_COLON, MISSING_COMMA, MISSING_VALUE, QUOTE_IN_STRING, UNCLOSED_BRACKET,
    UNCLOSED_STRING, WRONG_BRACKET,
};
use kling_schema::rules::shape::MISSING_FIELD;

use crate::finding::{Draft, Position, Span};
use crate::verdict::Report;

/// What fixes make of a request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fixed {
    /// The text.
    pub text: Vec<u8>,
    /// How many fixes were made.
    pub count: usize,
    /// What is left to say of the text.
    pub report: Report,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// What it does, as an order: "write `\"5\"`".
    pub title: String,
    /// Whether it can be applied without a human looking.
    pub applicability: Applicability,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// Whether a fix keeps the meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applicability {
    /// The author meant just this.
    Safe,
    /// Probably meant, but the server may see it differently.
    Unsafe,
}

impl Applicability {
    /// In one word.
    pub fn word(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
        }
    }
}

/// Replace a byte range of the file by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes.
    pub text: String,
    /// Where the span starts and ends, when that is known.
    pub(crate) place: Option<(Position, Position)>,
}

/// A fix before its place is known: offsets into the resident text.
#[derive(Clone, Debug)]
pub(crate) struct DraftFix {
    pub(crate) title: String,
    pub(crate) applicability: Applicability,
    pub(crate) edits: Vec<(Range<u32>, String)>,
}

impl DraftFix {
    /// A fix of one edit that keeps the meaning.
    pub(crate) fn safe(
        title: impl Into<String>,
        span: Range<u32>,
        text: impl Into<String>,
    ) -> Self {
        DraftFix {
            title: title.into(),
            applicability: Applicability::Safe,
            edits: vec![(span, text.into())],
        }
    }

    /// The same, to be looked at by a human.
    pub(crate) fn unsafe_(mut self) -> Self {
        self.applicability = Applicability::Unsafe;
        self
    }

    /// The same with one more edit.
    pub(crate) fn and(mut self, span: Range<u32>, text: impl Into<String>) -> Self {
        self.edits.push((span, text.into()));
        self
    }
}

/// Takes back the word "safe" where it was said of a guess: beside another fault of the text, what
/// repairs its structure may be something else.
pub(crate) fn doubt(drafts: &mut [Draft]) {
    if drafts.is_empty() {
        return;
    }
    let structural = [
        &MISSING_COMMA,
        &MISSING_COLON,
        &MISSING_VALUE,
        &UNCLOSED_STRING,
        &QUOTE_IN_STRING,
        &UNCLOSED_BRACKET,
        &WRONG_BRACKET,
        &MISSING_BRACES,
    ];
    let faults = drafts.iter().filter(|draft| draft.rule.id.starts_with("KL00")).count();
    for draft in drafts {
        let guess = faults > 1 && structural.contains(&draft.rule);
        let blind = faults > 0 && draft.rule == &MISSING_FIELD;
        if let Some(fix) = draft.fix.as_mut().filter(|_| guess || blind) {
            fix.applicability = Applicability::Unsafe;
        }
    }
}

impl Edit {
    pub(crate) fn new(span: Span, text: String) -> Self {
        Edit { span, text, place: None }
    }

    /// The same, at lines and columns.
    pub(crate) fn at(mut self, start: Position, end: Position) -> Self {
        self.place = Some((start, end));
        self
    }
}
