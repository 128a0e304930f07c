//! What goes in comes out.

use super::*;
use crate::ledger::{Filter, Usual};
use std::time::Duration;

#[test]
fn a_task_comes_back_as_it_was_recorded() {
    let (_folder, place) = place();
    let way = [sending(), reply(), accepted("81"), status("processing"), succeeded(), stored()];
    let intent = submitted(&mut open(&place), "b", &way);

    let ledger = open(&place);
    let task = task(&ledger, &intent.id);
    assert_eq!(task.intent, intent);
    assert_eq!(task.at, NOW);
    assert_eq!(task.state.word(), "stored");
    let history: Vec<Entry> = task.history.iter().map(|it| it.entry.clone()).collect();
    assert_eq!(history[0], Entry::Intent(Box::new(intent.clone())));
    assert_eq!(history[1..], way);
    assert!(task.history.is_sorted_by(|one, next| one.seq < next.seq));
    assert_eq!(task.history[6].at, at(6000));
    assert!(ledger.task(&Id::from("kl1-none".to_owned())).expect("reads").is_none());

    let verdict = ledger.verify().expect("verifies");
    assert_eq!((verdict.tasks, verdict.events), (1, 7));
    assert_eq!(verdict.faults, Vec::<String>::new());
}

#[test]
fn a_ledger_in_memory_does_the_same_but_for_spares() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let intent = submitted(&mut ledger, "b", &[sending(), accepted("81")]);
    assert_eq!(ledger.find("81").expect("finds"), std::slice::from_ref(&intent.id));
    assert!(ledger.spare(&intent.id, NOW, &reply()).is_err());
    let lock = ledger.lock(&intent.id).expect("locks");
    assert!(lock.is_some());
    assert!(ledger.lock(&intent.id).expect("locks").is_none());
    drop(lock);
    assert!(ledger.lock(&intent.id).expect("locks").is_some());
    assert!(ledger.verify().expect("verifies").faults.is_empty());
}

#[test]
fn nothing_in_the_database_is_changed_or_taken_out() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    submitted(&mut ledger, "b", &[sending()]);
    for statement in [
        "UPDATE events SET entry = '{}'",
        "DELETE FROM events",
        "UPDATE tasks SET path = ''",
        "DELETE FROM tasks",
        "INSERT INTO events (task, at, entry, sum) VALUES ('no such task', 0, '{}', '')",
        "INSERT INTO events (task, at, entry, sum) SELECT id, 0, 'no JSON', '' FROM tasks",
        "INSERT INTO events (task, at, entry, sum) SELECT id, 'noon', '{}', '' FROM tasks",
    ] {
        assert!(ledger.connection.execute(statement, []).is_err(), "{statement}");
    }
}

#[test]
fn an_event_of_no_task_is_refused() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let error = ledger.append(&Id::new(NOW), NOW, &sending()).expect_err("no such task");
    assert!(error.why.contains("has no task"), "{error}");
    assert!(!error.full);
}

#[test]
fn the_same_body_is_not_sent_twice_in_a_day() {
    let cases: &[(&[Entry], bool)] = &[
        (&[], false),
        (&[sending()], true),
        (&[sending(), reply()], true),
        (&[sending(), unknown()], true),
        (&[sending(), accepted("81")], true),
        (&[sending(), accepted("81"), Entry::Failed { message: "no".into() }], true),
        (&[sending(), accepted("81"), succeeded()], true),
        (&[sending(), accepted("81"), succeeded(), stored()], true),
        (&[sending(), accepted("81"), succeeded(), Entry::AssetGone { why: "410".into() }], true),
        (&[sending(), Entry::NotSent { why: "no route".into() }], false),
        (&[sending(), refused(RefusalKind::Request)], false),
        (&[sending(), refused(RefusalKind::Throttled)], false),
        (&[sending(), unknown(), absent()], false),
    ];
    for (entries, counts) in cases {
        let mut ledger = Ledger::in_memory().expect("a ledger");
        let first = submitted(&mut ledger, "b", entries);
        let expected = if *counts { vec![first.id.clone()] } else { vec![] };

        for (elsewhere, day) in [(false, 0), (true, 0), (false, 23), (false, 24), (false, 25)] {
            let mut second = intent("b");
            if elsewhere {
                second.path = "/other".into();
            }
            let now = at(day * HOUR);
            let unclear = ledger.task(&first.id).expect("reads").expect("it is there");
            let unclear = unclear.state.is_unclear();
            let over = day >= 24 && !unclear;
            let expected = if elsewhere || over { vec![] } else { expected.clone() };
            let found = ledger.sent_before(&second, now, false).expect("reads");
            let found: Vec<Id> = found.into_iter().map(|it| it.intent.id).collect();
            assert_eq!(found, expected, "{entries:?} after {day} h");
        }
        // A clock that was set back.
        let back = Millis(NOW.0 - 100 * HOUR);
        assert_eq!(
            ledger.sent_before(&intent("b"), back, false).expect("reads").len(),
            expected.len()
        );

        let second = intent("b");
        let _lock = ledger.lock(&second.id).expect("locks").expect("free");
        let begun = ledger.begin(&second, at(1), false).expect("begins");
        if *counts {
            assert_eq!(begun, Begun::SentBefore(expected));
            assert!(ledger.task(&second.id).expect("reads").is_none(), "nothing was recorded");
            assert_eq!(ledger.begin(&second, at(1), true).expect("begins"), Begun::Recorded);
        } else {
            assert_eq!(begun, Begun::Recorded, "{entries:?}");
        }
    }
}

#[test]
fn what_was_absent_or_is_old_is_found_when_asked_for() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let absent = submitted(&mut ledger, "b", &[sending(), unknown(), absent()]);
    let taken = submitted(&mut ledger, "b", &[sending(), accepted("81")]);
    submitted(&mut ledger, "b", &[sending(), refused(RefusalKind::Money)]);
    let found = ledger.sent_before(&intent("b"), at(1000 * HOUR), true).expect("reads");
    let found: Vec<Id> = found.into_iter().map(|it| it.intent.id).collect();
    assert_eq!(found, [taken.id.clone(), absent.id]);
    assert!(ledger.sent_before(&taken, at(1), false).expect("reads").is_empty(), "not itself");
}

#[test]
fn a_task_that_may_yet_be_sent_counts_while_a_process_works_on_it() {
    for entries in [
        vec![],
        vec![sending(), refused(RefusalKind::Throttled)],
        vec![sending(), Entry::NotSent { why: "refused".into() }],
    ] {
        let (_folder, place) = place();
        let mut ledger = open(&place);
        let first = submitted(&mut ledger, "b", &entries);
        let second = intent("b");
        let lock = ledger.lock(&first.id).expect("locks").expect("free");
        let begun = open(&place).begin(&second, at(1), false).expect("begins");
        assert_eq!(begun, Begun::SentBefore(vec![first.id.clone()]), "{entries:?}");
        drop(lock);
        let begun = ledger.begin(&second, at(1), false).expect("begins");
        assert_eq!(begun, Begun::Recorded, "{entries:?}");
    }
}

#[test]
fn an_id_of_the_users_names_one_body() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let own = |body: &str| Intent { external_task_id: "shot-7".into(), ..intent(body) };
    let first = own("one");
    record(&mut ledger, &first, &[sending(), accepted("81")]);

    let taken = Begun::IdTaken(vec![first.id.clone()]);
    assert_eq!(ledger.begin(&own("two"), NOW, false).expect("begins"), taken);
    let elsewhere = Intent { path: "/other".into(), ..own("one") };
    assert_eq!(ledger.begin(&elsewhere, NOW, false).expect("begins"), taken);
    let begun = ledger.begin(&own("one"), NOW, false).expect("begins");
    assert_eq!(begun, Begun::SentBefore(vec![first.id.clone()]));
    for other in [
        Intent { key_fingerprint: "other".into(), ..own("two") },
        Intent { base_url: "http://127.0.0.1:1".into(), ..own("two") },
        Intent { external_task_id: "shot-8".into(), ..own("two") },
    ] {
        assert_eq!(ledger.begin(&other, NOW, false).expect("begins"), Begun::Recorded);
    }
    // The same body long after is the same shot again.
    assert_eq!(ledger.begin(&own("one"), at(30 * HOUR), false).expect("begins"), Begun::Recorded);
    assert_eq!(ledger.begin(&own("three"), NOW, true).expect("begins"), Begun::Recorded);
}

#[test]
fn a_refused_task_leaves_its_id_free() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let own = |body: &str| Intent { external_task_id: "shot-7".into(), ..intent(body) };
    record(&mut ledger, &own("one"), &[sending(), refused(RefusalKind::Request)]);
    assert_eq!(ledger.begin(&own("two"), NOW, false).expect("begins"), Begun::Recorded);
}

#[test]
fn a_task_is_found_by_any_of_its_ids() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let own = Intent { external_task_id: "shot-7".into(), ..intent("b") };
    record(&mut ledger, &own, &[sending(), accepted("822368402935066706")]);
    let other = submitted(&mut ledger, "c", &[sending(), accepted("9")]);
    for any in [own.id.as_str(), "shot-7", "822368402935066706", &own.id.as_str()[..29]] {
        assert_eq!(ledger.find(any).expect("finds"), std::slice::from_ref(&own.id), "{any}");
    }
    let both = ledger.find(&own.id.as_str()[..8]).expect("finds");
    assert_eq!(both, [other.id.clone(), own.id.clone()]);
    for none in [
        "",
        "kl1-",
        "8223",
        "shot",
        "kl1-%%%%%%",
        "'; DROP TABLE tasks",
        "\u{10ffff}".repeat(9).as_str(),
    ] {
        assert!(ledger.find(none).expect("finds").is_empty(), "{none}");
    }
    let plan: String = ledger
        .connection
        .query_row(
            "EXPLAIN QUERY PLAN SELECT task FROM events WHERE entry ->> '$.task_id' = 'x' \
             AND entry ->> '$.event' = 'accepted'",
            [],
            |row| row.get(3),
        )
        .expect("a plan");
    assert!(plan.contains("events_by_server_id"), "{plan}");
}

#[test]
fn tasks_are_listed_by_what_they_need() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    let idle = submitted(&mut ledger, "a", &[sending()]);
    let busy = submitted(&mut ledger, "b", &[sending(), reply()]);
    let lost = submitted(&mut ledger, "c", &[sending(), unknown()]);
    let runs = submitted(&mut ledger, "d", &[sending(), accepted("1")]);
    let made = submitted(&mut ledger, "e", &[sending(), accepted("2"), succeeded()]);
    let done = submitted(&mut ledger, "f", &[sending(), accepted("3"), succeeded(), stored()]);
    let shut = submitted(&mut ledger, "g", &[sending(), refused(RefusalKind::Key)]);
    let dead = submitted(&mut ledger, "h", &[]);
    let _lock = ledger.lock(&busy.id).expect("locks").expect("free");
    let ids = |filter: Filter| -> Vec<Id> {
        open(&place).tasks(&filter).expect("reads").into_iter().map(|it| it.intent.id).collect()
    };
    let all = [&dead, &shut, &done, &made, &runs, &lost, &busy, &idle].map(|it| it.id.clone());
    assert_eq!(ids(Filter::default()), all);
    assert_eq!(ids(Filter { open: true, ..Filter::default() }), all[3..]);
    let unknown = ids(Filter { unknown: true, ..Filter::default() });
    assert_eq!(unknown, [lost.id.clone(), idle.id.clone()]);
    assert_eq!(ids(Filter { limit: Some(2), ..Filter::default() }), all[..2]);
    assert_eq!(ids(Filter { open: true, limit: Some(2), ..Filter::default() }), all[3..5]);
}

#[test]
fn a_landmark_is_a_task_that_the_server_has_named() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let by_hand = Entry::Accepted { task_id: "5".into(), request_id: None, by: Route::Hand };
    let old = submitted(&mut ledger, "a", &[sending(), accepted("1")]);
    submitted(&mut ledger, "b", &[sending(), unknown()]);
    submitted(&mut ledger, "c", &[sending(), unknown(), by_hand.clone()]);
    let mut look = intent("d");
    let landmark = |ledger: &Ledger, look: &Intent, now| {
        ledger.landmark(look, now).expect("reads").map(|it| it.intent.id)
    };
    assert_eq!(landmark(&ledger, &look, at(HOUR)), Some(old.id.clone()));
    assert_eq!(landmark(&ledger, &look, at(31 * 24 * HOUR)), None);
    assert_eq!(landmark(&ledger, &old, at(HOUR)), None, "not itself");
    let seen = submitted(&mut ledger, "e", &[sending(), unknown(), by_hand, status("submitted")]);
    assert_eq!(landmark(&ledger, &look, at(HOUR)), Some(seen.id));
    look.key_fingerprint = "other".into();
    assert_eq!(landmark(&ledger, &look, at(HOUR)), None);
}

#[test]
fn usual_times_are_those_of_tasks_alike() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let with = |mode: &str| Intent {
        settings: BTreeMap::from([("mode".into(), mode.into())]),
        ..intent("b")
    };
    let mut took = |mode: &str, seconds: u64| {
        let intent = with(mode);
        let _ = ledger.begin(&intent, NOW, true).expect("begins");
        ledger.append(&intent.id, at(0), &sending()).expect("appends");
        ledger.append(&intent.id, at(0), &accepted("1")).expect("appends");
        ledger.append(&intent.id, at(seconds * 1000), &succeeded()).expect("appends");
    };
    took("\"pro\"", 300);
    took("\"std\"", 100);
    took("\"std\"", 0); // The clock was set back; says nothing.
    took("\"std\"", 90);
    let some = |tasks, fast, slow| {
        Some(Usual { tasks, fast: Duration::from_secs(fast), slow: Duration::from_secs(slow) })
    };
    assert_eq!(ledger.usual(&with("\"std\"")).expect("reads"), some(3, 90, 300));
    let mut took = |seconds: u64| {
        let intent = with("\"std\"");
        record(&mut ledger, &intent, &[sending()]);
        ledger.append(&intent.id, at(2000), &accepted("1")).expect("appends");
        ledger.append(&intent.id, at(2000 + seconds * 1000), &succeeded()).expect("appends");
    };
    (1..=18).for_each(&mut took);
    assert_eq!(ledger.usual(&with("\"std\"")).expect("reads"), some(20, 2, 18));
    let elsewhere = Intent { base_url: "http://127.0.0.1:1".into(), ..with("\"std\"") };
    assert_eq!(ledger.usual(&elsewhere).expect("reads"), None);
}

#[test]
fn the_export_is_one_line_an_event() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let intent = submitted(&mut ledger, "b", &[sending(), reply(), accepted("81")]);
    let mut out = Vec::new();
    ledger.export(&mut out).expect("exports");
    let out = String::from_utf8(out).expect("UTF-8");
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let events: Vec<&str> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!(events, ["intent", "sending", "reply", "accepted"]);
    for (line, seq) in lines.iter().zip(1..) {
        assert_eq!(line["v"], 1);
        assert_eq!(line["seq"], seq);
        assert_eq!(line["task"], intent.id.as_str());
    }
    assert_eq!(lines[3]["task_id"], "81");
    assert_eq!(lines[2]["body"], "{\"code\":0,\"data\":{\"task_id\":\"81\"}}");
    assert!(out.starts_with(&format!(
        "{{\"v\":1,\"seq\":1,\"at\":{},\"task\":\"{}\",\"event\":\"intent\"",
        NOW.0, intent.id
    )));
}

#[test]
fn times_out_of_range_do_not_break_it() {
    let mut ledger = Ledger::in_memory().expect("a ledger");
    let intent = intent("b");
    let _ = ledger.begin(&intent, Millis(u64::MAX), false).expect("begins");
    ledger.append(&intent.id, Millis(0), &sending()).expect("appends");
    assert_eq!(task(&ledger, &intent.id).state, State::Sending);
    assert!(ledger.verify().expect("verifies").faults.is_empty());
    let mut out = Vec::new();
    ledger.export(&mut out).expect("exports");
}

#[test]
fn the_server_ids_are_those_of_one_server() {
    let (_folder, place) = place();
    let mut ledger = open(&place);
    submitted(&mut ledger, "a", &[sending(), accepted("1")]);
    submitted(&mut ledger, "b", &[sending(), accepted("2"), status("x"), succeeded()]);
    submitted(&mut ledger, "c", &[sending(), unknown()]);
    let elsewhere = Intent { base_url: "http://127.0.0.1:1".into(), ..intent("d") };
    record(&mut ledger, &elsewhere, &[sending(), accepted("3")]);
    let spared = intent("e");
    let _lock = ledger.lock(&spared.id).expect("locks");
    let _ = ledger.begin(&spared, NOW, false).expect("begins");
    ledger.append(&spared.id, at(1), &sending()).expect("appends");
    ledger.spare(&spared.id, at(2), &accepted("4")).expect("keeps");
    let ids = ledger.server_ids("https://server.example").expect("reads");
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["1", "2", "4"]);
}

#[test]
fn what_is_on_return_is_durable_as_far_as_sqlite_can_say() {
    let (_folder, place) = place();
    let ledger = open(&place);
    let number = |pragma: &str| -> i64 {
        ledger
            .connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
            .expect(pragma)
    };
    assert_eq!(number("synchronous"), 2);
    assert_eq!(number("fullfsync"), 1);
    assert_eq!(number("checkpoint_fullfsync"), 1);
    assert_eq!(number("foreign_keys"), 1);
    assert_eq!(number("user_version"), 1);
    assert_eq!(number("application_id"), 0x6b6c_6e67);
    assert!(number("busy_timeout") >= 10_000);
    let mode: String =
        ledger.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
    assert_eq!(mode, "wal");
}

#[test]
fn on_another_machines_disk_there_is_no_shared_memory() {
    let (folder, _) = place();
    let place = folder.path().join("ledger.sqlite");
    std::fs::write(&place, "").expect("writes");
    let connection = crate::ledger::store::open(&place, true).expect("opens");
    let mode: String =
        connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
    assert_eq!(mode, "delete");
    assert!(!place.with_file_name("ledger.sqlite-shm").exists());
}

/// What a process does with the next event of a task, or with the ledger.
#[derive(Clone, Copy, Debug)]
enum Step {
    Append,
    Spare,
    SpareAgain,
    Reopen,
    /// The crash came after the spare was taken in, and before it was removed.
    Resurrect,
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]
    #[test]
    fn events_come_back_in_order_by_whatever_way_they_went(
        steps in proptest::collection::vec(
            proptest::sample::select(vec![
                Step::Append, Step::Append, Step::Spare, Step::Spare, Step::SpareAgain, Step::Reopen,
                Step::Resurrect,
            ]),
            1..24,
        )
    ) {
        let (_folder, place) = place();
        let intent = intent("b");
        let spare = place.with_file_name("ledger.sqlite.spare").join(intent.id.as_str());
        let mut ledger = open(&place);
        let mut lock = ledger.lock(&intent.id).expect("locks");
        let _ = ledger.begin(&intent, NOW, false).expect("begins");
        let mut model = vec![Entry::Intent(Box::new(intent.clone()))];
        let mut copy = None;
        for step in steps {
            let next = match model.len() {
                1 => sending(),
                2 => reply(),
                3 => accepted("81"),
                number => status(&number.to_string()),
            };
            let now = at(model.len() as u64);
            match step {
                Step::Append => {
                    ledger.append(&intent.id, now, &next).expect("appends");
                    model.push(next);
                }
                Step::Spare => {
                    ledger.spare(&intent.id, now, &next).expect("keeps");
                    copy = Some(super::damage::bytes(&spare));
                    model.push(next);
                }
                Step::SpareAgain => {
                    // The ledger said no, and had it all the same.
                    if let [_, .., last] = model.as_slice() {
                        ledger.spare(&intent.id, at(model.len() as u64 - 1), last).expect("keeps");
                    }
                }
                Step::Reopen => {
                    drop(lock);
                    ledger = open(&place);
                    lock = ledger.lock(&intent.id).expect("locks");
                }
                Step::Resurrect => {
                    if let Some(copy) = &copy && !spare.exists() {
                        std::fs::write(&spare, copy).expect("writes");
                    }
                }
            }
            let task = task(&ledger, &intent.id);
            let history: Vec<Entry> = task.history.into_iter().map(|it| it.entry).collect();
            proptest::prop_assert_eq!(&history, &model);
        }
        drop((lock, ledger));
        let verdict = open(&place).verify().expect("verifies");
        proptest::prop_assert_eq!(verdict.faults, Vec::<String>::new());
        proptest::prop_assert_eq!(verdict.events, model.len());
    }
}
