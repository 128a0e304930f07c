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

use kling_schema::Source;
use kling_schema::rules::Rule;
use serde::Serialize;

use crate::Detected;
use crate::finding::Finding;
use crate::fix::{Edit, Fix};
use crate::report::json_text::{BETWEEN, JsonText, push_escaped};
use crate::report::media::Verdict;
use crate::report::{Checked, Media, Reporter, Totals};

/// The version of the format.
const VERSION: u64 = 1;

/// The document, input by input.
#[derive(Debug, Default)]
pub(crate) struct Json {
    begun: bool,
    text: JsonText,
}

impl Json {
    /// The text so far, with what stands before an input.
    fn next(&mut self) -> &mut JsonText {
        self.text.next(&mut self.begun, open)
    }
}

/// What stands before the first input.
fn open(text: &mut JsonText) {
    text.raw("{\"version\":").number(VERSION).raw(",\"inputs\":[\n");
}

impl Reporter for Json {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let text = self.next().raw("{\"path\":").text(&input.path.to_string_lossy());
        if let Some(line) = input.line {
            text.raw(",\"line\":").number(line);
        }
        if input.requests > 1 {
            text.raw(",\"requests\":").count(input.requests);
        }
        text.raw(",\"endpoint\":");
        match input.endpoint {
            Some(Detected { name, reason }) => {
                text.raw("{\"name\":").text(name).raw(",\"reason\":").text(reason).raw("}");
            }
            None => {
                text.raw("null");
            }
        }
        text.raw(",\"findings\":").list(input.findings, push_finding);
        text.raw(",\"hidden\":").count(input.hidden).raw("}");
        self.text.write(out)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let report = input.report;
        let (width, height) = report.pixels.unzip();
        let text = self.next().raw("{\"path\":").text(&input.path.to_string_lossy());
        text.raw(",\"media\":{\"class\":").text(report.class.word());
        text.raw(",\"content\":").text_or_null(report.content);
        text.raw(",\"bytes\":").number(report.len);
        text.raw(",\"width\":").value(&width.into());
        text.raw(",\"height\":").value(&height.into());
        text.raw(",\"turned\":").bool(report.turned);
        text.raw(",\"animated\":").bool(report.animated);
        text.raw(",\"seconds\":").value(&report.seconds.into());
        text.raw(",\"frames_per_second\":").value(&report.frames_per_second.into());
        text.raw(",\"verdict\":").text(Verdict::of(report.worst()).word());
        text.raw(",\"findings\":").list(&report.about, push_finding);
        text.raw(",\"fields\":").list(&report.fields, |text, field| {
            text.raw("{\"endpoint\":").text(field.endpoint);
            text.raw(",\"field\":").text(&field.field);
            text.raw(",\"inline\":").bool(field.inline);
            text.raw(",\"verdict\":").text(Verdict::of(field.worst()).word());
            text.raw(",\"findings\":").list(&field.findings, push_finding).raw("}");
        });
        text.raw("}}");
        self.text.write(out)
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let text = self.next().raw("{\"path\":").text(&path.to_string_lossy());
        text.raw(",\"error\":").text(reason).raw("}");
        self.text.write(out)
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        if !self.begun {
            open(&mut self.text);
        }
        let media = &totals.media;
        let text = self.text.raw("\n],\"counts\":{\"checked\":");
        text.count(totals.checked + media.files());
        text.raw(",\"skipped\":").count(totals.skipped + totals.skipped_lines);
        text.raw(",\"ignored\":").count(totals.applied.ignored);
        text.raw(",\"baselined\":").count(totals.applied.baselined);
        text.raw(",\"unreadable\":").count(totals.unreadable);
        text.raw(",\"errors\":").count(totals.errors + media.errors);
        text.raw(",\"warnings\":").count(totals.warnings + media.warnings);
        text.raw(",\"infos\":").count(totals.infos + media.infos);
        text.raw(",\"hidden\":").count(totals.hidden);
        text.raw(",\"media\":{\"taken\":").count(media.taken);
        text.raw(",\"doubtful\":").count(media.doubtful);
        text.raw(",\"refused\":").count(media.refused).raw("}}}\n");
        self.text.write(out)
    }

    /// What it tells has something before it, always.
    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        Some(Box::new(Json { begun: true, ..Json::default() }))
    }

    fn pass(&mut self, out: &mut dyn io::Write, told: &[u8]) -> io::Result<()> {
        match told.strip_prefix(BETWEEN.as_bytes()).filter(|_| !self.begun) {
            Some(first) => {
                self.next();
                self.text.write(out)?;
                out.write_all(first)
            }
            None => out.write_all(told),
        }
    }
}

/// Appends a finding.
fn push_finding(text: &mut JsonText, finding: &Finding) {
    text.raw("{");
    push_members(text, finding);
    text.raw("}");
}

/// Appends what is told of a finding.
pub(super) fn push_members(text: &mut JsonText, finding: &Finding) {
    let Finding { rule, span, start, end, source, .. } = finding;
    text.raw("\"rule\":{\"id\":").text(rule.id).raw(",\"name\":").text(rule.name);
    text.raw("},\"constraint\":").text_or_null(finding.constraint.as_deref());
    text.raw(",\"severity\":").text(finding.severity.word());
    text.raw(",\"tier\":").text(finding.tier.word());
    text.raw(",\"source\":{\"page\":").text(source.name());
    text.raw(",\"read\":").text_or_null(source.read());
    text.raw("},\"pointer\":").text(&finding.pointer);
    text.raw(",\"span\":{\"start\":").number(span.start).raw(",\"end\":").number(span.end);
    text.raw("},\"start\":{\"line\":").number(start.line).raw(",\"column\":").number(start.column);
    text.raw("},\"end\":{\"line\":").number(end.line).raw(",\"column\":").number(end.column);
    text.raw("},\"message\":").text(&finding.message);
    text.raw(",\"help\":").text_or_null(finding.help.as_deref());
    text.raw(",\"params\":{");
    for (index, (name, value)) in finding.params.iter().enumerate() {
        text.raw(if index > 0 { "," } else { "" }).text(name).raw(":").value(value);
    }
    text.raw("},\"fix\":");
    match &finding.fix {
        Some(Fix { title, applicability, edits }) => {
            text.raw("{\"title\":").text(title);
            text.raw(",\"applicability\":").text(applicability.word());
            text.raw(",\"edits\":").list(edits, |text, Edit { span, text: new, .. }| {
                text.raw("{\"start\":").number(span.start).raw(",\"end\":").number(span.end);
                text.raw(",\"text\":").text(new).raw("}");
            });
            text.raw("}");
        }
        None => {
            text.raw("null");
        }
    }
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
        let mut safe = String::with_capacity(fragment.len());
        push_escaped(&mut safe, fragment);
        out.write_all(safe.as_bytes())
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
