//! What the renderer would draw, without its buffer of styled characters: a tenth of the time, where
//! every finding of millions is printed. What is out of the ordinary is left to the renderer; a test
//! compares them.

use super::{ARROW, Shown, digits};
use crate::finding::Excerpt;
use crate::printable::{self, is_safe};
use crate::report::window::{columns_of, width};

/// What is repeated.
const SPACES: &str = "                                                                ";
const CARETS: &str = "^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^";

/// Draws a finding, ending with an empty line, unless only the renderer knows how.
pub(super) fn draw(out: &mut String, shown: &Shown<'_>) -> bool {
    let Shown { path, finding, message, excerpt, notes } = shown;
    let is_ordinary = printable::is_all(message, is_safe)
        && excerpt.as_ref().is_none_or(is_ordinary)
        && notes
            .iter()
            .filter_map(|(_, text)| text.as_deref())
            .all(|text| printable::is_all(text, |it| is_safe(it) || it == '\n'));
    if !is_ordinary {
        return false;
    }
    let (line, digits) = (finding.start.line, digits(finding.start.line));
    out.push_str(finding.severity.word());
    for part in ["[", finding.rule.id, " ", finding.rule.name, "]: ", message, "\n"] {
        out.push_str(part);
    }
    push_times(out, SPACES, digits);
    for part in [ARROW, " ", path, ":"] {
        out.push_str(part);
    }
    printable::push_number(out, line);
    out.push(':');
    printable::push_number(out, finding.start.column);
    out.push('\n');
    // Without a line there is no number for the rest to stand beside.
    let digits = if excerpt.is_some() { digits } else { 0 };
    if let Some(Excerpt { text, highlight }) = excerpt {
        push_times(out, SPACES, digits);
        out.push_str(" |\n");
        printable::push_number(out, line);
        out.push_str(" | ");
        out.push_str(text);
        out.push('\n');
        push_times(out, SPACES, digits);
        out.push_str(" | ");
        push_times(out, SPACES, width(&text[..highlight.start]));
        push_times(out, CARETS, width(&text[highlight.clone()]));
        out.push('\n');
    }
    let mut notes =
        notes.iter().filter_map(|(name, text)| Some((name, text.as_deref()?))).peekable();
    if excerpt.is_some() && notes.peek().is_some() {
        push_times(out, SPACES, digits);
        out.push_str(" |\n");
    }
    for (name, text) in notes {
        push_times(out, SPACES, digits);
        for part in [" = ", name, ": "] {
            out.push_str(part);
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                push_times(out, SPACES, digits + " = : ".len() + name.len());
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    out.push('\n');
    true
}

/// Whether every character of a line prints as itself and takes columns, and some of them are marked.
fn is_ordinary(excerpt: &Excerpt) -> bool {
    let Excerpt { text, highlight } = excerpt;
    !highlight.is_empty() && printable::is_all(text, |it| is_safe(it) && columns_of(it) > 0)
}

fn push_times(out: &mut String, block: &str, times: usize) {
    let mut rest = times;
    while rest > 0 {
        let len = rest.min(block.len());
        out.push_str(&block[..len]);
        rest -= len;
    }
}
