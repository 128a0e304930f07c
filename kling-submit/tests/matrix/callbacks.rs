//! Callbacks: hints from anybody. None of them writes a verdict.

use std::time::Duration;

use kling_submit::demo::Options;
use serde_json::{Value, json};

use crate::cells::{expect, told};
use crate::fault::{Act, Fault, Kind, Moment};
use crate::stage::{Book, Run, Stage, is_for_tests};

/// A provider that finds tasks by nothing but its own id.
fn stage() -> Stage {
    let life = Duration::from_millis(20);
    Stage::new(Options { life, by_external_id: false, list: false, ..Options::default() })
}

/// Submits, and loses the answer.
fn lose_the_answer(stage: &mut Stage, runs: &mut Vec<Run>) {
    let fault = Fault { at: Moment::Body, act: Act::Close, answer: None, taken: true, told: false };
    stage.relay.fail(Kind::Post, [fault]);
    let run = stage.run_submit("submit");
    assert_eq!(run.code(), Some(4), "{run:?}");
    runs.push(run);
}

fn callback(task_id: &str, external_id: &str, status: &str, url: &str) -> Value {
    json!({
        "task_id": task_id,
        "task_status": status,
        "task_status_msg": "",
        "created_at": 1_773_380_633_979_u64,
        "updated_at": 1_773_380_801_250_u64,
        "task_info": { "external_task_id": external_id },
        "task_result": { "videos": [{ "id": "1", "url": url, "duration": "5.0" }] },
    })
}

fn take(stage: &mut Stage, runs: &mut Vec<Run>, body: &[u8]) -> Book {
    stage.write("callback.json", body);
    let url = stage.relay.base_url();
    let arguments = ["reconcile", "--callback", "callback.json", "--json", "--base-url", &url];
    let run = stage.run("callback", &arguments);
    expect(&run, &[0, 2, 4]).expect("an end");
    runs.push(run);
    stage.check_all(runs).unwrap_or_else(|why| panic!("{why}\n{}", told(runs)))
}

#[test]
fn a_callback_finds_a_lost_task_and_nothing_more() {
    if !is_for_tests() {
        return;
    }
    let (mut stage, mut runs) = (stage(), Vec::new());
    lose_the_answer(&mut stage, &mut runs);
    let charge = stage.provider.charges().remove(0);
    let (id, external) = (charge.task_id, charge.external_task_id.expect("an id of ours"));
    let forged_url = "http://127.0.0.1:9/forged.mp4";

    // Replayed three times, out of order.
    for status in ["succeed", "processing", "submitted"] {
        let body = callback(&id, &external, status, forged_url).to_string();
        let book = take(&mut stage, &mut runs, body.as_bytes());
        assert!(book.accepted().contains(id.as_str()), "{}", told(&runs));
        let task = book.tasks.values().next().expect("a task");
        assert!(!task.has("succeeded") && !task.has("stored"), "{}", told(&runs));
        assert_eq!(task.events.iter().filter(|event| *event == "accepted").count(), 1);
    }
    let url = stage.relay.base_url();
    let run = stage.run("wait", &["wait", &id, "--out", "out", "--base-url", &url]);
    expect(&run, &[0]).expect("the video");
    runs.push(run);
    // After its end, one that says it failed.
    let body = callback(&id, &external, "failed", forged_url).to_string();
    let book = take(&mut stage, &mut runs, body.as_bytes());
    let task = book.tasks.values().next().expect("a task");
    assert!(task.has("stored") && !task.has("failed"), "{}", told(&runs));
}

#[test]
fn forged_callbacks_and_rubbish_change_nothing() {
    if !is_for_tests() {
        return;
    }
    let (mut stage, mut runs) = (stage(), Vec::new());
    // Somebody else's task, at the same provider.
    stage.write("dog.omni-video.json", br#"{ "prompt": "A dog.", "external_task_id": "dog-1" }"#);
    let url = stage.relay.base_url();
    let submit = ["dog.omni-video.json", "--yes", "--base-url", &url];
    let run = stage.run("other", &submit);
    assert_eq!(run.code(), Some(0), "{run:?}");
    runs.push(run);
    lose_the_answer(&mut stage, &mut runs);
    let charges = stage.provider.charges();
    let (other, ours) = (&charges[0], &charges[1]);
    let external = ours.external_task_id.as_deref().expect("an id of ours");
    let forged = "https://example.com/forged.mp4";

    let large = format!("{}{}", " ".repeat(5 << 20), callback(&ours.task_id, external, "x", ""));
    for body in [
        // The other's task under our id.
        callback(&other.task_id, external, "succeed", forged).to_string(),
        // A task that nobody has.
        callback("999999999999999999", external, "succeed", forged).to_string(),
        callback("../../etc/passwd", external, "succeed", forged).to_string(),
        callback("\u{1b}[31m\r\nX: y", external, "succeed", forged).to_string(),
        callback(&"9".repeat(10_000), external, "succeed", forged).to_string(),
        // Nobody's.
        callback("999999999999999999", "nobody", "failed", forged).to_string(),
        large,
        "{\"task_id\":".to_owned(),
        String::new(),
        "[]".to_owned(),
        "[".repeat(100_000),
        "{\"task_id\": null, \"task_info\": 7}".to_owned(),
    ] {
        let book = take(&mut stage, &mut runs, body.as_bytes());
        let task = book.tasks.values().find(|task| task.external_id == external);
        let task = task.expect("our task");
        let taken = task.task_id.as_deref();
        assert!(taken.is_none() || taken == Some(&ours.task_id), "{}", told(&runs));
        assert!(!task.has("succeeded") && !task.has("failed"), "{}", told(&runs));
    }
    // Not UTF-8.
    take(&mut stage, &mut runs, b"{\"task_id\": \"\xff\xfe\"}");
}

/// One that comes before the answer to the POST, while the command still waits for it.
#[test]
fn a_callback_before_the_answer_waits_its_turn() {
    if !is_for_tests() {
        return;
    }
    let (mut stage, mut runs) = (stage(), Vec::new());
    let fault = Fault { at: Moment::Body, act: Act::GoOn, answer: None, taken: true, told: true };
    stage.relay.fail(Kind::Post, [fault]);
    let arguments = stage.submit();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let command = stage.command(&arguments);
    let mut hints = Vec::new();
    let run = stage.run_with("submit", command, |stage, _| {
        let charge = stage.provider.charges().remove(0);
        let external = charge.external_task_id.expect("an id of ours");
        let body = callback(&charge.task_id, &external, "succeed", "").to_string();
        stage.write("callback.json", body.as_bytes());
        let url = stage.relay.base_url();
        let arguments = ["reconcile", "--callback", "callback.json", "--json", "--base-url", &url];
        let command = stage.command(&arguments);
        hints.push(stage.start("callback", command).wait());
    });
    expect(&run, &[0]).expect("the video");
    runs.push(run);
    runs.extend(hints);
    let book = stage.check_all(&runs).expect("all is well");
    assert_eq!(book.accepted().len(), 1, "{}", told(&runs));
}
