//! The keywords that look into a string: on one that is not in memory they judge what is known of it.

use std::cell::RefCell;

use jsonschema::{Draft, Keyword, PatternOptions, ValidationError, ValidationOptions, Validator};
use serde_json::{Map, Value};

use super::instance::StandIn;

/// Memory that one pattern may take: no pattern takes more than linear time.
const PATTERN: usize = 4 << 20;

thread_local! {
    /// Where the strings stand that a keyword could not judge. A validator has no other way out.
    static UNJUDGED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The strings that were not judged since this was asked last, on this thread.
pub(super) fn unjudged() -> Vec<u32> {
    UNJUDGED.with(RefCell::take)
}

/// How policies are compiled for requests in which there is a stand-in.
pub(super) fn partial(draft: Draft) -> ValidationOptions<'static> {
    whole(draft)
        .with_keyword("pattern", move |_, value, _| known(draft, "pattern", value))
        .with_keyword("format", move |_, value, _| known(draft, "format", value))
        .with_keyword("minLength", move |_, value, _| known(draft, "minLength", value))
        .with_keyword("maxLength", move |_, value, _| known(draft, "maxLength", value))
}

/// How policies are compiled: nothing is fetched, patterns take linear time, and formats count.
pub(super) fn whole(draft: Draft) -> ValidationOptions<'static> {
    jsonschema::options()
        .with_draft(draft)
        .offline()
        .should_validate_formats(true)
        .without_content_encoding_support("base64")
        .without_content_media_type_support("application/json")
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN))
}

/// Whether the pattern can be compiled.
pub(super) fn is_pattern(draft: Draft, pattern: &str) -> bool {
    alone(draft, "pattern", &Value::from(pattern)).is_ok()
}

/// Whether strings can be compared with this format.
pub(super) fn is_format(draft: Draft, format: &str) -> bool {
    whole(draft).is_known_format(draft, format)
}

/// A validator with this keyword alone, which judges what is in memory.
fn alone(
    draft: Draft,
    keyword: &str,
    value: &Value,
) -> Result<Validator, ValidationError<'static>> {
    let mut schema = Map::new();
    schema.insert(keyword.into(), value.clone());
    whole(draft).build(&Value::Object(schema))
}

/// A keyword and what it asks of a string that is not in memory.
struct Known {
    alone: Validator,
    asks: Asks,
}

enum Asks {
    AtLeast(f64),
    AtMost(f64),
    /// The text that every match begins with, and whether nothing else is asked.
    Begins(String, bool),
    Unknown,
}

fn known(
    draft: Draft,
    keyword: &'static str,
    value: &Value,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'static>> {
    let asks = match (keyword, value) {
        ("minLength", value) => value.as_f64().map(Asks::AtLeast),
        ("maxLength", value) => value.as_f64().map(Asks::AtMost),
        ("pattern", Value::String(pattern)) => {
            beginning(pattern).map(|(text, all)| Asks::Begins(text, all))
        }
        _ => None,
    };
    let alone = alone(draft, keyword, value)?;
    Ok(Box::new(Known { alone, asks: asks.unwrap_or(Asks::Unknown) }))
}

impl Known {
    fn judge(&self, text: &StandIn<'_>) -> bool {
        let unknown = || {
            UNJUDGED.with_borrow_mut(|at| {
                if at.last() != Some(&text.at) {
                    at.push(text.at);
                }
            });
            true
        };
        // Lengths are far below 2^53.
        match &self.asks {
            Asks::AtLeast(least) => text.chars as f64 >= *least,
            Asks::AtMost(most) => text.chars as f64 <= *most,
            Asks::Begins(beginning, all) => {
                let compared = beginning.len().min(text.head.len());
                if beginning.as_bytes()[..compared] != text.head.as_bytes()[..compared] {
                    false
                } else if *all && compared == beginning.len() {
                    true
                } else {
                    unknown()
                }
            }
            Asks::Unknown => unknown(),
        }
    }
}

impl<'i> Keyword<'i> for Known {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if Keyword::is_valid(self, instance) {
            Ok(())
        } else {
            // The sentence is ours; see `sentence`.
            Err(ValidationError::custom(String::new()))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        match instance.as_str().and_then(StandIn::read) {
            Some(text) => self.judge(&text),
            None => self.alone.is_valid(instance),
        }
    }
}

/// The plain text that a match must begin with, and whether that is all the pattern asks. Patterns
/// that could say something else are left alone.
fn beginning(pattern: &str) -> Option<(String, bool)> {
    let rest = pattern.strip_prefix('^')?;
    if rest.contains('|') {
        return None;
    }
    let mut text = String::new();
    let mut characters = rest.chars().peekable();
    let mut all = true;
    while let Some(character) = characters.next() {
        let literal = match character {
            '\\' => match characters.next() {
                Some(escaped) if escaped.is_ascii_punctuation() => escaped,
                _ => {
                    all = false;
                    break;
                }
            },
            '.' | '[' | '(' | '$' | '^' | '*' | '+' | '?' | '{' | ')' | ']' | '}' => {
                all = false;
                break;
            }
            plain => plain,
        };
        // A character that may be missing or come again is no part of it.
        if matches!(characters.peek(), Some('*' | '+' | '?' | '{')) {
            all = false;
            break;
        }
        text.push(literal);
    }
    Some((text, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_pattern() {
        let told = |pattern| beginning(pattern).map(|(text, all)| format!("{text} {all}"));
        assert_eq!(told(r"^https://cdn\.acme\.io/").as_deref(), Some("https://cdn.acme.io/ true"));
        assert_eq!(told("^ab*c").as_deref(), Some("a false"));
        assert_eq!(told("^abc$").as_deref(), Some("abc false"));
        assert_eq!(told(r"^a\d").as_deref(), Some("a false"));
        assert_eq!(told("^(?:a)").as_deref(), Some(" false"));
        assert_eq!(told("^a|b"), None);
        assert_eq!(told("abc"), None);
    }
}
