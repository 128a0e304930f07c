//! One request a line: whole processes over a file of 100,000 lines, beside `cat` of the same file
//! and `serde_json` over the same lines.
//!
//! `cargo bench -p kling-lint --bench lines`; read the ratios, not the times.

use std::hint::black_box;
use std::process::{Command, Stdio};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kling_lint::Linter;

const LINES: usize = 100_000;

/// Requests as people write them, each with an id of its own.
fn lines() -> String {
    let mut text = String::new();
    for number in 0..LINES {
        text.push_str(&format!(
            r#"{{"model_name": "kling-v1-6", "duration": "5", "image_list": [{{"image": "https://cdn.acme-studio.net/stills/astronaut-{number}-01.jpg"}}, {{"image": "https://cdn.acme-studio.net/stills/astronaut-{number}-02.png"}}], "prompt": "The astronauts got up and left, slowly, while the camera pulls back and the dust settles on what they leave behind: a flag, two cameras, a mirror, the tracks of a car.", "negative_prompt": "blurry, low quality, distorted hands", "mode": "std", "cfg_scale": 0.5, "callback_url": "https://hooks.acme-studio.net/kling", "external_task_id": "astronauts-{number}"}}"#
        ));
        text.push('\n');
    }
    text
}

fn benches(c: &mut Criterion) {
    let text = lines();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.jsonl");
    std::fs::write(&path, &text).expect("a file");
    let mut group = c.benchmark_group("100,000 lines");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let mut process = |name: &str, program: &str, options: &[&str]| {
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let mut command = Command::new(program);
                command.args(options).arg(&path).stdout(Stdio::null());
                assert!(command.status().expect("a process").success());
            });
        });
    };
    let ours = env!("CARGO_BIN_EXE_kling-lint");
    process("kling-lint, 1 thread", ours, &["--jobs=1"]);
    process("kling-lint, 2 threads", ours, &["--jobs=2"]);
    process(
        "kling-lint, 1 thread, endpoint named",
        ours,
        &["--jobs=1", "--endpoint=multi-image2video"],
    );
    process("cat", "cat", &[]);
    group.bench_function("the library", |bench| {
        bench.iter(|| {
            let each = |_, report| {
                black_box(report);
            };
            let lines = black_box(text.as_bytes());
            Linter::new().session().lint_jsonl(lines, None, each).expect("memory is read");
        });
    });
    group.bench_function("serde_json Value", |bench| {
        bench.iter(|| {
            for line in black_box(&text).lines() {
                let value: serde_json::Value = serde_json::from_str(line).expect("valid JSON");
                black_box(value);
            }
        });
    });
    group.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default().sample_size(10);
    targets = benches
}
criterion_main!(all);
