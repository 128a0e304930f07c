//! Which findings of a run are listed, and which are only counted.

use kling_schema::Severity;
use kling_schema::rules::Rule;

use crate::Report;
use crate::report::{FIRST, Lists};
use crate::unlisted::{Counts, Sort, Unlisted, is_of_document};

/// What was listed so far. Requests come in their order, so that it does not depend on threads.
#[derive(Debug)]
pub(super) struct Listing {
    lists: Lists,
    /// How many errors and warnings of each rule were listed.
    listed: Vec<(Sort, usize)>,
    /// What need not be put into words from here on.
    unlisted: Unlisted,
    may_drop: bool,
}

impl Listing {
    /// Where a policy may drop findings, it has to see them.
    pub(super) fn new(lists: Lists, may_drop: bool) -> Self {
        let infos = lists < Lists::All && !may_drop;
        let unlisted = Unlisted { infos, sorts: Vec::new() };
        Listing { lists, listed: Vec::new(), unlisted, may_drop }
    }

    /// What need not be put into words any more.
    pub(super) fn unlisted(&self) -> &Unlisted {
        &self.unlisted
    }

    /// Takes out of a report the errors and warnings that are not listed, and counts them.
    pub(super) fn thin(&mut self, report: &mut Report, counts: &mut Counts) {
        if self.lists > Lists::First {
            return;
        }
        report.findings.retain(|finding| {
            let is_listed = finding.severity == Severity::Info
                || self.lists_one_more(finding.rule, finding.severity);
            counts.add(finding.rule, finding.severity, u32::from(!is_listed));
            is_listed
        });
    }

    /// Whether nothing of a report is told.
    pub(super) fn passes_over(&self, report: &Report) -> bool {
        self.lists < Lists::All && report.findings.is_empty() && report.hidden == [0; 3]
    }

    /// Whether one more finding of a rule is listed that has this severity.
    fn lists_one_more(&mut self, rule: &'static Rule, severity: Severity) -> bool {
        let sort = Sort::new(rule, severity);
        let at = self.listed.iter().position(|(it, _)| *it == sort).unwrap_or_else(|| {
            self.listed.push((sort, 0));
            self.listed.len() - 1
        });
        let number = &mut self.listed[at].1;
        if *number == FIRST {
            return false;
        }
        *number += 1;
        if *number == FIRST && !self.may_drop && !is_of_document(rule) {
            self.unlisted.sorts.push(sort);
        }
        true
    }
}
