//! Tells what happens to one task, to people and to programs, as it happens.

use std::time::Duration;

use kling_lint::printable::{escape, grouped, paragraph, quoted};

use super::ago;
use super::console::Console;
use super::ending::{Charged, Ending, Known};
use super::json;
use super::next::Commands;
use super::progress::{self, Bar};
use crate::clock::{Clock, Millis};
use crate::entry::{Entry, Intent, Route, Stored};
use crate::ledger::Usual;
use crate::machine::{End, State};
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
    /// As it is recorded; before that, as it is planned.
    task: Intent,
    /// Called when the task is taken: the next one may be sent.
    taken: Option<Box<dyn FnOnce() + Send + 't>>,
    label: String,
    bar: Option<Bar>,
    usual: Option<Usual>,
    known: Known,
    /// Whether the ledger has the task.
    recorded: bool,
    /// When the task was taken, as far as this process knows.
    since: Duration,
    before: Duration,
    word: String,
    /// Why the last try brought nothing.
    why: String,
    missed: u32,
    /// Whether a query brought nothing since the last wait.
    missing: bool,
    /// Whether a fresh URL was told of.
    renewed: bool,
    line: Duration,
    bytes: Option<Duration>,
    printed: Vec<String>,
}

impl<'t> Teller<'t> {
    /// For a task. `before`: how long it has been at work already.
    pub(crate) fn new(
        telling: Telling<'t>,
        task: &Intent,
        known: Known,
        usual: Option<Usual>,
        before: Duration,
    ) -> Self {
        let request = &task.request;
        let label = if telling.several { format!("{}: ", escape(request)) } else { String::new() };
        let mut bar = telling.console.bars().map(|bars| Bar::new(bars, request));
        if let Some(bar) = &mut bar {
            bar.began(before);
        }
        let now = telling.clock.elapsed();
        Teller {
            telling,
            task: task.clone(),
            taken: None,
            label,
            bar,
            usual,
            recorded: false,
            known,
            since: now,
            before,
            word: String::new(),
            why: String::new(),
            missed: 0,
            missing: false,
            renewed: false,
            line: now,
            bytes: None,
            printed: Vec::new(),
        }
    }

    /// For a task that the ledger has, and that stands here.
    pub(crate) fn resuming(mut self, state: &State) -> Self {
        self.recorded = true;
        self.known.made |=
            matches!(state, State::Succeeded { .. } | State::Stored { .. } | State::Gone { .. });
        self
    }

    /// Calls this when the task is taken.
    pub(crate) fn when_taken(mut self, taken: impl FnOnce() + Send + 't) -> Self {
        self.taken = Some(Box::new(taken));
        self
    }

    /// It is over: for people and for programs.
    pub(crate) fn end(&mut self, end: &End) -> Ending {
        if let End::Stored(stored) = end {
            for stored in stored {
                self.stored(stored);
            }
        }
        let ending = Ending::of(&self.task, end, &self.known, self.telling.commands);
        match end {
            // The rest was said when it was accepted.
            End::Accepted { task_id } => {
                self.telling.console.result(&escape(task_id));
                self.told(&ending);
            }
            _ => self.ending(&ending),
        }
        ending
    }

    /// It could not be worked on.
    pub(crate) fn failed(&mut self, why: &str) -> Ending {
        let ending = Ending::failed(&self.task, why, &self.known, self.telling.commands);
        self.ending(&ending);
        ending
    }

    /// It was not worked on: nothing changed by it.
    pub(crate) fn not_asked(&mut self, why: &str, next: Option<String>) -> Ending {
        let ending = Ending::not_asked(why, &self.known, next);
        self.ending(&ending);
        ending
    }

    /// Tells an ending that is known already.
    pub(crate) fn ending(&mut self, ending: &Ending) {
        self.bar = None;
        self.telling.console.line(&ending.styled(&self.label));
        self.told(ending);
    }

    /// For programs.
    fn told(&mut self, ending: &Ending) {
        self.bar = None;
        let Telling { console, clock, .. } = self.telling;
        // What was only planned has no place in the ledger.
        let id = self.recorded.then_some(self.task.id.as_str());
        console.event(&json::end(clock.now(), id, &self.task.request, ending));
    }

    fn elapsed(&self) -> Duration {
        self.telling.clock.elapsed()
    }

    fn so_far(&self) -> Duration {
        self.before + self.elapsed().saturating_sub(self.since)
    }

    fn say(&mut self, text: &str) {
        self.line = self.elapsed();
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
                let text = format!("not taken, not paid: {}; next try in {soon}", self.why);
                self.at(text);
            }
            Pause::NoConnection => {
                let text = format!("nothing was sent: {}; next try in {soon}", self.why);
                self.at(text);
            }
            Pause::Fetch => self.at(format!("not saved yet; next try in {soon}")),
            Pause::Look => self.at(format!("next look in {soon}")),
            Pause::Poll => self.poll(),
        }
    }

    /// Between two polls.
    fn poll(&mut self) {
        if !std::mem::take(&mut self.missing) {
            self.missed = 0;
        }
        let due = self.elapsed().saturating_sub(self.line) >= HEARTBEAT;
        let text = if self.known.made {
            format!("made; not saved yet: {}", self.why)
        } else {
            let word = if self.word.is_empty() { "accepted" } else { &self.word };
            let span = match self.bar {
                Some(_) => String::new(), // It has a clock of its own.
                None => format!(" for {}", ago::span(self.so_far())),
            };
            let phrase = progress::phrase(self.usual.as_ref(), self.so_far());
            let phrase = phrase.map(|it| format!("; {it}")).unwrap_or_default();
            let missed = match self.missed {
                0 => String::new(),
                _ => format!("; no news: {}", self.why),
            };
            format!("{word}{span}{phrase}{missed}")
        };
        match &self.bar {
            Some(bar) => bar.tell(text),
            None if due => self.say(&text),
            None => {}
        }
    }

    fn happened(&mut self, entry: &Entry, failure: Option<&str>) {
        match entry {
            Entry::Intent(_) | Entry::Reply(_) | Entry::Failed { .. } => {}
            Entry::Sending { attempt } => {
                self.known = Known::unclear();
                let attempt = match attempt {
                    1 => String::new(),
                    attempt => format!(", attempt {attempt}"),
                };
                let host = escape(&self.task.base_url);
                let bytes = grouped(self.task.content_length);
                self.at(format!("sending {bytes} bytes to {host}{attempt}"));
            }
            Entry::NotSent { why } => {
                self.known = Known::nothing();
                self.why = escape(why);
            }
            Entry::Refused(refused) => {
                self.known = Known::nothing();
                self.why = paragraph(&refused.message);
            }
            Entry::Unknown { .. } => self.known = Known::unclear(),
            Entry::Absent { .. } => self.known = Known::nothing(),
            Entry::Accepted { task_id, .. } => self.accepted(task_id, failure),
            Entry::Status { word } => {
                self.word = state(word);
                match self.bar {
                    Some(_) => self.poll(),
                    None => {
                        let text = format!("{} after {}", self.word, ago::span(self.so_far()));
                        self.say(&text);
                    }
                }
            }
            Entry::Succeeded { .. } if self.known.made => {
                if self.bar.is_some() || !std::mem::replace(&mut self.renewed, true) {
                    self.at("fetching from a fresh URL".into());
                }
            }
            Entry::Succeeded { assets } => {
                self.known.made = true;
                let files = ago::count(assets.len(), "file");
                self.at(format!("made after {}; saving {files}", ago::span(self.so_far())));
            }
            Entry::Stored(stored) => self.stored(stored),
            Entry::AssetGone { .. } => {}
            Entry::Looked { by, proven } => {
                let proves =
                    if *proven { "it finds others, so this counts" } else { "proves nothing" };
                let text = format!("looked by {}: not there ({proves})", route(*by));
                self.say(&text);
            }
        }
        if let (Some(failure), false) = (failure, matches!(entry, Entry::Accepted { .. })) {
            let text = format!("the ledger could not take this in: {}", escape(failure));
            self.say(&text);
        }
    }

    /// The one thing that must not be lost. Told again, with the failure, when it could not be
    /// recorded.
    fn accepted(&mut self, task_id: &str, failure: Option<&str>) {
        let shown = escape(task_id);
        let ours = escape(self.task.id.as_str());
        if self.known.task_id.as_deref() != Some(task_id) {
            self.known = Known::taken(task_id);
            self.since = self.elapsed();
            self.before = Duration::ZERO;
            if let Some(bar) = &mut self.bar {
                bar.began(Duration::ZERO);
                bar.tell("accepted".into());
            }
            let follow = self.telling.commands.wait(&self.task, Some(task_id));
            let text = format!("accepted: task {shown} ({ours}), paid\n  follow it with: {follow}");
            self.say(&text);
            if let Some(taken) = self.taken.take() {
                taken();
            }
        }
        if let Some(failure) = failure {
            let (server, path) = (escape(&self.task.base_url), escape(&self.task.path));
            let text = format!(
                "*** KEEP THIS: the ledger could not take in the id of a paid task\n\
                 *** task {shown} ({ours})\n\
                 *** at {server}{path}\n\
                 *** because {}",
                escape(failure)
            );
            self.say(&text);
        }
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
        let now = self.elapsed();
        let due = whole || self.bytes.is_none_or(|last| now.saturating_sub(last) >= BYTES);
        if due {
            self.bytes = Some(now);
        }
        due
    }
}

impl Observer for Teller<'_> {
    fn notice(&mut self, task: &Intent, notice: &Notice<'_>) {
        if !self.recorded || self.task.id != task.id {
            self.recorded = true;
            self.task = task.clone();
        }
        let told = match notice {
            Notice::Sent { bytes, total } => self.bytes_are_due(bytes == total),
            Notice::Fetched { bytes, total, .. } => self.bytes_are_due(Some(*bytes) == *total),
            _ => true,
        };
        // People first: the id of a paid task must be out before anything else can go wrong.
        match notice {
            Notice::Recorded { entry, failure, .. } => self.happened(entry, *failure),
            Notice::Waiting { span, pause } => self.waiting(*span, *pause),
            Notice::Missed { why } => {
                self.missed = self.missed.saturating_add(1);
                self.missing = true;
                self.why = escape(why);
                if self.missed == 1 && self.bar.is_none() {
                    let text = match self.known {
                        Known { made: true, .. } => format!("not saved yet: {}", self.why),
                        Known { charged: Charged::Yes, .. } => {
                            format!("no news: {}; the task goes on", self.why)
                        }
                        _ => format!("no news: {}", self.why),
                    };
                    self.say(&text);
                }
            }
            Notice::Odd { what } => {
                let text = format!("note: {}", escape(what));
                self.say(&text);
            }
            Notice::Sent { bytes, total } => {
                if let Some(bar) = &self.bar {
                    bar.tell(match bytes == total {
                        true => "sent; waiting for the answer".into(),
                        false => progress::bytes("sending", *bytes, Some(*total)),
                    });
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

/// The state that a provider names: it begins a line, so it is a word, or is quoted.
fn state(word: &str) -> String {
    let is_word = word.len() <= 32 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_word { word.into() } else { format!("state {}", quoted(word)) }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::Value;

    use super::super::console::tests::heard;
    use super::super::samples;
    use super::*;
    use crate::clock::Waited;
    use crate::entry::{RefusalKind, Refused};

    /// A clock that stands until it is set.
    #[derive(Default)]
    struct Standing(Mutex<Duration>);

    impl Standing {
        fn pass(&self, seconds: u64) {
            *self.0.lock().expect("the clock") += Duration::from_secs(seconds);
        }
    }

    impl Clock for Standing {
        fn now(&self) -> Millis {
            Millis(1)
        }

        fn elapsed(&self) -> Duration {
            *self.0.lock().expect("the clock")
        }

        fn wait(&self, _: Duration) -> Waited {
            Waited::Whole
        }

        fn jitter(&self) -> f64 {
            0.0
        }
    }

    fn entry<'e>(entry: &'e Entry, failure: Option<&'e str>) -> Notice<'e> {
        Notice::Recorded { at: Millis(1), entry, failure }
    }

    fn accepted() -> Entry {
        let task_id = String::from("831922345678901234");
        Entry::Accepted { task_id, request_id: None, by: Route::Reply }
    }

    /// What is printed on both streams while this is told.
    fn told(
        json: bool,
        tell: impl FnOnce(&mut Teller<'_>, &Intent, &Standing),
    ) -> (String, String) {
        let (console, out, err) = heard(json);
        let (clock, commands) = (Standing::default(), Commands::default());
        let telling =
            Telling { console: &console, commands: &commands, clock: &clock, several: true };
        let seconds = Duration::from_secs;
        let usual = Usual { tasks: 9, fast: seconds(120), slow: seconds(240) };
        let task = samples::intent();
        let mut teller = Teller::new(telling, &task, Known::nothing(), Some(usual), Duration::ZERO);
        tell(&mut teller, &task, &clock);
        (out.text(), err.text())
    }

    #[test]
    fn a_task_is_told_line_by_line_where_nobody_watches() {
        let (out, err) = told(false, |teller, task, clock| {
            let poll = Notice::Waiting { span: Duration::from_secs(5), pause: Pause::Poll };
            let status = |word: &str| Entry::Status { word: word.into() };
            teller.notice(task, &entry(&Entry::Intent(Box::new(task.clone())), None));
            teller.notice(task, &entry(&Entry::Sending { attempt: 1 }, None));
            let refused = Refused {
                status: 429,
                code: Some(1303),
                message: "too many tasks at once".into(),
                kind: RefusalKind::Throttled,
            };
            teller.notice(task, &entry(&Entry::Refused(refused), None));
            let busy = Notice::Waiting { span: Duration::from_secs(3), pause: Pause::Throttled };
            teller.notice(task, &busy);
            teller.notice(task, &entry(&Entry::Sending { attempt: 2 }, None));
            teller.notice(task, &entry(&accepted(), None));
            teller.notice(task, &poll);
            clock.pass(10);
            teller.notice(task, &entry(&status("submitted"), None));
            for _ in 0..30 {
                clock.pass(6);
                teller.notice(task, &poll);
            }
            for _ in 0..20 {
                teller.notice(task, &Notice::Missed { why: "HTTP 502" });
                clock.pass(5);
                teller.notice(task, &poll);
            }
            teller.notice(task, &entry(&status("process\u{1b}ing"), None));
            teller.notice(task, &Notice::Odd { what: "a word that no page lists" });
            teller.end(&End::Running);
        });
        assert_eq!(out, "");
        insta::assert_snapshot!(anstream::adapter::strip_str(&err).to_string());
    }

    #[test]
    fn a_task_that_is_made_does_not_go_on() {
        let missed = Notice::Missed { why: "HTTP 403: the URL is no longer good" };
        let (_, err) = told(false, |teller, task, _| {
            teller.notice(task, &entry(&accepted(), None));
            teller.notice(task, &entry(&Entry::Succeeded { assets: Vec::new() }, None));
            teller.notice(task, &missed);
        });
        assert!(err.contains("not saved yet: HTTP 403") && !err.contains("goes on"), "{err}");
    }

    #[test]
    fn a_task_of_the_ledger_is_told_under_its_id() {
        let (console, out, _) = heard(true);
        let (clock, commands) = (Standing::default(), Commands::default());
        let telling =
            Telling { console: &console, commands: &commands, clock: &clock, several: false };
        let (task, state) = (samples::intent(), State::NotSent);
        Teller::new(telling, &task, Known::of(&state), None, Duration::ZERO)
            .resuming(&state)
            .not_asked("it is not-sent: there is nothing to follow", None);
        assert!(out.text().contains(&format!("\"id\":\"{}\"", task.id)), "{}", out.text());
    }

    #[test]
    fn an_id_that_the_ledger_could_not_take_is_told_twice_and_loudly() {
        let (out, err) = told(false, |teller, task, _| {
            teller.notice(task, &entry(&accepted(), None));
            teller.notice(task, &entry(&accepted(), Some("no room")));
            teller.end(&End::Accepted { task_id: "831922345678901234".into() });
        });
        assert_eq!(out, "831922345678901234\n");
        assert_eq!(err.matches("accepted: task 831922345678901234 (kl1-").count(), 1);
        assert!(err.contains("*** KEEP THIS"), "{err}");
        assert_eq!(err.matches("831922345678901234").count(), 3, "{err}");
    }

    #[test]
    fn the_next_may_be_sent_once_this_one_is_taken() {
        let calls = Mutex::new(0);
        told(false, |teller, task, _| {
            let (console, ..) = heard(false);
            let telling = Telling { console: &console, ..teller.telling };
            let mut teller = Teller::new(telling, task, Known::nothing(), None, Duration::ZERO)
                .when_taken(|| *calls.lock().expect("a number") += 1);
            teller.notice(task, &entry(&accepted(), None));
            teller.notice(task, &entry(&accepted(), Some("no room")));
            assert_eq!(teller.known.charged, Charged::Yes);
        });
        assert_eq!(*calls.lock().expect("a number"), 1);
    }

    #[test]
    fn programs_are_told_of_bytes_once_a_second_and_of_the_end() {
        let (out, _) = told(true, |teller, task, clock| {
            for bytes in 1..=100 {
                teller.notice(task, &Notice::Sent { bytes, total: 100 });
                if bytes == 50 {
                    clock.pass(1);
                }
            }
            teller.end(&End::Running);
        });
        let events: Vec<Value> =
            out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let bytes: Vec<&Value> =
            events.iter().filter(|it| it["event"] == "sent").map(|it| &it["bytes"]).collect();
        assert_eq!(bytes, [1, 51, 100]);
        let last = events.last().expect("an end");
        assert_eq!((&last["event"], &last["exit"]), (&"end".into(), &5.into()));
    }
}
