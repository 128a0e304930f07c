//! Outside text made safe for a terminal.

use std::fmt::Write as _;
use std::io;

pub use crate::message::grouped;

/// How many characters of outside text a message quotes.
const QUOTED: usize = 60;

/// Appends one character, escaped when it could move a cursor, colour a screen or reorder a line.
pub(crate) fn push(out: &mut String, character: char) {
    if is_safe(character) {
        out.push(character);
    } else {
        // `{:x}` of a char's number cannot fail on a String.
        let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
    }
}

/// The text with every dangerous character escaped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut out, character);
    }
    out
}

/// The text's beginning, escaped, with `…` for what was cut.
pub fn shorten(text: &str) -> String {
    let mut out = String::new();
    for (index, character) in text.chars().enumerate() {
        if index == QUOTED {
            out.push('…');
            break;
        }
        push(&mut out, character);
    }
    out
}

/// Outside text in double quotes, cut and escaped for people.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", shorten(text))
}

/// What the operating system says of an error, without its number, which says nothing to most people.
pub fn words(error: &io::Error) -> String {
    let text = error.to_string();
    // "Input/output error (os error 5)"
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

/// Whether a character prints as itself and nothing else happens.
pub fn is_safe(character: char) -> bool {
    !(character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_shown_not_sent() {
        assert_eq!(escape("a\u{1b}[31mb\u{202e}\u{9b}"), "a\\u{1b}[31mb\\u{202e}\\u{9b}");
        assert_eq!(escape("짧은 é 😀"), "짧은 é 😀");
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shorten(&"é".repeat(100)).chars().count(), QUOTED + 1);
    }

    #[test]
    fn a_number_is_not_told() {
        let missing = io::Error::from_raw_os_error(2);
        assert!(missing.to_string().contains("os error"), "{missing}");
        assert!(!words(&missing).contains("os error"), "{}", words(&missing));
        assert_eq!(words(&io::Error::other("Our own (words)")), "Our own (words)");
    }
}
