//! Whole requests through the library, beside floors measured in the same run: `serde_json` building
//! a `Value` and skipping over the text, and a copy of the bytes; and beside a peer: parsing, then
//! the crate `jsonschema` with the exported schemas.
//!
//! `cargo bench -p kling-lint` prints one group a workload; read the ratios, not the times.

use std::hint::black_box;
use std::io::{Cursor, Read as _};
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kling_lint::Linter;

/// A request as people write it.
fn small() -> Vec<u8> {
    br#"{
  "model_name": "kling-v1-6",
  "duration": "5",
  "image_list": [
    { "image": "https://cdn.acme-studio.net/stills/astronaut-01.jpg" },
    { "image": "https://cdn.acme-studio.net/stills/astronaut-02.png" }
  ],
  "prompt": "The astronauts got up and left, slowly, while the camera pulls back.",
  "negative_prompt": "blurry, low quality",
  "mode": "std",
  "cfg_scale": 0.5,
  "callback_url": "https://hooks.acme-studio.net/kling",
  "external_task_id": "astronauts-0001"
}
"#
    .to_vec()
}

/// A request with an inline image of this many Base64 characters: a real JPEG header, then noise.
fn inline(chars: usize) -> Vec<u8> {
    // SOI, SOF0 with 1024 x 768 in three components, then the entropy-coded part.
    let mut base64 = String::from("/9j/wAARCAMABAADASIAAhEBAxEB");
    let noise = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    while base64.len() < chars {
        base64.push_str(noise);
    }
    base64.truncate(chars / 4 * 4);
    format!(r#"{{"image": "{base64}", "prompt": "a cat", "duration": "5"}}"#).into_bytes()
}

fn workload(c: &mut Criterion, name: &str, files: &[Vec<u8>], endpoint: &str) {
    let linter = Linter::builder().endpoint(endpoint).build().expect("a covered endpoint");
    let bytes: usize = files.iter().map(Vec::len).sum();
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("kling-lint", |bench| {
        bench.iter(|| {
            for file in files {
                let report = linter.lint_reader(Cursor::new(black_box(file)), None);
                black_box(report.expect("memory can be read"));
            }
        });
    });
    group.bench_function("serde_json Value", |bench| {
        bench.iter(|| {
            for file in files {
                let value: serde_json::Value =
                    serde_json::from_slice(black_box(file)).expect("valid JSON");
                black_box(value);
            }
        });
    });
    group.bench_function("serde_json skip", |bench| {
        bench.iter(|| {
            for file in files {
                let value: serde::de::IgnoredAny =
                    serde_json::from_slice(black_box(file)).expect("valid JSON");
                black_box(value);
            }
        });
    });
    group.bench_function("copy in blocks", |bench| {
        let mut block = vec![0; 256 * 1024];
        bench.iter(|| {
            for file in files {
                let mut reader = Cursor::new(black_box(file));
                while reader.read(&mut block).expect("memory can be read") > 0 {
                    black_box(&block);
                }
            }
        });
    });
    group.finish();
}

/// An example with every field, and the same with one error.
#[expect(clippy::disallowed_methods, reason = "fixtures are read whole")]
fn examples(endpoint: &str) -> [(&'static str, Vec<u8>); 2] {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/requests");
    let read = |path: &str| std::fs::read(fixtures.join(path)).expect("a fixture");
    let good = read(&format!("valid/{endpoint}/every-field.json"));
    let mut bad: serde_json::Value = serde_json::from_slice(&good).expect("valid JSON");
    bad["callback_url"] = false.into();
    let bad = serde_json::to_vec_pretty(&bad).expect("JSON can be written");
    [("sound", good), ("with an error", bad)]
}

/// Every finding with its place, beside parsing and every error of the same schema. Compiling the
/// validator is not counted.
fn validating(c: &mut Criterion, endpoint: &str) {
    for (what, text) in examples(endpoint) {
        validating_one(c, endpoint, what, &text);
    }
}

#[expect(clippy::disallowed_methods, reason = "schemas are read whole")]
fn validating_one(c: &mut Criterion, endpoint: &str, what: &str, text: &[u8]) {
    let named = Linter::builder().endpoint(endpoint).build().expect("a covered endpoint");
    let detecting = Linter::new();
    let mut group = c.benchmark_group(format!("validate {endpoint}, {what}"));
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, linter) in
        [("kling-lint", &named), ("kling-lint, endpoint told by keys", &detecting)]
    {
        group.bench_function(name, |bench| {
            bench.iter(|| black_box(linter.lint_bytes(black_box(text))));
        });
    }
    for profile in ["2020-12", "types"] {
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kling-schema/schemas");
        let path = schemas.join(format!("kling-{endpoint}.{profile}.json"));
        let schema = std::fs::read(path).expect("an exported schema");
        let schema = serde_json::from_slice(&schema).expect("valid JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        group.bench_function(format!("serde_json and jsonschema, {profile}"), |bench| {
            bench.iter(|| {
                let value: serde_json::Value =
                    serde_json::from_slice(black_box(text)).expect("valid JSON");
                black_box(validator.iter_errors(&value).collect::<Vec<_>>());
            });
        });
    }
    group.finish();
}

fn benches(c: &mut Criterion) {
    for endpoint in ["image2video", "multi-image2video", "multi-image2image", "omni-video"] {
        validating(c, endpoint);
    }
    workload(c, "one small request", &[small()], "multi-image2video");
    workload(c, "1000 small requests", &vec![small(); 1000], "multi-image2video");
    workload(c, "40 MB inline image", &[inline(40_000_000)], "image2video");
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(20);
    targets = benches
}
criterion_main!(all);
