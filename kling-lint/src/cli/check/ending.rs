//! What a run came to, in its last words and its exit status.

use std::io::{self, Write};
use std::sync::Arc;

use super::order::Order;
use super::worker::locked;
use super::{Check, Run};
use crate::cli::fix::Repair;
use crate::cli::{Status, say};
use crate::config;
use crate::report::count;
use crate::session::REMEMBERED;

impl<W: Write> Run<'_, W> {
    /// Tells what it came to.
    pub(super) fn finish(mut self) -> io::Result<Status> {
        self.turn_to_err()?;
        let Check { quiet, verbose, show_files, .. } = *self.options;
        let order = Arc::clone(&self.order);
        let order = &mut *locked(&order);
        if show_files {
            let failed = order.totals.unreadable > 0;
            return Ok(if failed { Status::Failed } else { Status::Clean });
        }
        if let Some(repair) = &self.repair {
            repair.tell(self.err);
        }
        let status = self.status(order);
        order.totals.exit_status = status as u8;
        let totals = &order.totals;
        self.reports.tell(self.out, &mut |reporter, out| reporter.finish(out, totals))?;
        self.out.flush()?;
        self.reports.save()?;
        if self.reports.lack_summary() && !quiet {
            // When nobody listens, nothing is lost.
            let _ = self.err.write_all(totals.summary(verbose).as_bytes());
        }
        if order.session.forgets_ids() && !quiet {
            let ids = count(REMEMBERED, "id");
            say(self.err, &format!("later ids were compared with the first {ids} only"));
        }
        order.settings.afterword(verbose, quiet, self.err);
        Ok(status)
    }

    fn status(&mut self, order: &Order) -> Status {
        let Order { totals, worst, settings, .. } = order;
        if totals.unreadable > 0 || self.repair.as_ref().is_some_and(Repair::failed) {
            return Status::Failed;
        }
        if totals.checked + totals.media.files() == 0 {
            return self.nothing(order);
        }
        let fails = match self.repair.as_ref().filter(|repair| repair.is_diff()) {
            Some(repair) => repair.changes(),
            None => worst.is_some_and(|worst| settings.fail_on.value.fails(worst)),
        };
        if fails { Status::Findings } else { Status::Clean }
    }

    /// Nothing was checked. That is a mistake in the paths, unless files may be passed over.
    fn nothing(&mut self, order: &Order) -> Status {
        let Check { quiet, verbose, skip_unknown, .. } = *self.options;
        let Order { totals, excluded, .. } = order;
        let why = match (totals.skipped, *excluded) {
            (0, 0) => "the folder holds no JSON file".into(),
            (0, excluded) => {
                let (files, are) =
                    (count(excluded, "file"), if excluded == 1 { "is" } else { "are" });
                format!("{files} {are} passed over by {} (-v names them)", config::NAME)
            }
            _ => totals.skipped(verbose),
        };
        if !skip_unknown {
            say(self.err, &format!("no request found: {why}"));
            return Status::Failed;
        }
        // What a hook is given may hold no request.
        if !quiet {
            say(self.err, &format!("nothing to check: {why}"));
        }
        Status::Clean
    }
}
