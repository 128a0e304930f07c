//! What is told at a task's end: what happened, whether money was spent, the one next command.

use anstyle::{AnsiColor, Style};
use kling_lint::printable::{escape, paragraph};

use super::ago;
use super::exit::Status;
use super::next::Commands;
use crate::entry::{Intent, RefusalKind, Refused};
use crate::id::Id;
use crate::ledger::Task;
use crate::machine::{End, State};

/// Whether money was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charged {
    Yes,
    No,
    Unknown,
}

impl Charged {
    /// For programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Charged::Yes => "yes",
            Charged::No => "no",
            Charged::Unknown => "unknown",
        }
    }
}

/// What is known of a task while it is worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) charged: Charged,
    /// The server's id.
    pub(crate) task_id: Option<String>,
    /// Whether the provider has made it.
    pub(crate) made: bool,
}

impl Known {
    /// Of a task that is not yet submitted.
    pub(crate) fn nothing() -> Self {
        Known { charged: Charged::No, task_id: None, made: false }
    }

    /// Of a task that the server may have taken.
    pub(crate) fn unclear() -> Self {
        Known { charged: Charged::Unknown, ..Known::nothing() }
    }

    /// Of a task that the server has taken.
    pub(crate) fn taken(task_id: &str) -> Self {
        Known { charged: Charged::Yes, task_id: Some(task_id.to_owned()), made: false }
    }

    /// The command that goes on from here.
    pub(crate) fn next(&self, task: &Intent, commands: &Commands) -> String {
        match self.charged {
            Charged::No => commands.submit(task),
            Charged::Unknown => commands.reconcile(task),
            Charged::Yes => commands.wait(task, self.task_id.as_deref()),
        }
    }

    /// Of a task that stands here.
    pub(crate) fn of(state: &State) -> Self {
        let charged = match state {
            State::Intended | State::NotSent | State::Refused(_) | State::Absent => Charged::No,
            State::Sending | State::Answered | State::Unknown => Charged::Unknown,
            State::Accepted { .. }
            | State::Succeeded { .. }
            | State::Stored { .. }
            | State::Failed { .. }
            | State::Gone { .. } => Charged::Yes,
        };
        let made =
            matches!(state, State::Succeeded { .. } | State::Stored { .. } | State::Gone { .. });
        Known { charged, task_id: state.task_id().map(str::to_owned), made }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    /// One word for programs.
    pub(crate) outcome: &'static str,
    /// What happened. Safe to print.
    pub(crate) what: String,
    pub(crate) charged: Charged,
    /// What more there is to say of the money.
    pub(crate) paid: &'static str,
    /// What comes before the next command, if anything: "change the request".
    pub(crate) first: Option<String>,
    /// The next command.
    pub(crate) next: Option<String>,
    pub(crate) status: Status,
    /// The server's id.
    pub(crate) task_id: Option<String>,
}

/// What Kling's four endpoints do not have.
const NO_CANCEL: &str = "it cannot be cancelled";

impl Ending {
    /// How a task ended.
    pub(crate) fn of(task: &Intent, end: &End, known: &Known, commands: &Commands) -> Ending {
        let id = known.task_id.as_deref();
        let submit = || Some(commands.submit(task));
        let wait = || Some(commands.wait(task, id));
        let blank = Ending {
            outcome: "accepted",
            what: String::new(),
            charged: Charged::Yes,
            paid: "",
            first: None,
            next: None,
            status: Status::of(end),
            task_id: known.task_id.clone(),
        };
        match end {
            End::Accepted { task_id } => Ending {
                what: format!("accepted: task {}", escape(task_id)),
                next: Some(commands.wait(task, Some(task_id))),
                task_id: Some(task_id.clone()),
                ..blank
            },
            End::Stored(stored) => Ending {
                outcome: "stored",
                what: match stored.len() {
                    0 => "made".into(),
                    files => format!("saved: {}", ago::count(files, "file")),
                },
                ..blank
            },
            End::NotSent { why } => Ending {
                outcome: "not-sent",
                what: format!("not sent: {}", escape(why)),
                charged: Charged::No,
                next: submit(),
                ..blank
            },
            End::Refused(refused) => Ending {
                outcome: "refused",
                what: refusal(refused),
                charged: Charged::No,
                first: Some(remedy(refused.kind).into()),
                next: submit(),
                ..blank
            },
            End::Unknown { why } => Ending {
                outcome: "unknown",
                what: format!("outcome unknown: {}", escape(why)),
                charged: Charged::Unknown,
                paid: "it is not sent again by itself",
                next: Some(commands.reconcile(task)),
                ..blank
            },
            End::Running => Ending {
                outcome: "running",
                what: "still at work; the time to wait is over".into(),
                next: wait(),
                ..blank
            },
            End::Failed { message } => Ending {
                outcome: "failed",
                what: format!("the provider could not make it: {}", reason(message)),
                charged: Charged::Unknown,
                paid: "no page says whether failed tasks are refunded",
                first: Some("change the request".into()),
                next: submit(),
                ..blank
            },
            End::NotSaved { why, gone: false } => Ending {
                outcome: "not-saved",
                what: format!("made, but not saved: {}", escape(why)),
                next: Some(commands.fetch(task, id)),
                ..blank
            },
            End::NotSaved { why, gone: true } => Ending {
                outcome: "gone",
                what: format!(
                    "no longer to be had: {} (task {})",
                    escape(why),
                    escape(id.unwrap_or(task.id.as_str()))
                ),
                paid: "the provider's support may help, with this id",
                ..blank
            },
            End::Absent => Ending {
                outcome: "absent",
                what: "the server has no such task: it was not taken".into(),
                charged: Charged::No,
                next: submit(),
                ..blank
            },
            End::CannotTell { why, look_again } => Ending {
                outcome: "cannot-tell",
                what: format!("still unknown: {}", escape(why)),
                charged: Charged::Unknown,
                first: Some(match look_again {
                    Some(span) => format!("wait {}", ago::span(*span)),
                    None => "look in the account's own list of tasks".into(),
                }),
                next: Some(match look_again {
                    Some(_) => commands.reconcile(task),
                    None => commands.resolve(task),
                }),
                ..blank
            },
            End::Interrupted => interrupted(task, known, commands, blank),
        }
    }

    /// Of a request that was sent before: as these tasks, the latest first.
    pub(crate) fn sent_before(before: &[Task], commands: &Commands) -> Ending {
        let next = before.first().map(|latest| match Known::of(&latest.state).charged {
            Charged::Unknown => commands.reconcile(&latest.intent),
            Charged::Yes | Charged::No => commands.wait(&latest.intent, latest.state.task_id()),
        });
        let when = match before.iter().any(|it| it.state.is_unclear()) {
            true => "the same was sent before, and may have been taken",
            false => "the same was sent in the last 24 hours",
        };
        let tasks = before.iter().map(|it| format!("{} ({})", it.intent.id, it.state.word()));
        Ending {
            outcome: "sent-before",
            what: format!("not sent: {when}, as {}", listed(tasks)),
            charged: Charged::No,
            paid: "`--again` would send it, and pay for it, once more",
            first: None,
            next,
            status: Status::Refused,
            task_id: None,
        }
    }

    /// Of a request whose own id is another task's.
    pub(crate) fn id_taken(task: &Intent, other: &[Id], commands: &Commands) -> Ending {
        Ending {
            outcome: "id-taken",
            what: format!(
                "not sent: its own id is that of another task, {}",
                listed(other.iter().map(Id::to_string))
            ),
            charged: Charged::No,
            paid: "",
            first: Some("give it an id of its own".into()),
            next: Some(commands.submit(task)),
            status: Status::Refused,
            task_id: None,
        }
    }

    /// Of a request that was not sent because of what befell another.
    pub(crate) fn not_begun(task: &Intent, why: &str, commands: &Commands) -> Ending {
        Ending {
            outcome: "not-sent",
            what: format!("not sent: {why}"),
            charged: Charged::No,
            paid: "",
            first: None,
            next: Some(commands.submit(task)),
            status: Status::Refused,
            task_id: None,
        }
    }

    /// Of work that could not be done: by what is known, nothing may be lost.
    pub(crate) fn failed(task: &Intent, why: &str, known: &Known, commands: &Commands) -> Ending {
        let status = match known.charged {
            Charged::No => Status::Failed,
            Charged::Unknown => Status::Unknown,
            Charged::Yes => Status::Running,
        };
        Ending {
            outcome: "error",
            what: escape(why),
            charged: known.charged,
            paid: "",
            first: None,
            next: Some(known.next(task, commands)),
            status,
            task_id: known.task_id.clone(),
        }
    }

    /// Of a task that was not asked for: nothing changed by it.
    pub(crate) fn not_asked(why: &str, known: &Known, next: Option<String>) -> Ending {
        Ending {
            outcome: "error",
            what: escape(why),
            charged: known.charged,
            paid: "",
            first: None,
            next,
            status: Status::Failed,
            task_id: known.task_id.clone(),
        }
    }

    /// For people: two or three lines, the last of which can be copied.
    pub(crate) fn text(&self, label: &str) -> String {
        let paid = match self.charged {
            Charged::Yes => "yes",
            Charged::No => "no",
            Charged::Unknown => "cannot tell",
        };
        let mut text = format!("{label}{}\n  paid: {paid}", self.what);
        if !self.paid.is_empty() {
            text.push_str(&format!("; {}", self.paid));
        }
        match (&self.first, &self.next) {
            (Some(first), Some(next)) => {
                text.push_str(&format!("\n  next: {first}, then:\n    {next}"));
            }
            (None, Some(next)) => text.push_str(&format!("\n  next: {next}")),
            _ => {}
        }
        text
    }

    /// The same, with colours: the caller's stream takes them out where nobody sees them.
    pub(crate) fn styled(&self, label: &str) -> String {
        let (style, bold) = (style(self.status), Style::new().bold());
        let mut text = String::new();
        for (at, line) in self.text(label).lines().enumerate() {
            match line.strip_prefix("  ").and_then(|it| it.split_once(": ")) {
                _ if at == 0 => text.push_str(&format!("{style}{line}{style:#}")),
                Some((word @ ("paid" | "next"), rest)) => {
                    text.push_str(&format!("\n  {bold}{word}:{bold:#} {rest}"));
                }
                _ => text.push_str(&format!("\n{line}")),
            }
        }
        text
    }
}

fn style(status: Status) -> Style {
    match status {
        Status::Ok => AnsiColor::Green.on_default(),
        Status::Running | Status::Interrupted => AnsiColor::Yellow.on_default(),
        Status::Unknown | Status::NotSaved => AnsiColor::Red.on_default().bold(),
        Status::Findings | Status::Failed | Status::Refused | Status::NotMade => {
            AnsiColor::Red.on_default()
        }
    }
}

fn interrupted(task: &Intent, known: &Known, commands: &Commands, blank: Ending) -> Ending {
    let id = known.task_id.as_deref();
    let (what, paid, next) = match known.charged {
        Charged::Yes => {
            ("stopped here; the task goes on", NO_CANCEL, Some(commands.wait(task, id)))
        }
        Charged::No => ("stopped before it was sent", "", Some(commands.submit(task))),
        Charged::Unknown => {
            let paid = "it is not sent again by itself";
            ("stopped; the outcome is unknown", paid, Some(commands.reconcile(task)))
        }
    };
    let charged = known.charged;
    Ending { outcome: "interrupted", what: what.into(), charged, paid, next, ..blank }
}

fn refusal(refused: &Refused) -> String {
    let Refused { status, code, message, .. } = refused;
    let code = code.map(|code| format!(", code {code}")).unwrap_or_default();
    format!("refused: {} (HTTP {status}{code})", reason(message))
}

fn reason(message: &str) -> String {
    let message = message.trim();
    if message.is_empty() { "no reason was given".into() } else { paragraph(message) }
}

/// What would have to change.
fn remedy(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Request => "change the request",
        RefusalKind::Key => "check the key",
        RefusalKind::Money => "check the account's balance",
        RefusalKind::Throttled => "wait a while",
    }
}

fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 3;
    let more = items.len().saturating_sub(SHOWN);
    let mut text = items.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    escape(&text)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use super::super::samples;
    use super::*;
    use crate::entry::Stored;

    /// One of each kind.
    pub(crate) fn ends() -> Vec<End> {
        let refused = |kind| {
            let message = "Account balance not enough".into();
            End::Refused(Refused { status: 429, code: Some(1102), message, kind })
        };
        let why = || String::from("the connection was closed before an answer came");
        let path = String::from("videos/812.mp4");
        vec![
            End::Accepted { task_id: "831922345678901234".into() },
            End::Stored(vec![Stored { number: 0, path, bytes: 1, sha256: String::new() }]),
            End::NotSent { why: why() },
            refused(RefusalKind::Request),
            refused(RefusalKind::Key),
            refused(RefusalKind::Money),
            refused(RefusalKind::Throttled),
            End::Unknown { why: why() },
            End::Running,
            End::Failed { message: "content policy".into() },
            End::NotSaved { why: "no room".into(), gone: false },
            End::NotSaved { why: "the link expired".into(), gone: true },
            End::Absent,
            End::CannotTell { why: why(), look_again: Some(Duration::from_secs(300)) },
            End::CannotTell { why: why(), look_again: None },
            End::Interrupted,
        ]
    }

    #[test]
    fn every_end_says_whether_it_is_paid_and_what_comes_next() {
        let taken = Known::taken("831922345678901234");
        let mut all = String::new();
        for end in ends() {
            let ending = Ending::of(&samples::intent(), &end, &taken, &Commands::default());
            let text = ending.text("cat.json: ");
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
            let styled = anstream::adapter::strip_str(&ending.styled("cat.json: ")).to_string();
            assert_eq!(styled, text);
            assert_eq!(ending.status, Status::of(&end));
            let done = matches!(end, End::Stored(_) | End::NotSaved { gone: true, .. });
            assert_eq!(ending.next.is_none(), done, "{text}");
            all.push_str(&text);
            all.push_str("\n\n");
        }
        insta::assert_snapshot!(all.trim_end());
    }

    #[test]
    fn a_stop_says_what_is_known() {
        let told = |charged| {
            let known = Known { charged, ..Known::nothing() };
            let ending =
                Ending::of(&samples::intent(), &End::Interrupted, &known, &Commands::default());
            (ending.charged, ending.next.expect("a command"))
        };
        let ours = samples::intent().id;
        let follow = format!("kling-submit wait {ours}");
        assert_eq!(told(Charged::Yes), (Charged::Yes, follow));
        assert_eq!(told(Charged::No), (Charged::No, "kling-submit cat.json".into()));
        let look = format!("kling-submit reconcile {ours}");
        assert_eq!(told(Charged::Unknown), (Charged::Unknown, look));
    }

    #[test]
    fn what_is_perhaps_paid_is_never_offered_anew() {
        for charged in [Charged::Unknown, Charged::Yes] {
            let known = Known { charged, ..Known::nothing() };
            let ending =
                Ending::failed(&samples::intent(), "disk full", &known, &Commands::default());
            let text = ending.text("");
            assert!(!text.contains("kling-submit cat.json"), "{text}");
            assert!(!text.contains("again"), "{text}");
        }
    }

    #[test]
    fn outside_text_moves_no_cursor() {
        let message = "\u{1b}[2Jgone\nkling-submit: paid: no".into();
        let known = Known::nothing();
        let end = End::Failed { message };
        let ending = Ending::of(&samples::intent(), &end, &known, &Commands::default());
        assert_eq!(ending.text("").lines().count(), 4);
        assert!(!ending.text("").contains('\u{1b}'));
    }
}
