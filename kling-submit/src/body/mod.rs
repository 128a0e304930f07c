//! The body: a parcel that was linted, with the id that the server gets.
//!
//! | file | what it holds |
//! |---|---|
//! | [`requests`] | from what the user names to requests that may be sent |
//! | `lines` | a file with one request a line |
//! | `hash` | the two hashes of a body |
//! | `sent` | the body on its way |
//! | `show` | the body for people |

mod hash;
mod lines;
pub mod requests;
mod sent;
mod show;

use std::collections::BTreeMap;
use std::io::{self, Read};

use kling_lint::Parcel;

use crate::id::Id;
use sent::{Halved, Sent};
use show::Elisions;

pub use requests::{Named, Options, Requests, Unfit, Unfitness};

/// Bytes read at once.
const BLOCK: usize = 64 << 10;

/// A request that passed the linter, ready to be sent.
#[derive(Debug)]
pub struct Body {
    parcel: Parcel,
    /// The hash that the body must have, if it was read before.
    expected: Option<String>,
    /// The hash of what is to be sent, once it is known.
    sent_sha256: Option<String>,
}

/// The two hashes of a body, in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// Of the body but for an id that we put in.
    pub body_sha256: String,
    /// Of the body as it is sent.
    pub sent_sha256: String,
}

impl Body {
    /// Takes a parcel.
    pub fn new(parcel: Parcel) -> Self {
        Body { parcel, expected: None, sent_sha256: None }
    }

    /// The body must still have this hash.
    fn expecting(self, body_sha256: String) -> Self {
        Body { expected: Some(body_sha256), ..self }
    }

    /// The user's own id, if the request has one; or the one that was put in. Not safe to print.
    pub fn own_id(&self) -> Option<&str> {
        self.parcel.own_id()
    }

    /// Puts our id in, where the request has none.
    pub fn set_id(&mut self, id: &str) {
        // With one of its own it keeps that.
        self.parcel.set_own_id(id);
        self.sent_sha256 = None;
    }

    /// What decides price and time: model, mode, duration, …, as JSON texts.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let settings = self.parcel.settings().iter();
        settings.map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    /// The endpoint's short name.
    pub fn endpoint(&self) -> &'static str {
        // No parcel is made of a request for an unknown one.
        self.parcel.report().endpoint().map_or("", |endpoint| endpoint.name)
    }

    /// Bytes of the body.
    pub fn content_length(&self) -> u64 {
        self.parcel.content_length()
    }

    /// The linter's report, endpoint and files among it.
    pub fn parcel(&self) -> &Parcel {
        &self.parcel
    }

    /// Reads all of the body once and hashes it.
    ///
    /// # Errors
    /// The request or a file of it is no longer what was linted, or shown before.
    pub fn hash(&mut self) -> io::Result<Hashes> {
        let inserted = self.parcel.inserted().cloned();
        let hashes = hash::hashes(self.parcel.reader()?, inserted.as_ref())?;
        if self.expected.as_ref().is_some_and(|expected| *expected != hashes.body_sha256) {
            let why = "the request, or a file it names, changed after it was shown";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        self.sent_sha256 = Some(hashes.sent_sha256.clone());
        Ok(hashes)
    }

    /// The body from its first byte. What is no longer what was hashed ends with an error, before the
    /// end that makes the body whole.
    ///
    /// # Errors
    /// The request's own.
    pub fn reader(&mut self) -> io::Result<impl Read + Send + '_> {
        let (len, hash) = (self.content_length(), self.sent_sha256.clone());
        Ok(Halved::new(Sent::new(self.parcel.reader()?, len, hash), len))
    }

    /// Writes the body for people: long Base64 is named, not shown, and nothing in it moves a cursor.
    /// It ends with a line end.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn show(&mut self, out: &mut dyn io::Write) -> io::Result<()> {
        let elisions = Elisions::find(self.parcel.reader()?)?;
        elisions.write(self.parcel.reader()?, out)
    }
}

/// Which id a body gets when the same one was sent before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Our own.
    pub id: Id,
    /// What the server gets.
    pub external_task_id: String,
}

#[cfg(test)]
mod tests;
