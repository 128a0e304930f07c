//! Messages from templates and parameters.

use kling_schema::listed;
use serde_json::Value;

use crate::finding::Params;

/// Fills a rule's template: `{name}` is the parameter's text, and a part in square brackets is
/// dropped when one of its parameters is absent. A parameter's text is never read as template.
pub(crate) fn fill(template: &str, params: &Params) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(at) = rest.find(['{', '[']) {
        out.push_str(&rest[..at]);
        rest = if rest.as_bytes()[at] == b'[' {
            let end = rest[at..].find(']').map_or(rest.len(), |len| at + len);
            if let Some(part) = substitute(&rest[at + 1..end], params) {
                out.push_str(&part);
            }
            rest.get(end + 1..).unwrap_or_default()
        } else {
            let end = rest[at..].find('}').map_or(rest.len(), |len| at + len);
            let name = &rest[at + 1..end];
            out.push_str(&params.get(name).map(text).unwrap_or_default());
            rest.get(end + 1..).unwrap_or_default()
        };
    }
    out.push_str(rest);
    // A dropped part may leave its space behind.
    out.truncate(out.trim_end().len());
    out
}

/// A rule's help. A row's own note, the parameter `hint`, is added where the template has no place
/// for it.
pub(crate) fn help(template: &str, params: &Params) -> String {
    let help = fill(template, params);
    match params.get("hint").map(text) {
        Some(hint) if !template.contains("{hint}") => {
            let joint = if help.is_empty() { "" } else { "; " };
            format!("{help}{joint}{hint}")
        }
        _ => help,
    }
}

/// The part with its parameters, unless one is absent.
fn substitute(part: &str, params: &Params) -> Option<String> {
    let mut out = String::new();
    let mut rest = part;
    while let Some(at) = rest.find('{') {
        let end = at + rest[at..].find('}')?;
        out.push_str(&rest[..at]);
        out.push_str(&text(params.get(&rest[at + 1..end])?));
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

/// A parameter as it stands in a sentence: large numbers in groups of three.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_u64() {
            Some(number) => grouped(number),
            None => number.to_string(),
        },
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            listed(&items, "or")
        }
        other => other.to_string(),
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
