//! The API key: where it comes from, and that it goes nowhere else.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::path::Path;

use crate::hex::hex;
use kling_lint::printable::escape;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Where the key is looked for in the environment, in this order.
pub const KEY_VARIABLES: [&str; 2] = ["COMETAPI_KEY", "COMETAPI_API_KEY"];

/// Where the access token for the gateway's own list of tasks is.
pub const TOKEN_VARIABLE: &str = "COMETAPI_ACCESS_TOKEN";

/// Bytes that are read of a file that should hold a key.
const LONGEST: u64 = 64 << 10;

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
    #[cfg(any(feature = "http", test))]
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Which key, without telling it: the first eight hex digits of a hash.
    pub fn fingerprint(&self) -> String {
        let hash = Sha256::new()
            .chain_update(b"kling-submit key fingerprint 1\0")
            .chain_update(self.0.as_bytes())
            .finalize();
        hex(&hash[..4])
    }

    /// Reads a key from a file. A pipe is fine: `--key-file <(pass show cometapi)`.
    ///
    /// # Errors
    /// The file cannot be read, or holds no key.
    pub fn from_file(path: &Path) -> Result<Self, NoKey> {
        let place = escape(&path.display().to_string());
        // Opening a pipe waits for its writer, as `cat` does: that is what a pipe is for.
        let file = OpenOptions::new().read(true).open(path);
        let file = file.map_err(|why| NoKey::Unreadable { place: place.clone(), why })?;
        Key::from_reader(file, &place)
    }

    /// Reads a key to the end of `source`; `place` is what errors call it.
    ///
    /// # Errors
    /// It cannot be read, or holds no key.
    pub fn from_reader(source: impl Read, place: &str) -> Result<Self, NoKey> {
        // Room for all of it, so that no copy stays behind where it grew.
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
        let place = place.to_owned();
        if let Err(why) = source.take(LONGEST + 1).read_to_end(&mut text) {
            return Err(NoKey::Unreadable { place, why });
        }
        if text.len() as u64 > LONGEST {
            return Err(NoKey::TooLong { place });
        }
        let why = match std::str::from_utf8(&text) {
            Ok(text) => match Key::new(text) {
                Ok(key) => return Ok(key),
                Err(why) => why,
            },
            Err(_) => BadKey::Characters,
        };
        Err(NoKey::Bad { place, why })
    }

    /// The key from the environment, and the variable it was in: the first of [`KEY_VARIABLES`] that
    /// is set to something. `variable` is `std::env::var_os`, but for tests.
    ///
    /// # Errors
    /// What is there is no key.
    pub fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<(Self, &'static str)>, NoKey> {
        for name in KEY_VARIABLES {
            if let Some(key) = Key::from_variable(name, &variable)? {
                return Ok(Some((key, name)));
            }
        }
        Ok(None)
    }

    /// The access token from the environment.
    ///
    /// # Errors
    /// What is there is no token.
    pub fn access_token(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, NoKey> {
        Key::from_variable(TOKEN_VARIABLE, &variable)
    }

    fn from_variable(
        name: &str,
        variable: &impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, NoKey> {
        let Some(text) = variable(name).filter(|it| !it.is_empty()) else { return Ok(None) };
        let text = OsStr::to_str(&text).map(|it| Zeroizing::new(it.to_owned()));
        match text.map_or(Err(BadKey::Characters), |it| Key::new(&it)) {
            Ok(key) => Ok(Some(key)),
            Err(why) => Err(NoKey::Bad { place: name.to_owned(), why }),
        }
    }
}

/// Why no key could be had. The text that was read is not in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoKey {
    /// Reading failed.
    #[error("cannot read the key from {place}: {why}")]
    Unreadable {
        /// Where.
        place: String,
        /// Why.
        why: io::Error,
    },
    /// Much longer than a key.
    #[error("{place} is longer than 64 KiB: it holds no key")]
    TooLong {
        /// Where.
        place: String,
    },
    /// It is none.
    #[error("{place}: {why}")]
    Bad {
        /// Where.
        place: String,
        /// Why.
        why: BadKey,
    },
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

#[cfg(test)]
mod tests {
    use super::*;

    const SENTINEL: &str = "sk-SENTINEL0123456789";

    #[test]
    fn a_key_is_read_as_people_store_it() {
        for text in [
            SENTINEL.to_owned(),
            format!("{SENTINEL}\n"),
            format!("\u{feff}{SENTINEL}\r\n"),
            format!("  {SENTINEL}\t\n\n"),
        ] {
            let key = Key::from_reader(text.as_bytes(), "standard input").expect("a key");
            assert_eq!(key.expose(), SENTINEL);
            assert_eq!(format!("{key:?}"), "Key(…)");
        }
    }

    #[test]
    fn what_is_no_key_is_not_told() {
        for text in [
            format!("{SENTINEL}\n{SENTINEL}\n"),
            format!("{SENTINEL} x"),
            format!("{SENTINEL}é"),
            "x".repeat(LONGEST as usize + 1),
            "\n".to_owned(),
            String::new(),
        ] {
            let error = Key::from_reader(text.as_bytes(), "the file").expect_err(&text);
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("the file") && !shown.contains("SENTINEL"), "{shown}");
            assert!(shown.len() < 200);
        }
        let error = Key::from_reader(&b"\xff\xfe"[..], "the file").expect_err("no text");
        assert!(matches!(error, NoKey::Bad { why: BadKey::Characters, .. }));
    }

    #[test]
    fn fingerprints_tell_keys_apart_and_nothing_else() {
        let of = |text: &str| Key::new(text).expect("a key").fingerprint();
        assert_eq!(of(SENTINEL), of(SENTINEL));
        assert_ne!(of(SENTINEL), of("sk-SENTINEL0123456788"));
        assert_eq!(of(SENTINEL).len(), 8);
        assert!(of(SENTINEL).bytes().all(|it| it.is_ascii_hexdigit()));
        // In ledgers: it must not change. The hash of the domain and the key, by another program.
        assert_eq!(of(SENTINEL), "d9ea896d");
    }

    #[test]
    fn variables_have_an_order_and_another_companys_is_never_read() {
        let asked = std::cell::RefCell::new(Vec::new());
        let read = |set: &[(&str, &str)]| {
            let get = |name: &str| {
                asked.borrow_mut().push(name.to_owned());
                set.iter().find(|(it, _)| *it == name).map(|(_, value)| OsString::from(value))
            };
            Key::from_variables(get).map(|it| it.map(|(key, name)| (key.expose().to_owned(), name)))
        };
        let both = [("COMETAPI_API_KEY", "two"), ("COMETAPI_KEY", "one"), ("COMET_API_KEY", "no")];
        assert_eq!(read(&both).expect("a key"), Some(("one".to_owned(), "COMETAPI_KEY")));
        assert_eq!(
            read(&[("COMETAPI_KEY", ""), both[0]]).expect("a key"),
            Some(("two".to_owned(), "COMETAPI_API_KEY"))
        );
        assert_eq!(read(&[both[2]]).expect("nothing"), None);
        let bad = read(&[("COMETAPI_KEY", "SENTINEL x"), both[0]]).expect_err("a space");
        assert_eq!(
            bad.to_string(),
            "COMETAPI_KEY: the key has a space, a line break or a character that is not ASCII inside"
        );
        assert!(!asked.borrow().iter().any(|it| it == "COMET_API_KEY"));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = Key::from_file(Path::new("no/such\u{1b}file")).expect_err("no file");
        assert!(error.to_string().contains("no/such\\u{1b}file"), "{error}");
    }

    /// What a shell makes of `--key-file <(pass …)`.
    #[cfg(unix)]
    #[test]
    fn a_pipe_is_a_file_too() {
        use std::process::{Command, Stdio};
        let mut child =
            Command::new("echo").arg(SENTINEL).stdout(Stdio::piped()).spawn().expect("echo");
        let pipe = child.stdout.take().expect("a pipe");
        let fd = std::os::fd::AsRawFd::as_raw_fd(&pipe);
        let key = Key::from_file(Path::new(&format!("/dev/fd/{fd}"))).expect("a key");
        assert_eq!(key.expose(), SENTINEL);
        child.wait().expect("an end");
    }
}
