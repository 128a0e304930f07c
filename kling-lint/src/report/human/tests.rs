//! What people see.

use std::ops::Range;

use super::*;
use crate::report::samples;

fn calm() -> Human {
    Human::new(80, false, false)
}

#[test]
fn snapshot() {
    insta::assert_snapshot!(samples::told(&mut calm()));
    insta::assert_snapshot!("verbose", samples::told(&mut Human::new(80, true, false)));
    insta::assert_snapshot!("quiet", samples::told(&mut Human::new(80, false, true)));
}

/// What is printed of a finding.
fn drawn(human: &Human, finding: &Finding) -> String {
    let mut text = String::new();
    human.finding(&mut text, "a.json", finding);
    text
}

#[test]
fn colours_snapshot() {
    let one = drawn(&calm(), &samples::wrong_type());
    insta::assert_snapshot!(one.replace('\u{1b}', "ESC"));
}

#[test]
fn a_fix_is_not_said_twice() {
    let fix = samples::wrong_type().fix;
    assert_eq!(
        advice(Some("write \"5\""), fix.as_ref()),
        (None, Some("write \"5\" (safe)".into()))
    );
    assert_eq!(
        advice(Some("seconds, as a text: write \"5\""), fix.as_ref()),
        (None, Some("seconds, as a text: write \"5\" (safe)".into()))
    );
    assert_eq!(
        advice(Some("see the page"), fix.as_ref()),
        (Some("see the page".into()), Some("write \"5\" (safe)".into()))
    );
    assert_eq!(advice(Some("see the page"), None), (Some("see the page".into()), None));
    assert_eq!(advice(None, None), (None, None));
}

/// Whatever a request holds, a finding never fills the screen, with colours and all.
#[test]
fn a_finding_takes_less_than_2_kb() {
    let mut finding = samples::far_right();
    finding.message = "é".repeat(100_000);
    finding.help = Some("é".repeat(100_000).into());
    finding.constraint = Some("é".repeat(100_000));
    if let Some(fix) = &mut finding.fix {
        fix.title = "ö".repeat(100_000);
    }
    for width in [0, 1, 20, 80, 400] {
        let usual = drawn(&Human::new(width, true, false), &samples::far_right());
        assert!(usual.len() < 1024, "{} bytes at width {width}", usual.len());
        let absurd = drawn(&Human::new(width, false, false), &finding);
        assert!(absurd.len() < 2048, "{} bytes at width {width}", absurd.len());
    }
}

#[test]
fn a_highlight_that_is_off_is_drawn_all_the_same() {
    let mut finding = samples::wrong_type();
    for highlight in [0..0, 1..2, Range { start: 2, end: 1 }, 3..usize::MAX, usize::MAX..usize::MAX]
    {
        finding.excerpt = Excerpt::new("é…é".into(), highlight);
        assert!(drawn(&calm(), &finding).contains("é…é"));
    }
    finding.excerpt = Excerpt::default();
    assert!(drawn(&calm(), &finding).contains("a.json:3:15"));
}

mod property {
    use proptest::prelude::*;

    use super::*;

    /// Most are ordinary.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![8 => "[ -~]{0,40}", 2 => "…", 3 => "[名가é 　\u{301}]{0,9}", 1 => "\\PC{0,3}", 1 => "[\n\t\u{202e}]"];
        proptest::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Without colours a finding is what it is with them, less the colours.
        #[test]
        fn what_is_drawn_here_is_what_the_renderer_draws(
            (message, help, title) in (text(), proptest::option::of(text()), proptest::option::of(text())),
            (excerpt, start, len) in (text(), 0_usize..80, 0_usize..80),
            (line, column, width) in (prop_oneof![any::<u64>(), 0_u64..2_000], any::<u64>(), 0_usize..200),
            (constraint, verbose) in (proptest::option::of(text()), any::<bool>()),
            severity in proptest::sample::select(&[Severity::Error, Severity::Warning, Severity::Info]),
        ) {
            let mut finding = samples::wrong_type();
            let fix = finding.fix.take();
            finding.fix = title.and_then(|title| Some(Fix { title, ..fix? }));
            (finding.message, finding.help, finding.constraint) = (message, help.map(Into::into), constraint);
            finding.excerpt = Excerpt::new(excerpt, start..start + len);
            finding.start = crate::finding::Position::new(line, column);
            finding.severity = severity;
            let styled = Human::new(width, verbose, false);
            let mut rendered = String::new();
            styled.finding(&mut rendered, "a.json", &finding);
            let rendered = anstream::adapter::strip_str(&rendered).to_string();
            prop_assert_eq!(drawn(&styled.plain(), &finding), rendered);
        }

        /// No excerpt and no place makes the renderer stumble.
        #[test]
        fn any_window_is_drawn(
            text in "\\PC{0,200}",
            start in 0_usize..300,
            len in 0_usize..300,
            line in any::<u64>(),
            column in any::<u64>(),
            width in 0_usize..200,
        ) {
            let mut finding = samples::wrong_type();
            finding.excerpt = Excerpt::new(text, start..start + len);
            finding.start = crate::finding::Position::new(line, column);
            prop_assert!(!drawn(&Human::new(width, false, false), &finding).is_empty());
        }
    }
}
