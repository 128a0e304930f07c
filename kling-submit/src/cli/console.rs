//! The two streams, shared by all threads. Nothing that happens to them stops a paid task: a reader
//! that left, a full disk and a closed terminal are all ignored.

use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};
use serde::Serialize;

use super::screen::Screen;
use crate::json_line::json_line;

/// How often a second bars are drawn at most.
const REDRAWS: u8 = 20;

/// Standard output and standard error.
pub(crate) struct Console {
    streams: Mutex<Streams>,
    /// Whether standard output takes events.
    json: bool,
    /// Where a person watches.
    bars: Option<MultiProgress>,
}

struct Streams {
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("json", &self.json).finish_non_exhaustive()
    }
}

impl Console {
    /// `watched`: standard error is a terminal.
    pub(crate) fn new(
        out: Box<dyn Write + Send>,
        err: Box<dyn Write + Send>,
        json: bool,
        watched: bool,
    ) -> Self {
        // Indicatif looks at `TERM` only; whether it is a terminal was looked at by the caller.
        let bars = (watched && !ProgressDrawTarget::stderr().is_hidden()).then(|| {
            let screen = Box::new(Screen::new(std::io::stderr()));
            MultiProgress::with_draw_target(ProgressDrawTarget::term_like_with_hz(screen, REDRAWS))
        });
        Console { streams: Mutex::new(Streams { out, err }), json, bars }
    }

    /// Whether standard output takes events.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Where bars go, if a person watches.
    pub(crate) fn bars(&self) -> Option<&MultiProgress> {
        self.bars.as_ref()
    }

    fn with<T>(&self, work: impl FnOnce(&mut Streams) -> T) -> T {
        let work = || work(&mut self.streams.lock().unwrap_or_else(PoisonError::into_inner));
        match &self.bars {
            Some(bars) => bars.suspend(work),
            None => work(),
        }
    }

    /// Talks to whoever runs the command.
    pub(crate) fn say(&self, text: &str) {
        self.line(&format!("kling-submit: {text}"));
    }

    /// A line, or several, on standard error.
    pub(crate) fn line(&self, text: &str) {
        self.with(|streams| {
            let _ = writeln!(streams.err, "{text}");
            let _ = streams.err.flush();
        });
    }

    /// Asks on standard error, without an end of line.
    pub(crate) fn ask(&self, text: &str) {
        self.with(|streams| {
            let _ = write!(streams.err, "{text}");
            let _ = streams.err.flush();
        });
    }

    /// A result for people and pipes: a line on standard output. Not among events.
    pub(crate) fn result(&self, text: &str) {
        if !self.json {
            self.print(text);
        }
    }

    /// An event: a line on standard output, if events are asked for.
    pub(crate) fn event(&self, event: &impl Serialize) {
        if self.json {
            // Maps with text keys and plain values: they always serialize.
            self.print(&json_line(event).unwrap_or_default());
        }
    }

    fn print(&self, line: &str) {
        self.with(|streams| {
            let _ = writeln!(streams.out, "{line}");
            let _ = streams.out.flush();
        });
    }

    /// Hands standard error out, for what others print.
    pub(crate) fn with_err<T>(&self, work: impl FnOnce(&mut dyn Write) -> T) -> T {
        self.with(|streams| work(&mut *streams.err))
    }

    /// Hands standard output out: for what is one document, whose reader may leave.
    pub(crate) fn with_out<T>(&self, work: impl FnOnce(&mut dyn Write) -> T) -> T {
        self.with(|streams| work(&mut *streams.out))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;

    /// A stream in memory, readable while it is written.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Heard(Arc<Mutex<Vec<u8>>>);

    impl Heard {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("the stream").clone()).expect("UTF-8")
        }
    }

    impl Write for Heard {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the stream").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A console whose output and errors can be read.
    pub(crate) fn heard(json: bool) -> (Console, Heard, Heard) {
        let (out, err) = (Heard::default(), Heard::default());
        let console = Console::new(Box::new(out.clone()), Box::new(err.clone()), json, false);
        (console, out, err)
    }

    /// A stream whose reader left.
    struct Left;

    impl Write for Left {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn readers_that_left_are_no_failure() {
        let console = Console::new(Box::new(Left), Box::new(Left), true, false);
        console.say("one");
        console.event(&1);
        console.result("two");
    }

    #[test]
    fn results_are_not_among_events() {
        let (console, out, err) = heard(true);
        console.result("8123");
        console.event(&serde_json::json!({"event": "end"}));
        assert_eq!(out.text(), "{\"event\":\"end\"}\n");
        assert_eq!(err.text(), "");
        let (console, out, _) = heard(false);
        console.result("8123");
        console.event(&1);
        assert_eq!(out.text(), "8123\n");
    }
}
