//! Every image and video of the fixtures in a request, as a file and as Base64. What is expected is
//! worked out here from facts.md and from what other tools say of the files (`images.tsv`,
//! `videos.tsv`), never from the linter.

use base64_simd::STANDARD;
use kling_lint::{Linter, LocalFiles, Report};
use kling_tests::{bytes, fixtures, table};
use serde_json::json;

/// `KL4013 error` for each finding about media, sorted.
fn told(report: &Report) -> Vec<String> {
    let findings = report.findings().iter().filter(|finding| finding.rule.id.starts_with("KL4"));
    let mut told: Vec<_> =
        findings.map(|it| format!("{} {}", it.rule.id, it.severity.word())).collect();
    told.sort();
    told
}

fn linter(folder: &str) -> Linter {
    let files = LocalFiles::beneath(fixtures().join("media").join(folder)).expect("the fixtures");
    Linter::builder().files(files).build().expect("no options")
}

/// Facts 1.0 and 1.1: JPG or PNG, 300 px a side (both D), a ratio from 1:2.5 to 2.5:1 (U).
fn image(content: &str, size: &str, animated: bool) -> Vec<String> {
    if !["Jpeg", "Png"].contains(&content) {
        return vec!["KL4010 error".into()];
    }
    let mut want = Vec::new();
    match size.split_once('x') {
        Some((width, height)) => {
            let side = |text: &str| text.parse::<u64>().expect("a number");
            let (width, height) = (side(width), side(height));
            if width.min(height) < 300 {
                want.push("KL4013 error".into());
            }
            if width.max(height) * 2 > width.min(height) * 5 {
                want.push("KL4015 warning".into());
            }
        }
        None => want.push("KL4016 warning".into()),
    }
    if animated {
        want.push("KL4018 info".into());
    }
    want
}

/// What a name promises.
fn promised(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("jpg" | "jpeg" | "jfif") => "Jpeg",
        Some("png") => "Png",
        _ => "",
    }
}

#[test]
fn every_image_as_a_file_and_as_base64() {
    let linter = linter("images");
    let mut wrong = Vec::new();
    let rows = table("media/images.tsv");
    assert!(rows.len() > 140, "{}", rows.len());
    for row in &rows {
        let [name, content, size, _, animated, ..] = row.as_slice() else {
            panic!("{row:?}");
        };
        let bytes = bytes(&fixtures().join("media/images").join(name));
        let want = image(content, size, animated == "animated");
        let request = |image: &str| {
            let body = json!({ "image": image, "prompt": "The cat blinks." });
            linter.lint_value(&body)
        };
        let mut as_file = want.clone();
        if bytes.is_empty() {
            as_file = vec!["KL4034 error".into()];
        } else if want != ["KL4010 error"] && promised(name) != content {
            as_file.push("KL4019 warning".into());
        }
        as_file.sort();
        // A suffix is what makes the text a path, whatever the file is called.
        let have = told(&request(&format!("./{name}")));
        if have != as_file {
            wrong.push(format!("{name}: expected {as_file:?}, told {have:?}"));
        }
        let have = told(&request(&STANDARD.encode_to_string(&bytes)));
        // A few bytes of nothing known are a text, not a file: the same error by another name.
        let is_text = matches!(have.as_slice(), [one] if one == "KL4001 error");
        let is_nothing = bytes.len() < 192 && ["Unknown", "Text"].contains(&content.as_str());
        if have != want && !(is_text && (is_nothing || bytes.is_empty())) && !bytes.is_empty() {
            wrong.push(format!("{name} as Base64: expected {want:?}, told {have:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A fraction as ffprobe writes it, in millionths.
fn millionths(text: &str) -> u128 {
    match text.split_once('/') {
        Some((over, under)) => {
            let number = |text: &str| text.parse::<u128>().expect("a number");
            number(over) * 1_000_000 / number(under)
        }
        None => text.replace('.', "").parse().expect("six decimals"),
    }
}

/// Facts 1.4: inside, a hair outside (a warning: "10.0x s and 23.976 fps"), or outside.
fn range(text: &str, min: u128, max: u128, rules: [&str; 2]) -> Option<String> {
    let value = millionths(text);
    let (low, high) = (min * 1_000_000, max * 1_000_000);
    if value < low {
        let is_close = value > low - low / 100;
        Some(format!("{} {}", rules[0], if is_close { "warning" } else { "error" }))
    } else if value > high {
        let is_close = value < high + high / 100;
        Some(format!("{} {}", rules[1], if is_close { "warning" } else { "error" }))
    } else {
        None
    }
}

#[test]
fn every_video_as_a_file() {
    let linter = linter("videos");
    let mut wrong = Vec::new();
    let rows = table("media/videos.tsv");
    assert!(rows.len() > 90, "{}", rows.len());
    for row in &rows {
        let [name, container, seconds, rate, size, ..] = row.as_slice() else {
            panic!("{row:?}");
        };
        let mut want = Vec::new();
        if !["mp4", "mov"].contains(&container.as_str()) {
            want.push("KL4010 error".into());
        } else {
            let known = |text: &str| !text.starts_with(['?', '!']);
            let untold: std::collections::BTreeSet<&str> = [seconds, rate, size]
                .into_iter()
                .map(String::as_str)
                .filter(|it| !known(it))
                .collect();
            for reason in untold {
                let rule = if reason.starts_with('?') { "KL4026 info" } else { "KL4025 warning" };
                want.push(rule.into());
            }
            if known(seconds) {
                want.extend(range(seconds, 3, 10, ["KL4022", "KL4023"]));
            }
            if known(rate) {
                want.extend(range(rate, 24, 60, ["KL4024", "KL4024"]));
            }
            if let Some((width, height)) = size.split_once('x').filter(|_| known(size)) {
                let side = |text: &str| text.parse::<u64>().expect("a number");
                let (width, height) = (side(width), side(height));
                if width.min(height) < 720 {
                    want.push("KL4013 error".into());
                }
                if width.max(height) > 2160 {
                    want.push("KL4014 error".into());
                }
            }
        }
        want.sort();
        let body = json!({
            "prompt": "Make it <<<video_1>>> night.",
            "video_list": [{ "video_url": format!("./{name}"), "refer_type": "feature" }],
        });
        let linter = linter.clone();
        let have = told(&linter.lint_named(body.to_string().as_bytes(), "a.omni-video.json"));
        if have != want {
            wrong.push(format!("{name}: expected {want:?}, told {have:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
