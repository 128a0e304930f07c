//! Processes that end in the middle, and what they leave.

use super::*;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

fn spare_of(place: &Path, intent: &Intent) -> PathBuf {
    place.with_file_name("ledger.sqlite.spare").join(intent.id.as_str())
}

/// A process of [`what_was_acknowledged_outlives_kill`]; nothing when run by itself.
#[test]
fn one_that_appends() {
    let Some(place) = given("KLING_TEST_APPENDS") else { return };
    let mut ledger = open(Path::new(&place));
    let intent = intent("b");
    let _lock = ledger.lock(&intent.id).expect("locks").expect("free");
    let _ = ledger.begin(&intent, NOW, true).expect("begins");
    println!("\nid {}", intent.id);
    let start = [sending(), accepted("1")];
    for number in 1.. {
        let entry = start.get(number - 1).cloned().unwrap_or_else(|| status(&number.to_string()));
        ledger.append(&intent.id, at(number as u64), &entry).expect("appends");
        println!("did {number}");
    }
}

#[test]
fn what_was_acknowledged_outlives_kill() {
    let (_folder, place) = place();
    for round in 0..20_usize {
        let mut process = myself("crash::one_that_appends")
            .env("KLING_TEST_APPENDS", &place)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines =
            BufReader::new(process.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let id = lines.find_map(|line| line.strip_prefix("id ").map(str::to_owned)).expect("an id");
        // Some more each round, so that the log is killed in all its lengths.
        let enough = format!("did {}", 1 + round * 3);
        let mut last = 0;
        let mut number = |line: &str| {
            last = line.strip_prefix("did ").and_then(|it| it.parse().ok()).unwrap_or(last);
        };
        for line in lines.by_ref() {
            number(&line);
            if line == enough {
                break;
            }
        }
        process.kill().expect("kills");
        lines.for_each(|line| number(&line));
        process.wait().expect("ended");

        let ledger = open(&place);
        let task = task(&ledger, &Id::from(id));
        let recorded = task.history.len() - 1;
        assert!(recorded == last || recorded == last + 1, "{recorded} of {last}");
        assert!(!ledger.locks.is_held(&task.intent.id).expect("looks"));
        assert!(!spare_of(&place, &task.intent).exists(), "an unused spare goes");
    }
    let verdict = open(&place).verify().expect("verifies");
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert_eq!(verdict.tasks, 20);
}

#[test]
fn a_spare_is_made_before_and_goes_after() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let intent = intent("b");
    let spare = spare_of(&place, &intent);
    let lock = ledger.lock(&intent.id).expect("locks");
    let _ = ledger.begin(&intent, NOW, false).expect("begins");
    let metadata = fs::metadata(&spare).expect("a spare");
    assert_eq!(metadata.len(), 96 << 10);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert!(metadata.blocks() * 512 >= metadata.len(), "real blocks, no hole");
    }
    // Another process leaves alone what is in use.
    drop(open(&place));
    assert!(spare.exists());
    ledger.append(&intent.id, at(1), &sending()).expect("appends");
    drop(lock);
    assert!(!spare.exists());
}

#[test]
fn what_is_not_begun_leaves_no_spare() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    submitted(&mut ledger, "b", &[sending()]);
    let second = intent("b");
    assert!(matches!(ledger.begin(&second, NOW, false), Ok(Begun::SentBefore(_))));
    assert!(!spare_of(&place, &second).exists());
    let folder = place.with_file_name("ledger.sqlite.spare");
    fs::remove_dir_all(&folder).expect("removes");
    fs::write(&folder, "in the way").expect("writes");
    let third = intent("c");
    let error = ledger.begin(&third, NOW, false).expect_err("no room for a spare");
    assert!(error.why.contains("Nothing is sent"), "{error}");
    assert!(ledger.task(&third.id).is_err() || ledger.task(&third.id).expect("reads").is_none());
}

/// A task whose answer went to the spare, and whose process is gone.
fn left(place: &Path, entries: &[Entry]) -> Intent {
    let mut ledger = open(place);
    let intent = intent("b");
    let lock = ledger.lock(&intent.id).expect("locks");
    let _ = ledger.begin(&intent, NOW, true).expect("begins");
    ledger.append(&intent.id, at(1), &sending()).expect("appends");
    for (entry, millis) in entries.iter().zip(2..) {
        let spare = ledger.spare(&intent.id, at(millis), entry).expect("keeps");
        assert_eq!(spare.file_name(), spare_of(place, &intent).file_name());
    }
    assert_eq!(fs::metadata(spare_of(place, &intent)).expect("a spare").len(), 96 << 10);
    // Read at once, wherever it is.
    let expected = 2 + entries.len();
    assert_eq!(task(&ledger, &intent.id).history.len(), expected);
    drop(lock);
    intent
}

#[test]
fn a_spare_is_taken_in_when_the_ledger_is_opened_next() {
    let (_folder, place) = place();
    let intent = left(&place, &[reply(), accepted("81")]);
    let bytes = super::damage::bytes(&spare_of(&place, &intent));

    for _ in 0..3 {
        let ledger = open(&place);
        let task = task(&ledger, &intent.id);
        assert_eq!(words(&task), ["intent", "sending", "reply", "accepted"]);
        assert_eq!(task.history[3].at, at(3));
        assert!(!spare_of(&place, &intent).exists());
        assert!(ledger.verify().expect("verifies").faults.is_empty());
        // It was taken in, and the crash came before it was removed.
        fs::write(spare_of(&place, &intent), &bytes).expect("writes");
    }
}

#[test]
fn a_spare_is_read_while_its_task_is_worked_on() {
    let (_folder, place) = place();
    let intent = left(&place, &[reply(), accepted("81")]);
    let ledger = {
        // Without taking in, as a second process that came before.
        let bytes = super::damage::bytes(&spare_of(&place, &intent));
        fs::remove_file(spare_of(&place, &intent)).expect("removes");
        let ledger = open(&place);
        fs::write(spare_of(&place, &intent), bytes).expect("writes");
        ledger
    };
    let _lock = ledger.lock(&intent.id).expect("locks");
    let other = open(&place);
    assert_eq!(other.find("81").expect("finds"), std::slice::from_ref(&intent.id));
    assert_eq!(task(&other, &intent.id).state.task_id(), Some("81"));
    assert_eq!(other.sent_before(&super::intent("b"), at(5), false).expect("reads").len(), 1);
    assert!(other.verify().expect("verifies").faults.is_empty(), "it is in use");
}

#[test]
fn what_was_spared_goes_in_before_what_comes_after() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let intent = intent("b");
    let _lock = ledger.lock(&intent.id).expect("locks");
    let _ = ledger.begin(&intent, NOW, false).expect("begins");
    ledger.append(&intent.id, at(1), &sending()).expect("appends");
    ledger.spare(&intent.id, at(2), &reply()).expect("keeps");
    ledger.spare(&intent.id, at(2), &reply()).expect("keeps it once");
    ledger.append(&intent.id, at(3), &accepted("81")).expect("appends");
    ledger.spare(&intent.id, at(4), &status("submitted")).expect("keeps");
    ledger.append(&intent.id, at(4), &status("submitted")).expect("appends it once");
    ledger.append(&intent.id, at(5), &succeeded()).expect("appends");
    let expected = ["intent", "sending", "reply", "accepted", "status", "succeeded"];
    assert_eq!(words(&task(&ledger, &intent.id)), expected);
    assert_eq!(fs::metadata(spare_of(&place, &intent)).expect("a spare").len(), 96 << 10);
    assert!(ledger.verify().expect("verifies").faults.is_empty());
}

#[test]
fn a_spare_cut_anywhere_holds_what_was_whole() {
    let (_folder, place) = place();
    let intent = left(&place, &[reply(), accepted("81"), status("processing")]);
    let spare = spare_of(&place, &intent);
    let whole = super::damage::bytes(&spare);
    let end = whole.iter().position(|&byte| byte == 0).expect("zeros");
    let mut seen = [false; 4];
    for cut in 0..=end {
        let mut bytes = whole.clone();
        bytes[cut..].fill(0);
        let (events, torn) = {
            fs::write(&spare, &bytes).expect("writes");
            crate::ledger::spare::look(&spare, &intent.id).expect("reads")
        };
        seen[events] = true;
        assert_eq!(torn, cut > 0 && bytes[cut - 1] != b'\n', "{cut}");
        // A changed byte ends what is believed, and never changes it.
        if cut < end {
            let mut bytes = whole.clone();
            bytes[cut] ^= 1;
            fs::write(&spare, &bytes).expect("writes");
            let events = crate::ledger::spare::read(&spare, &intent.id).expect("reads");
            let all = [reply(), accepted("81"), status("processing")];
            assert!(events.len() < 3, "{cut}");
            assert!(events.iter().zip(&all).all(|((_, one), other)| one == other), "{cut}");
        }
    }
    assert_eq!(seen, [true; 4]);
    fs::write(&spare, &whole).expect("writes");
    assert_eq!(task(&open(&place), &intent.id).history.len(), 5);
}

#[test]
fn a_long_answer_is_cut_so_that_the_id_still_fits() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    for (body, headers) in [
        ("{\"data\":{\"task_id\":\"81\"}}".to_owned() + &"\u{fffd}".repeat(64 << 10), 1),
        ("\u{1}".repeat(64 << 10), 1),
        ("é".repeat(8 << 10), 3000),
    ] {
        let intent = intent("b");
        let _lock = ledger.lock(&intent.id).expect("locks");
        let _ = ledger.begin(&intent, NOW, true).expect("begins");
        ledger.append(&intent.id, at(1), &sending()).expect("appends");
        let header = ("x-header".to_owned(), "value of no use".repeat(3));
        let reply = RawReply { status: 200, headers: vec![header; headers], body, cut: None };
        ledger.spare(&intent.id, at(2), &Entry::Reply(reply.clone())).expect("keeps");
        ledger.spare(&intent.id, at(3), &accepted("81")).expect("keeps");
        assert_eq!(fs::metadata(spare_of(&place, &intent)).expect("a spare").len(), 96 << 10);
        let task = task(&ledger, &intent.id);
        assert_eq!(task.state.task_id(), Some("81"));
        let Entry::Reply(kept) = &task.history[2].entry else { panic!("a reply") };
        assert!(kept.cut.is_some() && reply.body.starts_with(&kept.body));
        assert!(kept.body.len() > 256);
    }
}
