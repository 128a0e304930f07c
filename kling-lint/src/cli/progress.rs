//! How far a long run has come.

use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::{grouped, shown};

/// Nothing is shown of a run, or of a silence, that is shorter.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line changes.
const PACE: Duration = Duration::from_millis(100);

/// A line on standard error, when a person looks at it. It goes when anything else is printed, and
/// comes back when nothing was for a while.
#[derive(Debug)]
pub(super) struct Progress {
    /// Whether anyone looks.
    seen: bool,
    /// Whether they see the result too.
    shared: bool,
    since: Instant,
    bar: Option<ProgressBar>,
    files: usize,
}

impl Progress {
    /// For whom: whether standard error and standard output are terminals.
    pub(super) fn new(stderr: bool, stdout: bool) -> Self {
        Progress { seen: stderr, shared: stdout, since: Instant::now(), bar: None, files: 0 }
    }

    /// One more file is done.
    pub(super) fn file(&mut self) {
        self.files += 1;
        let files = self.files;
        self.show(|| format!("checked {} files", grouped(files)));
    }

    /// So many lines of a file are done, and so many bytes of its length, if that is known.
    pub(super) fn lines(&mut self, path: &Path, lines: u64, bytes: u64, len: Option<u64>) {
        self.show(|| {
            let lines = grouped(usize::try_from(lines).unwrap_or(usize::MAX));
            let path = shown(path);
            match len.filter(|len| *len > 0) {
                Some(len) => {
                    let percent = (bytes.min(len) as f64 / len as f64 * 100.0) as u64;
                    format!("{path}: checked {lines} lines, {percent} %")
                }
                None => format!("{path}: checked {lines} lines"),
            }
        });
    }

    fn show(&mut self, text: impl FnOnce() -> String) {
        if !self.seen {
            return;
        }
        let wait = if self.bar.is_some() { PACE } else { PATIENCE };
        if self.since.elapsed() < wait {
            return;
        }
        self.since = Instant::now();
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            // The template is ours.
            bar.set_style(ProgressStyle::default_spinner());
            bar
        });
        bar.set_message(text());
        bar.tick();
    }

    /// Something is to be printed on standard error.
    pub(super) fn hide(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.since = Instant::now();
    }

    /// Something is to be printed on standard output.
    pub(super) fn make_way(&mut self) {
        if self.shared {
            self.hide();
        }
    }
}
