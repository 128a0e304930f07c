//! Messages from templates and parameters.

use kling_schema::listed;
use serde_json::Value;

use crate::finding::Params;

/// Fills a rule's template: `{name}` is the parameter's text, and a part in square brackets is
/// dropped when one of its parameters is absent. A parameter's text is never read as template.
pub(crate) fn fill(template: &str, params: &Params) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = memchr::memchr2(b'{', b'[', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let is_part = rest.as_bytes()[at] == b'[';
        let close = if is_part { b']' } else { b'}' };
        let end = find(rest, at, close).unwrap_or(rest.len());
        let inner = &rest[at + 1..end];
        if is_part {
            let before = out.len();
            if substitute(&mut out, inner, params).is_none() {
                out.truncate(before);
            }
        } else if let Some(value) = params.get(inner) {
            push(&mut out, value);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    // A dropped part may leave its space behind.
    out.truncate(out.trim_end().len());
    out
}

/// A rule's help. A row's own note, the parameter `hint`, is added where the template has no place
/// for it.
pub(crate) fn help(template: &str, params: &Params) -> String {
    let mut help = fill(template, params);
    if let Some(hint) = params.get("hint").filter(|_| !template.contains("{hint}")) {
        if !help.is_empty() {
            help.push_str("; ");
        }
        push(&mut help, hint);
    }
    help
}

/// Appends the part with its parameters; nothing comes back when one is absent.
fn substitute(out: &mut String, part: &str, params: &Params) -> Option<()> {
    let mut rest = part;
    while let Some(at) = memchr::memchr(b'{', rest.as_bytes()) {
        let end = find(rest, at, b'}')?;
        out.push_str(&rest[..at]);
        push(out, params.get(&rest[at + 1..end])?);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(())
}

/// Where this byte, which is ASCII, stands behind a place.
fn find(text: &str, after: usize, byte: u8) -> Option<usize> {
    memchr::memchr(byte, &text.as_bytes()[after..]).map(|len| after + len)
}

/// Appends a parameter as it stands in a sentence: large numbers in groups of three.
fn push(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Number(number) => match number.as_u64() {
            Some(number) => out.push_str(&grouped(number)),
            None => out.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| {
                    let mut out = String::new();
                    push(&mut out, item);
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
    let digits = number.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
    fn a_parameter_is_never_read_as_template() {
        assert_eq!(fill("{odd}", &params()), "{field}[x]");
    }
}
