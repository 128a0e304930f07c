//! Which endpoint a request is for, and the reason in words.

use kling_lint::{Linter, Report};
use serde_json::{Value, json};

const IMAGE: &str = "https://cdn.klingai-assets.net/cat.jpg";

/// `name, because reason`: the sentence that `-v` prints.
fn told(report: &Report) -> String {
    match report.endpoint() {
        Some(detected) => format!("{}, because {}", detected.name, detected.reason),
        None => {
            let first = report.findings().first().expect("a finding says why");
            format!("{} {}", first.rule.id, first.message)
        }
    }
}

/// From the file name or folder; the body fits every endpoint and none.
fn by_name(name: &str) -> String {
    told(&Linter::new().lint_named(br#"{"prompt": "A cat yawns."}"#, name))
}

fn by_keys(body: Value) -> String {
    told(&Linter::new().lint_value(&body))
}

#[test]
fn the_file_name_tells() {
    for (name, endpoint) in [
        ("cat.image2video.json", "image2video"),
        ("image2video.json", "image2video"),
        ("image2video-3.json", "image2video"),
        ("image2video_03.json", "image2video"),
        ("image2video (2).json", "image2video"),
        ("cat.multi-image2video.json", "multi-image2video"),
        ("multi-image2image.json", "multi-image2image"),
        ("cat.omni-video-final.json", "omni-video"),
        ("omni-video/cat.image2video.json", "image2video"),
    ] {
        assert_eq!(by_name(name), format!("{endpoint}, because the file name says {endpoint}"));
    }
}

#[test]
fn the_nearest_folder_tells() {
    for (name, endpoint) in [
        ("requests/omni-video/cat.json", "omni-video"),
        ("omni-video/image2video/cat.json", "image2video"),
        ("multi-image2image/drafts/cat.json", "multi-image2image"),
    ] {
        assert_eq!(by_name(name), format!("{endpoint}, because the folder is called {endpoint}"));
    }
}

#[test]
fn a_name_that_only_looks_alike_tells_nothing() {
    let unknown = "KL0101 cannot tell which endpoint this request is for: it has no key that only \
        one endpoint knows";
    for name in [
        "cat.json",
        "image2videos.json",
        "my-image2video.json",
        "text2video.json",
        "IMAGE2VIDEO.json",
        "image2video-drafts/cat.json",
    ] {
        assert_eq!(by_name(name), unknown, "{name}");
    }
}

#[test]
fn keys_tell() {
    let subjects = json!([{"subject_image": IMAGE}, {"subject_image": IMAGE}]);
    for (body, sentence) in [
        (json!({"image": IMAGE}), "image2video, because only image2video has `image`"),
        (
            json!({"subject_image_list": subjects}),
            "multi-image2image, because only multi-image2image has `subject_image_list`",
        ),
        (
            json!({"prompt": "Snow.", "video_list": []}),
            "omni-video, because only omni-video has `video_list`",
        ),
        (
            json!({"prompt": "A cat.", "image_list": [{"image_url": IMAGE}]}),
            "omni-video, because only omni-video has `image_list[].image_url`",
        ),
        (
            json!({"prompt": "A cat.", "image_list": [{"image": IMAGE}]}),
            "multi-image2video, because only multi-image2video has `image_list[].image`",
        ),
        (
            json!({"prompt": "<<<image_1>>> yawns.", "image_list": []}),
            "omni-video, because only omni-video has reference tokens",
        ),
        (
            json!({"prompt": "A cat.", "model_name": "kling-video-o1"}),
            "omni-video, because \"kling-video-o1\" is a model of omni-video",
        ),
    ] {
        assert_eq!(by_keys(body), sentence);
    }
}

/// Only the caller overrides the name, only the name overrides the keys.
#[test]
fn the_stronger_evidence_wins() {
    let body = json!({"image": IMAGE}).to_string();
    let named = Linter::new().lint_named(body.as_bytes(), "cat.omni-video.json");
    assert_eq!(told(&named), "omni-video, because the file name says omni-video");
    let linter = Linter::builder().endpoint("multi-image2video").build().expect("covered");
    let said = linter.lint_named(body.as_bytes(), "cat.omni-video.json");
    assert_eq!(told(&said), "multi-image2video, because the caller says so");
}

#[test]
fn keys_in_conflict_are_left_undecided() {
    for body in [
        json!({"image": IMAGE, "image_list": []}),
        json!({"image": IMAGE, "video_list": []}),
        json!({"prompt": "A cat."}),
        json!({}),
    ] {
        let said = by_keys(body.clone());
        assert!(said.starts_with("KL0101 cannot tell which endpoint"), "{body}: {said}");
    }
    assert!(by_keys(json!({})).ends_with(": it has no keys"));
}

#[test]
fn routes_that_are_not_covered_are_named() {
    for (body, route, reason) in [
        (
            json!({"effect_scene": "hug"}),
            "/kling/v1/videos/effects",
            "`effect_scene` is a key of that route",
        ),
        (
            json!({"video_id": "1"}),
            "/kling/v1/videos/video-extend",
            "`video_id` is a key of that route",
        ),
        (
            json!({"human_image": IMAGE, "cloth_image": IMAGE}),
            "/kling/v1/images/kolors-virtual-try-on",
            "`human_image` is a key of that route",
        ),
        (
            json!({"prompt": "A cat.", "model_name": "kling-image-o1"}),
            "/kling/v1/images/omni-image",
            "\"kling-image-o1\" is a model of that route",
        ),
    ] {
        assert_eq!(
            by_keys(body),
            format!(
                "KL0106 this looks like a request for `{route}`, which kling-lint does not check: \
                 {reason}"
            )
        );
    }
}

/// What cannot be read tells no more than its name.
#[test]
fn broken_json_is_told_by_its_name() {
    let report = Linter::new().lint_named(b"", "cat.image2video.json");
    assert_eq!(told(&report), "image2video, because the file name says image2video");
    assert!(Linter::new().lint_named(b"", "cat.json").endpoint().is_none());
}
