//! For code scanning: SARIF 2.1.0, one run, one result a line, written as the run goes.
//!
//! `partialFingerprints` has `ruleAndPointer/v1`: [`fingerprint`] of the rule's id and the JSON Pointer,
//! then `:` and which of its kind in the file it is, from 1. Reformatting a file changes neither.
//! Braces in messages stand as they are: readers fill in placeholders only where there are arguments.

mod rules;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use kling_schema::Severity;
use kling_schema::rules::Rule;
use serde_json::{Value, json};

use crate::finding::{Finding, Position};
use crate::fix::{Applicability, Fix};
use crate::report::fingerprint::{self, Met};
use crate::report::json::SafeJson;
use crate::report::relative::Root;
use crate::report::{Checked, Media, Reporter, Totals, advised, not_shown};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/cos02/schemas/sarif-schema-2.1.0.json";
/// What relative URIs are relative to: GitHub's word for the root of the checkout.
const BASE: &str = "%SRCROOT%";
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
    notifications: Vec<Value>,
}

impl Sarif {
    pub(crate) fn new(root: Root) -> Self {
        Sarif {
            root,
            begun: false,
            rules: Vec::new(),
            indices: HashMap::new(),
            met: Default::default(),
            notifications: Vec::new(),
        }
    }

    fn result(
        &mut self,
        out: &mut dyn io::Write,
        path: &Path,
        finding: &Finding,
        mut location: Value,
    ) -> io::Result<()> {
        let artifact = self.artifact(path);
        location["physicalLocation"]["artifactLocation"] = artifact.clone();
        let mut result = json!({
            "ruleId": finding.rule.id,
            "ruleIndex": self.rule(finding),
            "level": level(finding.severity),
            "message": { "text": plain(&advised(finding)) },
            "locations": [location],
            "partialFingerprints": { "ruleAndPointer/v1": self.fingerprint(path, finding) },
        });
        let fix = finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe);
        if let Some(fix) = fix.and_then(|fix| fixed(fix, &artifact)) {
            result["fixes"] = json!([fix]);
        }
        result["properties"] = json!({
            "constraint": finding.constraint,
            "tier": finding.tier,
            "page": finding.source.name(),
            "read": finding.source.read(),
        });
        self.line(out, &result)
    }

    fn artifact(&self, path: &Path) -> Value {
        let located = self.root.locate(path);
        match located.inside {
            true => json!({ "uri": located.uri(), "uriBaseId": BASE }),
            false => json!({ "uri": located.uri() }),
        }
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

    fn fingerprint(&mut self, path: &Path, finding: &Finding) -> String {
        if self.met.0 != path {
            self.met = (path.into(), Met::default());
        }
        let hash = fingerprint::of(&[finding.rule.id, &finding.pointer]);
        format!("{hash:016x}:{}", self.met.1.again(hash))
    }

    fn notify(&mut self, level: &str, path: &Path, text: &str) {
        self.notifications.push(json!({
            "level": level,
            "message": { "text": plain(text) },
            "locations": [{ "physicalLocation": { "artifactLocation": self.artifact(path) } }],
        }));
    }

    fn line(&mut self, out: &mut dyn io::Write, result: &Value) -> io::Result<()> {
        let mut line = match self.begun {
            true => b",\n".to_vec(),
            false => opening().into_bytes(),
        };
        self.begun = true;
        SafeJson::write(&mut line, result)?;
        out.write_all(&line)
    }
}

/// What stands before the first result.
fn opening() -> String {
    let bases = json!({
        BASE: { "description": { "text": "The folder that kling-lint was run in." } },
    });
    format!(
        "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\
         \"columnKind\":\"unicodeCodePoints\",\"originalUriBaseIds\":{bases},\"results\":[\n"
    )
}

/// The place of a finding in a request: what is meant, and the window of its line.
fn place(finding: &Finding) -> Value {
    let mut meant = region(finding.start, finding.end);
    let mut physical = json!({});
    if let Some(text) = finding.excerpt.text.get(finding.excerpt.highlight.clone())
        && !text.is_empty()
    {
        meant["snippet"] = json!({ "text": text });
        physical["contextRegion"] = json!({
            "startLine": finding.start.line,
            "endLine": finding.end.line,
            "snippet": { "text": finding.excerpt.text },
        });
    }
    physical["region"] = meant;
    let mut location = json!({ "physicalLocation": physical });
    if let Some((_, name)) = finding.pointer.rsplit_once('/') {
        location["logicalLocations"] = json!([{
            "name": name.replace("~1", "/").replace("~0", "~"),
            "fullyQualifiedName": finding.pointer,
        }]);
    }
    location
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A repair. There is none when it is not known where its edits stand.
fn fixed(fix: &Fix, artifact: &Value) -> Option<Value> {
    let replacements: Option<Vec<Value>> = fix
        .edits
        .iter()
        .map(|edit| {
            let (start, end) = edit.place?;
            let mut replacement = json!({ "deletedRegion": region(start, end) });
            if !edit.text.is_empty() {
                replacement["insertedContent"] = json!({ "text": edit.text });
            }
            Some(replacement)
        })
        .collect();
    Some(json!({
        "description": { "text": plain(&fix.title) },
        "artifactChanges": [{ "artifactLocation": artifact, "replacements": replacements? }],
    }))
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A plain text message. `[text](target)` would be a link: no request puts one there.
fn plain(text: &str) -> String {
    if text.contains("](") {
        // A backslash would take the escape from the bracket behind it.
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.into()
    }
}

impl Reporter for Sarif {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        for finding in input.findings {
            self.result(out, input.path, finding, place(finding))?;
        }
        if input.hidden > 0 {
            self.notify("warning", input.path, &not_shown(input.hidden));
        }
        Ok(())
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        for (field, finding) in input.told() {
            let mut location = json!({});
            if let Some(field) = field {
                location["logicalLocations"] = json!([{
                    "name": field.field,
                    "fullyQualifiedName": format!("{}/{}", field.endpoint, field.field),
                }]);
            }
            self.result(out, input.path, finding, location)?;
        }
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.notify("error", path, &format!("cannot be read: {reason}"));
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, totals: &Totals) -> io::Result<()> {
        let mut line = Vec::new();
        if !self.begun {
            line.extend_from_slice(opening().as_bytes());
        }
        line.extend_from_slice(b"\n],\"invocations\":[");
        let invocation = json!({
            "executionSuccessful": totals.exit_status < FAILED,
            "exitCode": totals.exit_status,
            "toolExecutionNotifications": self.notifications,
        });
        SafeJson::write(&mut line, &invocation)?;
        line.extend_from_slice(b"],\"tool\":");
        SafeJson::write(&mut line, &json!({ "driver": rules::driver(&self.rules) }))?;
        line.extend_from_slice(b"}]}\n");
        out.write_all(&line)
    }
}

#[cfg(test)]
mod tests;
