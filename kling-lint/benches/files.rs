//! Local images, header by header, beside a floor (open, look at the length, read 4 KiB, close) and two
//! peers that read headers too: the crates `imagesize` and `image`. All in images a second.
//!
//! `cargo bench -p kling-lint --bench files` prints one group; read the ratios, not the times. The
//! peers tell width and height; the linter opens each file beneath a root, checks that it is a file
//! that does not change, and judges format, name, bytes, pixels, ratio and animation in a request.

use std::fs;
use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kling_lint::{Linter, LocalFiles};

/// How many files there are.
const FILES: usize = 2_000;
/// About how many bytes each has: the size of a picture on the web.
const BYTES: usize = 100_000;

/// How many a request names: the most that an endpoint takes.
const AT_ONCE: usize = 4;

/// Sound pictures of the fixtures, again and again, each padded behind its end.
#[expect(clippy::disallowed_methods, reason = "fixtures are read whole")]
fn corpus(folder: &Path) -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/media/images");
    let pictures: Vec<(String, Vec<u8>)> = [
        "baseline.jpg",
        "progressive.jpg",
        "exif-thumbnail.jpg",
        "icc.jpg",
        "4000x1600.jpg",
        "cmyk-adobe.jpg",
        "4000x1600.png",
        "palette.png",
        "deep-16.png",
        "metadata.png",
    ]
    .into_iter()
    .map(|name| (name.to_owned(), fs::read(fixtures.join(name)).expect("a fixture")))
    .collect();
    (0..FILES)
        .map(|index| {
            let (name, bytes) = &pictures[index % pictures.len()];
            let mut bytes = bytes.clone();
            bytes.resize(bytes.len().max(BYTES), 0);
            let path = folder.join(format!("{index}-{name}"));
            fs::write(&path, bytes).expect("a file");
            path
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "the floor is what the system does")]
fn files(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let paths = corpus(folder.path());
    let root = LocalFiles::beneath(folder.path()).expect("a root");
    let linter =
        Linter::builder().endpoint("multi-image2video").files(root).build().expect("an endpoint");
    let requests: Vec<String> = paths
        .chunks(AT_ONCE)
        .map(|paths| {
            let images = paths.iter().filter_map(|path| path.file_name());
            let images =
                images.map(|name| format!(r#"{{"image": "./{}"}}"#, name.to_string_lossy()));
            let images = images.collect::<Vec<_>>().join(", ");
            format!(r#"{{"image_list": [{images}], "prompt": "The cats meet."}}"#)
        })
        .collect();

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
