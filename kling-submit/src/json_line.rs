//! JSON lines that are safe to look at.

use kling_lint::printable;
use serde::Serialize;

/// A value as one line: nothing in it moves a cursor, reorders a line of a terminal, or is a command to
/// the machine that shows it.
pub(crate) fn json_line(value: &impl Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        // Between strings JSON is ASCII, and no `#` is there: what is escaped stands in one.
        if printable::is_safe(character) && !(character == '[' && printable::commands(&out)) {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn nothing_moves_a_cursor() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}é\n\"##[error]";
        let found = json_line(&json!({ "x": text })).expect("plain values");
        let expected = r###"{"x":"a\u001b\u007f\u009b\u202e\udb40\udc41é\n\"##\u005berror]"}"###;
        assert_eq!(found, expected);
        let back: Value = serde_json::from_str(&found).expect("JSON");
        assert_eq!(back["x"], text);
    }
}
