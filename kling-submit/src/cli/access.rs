//! The key, and the servers that may have it.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use kling_lint::kling_schema::endpoints::SERVER;
use kling_lint::printable::escape;

use super::args::Access;
use super::clock::RealClock;
use super::console::Console;
use super::interrupt::Interrupt;
use super::{Failure, Shell, failure};
use crate::entry::{Intent, RawReply};
use crate::machine::Query;
use crate::secret::{KEY_VARIABLES, Key};
use crate::transport::http::{BaseUrl, Http, Limits};
use crate::transport::{Broken, Transport};

/// The key and the token of a run.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) key: Key,
    pub(crate) token: Option<Key>,
}

impl Keys {
    /// Reads them: `--key-file`, `--key-stdin`, the environment.
    pub(crate) fn read(access: &Access, console: &Console) -> Result<Self, Failure> {
        let variable = |name: &str| std::env::var_os(name);
        let key = if let Some(file) = &access.key_file {
            Key::from_file(file).map_err(failure)?
        } else if access.key_stdin {
            Key::from_reader(io::stdin().lock(), "standard input").map_err(failure)?
        } else {
            let [usual, ..] = KEY_VARIABLES;
            match Key::from_variables(variable).map_err(failure)? {
                Some((key, name)) => {
                    if name != usual {
                        console.say(&format!(
                            "note: the key is from {name}; {usual} is the usual name"
                        ));
                    }
                    key
                }
                None => {
                    return Err(failure(format!(
                        "no key: set {usual}, or name a file with `--key-file FILE`"
                    )));
                }
            }
        };
        let token = Key::access_token(variable).map_err(failure)?;
        Ok(Keys { key, token })
    }
}

/// Reads a base URL.
pub(crate) fn base_url(text: &str) -> Result<BaseUrl, Failure> {
    BaseUrl::new(text).map_err(failure)
}

/// The server that is named, else the usual one.
pub(crate) fn named(access: &Access) -> Result<BaseUrl, Failure> {
    base_url(access.base_url.as_deref().unwrap_or(SERVER))
}

/// The servers that tasks belong to. Only the usual one and one that is named on this command line get
/// the key: a ledger that somebody else wrote must not send it anywhere.
#[derive(Debug)]
pub(crate) struct Servers {
    keys: Keys,
    named: BaseUrl,
    open: HashMap<String, Arc<Http>>,
}

impl Servers {
    pub(crate) fn new(keys: Keys, access: &Access) -> Result<Self, Failure> {
        Ok(Servers { keys, named: named(access)?, open: HashMap::new() })
    }

    pub(crate) fn key(&self) -> &Key {
        &self.keys.key
    }

    pub(crate) fn has_token(&self) -> bool {
        self.keys.token.is_some()
    }

    /// The server of a task, or why it may not have the key.
    pub(crate) fn of(&mut self, task: &Intent) -> Result<(Arc<Http>, bool), String> {
        let url = BaseUrl::new(&task.base_url).map_err(|error| error.to_string())?;
        if url != self.named && url.as_str() != SERVER {
            let shown = escape(url.as_str());
            return Err(format!(
                "the task is at {shown}, which gets the key only if it is named: \
                 `--base-url {shown}`"
            ));
        }
        let loopback = url.is_loopback();
        let http = self.open.entry(url.as_str().to_owned()).or_insert_with(|| {
            let (key, token) = (self.keys.key.clone(), self.keys.token.clone());
            Arc::new(Http::new(url, key, token, Limits::default()))
        });
        Ok((Arc::clone(http), loopback))
    }
}

/// How long things may take when this long is waited for an answer.
pub(crate) fn limits(reply: Duration) -> Limits {
    Limits { reply, ..Limits::default() }
}

/// A server whose POSTs and queries Ctrl-C knows of.
#[derive(Debug)]
pub(crate) struct Guarded {
    http: Arc<Http>,
    pub(crate) interrupt: Arc<Interrupt>,
    pub(crate) clock: Arc<RealClock>,
}

impl Guarded {
    pub(crate) fn new(http: Arc<Http>, shell: &Shell) -> Self {
        let stopped = Arc::clone(&http);
        shell.interrupt.querying(Arc::new(move || stopped.abandon()));
        Guarded { http, interrupt: Arc::clone(&shell.interrupt), clock: Arc::clone(&shell.clock) }
    }
}

impl Transport for Guarded {
    fn post(&self, intent: &Intent, body: &mut (dyn io::Read + Send)) -> Result<RawReply, Broken> {
        let http = Arc::clone(&self.http);
        let done = self.interrupt.posting(Arc::new(move || http.abandon()), || {
            let done = self.http.post(intent, body);
            self.clock.posted();
            done
        });
        done.unwrap_or_else(|| {
            let why = String::from("it was stopped before it was sent");
            Err(Broken { sent: false, passing: false, why })
        })
    }

    fn get(&self, intent: &Intent, query: &Query) -> Result<RawReply, Broken> {
        self.http.get(intent, query)
    }
}

/// No server: for what only writes the ledger.
#[derive(Debug)]
pub(crate) struct Offline;

impl Transport for Offline {
    fn post(&self, _: &Intent, _: &mut (dyn io::Read + Send)) -> Result<RawReply, Broken> {
        Err(offline())
    }

    fn get(&self, _: &Intent, _: &Query) -> Result<RawReply, Broken> {
        Err(offline())
    }
}

fn offline() -> Broken {
    Broken { sent: false, passing: false, why: "this command uses no network".into() }
}
