//! Inline data: the encoding, and the file inside.

use std::io::Cursor;

use kling_schema::rules::media as rules;

use super::text::{Judge, trailing};
use super::{Form, Judged};
use crate::fix::DraftFix;
use crate::media::base64::{Base64Facts, Fault, FaultKind};
use crate::media::classify::Shape;
use crate::media::facts::FileFacts;
use crate::media::probe::Content;
use crate::printable;

/// Decoded data shorter than this, without the signature of anything, were never meant as a file: no
/// picture that could pass is as small, while names, ids and hashes made of Base64's letters are.
pub(crate) const SMALLEST_FILE: u64 = 192;

impl Judge<'_> {
    /// Base64, with or without a `data:` prefix, or just text.
    pub(super) fn data(mut self) -> Judged {
        let none = Judged::unsized_(Form::Neither);
        let facts = self.text.rest.base64();
        let content = facts.header.content;
        let prefix = usize::try_from(facts.prefix).unwrap_or(usize::MAX);
        let mut prefix = self.text.head.get(..prefix).unwrap_or_default();
        if prefix.is_empty() && self.text.shape() == Shape::Data {
            // No comma ends it: the word alone stands for it.
            prefix = self.text.head.split_inclusive(':').next().unwrap_or_default();
        }
        let unlikely = content == Content::Unknown
            && (facts.verdict.is_err() || facts.decoded_len < SMALLEST_FILE);
        if prefix.is_empty() && unlikely {
            let found = format!("the text {}", printable::quoted(&self.text.head));
            let head = &self.text.head;
            let advice = if head.starts_with('/') && !head.contains(' ') {
                String::from("if it is a local file, give it its suffix, such as `.png`")
            } else if self.text.complete && is_file_name(head) {
                String::from("if it is a local file, write `./` in front")
            } else {
                self.target.itself()
            };
            self.target.neither(found, advice);
            return none;
        }
        if let Some(draft) =
            self.target.form_broken(&rules::NOT_A_MEDIA_SOURCE, |forms| forms.base64)
        {
            let found = if prefix.is_empty() { "Base64" } else { "a `data:` URL" };
            let draft = draft.with("found", found).with(
                "advice",
                format!("upload the {} and send its address", self.target.class.word()),
            );
            self.target.add(Some(draft));
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
        let is_sound = facts.verdict.is_ok();
        let mut facts = FileFacts {
            header: facts.header,
            len: facts.decoded_len,
            exact: facts.whole,
            video: None,
            undecodable: None,
        };
        if is_sound {
            let bytes = || self.text.rest.data(prefix.len()).map(Cursor::new);
            // Memory can be read.
            let _ = facts.look(self.setting.decode, bytes);
        }
        self.target.file(&facts, None);
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
        let draft = self.target.form_broken(&rules::DATA_URL_PREFIX, |_| false).map(|draft| {
            let start = self.target.span.start + 1;
            let draft = draft.with("found", printable::ticked(prefix)).with("advice", advice);
            match self.text.written_len(prefix.len()) {
                Some(len) if is_base64 => draft.fixed_by(DraftFix::safe(
                    format!("delete `{}`", printable::shorten(prefix)),
                    start..start + len,
                    "",
                )),
                _ => draft,
            }
        });
        self.target.add(draft);
        is_base64
    }

    /// A fault of the encoding.
    fn fault(&mut self, fault: Fault, facts: &Base64Facts) {
        let Some(draft) = self.target.form_broken(&rules::BAD_BASE64, |_| false) else {
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
        self.target.add(Some(draft));
    }

    /// A repair of the text's end, where nothing else is wrong.
    fn end_fix(&self, fault: Fault, facts: &Base64Facts) -> Option<DraftFix> {
        let end = self.target.span.end.checked_sub(1)?;
        match fault.kind {
            FaultKind::PaddingMissing(count) => {
                let padding = equals(count.into());
                Some(DraftFix::safe(format!("append `{padding}`"), end..end, padding))
            }
            FaultKind::PaddingExtra(count) => {
                let written =
                    self.text.rest.raw_tail().bytes().rev().take_while(|&it| it == b'=').count();
                let count = u32::try_from(count).ok().filter(|&it| it as usize <= written)?;
                let title = format!("remove `{}`", equals(count.into()));
                Some(DraftFix::safe(title, end - count..end, ""))
            }
            FaultKind::LineBreak | FaultKind::Space => {
                let blanks = trailing(&self.text.rest.tail());
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
}

/// Whether a text may well be the name of a file: it ends in a short suffix.
fn is_file_name(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(stem, suffix)| {
        !stem.is_empty()
            && (2..=4).contains(&suffix.len())
            && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
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
