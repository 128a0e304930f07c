//! What is to be done, what was done before its turn, and what is told: shared by all threads.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::{Sent, Worker};

/// Pieces taken up and not taken back, for each worker. This bounds the memory.
pub(super) const PIECES: usize = 4;
/// Pieces told, for each worker, for which it is worth to wake the one who takes them back: to wake a
/// thread costs as much as some lines.
const ENOUGH: usize = 2;

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
    batches: BTreeMap<Place, VecDeque<W::Task>>,
    /// Batches given out so far.
    given: usize,
    /// What was done and is not settled, and whether its batch ends with it.
    done: BTreeMap<Place, (Vec<W::Done>, bool)>,
    /// What is settled next.
    turn: Place,
    /// Whether somebody settles; the others need not wait for it.
    is_settling: bool,
    /// Pieces settled so far.
    settled: usize,
    /// What is told and not taken back.
    told: Vec<Sent<W::Told>>,
    /// Whether a worker panicked.
    is_broken: bool,
    /// Pieces that were taken up, and are not taken back.
    out: usize,
    /// Workers that wait.
    waiting: usize,
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
            told: Vec::new(),
            is_broken: false,
            out: 0,
            waiting: 0,
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

    /// Wakes one who waits, if there is something to do now.
    fn call(&self, state: MutexGuard<'_, State<W>>) {
        let someone = state.waiting > 0 && self.is_ready(&state);
        drop(state);
        if someone {
            self.changed.notify_one();
        }
    }

    /// One more batch is to be done.
    pub(super) fn give(&self, batch: VecDeque<W::Task>) {
        let mut state = self.state();
        let place = (state.given, 0);
        state.given += 1;
        state.batches.insert(place, batch);
        self.call(state);
    }

    /// What is to be done next, as soon as there is something; nothing when it is over.
    pub(super) fn next(&self) -> Option<(Place, VecDeque<W::Task>)> {
        let mut state = self.state();
        while !state.is_closed {
            if self.is_ready(&state) {
                state.out += 1;
                return state.batches.pop_first();
            }
            state.waiting += 1;
            if !state.told.is_empty() {
                self.told.notify_one();
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        None
    }

    /// So much was done, and this is left of the batch.
    pub(super) fn put(&self, place: Place, done: Vec<W::Done>, rest: VecDeque<W::Task>) {
        let mut state = self.state();
        let is_last = rest.is_empty();
        state.done.insert(place, (done, is_last));
        if !is_last {
            let (batch, piece) = place;
            state.batches.insert((batch, piece + 1), rest);
            self.call(state);
        }
    }

    /// Settles the piece whose turn it is, if it is done and nobody is at it.
    pub(super) fn settle(&self, worker: &mut W) -> Option<Piece<Vec<W::Settled>>> {
        let mut state = self.state();
        if state.is_settling {
            return None;
        }
        let turn = state.turn;
        let (done, is_last) = state.done.remove(&turn)?;
        state.is_settling = true;
        drop(state);
        let content = done.into_iter().map(|done| worker.settle(done)).collect();
        let mut state = self.state();
        state.is_settling = false;
        let number = state.settled;
        state.settled += 1;
        state.turn = if is_last { (turn.0 + 1, 0) } else { (turn.0, turn.1 + 1) };
        self.call(state);
        Some(Piece { number, content, is_last })
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
        let enough = if state.waiting > 0 { 1 } else { ENOUGH * self.workers };
        state.is_broken || state.told.len() >= enough
    }

    /// What is told so far.
    pub(super) fn told(&self) -> Vec<Sent<W::Told>> {
        std::mem::take(&mut self.state().told)
    }

    /// What is told, as soon as that is enough; some of it must be out.
    pub(super) fn wait(&self) -> Vec<Sent<W::Told>> {
        let mut state = self.state();
        while !self.is_enough(&state) {
            state = self.told.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::take(&mut state.told)
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
