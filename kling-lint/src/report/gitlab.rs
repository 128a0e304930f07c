//! For GitLab: a Code Quality report, one finding a line of an array.

use std::io;
use std::path::Path;

use kling_schema::Severity;
use serde::Serialize;

use crate::finding::Finding;
use crate::report::fingerprint::{self, Met};
use crate::report::json::SafeJson;
use crate::report::relative::Root;
use crate::report::{Checked, Media, Reporter, Totals, not_shown};

/// The array, issue by issue.
#[derive(Debug)]
pub(crate) struct Gitlab {
    root: Root,
    met: Met,
    begun: bool,
}

/// What an issue says.
struct Issue<'a> {
    check: &'a str,
    severity: &'static str,
    description: &'a str,
    help: Option<&'a str>,
    /// First and last.
    lines: (u64, u64),
    pointer: &'a str,
}

impl<'a> Issue<'a> {
    fn of(finding: &'a Finding) -> Self {
        Issue {
            check: finding.rule.id,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            description: &finding.message,
            help: finding.help.as_deref(),
            lines: (finding.start.line, finding.end.line),
            pointer: &finding.pointer,
        }
    }

    /// About a file, not about what stands in it.
    fn about(check: &'a str, severity: &'static str, description: &'a str) -> Self {
        Issue { check, severity, description, help: None, lines: (1, 1), pointer: "" }
    }
}

impl Gitlab {
    pub(crate) fn new(root: Root) -> Self {
        Gitlab { root, met: Met::default(), begun: false }
    }

    fn issue(&mut self, out: &mut Vec<u8>, path: &str, issue: &Issue<'_>) -> io::Result<()> {
        let (begin, end) = issue.lines;
        let written = Written {
            kind: "issue",
            check_name: issue.check,
            description: issue.description,
            categories: ["Bug Risk"],
            severity: issue.severity,
            fingerprint: &self.fingerprint(path, issue),
            location: Location { path, lines: Lines { begin, end } },
            content: issue.help.map(|body| Content { body }),
        };
        out.extend_from_slice(if self.begun { b",\n" } else { b"[\n" });
        self.begun = true;
        SafeJson::write(out, &written)
    }

    /// Different for every issue of the report.
    fn fingerprint(&mut self, path: &str, issue: &Issue<'_>) -> String {
        let parts = [path, issue.check, issue.pointer];
        let mut hash = fingerprint::of(&parts);
        loop {
            match self.met.again(hash) {
                1 => return format!("{hash:016x}"),
                // Another of its kind at the same place: the second, the third.
                times => {
                    let [path, check, pointer] = parts;
                    hash = fingerprint::of(&[path, check, pointer, &times.to_string()]);
                }
            }
        }
    }

    /// An issue about a file.
    fn about(&mut self, out: &mut dyn io::Write, path: &Path, issue: &Issue<'_>) -> io::Result<()> {
        let path = self.root.locate(path).name.clone();
        let mut lines = Vec::new();
        self.issue(&mut lines, &path, issue)?;
        out.write_all(&lines)
    }
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'a str,
    description: &'a str,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: &'a str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
    end: u64,
}

#[derive(Serialize)]
struct Content<'a> {
    body: &'a str,
}

impl Reporter for Gitlab {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let path = self.root.locate(input.path).name.clone();
        let mut lines = Vec::new();
        for finding in input.findings {
            self.issue(&mut lines, &path, &Issue::of(finding))?;
        }
        if input.hidden > 0 {
            let text = not_shown(input.hidden);
            self.issue(&mut lines, &path, &Issue::about("not-shown", "info", &text))?;
        }
        out.write_all(&lines)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        input.told().try_for_each(|(_, finding)| self.about(out, input.path, &Issue::of(finding)))
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let text = format!("cannot be read: {reason}");
        self.about(out, path, &Issue::about("unreadable", "blocker", &text))
    }

    fn finish(&mut self, out: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]\n" } else { b"[]\n" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        insta::assert_snapshot!(samples::told(&mut Gitlab::new(Root::default())));
    }

    #[test]
    fn fingerprints_differ() {
        let mut gitlab = Gitlab::new(Root::default());
        let finding = samples::wrong_type();
        let of = |gitlab: &mut Gitlab, path| gitlab.fingerprint(path, &Issue::of(&finding));
        let first = of(&mut gitlab, "a.json");
        let others = ["a.json", "a.json", "b.json", "a.json"].map(|path| of(&mut gitlab, path));
        let mut all = std::collections::HashSet::from(others);
        all.insert(first.clone());
        assert_eq!(all.len(), 5);
        assert_eq!(first, of(&mut Gitlab::new(Root::default()), "a.json"), "stable");
    }
}
