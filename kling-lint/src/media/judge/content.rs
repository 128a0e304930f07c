//! A file against its limits, wherever its bytes came from.

use kling_schema::aspect::End;
use kling_schema::rules::{Rule, media as rules};
use kling_schema::{Bound, Limit};

use super::sound::is_sound_picture;
use super::{Target, names};
use crate::finding::Draft;
use crate::media::classify::suffix;
use crate::media::facts::{FileFacts, Undecodable};
use crate::media::pixels;
use crate::media::probe::{Content, Header, PixelSize, Unsure};
use crate::printable;

/// What to do where neither scaling nor cropping alone is enough.
const SQUARER: &str = "crop it to a squarer shape, then scale it if need be";

impl Target<'_> {
    /// Judges a file by what its headers tell; `path` names it, unless it stands in the request.
    pub(crate) fn file(&mut self, facts: &FileFacts, path: Option<&str>) {
        if is_sound_picture(facts, path, self.limits) {
            debug_assert!(self.has_nothing_against(facts, path), "the ways differ: {facts:?}");
            return;
        }
        self.file_with_care(facts, path);
    }

    /// Whether the careful way finds nothing.
    pub(super) fn has_nothing_against(&mut self, facts: &FileFacts, path: Option<&str>) -> bool {
        let before = self.out.len();
        self.file_with_care(facts, path);
        self.out.len() == before
    }

    fn file_with_care(&mut self, facts: &FileFacts, path: Option<&str>) {
        let is_wrong = self.format(&facts.header, path);
        if let Some(path) = path
            && !is_wrong
        {
            self.suffix(facts.header.content, path);
        }
        self.bytes(facts, path.is_none());
        if facts.header.animated {
            let draft = self.informed(&rules::ANIMATED_IMAGE);
            self.add(Some(draft));
        }
        if !is_wrong && facts.header.size.is_ok() {
            self.undecodable(facts.undecodable);
        }
        match (&facts.video, facts.header.size) {
            (Some(video), _) if !is_wrong => self.video(video),
            (_, Ok(size)) => self.pixels(size),
            (None, Err(reason)) if !is_wrong => self.unreadable(reason, facts),
            (_, Err(_)) => {}
        }
    }

    /// The format; whether it is one that is not taken.
    fn format(&mut self, header: &Header, path: Option<&str>) -> bool {
        let content = header.content;
        let wrong = self.formats(content.format()).map(|(limit, formats)| {
            let advice = advice(content, path.is_some()).map_or_else(
                || {
                    let first = formats.first().map_or("", |format| format.name());
                    format!("convert it, for example to {first}")
                },
                String::from,
            );
            // A damaged file is what its name says, or was.
            let is_whole = content != Content::Garbled;
            let named = path.filter(|_| is_whole).and_then(|path| lie(path, content));
            let found = if path.is_some() { content.name_in_file() } else { content.name() };
            self.broken(&rules::WRONG_FORMAT, limit)
                .with("found", found)
                .with_some("named", named.map(|suffix| format!("`.{suffix}`")))
                .with("allowed", names(formats))
                .with("advice", advice)
        });
        let is_wrong = wrong.is_some();
        self.add(wrong);
        is_wrong
    }

    /// A suffix that promises another format.
    fn suffix(&mut self, content: Content, path: &str) {
        let draft = lie(path, content).map(|suffix| {
            self.warned(&rules::MISLEADING_SUFFIX)
                .with("found", printable::quoted(path))
                .with("suffix", format!("`.{suffix}`"))
                .with("content", content.name())
        });
        self.add(draft);
    }

    fn bytes(&mut self, facts: &FileFacts, is_inline: bool) {
        let size = facts.len;
        for limit in self.limits {
            let Bound::Bytes(megabytes) = limit.bound else {
                continue;
            };
            let (draft, allowed) = if size > megabytes.binary() {
                (self.broken(&rules::TOO_MANY_BYTES, limit), megabytes.binary())
            } else if size > megabytes.decimal() {
                (self.warned(&rules::OVER_DECIMAL_MEGABYTES), megabytes.decimal())
            } else {
                continue;
            };
            let draft = draft
                .with("found", size)
                .with_some("about", (!facts.exact).then_some("about"))
                .with_some("decoded", is_inline.then_some("when decoded"))
                .with("allowed", allowed)
                .with("megabytes", megabytes.0);
            self.add(Some(draft));
        }
    }

    /// A header that does not tell the size.
    fn unreadable(&mut self, reason: Unsure, facts: &FileFacts) {
        let asked =
            self.limits.iter().any(|limit| matches!(limit.bound, Bound::Edge(_) | Bound::Ratio(_)));
        let rule = &rules::UNREADABLE_HEADER;
        let (draft, reason) = match reason {
            // Already said: the encoding broke off before the header did.
            Unsure::Truncated if !facts.exact => return,
            Unsure::Truncated => (self.warned(rule), "its header is cut short"),
            Unsure::Damaged => (self.warned(rule), "its header is damaged"),
            Unsure::Zero => (self.warned(rule), "its header gives a side of 0 pixels"),
            // Decoders may well read it.
            Unsure::TooFar => (self.informed(rule), "too much comes before it"),
            Unsure::NotRead => return,
        };
        if asked {
            let draft = draft.with("format", facts.header.content.name()).with("reason", reason);
            self.add(Some(draft));
        }
    }

    /// A picture that was to be decoded, and was not.
    fn undecodable(&mut self, reason: Option<Undecodable>) {
        let draft = reason.map(|reason| match reason {
            Undecodable::Broken(reason) => self.warned(&rules::UNDECODABLE).with("reason", reason),
            Undecodable::Untold(reason) => {
                self.informed(&rules::NOT_DECODED).with("reason", reason)
            }
        });
        self.add(draft);
    }

    /// The size in pixels.
    pub(super) fn pixels(&mut self, size: PixelSize) {
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
                        .with_some("target", target.map(pixels::shown))
                        .with_some("advice", target.is_none().then_some(SQUARER));
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
        // The finding on the ratio says it.
        let is_skewed = self.limits.iter().any(|limit| match limit.bound {
            Bound::Ratio(range) => !range.admits(size.width.into(), size.height.into()),
            _ => false,
        });
        let is_stuck = target.is_none() && !is_skewed;
        let draft = sized(self.broken_at(rule, limit, limit.basis, end), size)
            .with("allowed", allowed)
            .with_some("target", target.map(pixels::shown))
            .with_some("advice", is_stuck.then_some(SQUARER));
        self.add(Some(draft));
    }
}

/// What to do about something that is no picture or video at all; nothing for one that can be
/// converted.
fn advice(content: Content, is_file: bool) -> Option<&'static str> {
    match content {
        Content::Base64Text | Content::DataUrl if is_file => {
            Some("decode it first: the file is to hold the bytes")
        }
        Content::Base64Text => Some("it was encoded twice: encode the file once"),
        Content::Url if is_file => Some("download what it points to"),
        Content::DataUrl | Content::Url => Some("encode the file itself"),
        Content::Html | Content::Xml | Content::Json => {
            Some("fetch the file again: a server may have answered with an error")
        }
        Content::LfsPointer => Some("fetch what it points to: `git lfs pull`"),
        Content::AppleDouble => Some("name the file without `._` in front"),
        Content::Garbled | Content::Utf16 => Some("copy it again, as bytes"),
        Content::Unknown | Content::Text => Some("check that it is the right file, and whole"),
        _ => None,
    }
}

/// The finding with the size it is about.
fn sized(draft: Draft, size: PixelSize) -> Draft {
    draft.with("found", pixels::shown(size)).with("width", size.width).with("height", size.height)
}

/// The suffix of the path, when it promises another format than the content's.
fn lie(path: &str, content: Content) -> Option<&'static str> {
    let (suffix, promised) = suffix(path)?;
    (!content.keeps(promised)).then_some(suffix)
}
