//! Ctrl-C, `kill` and a closed terminal reach the work from here.

use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::exit::Status;
use super::interrupt::{GRACE, Press};
use super::next::Commands;
use super::{Failure, Shell, failure};

/// How long a last word may take when nobody may be reading.
const LAST_WORD: Duration = Duration::from_millis(200);

/// From here on the user's wish to stop is heeded in order. Before, it just ends the process: nothing
/// is at stake while requests are read and shown.
pub(crate) fn heed(shell: &Shell, commands: &Commands) -> Result<(), Failure> {
    let console = Arc::clone(&shell.console);
    let interrupt = Arc::clone(&shell.interrupt);
    let open = commands.open();
    let heeded = ctrlc::set_handler(move || match interrupt.press() {
        Press::Stop | Press::Echo => {}
        Press::InFlight => {
            let left = Arc::clone(&interrupt);
            thread::spawn(move || {
                thread::sleep(GRACE);
                left.abandon();
            });
            console.say(&format!(
                "a paid request is in flight: waiting up to {} s for its task id;\n  \
                 Ctrl-C again leaves it unknown",
                GRACE.as_secs()
            ));
        }
        Press::Abandoned => console.say("the request in flight was left"),
        Press::Leave => {
            // The ledger holds what is known; a stream that nobody reads must not hold this up.
            let (told, heard) = mpsc::channel();
            let (console, open) = (Arc::clone(&console), open.clone());
            thread::spawn(move || {
                console.say(&format!("stopped at once; what is open: {open}"));
                let _ = told.send(());
            });
            let _ = heard.recv_timeout(LAST_WORD);
            std::process::exit(Status::Interrupted.code().into());
        }
    });
    heeded.map_err(|error| failure(format!("cannot heed Ctrl-C: {error}")))
}
