//! kill -9 at random times, and two processes at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kling_submit::demo::Options;

use crate::cells::{expect, recover, told};
use crate::fault::{Act, Kind};
use crate::grid::{Cell, Column, Row, cells};
use crate::stage::{Run, Stage, is_for_tests, next, signal};

/// How often the command is killed.
const KILLS: u64 = 200;
/// At once.
const THREADS: usize = 3;

fn options() -> Options {
    Options { life: Duration::from_millis(20), ..Options::default() }
}

/// What came of many runs.
#[derive(Debug, Default)]
struct Tally {
    killed: AtomicUsize,
    charges: AtomicUsize,
    unknown: AtomicUsize,
    lost: AtomicUsize,
}

/// Killed anywhere between its start and its end, the command loses nothing and pays once.
/// `KLING_SUBMIT_SEED` chooses other times, `KLING_SUBMIT_KILLS` how often.
#[test]
fn kill_9_at_any_time_loses_nothing() {
    if !is_for_tests() {
        return;
    }
    kill_often("kill -9", KILLS, |_, _| {});
}

/// The same, while the provider and the way to it fail as well: two faults of the matrix each time.
#[test]
fn kill_9_in_bad_weather_loses_nothing() {
    if !is_for_tests() {
        return;
    }
    let quick = |cell: &Cell| {
        !cell.is_long()
            && matches!(cell.row, Row::Wire(..))
            && match cell.column {
                Column::Connection(act) => !matches!(act, Act::Stall | Act::Trickle),
                Column::Answer(..) => true,
                _ => false,
            }
    };
    let cells: Vec<Cell> = cells().0.into_iter().filter(quick).collect();
    kill_often("kill -9 in bad weather", KILLS / 2, |stage, mut seed| {
        for _ in 0..2 {
            seed = next(seed);
            let at = usize::try_from(seed % cells.len() as u64).unwrap_or(0);
            for (kind, fault) in cells[at].faults() {
                stage.relay.fail(kind, [fault]);
            }
        }
    });
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(usual)
}

/// Runs the command so often, and kills it each time at another moment.
#[expect(clippy::print_stdout, reason = "the figures are what the test is for")]
fn kill_often(what: &str, times: u64, prepare: impl Fn(&Stage, u64) + Sync) {
    let seed = number("KLING_SUBMIT_SEED", 1);
    let times = number("KLING_SUBMIT_KILLS", times);
    let (turn, tally, failures) = (AtomicU64::new(0), Tally::default(), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut usual = Duration::ZERO;
                for own in 0.. {
                    let turn = turn.fetch_add(1, Ordering::SeqCst);
                    if turn >= times {
                        return;
                    }
                    if own % 20 == 0 {
                        // How long it takes undisturbed, beside the others.
                        usual = whole();
                    }
                    let random = (0..4).fold(seed * 1_000_003 + turn, |seed, _| next(seed));
                    let after = usual * u32::try_from(random % 1000).unwrap_or(0) / 1000;
                    let found = turn % 2 == 0;
                    let mut stage = Stage::new(Options { by_external_id: found, ..options() });
                    prepare(&stage, random);
                    let mut runs = Vec::new();
                    if let Err(why) = kill(&mut stage, after, found, &mut runs, &tally) {
                        let all = told(&runs);
                        failures.lock().expect("a list").push(format!(
                            "seed {seed}, turn {turn}, killed after {after:?}: {why}\n{all}"
                        ));
                    }
                    tally.charges.fetch_add(stage.provider.charges().len(), Ordering::Relaxed);
                    tally.lost.fetch_add(stage.lost(), Ordering::Relaxed);
                }
            });
        }
    });
    let failures = failures.into_inner().expect("a list");
    println!(
        "{what}: {times} runs, {} killed in time, {} charges, {} reported unknown, {} ids lost, \
         {} failures",
        tally.killed.into_inner(),
        tally.charges.into_inner(),
        tally.unknown.into_inner(),
        tally.lost.into_inner(),
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
    tally: &Tally,
) -> Result<(), String> {
    let arguments = stage.submit();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let command = stage.command(&arguments);
    let mut running = stage.start("submit", command);
    thread::sleep(after);
    if running.ended().is_none() {
        signal("KILL", running.child.id());
    }
    let run = running.wait();
    tally.killed.fetch_add(usize::from(run.signal() == Some(9)), Ordering::Relaxed);
    runs.push(run);
    stage.check_all(runs)?;
    let book = recover(stage, runs, found)?;
    tally.unknown.fetch_add(book.unknown().len(), Ordering::Relaxed);
    Ok(())
}

/// The same request by two processes at the same moment: one sends it.
#[test]
fn two_at_once_pay_once() {
    if !is_for_tests() {
        return;
    }
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
