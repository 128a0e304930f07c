//! Whole grids of combinations, each compared with the oracle written from the facts.

use kling_tests::oracle::IMAGE2VIDEO_MODELS;
use kling_tests::{Comparison, linter, verdict};
use serde_json::{Map, Value, json};

const URL: &str = "https://cdn.klingai-assets.net/cat.jpg";

/// Absent, `null`, and every length up to nine.
fn lists(item: &Value) -> Vec<Option<Value>> {
    let mut all = vec![None, Some(Value::Null)];
    all.extend((0..=9).map(|count| Some(Value::from(vec![item.clone(); count]))));
    all
}

fn len(list: Option<&Value>) -> usize {
    list.and_then(Value::as_array).map_or(0, Vec::len)
}

/// One cap error at most, and only it, where the sum is too high; too many videos beside it.
#[test]
fn omni_caps() {
    let omni = linter("omni-video");
    let mut comparison = Comparison::new();
    let videos = lists(&json!({"video_url": "https://cdn.klingai-assets.net/a.mp4"}));
    for images in lists(&json!({"image_url": URL})) {
        for elements in lists(&json!({"element_id": 829836802793406551_u64})) {
            for videos in &videos {
                let mut body = json!({"prompt": "A cat."});
                for (key, list) in
                    [("image_list", &images), ("element_list", &elements), ("video_list", videos)]
                {
                    if let Some(list) = list {
                        body[key] = list.clone();
                    }
                }
                let text = body.to_string();
                comparison.body("caps", &omni, "omni-video", &text);
                // And once more without the oracle: errors alone.
                let (images, elements) = (len(images.as_ref()), len(elements.as_ref()));
                let videos = len(videos.as_ref());
                let mut want = Vec::new();
                if images + elements > if videos > 0 { 4 } else { 7 } {
                    let list = if elements > 0 { "element_list" } else { "image_list" };
                    want.push(format!("KL3001 error /{list}"));
                }
                if videos > 1 {
                    want.push("KL2006 error /video_list".to_owned());
                }
                want.sort();
                let mut have = verdict(&omni.lint_str(&text));
                have.retain(|told| told.contains(" error "));
                comparison.told("errors of caps", &want, &have, &text);
            }
        }
    }
    comparison.finish(2 * 12 * 12 * 12);
}

#[test]
fn omni_durations() {
    let omni = linter("omni-video");
    let image = json!({"image_url": URL});
    let first = json!({"image_url": URL, "type": "first_frame"});
    let end = json!({"image_url": URL, "type": "end_frame"});
    let element = json!({"element_id": "829836802793406551"});
    let video = |refer: Value| {
        let mut video = json!({"video_url": "https://cdn.klingai-assets.net/a.mp4"});
        if refer != "absent" {
            video["refer_type"] = refer;
        }
        video
    };
    let videos = [
        None,
        Some(video(json!("base"))),
        Some(video(json!("feature"))),
        Some(video(json!("absent"))),
        Some(video(Value::Null)),
        Some(json!("https://cdn.klingai-assets.net/a.mp4")),
    ];
    let images = [
        vec![],
        vec![&image],
        vec![&first],
        vec![&end],
        vec![&image, &image],
        vec![&first, &image],
        vec![&image, &first],
        vec![&first, &end],
        vec![&end, &image],
        vec![&first, &first],
        vec![&first, &image, &image],
        vec![&image, &image, &end],
    ];
    let mut durations = vec![None];
    let mut texts: Vec<String> = (0..=16).map(|seconds| seconds.to_string()).collect();
    texts.extend(["05", "5.0", "", " 5", "5s", "-5", "ten", "５", "1e1"].map(String::from));
    durations.extend(texts.into_iter().map(|text| Some(Value::from(text))));
    durations.extend(
        [json!(5), json!(5.0), json!(11), json!(null), json!(["5"]), json!(true)].map(Some),
    );
    let mut comparison = Comparison::new();
    for images in &images {
        for elements in [None, Some(json!([])), Some(json!([element]))] {
            for video in &videos {
                for duration in &durations {
                    let models = if images.len() > 2 { 3 } else { 1 };
                    for model in &[None, Some("kling-video-o1"), Some("kling-v3-omni")][..models] {
                        let mut body = json!({"prompt": "A cat.", "aspect_ratio": "1:1"});
                        if !images.is_empty() {
                            body["image_list"] = json!(images);
                        }
                        if let Some(elements) = &elements {
                            body["element_list"] = elements.clone();
                        }
                        if let Some(video) = video {
                            body["video_list"] = json!([video]);
                        }
                        if let Some(duration) = duration {
                            body["duration"] = duration.clone();
                        }
                        if let Some(model) = model {
                            body["model_name"] = json!(model);
                        }
                        comparison.body("duration", &omni, "omni-video", &body.to_string());
                    }
                }
            }
        }
    }
    comparison.finish(8_000);
}

/// The verdicts on a few durations, written out.
#[test]
fn omni_durations_in_words() {
    let first = json!([{"image_url": URL, "type": "first_frame"}]);
    let video = |refer: &str| json!([{"video_url": "https://cdn.klingai-assets.net/a.mp4", "refer_type": refer}]);
    let cases = [
        (json!({"duration": "7"}), "KL3004 error /duration"),
        (json!({"duration": "11"}), "KL2003 error /duration"),
        (json!({"duration": "05"}), "KL2003 error /duration"),
        (json!({"duration": ""}), "KL2007 warning /duration"),
        (json!({"duration": 5}), "KL1002 error /duration"),
        (json!({"duration": null}), "KL1003 warning /duration"),
        (json!({"duration": "10"}), ""),
        (json!({"duration": "7", "image_list": first}), "KL3004 error /duration"),
        (json!({"duration": "5", "image_list": first}), ""),
        (
            json!({"duration": "7", "image_list": first, "element_list": [{"element_id": 1}]}),
            "KL3004 warning /duration, KL5004 info /element_list/0",
        ),
        (
            json!({"duration": "7", "element_list": [{"element_id": 1}]}),
            "KL5004 info /element_list/0",
        ),
        (json!({"duration": "99", "video_list": video("base")}), "KL3006 info /duration"),
        (
            json!({"duration": "7", "video_list": video("feature")}),
            "KL3006 info /duration, KL5004 info /video_list/0",
        ),
        (
            json!({"duration": "2", "video_list": video("feature")}),
            "KL2003 error /duration, KL3006 info /duration, KL5004 info /video_list/0",
        ),
    ];
    for (mut body, want) in cases {
        body["prompt"] = json!("A cat.");
        body["aspect_ratio"] = json!("1:1");
        let have = verdict(&linter("omni-video").lint_value(&body)).join(", ");
        assert_eq!(have, want, "{body}");
    }
}

fn set(body: &mut Value, key: &str, value: Option<&Value>) {
    if let Some(value) = value {
        body[key] = value.clone();
    }
}

/// `image_tail`, masks, `camera_control` and `cfg_scale` with every model, mode and duration.
#[test]
fn what_models_support() {
    let linter = linter("image2video");
    let mut models: Vec<Option<Value>> =
        IMAGE2VIDEO_MODELS.iter().map(|name| Some(json!(name))).collect();
    models.extend([None, Some(Value::Null), Some(json!("")), Some(json!(5))]);
    models.extend(["kling-v9", "kling-v1-0", "KLING-V1"].map(|name| Some(json!(name))));
    let modes = [None, Some(json!("std")), Some(json!("pro")), Some(json!("")), Some(json!("4k"))];
    let durations = [None, Some(json!("5")), Some(json!("10")), Some(json!(null)), Some(json!(5))];
    let masks = json!([{"mask": URL, "trajectories": [{"x": 1, "y": 1}, {"x": 2, "y": 2}]}]);
    let extras: [&[(&str, Value)]; 16] = [
        &[],
        &[("image_tail", json!(URL))],
        &[("image_tail", json!(""))],
        &[("image_tail", json!(null))],
        &[("static_mask", json!(URL))],
        &[("dynamic_masks", masks.clone())],
        &[("dynamic_masks", json!([]))],
        &[("dynamic_masks", masks[0].clone())],
        &[("static_mask", json!(URL)), ("dynamic_masks", masks.clone())],
        &[("image_tail", json!(URL)), ("static_mask", json!(URL))],
        &[("image_tail", json!(URL)), ("dynamic_masks", masks.clone())],
        &[("image_tail", json!(URL)), ("camera_control", json!({"type": "simple"}))],
        &[("static_mask", json!(URL)), ("camera_control", json!({"type": "simple"}))],
        &[("image_tail", json!(URL)), ("camera_control", json!(null))],
        &[("camera_control", json!({"type": "simple"})), ("dynamic_masks", json!(null))],
        &[
            ("image_tail", json!(URL)),
            ("static_mask", json!(URL)),
            ("dynamic_masks", masks.clone()),
            ("camera_control", json!({"type": "simple"})),
        ],
    ];
    let mut comparison = Comparison::new();
    for model in &models {
        for mode in &modes {
            for duration in &durations {
                for extra in extras {
                    for cfg_scale in [None, Some(json!(0.5)), Some(json!(null))] {
                        let mut body = json!({"image": URL});
                        set(&mut body, "model_name", model.as_ref());
                        set(&mut body, "mode", mode.as_ref());
                        set(&mut body, "duration", duration.as_ref());
                        set(&mut body, "cfg_scale", cfg_scale.as_ref());
                        for (key, value) in extra {
                            body[key] = value.clone();
                        }
                        let text = body.to_string();
                        comparison.body("support", &linter, "image2video", &text);
                    }
                }
            }
        }
    }
    comparison.finish(15_000);
}

/// Text of so many code points out of one kind, `{}` where it is to be escaped.
fn kinds_of_text() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("ascii", vec!["a"]),
        ("escaped ascii", vec!["\\u0061"]),
        ("accents", vec!["é"]),
        ("Chinese", vec!["猫"]),
        ("escaped Chinese", vec!["\\u732b"]),
        ("emoji", vec!["😀"]),
        ("escaped emoji", vec!["\\uD83D\\uDE00"]),
        ("lower-case escapes", vec!["\\ud83d\\ude00"]),
        ("combining", vec!["e", "\u{301}"]),
        ("family", vec!["👩", "\u{200d}", "👩", "\u{200d}", "👧"]),
        ("short escapes", vec!["\\n", "\\\"", "\\\\", "\\/", "\\t"]),
        ("mixed", vec!["a", "é", "猫", "😀", "\\uD83D\\uDE00", "\\n", "\u{301}"]),
        ("mostly ascii", vec!["a"; 199].into_iter().chain(["😀"]).collect()),
    ]
}

/// The limit is met in code points; UTF-16 alone makes a warning.
#[test]
fn code_points_and_utf16() {
    let fields = [
        ("image2video", "prompt", 500, json!({"image": URL})),
        ("image2video", "negative_prompt", 200, json!({"image": URL})),
        (
            "multi-image2video",
            "prompt",
            500,
            json!({
                "image_list": [{"image": URL}, {"image": URL}], "model_name": "kling-v1-6",
                "duration": "5"
            }),
        ),
        (
            "multi-image2video",
            "negative_prompt",
            200,
            json!({
                "image_list": [{"image": URL}, {"image": URL}], "model_name": "kling-v1-6",
                "duration": "5", "prompt": "Cats."
            }),
        ),
        (
            "multi-image2image",
            "prompt",
            2500,
            json!({"subject_image_list": [{"subject_image": URL}, {"subject_image": URL}]}),
        ),
        ("omni-video", "prompt", 2500, json!({"aspect_ratio": "1:1"})),
    ];
    let mut comparison = Comparison::new();
    for (endpoint, key, limit, body) in fields {
        let linter = linter(endpoint);
        for (what, parts) in kinds_of_text() {
            for count in [limit / 2, limit / 2 + 1, limit - 1, limit, limit + 1, 2 * limit + 1] {
                let text: String = parts.iter().cycle().take(count).copied().collect();
                let mut body = body.clone();
                body[key] = json!("@here@");
                let json = body.to_string().replace("@here@", &text);
                let what = format!("{what} {count} in {endpoint}/{key}");
                comparison.body(&what, &linter, endpoint, &json);
                // And once more without the oracle.
                let string: String = serde_json::from_str(&format!("\"{text}\"")).expect("JSON");
                assert_eq!(string.chars().count(), count, "{what}");
                let utf16 = string.encode_utf16().count();
                let want: Vec<String> = match (count > limit, utf16 > limit) {
                    (true, _) => vec![format!("KL2001 error /{key}")],
                    (false, true) => vec![format!("KL2009 warning /{key}")],
                    (false, false) => vec![],
                };
                comparison.told(&what, &want, &verdict(&linter.lint_str(&json)), &json);
            }
        }
    }
    comparison.finish(900);
}

/// A list of so many inputs; `None` is absent, `Some(0)` empty.
fn inputs(body: &mut Map<String, Value>, kind: &str, count: Option<usize>) {
    let item = match kind {
        "image" => json!({"image_url": URL}),
        "element" => json!({"element_id": 1}),
        _ => json!({"video_url": "https://cdn.klingai-assets.net/a.mp4", "refer_type": "feature"}),
    };
    if let Some(count) = count {
        body.insert(format!("{kind}_list"), Value::from(vec![item; count]));
    }
}

/// Well-formed tokens of every kind and number against lists of every length.
#[test]
fn references_well_formed() {
    let omni = linter("omni-video");
    let mut comparison = Comparison::new();
    let counts = [None, Some(0), Some(1), Some(2), Some(3)];
    for kind in ["image", "element", "video", "voice", "object"] {
        for images in counts {
            for elements in counts {
                for videos in &counts[..3] {
                    for numbers in [
                        vec!["1"],
                        vec!["2"],
                        vec!["3"],
                        vec!["4"],
                        vec!["10"],
                        vec!["1", "1"],
                        vec!["2", "1"],
                        vec!["1", "2", "3"],
                        vec!["4294967297"],
                        vec!["18446744073709551617"],
                    ] {
                        let tokens: Vec<String> =
                            numbers.iter().map(|number| format!("<<<{kind}_{number}>>>")).collect();
                        let mut body = Map::new();
                        body.insert("prompt".into(), json!(tokens.join(" and ")));
                        body.insert("aspect_ratio".into(), json!("1:1"));
                        inputs(&mut body, "image", images);
                        inputs(&mut body, "element", elements);
                        inputs(&mut body, "video", *videos);
                        let text = Value::from(body).to_string();
                        comparison.body("tokens", &omni, "omni-video", &text);
                        let escaped = text.replace('<', "\\u003c").replace('>', "\\u003E");
                        comparison.body("escaped", &omni, "omni-video", &escaped);
                    }
                }
            }
        }
    }
    comparison.finish(7_000);
}

/// What is no token, a malformed one, or one of Kling's: one image is listed.
#[test]
fn references_malformed() {
    let omni = linter("omni-video");
    let mut comparison = Comparison::new();
    let mut cases: Vec<(String, &str)> = Vec::new();
    for kind in ["image", "element", "video"] {
        let title = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
        for text in [
            format!("<<<{kind}_0>>>"),
            format!("<<<{kind}_00>>>"),
            format!("<<<{kind}_01>>>"),
            format!("<<<{title}_1>>>"),
            format!("<<<{}_1>>>", kind.to_uppercase()),
            format!("<<{kind}_1>>"),
            format!("<<<{kind}_1>>"),
            format!("<<{kind}_1>>>"),
            format!("<<<{kind}1>>>"),
            format!("<<<{kind}-1>>>"),
            format!("<<<{kind} 1>>>"),
            format!("<<< {kind}_1 >>>"),
            format!("<<<{kind}_>>>"),
            format!("<<<{kind}>>>"),
        ] {
            cases.push((text, "KL5002 warning /prompt"));
        }
        // One bracket, or none, is prose.
        for text in [format!("<{kind}_1>"), format!("{kind}_1"), format!("[{kind}_1]")] {
            cases.push((text, ""));
        }
    }
    for text in ["<<<picture_1>>>", "<<<imagen_1>>>", "<<<elements_1>>>", "<<<foo_7>>>"] {
        cases.push((text.to_owned(), "KL5002 warning /prompt"));
    }
    for text in ["<<<voice_1>>>", "<<<object_2>>>", "<<<voice_9>>>"] {
        cases.push((text.to_owned(), "KL5003 info /prompt"));
    }
    for text in
        ["a << b >> c", "x <<< y", "<<<>>>", ">>>image_1<<<", "std::vec<vec<int>>", "<<<", ">>>"]
    {
        cases.push((text.to_owned(), ""));
    }
    for (token, want) in &cases {
        for (before, after) in [("", ""), ("猫😀 ", " é"), ("<b>", "</b>")] {
            let text = format!("{before}{token}{after}.");
            let body = json!({
                "prompt": format!("<<<image_1>>> {text}"), "image_list": [{"image_url": URL}],
                "aspect_ratio": "1:1"
            });
            let want: Vec<String> =
                Some(*want).filter(|want| !want.is_empty()).into_iter().map(String::from).collect();
            let have = verdict(&omni.lint_value(&body));
            comparison.told(&text, &want, &have, &body.to_string());
        }
    }
    comparison.finish(150);
}

/// The span of a finding on a token is the token, as it is written.
#[test]
fn references_are_pointed_at() {
    for text in [
        r#"{"prompt": "猫 <<<image_7>>> 😀", "aspect_ratio": "1:1"}"#,
        r#"{"prompt": "\u732b\ud83d\ude00\n<<<image_7>>>", "aspect_ratio": "1:1"}"#,
    ] {
        let report = linter("omni-video").lint_str(text);
        let [finding] = report.findings() else { panic!("{:?}", report.findings()) };
        let range = finding.span.start as usize..finding.span.end as usize;
        assert_eq!(&text[range], "<<<image_7>>>");
    }
}
