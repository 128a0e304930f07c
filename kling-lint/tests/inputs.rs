//! Inputs that a case file cannot hold: pipes, folders without permission, odd names, very long lines.

#![cfg(feature = "cli")]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the command in a folder.
fn lint<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the command writes UTF-8")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

/// What names a request's endpoint, from the table.
fn endpoint() -> &'static str {
    kling_schema::rows::all()[0].endpoint
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_refused_without_waiting_for_a_writer() {
    let folder = folder();
    let made = Command::new("mkfifo").arg(folder.path().join("pipe.json")).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let output = lint(folder.path(), &["pipe.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "kling-lint: pipe.json: is a named pipe, not a file; use `-` to read standard input\n"
    );
    let output = lint(folder.path(), &["."]);
    assert_eq!(output.status.code(), Some(2), "a folder's pipes are no requests");
    assert_eq!(
        text(&output.stderr),
        "kling-lint: no request found: the folder holds no JSON file\n"
    );
}

/// What a media file is, its name says or its first bytes; neither makes a pipe worth waiting for.
#[cfg(unix)]
#[test]
fn a_named_pipe_is_no_media_file() {
    let folder = folder();
    for name in ["pipe.png", "pipe"] {
        let made = Command::new("mkfifo").arg(folder.path().join(name)).status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        let output = lint(folder.path(), &[name]);
        assert_eq!(output.status.code(), Some(2));
        let told = text(&output.stderr);
        assert!(told.starts_with(&format!("kling-lint: {name}: is a named pipe")), "{told}");
    }
}

/// Only the beginning is read, however large a file is.
#[test]
fn a_media_file_of_a_terabyte_is_judged_at_once() {
    let folder = folder();
    let path = folder.path().join("large.gif");
    write(&path, "GIF89a");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
    if file.set_len(1 << 40).is_err() {
        return; // not every disk takes such a file
    }
    let output = lint(folder.path(), &["--format=json", "large.gif"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let media = &told["inputs"][0]["media"];
    assert_eq!(media["content"], "GIF");
    assert_eq!(media["bytes"], 1_u64 << 40);
}

#[test]
fn a_media_file_is_told_once_and_a_folder_of_them_is_no_request() {
    let folder = folder();
    write(&folder.path().join("a.gif"), "GIF89a");
    let output = lint(folder.path(), &["--format=json", "a.gif", "./a.gif", "a.gif"]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["counts"]["checked"], 1);
    let output = lint(folder.path(), &["."]);
    assert_eq!(output.status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_its_own_error() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder();
    let locked = folder.path().join("locked");
    std::fs::create_dir(&locked).expect("a folder");
    write(&folder.path().join(format!("a.{}.json", endpoint())), "{}");
    let permit = |mode| {
        std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode)).expect("a mode");
    };
    permit(0o000);
    let readable_all_the_same = std::fs::read_dir(&locked).is_ok();
    let output = lint(folder.path(), &["--format=json", "."]);
    permit(0o755);
    if readable_all_the_same {
        return; // root reads everything
    }
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).ends_with("locked: permission denied\n"));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["counts"]["checked"], 1, "the others are checked");
    assert_eq!(told["counts"]["unreadable"], 1);
}

#[cfg(target_os = "linux")]
#[test]
fn odd_names_are_escaped_and_read() {
    use std::os::unix::ffi::OsStrExt as _;

    let folder = folder();
    let name = format!("a\u{1b}[2J\n.{}.json", endpoint());
    let mut bytes = b"\xff".to_vec();
    bytes.extend_from_slice(name.as_bytes());
    write(&folder.path().join(OsStr::from_bytes(&bytes)), "[]");
    for format in ["human", "concise", "json"] {
        let named = [OsStr::new("--format"), OsStr::new(format), OsStr::from_bytes(&bytes)];
        let walked =
            [OsStr::new("--format"), OsStr::new(format), OsStr::new("."), OsStr::new("-v")];
        for output in [lint(folder.path(), &named), lint(folder.path(), &walked)] {
            for stream in [&output.stdout, &output.stderr] {
                assert!(!text(stream).contains('\u{1b}'), "{format}");
            }
        }
        let output = lint(folder.path(), &named);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains('\u{fffd}'), "{format}");
    }
}

#[test]
fn a_finding_on_a_line_of_40_mb_prints_little() {
    let folder = folder();
    let name = format!("a.{}.json", endpoint());
    let image = "A".repeat(40_000_000);
    let request = format!("{{\"image\": \"{image}\", \"prompt\": \"{}\"}}", "x".repeat(10_000));
    write(&folder.path().join(&name), &request);
    let output = lint(folder.path(), &["--format=json", &name]);
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = told["inputs"][0]["findings"].as_array().map_or(0, Vec::len);
    assert!(findings > 0);
    for arguments in [&["-v", &name][..], &["-v", "--color=always", &name]] {
        let output = lint(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.len() < 2048 * findings, "{} bytes", output.stdout.len());
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_is_followed_when_it_is_named() {
    let folder = folder();
    let name = format!("a.{}.json", endpoint());
    write(&folder.path().join("a.txt"), "[]");
    std::os::unix::fs::symlink("a.txt", folder.path().join(&name)).expect("a link");
    assert_eq!(lint(folder.path(), &[&name]).status.code(), Some(1));
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let folder = folder();
    for number in 0..2000 {
        write(&folder.path().join(format!("{number}.{}.json", endpoint())), "{ broken");
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .arg(".")
        .current_dir(folder.path())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(output.status.code(), Some(1));
}

/// A sparse file of a terabyte costs nothing to make, and would take half an hour to read.
#[test]
fn a_request_of_a_terabyte_is_not_read() {
    let folder = folder();
    let path = folder.path().join("long.json");
    write(&path, r#"{"image": ""#);
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
    if file.set_len(1 << 40).is_err() {
        println!("skipped: files cannot be that long here");
        return;
    }
    let output = lint(folder.path(), &["--format", "concise", "--endpoint", endpoint(), "."]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let output = lint(folder.path(), &["--format", "concise", "long.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stdout),
        "long.json:1:1: error[KL0107 too-large] the input is larger than 1 GiB; the request was not checked\n"
    );
}

/// Whoever writes a request a line may wait for the answer to one before writing the next, however
/// long it is.
#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(["--format=concise", "--jsonl", "--jobs=3", "-q", "-"])
        .args(["--endpoint", endpoint()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for (number, blanks) in [1, 20_000, 0, 300_000, 5].into_iter().enumerate() {
        writeln!(stdin, "[{}7]", " ".repeat(blanks)).expect("the command reads");
        stdin.flush().expect("the command reads");
        let answer = answers.next().expect("an answer").expect("text");
        assert!(answer.starts_with(&format!("<stdin>:{}:", number + 1)), "{answer}");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("an end").code(), Some(1));
}

/// Bytes of the request that look like colours, or like nothing at all, are its own.
#[test]
fn what_is_not_repaired_is_handed_on_byte_for_byte() {
    let folder = folder();
    let request = |text: &[u8]| [b"{\"prompt\": \"", text, b"\", \"mode\": null}\n"].concat();
    for request in [
        request(b"\x7f"),
        request(b"\x9b31m\xff"),
        request("\u{9b}31m猫".as_bytes()),
        b"\x1b[31mnonsense\x1b]0;x\x07\x00".to_vec(),
    ] {
        for color in ["--color=never", "--color=always", "--color=auto"] {
            let mut child = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
                .args(["--fix", color, "--endpoint", endpoint(), "-"])
                .current_dir(folder.path())
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("the command runs");
            let mut stdin = child.stdin.take().expect("a pipe");
            stdin.write_all(&request).expect("the command reads");
            drop(stdin);
            let output = child.wait_with_output().expect("an end");
            let kept = |byte: &u8| byte.is_ascii_control() || !byte.is_ascii();
            let kept = |text: &[u8]| text.iter().copied().filter(kept).collect::<Vec<u8>>();
            assert_eq!(kept(&output.stdout), kept(&request), "{color}");
        }
    }
}

/// What was held back and then found no room is no success.
#[cfg(target_os = "linux")]
#[test]
fn a_report_that_finds_no_room_is_a_failure() {
    let folder = folder();
    let name = format!("a.{}.json", endpoint());
    write(&folder.path().join(&name), "[]");
    for format in ["human", "concise", "json", "github"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let output = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
            .args(["--format", format, "-q", &name])
            .current_dir(folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .output()
            .expect("the command runs");
        assert_eq!(output.status.code(), Some(2), "{format}");
        let told = "kling-lint: cannot write the result: no space left on device\n";
        assert_eq!(text(&output.stderr), told, "{format}");
    }
}
