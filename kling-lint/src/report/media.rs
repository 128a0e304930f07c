//! What every format says of a media file.

use std::path::Path;

use kling_schema::Severity;

use crate::finding::Finding;
use crate::{FieldVerdict, MediaReport};

/// A media file that was judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Media<'r> {
    /// The file.
    pub(crate) path: &'r Path,
    pub(crate) report: &'r MediaReport,
}

impl<'r> Media<'r> {
    /// The findings that count: those on the file itself, and those of its best field.
    pub(crate) fn told(&self) -> impl Iterator<Item = (Option<&'r FieldVerdict>, &'r Finding)> {
        let best = self.report.best();
        let of_best = best.into_iter().flat_map(|field| &field.findings);
        let about = self.report.about.iter().map(|finding| (None, finding));
        about.chain(of_best.map(move |finding| (best, finding)))
    }
}

/// What becomes of a file that is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Taken,
    Doubtful,
    Refused,
}

impl Verdict {
    /// The verdict behind the worst finding.
    pub(crate) fn of(worst: Option<Severity>) -> Self {
        match worst {
            None | Some(Severity::Info) => Verdict::Taken,
            Some(Severity::Warning) => Verdict::Doubtful,
            Some(Severity::Error) => Verdict::Refused,
        }
    }

    /// For programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verdict::Taken => "taken",
            Verdict::Doubtful => "doubtful",
            Verdict::Refused => "refused",
        }
    }

    /// For people, completing "it".
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Verdict::Taken => "would be taken",
            Verdict::Doubtful => "may be refused",
            Verdict::Refused => "would be refused",
        }
    }
}
