//! Which fixes go together.

use std::collections::BTreeMap;

use super::{Edit, Fix};
use crate::finding::Finding;

/// The findings, in their order, whose fixes can be made at once: an edit that overlaps an earlier one
/// waits, with all of its fix.
pub(super) fn together(
    findings: &[Finding],
    wanted: impl Fn(&Finding, &Fix) -> bool,
) -> Vec<&Finding> {
    let mut taken = BTreeMap::new();
    let mut picked = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| wanted(finding, fix)) else { continue };
        let edits = sorted([finding]);
        let apart = edits.windows(2).all(|pair| !overlap(ends(pair[0]), ends(pair[1])));
        if apart && !edits.is_empty() && edits.iter().all(|edit| is_free(&taken, ends(edit))) {
            taken.extend(fix.edits.iter().map(ends));
            picked.push(finding);
        }
    }
    picked
}

/// The edits of these findings' fixes, in the order of the text.
pub(super) fn sorted<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Vec<&'f Edit> {
    let fixes = findings.into_iter().filter_map(|finding| finding.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    edits
}

fn ends(edit: &Edit) -> (u64, u64) {
    (edit.span.start, edit.span.end)
}

fn is_free(taken: &BTreeMap<u64, u64>, edit: (u64, u64)) -> bool {
    let before = taken.range(..=edit.0).next_back();
    let behind = taken.range(edit.0..).next();
    let own = |(&start, &end): (&u64, &u64)| (start, end);
    before.is_none_or(|it| !overlap(own(it), edit))
        && behind.is_none_or(|it| !overlap(edit, own(it)))
}

/// Whether two ranges, the second of which does not begin before the first, share a byte, or a place
/// at which one of them inserts: which of two texts comes first there is anyone's guess.
fn overlap(one: (u64, u64), other: (u64, u64)) -> bool {
    let inserts = one.0 == one.1 || other.0 == other.1;
    one.0 == other.0 || one.1 > other.0 || inserts && one.1 == other.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linter;

    fn picked(json: &str) -> Vec<String> {
        let report =
            Linter::builder().endpoint("image2video").build().expect("a linter").lint_str(json);
        let picked = together(report.findings(), |_, _| true);
        picked.iter().map(|it| it.fix.as_ref().expect("a fix").title.clone()).collect()
    }

    #[test]
    fn fixes_apart_are_made_at_once() {
        let json =
            "{\"image\": \"https://a.io/a.png\", // hello\n\"duration\": 5, \"promt\": \"x\"}";
        assert_eq!(
            picked(json),
            ["remove the comment", "write \"5\"", "rename the key to `prompt`"]
        );
    }

    #[test]
    fn insertions_at_one_place_wait_for_each_other() {
        assert!(overlap((5, 5), (5, 5)));
        assert!(overlap((5, 5), (5, 6)));
        assert!(overlap((4, 5), (5, 5)));
        assert!(overlap((3, 6), (5, 7)));
        assert!(!overlap((4, 5), (5, 6)));
        assert!(!overlap((4, 4), (5, 6)));
    }
}
