//! The rules: every kind of finding, with its message, its explanation and its examples.
//!
//! A *rule* (`KL2001 too-long`) is a kind of check; a *constraint* (`omni-video/prompt/max-chars`) is
//! one row of the table that is checked by it. Ids are never reused. One file a range:
//!
//! | range | file | |
//! |---|---|---|
//! | KL00xx | [`not_json`] | the text is not JSON |
//! | KL01xx | [`document`] | the document as a whole |
//! | KL1xxx | [`shape`] | keys and types |
//! | KL2xxx | [`value`] | one value |
//! | KL3xxx | [`across`] | several fields, several requests |
//! | KL4xxx | [`media`] | images and videos |
//! | KL403x | [`files`] | local files, before there is anything to judge |
//! | KL5xxx | [`references`] | reference tokens in a prompt |
//! | KL6xxx | [`models`] | what a model supports (upstream) |
//! | KL7xxx | [`house`] | rules of the user's own team |

pub mod across;
pub mod document;
pub mod files;
pub mod house;
pub mod media;
pub mod models;
pub mod not_json;
pub mod references;
pub mod shape;
pub mod value;

use crate::path::same;

/// A kind of finding.
///
/// `message` and `help` are templates: `{name}` is replaced by the finding's parameter of that name,
/// and a part in square brackets is dropped when one of its parameters is absent.
#[derive(Debug)]
pub struct Rule {
    /// `KL2001`; never reused.
    pub id: &'static str,
    /// `too-long`; accepted wherever the id is.
    pub name: &'static str,
    /// What it finds, in one line.
    pub summary: &'static str,
    /// What is wrong, what is allowed, what was found.
    pub message: &'static str,
    /// How to fix it. Empty when the message says it all.
    pub help: &'static str,
    /// Why it matters and what to do, in Markdown.
    pub explain: &'static str,
    /// A request that has the finding, and its repaired twin.
    pub example: Example,
}

/// A bad request and its repaired twin.
#[derive(Debug)]
pub struct Example {
    /// Short name of the endpoint both are for.
    pub endpoint: &'static str,
    /// Has a finding of the rule.
    pub bad: &'static str,
    /// Has none.
    pub good: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

/// Every rule, in the order of the ids.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RANGES.into_iter().flatten().copied()
}

/// In the order of the ids.
const RANGES: [&[&Rule]; 10] = [
    not_json::RULES,
    document::RULES,
    shape::RULES,
    value::RULES,
    across::RULES,
    media::RULES,
    files::RULES,
    references::RULES,
    models::RULES,
    house::RULES,
];

/// The rule of this name, for constants: an unknown name stops the build.
#[doc(hidden)]
#[track_caller]
pub const fn named(name: &str) -> &'static Rule {
    let mut range = 0;
    while range < RANGES.len() {
        let mut at = 0;
        while at < RANGES[range].len() {
            if same(RANGES[range][at].name, name) {
                return RANGES[range][at];
            }
            at += 1;
        }
        range += 1;
    }
    panic!("no rule has this name; `kling-lint rules` lists them all")
}

/// The rule of this id or name.
pub fn find(id_or_name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id.eq_ignore_ascii_case(id_or_name) || rule.name == id_or_name)
}
