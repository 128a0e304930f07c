//! kill -9 at random times, and two processes at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kling_submit::demo::Options;

use crate::cells::{expect, recover, told};
use crate::fault::Kind;
use crate::stage::{Run, Stage, next, signal};

/// How often the command is killed.
const KILLS: u64 = 200;
/// At once.
const THREADS: usize = 3;

fn options() -> Options {
    Options { life: Duration::from_millis(20), ..Options::default() }
}

/// Killed anywhere between its start and its end, the command loses nothing and pays once.
/// `KLING_SUBMIT_SEED` chooses other times.
#[test]
fn kill_9_at_any_time_loses_nothing() {
    let seed = std::env::var("KLING_SUBMIT_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(1);
    let (number, killed, unknown) = (Mutex::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let charges = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                // How long it takes undisturbed, beside the others.
                let mut usual = whole();
                loop {
                    let turn = {
                        let mut number = number.lock().expect("a number");
                        *number += 1;
                        *number
                    };
                    if turn > KILLS {
                        return;
                    }
                    if turn % 20 == 0 {
                        usual = whole();
                    }
                    let part = next(next(next(seed * 1_000_003 + turn))) % 1000;
                    let after = usual * u32::try_from(part).unwrap_or(0) / 1000;
                    let found = turn % 2 == 0;
                    let mut stage = Stage::new(Options { by_external_id: found, ..options() });
                    let mut runs = Vec::new();
                    let played = kill(&mut stage, after, found, &mut runs);
                    charges.fetch_add(stage.provider.charges().len(), Ordering::Relaxed);
                    match played {
                        Ok((was_killed, left)) => {
                            killed.fetch_add(usize::from(was_killed), Ordering::Relaxed);
                            unknown.fetch_add(left, Ordering::Relaxed);
                        }
                        Err(why) => failures.lock().expect("a list").push(format!(
                            "seed {seed}, turn {turn}, killed after {after:?}: {why}\n{}",
                            told(&runs)
                        )),
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("a list");
    println!(
        "{KILLS} runs, {} killed in time, {} charges, {} reported unknown, {} failures",
        killed.into_inner(),
        charges.into_inner(),
        unknown.into_inner(),
        failures.len(),
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn whole() -> Duration {
    let mut stage = Stage::new(options());
    let began = Instant::now();
    let run = stage.run_submit("whole");
    assert_eq!(run.code(), Some(0), "{run:?}");
    began.elapsed()
}

fn kill(
    stage: &mut Stage,
    after: Duration,
    found: bool,
    runs: &mut Vec<Run>,
) -> Result<(bool, usize), String> {
    let arguments = stage.submit();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let command = stage.command(&arguments);
    let mut running = stage.start("submit", command);
    thread::sleep(after);
    if running.ended().is_none() {
        signal("KILL", running.child.id());
    }
    let run = running.wait();
    let killed = run.signal() == Some(9);
    runs.push(run);
    stage.check_all(runs)?;
    let book = recover(stage, runs, found)?;
    Ok((killed, book.unknown().len()))
}

/// The same request by two processes at the same moment: one sends it.
#[test]
fn two_at_once_pay_once() {
    for _ in 0..10 {
        let mut stage = Stage::new(options());
        let arguments = stage.submit();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let commands = [(); 3].map(|()| stage.command(&arguments));
        let running = commands.map(|command| stage.start("submit", command));
        let runs = running.map(|running| running.wait());
        let sent = runs.iter().filter(|run| run.code() == Some(0)).count();
        let all = told(&runs);
        assert_eq!(sent, 1, "{all}");
        for run in runs.iter().filter(|run| run.code() != Some(0)) {
            expect(run, &[2, 3]).expect("the others are told");
        }
        assert_eq!(stage.relay.seen(Kind::Post), 1, "{all}");
        let book = stage.check_all(&runs).expect("all is well");
        assert_eq!(book.accepted().len(), 1, "{all}");
    }
}
