//! The API key: where it comes from, and that it goes nowhere else.

use std::fmt;

use zeroize::Zeroizing;

/// An API key. It is never printed, and leaves memory with its owner.
#[derive(Clone)]
pub struct Key(Zeroizing<String>);

impl Key {
    /// Takes a key as it was read: white space around it and a byte-order mark go.
    ///
    /// # Errors
    /// It is empty, or has characters that no header takes.
    pub fn new(text: &str) -> Result<Self, BadKey> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(BadKey::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadKey::Characters);
        }
        Ok(Key(Zeroizing::new(text.to_owned())))
    }

    /// For the header, and nothing else.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Which key, without telling it: the first eight hex digits of a hash.
    pub fn fingerprint(&self) -> String {
        todo!()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A text that is no key. It is not told: it may be nearly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// There is nothing in it.
    #[error("the key is empty")]
    Empty,
    /// A line break, a space, or something that is not ASCII.
    #[error("the key has a space, a line break or a character that is not ASCII inside")]
    Characters,
}
