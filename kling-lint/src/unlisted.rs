//! Findings that nobody would list: they are counted, and never put into words.

use kling_schema::Severity;
#[cfg(any(feature = "cli", test))]
use kling_schema::rules;
use kling_schema::rules::Rule;
use smallvec::SmallVec;

/// What need not be listed of a request. As a rule that is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unlisted {
    /// No info is listed.
    pub(crate) infos: bool,
    /// Nor is any of these errors and warnings.
    pub(crate) sorts: Vec<Sort>,
}

/// Findings of one rule and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sort {
    /// The number in the rule's id, which takes less room.
    rule: u16,
    pub(crate) severity: Severity,
}

impl Sort {
    pub(crate) fn new(rule: &Rule, severity: Severity) -> Self {
        Sort { rule: number(rule), severity }
    }

    /// All that may be left unlisted.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn all() -> impl Iterator<Item = Sort> {
        let rules = rules::all().filter(|rule| !is_of_document(rule));
        let both = [Severity::Warning, Severity::Error];
        rules.flat_map(move |rule| both.map(|severity| Sort::new(rule, severity)))
    }

    /// The rule.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn rule(self) -> Option<&'static Rule> {
        rules::all().find(|rule| number(rule) == self.rule)
    }
}

/// 4005 of `KL4005`.
fn number(rule: &Rule) -> u16 {
    let digits = rule.id.bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |number, digit| 10 * number + u16::from(digit - b'0'))
}

impl Unlisted {
    /// Whether everything is listed.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.infos && self.sorts.is_empty()
    }

    /// Whether findings of a rule are not listed that have this severity.
    pub(crate) fn has(&self, rule: &'static Rule, severity: Severity) -> bool {
        match severity {
            Severity::Info => self.infos && !is_of_document(rule),
            _ => !self.sorts.is_empty() && self.sorts.contains(&Sort::new(rule, severity)),
        }
    }
}

/// Whether a rule is about a document as a whole: how a run goes on depends on its findings, so that they have
/// to be there.
pub(crate) fn is_of_document(rule: &Rule) -> bool {
    rule.id.starts_with("KL0")
}

/// Findings that were counted only, each rule and severity once, in their order. The two of most reports take no
/// allocation, which another thread would have to free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(SmallVec<[Count; 2]>);

/// So many findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) sort: Sort,
    pub(crate) number: u32,
}

impl Counts {
    /// Counts some more, if there are more.
    pub(crate) fn add(&mut self, rule: &'static Rule, severity: Severity, many: u32) {
        if many > 0 {
            self.join(Count { sort: Sort::new(rule, severity), number: many });
        }
    }

    /// Counts what was counted elsewhere.
    pub(crate) fn join(&mut self, count: Count) {
        // There are few, and mostly it is the last.
        let before = self.0.iter().rposition(|it| it.sort <= count.sort);
        match before {
            Some(at) if self.0[at].sort == count.sort => {
                self.0[at].number = self.0[at].number.saturating_add(count.number);
            }
            _ => self.0.insert(before.map_or(0, |at| at + 1), count),
        }
    }

    #[cfg(any(feature = "cli", test))]
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Count> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The highest severity among them.
    #[cfg(feature = "cli")]
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.0.iter().map(|it| it.sort.severity).max()
    }

    /// How many findings there are.
    pub(crate) fn total(&self) -> usize {
        self.0.iter().map(|it| it.number as usize).sum()
    }

    /// How many findings there are of this severity.
    pub(crate) fn of(&self, severity: Severity) -> usize {
        let such = self.0.iter().filter(|it| it.sort.severity == severity);
        such.map(|it| it.number as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_known_by_their_numbers() {
        assert_eq!(number(&rules::media::ODD_HOST), 4005);
        for rule in rules::all() {
            assert_eq!(Sort::new(rule, Severity::Info).rule(), Some(rule));
        }
    }

    #[test]
    fn counts_are_in_the_order_of_their_rules() {
        let all: Vec<_> = rules::all().collect();
        let mut counts = Counts::default();
        for rule in all.iter().rev().chain(&all) {
            counts.add(rule, Severity::Warning, 1);
            counts.add(rule, Severity::Info, 0);
        }
        assert!(
            counts.0.iter().map(|count| count.sort.rule()).eq(all.iter().map(|rule| Some(*rule)))
        );
        assert_eq!((counts.total(), counts.of(Severity::Info)), (2 * all.len(), 0));
    }
}
