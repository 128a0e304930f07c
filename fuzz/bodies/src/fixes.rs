//! Fixes make a text with fewer findings and none of another kind, and the report that goes with them is
//! that of the text. What is fixed needs no fixing, and one fix alone leaves JSON that is JSON.

use kling_lint::{Applicability, Fix, Linter, Report};

use crate::shared::{holds_together, told};

/// See the module.
pub fn fixes(text: &[u8]) {
    for endpoint in ["image2video", "omni-video"] {
        let linter = Linter::builder().endpoint(endpoint).build().expect("an endpoint");
        let before = linter.lint_bytes(text);
        let is_broken = is_broken(&before);
        for most in [Applicability::Safe, Applicability::Unsafe] {
            let fixed = linter.fix_bytes(text, most);
            holds_together(&fixed.report, fixed.text.len() as u64);
            assert_eq!(told(&fixed.report), told(&linter.lint_bytes(&fixed.text)));
            if fixed.count == 0 {
                assert_eq!(fixed.text, text);
                continue;
            }
            if !is_broken {
                grew_better(&before, &fixed.report);
            }
            if total(&before) <= FEW {
                assert_eq!(linter.fix_bytes(&fixed.text, most).count, 0, "fixed, and not done");
            }
        }
        if !is_broken {
            for fix in before.findings().iter().filter_map(|it| it.fix.as_ref()).take(FEW) {
                let alone = linter.lint_bytes(&applied(text, fix));
                assert!(!self::is_broken(&alone), "alone it breaks the text: {fix:?}");
            }
        }
    }
}

/// So many findings never take all the texts that a fixing may lint.
const FEW: usize = 10;

fn total(report: &Report) -> usize {
    report.findings().len() + report.hidden()
}

fn is_broken(report: &Report) -> bool {
    report.findings().iter().any(|it| it.rule.id.starts_with("KL00"))
}

fn grew_better(before: &Report, after: &Report) {
    assert!(total(after) < total(before), "nothing is better");
    assert!(!is_broken(after), "no longer JSON");
    if before.hidden() > 0 {
        return;
    }
    for finding in after.findings() {
        let is_old = before.findings().iter().any(|it| it.rule.id == finding.rule.id);
        assert!(is_old, "it was not there: {finding:?}");
    }
}

/// The text with this fix and no other.
fn applied(text: &[u8], fix: &Fix) -> Vec<u8> {
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = text.to_vec();
    for edit in edits.iter().rev() {
        out.splice(edit.span.start as usize..edit.span.end as usize, edit.text.bytes());
    }
    out
}
