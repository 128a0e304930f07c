//! `kling-submit REQUEST…`

use std::io::{self, BufRead as _, Write};
use std::sync::Arc;
use std::time::Duration;

use kling_lint::printable::escape;

use super::access::{Guarded, Keys, limits, named};
use super::args::Submit;
use super::batch::{self, Batch, Of};
use super::ending::Ending;
use super::exit::Status;
use super::next::Commands;
use super::plan::{self, Planned};
use super::{Done, Failure, Shell, ago, failure, json, signals};
use crate::clock::Clock as _;
use crate::fetch::Fetcher;
use crate::machine::watch::Plan;
use crate::transport::http::Http;
use kling_lint::printable::words;

/// Lints, shows, asks, sends.
pub(crate) fn run(options: &Submit, shell: &Shell) -> Done {
    // What fails as a whole fails before anything is sent: from then on each task has its own end.
    submit(options, shell).map_err(|failure| {
        // The ledger's own words are "Nothing is sent without a ledger".
        let said = failure.text.ends_with(NOTHING) || failure.text.contains("Nothing is sent");
        let text = if said { failure.text } else { format!("{}; {NOTHING}", failure.text) };
        Failure { text, ..failure }
    })
}

const NOTHING: &str = "nothing was sent";

fn submit(options: &Submit, shell: &Shell) -> Done {
    let base = named(&options.access)?;
    if options.dry_run {
        return match plan::read(options, base.as_str(), "", shell)? {
            Ok(planned) => dry_run(&planned, shell),
            Err(status) => Ok(status),
        };
    }
    // The key may come from a pipe that waits for its writer, so it is read after the requests; which
    // key it is goes into the plan then.
    let mut planned = match plan::read(options, base.as_str(), "", shell)? {
        Ok(planned) => planned,
        Err(status) => return Ok(status),
    };
    limit(options, planned.len())?;
    let Keys { key, token } = Keys::read(&options.access, &shell.console)?;
    let place = shell.place()?;
    let ledger = shell.ledger()?;
    if options.wait.is_some() {
        plan::writable(&options.out)?;
    }
    let now = shell.clock.now();
    for request in &mut planned {
        request.intent.key_fingerprint = key.fingerprint();
        if !options.again {
            request.compare(&ledger, now)?;
        }
    }
    drop(ledger);

    let commands = Commands::new(&shell.common, Some(&options.access))
        .reading(options.endpoint.as_deref(), options.root.as_deref());
    let console = &shell.console;
    let alone = planned.len() == 1;
    // Of one request that is not sent, its end says it all.
    if !(alone && planned.iter().all(|it| !it.before.is_empty())) {
        plan::show(&planned, console, now);
    }
    for request in &planned {
        console.event(&request.event(now));
    }
    let (planned, before): (Vec<_>, Vec<_>) =
        planned.into_iter().partition(|it| it.before.is_empty());
    let mut endings = Vec::new();
    for request in &before {
        let ending = Ending::sent_before(&request.before, &commands);
        if alone {
            console.line(&ending.styled(""));
        }
        console.event(&json::end(now, None, &request.intent.request, &ending));
        endings.push(ending);
    }
    if !planned.is_empty() {
        let shown = escape(base.as_str());
        console.line(&format!("to {shown}, key fingerprint {}", key.fingerprint()));
    }
    if !planned.is_empty() && !agreed(options, planned.len(), base.as_str(), shell)? {
        console.line(NOTHING);
        for request in &planned {
            let ending = Ending::not_begun(&request.intent, "it was not agreed to", &commands);
            console.event(&json::end(shell.clock.now(), None, &request.intent.request, &ending));
        }
        return Ok(Status::Refused);
    }

    signals::heed(shell, &commands)?;
    let reply = Duration::from_secs(options.reply_timeout);
    let loopback = base.is_loopback();
    let http = Arc::new(Http::new(base, key, token, limits(reply)));
    let transport = Guarded::new(http, shell);
    let plan = options.wait.map(|seconds| Plan {
        patience: seconds.map(Duration::from_secs),
        fetch: true,
        at_once: false,
    });
    let batch = Batch {
        planned: &planned,
        transport: &transport,
        fetcher: &Fetcher { out: options.out.clone(), loopback },
        place: &place,
        commands: &commands,
        console,
        plan: plan.as_ref(),
        again: options.again,
        concurrency: options.concurrency.into(),
    };
    endings.extend(batch.run());
    if !alone {
        console.line(&batch::summary(Of::Requests, &endings, &commands));
    }
    Ok(batch::worst(&endings, &shell.interrupt))
}

/// More requests than the user allows are more money than the user allows.
fn limit(options: &Submit, requests: usize) -> Result<(), Failure> {
    match options.max_tasks {
        Some(most) if requests > most => Err(failure(format!(
            "{} are more than `--max-tasks {most}`",
            ago::count(requests, "request")
        ))),
        _ => Ok(()),
    }
}

/// Whether the user wants to pay for this.
fn agreed(options: &Submit, tasks: usize, base_url: &str, shell: &Shell) -> Result<bool, Failure> {
    if options.yes {
        return Ok(true);
    }
    let tasks = ago::count(tasks, "paid task");
    let host = plan::host(base_url);
    if !shell.attended {
        return Err(failure(format!(
            "{tasks} would be sent to {host}: say `--yes` where nobody can be asked"
        )));
    }
    shell.console.ask(&format!("Send {tasks} to {host}? [y/N] "));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| failure(format!("no answer could be read: {}", words(&error))))?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    let answer = answer.trim();
    answer.eq_ignore_ascii_case("y") || answer.eq_ignore_ascii_case("yes")
}

/// Prints what would be sent.
fn dry_run(planned: &[Planned], shell: &Shell) -> Done {
    let console = &shell.console;
    let now = shell.clock.now();
    plan::show(planned, console, now);
    for request in planned {
        console.event(&request.event(now));
        let Planned { named, intent, .. } = request;
        let unread = |error: &dyn std::fmt::Display| failure(format!("{}: {error}", named.name()));
        let mut body = named.prepare().map_err(failure)?;
        if !console.is_json() {
            let shown = console.with_out(|out| {
                let mut out = Lines { out, ended: true };
                body.show(&mut out)?;
                out.finish()
            });
            match shown {
                // When the reader has left, nothing is lost.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                shown => shown.map_err(|error| unread(&error))?,
            }
        }
        console.line(&format!(
            "{}: POST {}{}\n  body sha256 {}",
            escape(&intent.request),
            escape(&intent.base_url),
            intent.path,
            intent.body_sha256
        ));
    }
    let ours = planned.iter().any(|it| it.intent.external_task_id.is_empty());
    let id = if ours { "; when it is, an id of ours goes in" } else { "" };
    console.line(&format!("{}; {NOTHING}{id}", ago::count(planned.len(), "request")));
    Ok(Status::Ok)
}

/// Ends the last line, if its writer did not.
struct Lines<'w> {
    out: &'w mut dyn Write,
    ended: bool,
}

impl Lines<'_> {
    fn finish(&mut self) -> io::Result<()> {
        if !self.ended {
            writeln!(self.out)?;
        }
        self.out.flush()
    }
}

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        if let Some(last) = written.checked_sub(1) {
            self.ended = bytes.get(last) == Some(&b'\n');
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_a_yes() {
        for answer in ["y\n", "Y", " yes \r\n", "YES\n"] {
            assert!(is_yes(answer), "{answer:?}");
        }
        for answer in ["", "\n", "n\n", "no\n", "yep\n", "1\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }
}
