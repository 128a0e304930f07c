//! Several threads, several processes.

use super::*;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;
use std::sync::Barrier;

#[test]
fn threads_lose_nothing() {
    const THREADS: usize = 6;
    const EACH: usize = 200;
    let (_folder, place) = place();
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (place, barrier) = (&place, &barrier);
            scope.spawn(move || {
                barrier.wait();
                // The first to come makes the ledger.
                let mut ledger = open(place);
                let intent =
                    submitted(&mut ledger, &format!("b{thread}"), &[sending(), accepted("1")]);
                for number in 3..EACH {
                    let word = format!("{thread}-{number}");
                    ledger
                        .append(&intent.id, at(3000 + number as u64), &status(&word))
                        .expect("appends");
                }
            });
        }
    });
    let ledger = open(&place);
    let verdict = ledger.verify().expect("verifies");
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert_eq!((verdict.tasks, verdict.events), (THREADS, THREADS * EACH));
    for task in ledger.tasks(&Default::default()).expect("reads") {
        assert_eq!(task.history.len(), EACH);
    }
}

#[test]
fn of_many_threads_with_one_body_one_may_send() {
    const THREADS: usize = 6;
    for _ in 0..5 {
        let (_folder, place) = place();
        let barrier = Barrier::new(THREADS);
        let begun: Vec<Begun> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut ledger = open(&place);
                        let intent = intent("b");
                        let _lock = ledger.lock(&intent.id).expect("locks").expect("free");
                        barrier.wait();
                        let begun = ledger.begin(&intent, NOW, false).expect("begins");
                        // Who may send has not sent yet when the others ask.
                        barrier.wait();
                        begun
                    })
                })
                .collect();
            threads.into_iter().map(|it| it.join().expect("ends")).collect()
        });
        let recorded = begun.iter().filter(|it| **it == Begun::Recorded).count();
        assert_eq!(recorded, 1, "{begun:?}");
    }
}

/// A process of [`of_many_processes_with_one_body_one_may_send`]; nothing when run by itself.
#[test]
fn one_that_may_send() {
    let Some(place) = given("KLING_TEST_LEDGER") else { return };
    let mut line = String::new();
    let mut go = BufReader::new(std::io::stdin());
    println!("\nready");
    go.read_line(&mut line).expect("told to go");
    let mut ledger = open(Path::new(&place));
    let intent = intent("b");
    let _lock = ledger.lock(&intent.id).expect("locks").expect("free");
    println!("\nbegun {:?}", ledger.begin(&intent, NOW, false).expect("begins"));
    go.read_line(&mut line).expect("told to end");
}

#[test]
fn of_many_processes_with_one_body_one_may_send() {
    let (_folder, place) = place();
    let mut processes: Vec<_> = (0..4)
        .map(|_| {
            myself("races::one_that_may_send")
                .env("KLING_TEST_LEDGER", &place)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("starts")
        })
        .collect();
    let mut heard: Vec<_> = processes
        .iter_mut()
        .map(|it| BufReader::new(it.stdout.take().expect("a pipe")).lines().map_while(Result::ok))
        .collect();
    let mut told: Vec<_> = processes.iter_mut().filter_map(|it| it.stdin.take()).collect();
    for lines in &mut heard {
        assert!(lines.any(|line| line == "ready"));
    }
    for stdin in &mut told {
        stdin.write_all(b"go\n").expect("tells");
    }
    let begun: Vec<String> = heard
        .iter_mut()
        .map(|lines| lines.find(|line| line.starts_with("begun ")).expect("an answer"))
        .collect();
    drop(told);
    for mut process in processes {
        assert!(process.wait().expect("ends").success());
    }
    let recorded = begun.iter().filter(|it| it.as_str() == "begun Recorded").count();
    assert_eq!(recorded, 1, "{begun:?}");
    // Nobody has it any more, and it was not sent.
    let ledger = open(&place);
    assert!(ledger.sent_before(&intent("b"), at(1), false).expect("reads").is_empty());
}

#[test]
fn a_lock_is_one_at_a_time_and_leaves_nothing() {
    let (_folder, place) = place();
    let ledger = open(&place);
    let id = Id::new(NOW);
    let held = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let ledger = open(&place);
                for _ in 0..100 {
                    if let Some(lock) = ledger.locks.try_take(&id).expect("locks") {
                        let others = held.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        assert_eq!(others, 0, "two have it");
                        assert!(ledger.locks.is_held(&id).expect("looks"));
                        held.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                        drop(lock);
                    }
                }
            });
        }
    });
    let lock = ledger.lock(&id).expect("locks");
    assert!(lock.is_some());
    assert!(open(&place).lock(&id).expect("locks").is_none());
    drop(lock);
    assert!(!ledger.locks.is_held(&id).expect("looks"));
    let files = std::fs::read_dir(place.with_file_name("ledger.sqlite.lock")).expect("a folder");
    assert_eq!(files.count(), 0);
}

#[test]
fn looking_takes_no_lock_away() {
    let (_folder, place) = place();
    let ledger = open(&place);
    let id = Id::new(NOW);
    let end = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let ledger = open(&place);
                while !end.load(std::sync::atomic::Ordering::Relaxed) {
                    let _ = ledger.locks.is_held(&id).expect("looks");
                    std::thread::sleep(std::time::Duration::from_micros(300));
                }
            });
        }
        let missed = (0..100).filter(|_| ledger.lock(&id).expect("locks").is_none()).count();
        end.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(missed, 0);
    });
}

/// POSIX drops all locks that a process has on a file when it closes any handle to it: with SQLite's
/// lock gone, another process could take the log away from under this one.
#[cfg(target_os = "linux")]
#[test]
fn opening_again_drops_no_lock_of_sqlite() {
    use std::os::unix::fs::MetadataExt as _;
    /// The first byte of what SQLite locks to read.
    const SHARED: &str = "1073741826";
    let (_folder, place) = place();
    let _ledger = open(&place);
    let inode = std::fs::metadata(&place).expect("a file").ino();
    let is_locked = || {
        let locks =
            String::from_utf8(super::damage::bytes(Path::new("/proc/locks"))).expect("text");
        locks.lines().any(|lock| lock.contains(&format!(":{inode} {SHARED} ")))
    };
    if is_locked() {
        drop(open(&place));
        assert!(is_locked());
        let _second = open(&place);
        assert!(is_locked());
    }
}
