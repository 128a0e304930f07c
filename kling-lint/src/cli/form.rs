//! The documents that `schema` writes, and what their files are called.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use kling_schema::endpoints::ENDPOINTS;
use kling_schema::export::{self, Profile};
use kling_schema::{Object, listed};
use serde::Serialize;

/// A document and the name of its file.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) name: String,
    pub(super) text: String,
}

impl Document {
    /// JSON as people read it: two blanks a level, and a line end.
    fn new(name: String, value: &impl Serialize) -> serde_json::Result<Self> {
        let text = format!("{}\n", serde_json::to_string_pretty(value)?);
        Ok(Document { name, text })
    }
}

/// What `--profile` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One document a request.
    Schema(Profile),
    /// One document for the API.
    OpenApi,
    /// One document for the keywords of the schemas.
    Vocabulary,
    /// Everything.
    All,
}

impl Form {
    /// Every form that is one.
    fn each() -> impl Iterator<Item = Form> {
        let schemas = Profile::ALL.into_iter().map(Form::Schema);
        schemas.chain([Form::OpenApi, Form::Vocabulary])
    }

    /// As it is written on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Form::Schema(profile) => profile.name(),
            Form::OpenApi => "openapi-3.1",
            Form::Vocabulary => "vocabulary",
            Form::All => "all",
        }
    }

    /// Whether there is one document, whatever the requests.
    pub(super) fn is_one(self) -> bool {
        match self {
            Form::Schema(_) | Form::All => false,
            Form::OpenApi | Form::Vocabulary => true,
        }
    }

    /// The documents for these requests.
    pub(super) fn documents(
        self,
        objects: &[&'static Object],
        closed: bool,
    ) -> serde_json::Result<Vec<Document>> {
        let whole = || format!("{}.json", self.name());
        match self {
            Form::Schema(profile) => {
                let document = |object: &&'static Object| {
                    let schema = export::json_schema(object, profile, closed);
                    Document::new(file_name(object, profile, closed), &schema)
                };
                objects.iter().map(document).collect()
            }
            Form::OpenApi => Ok(vec![Document::new(whole(), &export::openapi())?]),
            Form::Vocabulary => Ok(vec![Document::new(whole(), &export::vocabulary())?]),
            Form::All => {
                let mut documents = Vec::new();
                // What describes all requests belongs beside the schemas of all.
                let is_whole = objects.len() == ENDPOINTS.len();
                for form in Form::each().filter(|form| is_whole || !form.is_one()) {
                    documents.extend(form.documents(objects, closed)?);
                }
                Ok(documents)
            }
        }
    }

    fn about(self) -> &'static str {
        match self {
            Form::Schema(profile) => profile.about(),
            Form::OpenApi => "one document: routes, replies, callback, error codes",
            Form::Vocabulary => "one document: what each x-kling-* keyword means",
            Form::All => "all of these, in files",
        }
    }
}

/// `kling-image2video.2020-12.json`: no name that a request's file could have, or a folder of requests
/// that holds schemas too would be checked with them.
pub(super) fn file_name(object: &Object, profile: Profile, closed: bool) -> String {
    let closed = if closed { ".closed" } else { "" };
    format!("kling-{}.{}{closed}.json", object.name, profile.name())
}

/// The endpoints, by their short names.
pub(super) fn names(conjunction: &str) -> String {
    let names: Vec<String> = ENDPOINTS.iter().map(|object| object.name.into()).collect();
    listed(&names, conjunction)
}

/// Reads the name of a form.
pub(super) fn parser() -> impl TypedValueParser<Value = Form> {
    let every = || Form::each().chain([Form::All]);
    PossibleValuesParser::new(every().map(Form::name))
        .try_map(move |name| every().find(|form| form.name() == name).ok_or("no such profile"))
}

/// The forms in words, for the help.
pub(super) fn help() -> String {
    let mut text = String::from("Profiles:\n");
    for form in Form::each().chain([Form::All]) {
        text.push_str(&format!("  {:<12} {}\n", form.name(), form.about()));
    }
    text
}
