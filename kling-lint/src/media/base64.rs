//! Base64 judged while it streams past (stand-in until the media piece is merged).

/// What is known of a whole string as Base64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Base64Facts {
    /// Bytes seen.
    pub(crate) seen: u64,
    /// A checksum of them, so that tests notice a lost or reordered chunk.
    pub(crate) sum: u64,
}

/// A push scanner.
#[derive(Debug, Default)]
pub(crate) struct Base64Scan {
    facts: Base64Facts,
}

impl Base64Scan {
    /// At the string's beginning.
    pub(crate) fn new() -> Self {
        Base64Scan::default()
    }

    /// The next unescaped bytes.
    pub(crate) fn push(&mut self, unescaped: &[u8]) {
        for &byte in unescaped {
            self.facts.sum = self
                .facts
                .sum
                .wrapping_mul(31)
                .wrapping_add(u64::from(byte));
        }
        self.facts.seen += unescaped.len() as u64;
    }

    /// The string has ended.
    pub(crate) fn finish(self) -> Base64Facts {
        self.facts
    }
}
