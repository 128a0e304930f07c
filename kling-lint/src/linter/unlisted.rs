//! What nobody would list of a report: it is counted instead.

use kling_schema::Severity;
use kling_schema::rules::Rule;
use kling_schema::rules::media::ODD_HOST;

use super::Linter;
use crate::finding::Draft;
use crate::unlisted::{Counts, Unlisted};

impl Linter {
    /// Whether findings of a rule that rest on this severity are only counted.
    pub(super) fn counts(
        &self,
        unlisted: &Unlisted,
        rule: &'static Rule,
        severity: Severity,
    ) -> bool {
        let severity = self.severity_of(severity);
        severity.is_some_and(|severity| unlisted.has(rule, severity))
    }

    /// Whether URLs at hosts that nobody can fetch from are only counted.
    pub(super) fn counts_odd_hosts(&self, unlisted: &Unlisted) -> bool {
        self.counts(unlisted, &ODD_HOST, Severity::Warning)
    }

    /// Takes out of the drafts what nobody would list, and counts it.
    pub(super) fn leave_out(
        &self,
        unlisted: &Unlisted,
        drafts: &mut Vec<Draft>,
        counts: &mut Counts,
    ) {
        if unlisted.is_nothing() {
            return;
        }
        drafts.retain(|draft| {
            let severity = self.severity(draft);
            let is_listed = !unlisted.has(draft.rule, severity);
            if !is_listed {
                counts.add(draft.rule, severity, 1);
            }
            is_listed
        });
    }

    /// Whether so many findings are kept, and none was dropped: else which are kept depends on all of them, and
    /// none may be left out.
    pub(crate) fn keeps(&self, findings: usize, dropped: usize) -> bool {
        findings <= self.options.room.findings && dropped == 0
    }
}
