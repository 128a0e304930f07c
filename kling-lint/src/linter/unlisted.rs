//! What nobody would list of a report: it is counted instead.

use kling_schema::Severity;
use kling_schema::rules::media::ODD_HOST;

use super::Linter;
use crate::finding::Draft;
use crate::unlisted::{Counts, Unlisted};

impl Linter {
    /// Whether URLs at hosts that nobody can fetch from are only counted.
    pub(super) fn counts_odd_hosts(&self, unlisted: &Unlisted) -> bool {
        let severity = self.severity_of(Severity::Warning);
        severity.is_some_and(|severity| unlisted.has(&ODD_HOST, severity))
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

/// So many URLs at hosts that nobody can fetch from.
pub(super) fn odd_hosts(odd: usize) -> Counts {
    let mut counts = Counts::default();
    counts.add(&ODD_HOST, Severity::Warning, u32::try_from(odd).unwrap_or(u32::MAX));
    counts
}
