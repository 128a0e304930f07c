//! JSON as the structured formats write it: compact, and safe to look at.

use std::io;

use serde_json::Value;

use crate::finding::Param;
use crate::printable;
use crate::report::SafeJson;
use crate::vector::{self, are, are_plain};

/// What stands between the items of a list that is written bit by bit.
pub(super) const BETWEEN: &str = ",\n";

/// JSON in the making. What comes from outside can only be put in as a value.
#[derive(Debug, Default)]
pub(super) struct JsonText(String);

impl JsonText {
    /// Words of our own: keys, brackets, commas.
    pub(super) fn raw(&mut self, json: &'static str) -> &mut Self {
        self.0.push_str(json);
        self
    }

    /// A string.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.texts(&[text])
    }

    /// A string of several parts.
    pub(super) fn texts(&mut self, parts: &[&str]) -> &mut Self {
        self.0.push('"');
        for part in parts {
            push_escaped(&mut self.0, part);
        }
        self.0.push('"');
        self
    }

    /// A string or `null`.
    pub(super) fn text_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    /// A number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        printable::push_number(&mut self.0, number);
        self
    }

    /// The same, of things counted here.
    pub(super) fn count(&mut self, number: usize) -> &mut Self {
        self.number(number as u64)
    }

    /// `true` or `false`.
    pub(super) fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(if value { "true" } else { "false" })
    }

    /// Any value.
    pub(super) fn value(&mut self, value: &Value) -> &mut Self {
        match (value, value.as_u64()) {
            (Value::String(text), _) => self.text(text),
            (_, Some(number)) => self.number(number),
            _ => {
                let mut json = Vec::new();
                // Memory takes it, and a value's keys are strings.
                let _ = SafeJson::write(&mut json, value);
                self.0.push_str(&String::from_utf8_lossy(&json));
                self
            }
        }
    }

    /// What a message was made from.
    pub(super) fn param(&mut self, param: &Param) -> &mut Self {
        match param {
            Param::Text(text) => self.text(text),
            Param::Number(number) => self.number(*number),
            Param::Other(value) => self.value(value),
        }
    }

    /// A list.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.raw("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            each(self, item);
        }
        self.raw("]")
    }

    /// Begins an item of a list that is written bit by bit. `open` writes what stands before the first.
    pub(super) fn next(&mut self, begun: &mut bool, open: fn(&mut Self)) -> &mut Self {
        match std::mem::replace(begun, true) {
            true => self.raw(BETWEEN),
            false => {
                open(self);
                self
            }
        }
    }

    /// What was made elsewhere.
    pub(super) fn append(&mut self, other: &mut JsonText) -> &mut Self {
        self.0.push_str(&other.0);
        other.0.clear();
        self
    }

    /// Writes it, and begins anew.
    pub(super) fn write(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let done = out.write_all(self.0.as_bytes());
        self.0.clear();
        done
    }
}

/// What stands in the quotes: what could move a cursor or command the machine that shows it is escaped,
/// which JSON allows.
pub(super) fn push_escaped(out: &mut String, text: &str) {
    // Printable ASCII that means nothing in a string.
    let is_plain =
        |bytes| are_plain(bytes) & !(are(bytes, b'"') | are(bytes, b'\\') | are(bytes, b'['));
    let mut rest = text;
    loop {
        let (plain, others) = rest.split_at(vector::run(rest.as_bytes(), is_plain));
        out.push_str(plain);
        let mut others = others.chars();
        let Some(character) = others.next() else { return };
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '[' if printable::commands(out) => push_units(out, '['),
            _ if printable::is_safe(character) => out.push(character),
            _ => push_units(out, character),
        }
        rest = others.as_str();
    }
}

fn push_units(out: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn written(text: &mut JsonText) -> String {
        std::mem::take(&mut text.0)
    }

    proptest! {
        /// As the library writes it.
        #[test]
        fn texts_are_what_they_are_elsewhere(text in prop_oneof![any::<String>(), "[ -~\\n\u{7f}\\x1b\u{9b}\u{e0041}]{0,80}"]) {
            let mut json = Vec::new();
            SafeJson::write(&mut json, &text).expect("a Vec takes it");
            let ours = written(JsonText::default().text(&text));
            prop_assert_eq!(ours.as_bytes(), &json[..]);
            prop_assert_eq!(serde_json::from_str::<String>(&ours).expect("JSON"), text);
        }

        #[test]
        fn numbers_are_what_they_are_elsewhere(whole in any::<u64>(), less in any::<i64>(), part in any::<f64>()) {
            for value in [json!(whole), json!(less), json!(part), json!([less, null, {"a\u{9b}": part}])] {
                prop_assert_eq!(
                    written(JsonText::default().value(&value)),
                    value.to_string().replace('\u{9b}', "\\u009b")
                );
            }
        }
    }

    #[test]
    fn lists_and_parts() {
        let mut text = JsonText::default();
        text.list([1, 2], |text, it| {
            text.count(it).raw("0");
        });
        text.texts(&["a\"", "\\"]).text_or_null(None).bool(true);
        text.list([(); 0], |_, ()| {});
        assert_eq!(written(&mut text), "[10,20]\"a\\\"\\\\\"nulltrue[]");
    }
}
