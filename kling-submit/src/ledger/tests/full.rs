//! Full disks.

use super::*;
use std::fs;

/// A ledger that may grow by no page.
fn fill(ledger: &Ledger) {
    let pages: i64 =
        ledger.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
    ledger
        .connection
        .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
        .expect("sets");
}

/// Something that needs new pages.
fn large() -> Entry {
    Entry::Reply(RawReply { status: 200, body: "x".repeat(30_000), ..RawReply::default() })
}

#[test]
fn what_the_ledger_has_no_room_for_goes_to_the_spare() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let intent = intent("b");
    let lock = ledger.lock(&intent.id).expect("locks");
    let _ = ledger.begin(&intent, NOW, false).expect("begins");
    ledger.append(&intent.id, at(1), &sending()).expect("appends");
    fill(&ledger);
    let error = ledger.append(&intent.id, at(2), &large()).expect_err("full");
    assert!(error.full && error.why.contains("free some space"), "{error}");
    ledger.spare(&intent.id, at(2), &large()).expect("keeps");
    ledger.spare(&intent.id, at(3), &accepted("81")).expect("keeps");
    drop((lock, ledger));

    assert_eq!(words(&task(&open(&place), &intent.id)), ["intent", "sending", "reply", "accepted"]);
}

/// A process of [`on_a_full_disk_nothing_is_lost`], on a file system of 512 KiB; nothing when run by
/// itself.
#[test]
fn one_on_a_small_disk() {
    let Some(folder) = given("KLING_TEST_SMALL") else { return };
    let folder = Path::new(&folder);
    let place = folder.join("ledger.sqlite");
    let filler = folder.join("filler");
    let mut ledger = open(&place);
    let first = intent("b");
    let lock = ledger.lock(&first.id).expect("locks");
    let _ = ledger.begin(&first, NOW, false).expect("begins");
    ledger.append(&first.id, at(1), &sending()).expect("appends");

    // Another program takes all the rest.
    let mut file = fs::File::create(&filler).expect("makes");
    for size in [4096, 1] {
        while std::io::Write::write_all(&mut file, &vec![1; size]).is_ok() {}
    }
    drop(file);

    let second = intent("c");
    let _second = ledger.lock(&second.id).expect("locks");
    let error = ledger.begin(&second, NOW, false).expect_err("no room for a spare");
    assert!(error.full && error.why.contains("Nothing is sent"), "{error}");
    assert!(ledger.task(&second.id).expect("reads").is_none());

    let error = ledger.append(&first.id, at(2), &large()).expect_err("full");
    assert!(error.full, "{error}");
    ledger.spare(&first.id, at(2), &large()).expect("keeps");
    ledger.spare(&first.id, at(3), &accepted("81")).expect("keeps");
    assert_eq!(task(&ledger, &first.id).state.task_id(), Some("81"));
    // The disk is still full when the next process comes; this one has it open yet.
    drop(lock);
    let expected = ["intent", "sending", "reply", "accepted"];
    assert_eq!(words(&task(&open(&place), &first.id)), expected);
    drop(ledger);
    // With nobody else at it, SQLite needs some room even to read.
    match Ledger::open(&place) {
        Ok(ledger) => assert_eq!(words(&task(&ledger, &first.id)), expected),
        Err(error) => assert!(error.full, "{error}"),
    }

    fs::remove_file(&filler).expect("removes");
    let mut ledger = open(&place);
    assert_eq!(words(&task(&ledger, &first.id)), expected);
    ledger.append(&first.id, at(4), &succeeded()).expect("appends");
    assert_eq!(ledger.verify().expect("verifies").faults, Vec::<String>::new());
    println!("\nall is there");
}

/// Runs [`one_on_a_small_disk`] where a file system of its own can be mounted.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_nothing_is_lost() {
    let folder = TempDir::new().expect("a folder");
    let mount = format!("mount -t tmpfs -o size=512k none '{}'", folder.path().display());
    let unshare = |script: &str| {
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script]);
        command
    };
    if !unshare(&mount).status().is_ok_and(|status| status.success()) {
        return;
    }
    let program = std::env::current_exe().expect("this program");
    let output = unshare(&format!(
        "{mount} && exec '{}' --exact ledger::tests::full::one_on_a_small_disk --nocapture",
        program.display()
    ))
    .env("KLING_TEST_SMALL", folder.path())
    .output()
    .expect("runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("all is there"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// A process of [`a_disk_that_fails_once_loses_nothing_acknowledged`]; nothing when run by itself.
#[test]
fn one_on_a_bad_disk() {
    let Some(place) = given("KLING_TEST_BAD_DISK") else { return };
    let Ok(mut ledger) = Ledger::open(Path::new(&place)) else { return };
    let intent = intent("b");
    let Ok(Some(_lock)) = ledger.lock(&intent.id) else { return };
    println!("\nid {}", intent.id);
    if ledger.begin(&intent, NOW, false).is_err() {
        println!("not begun");
        return;
    }
    for (number, entry) in [sending(), reply(), accepted("81"), succeeded()].iter().enumerate() {
        let now = at(number as u64);
        let done = ledger
            .append(&intent.id, now, entry)
            .or_else(|_| ledger.spare(&intent.id, now, entry).map(drop));
        if done.is_err() {
            println!("failed");
            return;
        }
        println!("did {}", entry.word());
    }
}

/// The disk says `EIO` to one write or sync, which one differs.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_once_loses_nothing_acknowledged() {
    at_each_write("error=EIO");
}

/// The process is killed at one write or sync, which one differs.
#[cfg(target_os = "linux")]
#[test]
fn a_crash_at_any_write_loses_nothing_acknowledged() {
    at_each_write("signal=KILL");
}

/// Runs [`one_on_a_bad_disk`] again and again under strace, where that is there and allowed, and checks
/// what is in the ledger after.
#[cfg(target_os = "linux")]
fn at_each_write(what: &str) {
    let program = std::env::current_exe().expect("this program");
    for (call, new, most) in [
        ("fdatasync,fsync", true, 12),
        ("pwrite64,write", true, 25),
        ("fdatasync,fsync", false, 9),
        ("pwrite64,write", false, 25),
    ] {
        for when in 1..=most {
            let (_folder, place) = place();
            if !new {
                drop(open(&place));
            }
            let mut strace = Command::new("strace");
            strace.args(["-f", "-o", "/dev/null", "-e", &format!("trace={call}")]);
            strace.args(["-e", &format!("inject={call}:{what}:when={when}")]);
            for suffix in ["", "-wal", "-journal", ".spare"] {
                strace.arg("-P").arg(place.with_file_name(format!("ledger.sqlite{suffix}")));
            }
            strace.arg(&program);
            strace.args(["--exact", "ledger::tests::full::one_on_a_bad_disk", "--nocapture"]);
            let Ok(output) = strace.env("KLING_TEST_BAD_DISK", &place).output() else { return };
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            if !said.contains("running 1 test") {
                return;
            }
            let told = format!("{what} at {call} {when} of a new one ({new}): {said}");
            assert!(!said.contains("FAILED"), "{told}");
            let ledger = open(&place);
            let verdict = ledger.verify().expect("verifies");
            assert_eq!(verdict.faults, Vec::<String>::new(), "{told}");
            let Some(id) = said.lines().find_map(|line| line.strip_prefix("id ")) else { continue };
            let recorded = ledger.task(&Id::from(id.to_owned())).expect("reads");
            let recorded = recorded.as_ref().map(words).unwrap_or_default();
            let did: Vec<&str> = said.lines().filter_map(|it| it.strip_prefix("did ")).collect();
            // One more may be there: it was written, and the answer did not come.
            assert!(recorded.len() <= did.len() + 2, "{recorded:?}, {told}");
            if !did.is_empty() {
                assert_eq!(recorded.get(1..=did.len()), Some(&did[..]), "{told}");
            }
        }
    }
}
