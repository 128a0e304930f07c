//! What nobody would list of a report: it is counted instead.

use kling_schema::Severity;
use kling_schema::rules::Rule;
use kling_schema::rules::media::ODD_HOST;

use super::Linter;
use crate::finding::Draft;
use crate::unlisted::{Counts, Unlisted};

/// What their findings rest on.
const ODD: Severity = Severity::Warning;

impl Linter {
    /// As what findings of a rule that rest on this severity are counted, if they are only counted.
    pub(super) fn counts_as(
        &self,
        unlisted: &Unlisted,
        rule: &'static Rule,
        severity: Severity,
    ) -> Option<Severity> {
        self.severity_of(severity).filter(|severity| unlisted.has(rule, *severity))
    }

    /// Whether URLs at hosts that nobody can fetch from are only counted.
    pub(super) fn counts_odd_hosts(&self, unlisted: &Unlisted) -> bool {
        self.counts_as(unlisted, &ODD_HOST, ODD).is_some()
    }

    /// Counts so many of them.
    pub(super) fn count_odd_hosts(&self, odd: usize, counts: &mut Counts) {
        let number = u32::try_from(odd).unwrap_or(u32::MAX);
        counts.add(&ODD_HOST, self.severity_of(ODD).unwrap_or(ODD), number);
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
