//! Work on several threads, told in the order it was given out.
//!
//! ```text
//! this thread     each worker                        this thread
//! Line::next  →  work  →  settle  →  tell      →   Line::take
//!                         in order                  in order
//! ```
//!
//! What a worker finds stays with it until it is told, whoever settles it; only what is told comes back.
//! This thread is a worker too while enough is given out: one more would take turns with it.

mod desk;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

use desk::{Batch, Desk, Open, Piece, Turn, Work};

use crate::lines::HELD;

/// Batches given out and not told, for each thread: one that is slow stops the others only after this
/// many.
const AHEAD: usize = 4;
/// How many small tasks are given out together: to wake a thread costs as much as several of them.
const BATCH: usize = 64;
/// How much may be in a batch. It is kept until its turn comes, so this bounds the memory.
const HEAVY: u64 = 128 << 10;

/// Where tasks come from, and where goes what is told of them. One thread does both.
pub(super) trait Line {
    type Worker: Worker;

    /// One who does the tasks.
    fn worker(&self) -> Self::Worker;

    /// The next task.
    fn next(&mut self) -> Option<Task<Self>>;

    /// Whether it is to be done before the next one is asked for, on the thread that asks.
    fn is_urgent(&self, task: &Task<Self>) -> bool;

    /// How many bytes it is about, if it is small.
    fn small(&self, task: &Task<Self>) -> Option<u64>;

    /// Whether it is done so soon that meanwhile no task is given out.
    fn is_light(&self, task: &Task<Self>) -> bool;

    /// One is told, or a part of it. They come in the order of the tasks.
    ///
    /// # Errors
    /// What ends the run.
    fn take(&mut self, told: Told<Self>) -> io::Result<ControlFlow<()>>;
}

type Task<L> = <<L as Line>::Worker as Worker>::Task;
type Told<L> = <<L as Line>::Worker as Worker>::Told;

/// Does tasks on a thread.
pub(super) trait Worker: Send {
    type Task: Send;
    type Done: Send;
    type Settled: Send;
    type Told: Send;

    /// Does a task, or a part of it; then the rest comes back too.
    fn work(&mut self, task: Self::Task) -> (Self::Done, Option<Self::Task>);

    /// How much is held in what was done: a worker passes the rest of a batch on when that is much.
    fn weight(&self, done: &Self::Done) -> usize;

    /// Settles what needs the order. Of all workers one does at a time, in the order of the tasks.
    fn settle(&mut self, done: Self::Done) -> Self::Settled;

    /// Says it, in any order.
    fn tell(&mut self, settled: Self::Settled) -> Self::Told;
}

/// Does all tasks on so many threads, else on one a core; on this one, if there is but one thread or
/// so little to do that to start others would take longer.
///
/// # Errors
/// Those of [`Line::take`].
pub(super) fn run<L: Line>(jobs: Option<NonZeroUsize>, line: &mut L) -> io::Result<()> {
    let mut worker = line.worker();
    let mut ahead = None;
    let mut held: Option<VecDeque<Task<L>>> = None;
    while jobs != Some(NonZeroUsize::MIN) {
        match next(line, &mut ahead) {
            Next::Batch(batch) => match held.take() {
                None => held = Some(batch),
                Some(first) => {
                    // The system is not asked before it matters: it reads files to answer.
                    let jobs = jobs.unwrap_or_else(cores);
                    if jobs.get() > 1 {
                        return on_threads(jobs.get(), line, worker, ahead, [first, batch]);
                    }
                    held = Some(first.into_iter().chain(batch).chain(ahead).collect());
                    break;
                }
            },
            Next::Urgent(task) => {
                let tasks = held.take().into_iter().flatten().chain([task]);
                if alone(tasks, line, &mut worker)?.is_break() {
                    return Ok(());
                }
            }
            Next::End => break,
        }
    }
    if alone(held.into_iter().flatten(), line, &mut worker)?.is_continue() {
        while let Some(task) = line.next() {
            if alone([task], line, &mut worker)?.is_break() {
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
    tasks: impl IntoIterator<Item = Task<L>>,
    line: &mut L,
    worker: &mut L::Worker,
) -> io::Result<ControlFlow<()>> {
    for task in tasks {
        let mut left = Some(task);
        while let Some(task) = left {
            let (done, rest) = worker.work(task);
            let settled = worker.settle(done);
            if line.take(worker.tell(settled))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            left = rest;
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// What comes next.
enum Next<T> {
    /// Tasks for one thread, one at least.
    Batch(VecDeque<T>),
    /// One that is to be done before anything else is asked for.
    Urgent(T),
    End,
}

/// Small tasks in a row, or one that is not small; what came after them is kept for the next time.
fn next<L: Line>(line: &mut L, ahead: &mut Option<Task<L>>) -> Next<Task<L>> {
    let mut batch = VecDeque::new();
    let mut weight = 0;
    while batch.len() < BATCH {
        let Some(task) = ahead.take().or_else(|| line.next()) else { break };
        let is_urgent = line.is_urgent(&task);
        match line.small(&task).filter(|_| !is_urgent) {
            Some(bytes) if weight + bytes <= HEAVY => {
                weight += bytes;
                batch.push_back(task);
            }
            _ if !batch.is_empty() => {
                *ahead = Some(task);
                break;
            }
            _ if is_urgent => return Next::Urgent(task),
            _ => return Next::Batch(VecDeque::from([task])),
        }
    }
    if batch.is_empty() { Next::End } else { Next::Batch(batch) }
}

// Else all runs would begin with its stack.
#[inline(never)]
fn on_threads<L: Line>(
    jobs: usize,
    line: &mut L,
    mut worker: L::Worker,
    mut ahead: Option<Task<L>>,
    begun: [VecDeque<Task<L>>; 2],
) -> io::Result<()> {
    let desk = Desk::new(jobs);
    thread::scope(|scope| {
        // Closed with the closure, so that threads stop when it returns early.
        let desk = Open(&desk);
        // This thread is the first.
        for own in 1..jobs {
            let (mut worker, desk) = (line.worker(), desk.0);
            scope.spawn(move || {
                // A panic must reach the thread that waits.
                let all = AssertUnwindSafe(|| {
                    while let Some(work) = desk.next(own) {
                        serve(&mut worker, desk, own, work);
                    }
                });
                if let Err(panic) = catch_unwind(all) {
                    desk.tell(Err(panic));
                }
            });
        }
        let mut begun = begun.into_iter();
        let mut window = Window { first: 0, pieces: VecDeque::new() };
        let mut barrier = None;
        let (mut out, mut ended) = (0, false);
        loop {
            while !ended && barrier.is_none() && out < AHEAD * jobs {
                match begun.next().map_or_else(|| next(line, &mut ahead), Next::Batch) {
                    Next::End => ended = true,
                    Next::Urgent(task) => barrier = Some(task),
                    Next::Batch(tasks) => {
                        out += 1;
                        let is_light = tasks.iter().all(|task| line.is_light(task));
                        desk.0.give(Batch { tasks, is_light });
                    }
                }
                window.keep(desk.0.told());
                match window.take(line, desk.0)? {
                    ControlFlow::Continue(done) => out -= done,
                    ControlFlow::Break(()) => return Ok(()),
                }
            }
            if out == 0 {
                if let Some(task) = barrier.take() {
                    if alone([task], line, &mut worker)?.is_break() {
                        return Ok(());
                    }
                } else if ended {
                    return Ok(());
                }
                continue;
            }
            match desk.0.turn() {
                Turn::Work(work) => {
                    serve(&mut worker, desk.0, desk::FIRST, work);
                    window.keep(desk.0.told());
                }
                Turn::Take(told) => window.keep(told),
            }
            match window.take(line, desk.0)? {
                ControlFlow::Continue(done) => out -= done,
                ControlFlow::Break(()) => return Ok(()),
            }
        }
    })
}

/// What a worker sends, or why it panicked.
type Sent<T> = thread::Result<Piece<Vec<T>>>;

/// Does a piece of work, and settles and tells what is due then.
fn serve<W: Worker>(worker: &mut W, desk: &Desk<W>, own: usize, work: Work<W>) {
    let tell = |worker: &mut W, Piece { number, content, is_last }: Piece<Vec<W::Settled>>| {
        let content = content.into_iter().map(|settled| worker.tell(settled)).collect();
        desk.tell(Ok(Piece { number, content, is_last }));
    };
    let (place, mut batch) = match work {
        Work::Do(place, batch) => (place, batch),
        Work::Tell(piece) => return tell(worker, piece),
    };
    let mut done = Vec::new();
    let mut held = 0;
    while held < HELD
        && let Some(task) = batch.tasks.pop_front()
    {
        let (part, rest) = worker.work(task);
        held += worker.weight(&part);
        done.push(part);
        if let Some(rest) = rest {
            batch.tasks.push_front(rest);
        }
    }
    desk.put(place, done, batch, own);
    while let Some(piece) = desk.settle(worker, own) {
        tell(worker, piece);
    }
}

/// What was told out of its order.
struct Window<T> {
    /// The number of the piece that comes first.
    first: usize,
    pieces: VecDeque<Option<Piece<Vec<T>>>>,
}

impl<T> Window<T> {
    fn keep(&mut self, sent: Vec<Sent<T>>) {
        for sent in sent {
            let piece = sent.unwrap_or_else(|panic| resume_unwind(panic));
            let at = piece.number - self.first;
            if self.pieces.len() <= at {
                self.pieces.resize_with(at + 1, || None);
            }
            self.pieces[at] = Some(piece);
        }
    }

    /// Takes what is told, up to the first piece that is not; so many batches end in it.
    fn take<L: Line>(
        &mut self,
        line: &mut L,
        desk: &Desk<L::Worker>,
    ) -> io::Result<ControlFlow<(), usize>>
    where
        L::Worker: Worker<Told = T>,
    {
        let mut done = 0;
        while let Some(first) = self.pieces.front_mut()
            && let Some(Piece { content, is_last, .. }) = first.take()
        {
            self.pieces.pop_front();
            self.first += 1;
            done += usize::from(is_last);
            for told in content {
                if line.take(told)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            desk.let_go();
        }
        Ok(ControlFlow::Continue(done))
    }
}
