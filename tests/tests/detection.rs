//! A request is detected, or it is not: never taken for one of another endpoint.

use kling_lint::Linter;
use kling_tests::verdict;
use serde_json::{Value, json};

const URL: &str = "https://cdn.klingai-assets.net/cat.jpg";

/// The endpoint told by the keys; without one, the only finding says so.
fn detected(body: &Value) -> Option<&'static str> {
    let report = Linter::new().lint_value(body);
    let name = report.endpoint().map(|endpoint| endpoint.name);
    if name.is_none() {
        let told = verdict(&report);
        assert!(told == ["KL0101 error "] || told == ["KL0106 error "], "{told:?}: {body}");
    }
    name
}

fn subsets(body: &Value, needed: &[&str]) -> Vec<Value> {
    let members: Vec<(&String, &Value)> = body.as_object().expect("an object").iter().collect();
    let (fixed, free): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|(key, _)| needed.contains(&key.as_str()));
    (0..1_u32 << free.len())
        .map(|bits| {
            let chosen = free.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
            let all = fixed.iter().chain(chosen.map(|(_, member)| member));
            Value::Object(all.map(|(key, value)| ((*key).clone(), (*value).clone())).collect())
        })
        .collect()
}

fn masks() -> Value {
    json!([{"mask": URL, "trajectories": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}])
}

fn bodies() -> Vec<(&'static str, Value, &'static [&'static str])> {
    vec![
        (
            "image2video",
            json!({
                "image": URL, "image_tail": URL, "model_name": "kling-v2-master", "prompt": "A cat.",
                "negative_prompt": "blur", "mode": "pro", "duration": "5", "cfg_scale": 0.5,
                "static_mask": URL, "dynamic_masks": masks(), "callback_url": URL,
                "external_task_id": "a"
            }),
            &["image"],
        ),
        (
            "multi-image2video",
            json!({
                "image_list": [{"image": URL}, {"image": URL}], "prompt": "Cats.",
                "model_name": "kling-v1-6", "duration": "5", "negative_prompt": "blur",
                "mode": "std", "cfg_scale": 0.5, "static_mask": URL, "dynamic_masks": masks(),
                "callback_url": URL, "external_task_id": "a"
            }),
            &["image_list"],
        ),
        (
            "multi-image2image",
            json!({
                "subject_image_list": [{"subject_image": URL}, {"subject_image": URL}],
                "model_name": "kling-v2", "prompt": "Cats.", "scence_image": URL,
                "style_image": URL, "n": 1, "aspect_ratio": "1:1", "callback_url": URL,
                "external_task_id": "a"
            }),
            &["subject_image_list"],
        ),
        (
            "omni-video",
            json!({
                "prompt": "<<<image_1>>> waves.", "model_name": "kling-video-o1",
                "image_list": [{"image_url": URL}], "element_list": [{"element_id": 1}],
                "video_list": [{"video_url": URL}], "mode": "pro", "aspect_ratio": "1:1",
                "duration": "5", "callback_url": URL, "external_task_id": "a"
            }),
            &[],
        ),
    ]
}

/// With its own input there, whatever else is taken away, a request is what it is.
#[test]
fn every_subset_of_the_optional_keys() {
    for (endpoint, body, needed) in bodies() {
        for body in subsets(&body, needed) {
            let name = detected(&body);
            if endpoint == "omni-video" {
                assert!(name.is_none() || name == Some(endpoint), "{name:?}: {body}");
            } else {
                assert_eq!(name, Some(endpoint), "{body}");
            }
        }
    }
}

/// Also when its input is missing, it is never taken for another.
#[test]
fn every_subset_of_all_keys() {
    let mut told = 0;
    let mut all = 0;
    for (endpoint, body, _) in bodies() {
        for body in subsets(&body, &[]) {
            let name = detected(&body);
            assert!(name.is_none() || name == Some(endpoint), "{name:?}: {body}");
            told += usize::from(name.is_some());
            all += 1;
        }
    }
    assert!(told * 3 > all, "{told} of {all} are told");
}

/// Each key nulled or emptied in turn: still itself, or undecided.
#[test]
fn nulled_and_emptied() {
    for (endpoint, body, _) in bodies() {
        for key in body.as_object().expect("an object").keys() {
            for value in [json!(null), json!(""), json!([]), json!({}), json!(0), json!("x")] {
                let mut body = body.clone();
                body[key] = value;
                let name = detected(&body);
                assert!(name.is_none() || name == Some(endpoint), "{name:?}: {body}");
            }
        }
    }
}

/// Text to video has no endpoint here: none of its bodies is one of ours.
#[test]
fn text_to_video_is_none_of_ours() {
    let body = json!({
        "model_name": "kling-v1-6", "prompt": "A cat.", "negative_prompt": "blur", "mode": "std",
        "duration": "5", "cfg_scale": 0.5, "aspect_ratio": "16:9", "callback_url": URL,
        "external_task_id": "a",
        "camera_control": {"type": "simple", "config": {"horizontal": 1}}, "sound": "on"
    });
    for mut body in subsets(&body, &[]) {
        assert_eq!(detected(&body), None, "{body}");
        if body.get("model_name").is_some() {
            for model in ["kling-v1", "kling-v2-master", "kling-v2-5-turbo", "kling-v3", "kling-v9"]
            {
                body["model_name"] = json!(model);
                assert_eq!(detected(&body), None, "{body}");
            }
        }
    }
}

/// A text-to-video body with lists or images that an exporter left empty.
#[test]
fn routes_that_are_not_covered() {
    for body in [
        json!({"input": {"task_id": "1", "mode": "text2video", "text": "hi"}}),
        json!({"video_id": "1", "prompt": "go on"}),
        json!({"effect_scene": "hug", "input": {"images": [URL, URL]}}),
        json!({"image": URL, "audio_id": "1", "prompt": "sing"}),
        json!({"text": "hi", "voice_id": "a", "voice_language": "en", "voice_speed": 1}),
        json!({"human_image": URL, "cloth_image": URL, "model_name": "kolors-virtual-try-on-v1"}),
        json!({"prompt": "a cat", "model_name": "kling-image-o1", "n": 1}),
        json!({"messages": [{"role": "user", "content": "hi"}], "model": "gpt-4o"}),
        json!({"name": "x", "version": "1.0.0", "dependencies": {}}),
        json!({"code": 0, "message": "SUCCEED", "data": {"task_id": "1"}}),
        json!({}),
    ] {
        assert_eq!(detected(&body), None, "{body}");
    }
}

/// A name decides, whatever the keys say.
#[test]
fn names_of_files_and_folders() {
    let body = br#"{"prompt": "A cat."}"#;
    for (name, endpoint) in [
        ("image2video.json", Some("image2video")),
        ("cat.image2video.json", Some("image2video")),
        ("image2video-3.json", Some("image2video")),
        ("image2video_01.json", Some("image2video")),
        ("multi-image2video.json", Some("multi-image2video")),
        ("a.multi-image2video.json", Some("multi-image2video")),
        ("multi-image2image.json", Some("multi-image2image")),
        ("omni-video.json", Some("omni-video")),
        ("omni-video/a.json", Some("omni-video")),
        ("omni-video/deep/er/a.json", Some("omni-video")),
        ("omni-video/image2video.json", Some("image2video")),
        ("image2video/omni-video/a.json", Some("omni-video")),
        ("./requests/../omni-video/a.json", Some("omni-video")),
        ("omni-video", Some("omni-video")),
        ("text2video.json", None),
        ("image2videos.json", None),
        ("my-image2video.json", None),
        ("omni.json", None),
        ("a.json", None),
        ("", None),
    ] {
        let report = Linter::new().lint_named(body, name);
        let found = report.endpoint().map(|endpoint| endpoint.name);
        assert_eq!(found, endpoint, "{name}");
    }
}

/// The page shares the route with Kling's single-image call: a body without the list is told so.
#[test]
fn the_single_image_call_is_told_so() {
    let report = Linter::new().lint_str(r#"{"prompt": "A cat.", "n": 2, "aspect_ratio": "1:1"}"#);
    assert_eq!(report.endpoint().map(|endpoint| endpoint.name), Some("multi-image2image"));
    assert_eq!(verdict(&report), ["KL1001 error "]);
    let help = report.findings()[0].help.clone().unwrap_or_default();
    assert!(help.contains("single-image"), "{help}");
}
