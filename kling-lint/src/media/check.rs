//! A media string against its limits.

use std::ops::Range;

use kling_schema::aspect::End;
use kling_schema::rules::{Rule, media as rules};
use kling_schema::{Basis, Bound, Format, Forms, Limit, MediaClass, Severity, url};

use super::classify::{MediaText, Shape};
use super::location::Location;
use super::probe::PixelSize;
use crate::check::trail::Trail;
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::printable;

/// What a media string turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) form: Form,
    /// The size as stored, when it is certain.
    pub(crate) size: Option<PixelSize>,
    /// Whether it is shown turned by a quarter, so that width and height change places.
    pub(crate) turned: bool,
}

/// The form of a media string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Url,
    Base64,
    Path,
    /// None of them.
    Neither,
}

/// Judges one media string. `span` is the string with its quotes; `wire`: the request is sent as it
/// stands, so that nothing inlines local files.
pub(crate) fn check(
    text: &MediaText<'_>,
    class: MediaClass,
    limits: &[Limit],
    trail: &Trail<'_>,
    span: Range<u32>,
    wire: bool,
    out: &mut Vec<Draft>,
) -> Judged {
    Judge { text, class, limits, trail, span, wire, out }.judge()
}

struct Judge<'a> {
    text: &'a MediaText<'a>,
    class: MediaClass,
    limits: &'a [Limit],
    trail: &'a Trail<'a>,
    span: Range<u32>,
    wire: bool,
    out: &'a mut Vec<Draft>,
}

impl Judge<'_> {
    fn judge(mut self) -> Judged {
        let text = self.text;
        let form = match text.shape() {
            Shape::Url(url) => self.url(url),
            Shape::Path => self.path(),
            Shape::Data | Shape::Other => return self.data(),
            Shape::Empty => self.neither("an empty text", &self.itself()),
            Shape::Blank => self.neither("white space", &self.itself()),
            Shape::Hostless => {
                let found = format!("the incomplete URL {}", printable::quoted(&text.head));
                self.neither(&found, "write the whole address, with its host")
            }
            Shape::Schemeless => self.schemeless(),
            Shape::Scheme(scheme) => {
                let found = format!("a URL of the scheme `{}:`", printable::shorten(scheme));
                let advice = if scheme.eq_ignore_ascii_case("blob") {
                    "a `blob:` URL exists only in the browser that made it: send what it holds"
                } else {
                    "only `http` and `https` are fetched: make a public or presigned `https://` link"
                };
                self.neither(&found, advice)
            }
        };
        Judged { form, size: None, turned: false }
    }

    /// A finding on the strictest row about forms that does not admit this one.
    fn form_broken(&self, rule: &'static Rule, admits: fn(Forms) -> bool) -> Option<Draft> {
        let (limit, forms) = self
            .limits
            .iter()
            .filter_map(|limit| Some((limit, limit.bound.forms()?)))
            .filter(|(_, forms)| !admits(*forms))
            .max_by_key(|(limit, _)| limit.basis.severity)?;
        let mut allowed = Vec::new();
        if forms.url {
            allowed.push(String::from("an `http(s)://` URL"));
        }
        if forms.base64 {
            allowed.push(String::from("Base64"));
        }
        Some(self.broken(rule, limit).with("allowed", kling_schema::listed(&allowed, "or")))
    }

    /// A finding on a row.
    fn broken(&self, rule: &'static Rule, limit: &Limit) -> Draft {
        self.broken_at(rule, limit, End::Max)
    }

    fn broken_at(&self, rule: &'static Rule, limit: &Limit, end: End) -> Draft {
        self.trail.broken(rule, limit.basis, limit.bound.aspect(end), self.span.clone())
    }

    /// A warning on the tool's own authority.
    fn warned(&self, rule: &'static Rule) -> Draft {
        self.trail.found(rule, Basis::house(Severity::Warning), self.span.clone())
    }

    fn add(&mut self, draft: Option<Draft>) {
        self.out.extend(draft);
    }

    /// A text that is neither URL nor Base64.
    fn neither(&mut self, found: &str, advice: &str) -> Form {
        let draft = self.form_broken(&rules::NOT_A_MEDIA_SOURCE, |_| false);
        self.add(draft.map(|draft| draft.with("found", found).with("advice", advice)));
        Form::Neither
    }

    /// A web address without a scheme.
    fn schemeless(&mut self) -> Form {
        let head = &self.text.head;
        let missing = if head.starts_with("//") { "https:" } else { "https://" };
        let title = format!("write `{missing}` in front");
        let draft = self.form_broken(&rules::NOT_A_MEDIA_SOURCE, |_| false).map(|draft| {
            let at = self.span.start + 1;
            let draft = draft
                .with("found", format!("an address without a scheme, {}", printable::quoted(head)))
                .with("advice", title.as_str());
            if head.starts_with(url::BLANKS) {
                return draft;
            }
            draft.fixed_by(DraftFix::safe(title, at..at, missing).unsafe_())
        });
        self.add(draft);
        Form::Neither
    }

    fn path(&mut self) -> Form {
        if self.wire {
            let draft = self.form_broken(&rules::LOCAL_PATH_ON_WIRE, |_| false);
            self.add(draft.map(|draft| draft.with("found", printable::quoted(&self.text.head))));
        }
        Form::Path
    }

    fn url(&mut self, url: &str) -> Form {
        let draft = self.form_broken(&rules::NOT_A_MEDIA_SOURCE, |forms| forms.url);
        self.add(draft.map(|draft| draft.with("found", "a URL")));
        let location = Location::of(url, self.text.complete);
        if let Some(oddity) = location.oddity() {
            let draft = self
                .warned(&rules::ODD_HOST)
                .with("found", format!("`{}`", printable::shorten(location.host)))
                .with("reason", oddity);
            self.add(Some(draft));
        }
        if let Some(userinfo) = location.userinfo {
            // Never the text itself: findings end up in logs.
            let found =
                if userinfo.contains(':') { "a user name and a password" } else { "a user name" };
            let draft = self.warned(&rules::USERINFO_IN_URL).with("found", found);
            self.add(Some(draft));
        }
        self.spaces(url);
        if let Some((suffix, format)) = location.suffix()
            && let Some((_, formats)) = self.formats(format)
        {
            let draft = self
                .warned(&rules::ODD_SUFFIX)
                .with("found", format!("`.{suffix}`"))
                .with("allowed", names(formats));
            self.add(Some(draft));
        }
        Form::Url
    }

    /// White space around or inside a URL.
    fn spaces(&mut self, url: &str) {
        let text = self.text;
        if url.contains(|it: char| it.is_whitespace() || it.is_control()) {
            self.add(Some(self.warned(&rules::SPACE_IN_URL).with("found", "white space inside")));
            return;
        }
        let before = text.head.len() - text.head.trim_start_matches(url::BLANKS).len();
        let after = trailing(&text.tail);
        if before + after == 0 {
            return;
        }
        let mut draft = self.warned(&rules::SPACE_IN_URL).with("found", "white space around it");
        if let (Some(before), Some(after)) = (text.written_len(before), self.written_blanks(after))
        {
            let (start, end) = (self.span.start + 1, self.span.end.saturating_sub(1));
            let title = "remove the white space around the URL";
            let fix = match (before, after) {
                (before, 0) => DraftFix::safe(title, start..start + before, ""),
                (0, after) => DraftFix::safe(title, end - after..end, ""),
                (before, after) => {
                    DraftFix::safe(title, start..start + before, "").and(end - after..end, "")
                }
            };
            draft = draft.fixed_by(fix);
        }
        self.add(Some(draft));
    }

    /// How many bytes of the file the last so many white space characters take.
    fn written_blanks(&self, count: usize) -> Option<u32> {
        let mut rest = self.text.raw_tail;
        for _ in 0..count {
            rest = ["\\n", "\\r", "\\t", " "].iter().find_map(|blank| rest.strip_suffix(blank))?;
        }
        u32::try_from(self.text.raw_tail.len() - rest.len()).ok()
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
        format!("replace it with the {} itself", self.noun())
    }

    fn noun(&self) -> &'static str {
        match self.class {
            MediaClass::Image => "image",
            MediaClass::Video => "video",
        }
    }
}

/// The names of formats, for a list in a message.
fn names(formats: &[Format]) -> Vec<&'static str> {
    formats.iter().map(|format| format.name()).collect()
}

/// How much white space a text ends with.
fn trailing(text: &str) -> usize {
    text.len() - text.trim_end_matches(url::BLANKS).len()
}

mod inline;
#[cfg(test)]
mod tests;
