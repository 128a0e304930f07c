//! What is to be done, and what was done before its turn: shared by all workers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Worker;

/// Pieces taken up and not taken back, for each worker. This bounds the memory.
pub(super) const PIECES: usize = 2;

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
    /// Pieces that may be out.
    most: usize,
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
    /// Pieces settled so far.
    settled: usize,
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
            settled: 0,
            out: 0,
            waiting: 0,
            is_closed: false,
        };
        Desk { state: Mutex::new(state), changed: Condvar::new(), most: PIECES * workers }
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is something to do, and room to do it: there is always room for the one that all
    /// others wait for.
    fn is_ready(&self, state: &State<W>) -> bool {
        let Some((first, _)) = state.batches.first_key_value() else { return false };
        state.out < self.most || *first == state.turn && state.done.len() == state.out
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

    /// Settles the piece whose turn it is, if it is done.
    pub(super) fn settle(&self, worker: &mut W) -> Option<Piece<Vec<W::Settled>>> {
        let mut state = self.state();
        let turn = state.turn;
        let (done, is_last) = state.done.remove(&turn)?;
        let content = done.into_iter().map(|done| worker.settle(done)).collect();
        let number = state.settled;
        state.settled += 1;
        state.turn = if is_last { (turn.0 + 1, 0) } else { (turn.0, turn.1 + 1) };
        self.call(state);
        Some(Piece { number, content, is_last })
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
