//! Fits the window of a line into a terminal's columns.
//!
//! The renderer trims on its own, but counts a wide character as one column: half of the line that a
//! Chinese prompt stands on would wrap.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use crate::finding::Excerpt;

/// What a tab is drawn as.
const TAB: usize = 4;
/// What the text may take, however narrow its characters are: marks that combine take no column.
const BYTES: usize = 600;
/// Stands for what is cut, one column wide.
const CUT: char = '…';

/// The excerpt, cut to so many columns around its highlight's start.
pub(crate) fn fit(excerpt: &Excerpt, columns: usize) -> Excerpt {
    let text = excerpt.text.as_str();
    let highlight = within(excerpt);
    if text.len() <= BYTES && width(text) <= columns {
        return Excerpt::new(text.into(), highlight);
    }
    let (before, meant) = text.split_at(highlight.start);
    let (meant, after) = meant.split_at(highlight.len());
    // What stands before says which key it is; what is meant matters more when both are long.
    let meant_and_after = width(meant) + width(after);
    let spare = columns.saturating_sub(width(meant)) * 2 / 3;
    let left = (columns / 3).max(spare).max(columns.saturating_sub(meant_and_after));
    let start = before.len() - fitting(before.chars().rev(), before.len(), left.min(columns));
    let mut out = String::new();
    if start > 0 {
        out.push(CUT);
    }
    out.push_str(&before[start..]);
    let from = out.len();
    let rest = &text[highlight.start..];
    let kept = fitting(rest.chars(), rest.len(), columns.saturating_sub(width(&out)));
    out.push_str(&rest[..kept]);
    let to = from + kept.min(meant.len());
    if kept < rest.len() {
        out.push(CUT);
    }
    // What is meant may be cut down to nothing: then the cut is what it is about.
    let to = if kept < meant.len() { out.len() } else { to };
    Excerpt::new(out, from..to)
}

/// How many bytes of the characters fit, leaving a column for the cut unless all of them do.
fn fitting(characters: impl Iterator<Item = char>, all: usize, columns: usize) -> usize {
    let (mut bytes, mut used, mut cut_at) = (0, 0, 0);
    for character in characters {
        bytes += character.len_utf8();
        used += columns_of(character);
        if used > columns || bytes > BYTES / 2 {
            return cut_at;
        }
        if used < columns {
            cut_at = bytes;
        }
    }
    all
}

fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(character: char) -> usize {
    character.width().unwrap_or(TAB)
}

/// The highlight, inside the text and between characters whatever it says.
fn within(excerpt: &Excerpt) -> Range<usize> {
    let end = excerpt.text.floor_char_boundary(excerpt.highlight.end);
    excerpt.text.floor_char_boundary(excerpt.highlight.start.min(end))..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The text, with the highlight in brackets.
    fn fitted(text: &str, highlight: Range<usize>, columns: usize) -> String {
        let Excerpt { mut text, highlight } = fit(&Excerpt::new(text.into(), highlight), columns);
        text.insert(highlight.end, ']');
        text.insert(highlight.start, '[');
        text
    }

    #[test]
    fn what_fits_is_kept() {
        assert_eq!(fitted("\"mode\": 1", 8..9, 9), "\"mode\": [1]");
        assert_eq!(fitted("\"名\": 1", 7..8, 8), "\"名\": [1]");
    }

    #[test]
    fn a_long_value_is_cut_after_its_key() {
        let line = format!("\"prompt\": \"{}\"", "x".repeat(100));
        assert_eq!(fitted(&line, 10..112, 20), "…pt\": [\"xxxxxxxxxxxx…]");
        let line = format!("\"prompt\": \"{}\"", "名".repeat(100));
        assert_eq!(fitted(&line, 10..312, 20), "…pt\": [\"名名名名名名…]");
    }

    #[test]
    fn a_short_value_keeps_both_neighbours() {
        let line = format!("{}7{}", "a".repeat(100), "b".repeat(100));
        assert_eq!(fitted(&line, 100..101, 16), "…aaaaaaaaa[7]bbbb…");
        let line = format!("{}7", "a".repeat(100));
        assert_eq!(fitted(&line, 100..101, 16), "…aaaaaaaaaaaaaa[7]");
    }

    proptest! {
        #[test]
        fn it_fits(
            text in "[a名\t\u{301}…\\PC]{0,300}",
            start in 0_usize..400,
            len in 0_usize..400,
            columns in 4_usize..100,
        ) {
            let excerpt = fit(&Excerpt::new(text, start..start + len), columns);
            prop_assert!(width(&excerpt.text) <= columns, "{:?}", excerpt.text);
            prop_assert!(excerpt.text.len() <= BYTES + 2 * CUT.len_utf8());
            prop_assert!(excerpt.text.get(excerpt.highlight).is_some());
        }
    }
}
