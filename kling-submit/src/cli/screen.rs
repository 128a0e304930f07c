//! Where bars are drawn: standard error, until it is gone.
//!
//! `indicatif` takes a terminal that cannot be written for a mistake of the program, and panics. A
//! terminal that was closed must not end the work that was begun in it.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;
use terminal_size::{Height, Width};

/// Columns and lines of a terminal that does not say.
const USUAL: (u16, u16) = (80, 24);

/// A terminal that never fails.
pub(crate) struct Screen<W>(Mutex<State<W>>);

struct State<W> {
    /// `None` once it could not be written.
    out: Option<W>,
    /// What is written at once.
    text: String,
}

impl<W: Write> Screen<W> {
    pub(crate) fn new(out: W) -> Self {
        Screen(Mutex::new(State { out: Some(out), text: String::new() }))
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, text: &str) -> io::Result<()> {
        let mut state = self.state();
        if state.out.is_some() {
            state.text.push_str(text);
        }
        Ok(())
    }

    fn go(&self, span: usize, way: char) -> io::Result<()> {
        if span == 0 { Ok(()) } else { self.add(&format!("\u{1b}[{span}{way}")) }
    }
}

impl<W> std::fmt::Debug for Screen<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

fn size() -> (u16, u16) {
    let found = terminal_size::terminal_size_of(io::stderr());
    found.map_or(USUAL, |(Width(width), Height(height))| (width, height))
}

impl<W: Write + Send> TermLike for Screen<W> {
    fn width(&self) -> u16 {
        size().0
    }

    fn height(&self) -> u16 {
        size().1
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.go(n, 'A')
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.go(n, 'B')
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.go(n, 'C')
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.go(n, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.add(text)?;
        self.add("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.add(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.add("\r\u{1b}[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let mut state = self.state();
        let text = std::mem::take(&mut state.text);
        if let Some(out) = &mut state.out
            && out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err()
        {
            state.out = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

    use super::*;

    /// A terminal whose window was closed.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("Input/output error"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_terminal_ends_no_work() {
        let target = ProgressDrawTarget::term_like(Box::new(Screen::new(Closed)));
        let bars = MultiProgress::with_draw_target(target);
        let bar = bars.add(ProgressBar::new_spinner());
        bar.set_message("at work");
        bar.tick();
        assert_eq!(bars.suspend(|| 7), 7);
        bar.finish_and_clear();
    }

    #[test]
    fn what_is_drawn_comes_in_one_piece() {
        let screen = Screen::new(Vec::new());
        let drawn = || screen.state().out.clone().expect("it is there");
        screen.move_cursor_up(0).and_then(|()| screen.move_cursor_up(2)).expect("no failure");
        screen.clear_line().and_then(|()| screen.write_str("a")).expect("no failure");
        assert_eq!(drawn(), b"");
        screen.flush().expect("no failure");
        assert_eq!(drawn(), b"\x1b[2A\r\x1b[2Ka");
    }
}
