//! Media against their limits: the text that names them, and the file that it names or holds.
//!
//! | file | what it judges |
//! |---|---|
//! | [`hosts`] | hosts that were found to be public |
//! | [`sound`] | the quick way through a URL in which nothing is wrong |
//! | [`text`] | the form of the text: URL, Base64, path, or none of them |
//! | [`inline`] | Base64 as an encoding |
//! | [`local`] | a path: whether there is a file to read |
//! | [`content`] | a file, wherever its bytes came from: format, bytes, pixels |
//! | [`video`] | what the movie header tells |

mod content;
mod hosts;
mod inline;
mod local;
mod sound;
mod text;
mod video;

use std::ops::Range;
use std::path::Path;

use kling_schema::aspect::End;
use kling_schema::rules::{Rule, media as rules};
use kling_schema::{Basis, Bound, Format, Forms, Limit, MediaClass, Severity};

use super::probe::PixelSize;
use crate::check::trail::Trail;
use crate::files::Files;
use crate::finding::Draft;

pub(crate) use hosts::Hosts;
pub(crate) use inline::SMALLEST_FILE;
pub(crate) use local::{Unread, facts};
pub(crate) use sound::is_sound_url;
pub(crate) use text::check;

/// How the caller wants media judged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Setting<'a> {
    /// The request is sent as it stands: nothing inlines local files.
    pub(crate) wire: bool,
    /// Pictures are decoded whole.
    pub(crate) decode: bool,
    /// Serves local files; without it they are not looked at.
    pub(crate) files: Option<&'a dyn Files>,
    /// What the request is called.
    pub(crate) request: Option<&'a Path>,
    /// Names of models that the caller knows to be right.
    pub(crate) models: &'a [String],
}

/// What a media is judged against, and where the findings go.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) class: MediaClass,
    pub(crate) limits: &'a [Limit],
    pub(crate) trail: &'a Trail<'a>,
    /// The string with its quotes.
    pub(crate) span: Range<u32>,
    pub(crate) out: &'a mut Vec<Draft>,
}

/// What a media string turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) form: Form,
    /// The size as stored, when it is certain.
    pub(crate) size: Option<PixelSize>,
    /// Whether it is shown turned by a quarter, so that width and height change places.
    pub(crate) turned: bool,
}

impl Judged {
    /// Of this form, and of no known size.
    fn unsized_(form: Form) -> Self {
        Judged { form, size: None, turned: false }
    }
}

/// The form of a media string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Url,
    Base64,
    Path(LocalPath),
    /// None of them.
    Neither,
}

/// A path to a local file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalPath {
    /// The text, unescaped.
    pub(crate) path: String,
    /// The length of the file, when it was read.
    pub(crate) len: Option<u64>,
    /// Whether the field takes its Base64 instead.
    pub(crate) inline: bool,
}

impl Target<'_> {
    #[inline]
    fn add(&mut self, draft: Option<Draft>) {
        if let Some(draft) = draft {
            self.out.push(draft);
        }
    }

    /// The strictest row about forms that does not admit this one.
    fn refusing(&self, admits: fn(Forms) -> bool) -> Option<(&Limit, Forms)> {
        self.limits
            .iter()
            .filter_map(|limit| Some((limit, limit.bound.forms()?)))
            .filter(|(_, forms)| !admits(*forms))
            .max_by_key(|(limit, _)| limit.basis.severity)
    }

    /// A finding on the strictest row about forms that does not admit this one.
    fn form_broken(&self, rule: &'static Rule, admits: fn(Forms) -> bool) -> Option<Draft> {
        let (limit, forms) = self.refusing(admits)?;
        let mut allowed = Vec::new();
        if forms.url {
            allowed.push(String::from("an `http(s)://` URL"));
        }
        if forms.base64 {
            allowed.push(String::from("Base64"));
        }
        Some(self.broken(rule, limit).with("allowed", kling_schema::listed(&allowed, "or")))
    }

    /// A text that is none of the forms that are taken.
    fn neither(&mut self, found: String, advice: String) -> Form {
        let draft = self.form_broken(&rules::NOT_A_MEDIA_SOURCE, |_| false);
        self.add(draft.map(|draft| draft.with("found", found).with("advice", advice)));
        Form::Neither
    }

    /// A finding on a row.
    fn broken(&self, rule: &'static Rule, limit: &Limit) -> Draft {
        self.broken_at(rule, limit, limit.basis, End::Max)
    }

    /// A finding on one end of a row, on this basis.
    fn broken_at(&self, rule: &'static Rule, limit: &Limit, basis: Basis, end: End) -> Draft {
        self.trail.broken(rule, basis, limit.bound.aspect(end), self.span.clone())
    }

    /// A warning on the tool's own authority.
    fn warned(&self, rule: &'static Rule) -> Draft {
        self.trail.found(rule, Basis::house(Severity::Warning), self.span.clone())
    }

    /// An info on the tool's own authority.
    fn informed(&self, rule: &'static Rule) -> Draft {
        self.trail.found(rule, Basis::house(Severity::Info), self.span.clone())
    }

    /// The strictest row about formats that does not admit this one.
    fn formats(&self, format: Option<Format>) -> Option<(&Limit, &'static [Format])> {
        self.limits
            .iter()
            .filter_map(|limit| {
                let Bound::Formats(formats) = limit.bound else { return None };
                let taken = format.is_some_and(|format| formats.contains(&format));
                (!taken).then_some((limit, formats))
            })
            .max_by_key(|(limit, _)| limit.basis.severity)
    }

    /// What to do about a text that stands for the media.
    fn itself(&self) -> String {
        format!("replace it with the {} itself", self.class.word())
    }
}

/// The names of formats, for a list in a message.
fn names(formats: &[Format]) -> Vec<&'static str> {
    formats.iter().map(|format| format.name()).collect()
}

#[cfg(test)]
mod tests;
