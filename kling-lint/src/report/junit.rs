//! For CI that shows test results: one suite, one test case a file.
//!
//! A case fails when the exit status would: findings below `--fail-on` are what the test printed.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use kling_schema::Severity;

use crate::finding::Finding;
use crate::fs::spill::Spill;
use crate::printable;
use crate::report::{Checked, Media, Reporter, Totals, not_shown, shown};

/// The suite. Its counts stand before its cases, so the cases wait.
#[derive(Debug)]
pub(crate) struct Junit {
    /// The severity from which a case fails.
    fails_from: Option<Severity>,
    case: Option<Case>,
    cases: Spill,
    /// Room for a line.
    line: String,
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
    text: Spill,
    count: usize,
}

impl Lines {
    fn push(&mut self, line: &str) -> io::Result<()> {
        if self.count > 0 {
            self.text.write_all(b"\n")?;
        }
        self.count += 1;
        self.text.write_all(line.as_bytes())
    }
}

impl Junit {
    pub(crate) fn new(fails_from: Option<Severity>) -> Self {
        Junit {
            fails_from,
            case: None,
            cases: Spill::default(),
            line: String::new(),
            tests: 0,
            failures: 0,
            errors: 0,
        }
    }

    /// The case of this file.
    fn case(&mut self, path: &Path) -> io::Result<&mut Case> {
        if self.case.as_ref().is_some_and(|case| case.path != path) {
            self.close()?;
        }
        Ok(self.case.get_or_insert_with(|| Case { path: path.into(), ..Case::default() }))
    }

    /// Adds a finding to the case: `3:15: error[KL1002 wrong-type] message; help: write "5"`
    fn find(
        &mut self,
        path: &Path,
        finding: &Finding,
        push_place: impl FnOnce(&mut String),
    ) -> io::Result<()> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        push_place(&mut line);
        let Finding { rule, severity, message, .. } = finding;
        for part in [": ", severity.word(), "[", rule.id, " ", rule.name, "] "] {
            line.push_str(part);
        }
        push(&mut line, message);
        if let Some(help) = &finding.help {
            line.push_str("; help: ");
            push(&mut line, help);
        }
        let fails = self.fails_from.is_some_and(|from| *severity >= from);
        let case = self.case(path)?;
        if fails && case.worst.as_ref().is_none_or(|(worst, _)| severity > worst) {
            case.worst = Some((*severity, message.clone()));
        }
        let lines = if fails { &mut case.failing } else { &mut case.passing };
        lines.push(&line)?;
        self.line = line;
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(case) = self.case.take() else { return Ok(()) };
        self.tests += 1;
        self.failures += usize::from(case.worst.is_some());
        self.errors += usize::from(case.unreadable.is_some());
        case.write(&mut self.cases)
    }
}

impl Case {
    fn write(self, out: &mut Spill) -> io::Result<()> {
        let mut text = String::from("    <testcase classname=\"kling-lint\" name=\"");
        push(&mut text, &shown(&self.path));
        if self.worst.is_none() && self.unreadable.is_none() && self.passing.count == 0 {
            text.push_str("\"/>\n");
            return out.write_all(text.as_bytes());
        }
        text.push_str("\">\n");
        if let Some(reason) = &self.unreadable {
            text.push_str("      <error type=\"unreadable\" message=\"");
            push(&mut text, reason);
            text.push_str("\"/>\n");
        }
        if let Some((severity, message)) = &self.worst {
            text.push_str(&format!("      <failure type=\"{}\" message=\"", severity.word()));
            push(&mut text, message);
            let more = self.failing.count - 1;
            if more > 0 {
                text.push_str(&format!(" (and {more} more)"));
            }
            text.push_str("\">");
            out.write_all(text.as_bytes())?;
            self.failing.text.pour(out)?;
            text = String::from("</failure>\n");
        }
        if self.passing.count > 0 {
            text.push_str("      <system-out>");
            out.write_all(text.as_bytes())?;
            self.passing.text.pour(out)?;
            text = String::from("</system-out>\n");
        }
        text.push_str("    </testcase>\n");
        out.write_all(text.as_bytes())
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
        self.case(input.path)?;
        for finding in input.findings {
            self.find(input.path, finding, |out| {
                printable::push_number(out, finding.start.line);
                out.push(':');
                printable::push_number(out, finding.start.column);
            })?;
        }
        if input.hidden > 0 {
            let mut line = String::new();
            push(&mut line, &not_shown(input.hidden));
            self.case(input.path)?.passing.push(&line)?;
        }
        Ok(())
    }

    fn media(&mut self, _: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        self.case(input.path)?;
        for (field, finding) in input.told() {
            self.find(input.path, finding, |out| match field {
                Some(field) => push(out, &format!("{}/{}", field.endpoint, field.field)),
                None => out.push_str("the file"),
            })?;
        }
        Ok(())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        self.case(path)?.unreadable = Some(reason.into());
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        self.close()?;
        let Junit { tests, failures, errors, .. } = self;
        let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"");
        let opening = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <testsuites name=\"kling-lint\" {counts}>\n  <testsuite name=\"kling-lint\" {counts}>\n"
        );
        out.write_all(opening.as_bytes())?;
        std::mem::take(&mut self.cases).pour(out)?;
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
