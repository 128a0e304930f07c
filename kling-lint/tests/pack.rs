//! `kling-lint pack` with real files, pipes, links and full disks.

#![cfg(feature = "cli")]

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A PNG of 300 × 300 pixels, followed by what makes it this long.
fn png(len: usize) -> Vec<u8> {
    const PNG: &[u8] = include_bytes!("cmd/inputs/pack/pictures/cat.png");
    let noise = (0_u32..).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8);
    PNG.iter().copied().chain(noise).take(len.max(PNG.len())).collect()
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn command<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kling-lint"));
    command.arg("pack").args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

fn pack<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    command(folder, arguments).output().expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the command writes UTF-8")
}

fn base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

#[expect(clippy::disallowed_methods, reason = "tests read what was written whole")]
fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).expect("a file")
}

/// What lies in a folder, temporary files included.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

const SMALL: (&str, &[u8]) = ("cat.image2video.json", b"{\"image\": \"cat.png\"}\n");

#[test]
fn a_request_with_pictures_in_many_forms() {
    let (one, two) = (png(3_000_000), png(100_001));
    let inline = base64(&png(0));
    let request = format!(
        "{{\r\n\t\"subject_image_list\" : [\r\n  {{\"subject_image\":\"p/one.png\"}},\r\n  \
         {{ \"subject_image\":\"p\\/one\\u002epng\" }},{{\"subject_image\":\"{inline}\"}},\r\n  \
         {{\"subject_image\":\"https://cdn.kling.ai/a.png\"}}],\r\n\"style_image\":\"./two.png\",\
         \"prompt\":\"\\ud83d\\ude00 \u{5b57}\",\"n\":1.0}}\r\n"
    );
    let folder = folder(&[("r.json", request.as_bytes()), ("p/one.png", &one), ("two.png", &two)]);
    let output = pack(folder.path(), &["r.json"]);
    let expected = request
        .replace("p/one.png", &base64(&one))
        .replace("p\\/one\\u002epng", &base64(&one))
        .replace("./two.png", &base64(&two));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stdout == expected.as_bytes());
    let said = text(&output.stderr);
    let last =
        format!("packed 3 files, 6,100,001 bytes; body of {} bytes\n", grouped(expected.len()));
    assert!(said.ends_with(&last), "{said}");

    // What was packed can be sent.
    fs::write(folder.path().join("body.multi-image2image.json"), &output.stdout).expect("a file");
    let wire = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(["--wire", "-q", "body.multi-image2image.json"])
        .current_dir(folder.path())
        .output()
        .expect("the command runs");
    assert_eq!(wire.status.code(), Some(0), "{}", text(&wire.stdout));
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    groups.map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(",")
}

#[test]
fn a_file_takes_its_place_when_it_is_whole() {
    let image = png(500);
    let folder = folder(&[SMALL, ("cat.png", &image), ("old.json", b"old")]);
    let expected = text(SMALL.1).replace("cat.png", &base64(&image));
    for target in ["new.json", "old.json"] {
        let output = pack(folder.path(), &["-q", "-o", target, SMALL.0]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!((text(&output.stdout), text(&output.stderr)), (String::new(), String::new()));
        assert_eq!(text(&read(folder.path().join(target))), expected);
    }
    assert_eq!(names(folder.path()), [SMALL.0, "cat.png", "new.json", "old.json"]);
}

#[cfg(unix)]
#[test]
fn a_new_file_is_like_any_other_and_an_old_one_keeps_its_mode() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let folder = folder(&[SMALL, ("cat.png", &png(500)), ("plain", b""), ("sub/old", b"")]);
    let at = |name: &str| folder.path().join(name);
    let mode = |name: &str| fs::metadata(at(name)).expect("a file").permissions().mode() & 0o777;
    let permit = |name: &str, mode| {
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).expect("a mode");
    };
    permit("sub/old", 0o640);
    symlink("sub/old", at("link")).expect("a link");
    for target in ["new", "link"] {
        let output = pack(folder.path(), &["-o", target, SMALL.0]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
    assert_eq!(mode("new"), mode("plain"));
    assert_eq!(mode("sub/old"), 0o640);
    assert!(at("link").is_symlink(), "a link stays one");
    assert!(read(at("sub/old")).starts_with(b"{\"image\""));

    permit("new", 0o400);
    let output = pack(folder.path(), &["-q", "-o", "new", SMALL.0]);
    assert_eq!(output.status.code(), Some(2), "renaming would not ask");
    assert_eq!(text(&output.stderr), "kling-lint: cannot write new: permission denied\n");
}

#[cfg(unix)]
#[test]
fn neither_the_request_nor_its_files_are_written_over() {
    let image = png(500);
    let folder = folder(&[SMALL, ("cat.png", &image)]);
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink(SMALL.0, at("link.json")).expect("a link");
    fs::hard_link(at(SMALL.0), at("hard.json")).expect("a link");
    fs::hard_link(at("cat.png"), at("hard.png")).expect("a link");
    let before = names(folder.path());
    for target in [SMALL.0, "link.json", "hard.json", "cat.png", "hard.png"] {
        let output = pack(folder.path(), &["-o", target, SMALL.0]);
        assert_eq!(output.status.code(), Some(2), "{target}");
        let told = text(&output.stderr);
        assert!(told.ends_with("; write to another file\n"), "{told}");
    }
    // The same through the shell's redirections.
    let append = || fs::OpenOptions::new().append(true).open(at(SMALL.0)).expect("a file");
    let output = command(folder.path(), &[SMALL.0]).stdout(append()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "kling-lint: the output is the request itself\n");
    let request = fs::OpenOptions::new().read(true).open(at(SMALL.0)).expect("a file");
    let output = command(folder.path(), &["--endpoint=image2video", "-", "-o", "link.json"])
        .stdin(request)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));

    assert_eq!(read(at(SMALL.0)), SMALL.1);
    assert_eq!(read(at("cat.png")), image);
    assert_eq!(names(folder.path()), before);
}

#[test]
fn nothing_is_left_of_a_request_that_is_refused() {
    let folder = folder(&[SMALL, ("old.json", b"old")]);
    let output = pack(folder.path(), &["-o", "old.json", SMALL.0]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(read(folder.path().join("old.json")), b"old");
    assert_eq!(names(folder.path()), [SMALL.0, "old.json"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_root_that_is_no_folder_is_said() {
    let folder = folder(&[SMALL]);
    let output = pack(folder.path(), &["--root", SMALL.0, SMALL.0]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert_eq!(told, format!("kling-lint: {}: not a directory\n", SMALL.0));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let folder = folder(&[SMALL, ("cat.png", &png(500_000))]);
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let output = command(folder.path(), &[SMALL.0]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert_eq!(told, "kling-lint: cannot write the result: no space left on device\n");

    let output = pack(folder.path(), &[SMALL.0, "-o", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr);
    assert_eq!(told, "kling-lint: cannot write /dev/full: no space left on device\n");

    let output = pack(folder.path(), &[SMALL.0, "-q", "-o", "/dev/null"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    assert!(!Path::new("/dev/null").is_file(), "a device is never replaced");
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let folder = folder(&[SMALL, ("cat.png", &png(3_000_000))]);
    let mut child = spawn(folder.path(), &[SMALL.0]);
    let mut out = child.stdout.take().expect("a pipe");
    out.read_exact(&mut [0; 10]).expect("the beginning");
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn a_picture_that_grows_meanwhile_makes_no_whole_body() {
    let folder = folder(&[SMALL, ("cat.png", &png(3_000_000))]);
    let mut child = spawn(folder.path(), &[SMALL.0]);
    let mut out = child.stdout.take().expect("a pipe");
    let mut body = vec![0; 10];
    out.read_exact(&mut body).expect("the beginning");
    let image = fs::OpenOptions::new().append(true).open(folder.path().join("cat.png"));
    image.expect("a file").write_all(b"more").expect("room");
    out.read_to_end(&mut body).expect("the rest");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "kling-lint: cannot pack: \"cat.png\" changed after it was checked; what was written is cut \
         short\n"
    );
    assert!(serde_json::from_slice::<serde_json::Value>(&body).is_err());
}

fn spawn<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Child {
    command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs")
}

#[test]
fn standard_input_may_be_long() {
    let inline = base64(&png(3_000_000));
    let request = format!("{{\"image\": \"{inline}\", \"image_tail\": \"cat.png\"}}");
    let folder = folder(&[("cat.png", &png(500))]);
    let mut child = spawn(folder.path(), &["--endpoint", "image2video", "-"]);
    let mut stdin = child.stdin.take().expect("a pipe");
    let text = request.clone();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("a thread").expect("all of it is read");
    assert!(output.stdout == request.replace("cat.png", &base64(&png(500))).as_bytes());
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_flat() {
    const LEN: u64 = 60 << 20;
    let request = "{\"prompt\":\"x\",\"subject_image_list\":[{\"subject_image\":\"big.png\"},{\"subject_image\":\"big.png\"}]}";
    let folder = folder(&[("r.json", request.as_bytes()), ("big.png", &png(500))]);
    // A file with a hole: it takes no room on the disk.
    let big = fs::OpenOptions::new().write(true).open(folder.path().join("big.png"));
    big.expect("a file").set_len(LEN).expect("a long file");

    let mut child = spawn(folder.path(), &["-q", "r.json"]);
    let mut out = child.stdout.take().expect("a pipe");
    let body = request.len() as u64 + 2 * (LEN.div_ceil(3) * 4 - "big.png".len() as u64);
    // With so much to come it cannot be done yet: what a pipe holds is far less.
    let copied = std::io::copy(&mut (&mut out).take(body - (1 << 20)), &mut std::io::sink());
    assert_eq!(copied.expect("most of the body"), body - (1 << 20));
    let status = text(&read(format!("/proc/{}/status", child.id())));
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    let kilobytes: u64 = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    let rest = std::io::copy(&mut out, &mut std::io::sink());
    assert_eq!(rest.expect("the rest"), 1 << 20);
    drop(out);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(kilobytes < 32 << 10, "{kilobytes} KiB for a body of {body} bytes");
}
