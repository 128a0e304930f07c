//! A task's line while a person watches: what it is at, for how long, and how long that usually takes.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use kling_lint::printable;

use super::ago;
use crate::ledger::Usual;

/// How often the time is redrawn.
const TICK: Duration = Duration::from_millis(250);
/// Characters of a request's name.
const NAME: usize = 32;

/// A line that is redrawn until the task ends.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// For a request.
    pub(crate) fn new(bars: &MultiProgress, request: &str) -> Self {
        let bar = bars.add(ProgressBar::new_spinner());
        let span = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // The bar is redrawn anyway.
            let _ = out.write_str(&ago::span(state.elapsed()));
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}{span}, {wide_msg}") {
            bar.set_style(style.with_key("span", span));
        }
        bar.set_prefix(format!("{}: ", end(request)));
        bar.set_message("…");
        bar.enable_steady_tick(TICK);
        Bar(bar)
    }

    /// What it is at.
    pub(crate) fn tell(&self, text: String) {
        self.0.set_message(text);
    }

    /// It has been at it for so long already.
    pub(crate) fn began(&mut self, ago: Duration) {
        self.0 = self.0.clone().with_elapsed(ago);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The end of a name: what tells requests apart.
fn end(name: &str) -> String {
    let safe = printable::escape(name);
    let excess = safe.chars().count().saturating_sub(NAME);
    if excess == 0 {
        return safe;
    }
    format!("…{}", safe.chars().skip(excess + 1).collect::<String>())
}

/// How long tasks like this one take, as it looks after so long.
pub(crate) fn phrase(usual: Option<&Usual>, so_far: Duration) -> Option<String> {
    let usual = usual?;
    Some(if so_far < usual.fast {
        format!("usually {}", ago::range(usual.fast, usual.slow))
    } else if so_far < usual.slow {
        "should finish soon".into()
    } else {
        "taking longer than usual".into()
    })
}

/// `sending 12.3 of 40.1 MB`
pub(crate) fn bytes(verb: &str, done: u64, total: Option<u64>) -> String {
    let (size, unit) = match total.unwrap_or(done) {
        0..1_000_000 => (1e3, "kB"),
        1_000_000.. => (1e6, "MB"),
    };
    match total {
        Some(total) => {
            format!("{verb} {:.1} of {:.1} {unit}", done as f64 / size, total as f64 / size)
        }
        None => format!("{verb} {:.1} {unit}", done as f64 / size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_phrases_and_none_without_a_past() {
        let seconds = Duration::from_secs;
        let usual = Usual { tasks: 9, fast: seconds(120), slow: seconds(240) };
        let told = |so_far| phrase(Some(&usual), seconds(so_far)).expect("a phrase");
        assert_eq!(told(0), "usually 2-4 min");
        assert_eq!(told(120), "should finish soon");
        assert_eq!(told(240), "taking longer than usual");
        assert_eq!(phrase(None, seconds(9)), None);
    }

    #[test]
    fn bytes_and_names_are_short() {
        assert_eq!(bytes("sending", 12_345_678, Some(40_100_000)), "sending 12.3 of 40.1 MB");
        assert_eq!(bytes("saving", 1_000_000, None), "saving 1.0 MB");
        assert_eq!(bytes("sending", 110, Some(110)), "sending 0.1 of 0.1 kB");
        assert_eq!(end("cat.json"), "cat.json");
        let long = end(&format!("{}/cat.json", "x".repeat(99)));
        assert_eq!(long.chars().count(), NAME);
        assert!(long.starts_with('…') && long.ends_with("/cat.json"));
        assert_eq!(end("\u{1b}"), "\\u{1b}");
    }
}
