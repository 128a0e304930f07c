//! For GitHub Actions: one workflow command a finding, which the runner shows beside the line.
//!
//! `::error file=a.json,line=3,col=15,endLine=3,endColumn=15,title=KL1002 wrong-type::message`

use std::io;
use std::path::Path;

use kling_schema::Severity;

use crate::finding::Finding;
use crate::printable;
use crate::report::relative::Root;
use crate::report::{Checked, Media, Reporter, Totals, advised, not_shown};

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

    fn file(&self, path: &Path) -> String {
        property(&printable::escape(&self.root.locate(path).name()))
    }
}

/// One command: `severity` decides the name, `place` is encoded already.
fn command(severity: Severity, place: &str, title: &str, message: &str) -> String {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    format!("::{name} {place},title={}::{}\n", property(title), data(message))
}

fn told(place: &str, finding: &Finding) -> String {
    let title = format!("{} {}", finding.rule.id, finding.rule.name);
    command(finding.severity, place, &title, &advised(finding))
}

/// The place of a finding in a request. The runner drops columns unless both are on one line, and
/// counts the last one in.
fn place(file: &str, finding: &Finding) -> String {
    let (start, end) = (finding.start, finding.end);
    if start.line != end.line {
        return format!("file={file},line={},endLine={}", start.line, end.line);
    }
    let last = end.column.saturating_sub(1).max(start.column);
    format!(
        "file={file},line={},col={},endLine={},endColumn={last}",
        start.line, start.column, end.line
    )
}

/// The text of a command, as the runner decodes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

impl Reporter for Github {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let file = self.file(input.path);
        let mut text = String::new();
        for finding in input.findings.iter().filter(|it| self.shows(it)) {
            text.push_str(&told(&place(&file, finding), finding));
        }
        if input.hidden > 0 {
            let message = not_shown(input.hidden);
            text.push_str(&command(Severity::Warning, &format!("file={file}"), TITLE, &message));
        }
        out.write_all(text.as_bytes())
    }

    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let place = format!("file={}", self.file(input.path));
        let mut text = String::new();
        for (_, finding) in input.told().filter(|(_, finding)| self.shows(finding)) {
            text.push_str(&told(&place, finding));
        }
        out.write_all(text.as_bytes())
    }

    fn unreadable(&mut self, out: &mut dyn io::Write, path: &Path, reason: &str) -> io::Result<()> {
        let place = format!("file={}", self.file(path));
        let message = format!("cannot be read: {reason}");
        out.write_all(command(Severity::Error, &place, TITLE, &message).as_bytes())
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
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
