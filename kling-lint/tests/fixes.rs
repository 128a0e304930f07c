//! Fixes made until none is left: no new finding, nothing else changed, and nothing more the second
//! time.

#[path = "common/mutated.rs"]
mod common;

use std::collections::HashMap;

use common::{REQUESTS, cases, mutated, mutations};
use kling_lint::{Applicability, Linter, Report};
use proptest::prelude::*;

/// What is said, by rule and pointer.
fn counts(report: &Report) -> HashMap<(&str, &str), usize> {
    let mut counts = HashMap::new();
    for finding in report.findings() {
        *counts.entry((finding.rule.id, finding.pointer.as_str())).or_default() += 1;
    }
    counts
}

/// What was not said before.
fn new<'r>(before: &Report, after: &'r Report) -> Vec<(&'r str, &'r str)> {
    let known = counts(before);
    let more = |(key, count): &(_, usize)| known.get(key).is_none_or(|before| before < count);
    // A key that is repaired gives the values below it another pointer.
    let of_rule =
        |report: &Report, id: &str| report.findings().iter().filter(|it| it.rule.id == id).count();
    let grows = |id: &str| of_rule(before, id) < of_rule(after, id);
    counts(after).into_iter().filter(more).map(|(key, _)| key).filter(|(id, _)| grows(id)).collect()
}

fn linters() -> [Linter; 3] {
    let one = |name| Linter::builder().endpoint(name).build().expect("a linter");
    [Linter::new(), one("image2video"), one("omni-video")]
}

fn check(text: &[u8], linter: &Linter, most: Applicability) -> usize {
    let before = linter.lint_bytes(text);
    let fixed = linter.fix_bytes(text, most);
    let shown = || {
        let texts = [text, &fixed.text].map(String::from_utf8_lossy);
        format!("{}\n-->\n{}", texts[0], texts[1])
    };
    assert_eq!(format!("{:?}", linter.lint_bytes(&fixed.text)), format!("{:?}", fixed.report));
    let new = new(&before, &fixed.report);
    assert!(new.is_empty(), "{new:#?}\n{}", shown());
    assert_eq!(fixed.count == 0, fixed.text == text, "{}", shown());
    if fixed.count > 0 {
        assert!(fixed.report.findings().len() < before.findings().len(), "{}", shown());
    }
    let again = linter.fix_bytes(&fixed.text, most);
    assert_eq!(
        String::from_utf8_lossy(&fixed.text),
        String::from_utf8_lossy(&again.text),
        "twice is once: {}",
        shown()
    );
    fixed.count
}

#[test]
fn fixtures_are_fixed() {
    let mut count = 0;
    for text in REQUESTS.iter() {
        for linter in linters() {
            for most in [Applicability::Safe, Applicability::Unsafe] {
                count += check(text, &linter, most);
            }
        }
    }
    assert!(count > 300, "{count} fixes");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_requests_are_fixed(
        request in any::<prop::sample::Index>(),
        mutations in mutations(),
        linter in 0_usize..3,
        guess in any::<bool>(),
    ) {
        let text = mutated(&REQUESTS[request.index(REQUESTS.len())], &mutations);
        let most = if guess { Applicability::Unsafe } else { Applicability::Safe };
        check(&text, &linters()[linter], most);
    }
}
