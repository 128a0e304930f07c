//! One who judges, settles and tells units, on a thread of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::inputs::Unit;
use super::judge::{Judged, judge};
use super::order::{Order, Settled};
use crate::Linter;
use crate::cli::apart::{Requests, Tellers, Told};
use crate::cli::jobs::Worker;
use crate::linter::Scratch;

/// See the module.
pub(super) struct Judge {
    pub(super) linter: Linter,
    pub(super) scratch: Scratch,
    /// Files are told apart when they may be met twice.
    pub(super) may_repeat: bool,
    pub(super) repairs: bool,
    pub(super) order: Arc<Mutex<Order>>,
    pub(super) tellers: Tellers,
}

impl Worker for Judge {
    type Task = Unit;
    type Done = Judged;
    type Settled = Settled<Requests>;
    type Told = Settled<Told>;

    fn work(&mut self, unit: Unit) -> (Judged, Option<Unit>) {
        judge(&self.linter, &mut self.scratch, unit, self.may_repeat, self.repairs)
    }

    fn weight(&self, judged: &Judged) -> usize {
        judged.held()
    }

    fn settle(&mut self, judged: Judged) -> Settled<Requests> {
        let order = &mut *locked(&self.order);
        let settled = order.settle(judged);
        self.scratch.leave_out(order.unlisted());
        settled
    }

    fn tell(&mut self, settled: Settled<Requests>) -> Settled<Told> {
        settled.map(|requests| self.tellers.tell(requests))
    }
}

/// What needs the order; of all threads one has a turn.
pub(super) fn locked(order: &Mutex<Order>) -> MutexGuard<'_, Order> {
    order.lock().unwrap_or_else(PoisonError::into_inner)
}
