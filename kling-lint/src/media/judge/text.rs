//! The form of a media text.

use std::ops::Range;

use kling_schema::rules::media as rules;
use kling_schema::{Limit, MediaClass, url};

use super::{Form, Judged, Setting, Target, names};
use crate::check::trail::Trail;
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::media::classify::{MediaText, Shape};
use crate::media::location::Location;
use crate::printable;

/// Judges one media string. `span` is the string with its quotes.
pub(crate) fn check(
    text: &MediaText<'_>,
    class: MediaClass,
    limits: &[Limit],
    trail: &Trail<'_>,
    span: Range<u32>,
    setting: &Setting<'_>,
    out: &mut Vec<Draft>,
) -> Judged {
    let target = Target { class, limits, trail, span, out };
    Judge { text, setting, target }.judge()
}

/// A text on the way to its verdict.
pub(super) struct Judge<'a> {
    pub(super) text: &'a MediaText<'a>,
    pub(super) setting: &'a Setting<'a>,
    pub(super) target: Target<'a>,
}

impl Judge<'_> {
    fn judge(mut self) -> Judged {
        let text = self.text;
        let form = match text.shape() {
            Shape::Url(url) => self.url(url),
            Shape::Path => return self.path(),
            Shape::Data | Shape::Other => return self.data(),
            Shape::Empty => self.target.neither("an empty text".into(), self.target.itself()),
            Shape::Blank => self.target.neither("white space".into(), self.target.itself()),
            Shape::Hostless => {
                let found = format!("the incomplete URL {}", printable::quoted(&text.head));
                self.target.neither(found, "write the whole address, with its host".into())
            }
            Shape::Schemeless => self.schemeless(),
            Shape::Scheme(scheme) => {
                let found = format!("a URL of the scheme `{}:`", printable::shorten(scheme));
                let advice = if scheme.eq_ignore_ascii_case("blob") {
                    "a `blob:` URL exists only in the browser that made it: send what it holds"
                } else {
                    "only `http` and `https` are fetched: make a public or presigned `https://` link"
                };
                self.target.neither(found, advice.into())
            }
        };
        Judged::unsized_(form)
    }

    /// A web address without a scheme.
    fn schemeless(&mut self) -> Form {
        let head = &self.text.head;
        let missing = if head.starts_with("//") { "https:" } else { "https://" };
        let title = format!("write `{missing}` in front");
        let draft = self.target.form_broken(&rules::NOT_A_MEDIA_SOURCE, |_| false).map(|draft| {
            let at = self.target.span.start + 1;
            let draft = draft
                .with("found", format!("an address without a scheme, {}", printable::quoted(head)))
                .with("advice", title.clone());
            if head.starts_with(url::BLANKS) {
                return draft;
            }
            draft.fixed_by(DraftFix::safe(title, at..at, missing).unsafe_())
        });
        self.target.add(draft);
        Form::Neither
    }

    fn url(&mut self, url: &str) -> Form {
        let draft = self.target.form_broken(&rules::NOT_A_MEDIA_SOURCE, |forms| forms.url);
        self.target.add(draft.map(|draft| draft.with("found", "a URL")));
        let location = Location::of(url, self.text.complete);
        if let Some(oddity) = location.oddity() {
            let draft = self
                .target
                .warned(&rules::ODD_HOST)
                .with("found", printable::ticked(location.host))
                .with("reason", oddity);
            self.target.add(Some(draft));
        }
        if let Some(userinfo) = location.userinfo {
            // Never the text itself: findings end up in logs.
            let found =
                if userinfo.contains(':') { "a user name and a password" } else { "a user name" };
            let draft = self.target.warned(&rules::USERINFO_IN_URL).with("found", found);
            self.target.add(Some(draft));
        }
        self.spaces(url);
        if let Some((suffix, content)) = location.suffix()
            && let Some((_, formats)) = self.target.formats(content.format())
        {
            let draft = self
                .target
                .warned(&rules::ODD_SUFFIX)
                .with("found", format!("`.{suffix}`"))
                .with("allowed", names(formats));
            self.target.add(Some(draft));
        }
        Form::Url
    }

    /// White space around or inside a URL.
    fn spaces(&mut self, url: &str) {
        let text = self.text;
        if text.complete && text.is_graphic() {
            return;
        }
        if url.contains(|it: char| it.is_whitespace() || it.is_control()) {
            self.target.add(Some(
                self.target.warned(&rules::SPACE_IN_URL).with("found", "white space inside"),
            ));
            return;
        }
        let before = text.head.len() - text.head.trim_start_matches(url::BLANKS).len();
        let after = trailing(&text.rest.tail());
        if before + after == 0 {
            return;
        }
        let mut draft =
            self.target.warned(&rules::SPACE_IN_URL).with("found", "white space around it");
        if let (Some(before), Some(after)) = (text.written_len(before), self.written_blanks(after))
        {
            let (start, end) = (self.target.span.start + 1, self.target.span.end.saturating_sub(1));
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
        self.target.add(Some(draft));
    }

    /// How many bytes of the file the last so many white space characters take.
    pub(super) fn written_blanks(&self, count: usize) -> Option<u32> {
        let raw = self.text.rest.raw_tail();
        let mut rest = raw;
        for _ in 0..count {
            rest = ["\\n", "\\r", "\\t", " "].iter().find_map(|blank| rest.strip_suffix(blank))?;
        }
        u32::try_from(raw.len() - rest.len()).ok()
    }
}

/// How much white space a text ends with.
pub(super) fn trailing(text: &str) -> usize {
    text.len() - text.trim_end_matches(url::BLANKS).len()
}
