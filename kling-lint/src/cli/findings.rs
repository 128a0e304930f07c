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
        Findings { command, human, totals: Totals::default() }
    }

    /// Findings about a request of this name.
    ///
    /// # Errors
    /// The writer's own.
    pub fn report(&mut self, out: &mut dyn Write, name: &Path, report: &Report) -> io::Result<()> {
        let input = Checked::new(name, report);
        self.totals.add(&input);
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
