//! One line a finding, for editors and `grep`: `path:line:col: error[KL2001 too-long] message`.

use std::io;
use std::path::Path;

use kling_schema::Severity;

use crate::report::{Checked, Reporter, Totals, shown};

/// One line a finding, and nothing else: the summary would be noise to a program.
#[derive(Debug)]
pub(crate) struct Concise {
    verbose: bool,
}

impl Concise {
    /// Infos are listed when verbose.
    pub(crate) fn new(verbose: bool) -> Self {
        Concise { verbose }
    }
}

impl Reporter for Concise {
    fn checked(&mut self, out: &mut dyn io::Write, input: &Checked<'_>) -> io::Result<()> {
        let path = shown(input.path);
        let mut text = String::new();
        for finding in input.findings {
            if finding.severity == Severity::Info && !self.verbose {
                continue;
            }
            text.push_str(&format!(
                "{path}:{}:{}: {}[{} {}] {}\n",
                finding.start.line,
                finding.start.column,
                finding.severity.word(),
                finding.rule.id,
                finding.rule.name,
                finding.message
            ));
        }
        out.write_all(text.as_bytes())
    }

    fn unreadable(&mut self, _: &mut dyn io::Write, _: &Path, _: &str) -> io::Result<()> {
        Ok(())
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
        insta::assert_snapshot!(samples::told(&mut Concise::new(false)));
        insta::assert_snapshot!("verbose", samples::told(&mut Concise::new(true)));
    }
}
