//! What was there before: findings that a team knows of, and does not want to hear about again.
//!
//! An entry tells a finding by the file, the rule, the JSON Pointer and a hash of the text it is
//! about; not by the line, so that a file may be edited around it. Whoever changes the value hears of
//! it.

mod file;

use std::collections::{BTreeMap, HashMap};

use crate::finding::Finding;
pub(crate) use file::{Unreadable, parse, read};

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

    /// How many findings of a file there are.
    pub(crate) fn findings_of(&self, file: &str) -> usize {
        let counts = self.0.get(file).into_iter().flat_map(BTreeMap::values);
        counts.fold(0, |sum, count| sum.saturating_add(*count))
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

/// A baseline in use: each entry is good for as many findings as it was written for.
#[derive(Debug)]
pub(crate) struct Baseline {
    entries: Entries,
    /// What is left, of the files that were met.
    left: HashMap<String, HashMap<Entry, usize>>,
}

impl Baseline {
    pub(crate) fn new(entries: Entries) -> Self {
        Baseline { entries, left: HashMap::new() }
    }

    pub(crate) fn entries(&self) -> &Entries {
        &self.entries
    }

    /// Makes ready for the findings of a file.
    pub(crate) fn meet(&mut self, file: &str) {
        if let Some(entries) = self.entries.0.get(file)
            && !self.left.contains_key(file)
        {
            let all = entries.iter().map(|(entry, count)| (entry.clone(), *count)).collect();
            self.left.insert(file.to_owned(), all);
        }
    }

    /// Whether this finding was there before.
    pub(crate) fn take(&mut self, file: &str, finding: &Finding) -> bool {
        let Some(left) = self.left.get_mut(file) else { return false };
        match left.get_mut(&Entry::of(finding)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// How many findings of the files that were met are gone.
    pub(crate) fn gone(&self) -> usize {
        self.left
            .values()
            .flat_map(HashMap::values)
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The names of the files that were not met.
    pub(crate) fn not_met(&self) -> impl Iterator<Item = &str> {
        self.entries.files().filter(|file| !self.left.contains_key(*file))
    }
}
