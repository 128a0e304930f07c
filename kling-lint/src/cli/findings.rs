//! What the linter says of requests that are to be packed or sent.

use std::io::{self, Read, Seek as _, Write};
use std::path::Path;

use kling_schema::Severity;

use crate::cli::check::WIDTH;
use crate::load::LONGEST;
use crate::report::{Checked, Human, Reporter as _, Totals};
use crate::{OpenFile, Refused, Report};

/// Standard input up to this length is kept in memory, else in a file that has no name.
const IN_MEMORY: usize = 1 << 20;

/// Prints what the linter says of one request after another, as `kling-lint pack` does.
#[derive(Debug)]
pub struct Findings {
    command: &'static str,
    human: Human,
    totals: Totals,
}

impl Findings {
    /// For the reader of standard error. The command's name stands before its own words; a quiet one
    /// says nothing but findings.
    pub fn new(command: &'static str, quiet: bool) -> Self {
        let width = terminal_size::terminal_size_of(io::stderr());
        let human = Human::new(width.map_or(WIDTH, |(width, _)| width.0.into()), false, quiet);
        let totals = Totals { in_lines: true, ..Totals::default() };
        Findings { command, human, totals }
    }

    /// Findings about a request of this name.
    ///
    /// # Errors
    /// The writer's own.
    pub fn report(&mut self, out: &mut dyn Write, name: &Path, report: &Report) -> io::Result<()> {
        let input = Checked::new(name, report);
        self.totals.add(&input);
        // There is no option that shows them.
        self.totals.infos = 0;
        self.human.checked(out, &input)
    }

    /// Why a request of this name is refused: findings, and files that cannot be inlined.
    ///
    /// # Errors
    /// The writer's own.
    pub fn refused(
        &mut self,
        out: &mut dyn Write,
        name: &Path,
        refused: &Refused,
    ) -> io::Result<()> {
        let Refused { report, obstacles, .. } = refused;
        self.report(out, name, report)?;
        for obstacle in obstacles {
            // An error at the same place has said it.
            let said = report
                .findings()
                .iter()
                .any(|it| it.severity == Severity::Error && it.pointer == obstacle.pointer);
            if !said {
                writeln!(out, "{}: {obstacle}", self.command)?;
            }
        }
        Ok(())
    }

    /// The closing lines: what it came to, and where there is more to read. Nothing of requests without
    /// an error or a warning.
    ///
    /// # Errors
    /// The writer's own.
    pub fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.totals.errors + self.totals.warnings == 0 {
            return Ok(());
        }
        self.human.finish(out, &self.totals)
    }
}

/// Keeps what can be read only once, up to the length of the longest request.
///
/// # Errors
/// It cannot be read, or not be kept, or is longer than any request.
pub fn spool(reader: impl Read) -> io::Result<OpenFile> {
    let mut spool = tempfile::spooled_tempfile(IN_MEMORY);
    let len = io::copy(&mut reader.take(LONGEST + 1), &mut spool)?;
    if len > LONGEST {
        return Err(io::Error::other("longer than any request"));
    }
    spool.rewind()?;
    Ok(OpenFile::with_len(spool, len))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{Linter, MemoryFiles, PackError, Parcel};

    fn told(request: &str, quiet: bool) -> String {
        let linter = Linter::builder().endpoint("image2video").files(MemoryFiles::new()).build();
        let request = OpenFile::new(Cursor::new(request.to_owned())).expect("memory");
        let parcel = Parcel::prepare(&linter.expect("a linter"), request, None, Severity::Error);
        let (mut findings, name) = (Findings::new("kling-other", quiet), Path::new("a.json"));
        let mut out = Vec::new();
        match &parcel {
            Ok(parcel) => findings.report(&mut out, name, parcel.report()),
            Err(PackError::Refused(refused)) => findings.refused(&mut out, name, refused),
            Err(error) => panic!("{error}"),
        }
        .and_then(|()| findings.finish(&mut out))
        .expect("memory");
        anstream::adapter::strip_str(std::str::from_utf8(&out).expect("UTF-8")).to_string()
    }

    #[test]
    fn requests_are_counted_not_files() {
        let linter = Linter::builder().endpoint("omni-video").build().expect("a linter");
        let mut findings = Findings::new("kling-other", false);
        let mut out = Vec::new();
        for request in ["{\"prompt\": 7}", "{\"prompt\": \"x\", \"duration\": \"5\"}"] {
            let report = linter.lint_str(request);
            assert!(report.count(Severity::Info) > 0 || !report.is_acceptable());
            findings.report(&mut out, Path::new("a.jsonl"), &report).expect("memory");
        }
        findings.finish(&mut out).expect("memory");
        let out =
            anstream::adapter::strip_str(std::str::from_utf8(&out).expect("UTF-8")).to_string();
        assert!(out.contains("\n1 error in 1 of 2 requests\n`kling-lint explain"), "{out}");
    }

    #[test]
    fn sound_requests_are_passed_over() {
        assert_eq!(told("{\"image\": \"https://cdn.kling.ai/a.png\"}", false), "");
    }

    #[test]
    fn findings_come_with_what_they_came_to() {
        let told = told("{\"image\": \"https://cdn.kling.ai/a.png\", \"duration\": 5}", false);
        assert!(told.contains("--> a.json:1:"), "{told}");
        assert!(told.contains("\n1 error\n"), "{told}");
        assert!(told.contains("`kling-lint explain KL"), "{told}");
    }

    #[test]
    fn a_file_that_is_gone_is_said_once() {
        let loud = told("{\"image\": \"gone.png\"}", false);
        assert_eq!(loud.matches("gone.png").count(), 2, "in the message and in the line: {loud}");
        assert!(!told("{\"image\": \"gone.png\"}", true).contains("explain"));
    }
}
