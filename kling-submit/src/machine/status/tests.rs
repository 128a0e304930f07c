use proptest::prelude::*;

use super::*;

fn reply(status: u16, body: &str) -> RawReply {
    RawReply { status, headers: Vec::new(), body: body.into(), cut: None }
}

/// One line: the variant, and what is in it if it does not change with the wording.
fn short(standing: &Standing) -> String {
    let urls = |assets: &[Asset]| {
        let each = |it: &Asset| format!("{}={}", it.number, it.url);
        assets.iter().map(each).collect::<Vec<_>>().join(" ")
    };
    match standing {
        Standing::AtWork(word) => format!("at work: {word}"),
        Standing::Odd(word) => format!("odd: {word}"),
        Standing::Succeeded(assets) => format!("succeeded: {}", urls(assets)),
        Standing::Failed(message) => format!("failed: {message}"),
        Standing::NotThere(_) => "not there".into(),
        Standing::Refused(_) => "refused".into(),
        Standing::Missed(_) => "missed".into(),
    }
}

fn read_short(status: u16, body: &str) -> String {
    short(&standing(&reply(status, body)))
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../fixtures/replies/", $name))
    };
}

#[test]
fn the_traps() {
    for (http, body, want) in [
        (200, fixture!("submitted.json"), "at work: submitted"),
        (200, fixture!("processing.json"), "at work: processing"),
        (
            200,
            fixture!("succeed-video.json"),
            "succeeded: 0=https://v2.klingai-assets.net/bs2/upload/861309198230786081.mp4",
        ),
        (
            200,
            fixture!("succeed-images.json"),
            "succeeded: 0=https://h2.klingai-assets.net/bs2/upload/one.png \
             1=https://h2.klingai-assets.net/bs2/upload/two.png",
        ),
        (200, fixture!("failed-but-message-succeed.json"), "failed: Image pixel is invalid"),
        (400, fixture!("wrapped-error.json"), "refused"),
        (400, fixture!("error-1201.json"), "refused"),
        (429, fixture!("error-1102-never-retry.json"), "refused"),
        (429, fixture!("error-1303-retry.json"), "missed"),
        (
            200,
            fixture!("code-as-text.json"),
            "succeeded: 0=https://v2.klingai-assets.net/bs2/upload/861309198188019722.mp4",
        ),
        (200, fixture!("task-id-as-number.json"), "at work: submitted"),
        (
            200,
            fixture!("stale-page-shape.json"),
            "succeeded: 0=https://v2.klingai-assets.net/bs2/upload/861309198230786082.mp4",
        ),
        (200, fixture!("unknown-status.json"), "odd: queued"),
        (200, fixture!("succeed-without-result.json"), "succeeded: "),
        (
            200,
            fixture!("callback.json"),
            "succeeded: 0=https://v2.klingai-assets.net/bs2/upload/861309198230786081.mp4",
        ),
        (200, fixture!("html-with-200.html"), "missed"),
        (200, fixture!("cut-off.txt"), "missed"),
        (200, fixture!("empty.txt"), "missed"),
    ] {
        assert_eq!(read_short(http, body), want, "{body}");
    }
}

#[test]
fn every_word() {
    let words = [
        ("submitted", "at work: submitted"),
        (" Processing\n", "at work: processing"),
        ("succeed", "succeeded: 0=u"),
        ("succeeded", "succeeded: 0=u"),
        ("SUCCESS", "succeeded: 0=u"),
        (" Completed ", "succeeded: 0=u"),
        ("finished", "succeeded: 0=u"),
        ("done", "succeeded: 0=u"),
        ("failed", "failed: why"),
        ("FAILURE", "failed: why"),
        ("error", "failed: why"),
        ("queued", "odd: queued"),
        ("IN_PROGRESS", "odd: IN_PROGRESS"),
        ("cancelled", "odd: cancelled"),
        ("", "odd: "),
        ("失败", "odd: 失败"),
    ];
    for (word, want) in words {
        let word = serde_json::to_string(word).expect("a text");
        let task = format!(
            r#""task_status":{word},"task_status_msg":"why","task_result":{{"videos":[{{"url":"u"}}]}}"#
        );
        for body in [
            format!(r#"{{"code":0,"message":"SUCCEED","data":{{{task}}}}}"#),
            format!(r#"{{"code":"success","data":{{"data":{{{task}}}}}}}"#),
            format!(r#"{{"data":{{"data":{{"code":0,"data":{{{task}}}}}}}}}"#),
            format!("\u{feff}{{{task}}}"),
        ] {
            assert_eq!(read_short(200, &body), want, "{body}");
        }
    }
}

#[test]
fn shapes() {
    for (http, body, want) in [
        // The gateway gave up, and keeps the vendor's last word.
        (
            200,
            r#"{"data":{"status":"FAILURE","fail_reason":"upstream","data":{"task_status":"processing"}}}"#,
            "failed: upstream",
        ),
        // The envelope's success is not the task's.
        (
            200,
            r#"{"data":{"status":"success","data":{"task_status":"processing"}}}"#,
            "at work: processing",
        ),
        (
            200,
            r#"{"message":"SUCCEED","data":{"task_status":"failed"}}"#,
            "failed: the provider gives no reason",
        ),
        (
            200,
            r#"{"message":"no luck","data":{"task_status":"failed","task_status_msg":" "}}"#,
            "failed: no luck",
        ),
        (
            200,
            r#"{"data":{"status":"failed","task_status":"succeed"}}"#,
            "failed: the provider gives no reason",
        ),
        (
            200,
            r#"{"data":{"status":"failed","task_status":"succeed","task_result":{"images":["u"]}}}"#,
            "succeeded: 0=u",
        ),
        (200, r#"{"data":{"task_result":{"images":[{"url":"u"}]}}}"#, "succeeded: 0=u"),
        (
            200,
            r#"{"data":{"task_status":"succeed","task_result":{"images":[{"index":1,"url":"b"},{"index":0,"url":" a "}]}}}"#,
            "succeeded: 0=a 1=b",
        ),
        // What has no URL keeps its number.
        (
            200,
            r#"{"data":{"task_status":"succeed","task_result":{"videos":[{"url":""},7,{"url":"c"}]}}}"#,
            "succeeded: 2=c",
        ),
        (200, r#"{"data":{"task_status":"succeed","task_result":"none"}}"#, "succeeded: "),
        (
            200,
            r#"{"data":{"task_status":"succeed","task_result":{"videos":{"url":"u"}}}}"#,
            "succeeded: ",
        ),
        (200, r#"{"data":{"task_status":7}}"#, "odd: 7"),
        (200, r#"{"data":{"task_status":null}}"#, "missed"),
        (200, r#"{"code":0,"data":null}"#, "not there"),
        (200, r#"{"code":0,"data":[]}"#, "not there"),
        (200, r#"{"code":0,"data":{}}"#, "not there"),
        (200, r#"{"code":1203,"message":"no"}"#, "not there"),
        (200, r#"{"code":"1202"}"#, "not there"),
        (404, "", "not there"),
        (404, "<html>", "not there"),
        (410, "", "not there"),
        (400, r#"{"code":"task_not_exist","message":"task_not_exist"}"#, "not there"),
        (404, r#"{"code":1000}"#, "refused"),
        (401, "", "refused"),
        (403, "<html>", "refused"),
        (200, r#"{"code":1004,"message":"expired"}"#, "refused"),
        (429, r#"{"code":1304}"#, "refused"),
        (400, "", "refused"),
        (408, "", "missed"),
        (429, "", "missed"),
        (500, "", "missed"),
        (500, r#"{"code":5000}"#, "missed"),
        (
            503,
            r#"{"data":{"task_status":"succeed","task_result":{"videos":[{"url":"u"}]}}}"#,
            "missed",
        ),
        (524, "<html>", "missed"),
        (302, "", "missed"),
        (200, "{}", "missed"),
        (200, r#"{"code":77}"#, "missed"),
        (200, "[]", "missed"),
        (200, "null", "missed"),
        (200, r#"{"code":0,"data":{"task_status":"succeed""#, "missed"),
        (204, "", "missed"),
        (100, "", "missed"),
    ] {
        assert_eq!(read_short(http, body), want, "{http} {body}");
    }
}

#[test]
fn ids_are_read() {
    let read = |body| read(&reply(200, body));
    let known = read(fixture!("task-id-as-number.json"));
    assert_eq!(known.ids, ["2032273942220931073"]);
    assert_eq!(known.external_id, None);
    assert_eq!(known.created, Some(Millis(1_773_366_840_306)));
    assert_eq!(read(fixture!("submitted.json")).external_id.as_deref(), Some("order-1842"));
    let two = read(
        r#"{"data":{"task_id":"a","external_task_id":7,"created_at":1773366840,"data":{"task_id":"b"}}}"#,
    );
    assert_eq!(two.ids, ["a", "b"]);
    assert_eq!(two.external_id.as_deref(), Some("7"));
    assert_eq!(two.created, Some(Millis(1_773_366_840_000)));
    assert!(read(r#"{"data":{"task_id":"a b"}}"#).ids.is_empty());
    assert!(read(r#"{"data":{"task_id":1e30}}"#).ids.is_empty());
}

#[test]
fn a_callback_is_read_flat_or_wrapped() {
    let flat = callback(fixture!("callback.json")).expect("a task");
    assert_eq!(flat.ids, ["861309198188019719"]);
    assert_eq!(flat.external_id.as_deref(), Some("order-1842"));
    assert!(callback(fixture!("submitted.json")).is_some());
    for body in ["", "{}", "[]", "{\"task_id\":", "<html>", r#"{"task_status":"succeed"}"#] {
        assert_eq!(callback(body), None, "{body}");
    }
    let large = format!(r#"{{"task_id":"a","x":"{}"}}"#, "x".repeat(5 << 20));
    assert_eq!(callback(&large), None);
}

#[test]
fn what_comes_from_outside_is_bounded_and_escaped() {
    let word = format!(r#"{{"data":{{"task_status":"{}"}}}}"#, "x".repeat(5000));
    assert_eq!(standing(&reply(200, &word)), Standing::Odd("x".repeat(LONGEST_WORD)));
    let Standing::Refused(why) = standing(&reply(401, "{\"message\":\"\\u001b[31mno\\u202e\"}"))
    else {
        panic!("refused");
    };
    assert!(
        why.contains("\\u{1b}") && !why.contains('\u{1b}') && !why.contains('\u{202e}'),
        "{why}"
    );
}

/// JSON that looks like an answer, with anything anywhere.
fn odd_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "code",
        "message",
        "data",
        "task_id",
        "task_status",
        "task_status_msg",
        "task_info",
        "task_result",
        "videos",
        "images",
        "url",
        "index",
        "status",
        "created_at",
        "duration",
        "external_task_id",
        "fail_reason",
        "request_id",
        "id",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["succeed", "failed", "processing", "", "u", "SUCCEED"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..8).prop_map(|members| {
                Value::Object(members.into_iter().map(|(key, it)| (key.to_owned(), it)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_panics(http in 0_u16..700, value in odd_json()) {
        let body = value.to_string();
        let read = read(&reply(http, &body));
        let verdict = matches!(read.standing, Standing::Succeeded(_) | Standing::Failed(_));
        prop_assert!(!verdict || http / 100 == 2);
        if let Standing::Succeeded(assets) = &read.standing {
            prop_assert!(assets.iter().all(|it| !it.url.is_empty()));
            let numbers: std::collections::HashSet<_> = assets.iter().map(|it| it.number).collect();
            prop_assert_eq!(numbers.len(), assets.len());
        }
        // An object is always read: nothing in it makes the rest unreadable.
        prop_assert!(!value.is_object() || parse(&body).is_some(), "{}", body);
        callback(&body);
        item(&value);
    }

    #[test]
    fn no_text_panics(http in any::<u16>(), body in "\\PC{0,80}") {
        standing(&reply(http, &body));
    }
}
