//! For GitHub Actions: one workflow command a finding, which the runner shows beside the line.
//!
//! `::error file=a.json,line=3,col=15,endLine=3,endColumn=15,title=KL1002 wrong-type::message`

use std::io;
use std::path::Path;

use kling_schema::Severity;

use crate::finding::Finding;
use crate::printable;
use crate::report::relative::Root;
use crate::report::{Checked, Lists, Media, Reporter, Totals, advised, not_shown};

/// What stands in the title when no rule does.
const TITLE: &str = "kling-lint";

/// Workflow commands.
#[derive(Debug)]
pub(crate) struct Github {
    root: Root,
    verbose: bool,
}

impl Github {
    /// Infos are told when verbose: the runner shows few annotations of a kind.
    pub(crate) fn new(root: Root, verbose: bool) -> Self {
        Github { root, verbose }
    }

    fn shows(&self, finding: &Finding) -> bool {
        self.verbose || finding.severity > Severity::Info
    }

    /// `file=a.json`, encoded.
    fn file(&mut self, path: &Path) -> String {
        let mut place = String::from("file=");
        push_property(&mut place, &printable::escape(&self.root.locate(path).name));
        place
    }
}

/// Appends the beginning of a command, up to its text: `severity` decides the name, `place` is encoded
/// already.
fn push_command(
    out: &mut String,
    severity: Severity,
    place: impl FnOnce(&mut String),
    title: &[&str],
) {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    for part in ["::", name, " "] {
        out.push_str(part);
    }
    place(out);
    out.push_str(",title=");
    title.iter().for_each(|part| push_property(out, part));
    out.push_str("::");
}

/// Appends a command that no rule stands behind.
fn push_told(out: &mut String, severity: Severity, file: &str, message: &str) {
    push_command(out, severity, |out| out.push_str(file), &[TITLE]);
    push_data(out, message);
    out.push('\n');
}

fn push_finding(out: &mut String, place: impl FnOnce(&mut String), finding: &Finding) {
    let title = [finding.rule.id, " ", finding.rule.name];
    push_command(out, finding.severity, place, &title);
    push_data(out, &advised(finding));
    out.push('\n');
}

/// Appends the place of a finding in a request. The runner drops columns unless both are on one line,
/// and counts the last one in.
fn push_place(out: &mut String, file: &str, finding: &Finding) {
    let (start, end) = (finding.start, finding.end);
    let last = end.column.saturating_sub(1).max(start.column);
    let in_line = start.line == end.line;
    out.push_str(file);
    for (name, number) in [
        (",line=", Some(start.line)),
        (",col=", in_line.then_some(start.column)),
        (",endLine=", Some(end.line)),
        (",endColumn=", in_line.then_some(last)),
    ] {
        if let Some(number) = number {
            out.push_str(name);
            printable::push_number(out, number);
        }
    }
}

/// Appends the text of a command, as the runner decodes it.
fn push_data(out: &mut String, text: &str) {
    push_encoded(out, text, |byte| matches!(byte, b'%' | b'\r' | b'\n'));
}

/// Appends a property of a command.
fn push_property(out: &mut String, text: &str) {
    push_encoded(out, text, |byte| matches!(byte, b'%' | b'\r' | b'\n' | b':' | b','));
}

/// Appends text with such bytes, which are ASCII, as their numbers.
fn push_encoded(out: &mut String, text: &str, is_special: impl Fn(u8) -> bool) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_special(byte) {
            out.push_str(&text[done..at]);
            out.push_str(&format!("%{byte:02X}"));
            done = at + 1;
        }
    }
    out.push_str(&text[done..]);
}

impl Reporter for Github {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        if input.is_clean() {
            return Ok(());
        }
        let file = self.file(input.path);
        let mut text = String::new();
        for finding in input.findings.iter().filter(|it| self.shows(it)) {
            push_finding(&mut text, |out| push_place(out, &file, finding), finding);
        }
        if input.hidden > 0 {
            push_told(&mut text, Severity::Warning, &file, &not_shown(input.hidden));
        }
        out.write_all(text.as_bytes())
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let file = self.file(input.path);
        let mut text = String::new();
        for (_, finding) in input.told().filter(|(_, finding)| self.shows(finding)) {
            push_finding(&mut text, |out| out.push_str(&file), finding);
        }
        out.write_all(text.as_bytes())
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let mut text = String::new();
        let message = format!("cannot be read: {reason}");
        push_told(&mut text, Severity::Error, &self.file(path), &message);
        out.write_all(text.as_bytes())
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }

    fn lists(&self) -> Lists {
        Lists::with_infos(self.verbose)
    }

    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        Some(Box::new(Github::new(self.root.clone(), self.verbose)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        let root = Root::default();
        insta::assert_snapshot!(samples::told(&mut Github::new(root.clone(), false)));
        insta::assert_snapshot!("verbose", samples::told(&mut Github::new(root, true)));
    }
}
