//! STAND-IN: the lead's file takes this place. It knows just enough to develop reports against.

use std::io::Read;
use std::path::Path;

use kling_schema::rules::{self, Example, Rule};
use kling_schema::{Basis, Severity, Source, Tier};

use crate::error::LintError;
use crate::finding::{Excerpt, Finding, Params, Position, Span};
use crate::fix::{Applicability, Edit, Fix};
use crate::message::fill;

const NAMES: [&str; 4] = [
    "image2video",
    "multi-image2video",
    "multi-image2image",
    "omni-video",
];

static NOT_JSON: Rule = Rule {
    id: "KL0001",
    name: "not-json",
    summary: "The text is not JSON.",
    message: "{reason}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A linter.
#[derive(Clone, Debug, Default)]
pub struct Linter {
    endpoint: Option<&'static str>,
    strict: bool,
}

/// Options.
#[derive(Clone, Debug, Default)]
pub struct LinterBuilder {
    endpoint: Option<String>,
    strict: bool,
}

/// Requests of one run.
#[derive(Debug)]
pub struct Session<'l>(&'l Linter);

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    findings: Vec<Finding>,
    endpoint: Option<Detected>,
}

/// The endpoint, and how it was told.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Detected {
    /// `omni-video`.
    pub name: &'static str,
    /// "the file name says so".
    pub reason: String,
}

impl LinterBuilder {
    /// The endpoint of every request.
    pub fn endpoint(mut self, name: &str) -> Self {
        self.endpoint = Some(name.to_owned());
        self
    }
    /// Warnings are errors.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }
    /// The body is sent as it stands.
    pub fn wire(self, _: bool) -> Self {
        self
    }
    /// Ready.
    pub fn build(self) -> Result<Linter, LintError> {
        let endpoint = match self.endpoint {
            None => None,
            Some(name) => match NAMES.into_iter().find(|known| *known == name) {
                Some(known) => Some(known),
                None => {
                    return Err(LintError::UnknownEndpoint {
                        name,
                        known: NAMES.to_vec(),
                    });
                }
            },
        };
        Ok(Linter {
            endpoint,
            strict: self.strict,
        })
    }
}

impl Linter {
    /// Options.
    pub fn builder() -> LinterBuilder {
        LinterBuilder::default()
    }
    /// Lints a file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&self, path: &Path) -> Result<Report, LintError> {
        self.lint_reader_named(crate::fs::open::open(path)?, path)
    }
    /// Lints bytes.
    pub fn lint_bytes(&self, bytes: &[u8]) -> Report {
        self.lint(bytes, Path::new(""))
    }
    /// Lints a reader.
    pub fn lint_reader_named(
        &self,
        mut reader: impl Read,
        name: &Path,
    ) -> Result<Report, LintError> {
        let mut bytes = Vec::new();
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| LintError::io(name, error))?;
        Ok(self.lint(&bytes, name))
    }
    /// Requests of one run.
    pub fn session(&self) -> Session<'_> {
        Session(self)
    }

    fn lint(&self, bytes: &[u8], name: &Path) -> Report {
        let text = String::from_utf8_lossy(bytes);
        let file = name
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let folder = name
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        let by_name = NAMES.into_iter().find(|known| {
            file.ends_with(&format!(".{known}.json")) || folder.as_deref() == Some(*known)
        });
        let detected = match (self.endpoint, by_name) {
            (Some(name), _) => Some(Detected {
                name,
                reason: "the command line says so".into(),
            }),
            (None, Some(name)) => Some(Detected {
                name,
                reason: "the file name says so".into(),
            }),
            (None, None) if text.contains("element_list") => Some(Detected {
                name: "omni-video",
                reason: "`element_list` is a key of omni-video only".into(),
            }),
            _ => None,
        };
        let mut found = Vec::new();
        let mut add =
            |rule: &'static Rule, severity, constraint: Option<&str>, at: &str, params, fix| {
                let start = text.find(at).unwrap_or(0);
                found.push(finding(
                    &text,
                    rule,
                    severity,
                    constraint,
                    start..start + at.len(),
                    params,
                    fix,
                ));
            };
        match serde_json::from_str::<serde_json::Value>(&text) {
            Err(error) => add(
                &NOT_JSON,
                Severity::Error,
                None,
                "",
                Params::new().with("reason", error.to_string()),
                None,
            ),
            Ok(value) => match (value.as_object(), &detected) {
                (None, _) => add(
                    &rules::document::NOT_AN_OBJECT,
                    Severity::Error,
                    None,
                    text.trim(),
                    Params::new()
                        .with("found", "an array")
                        .with("advice", "take it out of the list"),
                    None,
                ),
                (_, None) => add(
                    &rules::document::UNKNOWN_ENDPOINT,
                    Severity::Error,
                    None,
                    "{",
                    Params::new()
                        .with("reason", "its keys fit several")
                        .with("candidates", NAMES[0])
                        .with("example", NAMES[0]),
                    None,
                ),
                (Some(map), Some(endpoint)) => {
                    if let Some(prompt) = map.get("prompt").and_then(|value| value.as_str())
                        && prompt.chars().count() > 500
                    {
                        let shown = serde_json::to_string(prompt).unwrap_or_default();
                        let count = prompt.chars().count();
                        add(
                            &rules::value::TOO_LONG,
                            Severity::Error,
                            Some("image2video/prompt/max-chars"),
                            &shown,
                            Params::new()
                                .with("field", "`prompt`")
                                .with("found", count)
                                .with("owner", endpoint.name)
                                .with("allowed", 500)
                                .with("over", count - 500),
                            None,
                        );
                    }
                    if let Some(number) = map.get("duration").filter(|value| value.is_number()) {
                        let shown = number.to_string();
                        add(
                            &rules::shape::WRONG_TYPE,
                            Severity::Error,
                            Some("image2video/duration/type"),
                            &shown,
                            Params::new()
                                .with("field", "`duration`")
                                .with("allowed", "a string")
                                .with("found", format!("the number {shown}"))
                                .with("suggestion", format!("\"{shown}\"")),
                            Some(format!("\"{shown}\"")),
                        );
                    }
                    if map.contains_key("model") {
                        let severity = if self.strict {
                            Severity::Error
                        } else {
                            Severity::Warning
                        };
                        add(
                            &rules::shape::UNKNOWN_FIELD,
                            severity,
                            None,
                            "\"model\"",
                            Params::new()
                                .with("field", "`model`")
                                .with("owner", endpoint.name)
                                .with("advice", "leave the key out"),
                            None,
                        );
                    }
                    if map.contains_key("sound") {
                        add(
                            &rules::shape::UPSTREAM_FIELD,
                            Severity::Info,
                            None,
                            "\"sound\"",
                            Params::new().with("field", "`sound`"),
                            None,
                        );
                    }
                }
            },
        }
        Report {
            findings: found,
            endpoint: detected,
        }
    }
}

fn finding(
    text: &str,
    rule: &'static Rule,
    severity: Severity,
    constraint: Option<&str>,
    span: std::ops::Range<usize>,
    params: Params,
    fix: Option<String>,
) -> Finding {
    let position = |at: usize| {
        let before = &text[..at];
        let line = before.matches('\n').count() as u64 + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() as u64 + 1;
        Position::new(line, column)
    };
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let mut from = span.start.saturating_sub(40).max(line_start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let line_end = text[span.start..]
        .find('\n')
        .map_or(text.len(), |at| span.start + at);
    let mut to = line_end.min(span.start + 60);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let mut window = String::new();
    if from > line_start {
        window.push('…');
    }
    let high = window.len() + span.start - from;
    window.push_str(&text[from..to]);
    let high_end = high + span.end.min(to) - span.start;
    if to < line_end {
        window.push('…');
    }
    let at = Span::new(span.start as u64, span.end as u64);
    Finding {
        rule,
        constraint: constraint.map(str::to_owned),
        severity,
        tier: if severity == Severity::Error {
            Tier::Documented
        } else {
            Tier::House
        },
        source: if severity == Severity::Error {
            Source::Page {
                url: "https://apidoc.cometapi.com/api/video/kling/image-to-video",
                read: "2026-03",
            }
        } else {
            Basis::house(severity).source
        },
        pointer: String::new(),
        span: at,
        start: position(span.start),
        end: position(span.end),
        message: fill(rule.message, &params),
        help: Some(fill(rule.help, &params)).filter(|help| !help.is_empty()),
        params,
        fix: fix.map(|text| Fix {
            title: format!("write {text}"),
            applicability: Applicability::Safe,
            edits: vec![Edit::new(at, text)],
        }),
        excerpt: Excerpt::new(window, high..high_end),
    }
}

impl Session<'_> {
    /// Lints a file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&mut self, path: &Path) -> Result<Report, LintError> {
        self.0.lint_path(path)
    }
    /// Lints bytes.
    pub fn lint_bytes(&mut self, bytes: &[u8]) -> Report {
        self.0.lint_bytes(bytes)
    }
    /// Lints a reader.
    pub fn lint_reader_named(
        &mut self,
        reader: impl Read,
        name: &Path,
    ) -> Result<Report, LintError> {
        self.0.lint_reader_named(reader, name)
    }
}

impl Report {
    /// The findings, by place.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
    /// Findings beyond the cap, not kept.
    pub fn hidden(&self) -> usize {
        0
    }
    /// The endpoint.
    pub fn endpoint(&self) -> Option<&Detected> {
        self.endpoint.as_ref()
    }
    /// How many there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }
    /// No errors.
    pub fn is_acceptable(&self) -> bool {
        self.count(Severity::Error) == 0
    }
    /// The worst.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
    /// No Kling request at all.
    pub fn is_unknown_request(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| matches!(finding.rule.id, "KL0101" | "KL0102" | "KL0106"))
    }
}
