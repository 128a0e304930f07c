use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::machine::Secret;
use crate::transport::Broken;

const OURS: &str = "kl1-01JDXM5T0V8Q2R4S6W7Y9ZABCD";
const SENT: Millis = Millis(1_795_255_200_000);

fn intent(external_id: &str) -> Intent {
    serde_json::from_value(json!({
        "id": OURS, "external_task_id": external_id, "idempotency_key": OURS,
        "endpoint": "omni-video", "path": "/p", "base_url": "http://127.0.0.1:1",
        "request": "a.json", "body_sha256": "00", "sent_sha256": "00", "content_length": 2,
        "settings": {}, "key_fingerprint": "00", "linter": "0",
    }))
    .expect("an intent")
}

fn history(entries: Vec<Entry>) -> Vec<Recorded> {
    let intent = Entry::Intent(Box::new(intent(OURS)));
    let entries = [intent, Entry::Sending { attempt: 1 }].into_iter().chain(entries);
    entries.zip(1..).map(|(entry, seq)| Recorded { seq, at: SENT, entry }).collect()
}

fn unknown() -> Vec<Recorded> {
    history(vec![Entry::Unknown { why: "504".into() }])
}

/// Unknown, and looked for so many seconds after the sending.
fn looked(seconds: u64, proven: bool) -> Vec<Recorded> {
    let mut history = history(vec![
        Entry::Unknown { why: "504".into() },
        Entry::Looked { by: Route::List, proven },
    ]);
    if let Some(look) = history.last_mut() {
        look.at.0 += seconds * 1000;
    }
    history
}

fn landmark() -> Means {
    Means { landmark: Some(("mark".into(), "70".into())), ..Means::default() }
}

fn reply(status: u16, body: &Value) -> Event {
    Event::Reply(RawReply { status, headers: Vec::new(), body: body.to_string(), cut: None })
}

/// A task as a server shows it.
fn task(task_id: &str, external_id: Option<&str>, created: u64) -> Value {
    let info = external_id.map_or_else(|| json!({}), |id| json!({ "external_task_id": id }));
    json!({ "task_id": task_id, "task_status": "processing", "task_info": info, "created_at": created })
}

fn one(task: Value) -> Event {
    reply(200, &json!({ "code": 0, "message": "SUCCEED", "data": task }))
}

fn list(tasks: Vec<Value>) -> Event {
    one(Value::from(tasks))
}

fn not_there() -> Event {
    reply(404, &json!({ "code": 1203, "message": "Task not found" }))
}

fn no_list() -> Event {
    reply(404, &json!({ "code": 1202 }))
}

/// What a run came to.
struct Came {
    end: End,
    /// Recorded entries: `looked external-id true`.
    records: Vec<String>,
    targets: Vec<String>,
    odd: Vec<String>,
}

/// Runs a machine `seconds` after the sending against a server.
fn run(
    external_id: &str,
    history: &[Recorded],
    means: Means,
    seconds: u64,
    mut server: impl FnMut(&super::super::Query) -> Event,
) -> Came {
    let mut machine = Reconcile::new(intent(external_id), history, SENT, means);
    let mut state = State::of(history.iter().map(|it| &it.entry)).expect("in order");
    let (mut records, mut targets, mut odd) = (Vec::new(), Vec::new(), Vec::new());
    let (mut event, mut elapsed) = (Event::Done, Duration::ZERO);
    let wall = Millis(SENT.0 + seconds * 1000);
    for _ in 0..200 {
        event = match machine.step(Now { wall, elapsed, jitter: 0.5 }, event) {
            Action::Record(entry) => {
                records.push(match &entry {
                    Entry::Looked { by, proven } => format!("looked {by:?} {proven}"),
                    Entry::Accepted { task_id, by, .. } => format!("accepted {task_id} {by:?}"),
                    other => other.word().to_owned(),
                });
                state = state.after(&entry).expect("in order");
                Event::Done
            }
            Action::Query(query) => {
                targets.push(query.target.clone());
                server(&query)
            }
            Action::Wait(span, pause) => {
                assert_eq!(pause, Pause::Look);
                assert!(span <= schedule::LONGEST_ASKED);
                elapsed += span;
                Event::Done
            }
            Action::Odd(what) => {
                odd.push(what);
                Event::Done
            }
            Action::Missed(_) => Event::Done,
            Action::End(end) => return Came { end, records, targets, odd },
            other => panic!("{other:?}"),
        };
    }
    panic!("no end: {targets:?}");
}

/// A server that knows tasks by external id, one by one and in a list, as Kling's does.
fn kling(tasks: Vec<Value>) -> impl FnMut(&super::super::Query) -> Event {
    move |query| {
        if query.target.starts_with("/p?pageNum=1&") {
            return list(tasks.clone());
        }
        if query.target.starts_with("/p?") {
            return list(Vec::new());
        }
        let id = query.target.trim_start_matches("/p/");
        let is =
            |task: &&Value| task["task_id"] == id || task["task_info"]["external_task_id"] == id;
        tasks.iter().find(is).map_or_else(not_there, |task| one(task.clone()))
    }
}

fn accepted(task_id: &str) -> End {
    End::Accepted { task_id: task_id.into() }
}

fn cannot_tell(end: &End) -> (&str, Option<u64>) {
    let End::CannotTell { why, look_again } = end else { panic!("{end:?}") };
    (why, look_again.map(|it| it.as_secs()))
}

#[test]
fn a_task_is_found_by_its_external_id() {
    let came =
        run(OURS, &unknown(), Means::default(), 5, kling(vec![task("81", Some(OURS), SENT.0)]));
    assert_eq!(came.end, accepted("81"));
    assert_eq!(came.records, ["accepted 81 ExternalId"]);
    assert_eq!(came.targets, [format!("/p/{OURS}")]);
}

#[test]
fn a_task_is_found_in_the_list() {
    // The gateway's queries know no external ids.
    for page in 1..=3 {
        let came = run(OURS, &unknown(), landmark(), 5, |query| {
            if !query.target.starts_with("/p?") {
                return not_there();
            }
            if query.target.starts_with(&format!("/p?pageNum={page}&")) {
                return list(vec![task("80", None, SENT.0), task("81", Some(OURS), SENT.0)]);
            }
            list(vec![task(&query.target, Some("else"), SENT.0)])
        });
        assert_eq!(came.end, accepted("81"), "{page}");
        assert_eq!(came.records, ["looked ExternalId false", "accepted 81 List"]);
    }
}

#[test]
fn a_task_is_found_in_the_account() {
    let means = || Means { account: true, ..landmark() };
    let nested = json!({ "code": 0, "data": { "task_info": { "external_task_id": OURS } } });
    for item in [
        json!({ "task_id": "81", "created_at": SENT.0 / 1000, "data": nested }),
        json!({ "task_id": "81", "data": nested.to_string() }),
        json!({ "task_id": "81", "properties": { "input": [OURS] } }),
    ] {
        let came = run(OURS, &unknown(), means(), 5, |query| {
            if query.secret == Secret::Key {
                return no_list();
            }
            assert!(query.target.contains("start_timestamp=1795254600&end_timestamp=1795255800"));
            one(json!({ "total": 1, "items": [{ "task_id": "9" }, item] }))
        });
        assert_eq!(came.end, accepted("81"));
        assert_eq!(came.records.last().map(String::as_str), Some("accepted 81 Account"));
    }
    // Without a token it is not asked.
    let came = run(OURS, &unknown(), landmark(), 5, |query| {
        assert_eq!(query.secret, Secret::Key);
        no_list()
    });
    assert!(matches!(came.end, End::CannotTell { .. }));
}

#[test]
fn a_short_id_is_not_found_in_any_number() {
    let means = Means { account: true, ..Means::default() };
    let came = run("7", &unknown(), means, 5, |query| match query.secret {
        Secret::Key => no_list(),
        Secret::AccessToken => list(vec![json!({ "task_id": "81", "quota": 7, "action": "7" })]),
    });
    assert!(matches!(came.end, End::CannotTell { .. }));
}

#[test]
fn absence_needs_two_proven_looks_some_minutes_apart() {
    let server = || kling(vec![task("70", Some("mark"), SENT.0)]);
    let first = run(OURS, &unknown(), landmark(), 5, server());
    assert_eq!(cannot_tell(&first.end).1, Some(300));
    assert_eq!(first.records, ["looked ExternalId true", "looked List true"]);
    let early = run(OURS, &looked(10, true), landmark(), 200, server());
    assert_eq!(cannot_tell(&early.end).1, Some(110));
    let came = run(OURS, &looked(10, true), landmark(), 310, server());
    assert_eq!(came.end, End::Absent);
    assert_eq!(came.records, ["looked ExternalId true", "looked List true", "absent"]);
    // The earlier look proved nothing.
    let came = run(OURS, &looked(10, false), landmark(), 310, server());
    assert_eq!(cannot_tell(&came.end).1, Some(300));
    // The clock was set back.
    let came = run(OURS, &looked(900, true), landmark(), 310, server());
    assert_eq!(cannot_tell(&came.end).1, Some(300));
    // By then, the server may have cleared it.
    let came = run(OURS, &looked(10, true), landmark(), 31 * 86_400, server());
    assert!(cannot_tell(&came.end).0.contains("30 days"));
}

#[test]
fn without_a_landmark_nothing_is_proved() {
    for means in [Means::default(), landmark()] {
        // A server that knows no external ids: not the landmark's either.
        let came = run(OURS, &looked(10, true), means, 900, |query| {
            if query.target.starts_with("/p?") { no_list() } else { not_there() }
        });
        let (why, again) = cannot_tell(&came.end);
        assert!(why.contains("--task-id X, or --absent"), "{why}");
        assert_eq!(again, None);
        assert_eq!(came.records, ["looked ExternalId false"]);
    }
}

#[test]
fn a_list_proves_only_what_it_reaches() {
    let day = 86_400_000;
    let mark = |created| task("70", Some("mark"), created);
    let page = |pages: Vec<Vec<Value>>| {
        let mut pages = pages.into_iter();
        run(OURS, &unknown(), landmark(), 5, move |query| {
            if query.target.starts_with("/p?") {
                list(pages.next().unwrap_or_default())
            } else {
                not_there()
            }
        })
    };
    let proven = |came: &Came| came.records.contains(&"looked List true".to_owned());
    // To its end, and more than a day back.
    assert!(proven(&page(vec![vec![mark(SENT.0)]])));
    let back = vec![mark(SENT.0), task("1", None, SENT.0 - 2 * day)];
    let came = page(vec![back.clone()]);
    assert!(proven(&came));
    assert_eq!(came.targets.iter().filter(|it| it.starts_with("/p?")).count(), 1);
    // The oldest first, or without times: the end is not yet.
    let turned: Vec<Value> = back.into_iter().rev().collect();
    let came = page(vec![turned, vec![task("2", None, SENT.0)]]);
    assert!(proven(&came));
    assert_eq!(came.targets.iter().filter(|it| it.starts_with("/p?")).count(), 3);
    // In no order: what is missing may be on the next page.
    let mixed = [3, 0, 2].map(|days| match days {
        0 => mark(SENT.0),
        days => task(&days.to_string(), None, SENT.0 - days * day),
    });
    let came = page(vec![mixed.to_vec()]);
    assert_eq!(came.targets.iter().filter(|it| it.starts_with("/p?")).count(), 2);
    // The same page for ever; pages without end; the landmark without its external id; none.
    let same = || vec![mark(SENT.0)];
    assert!(!proven(&page(vec![same(), same(), same()])));
    let many = (0..9).map(|it| vec![mark(SENT.0), task(&it.to_string(), None, SENT.0)]).collect();
    let came = page(many);
    assert!(!proven(&came));
    assert_eq!(came.targets.iter().filter(|it| it.starts_with("/p?")).count(), PAGES);
    assert!(!proven(&page(vec![vec![task("70", None, SENT.0)]])));
    assert!(!proven(&page(vec![])));
}

#[test]
fn what_is_not_shown_to_be_ours_is_not_taken() {
    let server = |task: Value| {
        move |query: &super::super::Query| {
            if query.target.starts_with("/p?") { no_list() } else { one(task.clone()) }
        }
    };
    let hour = 3_600_000;
    let others = Means { others: vec!["81".into()], ..landmark() };
    for (what, external_id, means, shown, candidate) in [
        ("no external id", OURS, landmark(), task("81", None, SENT.0), true),
        (
            "another one: any id gives the same task",
            OURS,
            landmark(),
            task("81", Some("x"), SENT.0),
            false,
        ),
        ("an echo as the server's id", OURS, landmark(), task(OURS, Some(OURS), SENT.0), false),
        (
            "an echo of the user's id",
            "order-1",
            landmark(),
            task("order-1", Some("order-1"), SENT.0),
            false,
        ),
        ("no id", OURS, landmark(), task("", Some(OURS), SENT.0), false),
        (
            "another task of the ledger",
            "order-1",
            others,
            task("81", Some("order-1"), SENT.0),
            false,
        ),
        (
            "made long before",
            "order-1",
            landmark(),
            task("81", Some("order-1"), SENT.0 - hour),
            true,
        ),
    ] {
        // Also after a proven look: none of these is an absence.
        let came = run(external_id, &looked(10, true), means, 900, server(shown));
        let (why, _) = cannot_tell(&came.end);
        assert_eq!(
            why.contains(&format!("resolve {OURS} --task-id 81")),
            candidate,
            "{what}: {why}"
        );
        assert!(came.records.iter().all(|it| it.ends_with("false")), "{what}: {:?}", came.records);
    }
    // Any id gives the same task: the landmark.
    let came = run(OURS, &looked(10, true), landmark(), 900, server(task("70", None, SENT.0)));
    assert!(!cannot_tell(&came.end).0.contains("70"), "{:?}", came.end);
    assert_eq!(came.records, ["looked ExternalId false"]);
    // Clocks differ, and an echo beside the server's own id is no harm.
    let shown = json!({
        "task_id": OURS, "task_info": { "external_task_id": OURS }, "created_at": SENT.0 - 500_000,
        "task_status": "succeed", "data": { "task_id": "81" },
    });
    let came = run(OURS, &unknown(), landmark(), 5, server(shown));
    assert_eq!(came.end, accepted("81"));
}

#[test]
fn a_task_without_an_id_is_no_absence() {
    let mark = || vec![task("70", Some("mark"), SENT.0)];
    let mut lists = kling(mark());
    let came = run(OURS, &looked(10, true), landmark(), 900, |query| {
        if query.target.starts_with("/p?") {
            lists(query)
        } else {
            one(task(OURS, Some(OURS), SENT.0))
        }
    });
    assert_eq!(came.records, ["looked List true"]);
    assert!(matches!(came.end, End::CannotTell { .. }));
}

#[test]
fn two_tasks_with_our_id_are_for_a_person() {
    let twice = vec![task("81", Some(OURS), SENT.0), task("82", Some(OURS), SENT.0)];
    let server = |query: &super::super::Query| {
        if query.target.starts_with("/p?") { list(twice.clone()) } else { no_list() }
    };
    let came = run(OURS, &unknown(), landmark(), 5, server);
    assert!(cannot_tell(&came.end).0.contains("more than one"));
    // One of them is known to be another request's.
    let means = Means { others: vec!["81".into()], ..landmark() };
    let server = |query: &super::super::Query| {
        if query.target.starts_with("/p?") { list(twice.clone()) } else { no_list() }
    };
    assert_eq!(run(OURS, &unknown(), means, 5, server).end, accepted("82"));
}

#[test]
fn a_callback_is_a_hint() {
    let callback = |task_id: &str, external_id: Option<&str>| Means {
        callback: Some(task(task_id, external_id, SENT.0).to_string()),
        ..landmark()
    };
    // The server knows no external ids in paths, and shows them.
    let server = |shown: Option<Value>| {
        move |query: &super::super::Query| match (&shown, query.target.as_str()) {
            (Some(task), "/p/81") => one(task.clone()),
            _ => not_there(),
        }
    };
    let ours = || Some(task("81", Some(OURS), SENT.0));
    for named in [Some(OURS), None] {
        let came = run(OURS, &unknown(), callback("81", named), 5, server(ours()));
        assert_eq!(came.end, accepted("81"));
        assert_eq!(came.records.last().map(String::as_str), Some("accepted 81 Callback"));
    }
    // About another request: not even asked for.
    let came = run(OURS, &unknown(), callback("81", Some("x")), 5, server(ours()));
    assert!(!came.targets.contains(&"/p/81".to_owned()));
    // Forged: there is no such task, it is another's, or nothing shows that it is ours.
    for shown in [None, Some(task("81", Some("x"), SENT.0)), Some(task("81", None, SENT.0))] {
        let came = run(OURS, &unknown(), callback("81", Some(OURS)), 5, server(shown.clone()));
        let (why, _) = cannot_tell(&came.end);
        let named = shown.is_some_and(|it| it["task_info"] == json!({}));
        assert_eq!(why.contains("--task-id 81"), named, "{why}");
        assert!(!came.records.iter().any(|it| it.starts_with("accepted")));
    }
    // Not a callback.
    for body in ["", "{", "<html>", "{\"task_status\":\"succeed\"}"] {
        let means = Means { callback: Some(body.into()), ..landmark() };
        let came = run(OURS, &unknown(), means, 5, server(None));
        assert_eq!(came.odd.len(), 1, "{body}");
    }
    // One may turn up after the task was held absent; without a hint nobody is asked.
    let absent =
        || history(vec![Entry::Unknown { why: "504".into() }, Entry::Absent { by: Route::Looks }]);
    assert_eq!(run(OURS, &absent(), callback("81", None), 5, server(ours())).end, accepted("81"));
    assert_eq!(run(OURS, &absent(), callback("81", None), 5, server(None)).end, End::Absent);
    let came = run(OURS, &absent(), landmark(), 5, |_| panic!("nobody is asked"));
    assert_eq!(came.end, End::Absent);
}

#[test]
fn an_answer_in_the_ledger_is_read_first() {
    let answered = |status, body: &str| {
        let body = body.to_owned();
        history(vec![Entry::Reply(RawReply { status, headers: Vec::new(), body, cut: None })])
    };
    let nobody = |_: &super::super::Query| panic!("nobody is asked");
    let history = answered(200, r#"{"code":0,"data":{"task_id":"81"}}"#);
    let came = run(OURS, &history, landmark(), 5, nobody);
    assert_eq!(came.end, accepted("81"));
    assert_eq!(came.records, ["accepted 81 Reply"]);
    let came = run(OURS, &answered(400, r#"{"code":1201}"#), landmark(), 5, nobody);
    assert!(matches!(came.end, End::Refused(_)));
    assert_eq!(came.records, ["refused"]);
    let server = kling(vec![task("81", Some(OURS), SENT.0)]);
    let came = run(OURS, &answered(504, ""), landmark(), 5, server);
    assert_eq!(came.records, ["unknown", "accepted 81 ExternalId"]);
}

#[test]
fn every_state_is_gone_on_from() {
    let server = kling(vec![task("81", Some(OURS), SENT.0)]);
    let came = run(OURS, &history(Vec::new()), landmark(), 5, server);
    assert_eq!(came.records, ["unknown", "accepted 81 ExternalId"]);
    let nobody = |_: &super::super::Query| panic!("nobody is asked");
    let came = run(OURS, &history(Vec::new())[..1], landmark(), 5, nobody);
    assert!(matches!(came.end, End::NotSent { .. }));
    let not_sent = history(vec![Entry::NotSent { why: "no connection".into() }]);
    let came = run(OURS, &not_sent, landmark(), 5, nobody);
    assert_eq!(came.end, End::NotSent { why: "no connection".into() });
    let taken = Entry::Accepted { task_id: "81".into(), request_id: None, by: Route::Reply };
    let came = run(OURS, &history(vec![taken]), landmark(), 5, nobody);
    assert_eq!(came.end, accepted("81"));
    let events = history(vec![Entry::Status { word: "processing".into() }]);
    let mut machine = Reconcile::new(intent(OURS), &events, SENT, landmark());
    let now = Now { wall: SENT, elapsed: Duration::ZERO, jitter: 0.0 };
    assert!(matches!(machine.step(now, Event::Done), Action::End(End::CannotTell { .. })));
}

#[test]
fn a_query_that_misses_is_repeated_and_proves_nothing() {
    let broken = || Event::Broken(Broken { sent: true, passing: true, why: "reset".into() });
    let came = run(OURS, &looked(10, true), landmark(), 900, |_| broken());
    assert_eq!(cannot_tell(&came.end).1, Some(60));
    assert!(came.records.is_empty());
    assert_eq!(came.targets.len(), 6);
    let came = run(OURS, &looked(10, true), landmark(), 900, |_| reply(503, &json!({})));
    assert_eq!(came.targets.len(), 6);
    // A certificate does not get better.
    let lasting = || Event::Broken(Broken { sent: false, passing: false, why: "bad".into() });
    let came = run(OURS, &looked(10, true), landmark(), 900, |_| lasting());
    assert_eq!((came.targets.len(), cannot_tell(&came.end).1), (1, None));
    // A refused key is no absence.
    let came = run(OURS, &looked(10, true), landmark(), 900, |_| reply(401, &json!({})));
    assert!(came.records.is_empty() && came.odd[0].contains("refused"), "{:?}", came.odd);
    // One miss is nothing.
    let mut first = true;
    let mut server = kling(vec![task("81", Some(OURS), SENT.0)]);
    let came = run(OURS, &unknown(), landmark(), 5, |query| {
        if std::mem::take(&mut first) { broken() } else { server(query) }
    });
    assert_eq!(came.end, accepted("81"));
}

#[test]
fn no_command_is_made_of_what_a_server_says() {
    let evil = "81;reboot";
    let came = run(OURS, &unknown(), landmark(), 5, |query| {
        if query.target.starts_with("/p?") { no_list() } else { one(task(evil, None, SENT.0)) }
    });
    assert!(cannot_tell(&came.end).0.ends_with("--task-id X"));
}

#[test]
fn an_interruption_ends_it() {
    let mut machine = Reconcile::new(intent(OURS), &unknown(), SENT, landmark());
    let now = Now { wall: SENT, elapsed: Duration::ZERO, jitter: 0.0 };
    assert!(matches!(machine.step(now, Event::Done), Action::Query(_)));
    let broken = Broken { sent: true, passing: true, why: "reset".into() };
    assert!(matches!(machine.step(now, Event::Broken(broken)), Action::Missed(_)));
    assert!(matches!(machine.step(now, Event::Done), Action::Wait(..)));
    assert_eq!(machine.step(now, Event::Interrupted), Action::End(End::Interrupted));
    assert_eq!(machine.step(now, Event::Done), Action::End(End::Interrupted));
}

fn any_event() -> impl Strategy<Value = Event> {
    let early = SENT.0 - 90_000_000;
    let bodies = vec![
        json!({ "code": 0, "data": task("81", Some(OURS), SENT.0) }),
        json!({ "code": 0, "data": task("81", None, SENT.0) }),
        json!({ "code": 0, "data": task(OURS, Some(OURS), SENT.0) }),
        json!({ "code": 0, "data": task("82", Some(OURS), SENT.0) }),
        json!({ "code": 0, "data": task("70", Some("mark"), SENT.0) }),
        json!({ "code": 0, "data": [task("70", Some("mark"), SENT.0)] }),
        json!({ "code": 0, "data": [task("70", Some("mark"), SENT.0), task("1", None, early)] }),
        json!({ "code": 0, "data": [task("81", Some(OURS), SENT.0)] }),
        json!({ "code": 0, "data": [] }),
        json!({ "code": 0, "data": null }),
        json!({ "code": 1203 }),
        json!({ "code": 1000 }),
        json!("html"),
    ];
    let bodies = prop::sample::select(bodies);
    prop_oneof![
        8 => (prop::sample::select(vec![200_u16, 200, 200, 404, 500]), bodies)
            .prop_map(|(status, body)| reply(status, &body)),
        3 => Just(not_there()),
        1 => Just(Event::Done),
        1 => any::<bool>().prop_map(|passing| {
            Event::Broken(Broken { sent: true, passing, why: "w\u{1b}".into() })
        }),
        1 => Just(Event::NotRecorded("full".into())),
        1 => Just(Event::Interrupted),
    ]
}

fn any_history() -> impl Strategy<Value = Vec<Recorded>> {
    let answered = |body: &str| {
        let body = body.to_owned();
        history(vec![Entry::Reply(RawReply { status: 200, headers: Vec::new(), body, cut: None })])
    };
    let absent =
        history(vec![Entry::Unknown { why: "504".into() }, Entry::Absent { by: Route::Hand }]);
    prop::sample::select(vec![
        unknown(),
        unknown(),
        looked(10, true),
        looked(10, true),
        looked(10, false),
        history(Vec::new()),
        answered(r#"{"code":0,"data":{"task_id":"81"}}"#),
        answered(r#"{"code":1201}"#),
        answered("<html>"),
        absent,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever happens, in whatever order, also what cannot be.
    #[test]
    fn no_order_of_events_breaks_it(
        history in any_history(),
        events in prop::collection::vec(any_event(), 0..40),
        fitting in prop::bool::weighted(0.8),
        mark in any::<bool>(),
        account in any::<bool>(),
        callback in prop::option::of(prop::sample::select(vec!["81", "82", "70"])),
        seconds in 0_u64..1000,
    ) {
        let means = Means {
            landmark: mark.then(|| ("mark".into(), "70".into())),
            others: vec!["70".into(), "82".into()],
            account,
            callback: callback.map(|id| task(id, None, SENT.0).to_string()),
        };
        let mut machine = Reconcile::new(intent(OURS), &history, SENT, means);
        let mut ledger = State::of(history.iter().map(|it| &it.entry)).expect("in order");
        let answered = ledger == State::Answered;
        let (mut event, mut proven) = (Event::Done, false);
        let mut replies: Vec<RawReply> = Vec::new();
        let mut events = events.into_iter();
        for _ in 0..300 {
            if let Event::Reply(reply) = &event { replies.push(reply.clone()); }
            let wall = Millis(SENT.0 + seconds * 1000);
            let action = machine.step(Now { wall, elapsed: Duration::ZERO, jitter: 0.5 }, event);
            let scripted = events.next().unwrap_or(Event::Interrupted);
            event = match action {
                Action::Record(entry) => {
                    match &entry {
                        Entry::Looked { proven: it, .. } => {
                            prop_assert!(!it || mark);
                            proven |= it;
                        }
                        Entry::Absent { .. } => {
                            let earlier = history.iter().any(|it| is_proven(&it.entry));
                            prop_assert!(proven && earlier && seconds >= 310);
                        }
                        Entry::Accepted { task_id, by, .. } => {
                            prop_assert_eq!(task_id.as_str(), "81");
                            let shows = |reply: &RawReply| {
                                reply.body.contains("\"81\"") && reply.body.contains(OURS)
                            };
                            prop_assert!((answered && *by == Route::Reply) || replies.iter().any(shows));
                        }
                        Entry::Unknown { .. } | Entry::Refused(_) => {}
                        other => prop_assert!(false, "{:?}", other),
                    }
                    if fitting && matches!(scripted, Event::NotRecorded(_)) {
                        scripted
                    } else {
                        ledger = ledger.after(&entry).map_err(|error| TestCaseError::fail(error.to_string()))?;
                        Event::Done
                    }
                }
                Action::Wait(span, _) => {
                    prop_assert!(!span.is_zero() && span <= schedule::LONGEST_ASKED);
                    if matches!(scripted, Event::Interrupted) { Event::Interrupted } else { Event::Done }
                }
                Action::Query(query) => {
                    prop_assert!(query.target.starts_with('/'));
                    scripted
                }
                Action::Missed(why) | Action::Odd(why) => {
                    let safe = !why.is_empty() && !why.contains('\u{1b}');
                    prop_assert!(safe, "{:?}", why);
                    if fitting { Event::Done } else { scripted }
                }
                Action::Send | Action::Fetch(_) => {
                    prop_assert!(false, "it sends");
                    return Ok(());
                }
                Action::End(end) => {
                    if let End::Accepted { task_id } = &end { prop_assert_eq!(task_id.as_str(), "81"); }
                    return Ok(());
                }
            };
        }
        prop_assert!(false, "no end");
    }
}
