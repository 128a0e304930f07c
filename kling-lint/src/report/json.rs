//! For programs: one JSON document, one line an input, written as the run goes.
//!
//! ```text
//! {
//!   "version": 1,                             of this format; see below
//!   "inputs": [ INPUT, … ],                   in the order they were checked
//!   "counts": {
//!     "checked", "skipped", "unreadable",     inputs; "skipped" are no Kling request, not in "inputs"
//!     "ignored", "baselined"                  findings that the config or the baseline took out
//!     "errors", "warnings", "infos", "hidden" findings; "hidden" were not kept
//!     "media": { "taken", "doubtful", "refused" }   those of "checked" that are media files
//!   }
//! }
//! INPUT, a request:
//!   "path":     text; what is not UTF-8 in it is replaced by U+FFFD
//!   "line":     from 1, in a file that holds a request a line; else the key is missing
//!   "requests": how many there are in a file that holds a list of them; else the key is missing
//!   "endpoint": { "name", "reason" }, or null when it could not be told
//!   "findings": [ FINDING, … ]                by place; infos too
//!   "hidden":   how many more there were
//! INPUT, a media file:
//!   "path":     as above
//!   "media": {
//!     "class":    "image" | "video": what it is judged as
//!     "content":  "PNG", "an HTML page", …: what it is by content, or null when nothing was read
//!     "bytes", "width", "height", "seconds", "frames_per_second": numbers, or null when not told
//!     "turned":   whether an image is shown turned by a quarter
//!     "animated": whether an image is an animation
//!     "verdict":  "taken" | "doubtful" | "refused": that of the best field
//!     "findings": [ FINDING, … ]              on the file itself
//!     "fields":   [ FIELD, … ]                in the order of the tables
//!   }
//! FIELD:
//!   "endpoint", "field": "image2video", "image_list[].image"
//!   "inline":   whether the field takes the file's Base64; else only a URL
//!   "verdict":  "taken" (nothing above an info), "doubtful" (a warning), "refused" (an error), with
//!               the findings on the file itself
//!   "findings": [ FINDING, … ]                the pointer is empty, the place that of an empty file
//! INPUT, unreadable:
//!   "path", "error": a sentence
//! FINDING:
//!   "rule":       { "id": "KL2001", "name": "too-long" }
//!   "constraint": the row of the table, such as "omni-video/prompt/max-chars", or null
//!   "severity":   "error" | "warning" | "info"
//!   "tier":       "documented" | "upstream" | "advice" | "house"
//!   "source":     { "page", "read" }: where and when it was read; for "house" the page is
//!                 "kling-lint", or "house-rules" for your team's own; "read" is null
//!   "pointer":    JSON Pointer (RFC 6901) to the value, or to the object that lacks a key
//!   "span":       { "start", "end" }          bytes of the file, from 0, end excluded
//!   "start":      { "line", "column" }        from 1; columns count Unicode code points
//!   "end":        { "line", "column" }
//!   "message":    a sentence
//!   "help":       a sentence, or null
//!   "params":     what the message was made from, by name
//!   "fix":        { "title", "applicability": "safe" | "unsafe", "edits": [ EDIT, … ] }, or null
//! EDIT:
//!   "start", "end", "text"                    replace these bytes of the file by the text
//! ```
//!
//! Within version 1, keys are only added and every key is always there: read what you know, pass over
//! the rest. Characters that could move a terminal's cursor are written as `\u` escapes.

use std::io;
use std::path::Path;

use kling_schema::rules::Rule;
use kling_schema::{Severity, Source, Tier};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::finding::{Finding, Params, Position, Span};
use crate::fix::{Edit, Fix};
use crate::printable;
use crate::report::media::Verdict;
use crate::report::{Checked, Media, Reporter, Totals};

/// The version of the format.
const VERSION: u32 = 1;

/// The document, input by input.
#[derive(Debug, Default)]
pub(crate) struct Json {
    begun: bool,
}

impl Json {
    fn input(&mut self, out: &mut dyn io::Write, input: &impl Serialize) -> io::Result<()> {
        let mut line = Vec::new();
        if self.begun {
            line.extend_from_slice(b",\n");
        } else {
            line.extend_from_slice(opening().as_bytes());
        }
        self.begun = true;
        SafeJson::write(&mut line, input)?;
        out.write_all(&line)
    }
}

/// What stands before the first input.
fn opening() -> String {
    format!("{{\"version\":{VERSION},\"inputs\":[\n")
}

impl Reporter for Json {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let input = Input {
            path: input.path.to_string_lossy(),
            line: input.line,
            requests: (input.requests > 1).then_some(input.requests),
            endpoint: input
                .endpoint
                .map(|detected| Endpoint { name: detected.name, reason: &detected.reason }),
            findings: input.findings.iter().map(told).collect(),
            hidden: input.hidden,
        };
        self.input(out, &input)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let report = input.report;
        let fields = report.fields.iter().map(|field| MediaField {
            endpoint: field.endpoint,
            field: &field.field,
            inline: field.inline,
            verdict: Verdict::of(field.worst()).word(),
            findings: field.findings.iter().map(told).collect(),
        });
        let media = MediaFile {
            class: report.class.word(),
            content: report.content,
            bytes: report.len,
            width: report.pixels.map(|(width, _)| width),
            height: report.pixels.map(|(_, height)| height),
            turned: report.turned,
            animated: report.animated,
            seconds: report.seconds,
            frames_per_second: report.frames_per_second,
            verdict: Verdict::of(report.worst()).word(),
            findings: report.about.iter().map(told).collect(),
            fields: fields.collect(),
        };
        self.input(out, &MediaInput { path: input.path.to_string_lossy(), media })
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.input(out, &Unreadable { path: path.to_string_lossy(), error: reason })
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        let mut line = Vec::new();
        if !self.begun {
            line.extend_from_slice(opening().as_bytes());
        }
        line.extend_from_slice(b"\n],\"counts\":");
        let media = &totals.media;
        let counts = Counts {
            checked: totals.checked + media.files(),
            skipped: totals.skipped + totals.skipped_lines,
            ignored: totals.applied.ignored,
            baselined: totals.applied.baselined,
            unreadable: totals.unreadable,
            errors: totals.errors + media.errors,
            warnings: totals.warnings + media.warnings,
            infos: totals.infos + media.infos,
            hidden: totals.hidden,
            media: MediaCounts {
                taken: media.taken,
                doubtful: media.doubtful,
                refused: media.refused,
            },
        };
        SafeJson::write(&mut line, &counts)?;
        line.extend_from_slice(b"}\n");
        out.write_all(&line)
    }
}

#[derive(Serialize)]
struct Input<'a> {
    path: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requests: Option<usize>,
    endpoint: Option<Endpoint<'a>>,
    findings: Vec<Told<'a>>,
    hidden: usize,
}

#[derive(Serialize)]
struct MediaInput<'a> {
    path: std::borrow::Cow<'a, str>,
    media: MediaFile<'a>,
}

#[derive(Serialize)]
struct MediaFile<'a> {
    class: &'static str,
    content: Option<&'static str>,
    bytes: u64,
    width: Option<u32>,
    height: Option<u32>,
    turned: bool,
    animated: bool,
    seconds: Option<f64>,
    frames_per_second: Option<f64>,
    verdict: &'static str,
    findings: Vec<Told<'a>>,
    fields: Vec<MediaField<'a>>,
}

#[derive(Serialize)]
struct MediaField<'a> {
    endpoint: &'static str,
    field: &'a str,
    inline: bool,
    verdict: &'static str,
    findings: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    path: std::borrow::Cow<'a, str>,
    error: &'a str,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    name: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Counts {
    checked: usize,
    skipped: usize,
    ignored: usize,
    baselined: usize,
    unreadable: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    hidden: usize,
    media: MediaCounts,
}

#[derive(Serialize)]
struct MediaCounts {
    taken: usize,
    doubtful: usize,
    refused: usize,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    rule: RuleName,
    constraint: Option<&'a str>,
    severity: Severity,
    tier: Tier,
    source: Page,
    pointer: &'a str,
    span: Bytes,
    start: Place,
    end: Place,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(serialize_with = "params")]
    params: &'a Params,
    fix: Option<Repair<'a>>,
}

/// A rule by both of its names.
#[derive(Serialize)]
pub(crate) struct RuleName {
    id: &'static str,
    name: &'static str,
}

impl From<&'static Rule> for RuleName {
    fn from(rule: &'static Rule) -> Self {
        RuleName { id: rule.id, name: rule.name }
    }
}

/// Where and when a constraint was read.
#[derive(Serialize)]
pub(crate) struct Page {
    page: &'static str,
    read: Option<&'static str>,
}

impl Page {
    /// The page, or the name of the tool that infers.
    pub(crate) fn of(source: Source) -> Self {
        Page { page: source.name(), read: source.read() }
    }
}

#[derive(Serialize)]
struct Bytes {
    start: u64,
    end: u64,
}

impl From<Span> for Bytes {
    fn from(Span { start, end }: Span) -> Self {
        Bytes { start, end }
    }
}

#[derive(Serialize)]
struct Place {
    line: u64,
    column: u64,
}

impl From<Position> for Place {
    fn from(Position { line, column }: Position) -> Self {
        Place { line, column }
    }
}

#[derive(Serialize)]
struct Repair<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    start: u64,
    end: u64,
    text: &'a str,
}

/// A finding as JSON has it.
pub(super) fn told(finding: &Finding) -> Told<'_> {
    Told {
        rule: finding.rule.into(),
        constraint: finding.constraint.as_deref(),
        severity: finding.severity,
        tier: finding.tier,
        source: Page::of(finding.source),
        pointer: &finding.pointer,
        span: finding.span.into(),
        start: finding.start.into(),
        end: finding.end.into(),
        message: &finding.message,
        help: finding.help.as_deref(),
        params: &finding.params,
        fix: finding.fix.as_ref().map(repair),
    }
}

fn repair(fix: &Fix) -> Repair<'_> {
    Repair {
        title: &fix.title,
        applicability: fix.applicability.word(),
        edits: fix.edits.iter().map(change).collect(),
    }
}

fn change(Edit { span, text, .. }: &Edit) -> Change<'_> {
    Change { start: span.start, end: span.end, text }
}

fn params<S: Serializer>(params: &Params, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (name, value) in params.iter() {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Compact JSON that is safe to look at: what could move a cursor is escaped, which JSON allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SafeJson;

impl SafeJson {
    /// Writes the value.
    pub(crate) fn write(out: &mut impl io::Write, value: &impl Serialize) -> io::Result<()> {
        let mut serializer = serde_json::Serializer::with_formatter(out, SafeJson);
        value.serialize(&mut serializer).map_err(io::Error::from)
    }
}

impl serde_json::ser::Formatter for SafeJson {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut done = 0;
        for (at, character) in fragment.char_indices() {
            let commands = || character == '[' && printable::commands(&fragment[..at]);
            if printable::is_safe(character) && !commands() {
                continue;
            }
            out.write_all(&fragment.as_bytes()[done..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            done = at + character.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[done..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        let told = samples::told(&mut Json::default());
        let value: Value = serde_json::from_str(&told).expect("a JSON document");
        insta::assert_json_snapshot!(value);
        insta::assert_snapshot!("as_written", told);
    }

    #[test]
    fn a_run_over_nothing_is_a_document() {
        let mut out = Vec::new();
        Json::default().finish(&mut out, &Totals::default()).expect("a Vec takes it");
        let value: Value = serde_json::from_slice(&out).expect("a JSON document");
        assert_eq!(value["inputs"], serde_json::json!([]));
        assert_eq!(value["counts"]["checked"], 0);
    }

    #[test]
    fn what_moves_a_cursor_is_escaped() {
        let mut out = Vec::new();
        SafeJson::write(&mut out, &"é\u{9b}31m\u{202e}\u{e0041}\u{1b}\"").expect("a Vec takes it");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        assert_eq!(text, "\"é\\u009b31m\\u202e\\udb40\\udc41\\u001b\\\"\"");
    }

    proptest! {
        #[test]
        fn escapes_change_nothing(text in any::<String>()) {
            let mut out = Vec::new();
            SafeJson::write(&mut out, &text).expect("a Vec takes it");
            prop_assert_eq!(serde_json::from_slice::<String>(&out).expect("JSON"), text);
        }
    }
}
