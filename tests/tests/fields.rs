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

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % most
    }
}

/// Several values at once: what is wrong in one place hides nothing in another.
#[test]
fn several_values_at_once() {
    let mut comparison = Comparison::new();
    let mut dice = Dice(7);
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        for _ in 0..300 {
            let mut body = body.clone();
            for _ in 0..2 + dice.below(4) {
                let mut all = Vec::new();
                pointers(&body, "", &mut all);
                if all.is_empty() {
                    break;
                }
                let pointer = &all[dice.below(all.len())];
                let old = body.pointer(pointer).expect("a value").clone();
                if dice.below(4) == 0 {
                    body = without(&body, pointer);
                    continue;
                }
                let all = match &old {
                    Value::Array(items) if items.is_empty() => replacements(&Value::Null),
                    old => replacements(old),
                };
                let json = &all[dice.below(all.len())];
                if !is_left_open(&old, json) && json != "1e400" {
                    body = serde_json::from_str(&with(&body, pointer, json)).expect("JSON");
                }
            }
            comparison.body("several", &linter, endpoint, &body.to_string());
        }
    }
    comparison.finish(2_000);
}

/// Keys that the page does not list, in each endpoint.
#[test]
fn keys_that_are_not_listed() {
    let upstream = [
        "sound",
        "voice_list",
        "camera_control",
        "multi_shot",
        "shot_type",
        "multi_prompt",
        "element_list",
        "watermark_info",
        "negative_prompt",
        "aspect_ratio",
        "image_reference",
        "image_fidelity",
        "human_fidelity",
        "resolution",
    ];
    let others = ["model", "$schema", "foo", "", "x-y", "$ref", "模型", "seed", "~", "a/b"];
    let mut comparison = Comparison::new();
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        for key in upstream.iter().chain(&others) {
            if body.get(key).is_some() {
                continue;
            }
            for value in [json!("x"), json!({}), json!(null), json!([])] {
                // A value of a listed key is another test's business.
                let lists = ["element_list", "aspect_ratio", "negative_prompt", "camera_control"];
                if lists.contains(key) {
                    continue;
                }
                let mut body = body.clone();
                body[*key] = value;
                let value = body.to_string();
                // The oracle writes pointers without escapes.
                if key.contains(['~', '/']) {
                    let escaped = key.replace('~', "~0").replace('/', "~1");
                    let want = [format!("KL1004 warning /{escaped}")];
                    let have = verdict(&linter.lint_str(&value));
                    comparison.told(key, &want, &have, &value);
                } else {
                    comparison.body(key, &linter, endpoint, &value);
                }
            }
        }
    }
    comparison.finish(250);
}

/// Near misses: told as such, with a rename that is safe when the right key is free.
#[test]
fn misspelt_keys() {
    let slips: [fn(&str) -> String; 6] = [
        |key| key.to_uppercase(),
        |key| key.replace('_', "-"),
        |key| format!("{key}s"),
        |key| key.replace('_', ""),
        |key| {
            let mut words = key.split('_');
            let first = words.next().unwrap_or_default().to_owned();
            words
                .fold(first, |all, word| format!("{all}{}{}", word[..1].to_uppercase(), &word[1..]))
        },
        |key| format!("{key} "),
    ];
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        for key in body.as_object().expect("an object").keys() {
            for slip in slips {
                let wrong = slip(key);
                // A key of a letter or two is near to everything.
                if wrong == *key || key.len() < 4 {
                    continue;
                }
                let text =
                    body.to_string().replacen(&format!("{key:?}:"), &format!("{wrong:?}:"), 1);
                let report = linter.lint_str(&text);
                let told: Vec<_> = report
                    .findings()
                    .iter()
                    .filter(|finding| finding.pointer == format!("/{wrong}"))
                    .collect();
                let [finding] = told.as_slice() else { panic!("{text}: {told:?}") };
                assert_eq!(finding.rule.id, "KL1005", "{text}");
                let fix = finding.fix.as_ref().expect("a fix");
                assert_eq!(fix.applicability, kling_lint::Applicability::Safe, "{text}");
                let repaired = applied(&text, fix);
                assert!(verdict(&linter.lint_str(&repaired)).is_empty(), "{repaired}");
                // The right key beside it: nothing to rename, but told all the same.
                let mut both = body.clone();
                both[&wrong] = json!("x");
                let report = linter.lint_value(&both);
                let [finding] = report.findings() else {
                    panic!("{both}: {:?}", report.findings())
                };
                assert_eq!((finding.rule.id, finding.fix.is_none()), ("KL1005", true), "{both}");
            }
        }
    }
}

fn applied(text: &str, fix: &kling_lint::Fix) -> String {
    let mut text = text.to_owned();
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

/// Where the facts promise a safe fix, it is there and repairs the body.
#[test]
fn safe_fixes_repair() {
    let cases = [
        (0, "/duration", "5"),
        (0, "/duration", "10"),
        (0, "/duration", "5.0"),
        (0, "/cfg_scale", "\"0.5\""),
        (0, "/cfg_scale", "\"1\""),
        (0, "/mode", "\"PRO\""),
        (2, "/duration", "null"),
        (2, "/model_name", "null"),
        (2, "/duration", ""),
        (2, "/model_name", ""),
        (3, "/n", "\"3\""),
        (5, "/duration", "5"),
        (6, "/duration", "10"),
    ];
    for (index, pointer, json) in cases {
        let (endpoint, body) = &bodies()[index];
        let linter = linter(endpoint);
        let compact = match json {
            "" => without(body, pointer).to_string(),
            json => with(body, pointer, json),
        };
        let value: Value = serde_json::from_str(&compact).expect("JSON");
        for text in [compact, serde_json::to_string_pretty(&value).expect("writes")] {
            let report = linter.lint_str(&text);
            let errors: Vec<_> = report
                .findings()
                .iter()
                .filter(|finding| finding.severity == kling_lint::Severity::Error)
                .collect();
            let [finding] = errors.as_slice() else { panic!("{text}: {errors:?}") };
            let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("no fix: {finding} {text}"));
            assert_eq!(fix.applicability, kling_lint::Applicability::Safe, "{text}");
            let repaired = applied(&text, fix);
            assert!(linter.lint_str(&repaired).is_acceptable(), "{repaired}");
        }
    }
    // No safe fix where the value is not allowed anyway.
    for (pointer, json) in [("/duration", "7"), ("/cfg_scale", "\"7\""), ("/cfg_scale", "\"x\"")] {
        let (endpoint, body) = &bodies()[0];
        let report = linter(endpoint).lint_str(&with(body, pointer, json));
        assert!(report.findings().iter().all(|finding| finding.fix.is_none()), "{pointer} {json}");
    }
}

/// A key written twice: told at the second, and the last one counts.
#[test]
fn keys_written_twice() {
    for (endpoint, body) in bodies() {
        let linter = linter(endpoint);
        for (key, value) in body.as_object().expect("an object") {
            let text = body.to_string();
            let text = format!("{{{key:?}: {value}, {}", &text[1..]);
            assert_eq!(
                verdict(&linter.lint_str(&text)),
                [format!("KL1007 warning /{key}")],
                "{text}"
            );
            let last = body.to_string();
            let last = format!("{}, {key:?}: true}}", &last[..last.len() - 1]);
            let mut once = body.clone();
            once[key] = json!(true);
            let mut want = verdict(&linter.lint_value(&once));
            want.push(format!("KL1007 warning /{key}"));
            want.sort();
            assert_eq!(verdict(&linter.lint_str(&last)), want, "{last}");
        }
    }
}

/// `--strict` raises warnings to errors, and nothing else; `null` is no error by default anywhere.
#[test]
fn strict_raises_warnings_only() {
    for (endpoint, body) in bodies() {
        let lenient = linter(endpoint);
        let strict = kling_lint::Linter::builder().endpoint(endpoint).strict(true);
        let strict = strict.build().expect("a covered endpoint");
        let mut all = Vec::new();
        pointers(&body, "", &mut all);
        for pointer in all {
            for json in ["null", "\"\"", "7", "[]", "{}"] {
                let text = with(&body, &pointer, json);
                let mut want: Vec<String> = verdict(&lenient.lint_str(&text))
                    .iter()
                    .map(|told| told.replace(" warning ", " error "))
                    .collect();
                want.sort();
                assert_eq!(verdict(&strict.lint_str(&text)), want, "{text}");
            }
        }
    }
}
