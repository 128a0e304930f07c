//! Fits the window of a line into a terminal's columns.
//!
//! The renderer trims on its own, but counts a wide character as one column: half of the line that a
//! Chinese prompt stands on would wrap.

use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use crate::finding::Excerpt;
use crate::printable;

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
    let left = left.min(columns);
    let near = before.len().saturating_sub(left + 1);
    let kept = plainly_fitting(&before.as_bytes()[near..], left);
    let kept = kept.unwrap_or_else(|| fitting(before.chars().rev(), before.len(), left));
    let start = before.len() - kept;
    let mut out = String::with_capacity(text.len() + 2 * CUT.len_utf8());
    if start > 0 {
        out.push(CUT);
    }
    out.push_str(&before[start..]);
    let from = out.len();
    let rest = &text[highlight.start..];
    let right = columns.saturating_sub(width(&out));
    let near = rest.len().min(right + 1);
    let kept = plainly_fitting(&rest.as_bytes()[..near], right);
    let kept = kept.unwrap_or_else(|| fitting(rest.chars(), rest.len(), right));
    out.push_str(&rest[..kept]);
    let to = from + kept.min(meant.len());
    if kept < rest.len() {
        out.push(CUT);
    }
    // What is meant may be cut down to nothing: then the cut is what it is about.
    let to = if kept < meant.len() { out.len() } else { to };
    Excerpt::new(out, from..to)
}

/// The same of printable ASCII, if all that is near is that: as much as fits, and one byte more if
/// there is more.
fn plainly_fitting(near: &[u8], columns: usize) -> Option<usize> {
    let is_plain = columns <= BYTES / 2 && printable::plain(near) == near.len();
    let fits = if near.len() <= columns { near.len() } else { columns.saturating_sub(1) };
    is_plain.then_some(fits)
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

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    let (mut rest, mut columns) = (text, 0);
    loop {
        let plain = printable::plain(rest.as_bytes());
        columns += plain;
        let mut others = rest[plain..].chars();
        let Some(character) = others.next() else { return columns };
        columns += columns_of(character);
        rest = others.as_str();
    }
}

pub(super) fn columns_of(character: char) -> usize {
    match character {
        ' '..='~' | CUT => 1,
        _ => character.width().unwrap_or(TAB),
    }
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
            text in prop_oneof!["[a名\t\u{301}…\\PC]{0,300}", "…?[a-z]{0,300}名?[a-z]{0,300}…?"],
            start in 0_usize..400,
            len in 0_usize..400,
            columns in 4_usize..100,
        ) {
            let excerpt = fit(&Excerpt::new(text.clone(), start..start + len), columns);
            prop_assert!(width(&excerpt.text) <= columns, "{:?}", excerpt.text);
            prop_assert!(excerpt.text.len() <= BYTES + 2 * CUT.len_utf8());
            prop_assert!(excerpt.text.get(excerpt.highlight).is_some());
            let bytes = text.as_bytes();
            for (near, characters) in [
                (&bytes[..bytes.len().min(columns + 1)], text.clone()),
                (&bytes[bytes.len().saturating_sub(columns + 1)..], text.chars().rev().collect()),
            ] {
                if let Some(kept) = plainly_fitting(near, columns) {
                    prop_assert_eq!(kept, fitting(characters.chars(), text.len(), columns));
                }
            }
        }
    }
}
