//! Work on several threads, taken in the order it was given out.

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Batches given out and not taken back, for each thread: one that is slow stops the others only after
/// this many.
const AHEAD: usize = 4;
/// How many small tasks are given out together: to wake a thread costs as much as several of them.
const BATCH: usize = 64;
/// How much may be in a batch. It is kept until its turn comes, so this bounds the memory.
const HEAVY: u64 = 128 << 10;

/// Where tasks come from, and where they go when they are done. One thread does both.
pub(super) trait Line {
    type Task: Send;
    type Done: Send;

    /// The next task.
    fn next(&mut self) -> Option<Self::Task>;

    /// Whether it is to be done before the next one is asked for.
    fn is_urgent(&self, task: &Self::Task) -> bool;

    /// How many bytes it is about, if it is small.
    fn small(&self, task: &Self::Task) -> Option<u64>;

    /// One is done. They come in the order of the tasks.
    ///
    /// # Errors
    /// What ends the run.
    fn take(&mut self, done: Self::Done) -> io::Result<ControlFlow<()>>;
}

/// Does all tasks on so many threads, else on one a core; on this one, if there is but one thread or
/// so little to do that to start others would take longer.
///
/// # Errors
/// Those of [`Line::take`].
pub(super) fn run<L: Line>(
    jobs: Option<NonZeroUsize>,
    line: &mut L,
    work: &(impl Fn(L::Task) -> L::Done + Sync),
) -> io::Result<()> {
    let mut ahead = None;
    let mut held: Option<Vec<L::Task>> = None;
    while jobs != Some(NonZeroUsize::MIN) {
        match next(line, &mut ahead) {
            Next::Batch(batch) => match held.take() {
                None => held = Some(batch),
                Some(first) => {
                    // The system is not asked before it matters: it reads files to answer.
                    let jobs = jobs.unwrap_or_else(cores);
                    if jobs.get() > 1 {
                        return on_threads(jobs.get(), line, work, ahead, [first, batch]);
                    }
                    held = Some(first.into_iter().chain(batch).chain(ahead).collect());
                    break;
                }
            },
            Next::Urgent(task) => {
                let tasks = held.take().into_iter().flatten().chain([task]);
                if alone(tasks, line, work)?.is_break() {
                    return Ok(());
                }
            }
            Next::End => break,
        }
    }
    if alone(held.into_iter().flatten(), line, work)?.is_continue() {
        while let Some(task) = line.next() {
            if line.take(work(task))?.is_break() {
                break;
            }
        }
    }
    Ok(())
}

fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Does these tasks on this thread.
fn alone<L: Line>(
    tasks: impl Iterator<Item = L::Task>,
    line: &mut L,
    work: &impl Fn(L::Task) -> L::Done,
) -> io::Result<ControlFlow<()>> {
    for task in tasks {
        if line.take(work(task))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// What comes next.
enum Next<T> {
    /// Tasks for one thread, one at least.
    Batch(Vec<T>),
    /// One that is to be done before anything else is asked for.
    Urgent(T),
    End,
}

/// Small tasks in a row, or one that is not small; what came after them is kept for the next time.
fn next<L: Line>(line: &mut L, ahead: &mut Option<L::Task>) -> Next<L::Task> {
    let mut batch = Vec::new();
    let mut weight = 0;
    while batch.len() < BATCH {
        let Some(task) = ahead.take().or_else(|| line.next()) else { break };
        let is_urgent = line.is_urgent(&task);
        match line.small(&task).filter(|_| !is_urgent) {
            Some(bytes) if weight + bytes <= HEAVY => {
                weight += bytes;
                batch.push(task);
            }
            _ if !batch.is_empty() => {
                *ahead = Some(task);
                break;
            }
            _ if is_urgent => return Next::Urgent(task),
            _ => return Next::Batch(vec![task]),
        }
    }
    if batch.is_empty() { Next::End } else { Next::Batch(batch) }
}

fn on_threads<L: Line>(
    jobs: usize,
    line: &mut L,
    work: &(impl Fn(L::Task) -> L::Done + Sync),
    mut ahead: Option<L::Task>,
    begun: [Vec<L::Task>; 2],
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
                while let Some((number, batch)) = next_of(tasks) {
                    let batch: Vec<L::Task> = batch;
                    // A panic must reach the thread that waits.
                    let all = || batch.into_iter().map(work).collect::<Vec<L::Done>>();
                    let done = catch_unwind(AssertUnwindSafe(all));
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
                match begun.next().map_or_else(|| next(line, &mut ahead), Next::Batch) {
                    Next::End => ended = true,
                    Next::Urgent(task) => barrier = Some(task),
                    Next::Batch(batch) => {
                        let number = window.first + window.done.len();
                        window.done.push_back(None);
                        // They listen until this sender is gone.
                        let _ = give.send((number, batch));
                    }
                }
                window.keep(told.try_iter());
                if window.take(line)?.is_break() {
                    return Ok(());
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
            if window.take(line)?.is_break() {
                return Ok(());
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
    done: VecDeque<Option<Vec<D>>>,
}

impl<D> Window<D> {
    fn keep(&mut self, told: impl Iterator<Item = (usize, thread::Result<Vec<D>>)>) {
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

    /// Takes what is done, up to the first that is not.
    fn take(&mut self, line: &mut impl Line<Done = D>) -> io::Result<ControlFlow<()>> {
        while let Some(first) = self.done.front_mut()
            && let Some(batch) = first.take()
        {
            self.done.pop_front();
            self.first += 1;
            for done in batch {
                if line.take(done)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
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
        /// From this number on, two of three are small.
        small: u64,
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

        fn small(&self, task: &u64) -> Option<u64> {
            (*task >= self.small && !task.is_multiple_of(3)).then_some(HEAVY / 7)
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
        let counts = [0, 20, u64::MAX].map(|small| count(end, jobs, (urgent, small), breaks));
        assert!(
            counts.iter().all(|count| *count == counts[0]),
            "batches change nothing: {counts:?}"
        );
        counts[0]
    }

    fn count(end: u64, jobs: usize, (urgent, small): (u64, u64), breaks: Option<u64>) -> usize {
        let mut numbers = Numbers { next: 0, end, urgent, small, breaks, taken: Vec::new() };
        run(NonZeroUsize::new(jobs), &mut numbers, &|number| {
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
        let mut numbers =
            Numbers { next: 0, end: 50, urgent: 0, small: 0, breaks: None, taken: Vec::new() };
        let _ = run(NonZeroUsize::new(3), &mut numbers, &|number| {
            assert!(number != 7, "seven");
            number
        });
    }
}
