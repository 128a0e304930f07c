//! Outside text made safe for a terminal.

use std::fmt::Write as _;
use std::io;

pub use crate::message::grouped;
use crate::vector::{are, are_plain, run};

/// How many characters of outside text a message quotes.
const QUOTED: usize = 60;
/// How many of one that is told on its own: the longest reasons of servers have half of that.
const PARAGRAPH: usize = 600;

/// Appends one character, escaped when it could move a cursor, colour a screen, reorder a line or
/// command the machine that shows the line.
pub(crate) fn push(out: &mut String, character: char) {
    if is_safe(character) && !(character == '[' && commands(out)) {
        out.push(character);
    } else {
        // `{:x}` of a char's number cannot fail on a String.
        let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
    }
}

/// Whether a `[` after this text makes it a command: `##[error]` of GitHub's runner, `##vso[…]` of Azure's,
/// `##teamcity[…]`. They are obeyed wherever in a line they stand.
pub fn commands(before: &str) -> bool {
    let name = before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    before[..before.len() - name].ends_with("##")
}

/// How many bytes at the beginning are printable ASCII: most texts are that as a whole.
#[cfg(any(feature = "cli", test))]
pub(crate) fn plain(text: &[u8]) -> usize {
    run(text, are_plain)
}

/// Appends a text, with all but printable ASCII handed on character by character, and `[`, which may
/// make a command of what stands before it.
pub(crate) fn push_with(out: &mut String, text: &str, mut other: impl FnMut(&mut String, char)) {
    let mut rest = text;
    loop {
        let known = run(rest.as_bytes(), |bytes| are_plain(bytes) & !are(bytes, b'['));
        let (known, others) = rest.split_at(known);
        out.push_str(known);
        let mut others = others.chars();
        let Some(character) = others.next() else { return };
        other(out, character);
        rest = others.as_str();
    }
}

/// Whether all characters but printable ASCII are of this kind.
#[cfg(feature = "cli")]
pub(crate) fn is_all(text: &str, is: impl Fn(char) -> bool) -> bool {
    let mut rest = text;
    loop {
        let mut others = rest[plain(rest.as_bytes())..].chars();
        match others.next() {
            None => return true,
            Some(character) if !is(character) => return false,
            Some(_) => rest = others.as_str(),
        }
    }
}

/// Appends a text with every dangerous character escaped.
pub(crate) fn push_str(out: &mut String, text: &str) {
    push_with(out, text, push);
}

/// Appends the text's beginning, escaped, with `…` for what was cut.
pub(crate) fn push_shortened(out: &mut String, text: &str) {
    push_beginning(out, text, QUOTED);
}

/// Appends so many characters of the text, escaped, with `…` for what was cut.
fn push_beginning(out: &mut String, text: &str, most: usize) {
    let end = match text.len() {
        len if len <= most => len,
        len => text.char_indices().nth(most).map_or(len, |(at, _)| at),
    };
    push_str(out, &text[..end]);
    if end < text.len() {
        out.push('…');
    }
}

/// The text with every dangerous character escaped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_str(&mut out, text);
    out
}

/// The text's beginning, escaped, with `…` for what was cut.
pub fn shorten(text: &str) -> String {
    shortened_after("", text)
}

/// The same, after some words.
pub(crate) fn shortened_after(before: &str, text: &str) -> String {
    let shown = text.len().min(QUOTED + '…'.len_utf8());
    let mut out = String::with_capacity(before.len() + shown);
    out.push_str(before);
    push_shortened(&mut out, text);
    out
}

/// What somebody says at length, escaped: a paragraph of it, with `…` for what was cut.
pub fn paragraph(text: &str) -> String {
    let mut out = String::new();
    push_beginning(&mut out, text, PARAGRAPH);
    out
}

/// Outside text in double quotes, cut and escaped for people.
pub fn quoted(text: &str) -> String {
    quoted_after("", text)
}

/// The same, after some words.
pub(crate) fn quoted_after(before: &str, text: &str) -> String {
    let shown = text.len().min(QUOTED + '…'.len_utf8());
    let mut out = String::with_capacity(before.len() + shown + 2);
    out.push_str(before);
    out.push('"');
    push_shortened(&mut out, text);
    out.push('"');
    out
}

/// Appends a number in decimal.
pub(crate) fn push_number(out: &mut String, number: u64) {
    if number < 10 {
        return out.push(char::from(b'0' + number as u8));
    }
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = number;
    while rest > 0 {
        at -= 1;
        digits[at] += (rest % 10) as u8;
        rest /= 10;
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// A name from outside in backticks, cut and escaped.
pub(crate) fn ticked(name: &str) -> String {
    let mut out = String::with_capacity(name.len().min(QUOTED + '…'.len_utf8()) + 2);
    out.push('`');
    push_shortened(&mut out, name);
    out.push('`');
    out
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_of_plain_text_change_nothing(text in "[a-z ~\\x7f\\n\u{e9}\u{202e}名]{0,80}") {
            let mut one_by_one = String::new();
            text.chars().for_each(|character| push(&mut one_by_one, character));
            prop_assert_eq!(escape(&text), one_by_one);
            let mut beginning = String::new();
            text.chars().take(QUOTED).for_each(|character| push(&mut beginning, character));
            if text.chars().count() > QUOTED {
                beginning.push('…');
            }
            prop_assert_eq!(shorten(&text), beginning);
        }

        #[test]
        fn a_run_goes_as_far_as_the_first_of_another_kind(text in "[a-z]{0,50}(\n|名)?[a-z]{0,50}") {
            let one_by_one = text.bytes().take_while(|byte| matches!(byte, b' '..=b'~')).count();
            prop_assert_eq!(plain(text.as_bytes()), one_by_one);
        }

        #[test]
        fn numbers_are_decimal(number in any::<u64>(), small in 0..200_u64) {
            for number in [number, small] {
                let mut out = String::new();
                push_number(&mut out, number);
                prop_assert_eq!(out, number.to_string());
            }
        }
    }

    #[test]
    fn escapes_are_shown_not_sent() {
        assert_eq!(escape("a\u{1b}[31mb\u{202e}\u{9b}"), "a\\u{1b}[31mb\\u{202e}\\u{9b}");
        assert_eq!(escape("짧은 é 😀"), "짧은 é 😀");
    }

    #[test]
    fn no_text_is_a_command() {
        for text in ["a ##[error]b", "##vso[task.setvariable variable=a]b", "猫##teamcity[x]"] {
            let shown = escape(text);
            assert!(shown.contains("\\u{5b}") && !shown.contains('['), "{shown}");
        }
        // Two pieces make one, too.
        let mut out = escape("a#");
        push_str(&mut out, "#warning[x]");
        assert_eq!(out, "a##warning\\u{5b}x]");
        for text in ["# [a]", "##", "[##]", "## a[0]", "a#[0]"] {
            assert_eq!(escape(text), text);
        }
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(shorten(&"é".repeat(100)).chars().count(), QUOTED + 1);
        assert_eq!(paragraph(&"é".repeat(1000)).chars().count(), PARAGRAPH + 1);
        assert_eq!(paragraph(&"é".repeat(PARAGRAPH)), "é".repeat(PARAGRAPH));
    }

    #[test]
    fn a_number_is_not_told() {
        let missing = io::Error::from_raw_os_error(2);
        assert!(missing.to_string().contains("os error"), "{missing}");
        assert!(!words(&missing).contains("os error"), "{}", words(&missing));
        assert_eq!(words(&io::Error::other("Our own (words)")), "Our own (words)");
    }
}
