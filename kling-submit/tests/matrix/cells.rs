//! The matrix: every cell, and what people do after a crash.
//!
//! `KLING_SUBMIT_MATRIX=all` runs every cell, `KLING_SUBMIT_MATRIX=7,12` those; without it, each row,
//! each column and a part of the rest.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use kling_submit::demo::Options;

use crate::fault::{Act, Kind};
use crate::grid::{Cell, Column, Row, cells};
use crate::stage::{Book, Run, Stage, is_for_tests, signal};

/// Cells at work at once.
const THREADS: usize = 4;
/// Of the cells that are not the first of their row or column, one in so many is run by default.
const ONE_IN: usize = 9;

#[derive(Debug, Default)]
struct Tally {
    cells: AtomicUsize,
    posts: AtomicUsize,
    charges: AtomicUsize,
    unknown: AtomicUsize,
    lost: AtomicUsize,
}

#[test]
fn no_cell_of_the_matrix_loses_a_task_or_pays_twice() {
    if !is_for_tests() {
        return;
    }
    let (all, left_out) = cells();
    let count = all.len();
    let chosen = chosen(all);
    let (tally, failures) = (Tally::default(), Mutex::new(Vec::new()));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(cell) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(why) = play(cell, &tally) {
                        failures.lock().expect("a list").push(format!("{}: {why}", cell.name()));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("a list");
    println!(
        "{} of {count} cells ({left_out} make no sense), {} POSTs, {} charges, {} reported unknown, \
         {} ids lost, {} failures",
        tally.cells.into_inner(),
        tally.posts.into_inner(),
        tally.charges.into_inner(),
        tally.unknown.into_inner(),
        tally.lost.into_inner(),
        failures.len(),
    );
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The cells to run: all that are asked for by `KLING_SUBMIT_MATRIX` (`all`, or numbers with commas),
/// or each row and each column once, and a part of the rest.
fn chosen(all: Vec<Cell>) -> Vec<Cell> {
    let asked = std::env::var("KLING_SUBMIT_MATRIX").unwrap_or_default();
    if asked == "all" {
        return all;
    }
    let numbers: Vec<usize> = asked.split(',').filter_map(|it| it.trim().parse().ok()).collect();
    if !numbers.is_empty() {
        return all.into_iter().filter(|cell| numbers.contains(&cell.number)).collect();
    }
    let (mut rows, mut columns) = (Vec::<Row>::new(), Vec::<Column>::new());
    let is_wanted = |cell: &Cell| {
        let first = !rows.contains(&cell.row) || !columns.contains(&cell.column);
        rows.push(cell.row);
        columns.push(cell.column);
        first || cell.number.is_multiple_of(ONE_IN)
    };
    let mut is_wanted = is_wanted;
    all.into_iter().filter(|cell| is_wanted(cell)).collect()
}

/// Runs a cell: it happens, and then everybody comes back to a provider that is well.
fn play(cell: &Cell, tally: &Tally) -> Result<(), String> {
    let options = Options {
        life: Duration::from_millis(20),
        by_external_id: cell.by_external_id,
        list: cell.by_external_id,
        ..Options::default()
    };
    let mut stage =
        if cell.is_long() { Stage::with_long_request(options) } else { Stage::new(options) };
    let mut runs = Vec::new();
    let played = happen(cell, &mut stage, &mut runs)
        .and_then(|()| recover(&mut stage, &mut runs, cell.by_external_id))
        .map_err(|why| format!("{why}\n{}", told(&runs)));
    tally.cells.fetch_add(1, Ordering::Relaxed);
    tally.posts.fetch_add(stage.relay.seen(Kind::Post), Ordering::Relaxed);
    tally.charges.fetch_add(stage.provider.charges().len(), Ordering::Relaxed);
    tally.lost.fetch_add(stage.lost(), Ordering::Relaxed);
    let book = played?;
    tally.unknown.fetch_add(book.unknown().len(), Ordering::Relaxed);
    Ok(())
}

/// The first run, and what happens to it.
fn happen(cell: &Cell, stage: &mut Stage, runs: &mut Vec<Run>) -> Result<(), String> {
    let after = matches!(cell.row, Row::Failpoint(_));
    if !after {
        for (kind, fault) in cell.faults() {
            stage.relay.fail(kind, [fault]);
        }
    }
    if let Column::Connection(Act::Stall | Act::Trickle) = cell.column {
        stage.reply_timeout = "1";
    }
    let arguments = stage.submit();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = stage.command(&arguments);
    stage.reply_timeout = "20";
    if let Row::Failpoint(name) = cell.row {
        command.env("KLING_SUBMIT_FAILPOINT", name);
    }
    if let Column::Clock(seconds) = cell.column {
        command.env("KLING_SUBMIT_CLOCK_JUMP", seconds.to_string());
    }
    let mut second = None;
    let run = stage.run_with("submit", command, |stage, pid| match cell.column {
        Column::Signal(name) => {
            signal(name, pid);
            // The server goes on while the command takes notice.
            thread::sleep(Duration::from_millis(30));
        }
        Column::SecondProcess => {
            let running = stage.start("second", stage.command(&arguments));
            second = Some(running.wait());
        }
        _ => {}
    });
    let (code, ended) = (run.code(), run.signal());
    runs.push(run);
    if let Some(second) = second {
        let code = second.code();
        runs.push(second);
        if !matches!(code, Some(2 | 3)) {
            return Err(format!("a second process at the same time ends with {code:?}"));
        }
    }
    match (cell.row, cell.column) {
        (Row::Failpoint(_), _) if ended != Some(6) => {
            return Err(format!("it does not abort at its failpoint: {code:?}, {ended:?}"));
        }
        (Row::Wire(..), Column::Signal("KILL")) if ended != Some(9) => {
            return Err(format!("it is not killed: {code:?}, {ended:?}"));
        }
        _ => {}
    }
    let statuses = cell.statuses();
    if !statuses.is_empty() && !code.is_some_and(|code| statuses.contains(&code)) {
        return Err(format!("exit status {code:?} ({ended:?}), expected one of {statuses:?}"));
    }
    if after {
        for (kind, fault) in cell.faults() {
            stage.relay.fail(kind, [fault]);
        }
    }
    let book = stage.check_all(runs)?;
    // What the ledger knows, the user was told.
    let told = &runs.first().expect("the first run").stderr;
    match book.accepted().iter().find(|id| !told.contains(**id)) {
        Some(id) => Err(format!("the id {id} is not told")),
        None => Ok(()),
    }
}

/// Everything a person does after a crash; then the same request again, as if nothing had happened.
/// `found`: whether the provider tells of a task by the user's own id.
pub(crate) fn recover(stage: &mut Stage, runs: &mut Vec<Run>, found: bool) -> Result<Book, String> {
    // While the provider may still fail.
    reconcile(stage, runs)?;
    wait(stage, runs, &[0, 7])?;
    stage.relay.heal();
    let mut before = stage.check_all(runs)?;
    if !before.unknown().is_empty() {
        reconcile(stage, runs)?;
        before = stage.check_all(runs)?;
    }
    let charged = !stage.provider.charges().is_empty();
    if charged && found && !before.unknown().is_empty() {
        return Err("a task that can be found stays unknown".into());
    }
    wait(stage, runs, &[0])?;

    let posts = stage.relay.seen(Kind::Post);
    let settled = !before.accepted().is_empty() || !before.unknown().is_empty();
    let run = stage.run_submit("again");
    // Refused, and nothing is sent; or there is nothing that speaks against it.
    expect(&run, if settled { &[3] } else { &[0] })?;
    runs.push(run);
    if settled && stage.relay.seen(Kind::Post) > posts {
        return Err("the same request is sent again, though it may have been taken".into());
    }
    let run = stage.run("verify", &["ledger", "verify"]);
    expect(&run, &[0])?;
    runs.push(run);

    let book = stage.check_all(runs)?;
    for (id, task) in book.tasks.iter().filter(|(_, task)| task.task_id.is_some()) {
        if !task.has("stored") {
            return Err(format!("{id} was made and is not stored: it is {}", task.last()));
        }
    }
    Ok(book)
}

fn reconcile(stage: &mut Stage, runs: &mut Vec<Run>) -> Result<(), String> {
    let url = stage.relay.base_url();
    let run = stage.run("reconcile", &["reconcile", "--json", "--base-url", &url]);
    // A refusal that was recorded and not yet read is read now.
    expect(&run, &[0, 3, 4])?;
    runs.push(run);
    Ok(())
}

/// Waits for every task that was taken and is not on disk.
fn wait(stage: &mut Stage, runs: &mut Vec<Run>, codes: &[i32]) -> Result<(), String> {
    let url = stage.relay.base_url();
    let book = stage.check_all(runs)?;
    for task in book.tasks.values().filter(|task| !task.has("stored")) {
        let Some(id) = &task.task_id else { continue };
        let run = stage.run("wait", &["wait", id, "--json", "--out", "out", "--base-url", &url]);
        expect(&run, codes)?;
        runs.push(run);
    }
    Ok(())
}

pub(crate) fn expect(run: &Run, codes: &[i32]) -> Result<(), String> {
    if run.code().is_some_and(|code| codes.contains(&code)) {
        return Ok(());
    }
    let Run { name, status, stdout, stderr, .. } = run;
    Err(format!("{name} ends with {status}, expected one of {codes:?}\n{stdout}\n{stderr}"))
}

/// What was said, for the one who reads why a cell failed.
pub(crate) fn told(runs: &[Run]) -> String {
    let line = |run: &Run| {
        let Run { name, status, stdout, stderr, .. } = run;
        format!("--- {name}: {status}\n{stdout}{stderr}")
    };
    runs.iter().map(line).collect()
}
