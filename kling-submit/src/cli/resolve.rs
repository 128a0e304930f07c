//! `kling-submit resolve ID --task-id X | --absent`

use std::time::Duration;

use super::access::Offline;
use super::args::Resolve;
use super::ending::Known;
use super::exit::Status;
use super::next::Commands;
use super::teller::{Teller, Telling};
use super::{Done, Shell, failure, find};
use crate::driver::Driver;
use crate::fetch::Fetcher;

/// Records what a person found out.
pub(crate) fn run(options: &Resolve, shell: &Shell) -> Done {
    let task_id = options.task_id.as_deref().map(str::trim);
    if task_id.is_some_and(|it| it.is_empty() || it.chars().any(char::is_whitespace)) {
        return Err(failure("a server's id is one word"));
    }
    let Some(mut ledger) = shell.ledger_if_any()? else { return Ok(Status::Failed) };
    let task = find::one(&ledger, &options.id, shell)?;
    if let Some(task_id) = task_id {
        let same = ledger.find(task_id).map_err(failure)?;
        if let Some(other) = same.iter().find(|it| **it != task.intent.id) {
            return Err(failure(format!("{task_id} is the id of another task: {other}")));
        }
    }
    let commands = Commands::new(&shell.common, None);
    let telling = Telling {
        console: &shell.console,
        commands: &commands,
        clock: &*shell.clock,
        several: false,
    };
    let known = Known::of(&task.state);
    let mut teller =
        Teller::new(telling, &task.intent, known, None, Duration::ZERO).resuming(&task.state);
    let done = Driver {
        ledger: &mut ledger,
        transport: &Offline,
        clock: &*shell.clock,
        observer: &mut teller,
        fetcher: &Fetcher { out: ".".into(), loopback: false },
    }
    .resolve(&task.intent.id, task_id);
    let next = Known::of(&task.state).next(&task.intent, &commands);
    match done {
        Ok(end) => {
            teller.end(&end);
            // What the user asked for is done.
            Ok(Status::Ok)
        }
        Err(error) => Ok(teller.not_asked(&error.to_string(), Some(next)).status),
    }
}
