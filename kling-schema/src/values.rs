//! Value types for request structs, where a Rust type alone does not say what the page says.

use serde::{Deserialize, Serialize};

/// Usually an `A`; a `B` is let pass with an info.
///
/// For pages that contradict themselves: typed as one shape, described as another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Either<A, B> {
    /// What the page means.
    Usual(A),
    /// What is let pass.
    Tolerated(B),
}

impl<A, B> From<A> for Either<A, B> {
    fn from(usual: A) -> Self {
        Either::Usual(usual)
    }
}

/// A value whose type is attested only upstream: reading a real body never fails on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Loose<T> {
    /// As attested.
    Value(T),
    /// As found.
    Other(serde_json::Value),
}

impl<T> Loose<T> {
    /// The value, if it is as attested.
    pub fn value(&self) -> Option<&T> {
        match self {
            Loose::Value(value) => Some(value),
            Loose::Other(_) => None,
        }
    }
}

impl<T> From<T> for Loose<T> {
    fn from(value: T) -> Self {
        Loose::Value(value)
    }
}

/// An id that is a whole number, or a string of digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NumericId {
    /// `123`
    Number(u64),
    /// `"123"`
    Text(String),
}

impl From<u64> for NumericId {
    fn from(number: u64) -> Self {
        NumericId::Number(number)
    }
}

impl From<&str> for NumericId {
    fn from(text: &str) -> Self {
        NumericId::Text(text.to_owned())
    }
}

impl From<String> for NumericId {
    fn from(text: String) -> Self {
        NumericId::Text(text)
    }
}

macro_rules! source {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

source! {
    /// Names an image: a public URL, Base64 without a `data:` prefix, or (before packing) a local path.
    ImageSource
}

source! {
    /// Names a video: a public URL, or (before packing) a local path.
    VideoSource
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_value_reads_anything_and_writes_it_back() {
        for text in ["\"a\"", "5", "{\"odd\":[1,null]}", "null", "1.50"] {
            let value: Loose<String> = serde_json::from_str(text).expect("reads");
            let again: serde_json::Value = serde_json::to_value(&value).expect("writes");
            let direct: serde_json::Value = serde_json::from_str(text).expect("is JSON");
            assert_eq!(again, direct);
        }
    }

    #[test]
    fn an_id_keeps_its_form() {
        for text in ["12", "\"0012\"", "\"\""] {
            let id: NumericId = serde_json::from_str(text).expect("reads");
            assert_eq!(serde_json::to_string(&id).expect("writes"), text);
        }
    }

    #[test]
    fn a_source_is_a_plain_string() {
        let image = ImageSource::from("https://example.com/a.png");
        assert_eq!(serde_json::to_string(&image).expect("writes"), "\"https://example.com/a.png\"");
        assert_eq!(image.as_ref(), "https://example.com/a.png");
    }
}
