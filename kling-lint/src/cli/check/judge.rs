//! What is judged, on any thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::inputs::{Lines, Unit};
use crate::cli::media;
use crate::error::LintError;
use crate::fs::open::{FileId, Look};
use crate::lines::LintedChunk;
use crate::linter::Scratch;
use crate::load::Loaded;
use crate::session::Linted;
use crate::{Linter, MediaReport, OpenFile};

/// A unit that was judged.
#[derive(Debug)]
pub(super) enum Judged {
    Request {
        path: PathBuf,
        id: Option<FileId>,
        skips: bool,
        linted: Read,
    },
    /// A request that is to be repaired, when its turn comes: a file, or this text.
    Faulty {
        path: PathBuf,
        id: Option<FileId>,
        skips: bool,
        text: Option<OpenFile>,
    },
    Media {
        path: PathBuf,
        id: Option<FileId>,
        skips: bool,
        reason: String,
        report: Seen,
    },
    Begin {
        lines: Arc<Lines>,
        id: Option<FileId>,
        /// What can be repaired is; lines cannot.
        repairs: bool,
    },
    Chunk(Arc<Lines>, LintedChunk),
    End(Arc<Lines>),
    Unreadable {
        path: PathBuf,
        error: LintError,
    },
}

/// A request as it was read, and what is wrong with it.
type Read = Result<(Loaded<'static>, Linted), LintError>;
type Seen = Result<MediaReport, LintError>;

impl Judged {
    /// How many findings and lines are held in it.
    pub(super) fn held(&self) -> usize {
        match self {
            Judged::Request { linted: Ok((_, linted)), .. } => linted.report.findings().len(),
            Judged::Chunk(_, chunk) => chunk.held(),
            _ => 0,
        }
    }
}

/// Judges a unit, or a part of it; then the rest comes back too. Files are told apart when they may be
/// met twice.
pub(super) fn judge(
    linter: &Linter,
    scratch: &mut Scratch,
    unit: Unit,
    may_repeat: bool,
    repairs: bool,
) -> (Judged, Option<Unit>) {
    let id = |path: &Path, look: Option<&Look>| look.filter(|_| may_repeat)?.id(path);
    let judged = match unit {
        Unit::File { path, look, skips } => {
            let id = id(&path, look.as_ref());
            if let Some(reason) = media::reason(&path) {
                let report = match &look {
                    Some(look) => linter.judge_media_seen(&path, look),
                    None => linter.judge_media_path(&path),
                };
                return (Judged::Media { path, id, skips, reason, report }, None);
            }
            if repairs {
                return (Judged::Faulty { path, id, skips, text: None }, None);
            }
            let loaded = match &look {
                Some(look) => linter.load_seen(&path, look),
                None => linter.load_path(&path),
            };
            let linted = loaded.map(|loaded| {
                let linted = linter.lint_next(&loaded, Some(&path), scratch);
                (loaded, linted)
            });
            Judged::Request { path, id, skips, linted }
        }
        Unit::Read { name, loaded, skips } => {
            let linted = linter.lint_next(&loaded, Some(&name), scratch);
            Judged::Request { path: name, id: None, skips, linted: Ok((loaded, linted)) }
        }
        Unit::Text { name, text, skips } => {
            Judged::Faulty { path: name, id: None, skips, text: Some(text) }
        }
        Unit::Begin(lines) => {
            let id = id(&lines.path, lines.look.as_ref());
            Judged::Begin { lines, id, repairs }
        }
        Unit::Chunk(lines, chunk) if lines.given_up.load(Ordering::Relaxed) => {
            return (Judged::Chunk(lines, LintedChunk::unread(chunk)), None);
        }
        Unit::Chunk(lines, chunk) => {
            let (linted, rest) = linter.lint_chunk(chunk, Some(&lines.path), scratch);
            let rest = rest.map(|rest| Unit::Chunk(Arc::clone(&lines), rest));
            return (Judged::Chunk(lines, linted), rest);
        }
        Unit::End(lines) => Judged::End(lines),
        Unit::Unreadable { path, error } => Judged::Unreadable { path, error },
    };
    (judged, None)
}
