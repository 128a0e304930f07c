//! `kling-submit ledger verify` and `kling-submit ledger export`

use std::io::{self, BufWriter, Write as _};

use kling_lint::printable::escape;

use super::args::LedgerAction;
use super::exit::Status;
use super::{Done, Shell, ago, failure, json};
use crate::clock::Clock as _;

/// Checks the ledger, or prints it.
pub(crate) fn run(action: LedgerAction, shell: &Shell) -> Done {
    let Some(ledger) = shell.ledger_if_any()? else { return Ok(Status::Ok) };
    match action {
        LedgerAction::Verify => {
            let verdict = ledger.verify().map_err(failure)?;
            let (tasks, events, faults) = (verdict.tasks, verdict.events, verdict.faults);
            shell.console.event(&json::verdict(shell.clock.now(), tasks, events, &faults));
            for fault in &faults {
                shell.console.result(&escape(fault));
            }
            let place = escape(&ledger.place().to_string_lossy());
            let read = format!("{}, {}", ago::count(tasks, "task"), ago::count(events, "event"));
            let found = match faults.len() {
                0 => "no fault".into(),
                faults => ago::count(faults, "fault"),
            };
            shell.console.line(&format!("{place}: {read}: {found}"));
            Ok(if faults.is_empty() { Status::Ok } else { Status::Failed })
        }
        LedgerAction::Export => {
            let done = shell.console.with_out(|out| {
                let mut out = BufWriter::new(out);
                ledger.export(&mut out).map_err(|error| (true, error.to_string()))?;
                out.flush()
                    .map_err(|error| (error.kind() != io::ErrorKind::BrokenPipe, error.to_string()))
            });
            match done {
                Err((true, error)) => Err(failure(error)),
                // When the reader has left, nothing is lost.
                Ok(()) | Err((false, _)) => Ok(Status::Ok),
            }
        }
    }
}
