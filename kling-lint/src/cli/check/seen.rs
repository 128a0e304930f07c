//! The files that were met, so that none is told twice.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use foldhash::fast::RandomState;

use crate::fs::open::FileId;

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Told,
    PassedOver,
}

/// What became of the files that were met.
#[derive(Debug, Default)]
pub(super) struct Seen {
    files: HashMap<FileId, Files, RandomState>,
}

/// The files of one id. Two names of one file, as hard links are, are two requests: where the ids are
/// the same, the real paths decide.
#[derive(Debug)]
enum Files {
    /// The only one, by the path it was met under: nobody asked for its real one yet.
    One(PathBuf, Outcome),
    /// By their real paths.
    Several(HashMap<PathBuf, Outcome>),
}

impl Seen {
    /// What became of this file.
    pub(super) fn get(&self, path: &Path, id: &FileId) -> Option<Outcome> {
        match self.files.get(id)? {
            Files::One(met, outcome) if met == path => Some(*outcome),
            Files::One(met, outcome) => {
                let is_same = met.canonicalize().ok()? == path.canonicalize().ok()?;
                is_same.then_some(*outcome)
            }
            Files::Several(outcomes) => outcomes.get(&path.canonicalize().ok()?).copied(),
        }
    }

    /// Keeps what became of it.
    pub(super) fn insert(&mut self, path: &Path, id: FileId, outcome: Outcome) {
        let Some(files) = self.files.get_mut(&id) else {
            self.files.insert(id, Files::One(path.to_path_buf(), outcome));
            return;
        };
        if let Files::One(met, old) = files {
            let outcomes = met.canonicalize().ok().map(|met| (met, *old)).into_iter().collect();
            *files = Files::Several(outcomes);
        }
        if let (Files::Several(outcomes), Ok(real)) = (files, path.canonicalize()) {
            outcomes.insert(real, outcome);
        }
    }
}
