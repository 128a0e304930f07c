//! STAND-IN: the lead's file takes this place.

use crate::rules::{self, Rule};
use crate::{Basis, Severity, Source, Tier};

/// One row of the table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// `omni-video/prompt/max-chars`.
    pub name: String,
    /// The kind of check.
    pub rule: &'static Rule,
    /// What it rests on.
    pub basis: Basis,
    /// What it asks for: "at most 2,500 characters".
    pub statement: String,
    /// Short name of the endpoint.
    pub endpoint: &'static str,
}

const SOURCE: Source = Source::Page {
    url: "https://apidoc.cometapi.com/api/video/kling/image-to-video",
    read: "2026-03",
};

/// The rows of one endpoint.
pub fn rows(endpoint: &str) -> Vec<Row> {
    all()
        .into_iter()
        .filter(|row| row.endpoint == endpoint)
        .collect()
}

/// The rows of every endpoint.
pub fn all() -> Vec<Row> {
    let row = |name: &str, rule, basis, statement: &str, endpoint| Row {
        name: name.to_owned(),
        rule,
        basis,
        statement: statement.to_owned(),
        endpoint,
    };
    let documented = Basis::new(Tier::Documented, SOURCE);
    vec![
        row(
            "image2video/prompt/max-chars",
            &rules::value::TOO_LONG,
            documented.noted("Kling itself takes 2500"),
            "at most 500 characters",
            "image2video",
        ),
        row(
            "image2video/duration/type",
            &rules::shape::WRONG_TYPE,
            documented,
            "a string",
            "image2video",
        ),
        row(
            "omni-video/prompt/max-chars",
            &rules::value::TOO_LONG,
            documented,
            "at most 2,500 characters",
            "omni-video",
        ),
        row(
            "omni-video/prompt/required",
            &rules::shape::MISSING_FIELD,
            documented,
            "must be there",
            "omni-video",
        ),
        row(
            "omni-video/aspect_ratio/ratio",
            &rules::across::DEFAULT_APPLIES,
            Basis::house(Severity::Info),
            "needed for text to video",
            "omni-video",
        ),
    ]
}
