//! Findings that nobody would list: they are counted, and never put into words.

use kling_schema::Severity;
use kling_schema::rules::Rule;
use kling_schema::rules::media::ODD_HOST;
use smallvec::SmallVec;

/// What need not be listed of a request. As a rule that is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unlisted {
    /// No info is listed.
    pub(crate) infos: bool,
    /// No warning of these rules is listed.
    pub(crate) rules: Vec<&'static Rule>,
}

impl Unlisted {
    /// Whether everything is listed.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.infos && self.rules.is_empty()
    }

    /// Whether findings of a rule are not listed that have this severity.
    pub(crate) fn has(&self, rule: &'static Rule, severity: Severity) -> bool {
        match severity {
            Severity::Error => false,
            Severity::Warning => self.rules.contains(&rule),
            Severity::Info => self.infos && !is_of_document(rule),
        }
    }
}

/// Whether a rule is about a document as a whole: how a run goes on depends on its findings, so that they have
/// to be there.
pub(crate) fn is_of_document(rule: &Rule) -> bool {
    rule.id.starts_with("KL0")
}

/// Findings that were counted only, each rule and severity once, in their order. The few of most reports take no
/// allocation, which another thread would have to free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(SmallVec<[Count; 3]>);

/// So many findings of one rule and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) rule: &'static Rule,
    pub(crate) severity: Severity,
    pub(crate) number: u32,
}

impl Counts {
    /// Counts some more.
    pub(crate) fn add(&mut self, rule: &'static Rule, severity: Severity, number: u32) {
        if number == 0 {
            return;
        }
        match self.0.binary_search_by_key(&(rule.id, severity), |it| (it.rule.id, it.severity)) {
            Ok(at) => self.0[at].number = self.0[at].number.saturating_add(number),
            Err(at) => self.0.insert(at, Count { rule, severity, number }),
        }
    }

    /// Counts so many more URLs at hosts that nobody can fetch from.
    pub(crate) fn add_odd_hosts(&mut self, odd: usize) {
        self.add(&ODD_HOST, Severity::Warning, u32::try_from(odd).unwrap_or(u32::MAX));
    }

    #[cfg(feature = "cli")]
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Count> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The highest severity among them.
    #[cfg(feature = "cli")]
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|it| it.severity).max()
    }

    /// How many findings there are.
    pub(crate) fn total(&self) -> usize {
        self.0.iter().map(|it| it.number as usize).sum()
    }

    /// How many findings there are of this severity.
    pub(crate) fn of(&self, severity: Severity) -> usize {
        self.0.iter().filter(|it| it.severity == severity).map(|it| it.number as usize).sum()
    }
}
