//! What is about to be sent: read and linted, compared with the ledger, shown.

use std::path::Path;

use kling_lint::cli::{Findings, spool};
use kling_lint::kling_schema::endpoints;
use kling_lint::printable::{escape, grouped, shorten};
use serde_json::{Value, json};

use super::args::Submit;
use super::console::Console;
use super::exit::Status;
use super::{Failure, Shell, ago, failure, json};
use crate::body::Body;
use crate::body::requests::{Named, Options, Requests, Unfit, Unfitness};
use crate::clock::{Clock as _, Millis};
use crate::entry::Intent;
use crate::id::Id;
use crate::ledger::{Ledger, Task};
use kling_lint::printable::words;

/// Requests that are shown one by one; of more, only the number.
const SHOWN: usize = 20;

/// A request that passed.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) named: Named,
    /// What will be recorded, but for the ids.
    pub(crate) intent: Intent,
    /// Local files that are inlined, with their lengths.
    files: Vec<(String, u64)>,
    /// The same request, sent in the last 24 hours; the latest first.
    pub(crate) before: Vec<Task>,
}

/// Reads and lints all requests. `None`: some are not fit to be sent, which was said.
pub(crate) fn read(
    options: &Submit,
    base_url: &str,
    fingerprint: &str,
    shell: &Shell,
) -> Result<Result<Vec<Planned>, Status>, Failure> {
    let is_stdin = |path: &&std::path::PathBuf| path.as_os_str() == "-";
    let stdin = match options.requests.iter().find(is_stdin) {
        Some(_) if options.access.key_stdin => {
            return Err(failure("standard input holds either the key or a request, not both"));
        }
        Some(_) => {
            let spooled = spool(std::io::stdin().lock());
            Some(spooled.map_err(|error| failure(format!("standard input: {}", words(&error))))?)
        }
        None => None,
    };
    let reading = Options {
        endpoint: options.endpoint.clone(),
        root: options.root.clone(),
        strict: options.strict,
        again: options.again,
    };
    let requests = Requests::new(&reading, options.requests.iter().cloned(), stdin);
    let mut findings = Findings::new("kling-submit", false);
    let console = &*shell.console;
    let (mut planned, mut worst) = (Vec::new(), Status::Ok);
    let requests = requests.map_err(|error| match std::error::Error::source(&error) {
        Some(why) => failure(format!("{error}: {why}")),
        None => failure(error),
    })?;
    for request in requests {
        match request {
            Ok((named, body)) => {
                let now = shell.clock.now();
                let report = body.parcel().report();
                console.with_err(|err| {
                    // When nobody listens, nothing is lost.
                    let _ = findings.report(err, named.file(), report);
                });
                console.event(&json::lint(now, &named.name(), true, report.findings()));
                planned.push(Planned::new(named, &body, base_url, fingerprint, now)?);
            }
            Err(unfit) => {
                worst = worst.worse(refuse(&unfit, &mut findings, console, shell.clock.now()));
            }
        }
    }
    if worst != Status::Ok {
        console.with_err(|err| {
            let _ = findings.finish(err);
        });
        console.say("nothing was sent");
        return Ok(Err(worst));
    }
    if planned.is_empty() {
        return Err(failure("there is no request in there"));
    }
    Ok(Ok(planned))
}

/// Says why a request is not fit to be sent.
fn refuse(unfit: &Unfit, findings: &mut Findings, console: &Console, now: Millis) -> Status {
    if let Unfitness::Refused(refused) = &unfit.why {
        console.with_err(|err| {
            let _ = findings.refused(err, &unfit.file, refused);
        });
        console.event(&json::lint(now, &unfit.name, false, refused.report.findings()));
        return Status::Findings;
    }
    console.say(&unfit.to_string());
    console.event(&json::lint(now, &unfit.name, false, &[]));
    match unfit.why {
        Unfitness::Unreadable(_) => Status::Failed,
        _ => Status::Findings,
    }
}

impl Planned {
    fn new(
        named: Named,
        body: &Body,
        base_url: &str,
        fingerprint: &str,
        now: Millis,
    ) -> Result<Self, Failure> {
        let name = named.name();
        // The same as long as no id of ours is in it.
        let sha256 = named.body_sha256().to_owned();
        let object = endpoints::find(body.endpoint());
        let path = object.and_then(|it| it.endpoint).map(|it| it.path);
        let path = path.ok_or_else(|| failure(format!("{name}: its endpoint has no route")))?;
        let id = Id::new(now);
        let files = body.parcel().report().files().iter();
        let files = files.map(|it| (it.path.clone(), it.len.unwrap_or_default())).collect();
        let intent = Intent {
            external_task_id: body.own_id().unwrap_or_default().to_owned(),
            idempotency_key: id.to_string(),
            id,
            endpoint: body.endpoint().to_owned(),
            path: path.to_owned(),
            base_url: base_url.to_owned(),
            request: name,
            body_sha256: sha256.clone(),
            sent_sha256: sha256,
            content_length: body.content_length(),
            settings: body.settings(),
            key_fingerprint: fingerprint.to_owned(),
            linter: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Ok(Planned { named, intent, files, before: Vec::new() })
    }

    /// Looks whether the same request was sent before.
    pub(crate) fn compare(&mut self, ledger: &Ledger, now: Millis) -> Result<(), Failure> {
        self.before = ledger.sent_before(&self.intent, now, false).map_err(failure)?;
        Ok(())
    }

    /// For programs.
    pub(crate) fn event(&self, now: Millis) -> Value {
        let files: Vec<Value> =
            self.files.iter().map(|(path, bytes)| json!({"path": path, "bytes": bytes})).collect();
        let before: Vec<&str> = self.before.iter().map(|it| it.intent.id.as_str()).collect();
        json::planned(now, &self.intent, files.into(), json!(before))
    }

    /// For people, two lines or more.
    fn text(&self, now: Millis) -> String {
        let Intent { request, endpoint, settings, content_length, .. } = &self.intent;
        let bytes = grouped(*content_length);
        let mut text = format!("{}: {endpoint}, body of {bytes} bytes", escape(request));
        let settings: Vec<String> =
            settings.iter().map(|(key, value)| format!("{key} {}", shorten(value))).collect();
        if !settings.is_empty() {
            text.push_str(&wrapped(&settings));
        }
        for (path, len) in &self.files {
            text.push_str(&format!("\n  {}, {} bytes", shorten(path), grouped(*len)));
        }
        if let Some(before) = self.before.first() {
            let age = ago::span(now.since(before.at));
            let (id, state) = (&before.intent.id, before.state.word());
            text.push_str(&format!("\n  sent {age} ago as {id} ({state}): not sent again"));
        }
        text
    }
}

/// Words on lines of at most 80 columns, indented.
fn wrapped(words: &[String]) -> String {
    const WIDTH: usize = 78;
    let (mut text, mut column) = (String::new(), WIDTH);
    for (at, word) in words.iter().enumerate() {
        let width = word.chars().count() + 2;
        if column + width > WIDTH {
            text.push_str("\n  ");
            column = 2;
        } else {
            text.push(' ');
        }
        text.push_str(word);
        if at + 1 < words.len() {
            text.push(',');
        }
        column += width;
    }
    text
}

/// Shows what is about to be sent.
pub(crate) fn show(planned: &[Planned], console: &Console, now: Millis) {
    for request in planned.iter().take(SHOWN) {
        console.line(&request.text(now));
    }
    if let Some(more) = planned.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let before = planned.iter().skip(SHOWN).filter(|it| !it.before.is_empty()).count();
        let before = match before {
            0 => String::new(),
            _ => format!(", {} of them sent before: not sent again", grouped(before as u64)),
        };
        console.line(&format!("and {} more requests{before}", grouped(more as u64)));
    }
}

/// The server's name, without `https://`.
pub(crate) fn host(base_url: &str) -> String {
    escape(base_url.strip_prefix("https://").unwrap_or(base_url))
}

/// Checks that files can be made in a folder, and makes it if need be.
pub(crate) fn writable(folder: &Path) -> Result<(), Failure> {
    let done = std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::Builder::new().prefix(".kling-submit-").tempfile_in(folder));
    done.map(drop).map_err(|error| {
        let shown = folder.to_string_lossy();
        failure(format!("cannot save into {shown}: {}", words(&error)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_fit_the_screen() {
        let words: Vec<String> = (0..30).map(|it| format!("setting_{it} \"value\"")).collect();
        let text = wrapped(&words);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.matches("setting_").count(), 30);
        assert!(!text.ends_with(','));
    }

    #[test]
    fn a_folder_that_takes_no_file_is_found_out_before_money_is_spent() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("a").join("b");
        assert!(writable(&inside).is_ok());
        assert_eq!(std::fs::read_dir(&inside).expect("a folder").count(), 0, "nothing is left");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("a file");
        assert!(writable(&file).is_err(), "this is no folder");
    }
}
