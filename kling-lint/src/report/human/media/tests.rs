use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::report::samples::{good, media, png};
use crate::{Linter, MediaReport};

/// What is printed, without colours.
fn printed(report: &MediaReport, width: usize, verbose: bool, quiet: bool) -> String {
    let input = Media { path: Path::new("a.png"), report };
    anstream::adapter::strip_str(&page(&input, width, verbose, quiet)).to_string()
}

fn judged(width: u32, height: u32) -> MediaReport {
    media(Linter::builder(), &png(width, height), "a.png")
}

#[test]
fn snapshots() {
    insta::assert_snapshot!("taken", printed(&judged(1024, 768), 80, false, false));
    insta::assert_snapshot!("small", printed(&judged(338, 191), 80, false, false));
    insta::assert_snapshot!("small_verbose", printed(&judged(338, 191), 80, true, false));
    insta::assert_snapshot!("two_reasons", printed(&judged(338, 100), 80, false, false));
    insta::assert_snapshot!("narrow", printed(&judged(338, 191), 44, false, false));
    insta::assert_snapshot!("narrowest", printed(&judged(338, 191), 1, false, false));
}

#[test]
fn colours_are_not_all_that_tells() {
    let input = Media { path: Path::new("a.png"), report: &judged(800, 300) };
    insta::assert_snapshot!(page(&input, 80, false, false).replace('\u{1b}', "ESC"));
}

#[test]
fn nothing_wide_helps_beyond_80_columns() {
    let report = judged(338, 191);
    assert_eq!(printed(&report, 80, true, false), printed(&report, 300, true, false));
}

#[test]
fn a_quiet_page_holds_what_is_wrong() {
    assert_eq!(printed(&judged(300, 300), 80, false, true), "");
    let page = printed(&judged(800, 300), 80, false, true);
    assert!(!page.contains("taken") && page.contains("refused (KL4015) by"), "{page}");
}

#[test]
fn a_video_is_told_with_its_figures_and_what_to_do_with_it() {
    let mut report = good();
    report.content = Some("MP4");
    report.pixels = Some((1280, 720));
    report.seconds = Some(1.0);
    report.frames_per_second = Some(29.970_029_97);
    report.len = 1_204_000;
    report.fields.truncate(1);
    report.fields[0].inline = false;
    assert_eq!(
        printed(&report, 80, false, false),
        "a.png: MP4, 1280 × 720 pixels, 1 second, 29.97 frames per second, 1,204,000\n  bytes\n  \
         taken by\n    \
         multi-image2image  subject_image_list[].subject_image (a URL: upload it\n                       \
         first)\n\n"
    );
    report.content = None;
    report.turned = true;
    report.animated = true;
    report.seconds = Some(u64::MAX as f64);
    report.len = 1;
    assert_eq!(
        facts(&report),
        "1280 × 720 pixels (shown turned by a quarter), animated, \
         18446744073709551616 seconds, 29.97 frames per second, 1 byte"
    );
}

#[test]
fn what_cannot_be_told_is_told_at_once() {
    let report = media(Linter::builder(), &png(0, 7), "a.png");
    let page = printed(&report, 80, false, false);
    assert!(page.contains("warning[KL4016 unreadable-header]"), "{page}");
    assert!(page.contains("may be refused (KL4016) by"), "{page}");
}

proptest! {
    /// No line is longer than the screen, unless it is one word.
    #[test]
    fn it_fits(width in 0_u32..4000, height in 0_u32..4000, columns in 0_usize..120, verbose: bool) {
        let page = printed(&judged(width, height), columns, verbose, false);
        let fits = columns.clamp(NARROWEST, WIDEST);
        for line in page.lines().skip(1) {
            let words = line.split_whitespace().count();
            prop_assert!(line.width() <= fits || words == 1, "{line}");
            prop_assert!(!line.ends_with(' '), "{line}");
        }
    }

    /// The words stay as they are, wherever the lines are broken.
    #[test]
    fn no_word_is_lost(columns in 0_usize..120) {
        let report = judged(338, 100);
        let words = |page: String| page.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let plain = words(printed(&report, columns, false, false));
        let wide = words(printed(&report, 80, false, false));
        prop_assert_eq!(plain.concat().replace(':', ""), wide.concat().replace(':', ""));
    }
}
