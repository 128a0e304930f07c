//! Values in words, for messages.

use std::borrow::Cow;

use crate::read::{JsonKind, Node};
use crate::{message, printable};

/// How a long string is quoted: this many bytes of it are looked at.
pub(super) const LOOKED_AT: usize = 512;
/// Bytes that most counts fit in, with a space and an `s`.
const COUNT: usize = 8;

/// `the string "abc"`, `the number 5`, `an array of 3 items`.
pub(crate) fn value(node: Node<'_>) -> Cow<'static, str> {
    match node.kind() {
        JsonKind::Null => "`null`".into(),
        JsonKind::Bool if node.boolean() == Some(true) => "`true`".into(),
        JsonKind::Bool => "`false`".into(),
        JsonKind::Number => match node.number() {
            Some(number) => printable::shortened_after("the number ", number.text()).into(),
            None => "a number".into(),
        },
        JsonKind::String => match node.text() {
            Some(text) if text.is_empty() => "an empty string".into(),
            Some(text) => printable::quoted_after("the string ", &text.head(LOOKED_AT)).into(),
            None => "a string".into(),
        },
        JsonKind::Array => match node.len() {
            0 => "an empty array".into(),
            len => counted("an array of ", len as u64, "item").into(),
        },
        JsonKind::Object => "an object".into(),
        JsonKind::Broken => "unreadable".into(),
    }
}

/// The bare value: `"abc"`, `5`.
pub(crate) fn bare(node: Node<'_>) -> Cow<'static, str> {
    match node.text() {
        Some(text) => printable::quoted(&text.head(LOOKED_AT)).into(),
        None => match node.number() {
            Some(number) => printable::shorten(number.text()).into(),
            None => value(node),
        },
    }
}

/// Text as a JSON string, for fixes.
pub(crate) fn json(text: &str) -> String {
    // A text is JSON whatever it holds.
    serde_json::to_string(text).unwrap_or_default()
}

/// `1 item`, `5 items`.
pub(crate) fn items(count: usize) -> String {
    plural(count as u64, "item")
}

/// `1 character`, `12 characters`.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    counted("", count, noun)
}

/// The same, after some words.
fn counted(before: &str, count: u64, noun: &str) -> String {
    let mut out = String::with_capacity(before.len() + noun.len() + COUNT);
    out.push_str(before);
    message::push_grouped(&mut out, count);
    out.push(' ');
    out.push_str(noun);
    if count != 1 {
        out.push('s');
    }
    out
}
