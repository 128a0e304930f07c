//! The body: a parcel that was linted, with the id that the server gets.

use std::collections::BTreeMap;
use std::io::{self, Read};

use kling_lint::Parcel;

use crate::id::Id;

/// A request that passed the linter, ready to be sent.
#[derive(Debug)]
pub struct Body {
    parcel: Parcel,
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
        Body { parcel }
    }

    /// The user's own id, if the request has one.
    pub fn own_id(&self) -> Option<&str> {
        todo!()
    }

    /// Puts our id in, where the request has none.
    pub fn set_id(&mut self, _id: &str) {
        todo!()
    }

    /// What decides price and time: model, mode, duration, …, as JSON texts.
    pub fn settings(&self) -> BTreeMap<String, String> {
        todo!()
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
    /// The request or a file of it is no longer what was linted.
    pub fn hash(&mut self) -> io::Result<Hashes> {
        todo!()
    }

    /// The body from its first byte.
    ///
    /// # Errors
    /// The request's own.
    pub fn reader(&mut self) -> io::Result<impl Read + Send + '_> {
        self.parcel.reader()
    }

    /// Writes the body for people: long Base64 is named, not shown.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn show(&mut self, _out: &mut dyn io::Write) -> io::Result<()> {
        todo!()
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
