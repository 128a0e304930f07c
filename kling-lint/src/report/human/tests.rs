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

#[test]
fn colours_snapshot() {
    let one = calm().finding("a.json", &samples::wrong_type());
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
    finding.help = Some("é".repeat(100_000));
    finding.constraint = Some("é".repeat(100_000));
    if let Some(fix) = &mut finding.fix {
        fix.title = "ö".repeat(100_000);
    }
    for width in [0, 1, 20, 80, 400] {
        let usual = Human::new(width, true, false).finding("a.json", &samples::far_right());
        assert!(usual.len() < 1024, "{} bytes at width {width}", usual.len());
        let absurd = Human::new(width, false, false).finding("a.json", &finding);
        assert!(absurd.len() < 2048, "{} bytes at width {width}", absurd.len());
    }
}

#[test]
fn a_highlight_that_is_off_is_drawn_all_the_same() {
    let mut finding = samples::wrong_type();
    for highlight in [0..0, 1..2, Range { start: 2, end: 1 }, 3..usize::MAX, usize::MAX..usize::MAX]
    {
        finding.excerpt = Excerpt::new("é…é".into(), highlight);
        assert!(calm().finding("a.json", &finding).contains("é…é"));
    }
    finding.excerpt = Excerpt::default();
    assert!(calm().finding("a.json", &finding).contains("a.json:3:15"));
}

mod property {
    use proptest::prelude::*;

    use super::*;

    proptest! {
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
            prop_assert!(!Human::new(width, false, false).finding("a.json", &finding).is_empty());
        }
    }
}
