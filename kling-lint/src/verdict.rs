//! The report on one request: findings in place, the endpoint, the verdict.

use kling_schema::Severity;

use crate::detect::Detected;
use crate::finding::{Finding, Span};
use crate::read::MAX_FINDINGS;
use crate::unlisted::Counts;

/// How many findings a report keeps; the rest is counted.
pub(crate) const KEPT: usize = 1_000;

/// How much is said of one text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Findings; the rest is counted.
    pub(crate) findings: usize,
    /// Findings of one severity about what is no JSON; the rest is not counted.
    pub(crate) faults: usize,
    /// Edits gathered in one fix, at most.
    pub(crate) edits: usize,
}

impl Room {
    /// To be told, where nobody reads on.
    pub(crate) const TOLD: Room = Room { findings: KEPT, faults: MAX_FINDINGS, edits: 1_000 };
    /// To be fixed: of what a text may hold so much at a time that few texts are linted, and that it takes no
    /// more memory than a text may.
    pub(crate) const FIXED: Room = Room { findings: MANY, faults: MANY, edits: MANY };
}

/// What is fixed at a time.
const MANY: usize = 1 << 12;

impl Default for Room {
    fn default() -> Self {
        Room::TOLD
    }
}

/// What the linter has to say about one request.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub(crate) findings: Vec<Finding>,
    pub(crate) endpoint: Option<Detected>,
    /// Findings beyond the cap, by severity.
    pub(crate) hidden: [u32; 3],
    /// Findings that nobody would list.
    pub(crate) unlisted: Counts,
    pub(crate) files: Box<[LocalFile]>,
    /// Items of a list of requests; 0 when it is no list.
    pub(crate) items: u32,
}

/// A local file that a request names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocalFile {
    /// JSON Pointer (RFC 6901) to the string that names it.
    pub pointer: String,
    /// The string with its quotes: a byte range in the file.
    pub span: Span,
    /// The path as the request gives it, unescaped. Not safe to print.
    pub path: String,
    /// How many bytes the file has; `None` when it was not read.
    pub len: Option<u64>,
    /// Whether the field takes the file's Base64 in its place.
    pub inline: bool,
}

impl Report {
    /// The findings, in the order of their places. The most severe 1,000 are kept.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The local files that the request names, in the order of their places: 10,000 at most.
    pub fn files(&self) -> &[LocalFile] {
        &self.files
    }

    /// How many findings are counted but not kept.
    pub fn hidden(&self) -> usize {
        self.hidden.iter().map(|hidden| *hidden as usize).sum()
    }

    /// How many requests it is about: those of a list, or else one.
    pub fn requests(&self) -> usize {
        self.items.max(1) as usize
    }

    /// Whether it is about a list of requests.
    pub fn is_list(&self) -> bool {
        self.items > 0
    }

    /// The endpoint the request is for, and how that is known. `None` when it could not be told, or
    /// when the requests of a list are for several.
    pub fn endpoint(&self) -> Option<&Detected> {
        self.endpoint.as_ref()
    }

    /// How many findings of this severity there are, kept or not.
    pub fn count(&self, severity: Severity) -> usize {
        let kept = self.findings.iter().filter(|finding| finding.severity == severity).count();
        kept + self.hidden[severity as usize] as usize + self.unlisted.of(severity)
    }

    /// The highest severity among the findings.
    pub fn worst(&self) -> Option<Severity> {
        [Severity::Error, Severity::Warning, Severity::Info]
            .into_iter()
            .find(|severity| self.count(*severity) > 0)
    }

    /// Whether the documented contract lets the request pass: there is no error.
    pub fn is_acceptable(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// The report, or an error when a finding is at or above `fail_on`.
    #[expect(clippy::result_large_err, reason = "it holds the report, as the other variant does")]
    pub fn into_result(self, fail_on: Severity) -> Result<Report, Rejected> {
        match self.worst() {
            Some(worst) if worst >= fail_on => Err(Rejected { report: self, fail_on }),
            _ => Ok(self),
        }
    }

    /// Takes in findings that could not be told earlier, as if they had been there from the start.
    pub(crate) fn admit(&mut self, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        self.findings.extend(findings);
        if self.findings.len() > KEPT {
            self.findings.sort_by_key(|it| (std::cmp::Reverse(it.severity), it.span.start));
            let (findings, hidden) = (&mut self.findings, &mut self.hidden);
            for finding in findings.drain(KEPT..) {
                count(hidden, finding.severity, 1);
            }
        }
        self.findings.sort_by(|one, other| {
            (one.span.start, one.rule.id, &one.pointer).cmp(&(
                other.span.start,
                other.rule.id,
                &other.pointer,
            ))
        });
    }

    /// Counts a finding that is not kept.
    pub(crate) fn hide(&mut self, severity: Severity) {
        count(&mut self.hidden, severity, 1);
    }

    /// Makes places those of the file of which the request is a part: one line of many, say. So many
    /// lines, and so many bytes, come before it.
    pub fn shift(&mut self, lines: u64, bytes: u64) {
        let shift = |span: &mut Span| {
            span.start = span.start.saturating_add(bytes);
            span.end = span.end.saturating_add(bytes);
        };
        for finding in &mut self.findings {
            shift(&mut finding.span);
            finding.start.line = finding.start.line.saturating_add(lines);
            finding.end.line = finding.end.line.saturating_add(lines);
            for edit in finding.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
                shift(&mut edit.span);
                if let Some((start, end)) = &mut edit.place {
                    start.line = start.line.saturating_add(lines);
                    end.line = end.line.saturating_add(lines);
                }
            }
        }
        for file in &mut self.files {
            shift(&mut file.span);
        }
    }

    /// Whether the document is no Kling request at all, as far as can be told: a folder walk skips it.
    pub fn is_unknown_request(&self) -> bool {
        use kling_schema::rules::document::{NOT_AN_OBJECT, ROUTE_NOT_COVERED, UNKNOWN_ENDPOINT};
        self.endpoint.is_none()
            && !self.is_list()
            && self.findings.iter().any(|finding| {
                [&UNKNOWN_ENDPOINT, &NOT_AN_OBJECT, &ROUTE_NOT_COVERED].contains(&finding.rule)
                    || finding.rule.id.starts_with("KL00")
            })
    }
}

/// Counts findings that are not kept.
pub(crate) fn count(hidden: &mut [u32; 3], severity: Severity, many: usize) {
    let hidden = &mut hidden[severity as usize];
    *hidden = hidden.saturating_add(u32::try_from(many).unwrap_or(u32::MAX));
}

/// A request that must not be sent; its report says why.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rejected {
    /// The report.
    pub report: Report,
    /// The severity that was asked to fail.
    pub fail_on: Severity,
}

impl std::fmt::Display for Rejected {
    /// One line a finding, from the severity that fails.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let failing =
            self.report.findings.iter().filter(|finding| finding.severity >= self.fail_on);
        for (index, finding) in failing.enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(f, "{line}{}:{}: {finding}", finding.start.line, finding.start.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for Rejected {}
