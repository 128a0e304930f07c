//! Sound local images, header by header, beside a floor (open, look at the length, read 4 KiB, close) and
//! two peers that read headers too: the crates `imagesize` and `image`. All in images a second.
//!
//! `cargo bench -p kling-lint --bench files` prints one group; read the ratios, not the times. The
//! peers tell width and height; the linter opens each file beneath a root, checks that it is a file
//! that does not change, and judges format, name, bytes, pixels, ratio and animation in a request.

mod pictures;

use std::fs;
use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kling_lint::{Linter, LocalFiles};

/// How many files there are.
const FILES: usize = 2_000;
/// How many a request names: the most that an endpoint takes.
const AT_ONCE: usize = 4;

/// The pictures, again and again.
fn corpus(folder: &Path) -> Vec<PathBuf> {
    let pictures = pictures::pictures();
    let write = |(index, (suffix, bytes)): (usize, &(&str, Vec<u8>))| {
        let path = folder.join(format!("shot-{index:04}.{suffix}"));
        fs::write(&path, bytes).expect("a file");
        path
    };
    pictures.iter().cycle().take(FILES).enumerate().map(write).collect()
}

/// A request in which nothing is wrong, and that has all that people write.
fn request(paths: &[PathBuf]) -> String {
    let names = paths.iter().filter_map(|path| path.file_name());
    let images = names.map(|name| format!(r#"{{"image": "./{}"}}"#, name.to_string_lossy()));
    let images = images.collect::<Vec<_>>().join(", ");
    format!(
        r#"{{"model_name": "kling-v1-6", "image_list": [{images}], "prompt": "The cats meet.", "mode": "pro", "duration": "5"}}"#
    )
}

#[expect(clippy::disallowed_methods, reason = "the floor is what the system does")]
fn files(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = corpus(folder.path());
    let root = LocalFiles::beneath(folder.path()).expect("a root");
    let linter =
        Linter::builder().endpoint("multi-image2video").files(root).build().expect("an endpoint");
    let requests: Vec<String> = paths.chunks(AT_ONCE).map(request).collect();
    for request in &requests {
        let report = linter.lint_str(request);
        assert!(report.findings().is_empty(), "{:?}", report.findings());
        assert!(report.files().iter().all(|file| file.len.is_some()));
    }

    let mut group = c.benchmark_group("local images");
    group.throughput(Throughput::Elements(paths.len() as u64));
    group.bench_function("floor: open, fstat, read 4 KiB, close", |bench| {
        let mut buffer = [0; 4096];
        bench.iter(|| {
            for path in &paths {
                let mut file = fs::File::open(path).expect("a file");
                black_box(file.metadata().expect("its length").len());
                black_box(file.read(&mut buffer).expect("bytes"));
            }
        });
    });
    group.bench_function("kling-lint, requests of 4 images", |bench| {
        bench.iter(|| {
            for request in &requests {
                black_box(linter.lint_str(request));
            }
        });
    });
    group.bench_function("kling-lint, a media file each", |bench| {
        bench.iter(|| {
            for path in &paths {
                black_box(linter.judge_media_path(path).expect("a verdict"));
            }
        });
    });
    group.bench_function("imagesize", |bench| {
        bench.iter(|| {
            for path in &paths {
                black_box(imagesize::size(path).expect("a size"));
            }
        });
    });
    group.bench_function("image", |bench| {
        bench.iter(|| {
            for path in &paths {
                let reader = image::ImageReader::open(path).and_then(|it| it.with_guessed_format());
                let size = reader.expect("a file").into_dimensions();
                black_box(size.expect("a size"));
            }
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = files
}
criterion_main!(benches);
