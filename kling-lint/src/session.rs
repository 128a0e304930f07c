//! What spans several requests.

use std::io;
use std::path::Path;

use crate::linter::{Ids, Linter};
use crate::load::Loaded;
use crate::verdict::Report;

/// Checks requests one after another and remembers what must differ between them.
#[derive(Debug)]
pub struct Session {
    linter: Linter,
    ids: Ids,
}

impl Session {
    pub(crate) fn new(linter: Linter) -> Self {
        Session { linter, ids: Ids::default() }
    }

    /// Checks a request from memory; the name, if any, may tell its endpoint.
    pub fn lint_bytes(&mut self, json: &[u8], name: Option<&Path>) -> Report {
        self.linter.lint_loaded(Loaded::from_bytes(json), name, Some(&mut self.ids))
    }

    /// Checks a request read from a stream, in flat memory.
    ///
    /// # Errors
    /// The stream's own.
    pub fn lint_reader(
        &mut self,
        reader: impl io::Read,
        name: Option<&Path>,
    ) -> io::Result<Report> {
        Ok(self.linter.lint_loaded(Loaded::from_reader(reader)?, name, Some(&mut self.ids)))
    }

    /// Checks a request in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&mut self, path: impl AsRef<Path>) -> Result<Report, crate::LintError> {
        let path = path.as_ref();
        let file = crate::fs::open::open(path)?;
        self.lint_reader(file, Some(path)).map_err(|source| crate::LintError::io(path, source))
    }
}
