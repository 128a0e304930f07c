//! Local files on a real disk: what is said of each, and that nothing outside of the root is read.

use std::fs;
use std::path::{Path, PathBuf};

use base64_simd::STANDARD;
use kling_lint::{Linter, LocalFiles, Report, Severity};
use kling_tests::png::{png, png_of};
use serde_json::json;

/// A folder with a request's folder in it.
struct Disk {
    _temporary: tempfile::TempDir,
    outer: PathBuf,
    /// Where requests stand.
    inner: PathBuf,
}

impl Disk {
    fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let outer = temporary.path().canonicalize().expect("a path");
        let inner = outer.join("requests");
        fs::create_dir(&inner).expect("a folder");
        Disk { _temporary: temporary, outer, inner }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.inner.join(name), bytes).expect("a file");
    }

    /// What is said of a request with this image.
    fn lint(&self, image: &str) -> Report {
        self.lint_with(&Linter::new(), image)
    }

    fn lint_with(&self, linter: &Linter, image: &str) -> Report {
        let request = self.inner.join("cat.image2video.json");
        let body = json!({ "image": image, "prompt": "The cat blinks." });
        fs::write(&request, body.to_string()).expect("a request");
        linter.lint_path(&request).expect("it can be read")
    }
}

/// `KL4013 error` for each finding.
fn told(report: &Report) -> Vec<String> {
    let findings = report.findings().iter();
    findings.map(|it| format!("{} {}", it.rule.id, it.severity.word())).collect()
}

#[track_caller]
fn assert_told(report: &Report, expected: &[&str]) {
    assert_eq!(told(report), expected, "{:#?}", report.findings());
    for finding in report.findings() {
        let printed = format!("{finding} {}", finding.help.as_deref().unwrap_or_default());
        assert!(printed.chars().all(|it| !it.is_control()), "{printed:?}");
        assert!(printed.len() < 600, "{printed}");
    }
}

/// A mebibyte.
const MIB: usize = 1 << 20;

/// Facts 1.0, 1.1 and 2.5, at their exact bounds, as a file and as Base64.
#[test]
fn exact_bounds_as_file_and_as_base64() {
    let disk = Disk::new();
    for (bytes, expected) in [
        (png(300, 300), &[][..]),
        (png(299, 300), &["KL4013 error"]),
        (png(300, 299), &["KL4013 error"]),
        (png(750, 300), &[]),
        (png(751, 300), &["KL4015 warning"]),
        (png(300, 750), &[]),
        (png(300, 751), &["KL4015 warning"]),
        (png(100, 300), &["KL4013 error", "KL4015 warning"]),
        (png_of(300, 300, 10_000_000), &[]),
        (png_of(300, 300, 10_000_001), &["KL4012 warning"]),
        (png_of(300, 300, 10 * MIB), &["KL4012 warning"]),
        (png_of(300, 300, 10 * MIB + 1), &["KL4011 error"]),
    ] {
        disk.write("cat.png", &bytes);
        assert_told(&disk.lint("cat.png"), expected);
        assert_told(&disk.lint("./cat.png"), expected);
        assert_told(&disk.lint(&STANDARD.encode_to_string(&bytes)), expected);
    }
}

#[test]
fn a_name_that_lies() {
    let disk = Disk::new();
    disk.write("cat.jpg", png(300, 300));
    let report = disk.lint("cat.jpg");
    assert_told(&report, &["KL4019 warning"]);
    assert_eq!(
        report.findings()[0].message,
        "`image` names \"cat.jpg\", which is PNG by content, not what `.jpg` says"
    );
    disk.write("cat.jpg", b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0");
    let report = disk.lint("cat.jpg");
    assert_told(&report, &["KL4010 error"]);
    assert_eq!(
        report.findings()[0].message,
        "`image` is WebP, though its name ends in `.jpg`; image2video takes JPG or PNG"
    );
}

#[test]
fn what_is_no_file_or_not_there() {
    let disk = Disk::new();
    disk.write("cat.jpeg", png(300, 300));
    let report = disk.lint("cat.jpg");
    assert_told(&report, &["KL4030 error"]);
    let help = report.findings()[0].help.as_deref().unwrap_or_default();
    assert!(help.contains("did you mean \"cat.jpeg\"?"), "{help}");
    disk.write("empty.png", "");
    assert_told(&disk.lint("empty.png"), &["KL4034 error"]);
    fs::create_dir(disk.inner.join("folder.png")).expect("a folder");
    assert_told(&disk.lint("folder.png"), &["KL4031 error"]);
    assert_told(&disk.lint("cat.jpeg/cat.png"), &["KL4030 error"]);
}

/// Names a stranger may write: each is refused in words that are safe to print.
#[test]
fn names_made_to_hurt() {
    let disk = Disk::new();
    for name in [
        "a\0b.png".to_owned(),
        "a\nb.png".to_owned(),
        "\u{1b}[31mred\u{202e}.png".to_owned(),
        format!("{}.png", "a".repeat(300)),
        format!("{}cat.png", "a/".repeat(1_000)),
        format!("./{}.png", "x".repeat(100_000)),
        "././././nothing.png".to_owned(),
        "./".to_owned(),
        "file:".to_owned(),
        "file:///%00.png".to_owned(),
        "file://elsewhere/cat.png".to_owned(),
        "\\\\server\\share\\cat.png".to_owned(),
        "C:\\cat.png".to_owned(),
        "~/cat.png".to_owned(),
    ] {
        let report = disk.lint(&name);
        let told = told(&report);
        let [one] = told.as_slice() else { panic!("{name:?}: {told:?}") };
        assert!(one.starts_with("KL403"), "{name:?}: {one}");
        for finding in report.findings() {
            let printed = format!("{finding} {}", finding.help.as_deref().unwrap_or_default());
            assert!(printed.chars().all(|it| !it.is_control()), "{printed:?}");
            assert!(printed.len() < 600, "{printed}");
        }
    }
}

/// Facts of a file outside of the root never show, whichever way leads there.
#[test]
fn nothing_outside_of_the_root_is_read() {
    let disk = Disk::new();
    let secret = disk.outer.join("secret.png");
    fs::write(&secret, png(10, 10)).expect("a file");
    let shown = secret.to_string_lossy().into_owned();
    let mut ways = vec!["../secret.png".into(), "../requests/../secret.png".into()];
    ways.push(shown.clone());
    ways.push(format!("file://{shown}"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, disk.inner.join("link.png")).expect("a link");
        std::os::unix::fs::symlink(&disk.outer, disk.inner.join("up")).expect("a link");
        ways.extend(["link.png".to_owned(), "up/secret.png".to_owned()]);
        ways.push("/dev/zero.png".to_owned());
    }
    for way in &ways {
        assert_told(&disk.lint(way), &["KL4033 warning"]);
    }
    // The same files, when the root holds both.
    let files = LocalFiles::beneath(&disk.outer).expect("a root");
    let linter = Linter::builder().files(files).build().expect("no options");
    for way in ways.iter().filter(|way| !way.starts_with("/dev")) {
        assert_told(&disk.lint_with(&linter, way), &["KL4013 error"]);
    }
    // And from the root itself.
    assert_told(&disk.lint_with(&linter, "secret.png"), &["KL4013 error"]);
    assert_told(&disk.lint_with(&linter, "../../secret.png"), &["KL4033 warning"]);
}

#[test]
fn absolute_paths_and_file_urls_inside_the_root_are_read() {
    let disk = Disk::new();
    disk.write("a cat.png", png(300, 299));
    let path = disk.inner.join("a cat.png").to_string_lossy().into_owned();
    let url = format!("file://{}", path.replace(' ', "%20"));
    for way in ["a cat.png", &path, &url, "file:a%20cat.png"] {
        assert_told(&disk.lint(way), &["KL4013 error"]);
    }
}

#[cfg(unix)]
#[test]
fn links_inside_the_root_are_followed_and_loops_end() {
    use std::os::unix::fs::symlink;

    let disk = Disk::new();
    disk.write("cat.png", png(300, 300));
    symlink("cat.png", disk.inner.join("same.png")).expect("a link");
    symlink("loop.png", disk.inner.join("loop.png")).expect("a link");
    assert_told(&disk.lint("same.png"), &[]);
    assert_told(&disk.lint("loop.png"), &["KL4032 error"]);
}

#[cfg(unix)]
#[test]
fn pipes_and_sockets_are_named_and_never_waited_for() {
    let disk = Disk::new();
    let _listener =
        std::os::unix::net::UnixListener::bind(disk.inner.join("socket.png")).expect("a socket");
    assert_told(&disk.lint("socket.png"), &["KL4031 error"]);
    let made = std::process::Command::new("mkfifo").arg(disk.inner.join("pipe.png")).status();
    if made.is_ok_and(|status| status.success()) {
        assert_told(&disk.lint("pipe.png"), &["KL4031 error"]);
    }
}

/// A terabyte without content: only its header is read.
#[test]
fn a_sparse_terabyte() {
    let disk = Disk::new();
    disk.write("huge.png", png(300, 300));
    let file = fs::OpenOptions::new().append(true).open(disk.inner.join("huge.png"));
    if file.and_then(|file| file.set_len(1 << 40)).is_err() {
        return;
    }
    assert_told(&disk.lint("huge.png"), &["KL4011 error"]);
}

/// What the kernel writes has no length: it is never read.
#[cfg(target_os = "linux")]
#[test]
fn the_kernels_files_are_not_read() {
    let files = LocalFiles::beneath("/proc").expect("a root");
    let linter = Linter::builder().files(files).build().expect("no options");
    let report = linter.lint_str(r#"{"image": "file:version", "prompt": "The cat blinks."}"#);
    assert_told(&report, &["KL4034 error"]);
}

#[test]
fn on_the_wire_no_file_is_read() {
    let disk = Disk::new();
    disk.write("cat.png", png(10, 10));
    let linter = Linter::builder().wire(true).build().expect("no options");
    assert_told(&disk.lint_with(&linter, "cat.png"), &["KL4004 error"]);
}

/// Without files to ask for, a path is let pass: nothing is known of it.
#[test]
fn text_alone_reads_no_files() {
    let report = Linter::new().lint_str(r#"{"image": "cat.png", "prompt": "The cat blinks."}"#);
    assert_told(&report, &[]);
    assert_eq!(report.files()[0].path, "cat.png");
    assert_eq!(report.files()[0].len, None);
}

#[test]
fn the_report_names_the_files() {
    let disk = Disk::new();
    disk.write("cat.png", png(300, 300));
    let report = disk.lint("cat.png");
    let [file] = report.files() else { panic!("{:?}", report.files()) };
    assert_eq!((file.pointer.as_str(), file.inline), ("/image", true));
    assert_eq!(file.len, Some(png(300, 300).len() as u64));
    let text = kling_tests::bytes(&disk.inner.join("cat.image2video.json"));
    let span = usize::try_from(file.span.start).expect("short")
        ..usize::try_from(file.span.end).expect("short");
    assert_eq!(&text[span], b"\"cat.png\"");
}

#[test]
fn a_root_must_be_a_folder() {
    assert!(LocalFiles::beneath(Path::new("no such folder")).is_err());
    assert!(LocalFiles::beneath(Path::new(file!())).is_err());
}

/// Tiers: multi-image2image's media rules are upstream's, so nothing is an error there.
#[test]
fn each_endpoint_has_its_tier() {
    let disk = Disk::new();
    disk.write("cat.png", png(300, 299));
    for (endpoint, item, list, severity) in [
        ("multi-image2video", "image", "image_list", Severity::Error),
        ("multi-image2image", "subject_image", "subject_image_list", Severity::Warning),
        ("omni-video", "image_url", "image_list", Severity::Error),
    ] {
        let body = json!({
            "prompt": "They wave.", "duration": "5", "model_name": "kling-v1-6",
            (list): [{ (item): "cat.png" }, { (item): "none.png" }],
        });
        let request = disk.inner.join(format!("a.{endpoint}.json"));
        fs::write(&request, body.to_string()).expect("a request");
        let report = Linter::new().lint_path(&request).expect("it can be read");
        for rule in ["too-few-pixels", "missing-file"] {
            let found = report.findings().iter().find(|finding| finding.rule.name == rule);
            assert_eq!(found.map(|it| it.severity), Some(severity), "{endpoint} {rule}");
        }
    }
}
