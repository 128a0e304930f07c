//! For code scanning: SARIF 2.1.0, one run, one result a line, written as the run goes.
//!
//! `partialFingerprints` has `ruleAndPointer/v1`: [`fingerprint`] of the rule's id and the JSON Pointer,
//! then `:` and which of its kind in the file it is, from 1. Reformatting a file changes neither.
//! Braces in messages stand as they are: readers fill in placeholders only where there are arguments.

mod rules;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use kling_schema::Severity;
use kling_schema::rules::Rule;
use memchr::memmem;
use serde_json::json;

use crate::FieldVerdict;
use crate::finding::{Finding, Position};
use crate::fix::{Applicability, Fix};
use crate::printable;
use crate::report::fingerprint::{self, Met};
use crate::report::json_text::JsonText;
use crate::report::relative::{Located, Root};
use crate::report::{Checked, Media, Reporter, Totals, advised, not_shown};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/cos02/schemas/sarif-schema-2.1.0.json";
/// What relative URIs are relative to: GitHub's word for the root of the checkout.
const BASE: &str = "%SRCROOT%";
const BASE_IS: &str = "The folder that kling-lint was run in.";
/// Exit statuses below this one mean that the tool did its job.
const FAILED: u8 = 2;

/// The log, result by result. Rules come last, when it is known which of them occurred.
#[derive(Debug)]
pub(crate) struct Sarif {
    root: Root,
    begun: bool,
    /// In the order of their first results, with the worst severity of those.
    rules: Vec<(&'static Rule, Severity)>,
    /// Their places in that list, by id.
    indices: HashMap<&'static str, usize>,
    /// The file the results are about, and what was met in it.
    met: (PathBuf, Met),
    text: JsonText,
    notifications: JsonText,
    notified: bool,
}

impl Sarif {
    pub(crate) fn new(root: Root) -> Self {
        Sarif {
            root,
            begun: false,
            rules: Vec::new(),
            indices: HashMap::new(),
            met: Default::default(),
            text: JsonText::default(),
            notifications: JsonText::default(),
            notified: false,
        }
    }

    /// Appends a result.
    fn push(&mut self, path: &Path, finding: &Finding, about: About<'_>) {
        let index = self.rule(finding);
        let (hash, time) = self.fingerprint(path, finding);
        let Self { text, root, begun, .. } = self;
        text.next(begun, open);
        let file = root.locate(path);
        text.raw("{\"ruleId\":").text(finding.rule.id).raw(",\"ruleIndex\":").count(index);
        text.raw(",\"level\":").text(level(finding.severity));
        text.raw(",\"message\":{\"text\":").text(&plain(&advised(finding)));
        text.raw("},\"locations\":[{");
        match about {
            About::Request => {
                text.raw("\"physicalLocation\":{");
                push_region(text, finding);
                push_artifact(text, file);
                text.raw("}");
                if let Some((_, name)) = finding.pointer.rsplit_once('/') {
                    let name = match name.contains('~') {
                        true => Cow::Owned(name.replace("~1", "/").replace("~0", "~")),
                        false => Cow::Borrowed(name),
                    };
                    push_logical(text.raw(","), &name, &[&finding.pointer]);
                }
            }
            About::Field(field) => {
                if let Some(FieldVerdict { endpoint, field, .. }) = field {
                    push_logical(text, field, &[endpoint, "/", field]);
                    text.raw(",");
                }
                push_artifact(text.raw("\"physicalLocation\":{"), file);
                text.raw("}");
            }
        }
        text.raw("}],\"partialFingerprints\":{\"ruleAndPointer/v1\":");
        let mut print = fingerprint::shown(hash);
        print.push(':');
        printable::push_number(&mut print, time);
        text.text(&print).raw("}");
        let fix = finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe);
        // There is none when it is not known where its edits stand.
        if let Some(fix) = fix.filter(|fix| fix.edits.iter().all(|edit| edit.place.is_some())) {
            push_fix(text, fix, file);
        }
        let Finding { constraint, tier, source, .. } = finding;
        text.raw(",\"properties\":{\"constraint\":").text_or_null(constraint.as_deref());
        text.raw(",\"tier\":").text(tier.word());
        text.raw(",\"page\":").text(source.name());
        text.raw(",\"read\":").text_or_null(source.read()).raw("}}");
    }

    /// The place of a finding's rule among those that occurred.
    fn rule(&mut self, finding: &Finding) -> usize {
        let next = self.rules.len();
        let index = *self.indices.entry(finding.rule.id).or_insert(next);
        match self.rules.get_mut(index) {
            Some((_, worst)) => *worst = finding.severity.max(*worst),
            None => self.rules.push((finding.rule, finding.severity)),
        }
        index
    }

    /// The hash of what it is, and which of its kind in the file it is.
    fn fingerprint(&mut self, path: &Path, finding: &Finding) -> (u64, u64) {
        if self.met.0.as_os_str() != path.as_os_str() {
            self.met = (path.into(), Met::default());
        }
        let hash = fingerprint::of(&[finding.rule.id, &finding.pointer]);
        (hash, self.met.1.again(hash))
    }

    fn notify(&mut self, level: &'static str, path: &Path, told: &str) {
        let text = &mut self.notifications;
        text.raw(if self.notified { ",{\"level\":" } else { "{\"level\":" }).text(level);
        text.raw(",\"message\":{\"text\":").text(&plain(told));
        text.raw("},\"locations\":[{\"physicalLocation\":{");
        push_artifact(text, self.root.locate(path));
        text.raw("}}]}");
        self.notified = true;
    }
}

/// What stands before the first result.
fn open(text: &mut JsonText) {
    text.raw("{\"$schema\":").text(SCHEMA).raw(",\"version\":\"2.1.0\",");
    text.raw("\"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"originalUriBaseIds\":{");
    text.text(BASE).raw(":{\"description\":{\"text\":").text(BASE_IS);
    text.raw("}}},\"results\":[\n");
}

/// What a finding is about.
#[derive(Clone, Copy)]
enum About<'a> {
    /// A place in a request.
    Request,
    /// A media file, perhaps in a field.
    Field(Option<&'a FieldVerdict>),
}

/// What is meant in a request, and the window of its line.
fn push_region(text: &mut JsonText, finding: &Finding) {
    let Finding { start, end, excerpt, .. } = finding;
    let meant = excerpt.text.get(excerpt.highlight.clone()).filter(|meant| !meant.is_empty());
    if meant.is_some() {
        text.raw("\"contextRegion\":{\"startLine\":").number(start.line);
        text.raw(",\"endLine\":").number(end.line);
        text.raw(",\"snippet\":{\"text\":").text(&excerpt.text).raw("}},");
    }
    text.raw("\"region\":{");
    push_lines(text, *start, *end);
    if let Some(meant) = meant {
        text.raw(",\"snippet\":{\"text\":").text(meant).raw("}");
    }
    text.raw("},");
}

fn push_lines(text: &mut JsonText, start: Position, end: Position) {
    text.raw("\"startLine\":").number(start.line).raw(",\"startColumn\":").number(start.column);
    text.raw(",\"endLine\":").number(end.line).raw(",\"endColumn\":").number(end.column);
}

fn push_artifact(text: &mut JsonText, Located { uri, inside, .. }: &Located) {
    text.raw("\"artifactLocation\":{\"uri\":").text(uri);
    if *inside {
        text.raw(",\"uriBaseId\":").text(BASE);
    }
    text.raw("}");
}

/// Where it is in terms of the request, by its own name and by that of the whole way.
fn push_logical(text: &mut JsonText, name: &str, full: &[&str]) {
    text.raw("\"logicalLocations\":[{\"name\":").text(name);
    text.raw(",\"fullyQualifiedName\":").texts(full).raw("}]");
}

/// A repair whose places are known.
fn push_fix(text: &mut JsonText, fix: &Fix, file: &Located) {
    text.raw(",\"fixes\":[{\"description\":{\"text\":").text(&plain(&fix.title));
    text.raw("},\"artifactChanges\":[{");
    push_artifact(text, file);
    text.raw(",\"replacements\":").list(&fix.edits, |text, edit| {
        text.raw("{\"deletedRegion\":{");
        if let Some((start, end)) = edit.place {
            push_lines(text, start, end);
        }
        text.raw("}");
        if !edit.text.is_empty() {
            text.raw(",\"insertedContent\":{\"text\":").text(&edit.text).raw("}");
        }
        text.raw("}");
    });
    text.raw("}]}]");
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A plain text message. `[text](target)` would be a link: no request puts one there.
fn plain(text: &str) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), b"](").is_some() {
        // A backslash would take the escape from the bracket behind it.
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]").into()
    } else {
        text.into()
    }
}

impl Reporter for Sarif {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        for finding in input.findings {
            self.push(input.path, finding, About::Request);
        }
        if input.hidden > 0 {
            self.notify("warning", input.path, &not_shown(input.hidden));
        }
        self.text.write(out)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        for (field, finding) in input.told() {
            self.push(input.path, finding, About::Field(field));
        }
        self.text.write(out)
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.notify("error", path, &format!("cannot be read: {reason}"));
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        if !self.begun {
            open(&mut self.text);
        }
        let status = totals.exit_status;
        let text = self.text.raw("\n],\"invocations\":[{\"executionSuccessful\":");
        text.bool(status < FAILED).raw(",\"exitCode\":").number(status.into());
        text.raw(",\"toolExecutionNotifications\":[").append(&mut self.notifications);
        text.raw("]}],\"tool\":").value(&json!({ "driver": rules::driver(&self.rules) }));
        text.raw("}]}\n");
        self.text.write(out)
    }
}

#[cfg(test)]
mod tests;
