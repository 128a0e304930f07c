//! Disks that are full, and disks that fail.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kling_submit::demo::Options;

use crate::cells::{recover, told};
use crate::fault::{Act, Fault, Kind, Moment};
use crate::stage::{Stage, is_for_tests};

fn stage() -> Stage {
    Stage::new(Options { life: Duration::from_millis(20), ..Options::default() })
}

/// What a shell needs for a small disk of its own, in `$1` bytes, under `disk`.
const MOUNT: &str = "mkdir disk && mount -t tmpfs -o size=$1 none disk || exit 77\n";
/// The command that follows the script's own arguments.
const SUBMIT: &str = "shift; \"$@\" --ledger disk/ledger/ledger.sqlite";
/// There is room again; the ledger comes back to where it is looked for.
const AFTERWARDS: &str = "mount -o remount,size=16m none disk\n\
    if [ -d disk/ledger ]; then cp -a disk/ledger ledger; fi\nexit $status\n";

/// Runs a script in a namespace where it may mount.
fn unshared(stage: &Stage, script: &str, size: u64) -> Command {
    let arguments = stage.submit();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let inner = stage.command(&arguments);
    let mut command = Command::new("unshare");
    command.args(["-rm", "sh", "-c", script, "sh", &size.to_string()]);
    command.arg(inner.get_program());
    // All but `--ledger` and its path, which are the last.
    let all: Vec<_> = inner.get_args().collect();
    command.args(&all[..all.len() - 2]);
    command.current_dir(stage.folder.path()).stdin(Stdio::null()).env_clear();
    for (name, value) in inner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
}

fn may_mount() -> bool {
    let mounted = Command::new("unshare")
        .args(["-rm", "sh", "-c", "mount -t tmpfs -o size=64k none /tmp"])
        .stderr(Stdio::null())
        .status();
    mounted.is_ok_and(|status| status.success())
}

/// On disks from far too small to large enough: nothing is sent unless what comes of it can be kept.
#[test]
fn a_disk_that_is_full_from_the_start_costs_nothing() {
    if !is_for_tests() {
        return;
    }
    if !may_mount() {
        eprintln!("skipped: no disk can be mounted here");
        return;
    }
    let script = format!("{MOUNT}{SUBMIT}; status=$?\n{AFTERWARDS}");
    let (mut sent, mut refused) = (0, 0);
    for size in (1..=24).map(|blocks| blocks * (32 << 10)) {
        let mut stage = stage();
        let command = unshared(&stage, &script, size);
        let mut runs = vec![stage.run_with("submit", command, |_, _| {})];
        let played = stage
            .check_all(&runs)
            .and_then(|book| recover(&mut stage, &mut runs, true).map(|_| book));
        let book = played.unwrap_or_else(|why| panic!("{size} bytes: {why}\n{}", told(&runs)));
        match runs[0].code() {
            Some(0) => sent += 1,
            Some(2 | 3) => {
                refused += 1;
                assert!(book.accepted().is_empty(), "{size} bytes\n{}", told(&runs));
            }
            // Taken, and something else had no room.
            Some(4 | 7) => {}
            _ => panic!("{size} bytes: {}", told(&runs)),
        }
    }
    println!("24 disks: {sent} large enough, {refused} refused before anything was sent");
    assert!(sent > 0 && refused > 0);
}

/// A disk that others fill once the request is on its way: the task id is kept all the same.
#[test]
fn a_disk_that_fills_up_meanwhile_loses_no_id() {
    if !is_for_tests() {
        return;
    }
    if !may_mount() {
        eprintln!("skipped: no disk can be mounted here");
        return;
    }
    let script = format!(
        "{MOUNT}(while ! [ -e fill ]; do sleep 0.01; done; cat /dev/zero >disk/filler 2>/dev/null; \
         touch filled) &\n{SUBMIT}; status=$?\nkill $! 2>/dev/null; rm -f disk/filler\n{AFTERWARDS}"
    );
    for (kind, at) in [
        (Kind::Post, Moment::Body),
        (Kind::Post, Moment::AnswerHead),
        (Kind::Post, Moment::AnswerHalf),
        (Kind::Query, Moment::Body),
        (Kind::Asset, Moment::AnswerHalf),
    ] {
        let mut stage = stage();
        let fault = Fault { at, act: Act::GoOn, answer: None, taken: true, told: true };
        stage.relay.fail(kind, [fault]);
        let command = unshared(&stage, &script, 2 << 20);
        let run = stage.run_with("submit", command, |stage, _| {
            fs::write(stage.path("fill"), "").expect("a mark");
            let began = Instant::now();
            while !stage.path("filled").exists() && began.elapsed() < Duration::from_secs(20) {
                thread::sleep(Duration::from_millis(5));
            }
        });
        let mut runs = vec![run];
        let book = stage.check_all(&runs);
        let book = book.unwrap_or_else(|why| panic!("{kind:?} {at:?}: {why}\n{}", told(&runs)));
        assert_eq!(book.accepted().len(), 1, "{kind:?} {at:?}: {}", told(&runs));
        let recovered = recover(&mut stage, &mut runs, true);
        recovered.unwrap_or_else(|why| panic!("{kind:?} {at:?}: {why}\n{}", told(&runs)));
    }
}

/// A disk that fails to write through, at each write in turn, once or from then on.
#[test]
fn a_disk_that_fails_loses_no_id() {
    if !is_for_tests() {
        return;
    }
    let traces = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    if !traces.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no strace, or it may not trace");
        return;
    }
    let (mut charges, mut stopped) = (0, 0);
    for from_then_on in ["", "+"] {
        for number in 1..=16 {
            let mut stage = stage();
            let arguments = stage.submit();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let inner = stage.command(&arguments);
            let inject = format!("inject=fsync,fdatasync:error=EIO:when={number}{from_then_on}");
            let mut command = Command::new("strace");
            command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e"]);
            command.arg(&inject).arg(inner.get_program()).args(inner.get_args());
            command.current_dir(stage.folder.path()).stdin(Stdio::null()).env_clear();
            for (name, value) in inner.get_envs() {
                if let Some(value) = value {
                    command.env(name, value);
                }
            }
            let mut runs = vec![stage.run_with("submit", command, |_, _| {})];
            let code = runs[0].code();
            assert!(matches!(code, Some(0 | 2 | 3 | 4 | 7)), "{inject}: {}", told(&runs));
            stopped += usize::from(stage.provider.charges().is_empty());
            let played = stage.check_all(&runs).and_then(|_| recover(&mut stage, &mut runs, true));
            played.unwrap_or_else(|why| panic!("{inject}: {why}\n{}", told(&runs)));
            charges += stage.provider.charges().len();
        }
    }
    println!("32 failing disks, {stopped} noticed before anything was sent, {charges} charges");
    assert!(stopped > 0 && stopped < 32);
}
