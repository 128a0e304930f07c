//! The request types read real bodies and write them back whole; the reply types read real answers.

use std::path::{Path, PathBuf};

use kling_lint::{Linter, Severity};
use kling_schema::KlingSchema;
use kling_schema::replies::{Reply, Status, Task};
use kling_schema::requests::{Image2Video, MultiImage2Image, MultiImage2Video, OmniVideo};
use kling_tests::{bytes, fixtures, linter, table, verdict};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Every JSON file below a folder.
fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            all.push(path);
        }
    }
}

/// The requests among the fixtures, with their endpoints.
fn requests() -> Vec<(PathBuf, String)> {
    let mut all = Vec::new();
    for line in table("realistic/expected.tsv") {
        let detected = || {
            let report =
                Linter::new().lint_bytes(&bytes(&fixtures().join("realistic").join(&line[0])));
            report.endpoint().map(|endpoint| endpoint.name.to_owned())
        };
        let endpoint = Some(line[1].clone()).filter(|name| name != "-").or_else(detected);
        if let Some(endpoint) = endpoint {
            all.push((fixtures().join("realistic").join(&line[0]), endpoint));
        }
    }
    for folder in ["requests", "pages/requests"] {
        let mut paths = Vec::new();
        files(&fixtures().join(folder), &mut paths);
        for path in paths {
            let report = Linter::new().lint_named(&bytes(&path), &path);
            if let Some(endpoint) = report.endpoint() {
                all.push((path, endpoint.name.to_owned()));
            }
        }
    }
    all
}

/// Numbers equal by value; `null` and absent are the same, as the facts have it.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys());
            let none = Value::Null;
            keys.into_iter()
                .all(|key| same(one.get(key).unwrap_or(&none), other.get(key).unwrap_or(&none)))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (one, other) => one == other,
    }
}

fn round_trip<T>(text: &[u8], wrong: &mut Vec<String>, what: &str)
where
    T: DeserializeOwned + Serialize + KlingSchema,
{
    let body: Value = match serde_json::from_slice(text) {
        Ok(body) => body,
        // What only the linter's reader takes, such as a byte order mark.
        Err(_) => return,
    };
    // By way of a value: of a key written twice, the last is kept.
    let typed: T = match serde_json::from_value(body.clone()) {
        Ok(typed) => typed,
        Err(error) => return wrong.push(format!("{what}: {error}")),
    };
    let again = serde_json::to_value(&typed).expect("serializes");
    if !same(&body, &again) {
        wrong.push(format!("{what}\n    was: {body}\n    is:  {again}"));
    }
    let strict = Linter::builder().severity("null-value", Severity::Info).build().expect("a rule");
    match strict.lint_request(&typed) {
        Ok(report) if report.is_acceptable() => {}
        other => wrong.push(format!("{what}: {other:?}")),
    }
}

#[test]
fn what_has_no_error_is_read_and_written_back() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, endpoint) in requests() {
        let text = bytes(&path);
        if !linter(&endpoint).lint_bytes(&text).is_acceptable() {
            continue;
        }
        seen += 1;
        let what = path.display().to_string();
        match endpoint.as_str() {
            "image2video" => round_trip::<Image2Video>(&text, &mut wrong, &what),
            "multi-image2video" => round_trip::<MultiImage2Video>(&text, &mut wrong, &what),
            "multi-image2image" => round_trip::<MultiImage2Image>(&text, &mut wrong, &what),
            "omni-video" => round_trip::<OmniVideo>(&text, &mut wrong, &what),
            other => panic!("{other} is no endpoint"),
        }
    }
    assert!(seen > 100, "only {seen} requests");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The verdict on a typed request is that on its text.
#[test]
fn a_typed_request_gets_the_verdict_of_its_text() {
    let text = br#"{"image": "https://cdn.klingai-assets.net/cat.jpg", "duration": "7", "odd": 1}"#;
    let typed: Image2Video = serde_json::from_slice(text).expect("reads");
    let by_type = Linter::new().lint_request(&typed).expect("a request");
    assert_eq!(verdict(&by_type), verdict(&linter("image2video").lint_bytes(text)));
    assert_eq!(verdict(&by_type), ["KL1004 warning /odd", "KL2003 error /duration"]);
}

fn reply(name: &str) -> Reply {
    let text = bytes(&fixtures().join(name));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn replies() {
    let submitted = || Some(Status::Submitted);
    let other = |word: &str| Some(Status::Other(word.to_owned()));
    let succeed = || Some(Status::Succeed);
    let cases = [
        (
            "pages/replies/image2video.submitted.json",
            Some("2032273942220931072"),
            submitted(),
            Some(0),
        ),
        (
            "pages/replies/multi-image2video.submitted.json",
            Some("861309198188019719"),
            submitted(),
            Some(0),
        ),
        (
            "pages/replies/multi-image2image.submitted.json",
            Some("<string>"),
            other("<string>"),
            Some(123),
        ),
        ("pages/replies/omni-video.submitted.json", None, None, None),
        ("replies/error-1102-never-retry.json", None, None, Some(1102)),
        ("replies/error-1201.json", None, None, Some(1201)),
        ("replies/error-1303-retry.json", None, None, Some(1303)),
        ("replies/wrapped-error.json", None, None, Some(1201)),
        ("replies/code-as-text.json", Some("861309198188019722"), succeed(), Some(0)),
        ("replies/task-id-as-number.json", Some("2032273942220931073"), submitted(), Some(0)),
        ("replies/stale-page-shape.json", Some("861309198188019723"), succeed(), Some(0)),
    ];
    for (name, id, status, code) in cases {
        let reply = reply(name);
        assert_eq!(reply.task_id(), id, "{name}");
        assert_eq!(reply.status(), status, "{name}");
        assert_eq!(reply.service_code(), code, "{name}");
    }
}

/// Read straight off the file: `data.task_id`, `data.task_status`, `code`.
#[test]
fn plain_replies() {
    let words = [
        ("submitted", Status::Submitted),
        ("processing", Status::Processing),
        ("succeed", Status::Succeed),
        ("failed", Status::Failed),
    ];
    for name in [
        "submitted",
        "processing",
        "succeed-video",
        "succeed-images",
        "failed-but-message-succeed",
        "unknown-status",
        "succeed-without-result",
    ] {
        let name = format!("replies/{name}.json");
        let value: Value = serde_json::from_slice(&bytes(&fixtures().join(&name))).expect("JSON");
        let reply = reply(&name);
        let data = &value["data"];
        assert_eq!(reply.task_id(), data["task_id"].as_str(), "{name}");
        assert_eq!(reply.service_code(), value["code"].as_i64(), "{name}");
        let word = data["task_status"].as_str().expect("a word");
        let known = words.iter().find(|(known, _)| *known == word);
        let want = known.map_or_else(|| Status::Other(word.into()), |(_, status)| status.clone());
        assert_eq!(reply.status(), Some(want), "{name}");
        let task = reply.task().expect("a task");
        assert_eq!(task.task_status_msg.as_deref(), data["task_status_msg"].as_str(), "{name}");
        assert_eq!(task.created_at, data["created_at"].as_u64(), "{name}");
        let result = |key: &str| {
            data["task_result"][key].as_array().into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        let have = task.task_result.clone().unwrap_or_default();
        let urls = |values: &[Value]| -> Vec<Option<String>> {
            values.iter().map(|value| value["url"].as_str().map(String::from)).collect()
        };
        let videos: Vec<_> = have.videos.iter().map(|video| video.url.clone()).collect();
        assert_eq!(videos, urls(&result("videos")), "{name}");
        let images: Vec<_> = have.images.iter().map(|image| image.url.clone()).collect();
        assert_eq!(images, urls(&result("images")), "{name}");
    }
}

#[test]
fn a_callback_is_a_task() {
    let text = bytes(&fixtures().join("replies/callback.json"));
    let task: Task = serde_json::from_slice(&text).expect("a task");
    assert_eq!(task.task_id.as_deref(), Some("861309198188019719"));
    assert_eq!(task.task_status, Some(Status::Succeed));
    let result = task.task_result.expect("a result");
    assert_eq!(result.videos[0].duration.as_deref(), Some("5.1"));
}

/// Traps that no fixture holds: a reader must not fail on any of them.
#[test]
fn odd_replies_are_read() {
    for (text, id, status, code) in [
        (r#"{"code":0,"data":null}"#, None, None, Some(0)),
        (r#"{"code":0,"data":{}}"#, None, None, Some(0)),
        (r#"{"code":null,"message":null,"data":{"task_id":null}}"#, None, None, None),
        (r#"{"code":"0","data":{"task_id":7}}"#, Some("7"), None, Some(0)),
        (
            r#"{"code":"SUCCESS","data":{"task_id":"7","task_status":null}}"#,
            Some("7"),
            None,
            Some(0),
        ),
        (r#"{"code":0,"data":{"task_id":"7","task_result":null}}"#, Some("7"), None, Some(0)),
        (
            r#"{"code":0,"data":{"task_id":18446744073709551615,"task_status":"failed"}}"#,
            Some("18446744073709551615"),
            Some(Status::Failed),
            Some(0),
        ),
        (
            r#"{"code":0,"data":{"task_id":"7","task_result":{"videos":null,"images":[]}}}"#,
            Some("7"),
            None,
            Some(0),
        ),
        (
            r#"{"code":0,"data":{"task_id":"7","task_result":{"videos":[{"id":5,"duration":5.1}]}}}"#,
            Some("7"),
            None,
            Some(0),
        ),
        (r#"{"code":1201,"message":"no","data":""}"#, None, None, Some(1201)),
        (r#"{"code":1201,"message":"no","data":[]}"#, None, None, Some(1201)),
        (
            r#"{"code":0,"data":{"task_id":"7","created_at":"1773366840306"}}"#,
            Some("7"),
            None,
            Some(0),
        ),
        (
            r#"{"code":0,"data":{"task_id":"7","created_at":1773366840306.0}}"#,
            Some("7"),
            None,
            Some(0),
        ),
        (r#"{"code":1303,"data":{"data":""}}"#, None, None, Some(1303)),
    ] {
        let reply: Reply = match serde_json::from_str(text) {
            Ok(reply) => reply,
            Err(error) => panic!("{text}: {error}"),
        };
        assert_eq!(reply.task_id(), id, "{text}");
        assert_eq!(reply.status(), status, "{text}");
        assert_eq!(reply.service_code(), code, "{text}");
    }
}
