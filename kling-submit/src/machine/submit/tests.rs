use proptest::prelude::*;

use super::super::State;
use super::*;
use crate::clock::Millis;
use crate::entry::Stored;
use crate::machine::Fetched;

fn now(seconds: u64) -> Now {
    Now {
        wall: Millis(1_770_000_000_000 + seconds * 1000),
        elapsed: Duration::from_secs(seconds),
        jitter: 0.5,
    }
}

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Event {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Event::Reply(RawReply { status, headers, body: body.into(), cut: None })
}

fn broken(sent: bool, passing: bool) -> Event {
    Event::Broken(Broken { sent, passing, why: "reset".into() })
}

/// What a run did: POSTs, waits in seconds, and its end.
fn run(mut answers: Vec<Event>) -> (usize, Vec<f64>, End) {
    let mut submit = Submit::new();
    let (mut posts, mut waits, mut elapsed) = (0, Vec::new(), 0.0);
    answers.reverse();
    let mut event = Event::Done;
    for _ in 0..2000 {
        let moment = Now { elapsed: Duration::from_secs_f64(elapsed), ..now(0) };
        event = match submit.step(moment, event) {
            Action::Record(_) => Event::Done,
            Action::Send => {
                posts += 1;
                answers.pop().expect("an answer")
            }
            Action::Wait(span, _) => {
                elapsed += span.as_secs_f64();
                waits.push(span.as_secs_f64());
                Event::Done
            }
            Action::End(end) => return (posts, waits, end),
            other => panic!("{other:?}"),
        };
    }
    panic!("no end");
}

const TAKEN: &str = r#"{"code":0,"data":{"task_id":"81"}}"#;

#[test]
fn one_post_and_an_end() {
    for (answer, expected) in [
        (reply(200, &[], TAKEN), End::Accepted { task_id: "81".into() }),
        (broken(true, true), End::Unknown { why: "reset".into() }),
        (broken(true, false), End::Unknown { why: "reset".into() }),
        (broken(false, false), End::NotSent { why: "reset".into() }),
    ] {
        assert_eq!(run(vec![answer]), (1, vec![], expected));
    }
    for status in [301, 307, 308, 408, 409, 500, 502, 503, 504, 524, 200] {
        let (posts, waits, end) = run(vec![reply(status, &[("retry-after", "1")], "<html>")]);
        assert!(matches!(end, End::Unknown { .. }), "{status} {end:?}");
        assert_eq!((posts, waits), (1, vec![]), "{status}");
    }
    for status in [400, 401, 402, 403, 404, 413, 415, 422] {
        let (posts, waits, end) = run(vec![reply(status, &[], "")]);
        assert!(matches!(end, End::Refused(_)), "{status} {end:?}");
        assert_eq!((posts, waits), (1, vec![]), "{status}");
    }
}

#[test]
fn no_connection_is_tried_again_and_not_for_ever() {
    let (posts, waits, end) = run(vec![broken(false, true); 9]);
    assert_eq!((posts, waits.len()), (5, 4));
    assert!(waits.iter().all(|wait| (1.0..=15.0).contains(wait)), "{waits:?}");
    assert!(matches!(end, End::NotSent { .. }));
    let (posts, _, end) = run(vec![broken(false, true), reply(200, &[], TAKEN)]);
    assert_eq!((posts, end), (2, End::Accepted { task_id: "81".into() }));
}

#[test]
fn the_server_sets_the_pace() {
    let busy = |after: &str| reply(429, &[("retry-after", after)], r#"{"code":1303}"#);
    let (posts, waits, _) = run(vec![busy("5"), busy("0"), reply(200, &[], TAKEN)]);
    assert_eq!((posts, waits), (3, vec![5.0, 1.0]));
    // Longer than it is worth: stop, and say when.
    let (posts, waits, end) = run(vec![busy("99999")]);
    assert_eq!((posts, waits.len()), (1, 0));
    let End::Refused(refused) = end else { panic!("{end:?}") };
    assert_eq!(refused.message, "too many tasks at once (the server asks to wait 99999 s)");
    // With a code and no time, as long as the patience lasts.
    let silent = reply(429, &[], r#"{"code":1303}"#);
    let (posts, waits, _) = run(vec![silent; 190]);
    assert!(waits.iter().sum::<f64>() <= 600.0 && posts > 30, "{posts} {waits:?}");
    // Without either, three times.
    assert_eq!(run(vec![reply(429, &[], ""); 9]).0, 3);
    // No time at all is no time.
    let garbage = reply(429, &[("retry-after", "soon")], "");
    assert_eq!(run(vec![garbage; 9]).0, 3);
    // Money is never waited for.
    for code in [1100, 1101, 1102] {
        let body = format!(r#"{{"code":{code}}}"#);
        let (posts, _, end) = run(vec![reply(429, &[("retry-after", "1")], &body)]);
        assert!(matches!(end, End::Refused(it) if it.kind == RefusalKind::Money));
        assert_eq!(posts, 1);
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let status = prop_oneof![Just(200_u16), Just(429), Just(500), Just(504), 100_u16..600];
    let body = prop_oneof![
        Just(TAKEN.to_owned()),
        Just(r#"{"code":1303}"#.to_owned()),
        Just(r#"{"code":1101}"#.to_owned()),
        Just("<html>".to_owned()),
        Just(String::new()),
    ];
    let after = prop_oneof![
        Just(None),
        "[0-9]{1,6}".prop_map(Some),
        Just(Some("Wed, 21 Oct 2026 07:28:00 GMT".to_owned())),
        ".{0,8}".prop_map(Some),
    ];
    let stored = Stored { number: 0, path: "a".into(), bytes: 1, sha256: String::new() };
    prop_oneof![
        6 => Just(Event::Done),
        1 => Just(Event::NotRecorded("disk full".into())),
        1 => Just(Event::Interrupted),
        1 => Just(Event::Fetched(Fetched::Stored(stored))),
        3 => (any::<bool>(), any::<bool>()).prop_map(|(sent, passing)| broken(sent, passing)),
        6 => (status, after, body).prop_map(|(status, after, body)| {
            let headers: Vec<_> =
                after.iter().map(|after| ("retry-after", after.as_str())).collect();
            reply(status, &headers, &body)
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// Whatever comes, in whatever order, fitting or not: a POST only directly after its own
    /// `sending` was recorded; never another once one may have been taken; the entries are a legal
    /// way; the end fits them.
    #[test]
    fn never_a_second_post_that_may_be_paid(events in proptest::collection::vec(any_event(), 1..60)) {
        let mut submit = Submit::new();
        let mut state = State::Intended;
        let mut taken = false;
        let mut action = submit.step(now(0), Event::Done);
        let mut recorded = None;
        for (index, event) in events.into_iter().enumerate() {
            match &action {
                Action::Record(entry) => {
                    recorded = (!matches!(event, Event::NotRecorded(_))).then(|| entry.word());
                    // A reply that the ledger has no room for is read all the same.
                    if recorded.is_some() {
                        state = state.after(entry).expect("a legal way");
                    }
                }
                Action::Send => {
                    prop_assert_eq!(recorded, Some("sending"));
                    prop_assert!(!taken, "sent again");
                    // An event that is no answer says nothing: the request may have been taken.
                    taken = match &event {
                        Event::Broken(broken) => broken.sent,
                        Event::Reply(reply) => !matches!(outcome(reply), Outcome::Refused(_)),
                        _ => true,
                    };
                }
                Action::Wait(span, _) => prop_assert!(*span <= LONGEST_WAIT),
                Action::End(end) => {
                    prop_assert!(
                        !taken || matches!(end, End::Accepted { .. } | End::Unknown { .. }),
                        "{:?}", end
                    );
                    prop_assert!(
                        taken || !matches!(end, End::Accepted { .. } | End::Unknown { .. }),
                        "{:?}", end
                    );
                }
                other => prop_assert!(false, "{other:?}"),
            }
            // A refusal or `not sent` that could not be recorded ends it.
            action = submit.step(now(index as u64), event);
        }
    }
}
