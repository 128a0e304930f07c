//! For GitLab: a Code Quality report, one finding a line of an array.

use std::io;
use std::path::Path;

use kling_schema::Severity;

use crate::finding::Finding;
use crate::report::fingerprint::{self, Met};
use crate::report::json_text::JsonText;
use crate::report::relative::Root;
use crate::report::{Checked, Media, Reporter, Totals, not_shown};

/// The array, issue by issue.
#[derive(Debug)]
pub(crate) struct Gitlab {
    root: Root,
    met: Met,
    begun: bool,
    text: JsonText,
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
        Gitlab { root, met: Met::default(), begun: false, text: JsonText::default() }
    }

    /// Appends an issue.
    fn push(&mut self, path: &str, issue: &Issue<'_>) {
        let fingerprint = self.fingerprint(path, issue);
        let (begin, end) = issue.lines;
        let text = self.text.next(&mut self.begun, |text| {
            text.raw("[\n");
        });
        text.raw("{\"type\":\"issue\",\"check_name\":").text(issue.check);
        text.raw(",\"description\":").text(issue.description);
        text.raw(",\"categories\":[\"Bug Risk\"],\"severity\":").text(issue.severity);
        text.raw(",\"fingerprint\":").text(&fingerprint);
        text.raw(",\"location\":{\"path\":").text(path);
        text.raw(",\"lines\":{\"begin\":").number(begin).raw(",\"end\":").number(end).raw("}}");
        if let Some(help) = issue.help {
            text.raw(",\"content\":{\"body\":").text(help).raw("}");
        }
        text.raw("}");
    }

    /// Different for every issue of the report.
    fn fingerprint(&mut self, path: &str, issue: &Issue<'_>) -> String {
        let mut parts = vec![path, issue.check, issue.pointer];
        // A zero byte ends a part: in a pointer it could make it look like another's second issue.
        if issue.pointer.contains('\0') {
            parts.push("");
        }
        let hash = fingerprint::of(&parts);
        fingerprint::shown(match self.met.again(hash) {
            1 => hash,
            // Another of its kind at the same place: the second, the third. There may be millions, so
            // these are not kept.
            times => fingerprint::of(&[&parts[..], &[&times.to_string()]].concat()),
        })
    }
}

impl Reporter for Gitlab {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        if input.is_clean() {
            return Ok(());
        }
        let path = self.root.locate(input.path).name.clone();
        for finding in input.findings {
            self.push(&path, &Issue::of(finding));
        }
        if input.hidden > 0 {
            let text = not_shown(input.hidden);
            self.push(&path, &Issue::about("not-shown", "info", &text));
        }
        self.text.write(out)
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let path = self.root.locate(input.path).name.clone();
        input.told().for_each(|(_, finding)| self.push(&path, &Issue::of(finding)));
        self.text.write(out)
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let path = self.root.locate(path).name.clone();
        let text = format!("cannot be read: {reason}");
        self.push(&path, &Issue::about("unreadable", "blocker", &text));
        self.text.write(out)
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
    fn a_pointer_cannot_take_another_s_fingerprint() {
        let mut gitlab = Gitlab::new(Root::default());
        let pointers =
            ["/a", "/a", "/a\x002", "/a\x002", "/a\x002\0", "/a\0", "/a\0\0", "/a\0\x002"];
        let of = |pointer| {
            gitlab.fingerprint("a.json", &Issue { pointer, ..Issue::about("KL", "info", "") })
        };
        let all = pointers.map(of);
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
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
