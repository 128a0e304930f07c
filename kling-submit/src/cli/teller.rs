//! Tells what happens to one task, to people and to programs, as it happens.

use std::time::{Duration, Instant};

use kling_lint::printable::escape;

use super::ago;
use super::console::Console;
use super::ending::{Charged, Ending, Known};
use super::json;
use super::next::Commands;
use super::progress::{self, Bar};
use crate::clock::{Clock, Millis};
use crate::entry::{Entry, Intent, Route, Stored};
use crate::ledger::Usual;
use crate::machine::End;
use crate::notice::{Notice, Observer, Pause};

/// Where nobody watches a line is printed at least this often.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// Programs are told of moving bytes this often.
const BYTES: Duration = Duration::from_secs(1);

/// What all tasks of a run share.
#[derive(Clone, Copy)]
pub(crate) struct Telling<'t> {
    pub(crate) console: &'t Console,
    pub(crate) commands: &'t Commands,
    pub(crate) clock: &'t dyn Clock,
    /// Whether there are several tasks, so that lines must say whose they are.
    pub(crate) several: bool,
}

/// One task's.
pub(crate) struct Teller<'t> {
    telling: Telling<'t>,
    label: String,
    bar: Option<Bar>,
    usual: Option<Usual>,
    known: Known,
    /// When the task was taken, as far as this process knows.
    since: Instant,
    before: Duration,
    word: String,
    /// Why the last try brought nothing.
    why: String,
    missed: u32,
    line: Instant,
    bytes: Option<Instant>,
    printed: Vec<String>,
}

impl<'t> Teller<'t> {
    /// For a task of this request. `before`: how long it has been at work already.
    pub(crate) fn new(
        telling: Telling<'t>,
        request: &str,
        known: Known,
        usual: Option<Usual>,
        before: Duration,
    ) -> Self {
        let label =
            if telling.several { format!("{}: ", escape(request)) } else { String::new() };
        let mut bar = telling.console.bars().map(|bars| Bar::new(bars, request));
        if let Some(bar) = &mut bar {
            bar.began(before);
        }
        let now = Instant::now();
        Teller {
            telling,
            label,
            bar,
            usual,
            known,
            since: now,
            before,
            word: String::new(),
            why: String::new(),
            missed: 0,
            line: now,
            bytes: None,
            printed: Vec::new(),
        }
    }

    /// What is known of the task by now.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// It is over: for people and for programs.
    pub(crate) fn end(&mut self, task: &Intent, end: &End) -> Ending {
        if let End::Stored(stored) = end {
            for stored in stored {
                self.stored(stored);
            }
        }
        let ending = Ending::of(task, end, &self.known, self.telling.commands);
        if let (End::Accepted { task_id }, false) = (end, self.telling.console.is_json()) {
            self.telling.console.result(&escape(task_id));
        }
        // That it was accepted has been said in full, when it was.
        let said = matches!(end, End::Accepted { .. });
        self.ending(task, &ending, said);
        ending
    }

    /// It could not be worked on.
    pub(crate) fn failed(&mut self, task: &Intent, why: &str) -> Ending {
        let ending = Ending::failed(task, why, &self.known, self.telling.commands);
        self.ending(task, &ending, false);
        ending
    }

    /// Tells an ending that is known already.
    pub(crate) fn ending(&mut self, task: &Intent, ending: &Ending, said: bool) {
        self.bar = None;
        let Telling { console, clock, .. } = self.telling;
        if !said {
            console.line(&ending.text(&self.label));
        }
        console.event(&json::end(clock.now(), Some(task.id.as_str()), &task.request, ending));
    }

    fn so_far(&self) -> Duration {
        self.before + self.since.elapsed()
    }

    fn say(&mut self, text: &str) {
        self.line = Instant::now();
        self.telling.console.line(&format!("{}{text}", self.label));
    }

    /// What it is at: a bar where a person watches, else a line.
    fn at(&mut self, text: String) {
        match &self.bar {
            Some(bar) => bar.tell(text),
            None => self.say(&text),
        }
    }

    fn waiting(&mut self, span: Duration, pause: Pause) {
        let soon = ago::span(span);
        match pause {
            Pause::Throttled => {
                let text = format!("not taken, not paid: {}; next in {soon}", self.why);
                self.at(text);
            }
            Pause::NoConnection => {
                let text = format!("nothing was sent: {}; next in {soon}", self.why);
                self.at(text);
            }
            Pause::Fetch => self.at(format!("cannot be fetched yet; next in {soon}")),
            Pause::Look => self.at(format!("next look in {soon}")),
            Pause::Poll => self.poll(),
        }
    }

    /// Between two polls.
    fn poll(&mut self) {
        let phrase = progress::phrase(self.usual.as_ref(), self.so_far());
        let phrase = phrase.map(|it| format!("; {it}")).unwrap_or_default();
        let word = if self.word.is_empty() { "accepted" } else { &self.word };
        let missed = match self.missed {
            0 => String::new(),
            _ => format!("; no news: {}", self.why),
        };
        match &self.bar {
            Some(bar) => bar.tell(format!("{word}{phrase}{missed}")),
            None if self.line.elapsed() >= HEARTBEAT => {
                let text = format!("{word} for {}{phrase}{missed}", ago::span(self.so_far()));
                self.say(&text);
            }
            None => {}
        }
    }

    fn recorded(&mut self, task: &Intent, entry: &Entry, failure: Option<&str>) {
        match entry {
            Entry::Intent(_) | Entry::Reply(_) | Entry::Failed { .. } => {}
            Entry::Sending { attempt } => {
                self.known = Known { charged: Charged::Unknown, task_id: None };
                let anew = if *attempt > 1 { "sending once more" } else { "sending" };
                let host = escape(&task.base_url);
                let bytes = ago::grouped(task.content_length);
                self.at(format!("{anew} {bytes} bytes to {host}"));
            }
            Entry::NotSent { why } => {
                self.known = Known::nothing();
                self.why = escape(why);
            }
            Entry::Refused(refused) => {
                self.known = Known::nothing();
                self.why = escape(&refused.message);
            }
            Entry::Unknown { .. } => self.known = Known { charged: Charged::Unknown, task_id: None },
            Entry::Absent { .. } => self.known = Known::nothing(),
            Entry::Accepted { task_id, .. } => self.accepted(task, task_id, failure),
            Entry::Status { word } => {
                self.word = escape(word);
                match self.bar {
                    Some(_) => self.poll(),
                    None => {
                        let text = format!("{} after {}", self.word, ago::span(self.so_far()));
                        self.say(&text);
                    }
                }
            }
            Entry::Succeeded { assets } => {
                let files = ago::count(assets.len(), "file");
                self.at(format!("made after {}; saving {files}", ago::span(self.so_far())));
            }
            Entry::Stored(stored) => self.stored(stored),
            Entry::AssetGone { .. } => {}
            Entry::Looked { by, proven } => {
                let proves = if *proven { "it finds others, so this counts" } else { "proves nothing" };
                let text = format!("looked by {}: not there ({proves})", route(*by));
                self.say(&text);
            }
        }
        if let (Some(failure), false) = (failure, matches!(entry, Entry::Accepted { .. })) {
            let text = format!("the ledger could not take this in: {}", escape(failure));
            self.say(&text);
        }
    }

    /// The one thing that must not be lost.
    fn accepted(&mut self, task: &Intent, task_id: &str, failure: Option<&str>) {
        self.known = Known { charged: Charged::Yes, task_id: Some(task_id.to_owned()) };
        self.since = Instant::now();
        self.before = Duration::ZERO;
        self.missed = 0;
        if let Some(bar) = &mut self.bar {
            bar.began(Duration::ZERO);
        }
        let shown = escape(task_id);
        let follow = self.telling.commands.wait(task, Some(task_id));
        if let Some(failure) = failure {
            let (ours, server, path) = (&task.id, escape(&task.base_url), escape(&task.path));
            let text = format!(
                "\n*** KEEP THIS: the ledger could not take in the id of a paid task ***\n\
                 *** task id {shown} ({ours})\n\
                 *** at {server}{path}\n\
                 *** because {}\n",
                escape(failure)
            );
            self.say(&text);
        }
        let text = format!(
            "accepted: task {shown} ({}), paid\n  follow it with: {follow}",
            task.id
        );
        self.say(&text);
    }

    fn stored(&mut self, stored: &Stored) {
        if self.printed.contains(&stored.path) {
            return;
        }
        self.printed.push(stored.path.clone());
        self.telling.console.result(&escape(&stored.path));
        if !std::path::Path::new(&stored.path).exists() {
            let text = format!("note: {} is no longer there", escape(&stored.path));
            self.say(&text);
        }
    }

    /// Whether programs are told of these bytes too.
    fn bytes_are_due(&mut self, whole: bool) -> bool {
        let due = whole || self.bytes.is_none_or(|last| last.elapsed() >= BYTES);
        if due {
            self.bytes = Some(Instant::now());
        }
        due
    }
}

impl Observer for Teller<'_> {
    fn notice(&mut self, task: &Intent, notice: &Notice<'_>) {
        let told = match notice {
            Notice::Sent { bytes, total } => self.bytes_are_due(bytes == total),
            Notice::Fetched { bytes, total, .. } => self.bytes_are_due(Some(*bytes) == *total),
            _ => true,
        };
        // People first: the id of a paid task must be out before anything else can go wrong.
        match notice {
            Notice::Recorded { entry, failure, .. } => self.recorded(task, entry, *failure),
            Notice::Waiting { span, pause } => self.waiting(*span, *pause),
            Notice::Missed { why } => {
                self.missed = self.missed.saturating_add(1);
                self.why = escape(why);
                if self.missed == 1 && self.bar.is_none() {
                    let text = format!("no news: {}; the task goes on", self.why);
                    self.say(&text);
                }
            }
            Notice::Odd { what } => {
                let text = format!("note: {}", escape(what));
                self.say(&text);
            }
            Notice::Sent { bytes, total } => {
                if let Some(bar) = &self.bar {
                    bar.tell(progress::bytes("sending", *bytes, Some(*total)));
                }
            }
            Notice::Fetched { bytes, total, .. } => {
                if let Some(bar) = &self.bar {
                    bar.tell(progress::bytes("saving", *bytes, *total));
                }
            }
        }
        if told {
            let now: Millis = self.telling.clock.now();
            self.telling.console.event(&json::notice(now, task, notice));
        }
    }
}

fn route(route: Route) -> &'static str {
    match route {
        Route::Reply => "the answer",
        Route::ExternalId => "its own id",
        Route::List => "the server's list",
        Route::Account => "the account's list",
        Route::Callback => "the callback",
        Route::Hand => "hand",
        Route::Looks => "two looks",
    }
}
