//! A provider on loopback: a stand-in to try things with, never the real one.
//!
//! It takes, charges for and finishes tasks as the pages say the provider does, and counts what it
//! charged. It makes nothing: each task ends with the same test picture. A request is judged by the
//! linter; trouble is asked for in the prompt (`demo:504`; the command lists the words).
//!
//! | file | what it holds |
//! |---|---|
//! | [`run`](run()) | what the command prints |
//! | `connection` | HTTP/1.1 over a socket |
//! | `routes` | what is answered to what |
//! | `request`, `skim` | a body, judged while it streams |
//! | `book` | tasks and charges |
//! | `wish` | trouble that is asked for |
//! | `asset`, `assets/` | what is handed out, and the script that makes it |

mod asset;
mod book;
mod connection;
mod request;
mod routes;
mod run;
mod skim;
#[cfg(test)]
mod tests;
mod wish;

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde::Serialize;

use book::Book;
pub use run::run;

/// Where assets are.
const ASSETS: &str = "/demo/assets/";
/// Where the charges are listed.
const CHARGES: &str = "/demo/charges";
/// Connections that are served at once; more are closed.
const MOST_CONNECTIONS: usize = 256;

/// How the provider behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The port on 127.0.0.1; 0 is any that is free.
    pub port: u16,
    /// How long a task takes.
    pub life: Duration,
    /// How long the URL of an asset works.
    pub url_life: Duration,
    /// Whether a task is also found by the user's own id.
    pub by_external_id: bool,
    /// Whether there is a list under each path.
    pub list: bool,
    /// Whether there is the gateway's own list.
    pub account_list: bool,
    /// Whether ids are written as numbers. They are above 2^53.
    pub numeric_ids: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            life: Duration::from_secs(8),
            url_life: Duration::from_secs(600),
            by_external_id: true,
            list: true,
            account_list: true,
            numeric_ids: false,
        }
    }
}

/// A task that was taken, and would have been paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Charge {
    /// The provider's id.
    pub task_id: String,
    /// When: milliseconds since 1970.
    pub at: u64,
    /// The endpoint's short name.
    pub endpoint: String,
    /// The user's own id, as the body has it.
    pub external_task_id: Option<String>,
    /// The header of this name.
    pub idempotency_key: Option<String>,
    /// SHA-256 of the body. Hex.
    pub sent_sha256: String,
    /// SHA-256 of the request without the user's id: equal for two that make the same. Hex.
    pub request_sha256: String,
}

/// A provider that listens on loopback until it is dropped.
#[derive(Debug)]
pub struct Provider {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: Option<JoinHandle<()>>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    base_url: String,
    options: Options,
    book: Mutex<Book>,
    /// The connections that are served.
    open: Mutex<HashMap<u64, TcpStream>>,
    stopped: AtomicBool,
    teller: Option<Mutex<Sender<String>>>,
}

impl Provider {
    /// Starts to listen on 127.0.0.1.
    ///
    /// # Errors
    /// The port cannot be had.
    pub fn start(options: Options) -> io::Result<Self> {
        Provider::start_telling(options, None)
    }

    /// The same, and tells what happens, a line each. Lines are safe to print.
    fn start_telling(options: Options, teller: Option<Sender<String>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            base_url: format!("http://{address}"),
            book: Mutex::new(Book::new(options.clone())),
            options,
            open: Mutex::default(),
            stopped: AtomicBool::new(false),
            teller: teller.map(Mutex::new),
        });
        let listening = thread::Builder::new().name("demo".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        })?;
        Ok(Provider { shared, address, listening: Some(listening) })
    }

    /// Scheme, host and port.
    pub fn base_url(&self) -> &str {
        &self.shared.base_url
    }

    /// Every charge, the first first.
    pub fn charges(&self) -> Vec<Charge> {
        self.shared.book().charges()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        for stream in self.shared.open().values() {
            // One that is closed already has nothing to shut down.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // Wakes the listener. Should that fail, the thread ends with the process.
        if TcpStream::connect(self.address).is_ok()
            && let Some(listening) = self.listening.take()
        {
            let _ = listening.join();
        }
    }
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, line: &str) {
        if let Some(teller) = &self.teller {
            let teller = teller.lock().unwrap_or_else(PoisonError::into_inner);
            // Nobody listens once the command ends.
            let _ = teller.send(line.to_owned());
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in (0..).zip(listener.incoming()) {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Out of file handles, most likely: one will be given back.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        let Ok(handle) = stream.try_clone() else { continue };
        {
            let mut open = shared.open();
            if open.len() >= MOST_CONNECTIONS {
                continue;
            }
            open.insert(number, handle);
        }
        let serving = thread::Builder::new().name(format!("demo-{number}")).spawn({
            let shared = Arc::clone(shared);
            move || {
                let served =
                    connection::serve(&stream, |head, body| routes::answer(&shared, head, body));
                // A client that left needs no answer, and was charged nothing unless told.
                drop(served);
                shared.open().remove(&number);
            }
        });
        if serving.is_err() {
            shared.open().remove(&number);
        }
    }
}
