//! Tasks told in order, whoever does them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

/// Numbers, some of which are urgent; the run breaks at one of them.
struct Numbers {
    next: u64,
    end: u64,
    urgent: u64,
    /// From this number on, two of three are small.
    small: u64,
    /// The multiples of this number are heavy.
    heavy: u64,
    breaks: Option<u64>,
    /// Whether what is told is taken slowly.
    slow: bool,
    taken: Vec<(u64, u64)>,
    shared: Arc<Shared>,
}

/// What all workers see.
#[derive(Default)]
struct Shared {
    /// Parts of each number.
    parts: u64,
    /// How much each part is said to hold.
    weight: usize,
    settled: Mutex<Vec<(u64, u64)>>,
    /// Who told something.
    tellers: Mutex<BTreeSet<usize>>,
    workers: AtomicUsize,
    /// Parts that were begun and not taken, and how many there were at most.
    out: AtomicUsize,
    most: AtomicUsize,
}

/// Does numbers part by part.
struct Slow {
    name: usize,
    shared: Arc<Shared>,
}

impl Numbers {
    fn to(end: u64) -> Self {
        Numbers {
            next: 0,
            end,
            urgent: 0,
            small: u64::MAX,
            heavy: u64::MAX,
            breaks: None,
            slow: false,
            taken: Vec::new(),
            shared: Arc::default(),
        }
    }

    fn in_parts(mut self, parts: u64, weight: usize) -> Self {
        self.shared = Arc::new(Shared { parts, weight, ..Shared::default() });
        self
    }

    fn run(mut self, jobs: usize) -> Self {
        run(NonZeroUsize::new(jobs), &mut self).expect("nothing fails");
        let settled = self.shared.settled.lock().expect("no panic").clone();
        assert!(settled.starts_with(&self.taken), "told as they were settled");
        assert!(settled.is_sorted(), "settled in order");
        if self.breaks.is_none() {
            let parts = self.shared.parts;
            let all: Vec<_> =
                (1..=self.end).flat_map(|it| (0..=parts).map(move |part| (it, part))).collect();
            assert_eq!(self.taken, all);
        }
        self
    }
}

impl Line for Numbers {
    type Worker = Slow;

    fn worker(&self) -> Slow {
        let name = self.shared.workers.fetch_add(1, Ordering::Relaxed);
        Slow { name, shared: Arc::clone(&self.shared) }
    }

    fn next(&mut self) -> Option<(u64, u64)> {
        self.next += 1;
        (self.next <= self.end).then_some((self.next, 0))
    }

    fn is_urgent(&self, task: &(u64, u64)) -> bool {
        self.urgent > 0 && task.0.is_multiple_of(self.urgent)
    }

    fn small(&self, task: &(u64, u64)) -> Option<u64> {
        (task.0 >= self.small && !task.0.is_multiple_of(3)).then_some(HEAVY / 7)
    }

    fn is_light(&self, task: &(u64, u64)) -> bool {
        !task.0.is_multiple_of(self.heavy)
    }

    fn take(&mut self, told: (u64, u64)) -> io::Result<ControlFlow<()>> {
        if self.slow {
            thread::sleep(Duration::from_micros(500));
        }
        self.shared.out.fetch_sub(1, Ordering::Relaxed);
        if self.is_urgent(&told) {
            assert_eq!(told.0, self.next, "nothing was asked for in between");
        }
        self.taken.push(told);
        let breaks = self.breaks == Some(told.0);
        Ok(if breaks { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl Worker for Slow {
    type Task = (u64, u64);
    type Done = (u64, u64);
    type Settled = (u64, u64);
    type Told = (u64, u64);

    fn work(&mut self, (number, part): (u64, u64)) -> ((u64, u64), Option<(u64, u64)>) {
        let out = self.shared.out.fetch_add(1, Ordering::Relaxed) + 1;
        self.shared.most.fetch_max(out, Ordering::Relaxed);
        // The first are the slowest.
        thread::sleep(Duration::from_micros(200 / (number % 7 + 1)));
        assert!(number != 777, "unlucky");
        ((number, part), (part < self.shared.parts).then_some((number, part + 1)))
    }

    fn weight(&self, _: &(u64, u64)) -> usize {
        self.shared.weight
    }

    fn settle(&mut self, done: (u64, u64)) -> (u64, u64) {
        let mut settled = self.shared.settled.try_lock().expect("one at a time");
        settled.push(done);
        done
    }

    fn tell(&mut self, settled: (u64, u64)) -> (u64, u64) {
        self.shared.tellers.lock().expect("no panic").insert(self.name);
        settled
    }
}

#[test]
fn tasks_are_told_in_order() {
    for jobs in [1, 2, 5] {
        for urgent in [0, 1, 2, 10] {
            for small in [0, 20, u64::MAX] {
                for (end, heavy) in [(0, 1), (1, 1), (2, 2), (3, 1), (100, 1), (100, 5), (100, 101)]
                {
                    Numbers { urgent, small, heavy, ..Numbers::to(end) }.run(jobs);
                }
            }
        }
    }
}

#[test]
fn parts_are_told_in_order() {
    for jobs in [1, 2, 5] {
        for (parts, weight) in [(1, 1), (3, HELD / 2), (9, HELD), (3, usize::MAX / 8)] {
            for (urgent, small, heavy) in
                [(0, u64::MAX, 41), (0, u64::MAX, 1), (7, 0, 3), (0, 0, 2), (0, 0, 41)]
            {
                let numbers = Numbers { urgent, small, heavy, ..Numbers::to(40) };
                numbers.in_parts(parts, weight).run(jobs);
            }
        }
    }
}

#[test]
fn what_is_held_is_bounded() {
    for jobs in [2, 4] {
        for (slow, small) in [(false, u64::MAX), (true, u64::MAX), (true, 0)] {
            let numbers = Numbers { slow, small, ..Numbers::to(30) }.in_parts(20, HELD).run(jobs);
            let most = numbers.shared.most.load(Ordering::Relaxed);
            assert!(most <= desk::PIECES * jobs + 1, "{most} for {jobs}");
        }
    }
}

#[test]
fn those_who_work_tell() {
    let numbers = Numbers::to(100).run(3);
    let tellers = numbers.shared.tellers.lock().expect("no panic");
    assert!(tellers.contains(&desk::FIRST), "the thread that reads and writes takes part");
    assert!(tellers.len() > 1, "{tellers:?}");
}

#[test]
fn the_thread_that_reads_and_writes_does_nothing_heavy() {
    let numbers = Numbers { heavy: 1, ..Numbers::to(100) }.run(3);
    let tellers = numbers.shared.tellers.lock().expect("no panic");
    assert!(!tellers.contains(&desk::FIRST), "{tellers:?}");
}

#[test]
fn a_run_may_end_early() {
    for jobs in [1, 3] {
        for at in [1, 2, 3, 50] {
            for urgent in [0, 7] {
                let numbers = Numbers { urgent, breaks: Some(at), ..Numbers::to(100) }.run(jobs);
                assert_eq!(numbers.taken.len(), at as usize);
            }
        }
    }
}

#[test]
#[should_panic(expected = "unlucky")]
fn a_panic_ends_the_run() {
    Numbers::to(900).run(3);
}
