//! What was there before: findings that a team knows of, and does not want to hear about again.
//!
//! An entry tells a finding by the file, the rule, the JSON Pointer and a hash of the text it is
//! about; not by the line, so that a file may be edited around it. Whoever changes the value hears of
//! it.

mod file;
mod words;

use std::collections::{BTreeMap, HashSet};

use crate::finding::Finding;
use crate::slots::Slots;
pub(crate) use file::{Unreadable, parse, read};
use words::Words;

/// What the file of a baseline is called.
pub(crate) const NAME: &str = "kling-lint-baseline.json";

/// What tells one finding from the others of its file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The id of the rule.
    pub(crate) rule: String,
    /// JSON Pointer, within the request.
    pub(crate) pointer: String,
    /// [`Finding::text_hash`].
    pub(crate) hash: u64,
}

impl Entry {
    pub(crate) fn of(finding: &Finding) -> Self {
        Entry {
            rule: finding.rule.id.to_owned(),
            pointer: finding.pointer.clone(),
            hash: finding.text_hash,
        }
    }
}

/// Findings, by the names of their files, and how many of a kind there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entries(BTreeMap<String, BTreeMap<Entry, usize>>);

impl Entries {
    /// One more finding, or several of a kind.
    pub(crate) fn add(&mut self, file: &str, entry: Entry, count: usize) {
        let file = match self.0.get_mut(file) {
            Some(file) => file,
            None => self.0.entry(file.to_owned()).or_default(),
        };
        let sum = file.entry(entry).or_default();
        *sum = sum.saturating_add(count);
    }

    /// The names of the files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many findings there are.
    pub(crate) fn findings(&self) -> usize {
        self.0.values().flat_map(BTreeMap::values).fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Takes those of a file from another list.
    pub(crate) fn copy(&mut self, file: &str, from: &Entries) {
        if let Some(entries) = from.0.get(file) {
            self.0.insert(file.to_owned(), entries.clone());
        }
    }

    /// Only as many of each as there are in another list.
    pub(crate) fn at_most(&self, file: &str, others: &Entries) -> Entries {
        let mut kept = Entries::default();
        let (Some(mine), Some(theirs)) = (self.0.get(file), others.0.get(file)) else {
            return kept;
        };
        for (entry, count) in mine {
            let count = *count.min(theirs.get(entry).unwrap_or(&0));
            if count > 0 {
                kept.add(file, entry.clone(), count);
            }
        }
        kept
    }
}

/// What is read of a baseline goes here, entry by entry.
pub(crate) trait Collect: Default {
    /// Several findings of a kind in a file.
    fn collect(&mut self, file: &str, rule: &str, pointer: &str, hash: u64, count: usize);
}

impl Collect for Entries {
    fn collect(&mut self, file: &str, rule: &str, pointer: &str, hash: u64, count: usize) {
        self.add(file, Entry { rule: rule.to_owned(), pointer: pointer.to_owned(), hash }, count);
    }
}

/// A baseline in use: each entry is good for as many findings as it was written for.
#[derive(Debug, Default)]
pub(crate) struct Baseline {
    words: Words,
    lines: Vec<Line>,
    /// The lines by what they are about.
    slots: Slots,
    /// The numbers of the files that were met.
    met: HashSet<u32>,
    /// How many findings it was written for.
    findings: usize,
}

/// An entry, in numbers of words.
#[derive(Debug)]
struct Line {
    about: About,
    /// Findings that it is still good for.
    left: usize,
}

/// File, rule, pointer, and hash.
type About = (u32, u32, u32, u64);

impl Collect for Baseline {
    fn collect(&mut self, file: &str, rule: &str, pointer: &str, hash: u64, count: usize) {
        let about = (self.words.put(file), self.words.put(rule), self.words.put(pointer), hash);
        self.findings = self.findings.saturating_add(count);
        match self.slots.met(&about, |number| self.lines[number].about) {
            Some(number) => {
                let left = &mut self.lines[number].left;
                *left = left.saturating_add(count);
            }
            None => self.lines.push(Line { about, left: count }),
        }
    }
}

impl Baseline {
    /// How many findings it was written for.
    pub(crate) fn findings(&self) -> usize {
        self.findings
    }

    /// Makes ready for the findings of a file.
    pub(crate) fn meet(&mut self, file: &str) {
        self.met.extend(self.words.find(file));
    }

    /// Whether this finding was there before.
    pub(crate) fn take(&mut self, file: &str, finding: &Finding) -> bool {
        let find = |word| self.words.find(word);
        let (Some(file), Some(rule), Some(pointer)) =
            (find(file), find(finding.rule.id), find(&finding.pointer))
        else {
            return false;
        };
        let about = (file, rule, pointer, finding.text_hash);
        let Some(number) = self.slots.get(&about, |number| self.lines[number].about) else {
            return false;
        };
        let left = &mut self.lines[number].left;
        let taken = left.checked_sub(1);
        *left = taken.unwrap_or(0);
        taken.is_some()
    }

    /// How many findings are gone: of files that were met, and of those that are no more.
    pub(crate) fn gone(&self, is_no_more: impl Fn(&str) -> bool) -> usize {
        let mut left = vec![0_usize; self.words.len()];
        for Line { about: (file, ..), left: more } in &self.lines {
            let left = &mut left[*file as usize];
            *left = left.saturating_add(*more);
        }
        let counts = (0..).zip(left).filter(|(_, left)| *left > 0);
        counts
            .filter(|(file, _)| self.met.contains(file) || is_no_more(self.words.get(*file)))
            .fold(0, |sum, (_, left)| sum.saturating_add(left))
    }
}
