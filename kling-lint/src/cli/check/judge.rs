//! What is judged, on any thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::inputs::{Lines, Unit};
use crate::cli::media;
use crate::error::LintError;
use crate::lines::LintedChunk;
use crate::load::Loaded;
use crate::session::Linted;
use crate::{Linter, MediaReport, OpenFile};

/// A unit that was judged.
#[derive(Debug)]
pub(super) enum Judged {
    Request {
        path: PathBuf,
        real: Option<PathBuf>,
        skips: bool,
        linted: Read,
    },
    /// A request that is to be repaired, when its turn comes: a file, or this text.
    Faulty {
        path: PathBuf,
        real: Option<PathBuf>,
        skips: bool,
        text: Option<OpenFile>,
    },
    Media {
        path: PathBuf,
        real: Option<PathBuf>,
        skips: bool,
        reason: String,
        report: Seen,
    },
    Begin {
        lines: Arc<Lines>,
        real: Option<PathBuf>,
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

/// Judges a unit. Files are known by their real paths when they may be met twice.
pub(super) fn judge(linter: &Linter, unit: Unit, may_repeat: bool, repairs: bool) -> Judged {
    let real = |path: &Path| if may_repeat { path.canonicalize().ok() } else { None };
    match unit {
        Unit::File { path, skips } => {
            let real = real(&path);
            if let Some(reason) = media::reason(&path) {
                let report = linter.judge_media_path(&path);
                return Judged::Media { path, real, skips, reason, report };
            }
            if repairs {
                return Judged::Faulty { path, real, skips, text: None };
            }
            let linted = linter.load_path(&path).map(|loaded| {
                let linted = linter.lint_apart(&loaded, Some(&path));
                (loaded, linted)
            });
            Judged::Request { path, real, skips, linted }
        }
        Unit::Read { name, loaded, skips } => {
            let linted = linter.lint_apart(&loaded, Some(&name));
            Judged::Request { path: name, real: None, skips, linted: Ok((loaded, linted)) }
        }
        Unit::Text { name, text, skips } => {
            Judged::Faulty { path: name, real: None, skips, text: Some(text) }
        }
        Unit::Begin(lines) => {
            let real = if lines.is_file { real(&lines.path) } else { None };
            Judged::Begin { lines, real }
        }
        Unit::Chunk(lines, chunk) => {
            let linted = linter.lint_chunk(chunk, Some(&lines.path));
            Judged::Chunk(lines, linted)
        }
        Unit::End(lines) => Judged::End(lines),
        Unit::Unreadable { path, error } => Judged::Unreadable { path, error },
    }
}
