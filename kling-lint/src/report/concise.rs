//! One line a finding, for editors and `grep`: `path:line:col: error[KL2001 too-long] message`.

use std::io;
use std::path::Path;

use kling_schema::Severity;

use crate::finding::Finding;
use crate::printable;
use crate::report::media::Verdict;
use crate::report::{Checked, LastPath, Lists, Media, Reporter, Totals, push_worded, shown};

/// One line a finding, and nothing else: the summary would be noise to a program.
#[derive(Debug)]
pub(crate) struct Concise {
    verbose: bool,
    path: LastPath,
    /// What is told of one input; kept for the next.
    text: String,
}

impl Concise {
    /// Infos are listed when verbose.
    pub(crate) fn new(verbose: bool) -> Self {
        Concise { verbose, path: LastPath::default(), text: String::new() }
    }

    fn told(verbose: bool, findings: &[Finding]) -> impl Iterator<Item = &Finding> {
        findings.iter().filter(move |finding| verbose || finding.severity > Severity::Info)
    }
}

/// Appends a line, or the rest of one.
fn push(text: &mut String, before: &str, finding: &Finding) {
    text.push_str(before);
    text.push(' ');
    push_worded(text, finding);
    text.push('\n');
}

impl Reporter for Concise {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        if input.findings.is_empty() {
            return Ok(());
        }
        let Concise { verbose, path, text } = self;
        let path = path.shown(input.path);
        text.clear();
        for finding in Concise::told(*verbose, input.findings) {
            text.push_str(path);
            for number in [finding.start.line, finding.start.column] {
                text.push(':');
                printable::push_number(text, number);
            }
            push(text, ":", finding);
        }
        out.write_all(text.as_bytes())
    }

    /// A line a finding, and one for each field that has none.
    fn media(&mut self, out: &mut dyn io::Write, input: &Media<'_>) -> io::Result<()> {
        let path = shown(input.path);
        let mut text = String::new();
        for finding in Concise::told(self.verbose, &input.report.about) {
            push(&mut text, &format!("{path}:"), finding);
        }
        for field in &input.report.fields {
            let name = format!("{path}: {}/{}:", field.endpoint, field.field);
            for finding in Concise::told(self.verbose, &field.findings) {
                push(&mut text, &name, finding);
            }
            if field.findings.iter().all(|finding| finding.severity == Severity::Info) {
                text.push_str(&format!("{name} {}\n", Verdict::of(field.worst()).word()));
            }
        }
        out.write_all(text.as_bytes())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, _: &mut dyn io::Write, _: &Totals) -> io::Result<()> {
        Ok(())
    }

    fn lists(&self) -> Lists {
        Lists::with_infos(self.verbose)
    }

    fn apart(&self) -> Option<Box<dyn Reporter + Send>> {
        Some(Box::new(Concise::new(self.verbose)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn snapshot() {
        insta::assert_snapshot!(samples::told(&mut Concise::new(false)));
        insta::assert_snapshot!("verbose", samples::told(&mut Concise::new(true)));
    }
}
