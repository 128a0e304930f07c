//! For code scanning: SARIF 2.1.0, one run, one result a line, written as the run goes.
//!
//! `partialFingerprints` has `ruleAndPointer/v1`: [`fingerprint`] of the rule's id and the JSON Pointer,
//! then `:` and which of its kind in the file it is, from 1. Reformatting a file changes neither.
//! Braces in messages stand as they are: readers fill in placeholders only where there are arguments.

mod log;
mod rules;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use kling_schema::Severity;
use kling_schema::rules::Rule;
use serde_json::{Value, json};

use crate::finding::{Excerpt, Finding};
use crate::fix::{Applicability, Edit, Fix};
use crate::report::fingerprint::{self, Met};
use crate::report::json::SafeJson;
use crate::report::relative::{Located, Root};
use crate::report::{Checked, Media, Reporter, Totals, advised, not_shown};
use log::{
    Artifact, Change, Context, Fingerprints, Location, Logical, Outcome, Physical, Place,
    Properties, Region, Repair, Replacement, Text,
};

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

    /// Appends a result.
    fn result(
        &mut self,
        lines: &mut Vec<u8>,
        path: &Path,
        finding: &Finding,
        place: Place<'_>,
    ) -> io::Result<()> {
        let rule_index = self.rule(finding);
        let fingerprint = self.fingerprint(path, finding);
        let artifact = artifact(&mut self.root, path);
        let Place { region, context_region, logical } = place;
        let fix = finding.fix.as_ref().filter(|fix| fix.applicability == Applicability::Safe);
        let result = Outcome {
            rule_id: finding.rule.id,
            rule_index,
            level: level(finding.severity),
            message: Text { text: plain(advised(finding)) },
            locations: [Location {
                physical_location: Physical { context_region, region, artifact_location: artifact },
                logical_locations: logical.map(|it| [it]),
            }],
            partial_fingerprints: Fingerprints { rule_and_pointer: &fingerprint },
            fixes: fix.and_then(|fix| fixed(fix, artifact)).map(|it| [it]),
            properties: Properties {
                constraint: finding.constraint.as_deref(),
                tier: finding.tier,
                page: finding.source.name(),
                read: finding.source.read(),
            },
        };
        match self.begun {
            true => lines.extend_from_slice(b",\n"),
            false => lines.extend_from_slice(opening().as_bytes()),
        }
        self.begun = true;
        SafeJson::write(lines, &result)
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
        let artifact = artifact(&mut self.root, path);
        self.notifications.push(json!({
            "level": level,
            "message": { "text": plain(text.into()) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact } }],
        }));
    }
}

fn artifact<'r>(root: &'r mut Root, path: &Path) -> Artifact<'r> {
    let Located { uri, inside, .. } = root.locate(path);
    Artifact { uri, uri_base_id: inside.then_some(BASE) }
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
fn place(finding: &Finding) -> Place<'_> {
    let Excerpt { text, highlight } = &finding.excerpt;
    let meant = text.get(highlight.clone()).filter(|meant| !meant.is_empty());
    let logical = finding.pointer.rsplit_once('/').map(|(_, name)| Logical {
        name: match name.contains('~') {
            true => Cow::Owned(name.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(name),
        },
        fully_qualified_name: Cow::Borrowed(&finding.pointer),
    });
    Place {
        context_region: meant.map(|_| Context {
            start_line: finding.start.line,
            end_line: finding.end.line,
            snippet: Text { text: Cow::Borrowed(text) },
        }),
        region: Some(Region {
            snippet: meant.map(|text| Text { text: Cow::Borrowed(text) }),
            ..Region::of(finding.start, finding.end)
        }),
        logical,
    }
}

/// A repair. There is none when it is not known where its edits stand.
fn fixed<'a>(fix: &'a Fix, artifact: Artifact<'a>) -> Option<Repair<'a>> {
    let replacement = |edit: &'a Edit| {
        let (start, end) = edit.place?;
        let text = Some(&*edit.text).filter(|text| !text.is_empty());
        Some(Replacement {
            deleted_region: Region::of(start, end),
            inserted_content: text.map(|text| Text { text: Cow::Borrowed(text) }),
        })
    };
    let replacements: Option<Vec<_>> = fix.edits.iter().map(replacement).collect();
    Some(Repair {
        description: Text { text: plain(Cow::Borrowed(&fix.title)) },
        artifact_changes: [Change { artifact_location: artifact, replacements: replacements? }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A plain text message. `[text](target)` would be a link: no request puts one there.
fn plain(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains("](") {
        // A backslash would take the escape from the bracket behind it.
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]").into()
    } else {
        text
    }
}

impl Reporter for Sarif {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let mut lines = Vec::new();
        for finding in input.findings {
            self.result(&mut lines, input.path, finding, place(finding))?;
        }
        if input.hidden > 0 {
            self.notify("warning", input.path, &not_shown(input.hidden));
        }
        out.write_all(&lines)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let mut lines = Vec::new();
        for (field, finding) in input.told() {
            let logical = field.map(|field| Logical {
                name: Cow::Borrowed(&field.field),
                fully_qualified_name: format!("{}/{}", field.endpoint, field.field).into(),
            });
            let place = Place { context_region: None, region: None, logical };
            self.result(&mut lines, input.path, finding, place)?;
        }
        out.write_all(&lines)
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
