//! Work on several threads, taken in the order it was given out.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Tasks given out and not taken back, for each thread: one that is slow stops the others only after
/// this many.
const AHEAD: usize = 4;

/// Where tasks come from, and where they go when they are done. One thread does both.
pub(super) trait Line {
    type Task: Send;
    type Done: Send;

    /// The next task.
    fn next(&mut self) -> Option<Self::Task>;

    /// Whether it is to be done before the next one is asked for.
    fn is_urgent(&self, task: &Self::Task) -> bool;

    /// One is done. They come in the order of the tasks.
    ///
    /// # Errors
    /// What ends the run.
    fn take(&mut self, done: Self::Done) -> io::Result<ControlFlow<()>>;
}

/// Does all tasks on so many threads; on this one, if there is but one task or thread.
///
/// # Errors
/// Those of [`Line::take`].
pub(super) fn run<L: Line>(
    jobs: NonZeroUsize,
    line: &mut L,
    work: &(impl Fn(L::Task) -> L::Done + Sync),
) -> io::Result<()> {
    let mut held = None;
    while let Some(task) = line.next() {
        let alone = jobs.get() == 1 || line.is_urgent(&task);
        match held.take() {
            None if alone => {}
            None => {
                held = Some(task);
                continue;
            }
            Some(first) if alone => {
                if line.take(work(first))?.is_break() {
                    return Ok(());
                }
            }
            Some(first) => return on_threads(jobs.get(), line, work, [first, task]),
        }
        if line.take(work(task))?.is_break() {
            return Ok(());
        }
    }
    match held {
        Some(task) => line.take(work(task)).map(|_| ()),
        None => Ok(()),
    }
}

fn on_threads<L: Line>(
    jobs: usize,
    line: &mut L,
    work: &(impl Fn(L::Task) -> L::Done + Sync),
    begun: [L::Task; 2],
) -> io::Result<()> {
    let (give, tasks) = mpsc::channel();
    let tasks = Mutex::new(tasks);
    thread::scope(|scope| {
        // All ends with the closure, so that threads stop when it returns early.
        let give = give;
        let (tell, told) = mpsc::channel();
        for _ in 0..jobs {
            let (tell, tasks) = (tell.clone(), &tasks);
            scope.spawn(move || {
                while let Some((number, task)) = next_of(tasks) {
                    // A panic must reach the thread that waits.
                    let done = catch_unwind(AssertUnwindSafe(|| work(task)));
                    if tell.send((number, done)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        let mut begun = begun.into_iter();
        let mut window = Window { first: 0, done: VecDeque::new() };
        let mut barrier = None;
        let mut ended = false;
        loop {
            while !ended && barrier.is_none() && window.done.len() < AHEAD * jobs {
                match begun.next().or_else(|| line.next()) {
                    None => ended = true,
                    Some(task) if line.is_urgent(&task) => barrier = Some(task),
                    Some(task) => {
                        let number = window.first + window.done.len();
                        window.done.push_back(None);
                        // They listen until this sender is gone.
                        let _ = give.send((number, task));
                    }
                }
                window.keep(told.try_iter());
                while let Some(done) = window.pop() {
                    if line.take(done)?.is_break() {
                        return Ok(());
                    }
                }
            }
            if window.done.is_empty() {
                match barrier.take() {
                    Some(task) => {
                        if line.take(work(task))?.is_break() {
                            return Ok(());
                        }
                        continue;
                    }
                    None if ended => return Ok(()),
                    None => continue,
                }
            }
            window.keep(told.recv().into_iter());
            while let Some(done) = window.pop() {
                if line.take(done)?.is_break() {
                    return Ok(());
                }
            }
        }
    })
}

fn next_of<T>(tasks: &Mutex<Receiver<T>>) -> Option<T> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// What was given out and not taken: done already, or not yet.
struct Window<D> {
    /// The number of the first of them.
    first: usize,
    done: VecDeque<Option<D>>,
}

impl<D> Window<D> {
    fn keep(&mut self, told: impl Iterator<Item = (usize, thread::Result<D>)>) {
        for (number, done) in told {
            match done {
                Ok(done) => {
                    if let Some(place) = self.done.get_mut(number - self.first) {
                        *place = Some(done);
                    }
                }
                Err(panic) => resume_unwind(panic),
            }
        }
    }

    /// The first of them, if it is done.
    fn pop(&mut self) -> Option<D> {
        let done = self.done.front_mut()?.take()?;
        self.done.pop_front();
        self.first += 1;
        Some(done)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Numbers, some of which are urgent; the run breaks at one of them.
    struct Numbers {
        next: u64,
        end: u64,
        urgent: u64,
        breaks: Option<u64>,
        taken: Vec<u64>,
    }

    impl Line for Numbers {
        type Task = u64;
        type Done = u64;

        fn next(&mut self) -> Option<u64> {
            self.next += 1;
            (self.next <= self.end).then_some(self.next)
        }

        fn is_urgent(&self, task: &u64) -> bool {
            self.urgent > 0 && task.is_multiple_of(self.urgent)
        }

        fn take(&mut self, done: u64) -> io::Result<ControlFlow<()>> {
            assert!(self.taken.len() as u64 + 1 == done);
            if self.urgent > 0 && done.is_multiple_of(self.urgent) {
                assert_eq!(done, self.next, "nothing was asked for in between");
            }
            self.taken.push(done);
            let breaks = self.breaks == Some(done);
            Ok(if breaks { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        }
    }

    fn taken(end: u64, jobs: usize, urgent: u64, breaks: Option<u64>) -> usize {
        let mut numbers = Numbers { next: 0, end, urgent, breaks, taken: Vec::new() };
        let jobs = NonZeroUsize::new(jobs).expect("threads");
        run(jobs, &mut numbers, &|number| {
            // The first are the slowest.
            thread::sleep(Duration::from_micros(200 / (number % 7 + 1)));
            number
        })
        .expect("nothing fails");
        numbers.taken.len()
    }

    #[test]
    fn tasks_are_taken_in_order() {
        for jobs in [1, 2, 5] {
            for urgent in [0, 1, 2, 10] {
                for end in [0, 1, 2, 3, 100] {
                    assert_eq!(taken(end, jobs, urgent, None), end as usize);
                }
            }
        }
    }

    #[test]
    fn a_run_may_end_early() {
        for jobs in [1, 3] {
            for at in [1, 2, 3, 50] {
                assert_eq!(taken(100, jobs, 0, Some(at)), at as usize);
                assert_eq!(taken(100, jobs, 7, Some(at)), at as usize);
            }
        }
    }

    #[test]
    #[should_panic(expected = "seven")]
    fn a_panic_ends_the_run() {
        let mut numbers = Numbers { next: 0, end: 50, urgent: 0, breaks: None, taken: Vec::new() };
        let jobs = NonZeroUsize::new(3).expect("threads");
        let _ = run(jobs, &mut numbers, &|number| {
            assert!(number != 7, "seven");
            number
        });
    }
}
