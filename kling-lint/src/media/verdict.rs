//! What a media file is, and which fields take it.

use std::io;

use kling_schema::rules::{Rule, files, media as rules};
use kling_schema::{Bound, MediaClass, Object, Severity};

use super::classify::suffix;
use super::facts::{FileFacts, Fraction};
use super::fields::{self, MediaField};
use super::judge::{Target, Unread, facts};
use super::probe::Content;
use crate::check::trail::Trail;
use crate::files::OpenFile;
use crate::finding::{Draft, Finding};

/// What the linter has to say about one image or video: what it is, and which fields take it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MediaReport {
    /// What it is judged as: an image where its bytes and its name say nothing.
    pub class: MediaClass,
    /// What it is by its first bytes, in words: `PNG`, `an HTML page`. `None` when nothing could be
    /// read: the file is empty, or changed meanwhile.
    pub content: Option<&'static str>,
    /// How many bytes it has.
    pub len: u64,
    /// Width and height in pixels, when they can be told: those of an image as stored, those of a video
    /// as shown.
    pub pixels: Option<(u32, u32)>,
    /// Whether an image is shown turned by a quarter, so that width and height change places.
    pub turned: bool,
    /// Whether an image is an animation.
    pub animated: bool,
    /// How long a video runs, when that can be told.
    pub seconds: Option<f64>,
    /// How many frames a video has on average, when that can be told.
    pub frames_per_second: Option<f64>,
    /// Findings on the file itself, whatever field would name it.
    pub about: Vec<Finding>,
    /// The verdict of each image field, or of each video field, in the order of the tables: those of all
    /// endpoints, or of the one that was asked for. When there are none, and when nothing could be read, a
    /// finding on the file says so.
    pub fields: Vec<FieldVerdict>,
}

/// What one field has to say about a media file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FieldVerdict {
    /// The endpoint's short name.
    pub endpoint: &'static str,
    /// The field: `image_list[].image`.
    pub field: String,
    /// Whether the field takes the file's Base64. Else it takes the address of a copy.
    pub inline: bool,
    /// The limits of this field that the file breaks. Their places mean nothing.
    pub findings: Vec<Finding>,
    /// With the findings on the file itself.
    worst: Option<Severity>,
}

impl FieldVerdict {
    /// The highest severity among this field's findings and those on the file itself.
    pub fn worst(&self) -> Option<Severity> {
        self.worst
    }

    /// Whether the field takes the file, as far as is documented: there is no error.
    pub fn accepted(&self) -> bool {
        self.worst < Some(Severity::Error)
    }
}

impl MediaReport {
    /// The field that has the least against the file; the first of several.
    pub fn best(&self) -> Option<&FieldVerdict> {
        self.fields.iter().min_by_key(|field| (field.worst, field.findings.len()))
    }

    /// The highest severity that the best field has to live with. An error when there is no field.
    pub fn worst(&self) -> Option<Severity> {
        match self.best() {
            Some(field) => field.worst,
            None => Some(Severity::Error),
        }
    }

    /// Whether some field takes the file, as far as is documented.
    pub fn is_acceptable(&self) -> bool {
        self.fields.iter().any(FieldVerdict::accepted)
    }

    /// Drops findings, and what rests on them.
    #[cfg(feature = "cli")]
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Finding) -> bool) {
        fn worst(findings: &[Finding]) -> Option<Severity> {
            findings.iter().map(|finding| finding.severity).max()
        }
        self.about.retain(&mut keep);
        let worst_about = worst(&self.about);
        for field in &mut self.fields {
            field.findings.retain(&mut keep);
            field.worst = worst(&field.findings).max(worst_about);
        }
    }

    /// The findings that the best field has to live with.
    #[cfg(any(test, feature = "cli"))]
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.about.iter().chain(self.best().into_iter().flat_map(|field| &field.findings))
    }
}

/// The bytes of a file that tell whether it is media.
#[cfg(feature = "cli")]
pub(crate) const TELLING: usize = 256;

/// The format that bytes begin, if it is media and can be no text: a text is a request.
#[cfg(feature = "cli")]
pub(crate) fn begun(start: &[u8]) -> Option<&'static str> {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let content = Content::of(start);
    let is_binary = content.class().is_some() && content != Content::Svg || content == Content::Pdf;
    (is_binary && !text.starts_with(b"{") && !text.starts_with(b"[")).then(|| content.name())
}

/// Findings in their final form: severities settled.
pub(crate) type Settle<'s> = &'s dyn Fn(Vec<Draft>) -> Vec<Finding>;

/// Judges a file of this name for every media field of these endpoints. Only headers are read, unless
/// it is to be decoded.
pub(crate) fn judge(
    file: &mut OpenFile,
    name: &str,
    objects: &[&'static Object],
    decode: bool,
    settle: Settle<'_>,
) -> io::Result<MediaReport> {
    Ok(match facts(file, decode)? {
        Ok(facts) => judge_facts(&facts, name, objects, settle),
        Err(Unread::Empty) => unread(file.len(), name, &files::EMPTY_FILE, settle),
        Err(Unread::Changing) => unread(file.len(), name, &files::CHANGING_FILE, settle),
    })
}

/// There is nothing to judge: an error, because no field takes what cannot be read.
fn unread(len: u64, name: &str, rule: &'static Rule, settle: Settle<'_>) -> MediaReport {
    let draft = Draft::house(rule, Severity::Error, 0..0).with("field", FILE);
    MediaReport {
        class: class(Content::Unknown, name),
        content: None,
        len,
        pixels: None,
        turned: false,
        animated: false,
        seconds: None,
        frames_per_second: None,
        about: settle(vec![draft]),
        fields: Vec::new(),
    }
}

/// Findings that are about the file, and the same whatever field names it.
const ABOUT: &[&Rule] = &[
    &rules::UNREADABLE_HEADER,
    &rules::UNDECODABLE,
    &rules::ANIMATED_IMAGE,
    &rules::MISLEADING_SUFFIX,
    &rules::UNREADABLE_VIDEO,
    &rules::UNSURE_VIDEO,
    &rules::NOT_DECODED,
];

/// What messages say of a file that no field names.
const FILE: &str = "the file";

fn judge_facts(
    facts: &FileFacts,
    name: &str,
    objects: &[&'static Object],
    settle: Settle<'_>,
) -> MediaReport {
    let header = &facts.header;
    let class = class(header.content, name);
    let mut judged = Vec::new();
    let mut about: Vec<Draft> = Vec::new();
    let mut others = Vec::new();
    for object in objects {
        fields::visit(object, &mut |field, trail| {
            if field.class != class {
                others.push(field);
                return;
            }
            let drafts = drafts(facts, name, &field, trail);
            // Most fields take most files.
            if drafts.is_empty() {
                judged.push((field, drafts));
                return;
            }
            let is_about = |draft: &Draft| ABOUT.iter().any(|rule| rule.id == draft.rule.id);
            let named = drafts.into_iter().map(|draft| draft.naming(format!("`{}`", field.path)));
            let (of_file, of_field): (Vec<_>, Vec<_>) = named.partition(is_about);
            for draft in of_file.into_iter().map(|draft| of_the_file(draft, class)) {
                if !about.iter().any(|it| it.rule.id == draft.rule.id && it.params == draft.params)
                {
                    about.push(draft);
                }
            }
            judged.push((field, of_field));
        });
    }
    if judged.is_empty() {
        about.push(unasked(header.content, class, objects, &others));
    }
    let about = settle(about);
    let worst_about = about.iter().map(|finding| finding.severity).max();
    let fields = judged
        .into_iter()
        .map(|(MediaField { endpoint, path, limits, .. }, drafts)| {
            let findings = if drafts.is_empty() { Vec::new() } else { settle(drafts) };
            let worst = findings.iter().map(|finding| finding.severity).max().max(worst_about);
            let mut forms = limits.iter().filter_map(|limit| limit.bound.forms());
            let inline = forms.all(|forms| forms.base64);
            FieldVerdict { endpoint, field: path, inline, findings, worst }
        })
        .collect();
    let video = facts.video.as_ref();
    let pixels = video.and_then(|video| video.size.ok()).or(header.size.ok());
    let number = |value: Fraction| value.over as f64 / value.under as f64;
    MediaReport {
        class,
        content: Some(header.content.name_in_file()),
        len: facts.len,
        pixels: pixels.map(|size| (size.width, size.height)),
        turned: header.turned,
        animated: header.animated,
        seconds: video.and_then(|video| video.seconds.ok()).map(number),
        frames_per_second: video.and_then(|video| video.rate.ok()).map(number),
        about,
        fields,
    }
}

/// What a field has against a file.
fn drafts(facts: &FileFacts, name: &str, field: &MediaField, trail: &Trail<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let MediaField { class, limits, .. } = *field;
    Target { class, limits, trail, span: 0..0, out: &mut drafts }.file(facts, Some(name));
    drafts
}

/// No field is for a file of this class: an error, because nothing takes it.
fn unasked(
    content: Content,
    class: MediaClass,
    objects: &[&'static Object],
    others: &[MediaField],
) -> Draft {
    let owners: Vec<String> = objects.iter().map(|object| object.name.to_owned()).collect();
    let owner = kling_schema::listed(&owners, "or");
    let mut allowed: Vec<&'static str> = Vec::new();
    for limit in others.iter().flat_map(|field| field.limits) {
        let Bound::Formats(formats) = limit.bound else { continue };
        allowed.extend(formats.iter().map(|format| format.name()));
    }
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() {
        allowed = if others.is_empty() { vec!["no media"] } else { vec!["other media"] };
    }
    Draft::house(&rules::WRONG_FORMAT, Severity::Error, 0..0)
        .with("field", format!("the {}", class.word()))
        .with("owner", owner.clone())
        .with("found", content.name())
        .with("allowed", allowed)
        .with("advice", format!("no field of {owner} names {}", article(class)))
}

/// `an image`, `a video`
fn article(class: MediaClass) -> &'static str {
    match class {
        MediaClass::Image => "an image",
        MediaClass::Video => "a video",
    }
}

/// The finding as one on the file, not on a field.
fn of_the_file(mut draft: Draft, class: MediaClass) -> Draft {
    draft.params = draft.params.without("owner");
    if draft.rule.id == rules::MISLEADING_SUFFIX.id {
        draft.params = draft.params.without("found");
        return draft.naming(FILE.into());
    }
    draft.naming(format!("the {}", class.word()))
}

/// What a file is judged as: by its bytes, else by its name.
fn class(content: Content, name: &str) -> MediaClass {
    content
        .class()
        .or_else(|| suffix(name).and_then(|(_, promised)| promised.class()))
        .unwrap_or(MediaClass::Image)
}

#[cfg(test)]
mod tests;
