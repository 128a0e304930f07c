//! For CI that shows test results: one suite, one test case a file.
//!
//! A case fails when the exit status would: findings below `--fail-on` are what the test printed.

use std::io;
use std::path::{Path, PathBuf};

use kling_schema::Severity;

use crate::finding::Finding;
use crate::printable;
use crate::report::{Checked, Media, Reporter, Totals, not_shown, shown};

/// The suite. Its counts stand before its cases, so the cases wait.
#[derive(Debug)]
pub(crate) struct Junit {
    /// The severity from which a case fails.
    fails_from: Option<Severity>,
    case: Option<Case>,
    cases: String,
    tests: usize,
    failures: usize,
    errors: usize,
}

/// What is known of one file; several requests may stand in it.
#[derive(Debug, Default)]
struct Case {
    path: PathBuf,
    /// The worst finding that fails it: the first of several.
    worst: Option<(Severity, String)>,
    failing: Lines,
    passing: Lines,
    unreadable: Option<String>,
}

/// Lines as XML has them.
#[derive(Debug, Default)]
struct Lines {
    text: String,
    count: usize,
}

impl Lines {
    /// Where the next line goes.
    fn next(&mut self) -> &mut String {
        if self.count > 0 {
            self.text.push('\n');
        }
        self.count += 1;
        &mut self.text
    }
}

impl Junit {
    pub(crate) fn new(fails_from: Option<Severity>) -> Self {
        Junit { fails_from, case: None, cases: String::new(), tests: 0, failures: 0, errors: 0 }
    }

    /// The case of this file.
    fn case(&mut self, path: &Path) -> &mut Case {
        if self.case.as_ref().is_some_and(|case| case.path != path) {
            self.close();
        }
        self.case.get_or_insert_with(|| Case { path: path.into(), ..Case::default() })
    }

    /// Adds a finding to the case: `3:15: error[KL1002 wrong-type] message; help: write "5"`
    fn find(&mut self, path: &Path, finding: &Finding, push_place: impl FnOnce(&mut String)) {
        let fails = self.fails_from.is_some_and(|from| finding.severity >= from);
        let case = self.case(path);
        if fails && case.worst.as_ref().is_none_or(|(worst, _)| finding.severity > *worst) {
            case.worst = Some((finding.severity, finding.message.clone()));
        }
        let out = if fails { case.failing.next() } else { case.passing.next() };
        push_place(out);
        let Finding { rule, severity, message, .. } = finding;
        for part in [": ", severity.word(), "[", rule.id, " ", rule.name, "] "] {
            out.push_str(part);
        }
        push(out, message);
        if let Some(help) = &finding.help {
            out.push_str("; help: ");
            push(out, help);
        }
    }

    fn close(&mut self) {
        let Some(case) = self.case.take() else { return };
        self.tests += 1;
        self.failures += usize::from(case.worst.is_some());
        self.errors += usize::from(case.unreadable.is_some());
        case.write(&mut self.cases);
    }
}

impl Case {
    fn write(&self, out: &mut String) {
        out.push_str("    <testcase classname=\"kling-lint\" name=\"");
        push(out, &shown(&self.path));
        if self.worst.is_none() && self.unreadable.is_none() && self.passing.count == 0 {
            out.push_str("\"/>\n");
            return;
        }
        out.push_str("\">\n");
        if let Some(reason) = &self.unreadable {
            out.push_str("      <error type=\"unreadable\" message=\"");
            push(out, reason);
            out.push_str("\"/>\n");
        }
        if let Some((severity, message)) = &self.worst {
            out.push_str(&format!("      <failure type=\"{}\" message=\"", severity.word()));
            push(out, message);
            let more = self.failing.count - 1;
            if more > 0 {
                out.push_str(&format!(" (and {more} more)"));
            }
            out.push_str("\">");
            out.push_str(&self.failing.text);
            out.push_str("</failure>\n");
        }
        if self.passing.count > 0 {
            out.push_str("      <system-out>");
            out.push_str(&self.passing.text);
            out.push_str("</system-out>\n");
        }
        out.push_str("    </testcase>\n");
    }
}

/// Appends text as XML 1.0 has it, in an attribute or between tags. What XML forbids, and what could
/// move a cursor, is shown escaped.
fn push(out: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let (plain, others) = rest.split_at(printable::plain(rest.as_bytes()));
        push_plain(out, plain);
        let mut others = others.chars();
        match others.next() {
            None => return,
            // The only characters that are safe to print and no part of XML.
            Some(character @ ('\u{fffe}' | '\u{ffff}')) => {
                out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
            }
            Some(character) => printable::push(out, character),
        }
        rest = others.as_str();
    }
}

/// Appends printable ASCII.
fn push_plain(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'[' => "",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        if byte == b'[' {
            printable::push(out, '[');
        }
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

impl Reporter for Junit {
    fn checked(&mut self, _: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        self.case(input.path);
        for finding in input.findings {
            self.find(input.path, finding, |out| {
                printable::push_number(out, finding.start.line);
                out.push(':');
                printable::push_number(out, finding.start.column);
            });
        }
        if input.hidden > 0 {
            push(self.case(input.path).passing.next(), &not_shown(input.hidden));
        }
        Ok(())
    }

    fn media(&mut self, _: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        self.case(input.path);
        for (field, finding) in input.told() {
            self.find(input.path, finding, |out| match field {
                Some(field) => push(out, &format!("{}/{}", field.endpoint, field.field)),
                None => out.push_str("the file"),
            });
        }
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.case(path).unreadable = Some(reason.into());
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        self.close();
        let Junit { tests, failures, errors, .. } = self;
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
        let opening = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"kling-lint\" {counts}>\n  <testsuite name=\"kling-lint\" {counts}>\n"
        );
        out.write_all(opening.as_bytes())?;
        out.write_all(self.cases.as_bytes())?;
        out.write_all(b"  </testsuite>\n</testsuites>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        insta::assert_snapshot!(samples::told(&mut Junit::new(Some(Severity::Error))));
        insta::assert_snapshot!("never", samples::told(&mut Junit::new(None)));
    }

    #[test]
    fn what_xml_forbids_is_shown() {
        let mut out = String::new();
        push(&mut out, "a\0\u{1b}\u{fffe}\u{ffff}]]>\"&'<\u{202e}\r\n\t\u{85}猫");
        assert_eq!(
            out,
            "a\\u{0}\\u{1b}\\u{fffe}\\u{ffff}]]&gt;&quot;&amp;'&lt;\\u{202e}\\u{d}\\u{a}\\u{9}\\u{85}猫"
        );
    }
}
