//! What spans several requests.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::Path;

use crate::check::Unique;
use crate::finding::Draft;
use crate::linter::Linter;
use crate::load::Loaded;
use crate::printable;
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
        self.linter.lint_loaded(&Loaded::from_bytes(json), name, Some(&mut self.ids))
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
        let loaded = self.linter.load(reader)?;
        Ok(self.linter.lint_loaded(&loaded, name, Some(&mut self.ids)))
    }

    /// Forgets the ids of the last request: it is checked again.
    #[cfg(feature = "cli")]
    pub(crate) fn take_back(&mut self) {
        for key in self.ids.last.drain(..) {
            self.ids.seen.remove(&key);
        }
    }

    /// Checks a request in a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no regular file.
    #[cfg(feature = "fs")]
    pub fn lint_path(&mut self, path: impl AsRef<Path>) -> Result<Report, crate::LintError> {
        let path = path.as_ref();
        let linter = self.linter.reading_files();
        let loaded = linter.load_path(path)?;
        Ok(linter.lint_loaded(&loaded, Some(path), Some(&mut self.ids)))
    }
}

/// Ids met so far, and where.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    seen: HashMap<(String, String), String>,
    /// Those that the last request brought.
    last: Vec<(String, String)>,
    requests: usize,
}

impl Ids {
    /// The findings for values that an earlier request carries.
    pub(crate) fn compare(&mut self, unique: Vec<Unique>, name: Option<&Path>) -> Vec<Draft> {
        self.requests += 1;
        self.last.clear();
        let this = match name {
            Some(name) => printable::escape(&name.to_string_lossy()),
            None => format!("request {}", self.requests),
        };
        let mut drafts = Vec::new();
        for Unique { value, draft } in unique {
            let key = draft.params.get("field").map(ToString::to_string).unwrap_or_default();
            match self.seen.entry((key, value)) {
                Entry::Occupied(first) => {
                    drafts.push(draft.with("first", first.get().clone()));
                }
                Entry::Vacant(free) => {
                    self.last.push(free.key().clone());
                    free.insert(this.clone());
                }
            }
        }
        drafts
    }
}
