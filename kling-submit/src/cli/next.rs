//! The one next command: copied from the screen, it works.

use std::path::{Path, PathBuf};

use kling_lint::kling_schema::endpoints::SERVER;
use kling_lint::printable;

use super::args::{Access, Common};
use crate::entry::Intent;

/// What standard input is called.
const STDIN_NAME: &str = "<stdin>";

/// Commands with the options of this run that they need too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Commands {
    ledger: Option<PathBuf>,
    key_file: Option<PathBuf>,
    endpoint: Option<String>,
    root: Option<PathBuf>,
}

impl Commands {
    pub(crate) fn new(common: &Common, access: Option<&Access>) -> Self {
        Commands {
            ledger: common.ledger.clone(),
            key_file: access.and_then(|it| it.key_file.clone()).filter(|it| is_lasting(it)),
            ..Commands::default()
        }
    }

    /// With the options that say how a request is read.
    pub(crate) fn reading(self, endpoint: Option<&str>, root: Option<&Path>) -> Self {
        Commands {
            endpoint: endpoint.map(str::to_owned),
            root: root.map(Path::to_path_buf),
            ..self
        }
    }

    /// Follows the task.
    pub(crate) fn wait(&self, task: &Intent, task_id: Option<&str>) -> String {
        self.of("wait", task, task_id)
    }

    /// Saves what the task made.
    pub(crate) fn fetch(&self, task: &Intent, task_id: Option<&str>) -> String {
        self.of("fetch", task, task_id)
    }

    /// Finds out about the task.
    pub(crate) fn reconcile(&self, task: &Intent) -> String {
        self.of("reconcile", task, None)
    }

    /// Records what a person found out about the task. What they found stands in no shell's syntax.
    pub(crate) fn resolve(&self, task: &Intent) -> String {
        let id = quoted(task.id.as_str());
        self.line(&["resolve", &id, "--task-id", "<ID>"], None, false)
    }

    /// Lists what needs something.
    pub(crate) fn open(&self) -> String {
        self.line(&["tasks", "--open"], None, false)
    }

    /// Submits the request, to the same server. Only for what is known not to be taken.
    pub(crate) fn submit(&self, task: &Intent) -> String {
        let mut words = Vec::new();
        if let Some(endpoint) = &self.endpoint {
            words.extend(["--endpoint".to_owned(), quoted(endpoint)]);
        }
        if let Some(root) = &self.root {
            words.extend(["--root".to_owned(), quoted(&root.to_string_lossy())]);
        }
        words.push(match file(&task.request) {
            STDIN_NAME => "-".into(),
            file if file.starts_with('-') => quoted(&format!("./{file}")),
            file => quoted(file),
        });
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.line(&words, elsewhere(task), true)
    }

    fn of(&self, command: &str, task: &Intent, task_id: Option<&str>) -> String {
        let id = task_id.filter(|id| is_plain(id)).unwrap_or(task.id.as_str());
        self.line(&[command, &quoted(id)], elsewhere(task), true)
    }

    fn line(&self, words: &[&str], base_url: Option<&str>, key: bool) -> String {
        let mut line = String::from("kling-submit");
        for word in words {
            line.push(' ');
            line.push_str(word);
        }
        if let Some(url) = base_url {
            line.push_str(&format!(" --base-url {}", quoted(url)));
        }
        if let (true, Some(file)) = (key, &self.key_file) {
            line.push_str(&format!(" --key-file {}", quoted(&file.to_string_lossy())));
        }
        if let Some(ledger) = &self.ledger {
            line.push_str(&format!(" --ledger {}", quoted(&ledger.to_string_lossy())));
        }
        line
    }
}

/// The task's server, unless it is the usual one: the key goes to another only if that is named anew.
fn elsewhere(task: &Intent) -> Option<&str> {
    (task.base_url != SERVER).then_some(&*task.base_url)
}

/// Whether the file is still there for the next command: `<(pass show key)` is not.
fn is_lasting(key_file: &Path) -> bool {
    !["/dev", "/proc"].iter().any(|folder| key_file.starts_with(folder))
}

/// Whether a server's id goes on a command line as it is.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && !id.starts_with('-') && id.bytes().all(is_plain_byte)
}

fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte)
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    if !word.is_empty() && word.bytes().all(is_plain_byte) {
        return word.to_owned();
    }
    let shown = printable::escape(word);
    if shown != word {
        // What would move a cursor is shown escaped: such a line is to be read, not copied.
        return format!("'{}'", shown.replace('\'', "’"));
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The file of a request's name: `requests.jsonl:12` without the line.
fn file(request: &str) -> &str {
    match request.rsplit_once(':') {
        Some((file, line))
            if !line.is_empty()
                && line.bytes().all(|it| it.is_ascii_digit())
                && (file.ends_with(".jsonl") || file.ends_with(".ndjson")) =>
        {
            file
        }
        _ => request,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn commands_carry_what_this_run_was_given() {
        let commands = Commands {
            ledger: Some("my ledger".into()),
            key_file: Some("k".into()),
            endpoint: Some("e".into()),
            root: None,
        };
        let mut task = samples::intent();
        let ours = task.id.to_string();
        assert_eq!(
            commands.wait(&task, Some("812")),
            "kling-submit wait 812 --key-file k --ledger 'my ledger'"
        );
        assert_eq!(Commands::default().fetch(&task, Some("812")), "kling-submit fetch 812");
        task.request = "it's.json".into();
        assert_eq!(
            commands.submit(&task),
            r"kling-submit --endpoint e 'it'\''s.json' --key-file k --ledger 'my ledger'"
        );
        assert_eq!(commands.open(), "kling-submit tasks --open --ledger 'my ledger'");
        task.base_url = "http://127.0.0.1:9".into();
        assert_eq!(
            Commands::default().reconcile(&task),
            format!("kling-submit reconcile {ours} --base-url http://127.0.0.1:9")
        );
        // Whichever command it follows on: it would be paid for elsewhere.
        assert_eq!(
            Commands::default().submit(&task),
            r"kling-submit 'it'\''s.json' --base-url http://127.0.0.1:9"
        );
    }

    #[test]
    fn a_strange_id_is_never_put_on_a_command_line() {
        let task = samples::intent();
        for id in ["", "--yes", "1; rm -rf .", "a b", "\u{1b}[2J", &"1".repeat(65)] {
            assert_eq!(
                Commands::default().wait(&task, Some(id)),
                format!("kling-submit wait {}", task.id)
            );
        }
    }

    #[test]
    fn a_key_from_a_pipe_is_not_named_again() {
        assert!(is_lasting(Path::new("key")) && is_lasting(Path::new("/home/me/dev/key")));
        for gone in ["/dev/fd/63", "/dev/stdin", "/proc/self/fd/11"] {
            assert!(!is_lasting(Path::new(gone)), "{gone}");
        }
    }

    #[test]
    fn a_line_of_a_file_is_sent_with_its_file() {
        let submit = |request: &str| {
            Commands::default().submit(&Intent { request: request.into(), ..samples::intent() })
        };
        assert_eq!(submit("many.jsonl:12"), "kling-submit many.jsonl");
        assert_eq!(submit("odd:12"), "kling-submit odd:12");
        assert_eq!(submit("<stdin>"), "kling-submit -");
        assert_eq!(submit("-x.json"), "kling-submit ./-x.json");
        assert_eq!(submit("a\u{1b}'b"), r"kling-submit 'a\u{1b}’b'");
    }
}
