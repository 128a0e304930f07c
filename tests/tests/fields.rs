//! Every value of a rich body, taken away and replaced by everything it must not be: exactly the
//! findings of the facts, no more.

use kling_tests::{Comparison, linter, verdict};
use serde_json::{Value, json};

const URL: &str = "https://cdn.klingai-assets.net/cat.jpg";

fn bodies() -> Vec<(&'static str, Value)> {
    let masks = json!([
        {"mask": URL, "trajectories": [{"x": 1, "y": 2}, {"x": 3, "y": 4}, {"x": 5, "y": 6}]},
        {"mask": URL, "trajectories": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]}
    ]);
    vec![
        (
            "image2video",
            json!({
                "image": URL, "model_name": "kling-v1-5", "prompt": "A cat.",
                "negative_prompt": "blur", "mode": "pro", "duration": "5", "cfg_scale": 0.5,
                "static_mask": URL, "dynamic_masks": masks,
                "callback_url": "https://hooks.klingai-assets.net/k", "external_task_id": "a-1"
            }),
        ),
        (
            "image2video",
            json!({
                "image": URL, "image_tail": URL, "model_name": "kling-v1-6", "prompt": "A cat.",
                "mode": "pro", "duration": "10", "cfg_scale": 1
            }),
        ),
        (
            "multi-image2video",
            json!({
                "image_list": [{"image": URL}, {"image": URL}], "prompt": "Cats.",
                "model_name": "kling-v1-6", "duration": "10", "negative_prompt": "blur",
                "mode": "std", "cfg_scale": 0, "static_mask": URL, "dynamic_masks": masks,
                "callback_url": "https://hooks.klingai-assets.net/k", "external_task_id": "a-1"
            }),
        ),
        (
            "multi-image2image",
            json!({
                "subject_image_list": [{"subject_image": URL}, {"subject_image": URL}],
                "model_name": "kling-v2", "prompt": "Cats.", "scence_image": URL,
                "style_image": URL, "n": 1, "aspect_ratio": "21:9",
                "callback_url": "https://hooks.klingai-assets.net/k", "external_task_id": "a-1"
            }),
        ),
        (
            "omni-video",
            json!({
                "prompt": "<<<image_1>>> <<<image_2>>> <<<element_1>>> <<<video_1>>>",
                "model_name": "kling-video-o1",
                "image_list": [{"image_url": URL}, {"image_url": URL}],
                "element_list": [{"element_id": 1}],
                "video_list": [{
                    "video_url": "https://cdn.klingai-assets.net/walk.mp4",
                    "refer_type": "feature", "keep_original_sound": "yes"
                }],
                "mode": "pro", "aspect_ratio": "1:1",
                "callback_url": "https://hooks.klingai-assets.net/k", "external_task_id": "a-1"
            }),
        ),
        (
            "omni-video",
            json!({
                "prompt": "A cat.", "duration": "10",
                "image_list": [
                    {"image_url": URL, "type": "first_frame"}, {"image_url": URL, "type": "end_frame"}
                ]
            }),
        ),
        ("omni-video", json!({"prompt": "A cat.", "aspect_ratio": "16:9", "duration": "5"})),
    ]
}

/// JSON texts that take a value's place.
fn replacements(old: &Value) -> Vec<String> {
    let mut all: Vec<String> = [
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[5]",
        "[\"x\"]",
        "[{}]",
        "0",
        "1",
        "2",
        "5",
        "9",
        "10",
        "-1",
        "1.0",
        "1e0",
        "10E-1",
        "1.5",
        "0.5",
        "1.0000001",
        "1e2",
        "100",
        "18446744073709551616",
        "1e400",
        "-0",
        "-0.0",
        "\"\"",
        "\" \"",
        "\"\\t\\n \"",
        "\"x\"",
        "\"5\"",
        "\"1\"",
        "\"0.5\"",
        "\"true\"",
        "\"null\"",
        "\"[REDACTED]\"",
        "\"std\"",
        "\"base\"",
        "\"https://\"",
        "\"http://a.klingai-assets.net\"",
        "\"ftp://cdn.klingai-assets.net/a.jpg\"",
    ]
    .map(String::from)
    .to_vec();
    for length in [200, 201, 500, 501, 2500, 2501] {
        all.push(Value::from("é".repeat(length)).to_string());
    }
    match old {
        Value::String(text) => {
            all.push(Value::from(text.to_uppercase()).to_string());
            all.push(Value::from(text.trim_matches(['s', '1'])).to_string());
            all.push(Value::from(format!(" {text}")).to_string());
            all.push(Value::from(vec![text.clone()]).to_string());
            all.push(json!({"url": text}).to_string());
        }
        Value::Array(items) => {
            for count in 0..9 {
                all.push(Value::from(vec![items[0].clone(); count]).to_string());
            }
            all.push(items[0].to_string());
        }
        Value::Object(_) => {
            let mut more = old.clone();
            more["foreign"] = json!(1);
            all.push(more.to_string());
            all.push(Value::from(old.to_string()).to_string());
        }
        _ => {}
    }
    all
}

/// The pointers of all values below a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in below {
        let at = format!("{at}/{step}");
        all.push(at.clone());
        pointers(value, &at, all);
    }
}

fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (parent, step) = pointer.rsplit_once('/').expect("a pointer");
    match body.pointer_mut(parent).expect("a parent") {
        Value::Object(map) => drop(map.shift_remove(step)),
        Value::Array(items) => drop(items.remove(step.parse().expect("an index"))),
        other => panic!("{other} has no parts"),
    }
    body
}

/// The text of the body with a JSON text in a value's place.
fn with(body: &Value, pointer: &str, json: &str) -> String {
    let mut body = body.clone();
    *body.pointer_mut(pointer).expect("a value") = "@here@".into();
    body.to_string().replace("\"@here@\"", json)
}

/// Whether the oracle leaves it open: a URL with a space before it, and misspelt tokens.
fn is_left_open(old: &Value, json: &str) -> bool {
    let Some(old) = old.as_str() else { return false };
    old.starts_with("http") && json.starts_with("\" h") || json.contains("<<<IMAGE")
}

#[test]
fn rich_bodies_are_clean() {
    for (endpoint, body) in bodies() {
        let have = verdict(&linter(endpoint).lint_value(&body));
        assert!(have.is_empty(), "{endpoint}: {have:?}");
    }
}

#[test]
fn every_value_removed_and_replaced() {
    let mut comparison = Comparison::new();
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        let mut all = Vec::new();
        pointers(&body, "", &mut all);
        for pointer in all {
            let text = without(&body, &pointer).to_string();
            comparison.body(&format!("without {pointer}"), &linter, endpoint, &text);
            let old = body.pointer(&pointer).expect("a value");
            for json in replacements(old) {
                // `1e400` is no number that the oracle's reader can hold.
                if is_left_open(old, &json) || json == "1e400" {
                    continue;
                }
                let text = with(&body, &pointer, &json);
                comparison.body(&format!("{pointer} = {json:.40}"), &linter, endpoint, &text);
            }
        }
    }
    comparison.finish(5_000);
}

#[test]
fn all_required_keys_at_once() {
    let mut comparison = Comparison::new();
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        let keys: Vec<&String> = body.as_object().expect("an object").keys().collect();
        for json in ["null", "\"\"", "[]", "{}", "7", "true", "\" \""] {
            let members: Vec<String> = keys.iter().map(|key| format!("{key:?}: {json}")).collect();
            let text = format!("{{{}}}", members.join(", "));
            comparison.body(&format!("all = {json}"), &linter, endpoint, &text);
        }
        comparison.body("nothing", &linter, endpoint, "{}");
    }
    comparison.finish(50);
}
