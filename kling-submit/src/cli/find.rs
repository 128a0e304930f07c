//! Tasks by any id: ours or its beginning, the server's, the request's own.

use kling_lint::printable::{escape, shorten};

use super::{Failure, Shell, ago, failure};
use crate::clock::Clock as _;
use crate::id::Id;
use crate::ledger::{Ledger, Task};

/// Candidates that are listed.
const LISTED: usize = 10;

/// The one task that this is an id of.
pub(crate) fn one(ledger: &Ledger, any: &str, shell: &Shell) -> Result<Task, Failure> {
    let ids = ledger.find(any).map_err(failure)?;
    let shown = shorten(any);
    match ids.as_slice() {
        [] => {
            let place = escape(&ledger.place().to_string_lossy());
            Err(failure(format!(
                "no task has the id {shown}: looked in {place} for ours, the server's and the \
                 requests' own"
            )))
        }
        [id] => task(ledger, id),
        several => {
            let mut text = format!("{shown} is an id of {}:", ago::count(several.len(), "task"));
            for id in several.iter().take(LISTED) {
                text.push_str(&format!("\n  {}", candidate(&task(ledger, id)?, shell)));
            }
            if several.len() > LISTED {
                text.push_str(&format!("\n  and {} more", several.len() - LISTED));
            }
            text.push_str("\nName one of them by its first id.");
            Err(Failure { text, ..failure("") })
        }
    }
}

/// All of these, each once.
pub(crate) fn all(ledger: &Ledger, ids: &[String], shell: &Shell) -> Result<Vec<Task>, Failure> {
    let mut tasks: Vec<Task> = Vec::new();
    for any in ids {
        let task = one(ledger, any, shell)?;
        if tasks.iter().all(|it| it.intent.id != task.intent.id) {
            tasks.push(task);
        }
    }
    Ok(tasks)
}

/// The task of an id of ours that the ledger itself gave.
pub(crate) fn task(ledger: &Ledger, id: &Id) -> Result<Task, Failure> {
    let task = ledger.task(id).map_err(failure)?;
    task.ok_or_else(|| failure(format!("the ledger has no task {id}")))
}

fn candidate(task: &Task, shell: &Shell) -> String {
    let age = ago::span(shell.clock.now().since(task.at));
    let (intent, state) = (&task.intent, task.state.word());
    let request = escape(&intent.request);
    format!("{}  {state}, {age} ago, {request}", escape(intent.id.as_str()))
}
