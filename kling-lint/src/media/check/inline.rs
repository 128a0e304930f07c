//! Inline data: the encoding, and the file inside.

use kling_schema::aspect::End;
use kling_schema::rules::{Rule, media as rules};
use kling_schema::{Bound, Limit};

use super::{Form, Judge, Judged, names, trailing};
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::media::base64::{Base64Facts, Fault, FaultKind};
use crate::media::pixels;
use crate::media::probe::{Content, PixelSize, Unsure};
use crate::printable;

/// Decoded data shorter than this, without the signature of anything, were never meant as a file: no
/// picture that could pass is as small, while names, ids and hashes made of Base64's letters are.
const SMALLEST_FILE: u64 = 192;

impl Judge<'_> {
    /// Base64, with or without a `data:` prefix, or just text.
    pub(super) fn data(mut self) -> Judged {
        let none = Judged { form: Form::Neither, size: None, turned: false };
        let facts = (self.text.base64)();
        let content = facts.header.content;
        let prefix = usize::try_from(facts.prefix).unwrap_or(usize::MAX);
        let prefix = self.text.head.get(..prefix).unwrap_or_default();
        let unlikely = content == Content::Unknown
            && (facts.verdict.is_err() || facts.decoded_len < SMALLEST_FILE);
        if prefix.is_empty() && unlikely {
            let found = format!("the text {}", printable::quoted(&self.text.head));
            let advice = if self.text.head.starts_with('/') && !self.text.head.contains(' ') {
                String::from("if it is a local file, give it its suffix, such as `.png`")
            } else {
                self.itself()
            };
            self.neither(&found, &advice);
            return none;
        }
        if let Some(draft) = self.form_broken(&rules::NOT_A_MEDIA_SOURCE, |forms| forms.base64) {
            let found = if prefix.is_empty() { "Base64" } else { "a `data:` URL" };
            let draft = draft
                .with("found", found)
                .with("advice", format!("upload the {} and send its address", self.noun()));
            self.add(Some(draft));
            return none;
        }
        if !prefix.is_empty() && !self.prefix(prefix) {
            return none;
        }
        if let Err(fault) = facts.verdict {
            self.fault(fault, &facts);
            if content == Content::Unknown {
                return none;
            }
        }
        self.file(&facts);
        Judged { form: Form::Base64, size: facts.header.size.ok(), turned: facts.header.turned }
    }

    /// A `data:` prefix; whether Base64 follows.
    fn prefix(&mut self, prefix: &str) -> bool {
        let marker = prefix.trim_end_matches(',').rsplit(';').next().unwrap_or_default();
        let is_base64 = prefix.contains(';') && marker.trim().eq_ignore_ascii_case("base64");
        let advice = if is_base64 {
            "send only what follows the comma"
        } else {
            "encode the file as Base64 and send nothing else"
        };
        let draft = self.form_broken(&rules::DATA_URL_PREFIX, |_| false).map(|draft| {
            let start = self.span.start + 1;
            let draft = draft
                .with("found", format!("`{}`", printable::shorten(prefix)))
                .with("advice", advice);
            match self.text.written_len(prefix.len()) {
                Some(len) if is_base64 => draft.fixed_by(DraftFix::safe(
                    format!("delete `{}`", printable::shorten(prefix)),
                    start..start + len,
                    "",
                )),
                _ => draft,
            }
        });
        self.add(draft);
        is_base64
    }

    /// A fault of the encoding.
    fn fault(&mut self, fault: Fault, facts: &Base64Facts) {
        let Some(draft) = self.form_broken(&rules::BAD_BASE64, |_| false) else {
            return;
        };
        let again = "encode the whole file again";
        let (found, place, advice) = match fault.kind {
            FaultKind::Empty => (String::from("nothing follows the prefix"), false, again),
            FaultKind::LineBreak => {
                (String::from("a line break"), true, "write it on one line, as `base64 -w0` does")
            }
            FaultKind::Space => (
                String::from("white space"),
                true,
                "decoding a form turns `+` into a space: encode the file again",
            ),
            FaultKind::UrlSafe(character) => (
                format!("`{character}` of the URL-safe alphabet"),
                true,
                "use the standard alphabet: `+` for `-`, `/` for `_`",
            ),
            FaultKind::Character(character) => (shown(character), true, advice_on(character)),
            FaultKind::PaddingMissing(count) => {
                (format!("missing `{}` at its end", equals(count.into())), false, "append it")
            }
            FaultKind::PaddingExtra(count) => {
                (format!("extra `{}` at its end", equals(count)), false, "remove it")
            }
            FaultKind::PaddingInside => {
                (String::from("data go on behind the padding"), true, "send one file as one text")
            }
            FaultKind::Length => {
                (String::from("cut short, with one character left over"), false, again)
            }
        };
        let place = place.then_some(fault.at + 1);
        let fix = self.end_fix(fault, facts);
        let advice = match fault.kind {
            FaultKind::LineBreak | FaultKind::Space if fix.is_some() => "remove it",
            _ => advice,
        };
        let mut draft = draft.with("found", found).with_some("at", place).with("advice", advice);
        draft.fix = fix;
        self.add(Some(draft));
    }

    /// A repair of the text's end, where nothing else is wrong.
    fn end_fix(&self, fault: Fault, facts: &Base64Facts) -> Option<DraftFix> {
        let end = self.span.end.checked_sub(1)?;
        match fault.kind {
            FaultKind::PaddingMissing(count) => {
                let padding = equals(count.into());
                Some(DraftFix::safe(format!("append `{padding}`"), end..end, padding))
            }
            FaultKind::PaddingExtra(count) => {
                let written = self.text.raw_tail.bytes().rev().take_while(|&it| it == b'=').count();
                let count = u32::try_from(count).ok().filter(|&it| it as usize <= written)?;
                let title = format!("remove `{}`", equals(count.into()));
                Some(DraftFix::safe(title, end - count..end, ""))
            }
            FaultKind::LineBreak | FaultKind::Space => {
                let blanks = trailing(&self.text.tail);
                if fault.at + blanks as u64 != facts.len {
                    return None;
                }
                let len = self.written_blanks(blanks)?;
                Some(DraftFix::safe("remove the white space at the end", end - len..end, ""))
            }
            FaultKind::Empty
            | FaultKind::UrlSafe(_)
            | FaultKind::Character(_)
            | FaultKind::PaddingInside
            | FaultKind::Length => None,
        }
    }

    /// The file that the Base64 holds.
    fn file(&mut self, facts: &Base64Facts) {
        let content = facts.header.content;
        let formats = self.formats(content.format());
        let is_wrong = formats.is_some();
        let wrong = formats.map(|(limit, formats)| {
            let first = formats.first().map_or("", |format| format.name());
            let advice = match content {
                Content::Base64Text => String::from("it was encoded twice: encode the file once"),
                Content::DataUrl | Content::Url => String::from("encode the file itself"),
                Content::Html => {
                    String::from("a server answered with a page: fetch the file again")
                }
                _ => format!("convert it, for example to {first}"),
            };
            self.broken(&rules::WRONG_FORMAT, limit)
                .with("found", content.name())
                .with("allowed", names(formats))
                .with("advice", advice)
        });
        self.add(wrong);
        for limit in self.limits {
            if let Bound::Bytes(megabytes) = limit.bound {
                let about = (!facts.whole).then_some("about");
                let size = facts.decoded_len;
                if size > megabytes.binary() {
                    let draft = self
                        .broken(&rules::TOO_MANY_BYTES, limit)
                        .with("found", size)
                        .with_some("about", about)
                        .with("allowed", megabytes.binary())
                        .with("megabytes", megabytes.0);
                    self.add(Some(draft));
                } else if size > megabytes.decimal() {
                    let draft = self
                        .warned(&rules::OVER_DECIMAL_MEGABYTES)
                        .with("found", size)
                        .with_some("about", about)
                        .with("allowed", megabytes.decimal())
                        .with("megabytes", megabytes.0);
                    self.add(Some(draft));
                }
            }
        }
        match facts.header.size {
            Ok(size) => self.pixels(size),
            Err(reason) if !is_wrong => self.unreadable(reason, facts),
            Err(_) => {}
        }
    }

    /// A header that does not tell the size.
    fn unreadable(&mut self, reason: Unsure, facts: &Base64Facts) {
        let asked =
            self.limits.iter().any(|limit| matches!(limit.bound, Bound::Edge(_) | Bound::Ratio(_)));
        let reason = match reason {
            // Already said: the encoding broke off before the header did.
            Unsure::Truncated if !facts.whole => return,
            Unsure::Truncated => "the data end before it",
            Unsure::Damaged => "its header is damaged",
            Unsure::Zero => "its header gives a side of 0 pixels",
            Unsure::TooFar => "too much comes before it",
            Unsure::NotRead => return,
        };
        if asked {
            let draft = self
                .warned(&rules::UNREADABLE_HEADER)
                .with("format", facts.header.content.name())
                .with("reason", reason);
            self.add(Some(draft));
        }
    }

    /// The size in pixels.
    fn pixels(&mut self, size: PixelSize) {
        let (short, long) = (size.width.min(size.height), size.width.max(size.height));
        for limit in self.limits {
            match limit.bound {
                Bound::Edge(range) => {
                    if let Some(min) = range.min.filter(|&min| short < min) {
                        self.edge(&rules::TOO_FEW_PIXELS, limit, End::Min, min, size);
                    }
                    if let Some(max) = range.max.filter(|&max| long > max) {
                        self.edge(&rules::TOO_MANY_PIXELS, limit, End::Max, max, size);
                    }
                }
                Bound::Ratio(range) if !range.admits(size.width.into(), size.height.into()) => {
                    let target = pixels::cropped(size, range, self.limits);
                    let draft = sized(self.broken(&rules::BAD_RATIO, limit), size)
                        .with("ratio", pixels::ratio_beyond(size, range))
                        .with("allowed", pixels::ratios(range))
                        .with_some("target", target.map(pixels::shown));
                    self.add(Some(draft));
                }
                _ => {}
            }
        }
    }

    /// A side beyond one end of its range.
    fn edge(
        &mut self,
        rule: &'static Rule,
        limit: &Limit,
        end: End,
        allowed: u32,
        size: PixelSize,
    ) {
        let target = pixels::scaled(size, allowed, end, self.limits);
        let draft = sized(self.broken_at(rule, limit, end), size)
            .with("allowed", allowed)
            .with_some("target", target.map(pixels::shown));
        self.add(Some(draft));
    }
}

/// The finding with the size it is about.
fn sized(draft: Draft, size: PixelSize) -> Draft {
    draft.with("found", pixels::shown(size)).with("width", size.width).with("height", size.height)
}

/// A character that is not Base64, safe to print.
fn shown(character: char) -> String {
    if character == '`' {
        return String::from("a backtick");
    }
    format!("`{}`", printable::escape(character.encode_utf8(&mut [0; 4])))
}

/// What a character that is not Base64 often comes from.
fn advice_on(character: char) -> &'static str {
    match character {
        '%' => "it looks percent-encoded: decode that first",
        '.' | '…' => "it looks shortened by hand: send the whole text",
        '\\' => "it looks escaped twice: send the text itself",
        _ => "encode the whole file again",
    }
}

/// So many `=`, or as many as are worth showing.
fn equals(count: u64) -> String {
    const SHOWN: u64 = 4;
    let shown = if count > SHOWN { "=…" } else { "" };
    let plain = if count > SHOWN { SHOWN - 1 } else { count };
    "=".repeat(usize::try_from(plain).unwrap_or_default()) + shown
}
