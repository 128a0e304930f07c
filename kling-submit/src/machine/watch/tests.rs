use proptest::prelude::*;

use super::*;
use crate::transport::Broken;

fn intent() -> Intent {
    serde_json::from_value(serde_json::json!({
        "id": "kl1-01J", "external_task_id": "order-1", "idempotency_key": "kl1-01J",
        "endpoint": "omni-video", "path": "/p", "base_url": "http://127.0.0.1:1",
        "request": "a.json", "body_sha256": "00", "sent_sha256": "00", "content_length": 2,
        "settings": {}, "key_fingerprint": "00", "linter": "0",
    }))
    .expect("an intent")
}

fn accepted(word: Option<&str>) -> State {
    State::Accepted { task_id: "81".into(), word: word.map(Into::into) }
}

fn patience(seconds: u64) -> Plan {
    Plan { patience: Some(Duration::from_secs(seconds)), fetch: true, at_once: false }
}

const ENDLESS: Plan = Plan { patience: None, fetch: true, at_once: false };
/// When the tasks of these tests were taken.
const TAKEN: Millis = Millis(1_795_255_200_000);

fn reply(status: u16, body: &str) -> Event {
    Event::Reply(RawReply { status, headers: Vec::new(), body: body.into(), cut: None })
}

fn word(word: &str) -> Event {
    reply(200, &format!(r#"{{"code":0,"data":{{"task_id":"81","task_status":"{word}"}}}}"#))
}

fn made(urls: &[&str]) -> Event {
    let images: Vec<_> = urls.iter().map(|url| serde_json::json!({ "url": url })).collect();
    let body = serde_json::json!({
        "code": 0,
        "data": { "task_status": "succeed", "task_result": { "images": images } },
    });
    reply(200, &body.to_string())
}

fn stored(number: u32) -> Stored {
    Stored { number, path: format!("{number}.png"), bytes: 1, sha256: "00".into() }
}

fn asset(number: u32, url: &str) -> Asset {
    Asset { number, url: url.into(), seconds: None }
}

fn missed() -> Event {
    Event::Fetched(Fetched::Missed { why: "reset".into(), retry_after: None })
}

fn expired() -> Event {
    Event::Fetched(Fetched::Expired { status: 403 })
}

fn fetched(number: u32) -> Event {
    Event::Fetched(Fetched::Stored(stored(number)))
}

/// Runs a machine over a clock of its own: waits pass at once, all else takes no time.
struct Run {
    watch: Watch,
    elapsed: Duration,
    wall: Millis,
    state: State,
    /// What happened, one line each but for waits.
    log: Vec<String>,
    waits: Vec<u64>,
    polls: usize,
    fetches: usize,
}

impl Run {
    fn new(state: State, plan: Plan) -> Self {
        Run {
            watch: Watch::new(intent(), state.clone(), TAKEN, plan),
            elapsed: Duration::from_secs(777),
            wall: TAKEN,
            state,
            log: Vec::new(),
            waits: Vec::new(),
            polls: 0,
            fetches: 0,
        }
    }

    fn step(&mut self, event: Event) -> Action {
        let now = Now { wall: self.wall, elapsed: self.elapsed, jitter: 0.5 };
        self.watch.step(now, event)
    }

    /// Answers polls and fetches in turn from these; the last one of each is said again and again.
    fn run(mut self, polls: &[Event], fetches: &[Event]) -> (End, Self) {
        let mut event = Event::Done;
        for _ in 0..20_000 {
            event = match self.step(event) {
                Action::Record(entry) => {
                    self.log.push(format!("record {}", entry.word()));
                    self.state = self.state.clone().after(&entry).expect("in order");
                    Event::Done
                }
                Action::Wait(span, _) => {
                    self.waits.push(span.as_secs());
                    self.elapsed += span;
                    Event::Done
                }
                Action::Query(query) => {
                    assert_eq!(query.target, "/p/81");
                    self.log.push("query".into());
                    self.polls += 1;
                    polls[(self.polls - 1).min(polls.len() - 1)].clone()
                }
                Action::Fetch(asset) => {
                    self.log.push(format!("fetch {}", asset.url));
                    self.fetches += 1;
                    fetches[(self.fetches - 1).min(fetches.len() - 1)].clone()
                }
                Action::Missed(_) => Event::Done,
                Action::Odd(what) => {
                    self.log.push(format!("odd {what}"));
                    Event::Done
                }
                Action::Send => panic!("nothing is sent here"),
                Action::End(end) => {
                    assert_eq!(self.step(Event::Done), Action::End(end.clone()), "it stays ended");
                    return (end, self);
                }
            };
        }
        panic!("no end: {:?}", self.log.iter().rev().take(9).collect::<Vec<_>>());
    }

    fn odd(&self) -> usize {
        self.log.iter().filter(|line| line.starts_with("odd")).count()
    }
}

#[test]
fn a_task_is_polled_and_fetched() {
    let polls = [word("submitted"), word("processing"), word("processing"), made(&["a", "b"])];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[fetched(0), fetched(1)]);
    assert_eq!(end, End::Stored(vec![stored(0), stored(1)]));
    assert_eq!(run.waits, [10, 5, 5, 5]);
    assert_eq!(
        run.log,
        [
            "query",
            "record status",
            "query",
            "record status",
            "query",
            "query",
            "record succeeded",
            "fetch a",
            "record stored",
            "fetch b",
            "record stored"
        ]
    );
}

#[test]
fn a_failed_task_is_failed_whatever_the_envelope_says() {
    let body = include_str!("../../../../fixtures/replies/failed-but-message-succeed.json");
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&[reply(200, body)], &[missed()]);
    assert_eq!(end, End::Failed { message: "Image pixel is invalid".into() });
    // Another id with none of the user's beside it: told, and believed.
    assert_eq!(run.odd(), 1);
    assert_eq!(run.log.last().map(String::as_str), Some("record failed"));
}

#[test]
fn patience_is_this_process_s_time() {
    let (end, run) = Run::new(accepted(None), patience(62)).run(&[word("processing")], &[missed()]);
    assert_eq!(end, End::Running);
    assert_eq!(run.waits.iter().sum::<u64>(), 62);
    assert_eq!(
        *run.waits.last().expect("waits"),
        2,
        "the last poll is at the end: {:?}",
        run.waits
    );
    // An old task is polled at once, and once, without any patience.
    let mut old = Run::new(accepted(None), patience(0));
    old.wall.0 += 7_200_000;
    let (end, run) = old.run(&[word("processing")], &[missed()]);
    assert_eq!((end, run.polls, run.waits.len()), (End::Running, 1, 0));
    // A new one is not there yet.
    let (end, run) = Run::new(accepted(None), patience(0)).run(&[word("processing")], &[missed()]);
    assert_eq!((end, run.polls), (End::Running, 0));
    let asked = Plan { at_once: true, ..patience(0) };
    let (_, run) = Run::new(accepted(None), asked).run(&[word("processing")], &[missed()]);
    assert_eq!(run.polls, 1);
}

#[test]
fn a_clock_that_jumps_changes_nothing() {
    let mut run = Run::new(accepted(None), patience(100));
    let mut event = Event::Done;
    let mut waits = Vec::new();
    loop {
        run.wall.0 = if waits.len() % 2 == 0 { 0 } else { TAKEN.0 + 9_000_000_000 };
        event = match run.step(event) {
            Action::Wait(span, _) => {
                run.elapsed += span;
                waits.push(span.as_secs());
                Event::Done
            }
            Action::Query(_) => word("processing"),
            Action::End(end) => break assert_eq!(end, End::Running),
            _ => Event::Done,
        };
    }
    assert_eq!(waits.iter().sum::<u64>(), 100);
    assert!(waits.iter().all(|it| *it <= 10), "{waits:?}");
}

#[test]
fn missed_polls_go_on_without_limit() {
    let mut polls = vec![Event::Broken(Broken { sent: true, passing: true, why: "reset".into() })];
    polls.extend([reply(504, ""), reply(200, "<html>"), reply(429, ""), reply(200, "{\"co")]);
    let mut storm: Vec<Event> = (0..500).flat_map(|_| polls.clone()).collect();
    storm.push(made(&["a"]));
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&storm, &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    assert!(run.waits.iter().all(|it| *it <= 300));
}

#[test]
fn a_server_that_asks_for_time_gets_it_within_reason() {
    let asking = |text: &str| {
        let headers = vec![("retry-after".to_owned(), text.to_owned())];
        Event::Reply(RawReply { status: 429, headers, body: String::new(), cut: None })
    };
    let polls = [asking("40"), asking("99999"), asking("0"), asking("soon"), made(&["a"])];
    let (_, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[fetched(0)]);
    assert_eq!(run.waits, [10, 40, 150, 10, 16]);
    let (end, run) = Run::new(accepted(None), patience(60)).run(&[asking("99999")], &[fetched(0)]);
    assert_eq!((end, run.waits), (End::Running, vec![10, 50]));
}

#[test]
fn an_unknown_word_is_told_once_and_polled_on() {
    let polls = [word("queued"), word("queued"), word("odd"), word("queued"), made(&["a"])];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    assert_eq!(run.odd(), 2);
    assert_eq!(run.log.iter().filter(|it| *it == "record status").count(), 3);
}

#[test]
fn a_word_that_the_ledger_has_is_not_recorded_again() {
    let polls = [word("processing"), made(&["a"])];
    let (_, run) = Run::new(accepted(Some("processing")), ENDLESS).run(&polls, &[fetched(0)]);
    assert_eq!(run.log[..2], ["query", "query"]);
}

#[test]
fn success_without_a_result_is_polled_some_times() {
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&[word("succeed")], &[missed()]);
    assert!(matches!(end, End::NotSaved { gone: false, .. }));
    assert_eq!((run.polls, run.odd()), (6, 1));
    assert_eq!(run.state, accepted(None), "nothing is recorded that is not known");
    let (end, _) = Run::new(accepted(None), ENDLESS)
        .run(&[word("succeed"), word("succeed"), made(&["a"])], &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
}

#[test]
fn a_refused_key_is_no_failed_task() {
    for refusal in [reply(401, ""), reply(403, "{}"), reply(200, r#"{"code":1002}"#)] {
        let (end, run) = Run::new(accepted(None), ENDLESS).run(&[refusal], &[missed()]);
        assert_eq!((end, run.polls, run.odd()), (End::Running, 4, 2));
        assert_eq!(run.state, accepted(None));
    }
    // One refusal between answers is none.
    let polls = [reply(401, ""), word("processing"), reply(401, ""), made(&["a"])];
    let (end, _) = Run::new(accepted(None), ENDLESS).run(&polls, &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
}

#[test]
fn a_task_that_is_not_there_is_asked_for_a_while() {
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&[reply(404, "")], &[missed()]);
    assert_eq!(end, End::Running);
    assert!(run.polls >= 12 && run.waits.iter().sum::<u64>() >= 600, "{}", run.polls);
    assert_eq!(run.state, accepted(None));
}

#[test]
fn an_answer_about_another_task_is_not_believed() {
    let other =
        r#"{"data":{"task_id":"9","task_status":"failed","task_info":{"external_task_id":"x"}}}"#;
    let (end, run) = Run::new(accepted(None), patience(30)).run(&[reply(200, other)], &[missed()]);
    assert_eq!((end, run.state), (End::Running, accepted(None)));
    // The id that was asked for is enough, whatever the gateway made of ours.
    let ours = other.replace("\"9\"", "\"81\"");
    let (end, _) = Run::new(accepted(None), patience(30)).run(&[reply(200, &ours)], &[missed()]);
    assert!(matches!(end, End::Failed { .. }));
}

#[test]
fn an_expired_url_is_renewed_and_then_given_up() {
    // The same URL again: gone.
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&[made(&["a"])], &[expired()]);
    assert!(matches!(end, End::NotSaved { gone: true, .. }));
    assert_eq!(run.state.word(), "gone");
    assert_eq!((run.polls, run.fetches), (2, 1));
    // A fresh one works.
    let polls = [made(&["a"]), made(&["b"])];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[expired(), fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    assert_eq!(run.waits.len(), 1, "a fresh URL is asked for at once");
    // Fresh ones without end do not.
    let urls: Vec<String> = (0..20).map(|it| it.to_string()).collect();
    let polls: Vec<Event> = urls.iter().map(|url| made(&[url])).collect();
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[expired()]);
    assert!(matches!(end, End::NotSaved { gone: true, .. }));
    assert_eq!(run.fetches, 4);
    // The server cannot be asked: not gone.
    let polls = [made(&["a"]), reply(500, "")];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &[expired()]);
    assert!(matches!(end, End::NotSaved { gone: false, .. }), "{end:?}");
    assert_eq!(run.state.word(), "succeeded");
    assert!(run.waits.iter().sum::<u64>() <= 1300, "{:?}", run.waits);
    let polls = [made(&["a"]), reply(401, "")];
    let (end, _) = Run::new(accepted(None), ENDLESS).run(&polls, &[expired()]);
    assert!(matches!(end, End::NotSaved { gone: false, .. }), "{end:?}");
}

/// A file that was saved, and is wanted again.
#[test]
fn what_was_stored_once_is_not_recorded_as_gone() {
    let assets = vec![asset(0, "a")];
    let was = State::Stored { task_id: "81".into(), assets, stored: Vec::new() };
    let (end, run) = Run::new(was.clone(), ENDLESS).run(&[made(&["b"])], &[expired(), fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    assert_eq!((run.polls, run.fetches), (1, 2));
    let (end, run) = Run::new(was, ENDLESS).run(&[made(&["a"])], &[expired()]);
    assert!(matches!(end, End::NotSaved { gone: true, .. }));
    assert_eq!(run.log, ["fetch a", "query"], "the ledger has it on disk, and says so");
}

#[test]
fn one_lost_asset_does_not_lose_the_others() {
    let polls = [made(&["a", "b", "c"])];
    let fetches = [expired(), fetched(1), fetched(2)];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &fetches);
    let End::NotSaved { why, gone: true } = end else { panic!("{end:?}") };
    assert!(why.starts_with("asset 0: "), "{why}");
    assert_eq!(run.log.iter().filter(|it| *it == "record stored").count(), 2);
    let impossible = Event::Fetched(Fetched::Impossible { why: "the disk is full".into() });
    let fetches = [impossible, fetched(1), expired()];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &fetches);
    assert!(matches!(end, End::NotSaved { gone: false, .. }), "{end:?}");
    assert_eq!(run.state.word(), "succeeded", "it is asked for again");
}

#[test]
fn fetches_that_miss_are_repeated_for_a_while() {
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&[made(&["a"])], &[missed()]);
    assert_eq!(end, End::NotSaved { why: "reset".into(), gone: false });
    assert_eq!(run.waits[..6], [10, 2, 4, 8, 16, 32]);
    assert_eq!(run.waits.iter().skip(1).sum::<u64>(), 1200);
    let fetches = [missed(), missed(), fetched(0)];
    let (end, _) = Run::new(accepted(None), ENDLESS).run(&[made(&["a"])], &fetches);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    // Each asset that arrives gives the others time.
    let misses = |count| (0..count).map(|_| missed());
    let fetches: Vec<Event> = [fetched(0)]
        .into_iter()
        .chain(misses(24))
        .chain([fetched(1)])
        .chain(misses(14))
        .chain([fetched(2)])
        .collect();
    let polls = [made(&["a", "b", "c"])];
    let (end, run) = Run::new(accepted(None), ENDLESS).run(&polls, &fetches);
    let End::Stored(all) = end else { panic!("{end:?} {:?}", run.waits) };
    assert_eq!(all.len(), 3);
    assert!(run.waits.iter().sum::<u64>() > 1300, "{:?}", run.waits);
    let (_, run) = Run::new(accepted(None), patience(5000)).run(&[made(&["a"])], &[missed()]);
    assert_eq!(run.waits.iter().sum::<u64>(), 5000);
    // What is made is fetched once, also when the patience is over.
    let polls = [word("processing"), made(&["a"])];
    let (end, _) = Run::new(accepted(None), patience(12)).run(&polls, &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
}

#[test]
fn every_state_is_resumed() {
    let assets = vec![asset(0, "a"), asset(1, "b")];
    let half =
        State::Succeeded { task_id: "81".into(), assets: assets.clone(), stored: vec![stored(1)] };
    let (end, run) = Run::new(half, ENDLESS).run(&[reply(500, "")], &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0), stored(1)]));
    assert_eq!(run.log, ["fetch a", "record stored"]);
    let whole = State::Stored { task_id: "81".into(), assets, stored: vec![stored(0), stored(1)] };
    let (end, run) = Run::new(whole, ENDLESS).run(&[], &[]);
    assert_eq!(end, End::Stored(vec![stored(0), stored(1)]));
    assert!(run.log.is_empty());
    let failed = State::Failed { task_id: "81".into(), message: "no".into() };
    let (end, _) = Run::new(failed, ENDLESS).run(&[], &[]);
    assert_eq!(end, End::Failed { message: "no".into() });
    let gone = State::Gone { task_id: "81".into() };
    for poll in [reply(404, ""), reply(500, ""), word("processing"), word("failed")] {
        let (end, run) = Run::new(gone.clone(), ENDLESS).run(&[poll], &[]);
        assert!(matches!(end, End::NotSaved { gone: true, .. }));
        assert_eq!(run.polls, 1);
    }
    let (end, _) = Run::new(gone, ENDLESS).run(&[made(&["a"])], &[fetched(0)]);
    assert_eq!(end, End::Stored(vec![stored(0)]));
    for state in [State::Sending, State::Answered, State::Unknown] {
        let (end, _) = Run::new(state, ENDLESS).run(&[], &[]);
        assert!(matches!(end, End::Unknown { .. }));
    }
    let (end, _) = Run::new(State::Intended, ENDLESS).run(&[], &[]);
    assert!(matches!(end, End::NotSent { .. }));
    assert_eq!(Run::new(State::Absent, ENDLESS).run(&[], &[]).0, End::Absent);
}

#[test]
fn without_fetching_nothing_is_fetched() {
    let plan = Plan { fetch: false, ..ENDLESS };
    let (end, run) = Run::new(accepted(None), plan).run(&[made(&["a"])], &[]);
    assert!(matches!(end, End::NotSaved { gone: false, .. }));
    assert_eq!(run.state.word(), "succeeded");
}

/// The work goes on, and what follows on an event that the ledger cannot hold waits for it.
#[test]
fn what_cannot_be_recorded_does_not_stop_the_work() {
    for broken in 0..8_usize {
        let mut run = Run::new(accepted(None), ENDLESS);
        let mut event = Event::Done;
        let (mut records, mut polls) = (0, 0);
        let end = loop {
            event = match run.step(event) {
                Action::Record(entry) => {
                    records += 1;
                    if broken >> (records - 1) & 1 == 1 {
                        Event::NotRecorded("the disk is full".into())
                    } else {
                        run.state = run.state.clone().after(&entry).expect("in order");
                        Event::Done
                    }
                }
                Action::Query(_) => {
                    polls += 1;
                    if polls == 1 { word("processing") } else { made(&["a"]) }
                }
                Action::Fetch(_) => fetched(0),
                Action::End(end) => break end,
                _ => Event::Done,
            };
        };
        assert_eq!(end, End::Stored(vec![stored(0)]), "{broken}");
    }
}

#[test]
fn an_interruption_ends_it_once_what_is_learnt_is_recorded() {
    let mut run = Run::new(accepted(None), ENDLESS);
    assert!(matches!(run.step(Event::Done), Action::Wait(..)));
    assert_eq!(run.step(Event::Interrupted), Action::End(End::Interrupted));
    assert_eq!(run.step(Event::Done), Action::End(End::Interrupted));
    let mut run = Run::new(accepted(None), ENDLESS);
    run.step(Event::Done);
    assert!(matches!(run.step(Event::Done), Action::Query(_)));
    assert_eq!(run.step(Event::Interrupted), Action::End(End::Interrupted));
}

fn any_event() -> impl Strategy<Value = Event> {
    let body = prop::sample::select(vec![
        r#"{"code":0,"data":{"task_status":"processing"}}"#,
        r#"{"code":0,"data":{"task_status":"queued"}}"#,
        r#"{"code":0,"data":{"task_status":"succeed"}}"#,
        r#"{"code":0,"data":{"task_status":"succeed","task_result":{"videos":[{"url":"u"}]}}}"#,
        r#"{"code":0,"data":{"task_status":"succeed","task_result":{"videos":[{"url":"v"}]}}}"#,
        r#"{"code":0,"data":{"task_status":"succeed","task_result":{"images":["a","b"]}}}"#,
        r#"{"code":0,"data":{"task_status":"failed"}}"#,
        r#"{"code":0,"data":{"task_id":"9","task_status":"failed","task_info":{"external_task_id":"x"}}}"#,
        r#"{"code":0,"data":null}"#,
        r#"{"code":1002}"#,
        "<html>",
        "",
    ]);
    let header = prop::sample::select(vec!["", "0", "7", "99999999999999999999", "-1", "x"]);
    prop_oneof![
        3 => Just(Event::Done),
        6 => (prop::sample::select(vec![200_u16, 200, 200, 200, 401, 404, 429, 500, 301]), body, header)
            .prop_map(|(status, body, header)| {
                let headers = vec![("retry-after".to_owned(), header.to_owned())];
                Event::Reply(RawReply { status, headers, body: body.into(), cut: None })
            }),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(sent, passing)| {
            Event::Broken(Broken { sent, passing, why: "w\u{1b}".into() })
        }),
        1 => (0_u32..3).prop_map(fetched),
        1 => (400_u16..420).prop_map(|status| Event::Fetched(Fetched::Expired { status })),
        1 => Just(missed()),
        1 => Just(Event::Fetched(Fetched::Impossible { why: "full".into() })),
        1 => Just(Event::NotRecorded("full".into())),
    ]
}

fn any_state() -> impl Strategy<Value = State> {
    let task_id = || String::from("81");
    let assets = vec![asset(0, "a"), asset(1, "b")];
    prop_oneof![
        4 => prop::sample::select(vec![accepted(None), accepted(Some("processing"))]),
        1 => Just(State::Succeeded { task_id: task_id(), assets: assets.clone(), stored: vec![stored(1)] }),
        1 => Just(State::Stored { task_id: task_id(), assets, stored: vec![stored(0), stored(1)] }),
        1 => Just(State::Succeeded { task_id: task_id(), assets: Vec::new(), stored: Vec::new() }),
        1 => Just(State::Gone { task_id: task_id() }),
        1 => Just(State::Unknown),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Whatever happens, in whatever order, also what cannot be.
    #[test]
    fn no_order_of_events_breaks_it(
        state in any_state(),
        events in prop::collection::vec((any_event(), any::<u32>()), 0..60),
        fitting in prop::bool::weighted(0.8),
        patience in prop::option::of(0_u64..400),
        fetch in any::<bool>(),
        at_once in any::<bool>(),
        interrupt in prop::option::of(0_usize..60),
    ) {
        let plan = Plan { patience: patience.map(Duration::from_secs), fetch, at_once };
        let mut watch = Watch::new(intent(), state.clone(), TAKEN, plan);
        let mut ledger = state;
        let (mut event, mut elapsed, mut last) = (Event::Done, Duration::ZERO, None::<Event>);
        let mut waited = Duration::ZERO;
        let mut events = events.into_iter();
        for step in 0..2000 {
            // At the end of the script, what would go on for ever is interrupted.
            let (scripted, jitter) = match events.next() {
                Some((event, jitter)) => (event, f64::from(jitter) / f64::from(u32::MAX)),
                None => (Event::Interrupted, 0.5),
            };
            if interrupt == Some(step) { event = Event::Interrupted; }
            let wall = Millis(TAKEN.0.wrapping_add(jitter.to_bits()));
            let action = watch.step(Now { wall, elapsed, jitter }, event.clone());
            let reply = match &event {
                Event::Reply(reply) => Some(status::standing(reply)),
                _ => None,
            };
            if reply.is_some() || matches!(event, Event::Fetched(_)) { last = Some(event.clone()); }
            event = match action {
                Action::Send => { prop_assert!(false, "it sends"); return Ok(()); }
                Action::Record(entry) => {
                    match &entry {
                        Entry::Status { .. } | Entry::Succeeded { .. } | Entry::Failed { .. }
                        | Entry::Stored(_) | Entry::AssetGone { .. } => {}
                        other => prop_assert!(false, "{:?}", other),
                    }
                    if matches!(&entry, Entry::Failed { .. }) {
                        let Some(Event::Reply(reply)) = &last else { panic!("nobody said so") };
                        prop_assert!(matches!(status::standing(reply), Standing::Failed(_)));
                    }
                    if fitting && matches!(scripted, Event::NotRecorded(_)) {
                        scripted
                    } else {
                        ledger = ledger.after(&entry).map_err(|error| TestCaseError::fail(error.to_string()))?;
                        Event::Done
                    }
                }
                Action::Wait(span, _) => {
                    prop_assert!(!span.is_zero() && span <= Duration::from_secs(360), "{:?}", span);
                    waited += span;
                    elapsed += span;
                    if fitting && !matches!(scripted, Event::Interrupted) { Event::Done } else { scripted }
                }
                Action::Query(_) => match scripted {
                    Event::Fetched(_) | Event::NotRecorded(_) | Event::Done if fitting => reply_again(),
                    other => other,
                },
                Action::Fetch(_) => match scripted {
                    Event::Reply(_) | Event::Broken(_) | Event::NotRecorded(_) | Event::Done if fitting => missed(),
                    other => other,
                },
                Action::Missed(why) | Action::Odd(why) => {
                    let safe = !why.is_empty() && !why.contains('\u{1b}');
                    prop_assert!(safe, "{:?}", why);
                    Event::Done
                }
                Action::End(end) => {
                    if let Some(patience) = patience { prop_assert!(waited <= Duration::from_secs(patience)); }
                    if let End::Stored(stored) = &end { prop_assert!(!stored.is_empty()); }
                    return Ok(());
                }
            };
        }
        prop_assert!(false, "no end");
    }
}

fn reply_again() -> Event {
    word("processing")
}
