//! What is to be done, what was done before its turn, and what is told: shared by all threads.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{Sent, Worker};

/// Pieces taken up and not taken back, for each worker. This bounds the memory.
pub(super) const PIECES: usize = 4;
/// Pieces told, for each worker, for which it is worth to wake the one who takes them back: to wake a
/// thread costs as much as some lines.
const ENOUGH: usize = 2;

/// The worker that also reads and writes.
pub(super) const FIRST: usize = 0;

/// Tasks that are given out together.
pub(super) struct Batch<T> {
    pub(super) tasks: VecDeque<T>,
    /// Whether the first worker may do them: the others do not run out of work meanwhile.
    pub(super) is_light: bool,
}

/// Where a piece stands in the order: the number of its batch, and its own within that.
pub(super) type Place = (usize, usize);

/// What was done in one go of a batch.
#[derive(Debug)]
pub(super) struct Piece<C> {
    /// In the order of all pieces.
    pub(super) number: usize,
    pub(super) content: C,
    /// Whether the batch ends with it.
    pub(super) is_last: bool,
}

/// What a worker is asked for.
pub(super) enum Work<W: Worker> {
    /// A batch, or what is left of one.
    Do(Place, Batch<W::Task>),
    /// To tell what it did and another settled: memory is given back soonest by the one who took it, as
    /// the allocator makes others wait.
    Tell(Piece<Vec<W::Settled>>),
}

/// What the first worker does next.
pub(super) enum Turn<W: Worker> {
    Work(Work<W>),
    /// To take back what is told.
    Take(Vec<Sent<W::Told>>),
}

/// What was done and is not settled.
struct Done<W: Worker> {
    content: Vec<W::Done>,
    /// Whether its batch ends with it.
    is_last: bool,
    /// Who did it.
    by: usize,
}

/// See the module.
pub(super) struct Desk<W: Worker> {
    state: Mutex<State<W>>,
    /// There is more to be done, or more room.
    changed: Condvar,
    /// Enough is told, or it cannot wait.
    told: Condvar,
    workers: usize,
}

struct State<W: Worker> {
    /// Batches, or what is left of them.
    batches: BTreeMap<Place, Batch<W::Task>>,
    /// Batches given out so far.
    given: usize,
    done: BTreeMap<Place, Done<W>>,
    /// What is settled next.
    turn: Place,
    /// Whether somebody settles; the others need not wait for it.
    is_settling: bool,
    /// Pieces settled so far.
    settled: usize,
    /// By worker, what it is to tell.
    handed: Vec<VecDeque<Piece<Vec<W::Settled>>>>,
    /// What is told and not taken back.
    told: Vec<Sent<W::Told>>,
    /// Whether a worker panicked.
    is_broken: bool,
    /// Pieces that were taken up, and are not taken back.
    out: usize,
    /// Workers that wait.
    waiting: BTreeSet<usize>,
    is_closed: bool,
}

impl<W: Worker> Desk<W> {
    pub(super) fn new(workers: usize) -> Self {
        let state = State {
            batches: BTreeMap::new(),
            given: 0,
            done: BTreeMap::new(),
            turn: (0, 0),
            is_settling: false,
            settled: 0,
            handed: (0..workers).map(|_| VecDeque::new()).collect(),
            told: Vec::new(),
            is_broken: false,
            out: 0,
            waiting: BTreeSet::new(),
            is_closed: false,
        };
        let [changed, told] = [Condvar::new(), Condvar::new()];
        Desk { state: Mutex::new(state), changed, told, workers }
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is something to do, and room to do it: there is always room for the one that all
    /// others wait for.
    fn is_ready(&self, state: &State<W>) -> bool {
        let Some((first, _)) = state.batches.first_key_value() else { return false };
        state.out < PIECES * self.workers || *first == state.turn && state.done.len() == state.out
    }

    /// Wakes one who waits, if there is something to do now: the first worker last, as it has more to do.
    fn call(&self, state: MutexGuard<'_, State<W>>) {
        let last = state.waiting.last().copied().filter(|_| self.is_ready(&state));
        drop(state);
        match last {
            Some(FIRST) => self.told.notify_one(),
            Some(_) => self.changed.notify_one(),
            None => {}
        }
    }

    /// One more batch is to be done.
    pub(super) fn give(&self, batch: Batch<W::Task>) {
        let mut state = self.state();
        let place = (state.given, 0);
        state.given += 1;
        state.batches.insert(place, batch);
        self.call(state);
    }

    /// What this worker can do now.
    fn take_up(&self, state: &mut State<W>, own: usize) -> Option<Work<W>> {
        if let Some(piece) = state.handed[own].pop_front() {
            return Some(Work::Tell(piece));
        }
        if !self.is_ready(state) {
            return None;
        }
        let first = state.batches.first_entry().filter(|it| own != FIRST || it.get().is_light)?;
        let (place, batch) = first.remove_entry();
        state.out += 1;
        Some(Work::Do(place, batch))
    }

    /// What this worker is to do next, as soon as there is something; nothing when it is over.
    pub(super) fn next(&self, worker: usize) -> Option<Work<W>> {
        let mut state = self.state();
        while !state.is_closed {
            let work = self.take_up(&mut state, worker);
            if work.is_some() {
                return work;
            }
            state.waiting.insert(worker);
            if !state.told.is_empty() {
                self.told.notify_one();
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting.remove(&worker);
        }
        None
    }

    /// So much was done by this worker, and this is left of the batch.
    pub(super) fn put(&self, place: Place, content: Vec<W::Done>, rest: Batch<W::Task>, by: usize) {
        let mut state = self.state();
        let is_last = rest.tasks.is_empty();
        state.done.insert(place, Done { content, is_last, by });
        if !is_last {
            let (batch, piece) = place;
            state.batches.insert((batch, piece + 1), rest);
            self.call(state);
        }
    }

    /// Settles pieces whose turn it is, if they are done and nobody is at it, up to one that this worker
    /// is to tell.
    pub(super) fn settle(&self, worker: &mut W, own: usize) -> Option<Piece<Vec<W::Settled>>> {
        loop {
            let mut state = self.state();
            if state.is_settling {
                return None;
            }
            let turn = state.turn;
            let Done { content, is_last, by } = state.done.remove(&turn)?;
            state.is_settling = true;
            drop(state);
            let content = content.into_iter().map(|done| worker.settle(done)).collect();
            let mut state = self.state();
            state.is_settling = false;
            let piece = Piece { number: state.settled, content, is_last };
            state.settled += 1;
            state.turn = if is_last { (turn.0 + 1, 0) } else { (turn.0, turn.1 + 1) };
            if by == own || state.waiting.contains(&by) {
                self.call(state);
                return Some(piece);
            }
            state.handed[by].push_back(piece);
            self.call(state);
        }
    }

    /// A piece is told, or its worker panicked.
    pub(super) fn tell(&self, sent: Sent<W::Told>) {
        let mut state = self.state();
        state.is_broken |= sent.is_err();
        state.told.push(sent);
        let is_enough = self.is_enough(&state);
        drop(state);
        if is_enough {
            self.told.notify_one();
        }
    }

    /// Whether what is told is to be taken back now: there is much of it, or a worker waits.
    fn is_enough(&self, state: &State<W>) -> bool {
        let enough = if !state.waiting.is_empty() { 1 } else { ENOUGH * self.workers };
        state.is_broken || state.told.len() >= enough
    }

    /// What is told so far.
    pub(super) fn told(&self) -> Vec<Sent<W::Told>> {
        std::mem::take(&mut self.state().told)
    }

    /// What the first worker does next, as soon as there is something; some of it must be out.
    pub(super) fn turn(&self) -> Turn<W> {
        let mut state = self.state();
        loop {
            if self.is_enough(&state) {
                return Turn::Take(std::mem::take(&mut state.told));
            }
            if let Some(work) = self.take_up(&mut state, FIRST) {
                return Turn::Work(work);
            }
            if !state.told.is_empty() {
                return Turn::Take(std::mem::take(&mut state.told));
            }
            // It is left to another.
            if self.is_ready(&state) && !state.waiting.is_empty() {
                self.changed.notify_one();
            }
            state.waiting.insert(FIRST);
            state = self.told.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting.remove(&FIRST);
        }
    }

    /// A piece was taken back.
    pub(super) fn let_go(&self) {
        let mut state = self.state();
        state.out -= 1;
        self.call(state);
    }

    fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }
}

/// Closes the desk at its end.
pub(super) struct Open<'d, W: Worker>(pub(super) &'d Desk<W>);

impl<W: Worker> Drop for Open<'_, W> {
    fn drop(&mut self) {
        self.0.close();
    }
}
