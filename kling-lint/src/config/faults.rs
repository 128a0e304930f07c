//! Mistakes in a config, with their places.

use std::ops::Range;

use crate::{alike, printable};

/// How alike a name must be to be suggested, from 0 to 1.
const ALIKE: f64 = 0.6;
/// How many mistakes are told.
const TOLD: usize = 20;

/// Mistakes, in the order they are found.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<(usize, String)>,
}

impl Faults {
    pub(super) fn push(&mut self, span: Range<usize>, text: String) {
        self.found.push((span.start, text));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Drops those from this offset on.
    pub(super) fn until(&mut self, offset: usize) {
        self.found.retain(|(at, _)| *at < offset);
    }

    /// `LINE:COLUMN: what is wrong`, in the order of the text.
    pub(super) fn told(mut self, text: &str) -> Vec<String> {
        self.found.sort();
        // One broken bracket may be told many times.
        self.found.dedup();
        let more = self.found.len().saturating_sub(TOLD);
        let mut lines = Lines::new(text);
        let mut told: Vec<String> = self
            .found
            .iter()
            .take(TOLD)
            .map(|(at, fault)| {
                let (line, column) = lines.place(*at);
                format!("{line}:{column}: {fault}")
            })
            .collect();
        if more > 0 {
            told.push(format!(" {}", crate::report::count(more, "more mistake")));
        }
        told
    }
}

/// Offsets to lines and columns, going forward.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    start: usize,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lines { text, at: 0, line: 1, start: 0 }
    }

    /// Both from 1, columns in code points. Offsets must not fall.
    pub(super) fn place(&mut self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len()).max(self.at);
        for at in memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..offset]) {
            self.line += 1;
            self.start = self.at + at + 1;
        }
        self.at = offset;
        let before = self.text.get(self.start..offset).unwrap_or_default();
        (self.line, before.chars().count() + 1)
    }
}

/// `did you mean X?`, or else what there is.
pub(super) fn advice<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    // Nothing that long is a slip of the pen; and likeness takes time.
    let candidates = known
        .into_iter()
        .filter(|_| name.len() <= 256)
        .map(|known| (strsim::normalized_damerau_levenshtein(known, name), known));
    match alike::nearest(candidates, ALIKE) {
        Some(known) => format!("did you mean `{known}`?"),
        None => otherwise(),
    }
}

/// Text from the config as a message quotes it.
pub(super) fn name(text: &str) -> String {
    printable::ticked(text)
}
