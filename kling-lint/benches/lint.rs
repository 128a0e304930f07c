//! Whole requests through the library, beside floors measured in the same run: `serde_json` building
//! a `Value` and skipping over the text, and a copy of the bytes.
//!
//! `cargo bench -p kling-lint` prints one group a workload; read the ratios, not the times.

use std::hint::black_box;
use std::io::{Cursor, Read as _};

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

fn benches(c: &mut Criterion) {
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
