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
