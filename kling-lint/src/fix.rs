//! Text edits that repair a finding.

use std::ops::Range;

use crate::finding::Span;

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

impl Edit {
    pub(crate) fn new(span: Span, text: String) -> Self {
        Edit { span, text }
    }
}
