//! A body read once, as it streams: its hash, and a copy without the bulk.

use std::io::{self, Read};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// Longer strings are images: only their hash is kept.
const LONGEST_STRING: usize = 64 << 10;
/// So much is kept of a body.
const LONGEST_COPY: usize = 4 << 20;

/// Passes a body on to the linter, and keeps what the provider needs of it.
#[derive(Debug)]
pub(super) struct Skim<R> {
    body: R,
    whole: Sha256,
    copy: Vec<u8>,
    place: Place,
    /// Of the copy's string that is open.
    opened: usize,
    /// Of a string that is too long to keep.
    long: Option<Sha256>,
    overflow: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Outside,
    String,
    Escape,
}

/// What is kept of a body.
#[derive(Debug)]
pub(super) struct Skimmed {
    /// SHA-256 of the bytes. Hex.
    pub(super) sha256: String,
    /// The body as JSON, with a hash in place of each long string; `None` if it is none, or too much.
    pub(super) json: Option<Value>,
}

impl<R: Read> Skim<R> {
    pub(super) fn new(body: R) -> Self {
        Skim {
            body,
            whole: Sha256::new(),
            copy: Vec::new(),
            place: Place::Outside,
            opened: 0,
            long: None,
            overflow: false,
        }
    }

    /// Reads what nobody has read yet, and says what it all was.
    pub(super) fn finish(mut self) -> io::Result<Skimmed> {
        let mut rest = vec![0; 64 << 10];
        while self.read(&mut rest)? > 0 {}
        let json = if self.overflow { None } else { serde_json::from_slice(&self.copy).ok() };
        Ok(Skimmed { sha256: hex(&self.whole.finalize()), json })
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.overflow {
            bytes = match self.place {
                Place::Outside => {
                    let run = until(bytes, |byte| byte == b'"');
                    self.copy.extend_from_slice(&bytes[..run]);
                    match bytes.get(run) {
                        Some(_) => {
                            self.copy.push(b'"');
                            self.opened = self.copy.len();
                            self.place = Place::String;
                            &bytes[run + 1..]
                        }
                        None => &[],
                    }
                }
                Place::String => {
                    let run = until(bytes, |byte| byte == b'"' || byte == b'\\');
                    self.keep(&bytes[..run]);
                    match bytes.get(run) {
                        Some(b'"') => {
                            self.close();
                            &bytes[run + 1..]
                        }
                        Some(_) => {
                            self.keep(b"\\");
                            self.place = Place::Escape;
                            &bytes[run + 1..]
                        }
                        None => &[],
                    }
                }
                Place::Escape => {
                    self.keep(&bytes[..1]);
                    self.place = Place::String;
                    &bytes[1..]
                }
            };
            self.overflow = self.copy.len() > LONGEST_COPY;
        }
    }

    /// Keeps bytes of a string, or hashes them once there are too many.
    fn keep(&mut self, bytes: &[u8]) {
        match &mut self.long {
            Some(hash) => hash.update(bytes),
            None => {
                self.copy.extend_from_slice(bytes);
                if self.copy.len() - self.opened > LONGEST_STRING {
                    self.long = Some(Sha256::new_with_prefix(&self.copy[self.opened..]));
                    self.copy.truncate(self.opened);
                }
            }
        }
    }

    fn close(&mut self) {
        if let Some(hash) = self.long.take() {
            self.copy.extend_from_slice(hex(&hash.finalize()).as_bytes());
        }
        self.copy.push(b'"');
        self.place = Place::Outside;
    }
}

fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| ends(*byte)).unwrap_or(bytes.len())
}

impl<R: Read> Read for Skim<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let filled = self.body.read(into)?;
        self.whole.update(&into[..filled]);
        self.take(&into[..filled]);
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte, two bytes, three bytes, …, so that everything is cut everywhere.
    struct Crumbs<'b>(&'b [u8], usize);

    impl Read for Crumbs<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = self.1 % 7 + 1;
            let len = self.1.min(into.len()).min(self.0.len());
            let (now, later) = self.0.split_at(len);
            into[..len].copy_from_slice(now);
            self.0 = later;
            Ok(len)
        }
    }

    #[test]
    fn short_strings_are_kept_and_long_ones_hashed() {
        let long = r#"\"\\x"#.repeat(LONGEST_STRING / 4);
        let text = format!(r#"{{"a": "x\"y\\", "long": "{long}", "b": [1, "é😀", "\u00e9"]}}"#);
        let skimmed = Skim::new(Crumbs(text.as_bytes(), 0)).finish().expect("a body");
        let json = skimmed.json.expect("JSON");
        assert_eq!(json["a"], "x\"y\\");
        assert_eq!(json["b"], serde_json::json!([1, "é😀", "é"]));
        assert_eq!(json["long"], hex(&Sha256::digest(long.as_bytes())));
        assert_eq!(skimmed.sha256, hex(&Sha256::digest(text.as_bytes())));
    }

    #[test]
    fn what_is_no_json_or_too_much_is_told() {
        let skimmed = |text: &str| Skim::new(text.as_bytes()).finish().expect("a body");
        assert!(skimmed("{\"a\": \"").json.is_none());
        assert!(skimmed("").json.is_none());
        let list = format!("[{}1]", "1,".repeat(LONGEST_COPY));
        assert!(skimmed(&list).json.is_none());
    }
}
