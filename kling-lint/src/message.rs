//! Messages from templates and parameters.

use std::borrow::Cow;

use kling_schema::listed;
use serde_json::Value;

use crate::params::{Param, Params};
use crate::printable;
use crate::vector::{self, Bytes, are};

/// What the parameters of most messages take.
const ROOM: usize = 64;

/// Fills a rule's template: `{name}` is the parameter's text, and a part in square brackets is
/// dropped when one of its parameters is absent. A parameter's text is never read as template.
pub(crate) fn fill(template: &str, params: &Params) -> String {
    let mut out = String::new();
    let copy = |out: &mut String, text: &str| {
        // There may be nothing to say at all.
        if out.capacity() == 0 {
            *out = String::with_capacity(template.len() + ROOM);
        }
        out.push_str(text);
    };
    // Where the text begins that is not copied yet, and the brace behind it.
    let (mut from, mut brace) = (0, 0);
    // Where the part in brackets begins in the message, and whether that is dropped.
    let (mut part, mut dropped) = (None, false);
    vector::each(template.as_bytes(), are_marks, |at| {
        match (template.as_bytes()[at], part) {
            (b'{', _) => {
                brace = at;
                return;
            }
            (b'}', part) => match params.find(&template[brace + 1..at]) {
                Some(value) => {
                    copy(&mut out, &template[from..brace]);
                    push(&mut out, value);
                }
                None if part.is_some() => dropped = true,
                None => copy(&mut out, &template[from..brace]),
            },
            (b'[', _) => {
                copy(&mut out, &template[from..at]);
                (part, dropped) = (Some(out.len()), false);
            }
            (_, Some(before)) if dropped => {
                out.truncate(before);
                part = None;
            }
            (_, _) => {
                copy(&mut out, &template[from..at]);
                part = None;
            }
        }
        from = at + 1;
    });
    if from < template.len() {
        copy(&mut out, &template[from..]);
    }
    // A dropped part may leave its space behind.
    out.truncate(out.trim_end().len());
    out
}

/// Which of the bytes are one of `{}[]`: pairs that differ in one bit.
fn are_marks(bytes: Bytes) -> Bytes {
    let bytes = bytes | Bytes::splat(b'{' ^ b'[');
    are(bytes, b'{') | are(bytes, b'}')
}

/// A rule's help, if there is any. A row's own note, the parameter `hint`, is added where the template
/// has no place for it.
pub(crate) fn help(template: &'static str, params: &Params) -> Option<Cow<'static, str>> {
    let hint = params.find("hint").filter(|_| !template.contains("{hint}"));
    let is_plain = || vector::run(template.as_bytes(), |bytes| !are_marks(bytes)) == template.len();
    if hint.is_none() && is_plain() {
        let help = template.trim_end();
        return (!help.is_empty()).then_some(Cow::Borrowed(help));
    }
    let mut help = fill(template, params);
    if let Some(hint) = hint {
        if !help.is_empty() {
            help.push_str("; ");
        }
        push(&mut help, hint);
    }
    (!help.is_empty()).then_some(Cow::Owned(help))
}

/// Appends a parameter as it stands in a sentence: large numbers in groups of three.
fn push(out: &mut String, param: &Param) {
    match param {
        Param::Text(text) => out.push_str(text),
        Param::Number(number) => push_grouped(out, *number),
        Param::Other(value) => push_value(out, value),
    }
}

fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Number(number) => match number.as_u64() {
            Some(number) => push_grouped(out, number),
            None => out.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| {
                    let mut out = String::new();
                    push_value(&mut out, item);
                    out
                })
                .collect();
            out.push_str(&listed(&items, "or"));
        }
        other => out.push_str(&other.to_string()),
    }
}

/// `10485760` as `10,485,760`; up to four digits stay as they are.
pub fn grouped(number: u64) -> String {
    let mut out = String::new();
    push_grouped(&mut out, number);
    out
}

/// Appends the same.
pub(crate) fn push_grouped(out: &mut String, number: u64) {
    let from = out.len();
    printable::push_number(out, number);
    if out.len() - from > 4 {
        let mut comma = out.len();
        while comma > from + 3 {
            comma -= 3;
            out.insert(comma, ',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params() -> Params {
        Params::new()
            .with("field", "`prompt`")
            .with("found", 1_234_567_u64)
            .with("odd", "{field}[x]")
    }

    #[test]
    fn parameters_are_filled_and_numbers_grouped() {
        assert_eq!(fill("{field} has {found}", &params()), "`prompt` has 1,234,567");
    }

    #[test]
    fn a_bracket_with_an_absent_parameter_is_dropped() {
        assert_eq!(fill("a[, b {found}][, c {absent}]", &params()), "a, b 1,234,567");
    }

    #[test]
    fn groups_are_of_three() {
        for (number, words) in [
            (0, "0"),
            (9_999, "9999"),
            (10_000, "10,000"),
            (123_456, "123,456"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(grouped(number), words);
        }
    }

    #[test]
    fn help_without_a_place_for_a_hint_gets_it_added() {
        let hinted = params().with("hint", "see there");
        assert_eq!(help("do it", &params()).as_deref(), Some("do it"));
        assert_eq!(help("do it", &hinted).as_deref(), Some("do it; see there"));
        assert_eq!(help("", &hinted).as_deref(), Some("see there"));
        assert_eq!(help("{hint}, then do it", &hinted).as_deref(), Some("see there, then do it"));
        assert_eq!(help("[use {absent}]", &params()), None);
        assert_eq!(help("", &params()), None);
    }

    #[test]
    fn a_parameter_is_never_read_as_template() {
        assert_eq!(fill("{odd}", &params()), "{field}[x]");
    }
}
