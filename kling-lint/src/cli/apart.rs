//! Requests told on the thread that checked them, apart from the reports they go to.

use std::io;
use std::path::PathBuf;

use crate::Report;
use crate::report::{Checked, Reporter};

/// Checked requests, all in one file.
#[derive(Debug)]
pub(super) struct Requests {
    pub(super) path: PathBuf,
    /// With their lines, if the file holds a request a line.
    pub(super) reports: Vec<(Option<u64>, Report)>,
}

impl Requests {
    /// As formats are told of them.
    pub(super) fn inputs(&self) -> impl Iterator<Item = Checked<'_>> {
        let input = |(line, report)| Checked { line, ..Checked::new(&self.path, report) };
        self.reports.iter().map(move |(line, report)| input((*line, report)))
    }
}

/// What the reports are to say of requests.
#[derive(Debug)]
pub(super) struct Told {
    /// Where they are told by somebody else, there are none here.
    pub(super) requests: Requests,
    /// For each report its text, if that can be told apart.
    pub(super) texts: Vec<Option<io::Result<Vec<u8>>>>,
    /// Whether anything was found.
    pub(super) found: bool,
}

/// Tells requests for each report that can be told apart.
pub(super) struct Tellers(pub(super) Vec<Option<Box<dyn Reporter + Send>>>);

impl Tellers {
    /// Tells these; they are kept only for reports that cannot be told apart.
    pub(super) fn tell(&mut self, mut requests: Requests) -> Told {
        let found = requests.reports.iter().any(|(_, report)| !report.findings().is_empty());
        let tell = |teller: &mut Option<Box<dyn Reporter + Send>>| {
            let teller = teller.as_mut()?;
            let mut text = Vec::new();
            let done = requests.inputs().try_for_each(|input| teller.checked(&mut text, &input));
            Some(done.map(|()| text))
        };
        let texts: Vec<_> = self.0.iter_mut().map(tell).collect();
        if texts.iter().all(Option::is_some) {
            requests.reports = Vec::new();
        }
        Told { requests, texts, found }
    }
}
