//! `kling-submit reconcile [ID…]`

use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::access::{Guarded, Keys, Servers};
use super::args::Reconcile;
use super::ending::Known;
use super::exit::Status;
use super::next::Commands;
use super::teller::{Teller, Telling};
use super::wait::other_key;
use super::{Done, Failure, Shell, batch, failure, find, signals};
use crate::driver::{DriveError, Driver};
use crate::fetch::Fetcher;
use crate::ledger::Filter;
use crate::machine::reconcile::Means;
use kling_lint::printable::words;

/// A longer callback is none.
const LONGEST_CALLBACK: u64 = 1 << 20;

/// Finds out about tasks whose outcome is unknown.
pub(crate) fn run(options: &Reconcile, shell: &Shell) -> Done {
    let callback = options.callback.as_deref();
    if options.access.key_stdin && callback.is_some_and(|it| it.as_os_str() == "-") {
        return Err(failure("standard input holds either the key or the callback, not both"));
    }
    let callback = callback.map(callback_body).transpose()?;
    let Some(mut ledger) = shell.ledger_if_any()? else { return Ok(Status::Ok) };
    let tasks = if options.ids.is_empty() {
        let filter = Filter { unknown: true, ..Filter::default() };
        ledger.tasks(&filter).map_err(failure)?
    } else {
        find::all(&ledger, &options.ids, shell)?
    };
    if tasks.is_empty() {
        shell.console.say("no task's outcome is unknown");
        return Ok(Status::Ok);
    }
    let keys = Keys::read(&options.access, &shell.console)?;
    let mut servers = Servers::new(keys, &options.access)?;
    let commands = Commands::new(&shell.common, Some(&options.access));
    signals::heed(shell, &commands)?;
    let telling = Telling {
        console: &shell.console,
        commands: &commands,
        clock: &*shell.clock,
        several: tasks.len() > 1,
    };
    let mut endings = Vec::new();
    for task in &tasks {
        let known = Known::of(&task.state);
        let mut teller =
            Teller::new(telling, &task.intent, known, None, Duration::ZERO).resuming(&task.state);
        let (http, loopback) = match servers.of(&task.intent) {
            Ok(server) => server,
            Err(why) => {
                endings.push(teller.not_asked(&why, Some(commands.reconcile(&task.intent))));
                continue;
            }
        };
        other_key(task, &servers, shell);
        let transport = Guarded::new(http, shell);
        let means =
            Means { account: servers.has_token(), callback: callback.clone(), ..Means::default() };
        let done = Driver {
            ledger: &mut ledger,
            transport: &transport,
            clock: &*shell.clock,
            observer: &mut teller,
            fetcher: &Fetcher { out: ".".into(), loopback },
        }
        .reconcile(&task.intent.id, means);
        endings.push(match done {
            Ok(end) => teller.end(&end),
            Err(error) => {
                let next = match error {
                    DriveError::Busy(_) => commands.open(),
                    _ => Known::of(&task.state).next(&task.intent, &commands),
                };
                teller.not_asked(&error.to_string(), Some(next))
            }
        });
        if shell.interrupt.asked() {
            break;
        }
    }
    if tasks.len() > 1 {
        shell.console.line(&batch::summary(batch::Of::Tasks, &endings, &commands));
    }
    Ok(batch::worst(&endings, &shell.interrupt))
}

/// Reads a callback's body.
fn callback_body(path: &Path) -> Result<String, Failure> {
    let shown = path.to_string_lossy();
    let read = if path.as_os_str() == "-" {
        text(io::stdin().lock())
    } else {
        // It may come from a pipe.
        std::fs::OpenOptions::new().read(true).open(path).and_then(text)
    };
    read.map_err(|error| failure(format!("{shown}: {}", words(&error))))
}

fn text(source: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(LONGEST_CALLBACK + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_CALLBACK {
        return Err(io::Error::other("longer than 1 MiB: this is no callback"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("this is no callback: it is no UTF-8"))
}
