//! Masks against the source image: every mix of file, Base64 and URL, of sizes that match and that do
//! not. The expectation is worked out here, from the facts: nothing is claimed of a URL.

use base64_simd::STANDARD;
use kling_lint::{Linter, MemoryFiles, Severity};
use kling_tests::png::png;
use serde_json::{Value, json};

type Size = (u32, u32);

/// How a picture stands in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Absent,
    Url,
    File(Size),
    Inline(Size),
}

impl Form {
    /// The text, if there is one.
    fn text(self) -> Option<String> {
        match self {
            Form::Absent => None,
            Form::Url => Some("https://cdn.kling.ai/picture.png".into()),
            Form::File((width, height)) => Some(format!("{width}x{height}.png")),
            Form::Inline((width, height)) => Some(STANDARD.encode_to_string(png(width, height))),
        }
    }

    /// The size, where it can be known.
    fn size(self) -> Option<Size> {
        match self {
            Form::File(size) | Form::Inline(size) => Some(size),
            Form::Absent | Form::Url => None,
        }
    }
}

/// The source's size; another of the same ratio; one of another ratio.
const SIZES: [Size; 3] = [(40, 30), (80, 60), (40, 31)];

fn forms() -> Vec<Form> {
    let known = SIZES.into_iter().flat_map(|size| [Form::File(size), Form::Inline(size)]);
    [Form::Absent, Form::Url].into_iter().chain(known).collect()
}

fn files() -> MemoryFiles {
    let mut files = MemoryFiles::new();
    for (width, height) in SIZES {
        files.insert(format!("{width}x{height}.png"), png(width, height));
    }
    files
}

fn same_ratio(one: Size, other: Size) -> bool {
    u64::from(one.0) * u64::from(other.1) == u64::from(other.0) * u64::from(one.1)
}

/// The mismatches that facts.md 1.1 and 2.2 ask for, as `constraint pointer`.
fn expected(source: Form, static_mask: Form, masks: [Form; 2]) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |constraint: &str, pointer: String| told.push(format!("{constraint} {pointer}"));
    if let (Some(mask), Some(image)) = (static_mask.size(), source.size())
        && mask != image
    {
        tell("static-mask-size", "/static_mask".into());
    }
    let alike = static_mask.size().or_else(|| masks.iter().find_map(|mask| mask.size()));
    for (index, mask) in masks.into_iter().filter(|mask| *mask != Form::Absent).enumerate() {
        let Some(size) = mask.size() else { continue };
        let pointer = format!("/dynamic_masks/{index}/mask");
        if alike.is_some_and(|alike| size != alike) {
            tell("dynamic-mask-size", pointer.clone());
        }
        if source.size().is_some_and(|image| !same_ratio(size, image)) {
            tell("dynamic-mask-ratio", pointer);
        }
    }
    told.sort();
    told
}

fn body(endpoint: &str, source: Form, static_mask: Form, masks: [Form; 2]) -> Value {
    let mut body = match endpoint {
        "image2video" => json!({"model_name": "kling-v1", "image": source.text()}),
        _ => json!({
            "model_name": "kling-v1-6", "duration": "5", "prompt": "They wave.",
            "image_list": [{"image": source.text()}, {"image": "https://cdn.kling.ai/b.png"}],
        }),
    };
    if let Some(mask) = static_mask.text() {
        body["static_mask"] = mask.into();
    }
    let masks: Vec<Value> = masks
        .into_iter()
        .filter_map(Form::text)
        .map(|mask| json!({"mask": mask, "trajectories": [{"x": 0, "y": 0}, {"x": 40, "y": 30}]}))
        .collect();
    if !masks.is_empty() {
        body["dynamic_masks"] = masks.into();
    }
    body
}

#[test]
fn masks_in_every_mix() {
    let mut compared = 0;
    for endpoint in ["image2video", "multi-image2video"] {
        let linter =
            Linter::builder().endpoint(endpoint).files(files()).build().expect("an endpoint");
        for source in forms().into_iter().filter(|form| *form != Form::Absent) {
            for static_mask in forms() {
                for first in forms() {
                    for second in
                        [Form::Absent, Form::Url, Form::File(SIZES[0]), Form::Inline(SIZES[1])]
                    {
                        let masks = [first, second];
                        let report = linter.lint_value(&body(endpoint, source, static_mask, masks));
                        let mut told: Vec<String> = report
                            .findings()
                            .iter()
                            .filter(|finding| finding.rule.name == "mask-mismatch")
                            .map(|finding| {
                                let constraint = finding.constraint.as_deref().unwrap_or_default();
                                let name = constraint.rsplit('/').next().unwrap_or_default();
                                format!("{name} {}", finding.pointer)
                            })
                            .collect();
                        told.sort();
                        let case = (endpoint, source, static_mask, masks);
                        assert_eq!(told, expected(source, static_mask, masks), "{case:?}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 3000, "{compared}");
}

/// Facts 1.1: a mismatch of the static mask is documented; 1.2: which image it belongs to is not.
#[test]
fn a_static_mask_is_an_error_where_the_page_names_the_image() {
    for (endpoint, severity) in
        [("image2video", Severity::Error), ("multi-image2video", Severity::Warning)]
    {
        let linter =
            Linter::builder().endpoint(endpoint).files(files()).build().expect("an endpoint");
        let masks = [Form::Absent; 2];
        let report =
            linter.lint_value(&body(endpoint, Form::File(SIZES[0]), Form::Inline(SIZES[1]), masks));
        let found = report.findings().iter().find(|it| it.rule.name == "mask-mismatch");
        assert_eq!(found.map(|finding| finding.severity), Some(severity), "{endpoint}");
    }
}

/// Points count from a corner, and both edges belong to the picture.
#[test]
fn points_against_a_file_and_inline() {
    for source in [Form::File(SIZES[0]), Form::Inline(SIZES[0]), Form::Url] {
        for (x, y, inside) in
            [(0, 0, true), (40, 30, true), (41, 0, false), (0, 31, false), (-1, 5, false)]
        {
            let mask = source.text();
            let body = json!({
                "model_name": "kling-v1", "image": source.text(),
                "dynamic_masks": [{"mask": mask, "trajectories": [{"x": 1, "y": 1}, {"x": x, "y": y}]}],
            });
            let linter = Linter::builder().files(files()).build().expect("no options");
            let report = linter.lint_value(&body);
            let told = report.findings().iter().any(|it| it.rule.name == "point-outside");
            assert_eq!(told, !inside && source != Form::Url, "{source:?} {x} {y}");
        }
    }
}

#[test]
fn points_are_shown_as_they_are_written() {
    let mut files = MemoryFiles::new();
    files.insert("600x600.png", png(600, 600));
    let linter = Linter::builder().endpoint("image2video").files(files).build().expect("a linter");
    for (x, shown) in [
        ("1e400".to_owned(), "(1e400, 5)"),
        ("-9223372036854775809".to_owned(), "(-9223372036854775809, 5)"),
        (format!("6{}1", "0".repeat(300)), "0…, 5)"),
    ] {
        let points = format!(r#"[{{"x": 1, "y": 1}}, {{"x": {x}, "y": 5}}]"#);
        let report = linter.lint_str(&format!(
            r#"{{"image": "600x600.png", "dynamic_masks": [{{"trajectories": {points}}}]}}"#
        ));
        let found = report.findings().iter().find(|it| it.rule.name == "point-outside");
        let message = &found.expect("a point outside").message;
        assert!(message.contains(shown) && message.len() < 200, "{message}");
    }
}
