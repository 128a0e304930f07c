//! Findings that nobody would list: they are counted, and never put into words.

use kling_schema::Severity;
#[cfg(any(feature = "cli", test))]
use kling_schema::rules;
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

/// Findings that were counted only, each rule and severity once, in their order. The two of most reports take no
/// allocation, which another thread would have to free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts(SmallVec<[Count; 2]>);

/// So many findings of one rule and severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count {
    /// The number in its id, which takes less room.
    rule: u16,
    pub(crate) severity: Severity,
    pub(crate) number: u32,
}

impl Count {
    /// The rule.
    #[cfg(any(feature = "cli", test))]
    pub(crate) fn rule(self) -> Option<&'static Rule> {
        rules::all().find(|rule| number(rule) == self.rule)
    }
}

/// 4005 of `KL4005`.
const fn number(rule: &Rule) -> u16 {
    let (id, mut number, mut at) = (rule.id.as_bytes(), 0, 0);
    while at < id.len() {
        if id[at].is_ascii_digit() {
            number = 10 * number + (id[at] - b'0') as u16;
        }
        at += 1;
    }
    number
}

impl Counts {
    /// Counts some more.
    pub(crate) fn add(&mut self, rule: &'static Rule, severity: Severity, many: u32) {
        self.join(Count { rule: number(rule), severity, number: many });
    }

    /// Counts what was counted elsewhere.
    pub(crate) fn join(&mut self, count: Count) {
        if count.number == 0 {
            return;
        }
        let key = |count: &Count| (count.rule, count.severity);
        // There are few, and mostly it is the last.
        let before = self.0.iter().rposition(|it| key(it) <= key(&count));
        match before {
            Some(at) if key(&self.0[at]) == key(&count) => {
                self.0[at].number = self.0[at].number.saturating_add(count.number);
            }
            _ => self.0.insert(before.map_or(0, |at| at + 1), count),
        }
    }

    /// Counts so many more URLs at hosts that nobody can fetch from.
    pub(crate) fn add_odd_hosts(&mut self, odd: usize) {
        const RULE: u16 = number(&ODD_HOST);
        let number = u32::try_from(odd).unwrap_or(u32::MAX);
        self.join(Count { rule: RULE, severity: Severity::Warning, number });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_known_by_their_numbers() {
        assert_eq!(number(&ODD_HOST), 4005);
        for rule in rules::all() {
            let count = Count { rule: number(rule), severity: Severity::Info, number: 1 };
            assert_eq!(count.rule(), Some(rule));
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
        assert!(counts.0.iter().map(|count| count.rule()).eq(all.iter().map(|rule| Some(*rule))));
        assert_eq!((counts.total(), counts.of(Severity::Info)), (2 * all.len(), 0));
    }
}
