//! Files that were cut or changed: the state is an older one, or there is a clear error.

use super::*;
use std::fs;

#[expect(clippy::disallowed_methods, reason = "the tests' own files")]
pub(super) fn bytes(file: &Path) -> Vec<u8> {
    fs::read(file).expect("reads")
}

/// A ledger's files as a power cut finds them: some of it in the database, some in the log.
struct Copy {
    database: Vec<u8>,
    log: Vec<u8>,
    tasks: Vec<(Intent, Vec<Entry>)>,
}

fn copy(checkpoint: bool) -> Copy {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let way = [sending(), reply(), accepted("81"), status("processing"), succeeded(), stored()];
    let tasks: Vec<_> = (0..4)
        .map(|number| {
            let intent = submitted(&mut ledger, &format!("body {number}"), &way[..3 + number]);
            if checkpoint && number == 2 {
                let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
                ledger.connection.query_row(sql, [], |_| Ok(())).expect("checkpoints");
            }
            (intent, way[..3 + number].to_vec())
        })
        .collect();
    let database = bytes(&place);
    let log = bytes(&place.with_file_name("ledger.sqlite-wal"));
    Copy { database, log, tasks }
}

impl Copy {
    /// Opens what is left, and checks that nothing in it is wrong. Says how many tasks were as they
    /// should be, older, and not to be read.
    fn check(&self, database: &[u8], log: &[u8]) -> [usize; 3] {
        let (_folder, place) = place();
        fs::create_dir_all(place.parent().expect("a folder")).expect("makes");
        fs::write(&place, database).expect("writes");
        fs::write(place.with_file_name("ledger.sqlite-wal"), log).expect("writes");
        let mut seen = [0; 3];
        let ledger = match Ledger::open(&place) {
            Ok(ledger) => ledger,
            Err(error) => {
                assert!(!error.why.is_empty() && !error.full);
                return [0, 0, self.tasks.len()];
            }
        };
        let verdict = ledger.verify().expect("verifies");
        let mut out = Vec::new();
        let _ = ledger.export(&mut out);
        let _ = ledger.tasks(&Default::default());
        for (intent, way) in &self.tasks {
            match ledger.task(&intent.id) {
                Ok(Some(task)) => {
                    assert_eq!(task.intent, *intent, "never a wrong intent");
                    let history = task.history.iter().skip(1).map(|it| &it.entry);
                    assert!(
                        history.zip(way).all(|(one, other)| one == other),
                        "never a wrong event"
                    );
                    assert!(task.history.len() <= way.len() + 1);
                    let whole = task.history.len() == way.len() + 1;
                    seen[usize::from(!whole)] += 1;
                }
                Ok(None) => seen[1] += 1,
                Err(error) => {
                    assert!(
                        error.why.contains("damaged") || error.why.contains("cannot"),
                        "{error}"
                    );
                    assert!(!verdict.faults.is_empty(), "verify sees it too: {error}");
                    seen[2] += 1;
                }
            }
        }
        seen
    }
}

fn sum(total: &mut [usize; 3], seen: [usize; 3]) {
    for (total, seen) in total.iter_mut().zip(seen) {
        *total += seen;
    }
}

#[test]
fn a_log_cut_anywhere_is_an_older_ledger() {
    let copy = copy(true);
    assert_eq!(copy.check(&copy.database, &copy.log), [4, 0, 0]);
    let mut total = [0; 3];
    let mut cut = 0;
    while cut < copy.log.len() {
        let seen = copy.check(&copy.database, &copy.log[..cut]);
        assert!(seen[0] >= 3, "what was in the database is there: {cut}");
        assert_eq!(seen[2], 0, "{cut}");
        sum(&mut total, seen);
        cut += 997;
    }
    assert!(total[1] > 0);
}

#[test]
fn a_changed_byte_in_the_log_is_an_older_ledger() {
    let copy = copy(true);
    let mut place = 0;
    while place < copy.log.len() {
        let mut log = copy.log.clone();
        log[place] ^= 0x10;
        let seen = copy.check(&copy.database, &log);
        assert!(seen[0] >= 3 && seen[2] == 0, "{place}: {seen:?}");
        place += 1511;
    }
}

/// The database alone, with all in it.
fn settled() -> Copy {
    let mut copy = copy(false);
    let (_folder, place) = place();
    fs::create_dir_all(place.parent().expect("a folder")).expect("makes");
    fs::write(&place, &copy.database).expect("writes");
    fs::write(place.with_file_name("ledger.sqlite-wal"), &copy.log).expect("writes");
    drop(open(&place));
    assert!(!place.with_file_name("ledger.sqlite-wal").exists(), "the last one out tidies up");
    copy.database = bytes(&place);
    copy.log = Vec::new();
    copy
}

#[test]
fn a_database_cut_anywhere_is_told() {
    let copy = settled();
    assert_eq!(copy.check(&copy.database, &[]), [4, 0, 0]);
    let mut total = [0; 3];
    let mut cut = 0;
    while cut < copy.database.len() {
        sum(&mut total, copy.check(&copy.database[..cut], &[]));
        cut += 1021;
    }
    assert!(total[2] > 0);
}

#[test]
fn a_changed_byte_in_the_database_never_makes_a_wrong_state() {
    let copy = settled();
    let mut total = [0; 3];
    let mut place = 0;
    while place < copy.database.len() {
        for bit in [0x01, 0x80] {
            let mut database = copy.database.clone();
            database[place] ^= bit;
            sum(&mut total, copy.check(&database, &[]));
        }
        place += 409;
    }
    assert!(total[0] > 0 && total[2] > 0, "{total:?}");
}

#[test]
fn verify_names_what_is_wrong() {
    for (statement, expected) in [
        ("UPDATE events SET entry = replace(entry, '81', '82') WHERE seq = 4", "event 4 of task"),
        ("UPDATE events SET at = at + 1 WHERE seq = 2", "event 2 of task"),
        ("DELETE FROM events WHERE seq = 2", "event 3 of task"),
        ("DELETE FROM events WHERE seq = 1", "has no intent"),
        ("DELETE FROM events", "has no intent"),
        ("UPDATE tasks SET body_sha256 = 'x'", "does not say what its intent says"),
        ("DELETE FROM tasks", "its task has no row"),
        ("UPDATE events SET task = 'x' WHERE seq = 4", "its task has no row"),
    ] {
        let mut ledger = Ledger::in_memory().expect("a ledger");
        let intent = submitted(&mut ledger, "b", &[sending(), reply(), accepted("81")]);
        ledger
            .connection
            .execute_batch(&format!(
                "DROP TRIGGER events_stay; DROP TRIGGER events_do_not_change; DROP TRIGGER tasks_stay; \
                 DROP TRIGGER tasks_do_not_change; PRAGMA foreign_keys = OFF; {statement}"
            ))
            .expect("damages");
        let faults = ledger.verify().expect("verifies").faults;
        assert!(faults.iter().any(|it| it.contains(expected)), "{statement}: {faults:?}");
        if expected != "its task has no row" {
            let error = ledger.task(&intent.id).expect_err("damaged");
            assert!(error.why.contains("is damaged"), "{error}");
            let error = ledger.tasks(&Default::default()).expect_err("damaged");
            assert!(error.why.contains("ledger verify"), "{error}");
        }
        ledger.export(&mut Vec::new()).expect("what can be read is saved");
    }
}

#[test]
fn events_out_of_order_are_told() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let intent = submitted(&mut ledger, "b", &[sending(), succeeded()]);
    let faults = ledger.verify().expect("verifies").faults;
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("`succeeded` cannot follow on `sending`"), "{faults:?}");
    assert!(ledger.task(&intent.id).is_err());
}
