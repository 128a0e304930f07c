//! Requests with parts deleted, doubled, swapped and replaced: whatever comes in, the report holds
//! together, the stream says what the whole text says, and a safe fix of
//! text with one fault repairs it.

#[path = "common/mutated.rs"]
mod common;

use common::{REQUESTS, cases, mutated, mutations};
use kling_lint::{Applicability, Finding, Fix, Linter, Report, Severity};
use proptest::prelude::*;

/// A stream of as many bytes at a time.
struct Chunks<'t>(&'t [u8], usize);

impl std::io::Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(self.1).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// The edits of a fix in the order of the text: within it, and apart from each other.
fn edits(fix: &Fix, len: usize) -> Vec<(usize, usize, &str)> {
    let mut edits: Vec<_> = fix
        .edits
        .iter()
        .map(|edit| (edit.span.start as usize, edit.span.end as usize, edit.text.as_str()))
        .collect();
    assert!(!edits.is_empty(), "a fix does something: {fix:?}");
    edits.sort();
    for (start, end, _) in &edits {
        assert!(start <= end && *end <= len, "out of the text: {fix:?}");
    }
    assert!(edits.windows(2).all(|pair| pair[0].1 <= pair[1].0), "edits overlap: {fix:?}");
    edits
}

fn apply(fix: &Fix, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut pos = 0;
    for (start, end, new) in edits(fix, text.len()) {
        out.extend_from_slice(&text[pos..start]);
        out.extend_from_slice(new.as_bytes());
        pos = end;
    }
    out.extend_from_slice(&text[pos..]);
    out
}

fn holds_together(report: &Report, text: &[u8]) {
    let mut last = 0;
    for finding in report.findings() {
        let (start, end) = (finding.span.start, finding.span.end);
        assert!(start <= end && end <= text.len() as u64, "out of the text: {finding:?}");
        assert!(last <= start, "out of order: {finding:?}");
        assert!(finding.start <= finding.end, "{finding:?}");
        assert!(finding.pointer.is_empty() || finding.pointer.starts_with('/'), "{finding:?}");
        let excerpt = &finding.excerpt;
        assert!(excerpt.text.get(excerpt.highlight.clone()).is_some(), "{finding:?}");
        for outside in
            [&*finding.message, &*excerpt.text, finding.help.as_deref().unwrap_or_default()]
        {
            assert!(!outside.chars().any(char::is_control), "not escaped: {finding:?}");
        }
        if let Some(fix) = &finding.fix {
            edits(fix, text.len());
        }
        last = start;
    }
}

/// How many findings say the same, whatever their places, which a fix may move.
fn count(report: &Report, finding: &Finding) -> usize {
    let same = |other: &&Finding| {
        other.rule.id == finding.rule.id
            && other.pointer == finding.pointer
            && other.message == finding.message
    };
    report.findings().iter().filter(same).count()
}

/// How many findings of this rule are about this value, whatever they say.
fn about(report: &Report, finding: &Finding) -> usize {
    let same =
        |other: &&Finding| other.rule.id == finding.rule.id && other.pointer == finding.pointer;
    report.findings().iter().filter(same).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_report_holds_together(
        request in any::<prop::sample::Index>(),
        mutations in mutations(),
        chunk in 1_usize..40,
        wire in any::<bool>(),
    ) {
        let text = mutated(&REQUESTS[request.index(REQUESTS.len())], &mutations);
        let linter = Linter::builder().wire(wire).build().expect("a linter");
        let report = linter.lint_bytes(&text);
        holds_together(&report, &text);
        let streamed = linter.lint_reader(Chunks(&text, chunk), None).expect("memory can be read");
        prop_assert_eq!(format!("{:?}", report), format!("{streamed:?}"));
    }

    #[test]
    fn a_safe_fix_removes_its_finding(
        request in any::<prop::sample::Index>(),
        mutations in mutations(),
    ) {
        let text = mutated(&REQUESTS[request.index(REQUESTS.len())], &mutations);
        let linter = Linter::new();
        let report = linter.lint_bytes(&text);
        for finding in report.findings() {
            let Some(fix) = &finding.fix else { continue };
            if fix.applicability != Applicability::Safe {
                continue;
            }
            let fixed = apply(fix, &text);
            let after = linter.lint_bytes(&fixed);
            // In broken text, faults hide each other: only one alone must go with its fix.
            let mut others = report.findings().iter().filter(|one| !std::ptr::eq(*one, finding));
            if others.any(|one| one.rule.id.starts_with("KL00")) {
                continue;
            }
            prop_assert!(
                count(&after, finding) < count(&report, finding),
                "still there: {:?} {}\n{}\n{}", finding.rule.id, finding.message,
                String::from_utf8_lossy(&text), String::from_utf8_lossy(&fixed)
            );
        }
    }
}

#[test]
fn a_safe_fix_of_a_fixture_adds_nothing_worse_than_a_hint() {
    let linter = Linter::new();
    let mut wrong = Vec::new();
    for text in REQUESTS.iter() {
        let report = linter.lint_bytes(text);
        for finding in report.findings() {
            let Some(fix) =
                finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe)
            else {
                continue;
            };
            let fixed = apply(fix, text);
            let after = linter.lint_bytes(&fixed);
            for added in after.findings() {
                if added.severity > Severity::Info && about(&report, added) < about(&after, added) {
                    wrong.push(format!(
                        "{} {} -> {} {}\n  {}",
                        finding.rule.id,
                        finding.message,
                        added.rule.id,
                        added.message,
                        String::from_utf8_lossy(&fixed)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
