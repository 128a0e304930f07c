//! `kling-submit wait ID…` and `kling-submit fetch ID…`

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use kling_lint::printable::escape;

use super::access::{Guarded, Keys, Servers};
use super::args::{Access, Fetch, Wait};
use super::ending::{Ending, Known};
use super::exit::Status;
use super::next::Commands;
use super::teller::{Teller, Telling};
use super::{Done, Shell, batch, find, plan, signals};
use crate::driver::{DriveError, Driver};
use crate::entry::Entry;
use crate::fetch::Fetcher;
use crate::ledger::{Ledger, Task};
use crate::machine::State;
use crate::machine::watch::Plan;

/// Tasks that are followed at once; more take their turns.
const AT_ONCE: usize = 64;

/// Follows tasks until they end.
pub(crate) fn wait(options: &Wait, shell: &Shell) -> Done {
    let patience = options.timeout.map(Duration::from_secs);
    let plan = Plan { patience, fetch: true, at_once: true };
    follow(&options.ids, options.out.as_deref(), &options.access, &plan, shell)
}

/// Saves what there is.
pub(crate) fn fetch(options: &Fetch, shell: &Shell) -> Done {
    let plan = Plan { patience: Some(Duration::ZERO), fetch: true, at_once: true };
    follow(&options.ids, options.out.as_deref(), &options.access, &plan, shell)
}

fn follow(ids: &[String], out: Option<&Path>, access: &Access, plan: &Plan, shell: &Shell) -> Done {
    let place = shell.place()?;
    let Some(ledger) = shell.ledger_if_any()? else { return Ok(Status::Failed) };
    let tasks = find::all(&ledger, ids, shell)?;
    drop(ledger);
    let mut servers = Servers::new(Keys::read(access, &shell.console)?, access)?;
    plan::writable(out.unwrap_or(Path::new(".")))?;
    let commands = Commands::new(&shell.common, Some(access));
    signals::heed(shell, &commands)?;

    let several = tasks.len() > 1;
    let mut begun = Vec::new();
    for task in &tasks {
        begun.push(Followed::new(task, &mut servers, out, shell));
    }
    let next = Mutex::new(begun.iter().enumerate());
    let endings = Mutex::new(HashMap::new());
    let telling =
        Telling { console: &shell.console, commands: &commands, clock: &*shell.clock, several };
    thread::scope(|scope| {
        for _ in 0..begun.len().min(AT_ONCE) {
            scope.spawn(|| {
                let take = || next.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some((index, followed)) = take() {
                    let ending = followed.run(&place, plan, telling);
                    let mut endings = endings.lock().unwrap_or_else(PoisonError::into_inner);
                    endings.insert(index, ending);
                }
            });
        }
    });
    let mut endings: Vec<(usize, Ending)> =
        endings.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
    endings.sort_by_key(|(index, _)| *index);
    let endings: Vec<Ending> = endings.into_iter().map(|(_, ending)| ending).collect();
    if several {
        shell.console.line(&batch::summary(batch::Of::Tasks, &endings, &commands));
    }
    Ok(batch::worst(&endings, &shell.interrupt))
}

/// A task, and where it is asked for.
struct Followed<'f> {
    task: &'f Task,
    /// The server, or why it is not asked.
    server: Result<(Guarded, Fetcher), String>,
}

impl<'f> Followed<'f> {
    fn new(task: &'f Task, servers: &mut Servers, out: Option<&Path>, shell: &Shell) -> Self {
        let server = servers.of(&task.intent).map(|(http, loopback)| {
            let guarded = Guarded::new(http, shell);
            (guarded, Fetcher { out: out.unwrap_or(saved_in(task)).to_path_buf(), loopback })
        });
        other_key(task, servers, shell);
        Followed { task, server }
    }

    fn run(&self, place: &Path, plan: &Plan, telling: Telling<'_>) -> Ending {
        let Task { intent, state, .. } = self.task;
        let known = Known::of(state);
        let (transport, fetcher) = match &self.server {
            Ok(server) => server,
            Err(why) => {
                return Teller::new(telling, intent, known, None, Duration::ZERO)
                    .resuming(state)
                    .not_asked(why, Some(telling.commands.wait(intent, state.task_id())));
            }
        };
        let mut ledger = match Ledger::open(place) {
            Ok(ledger) => ledger,
            Err(error) => {
                let why = error.to_string();
                return Teller::new(telling, intent, known, None, Duration::ZERO)
                    .resuming(state)
                    .failed(&why);
            }
        };
        let usual = ledger.usual(intent).ok().flatten();
        let mut teller =
            Teller::new(telling, intent, known, usual, at_work(self.task, telling)).resuming(state);
        let done = Driver {
            ledger: &mut ledger,
            transport,
            clock: telling.clock,
            observer: &mut teller,
            fetcher,
        }
        .watch(&intent.id, plan);
        match done {
            Ok(end) => teller.end(&end),
            Err(error) => {
                let next = match error {
                    DriveError::Busy(_) => telling.commands.open(),
                    _ => Known::of(state).next(intent, telling.commands),
                };
                teller.not_asked(&error.to_string(), Some(next))
            }
        }
    }
}

/// Where files of the task were saved before; else the current folder.
fn saved_in(task: &Task) -> &Path {
    let stored = match &task.state {
        State::Succeeded { stored, .. } | State::Stored { stored, .. } => stored.first(),
        _ => None,
    };
    let folder = stored.and_then(|it| Path::new(&it.path).parent());
    folder.filter(|it| it.is_dir()).unwrap_or(Path::new("."))
}

/// How long ago the task was taken.
fn at_work(task: &Task, telling: Telling<'_>) -> Duration {
    let accepted = task.history.iter().find(|it| matches!(it.entry, Entry::Accepted { .. }));
    accepted.map(|it| telling.clock.now().since(it.at)).unwrap_or_default()
}

/// A task is known to the account that paid for it.
pub(crate) fn other_key(task: &Task, servers: &Servers, shell: &Shell) {
    let (theirs, ours) = (&task.intent.key_fingerprint, servers.key().fingerprint());
    if *theirs != ours {
        shell.console.say(&format!(
            "note: {} was sent with key {}…, this is {ours}…: is it the same account?",
            escape(task.intent.id.as_str()),
            escape(theirs)
        ));
    }
}
