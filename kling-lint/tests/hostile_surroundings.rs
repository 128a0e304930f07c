//! What surrounds a run, made to break it: streams that are closed, a folder that is gone, an
//! environment and arguments that are no text, few open files, no place for temporary ones.

#![cfg(feature = "cli")]
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

const FORMATS: [&str; 8] =
    ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"];
/// Two findings a line.
const LINE: &str = "{\"image\":\"https://cdn.acme.io/a.png\",\"duration\":5,\"mode\":\"x\"}\n";

/// A folder with a request, lines, and a picture.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.image2video.json"), LINE).expect("a request");
    fs::write(folder.path().join("l.image2video.jsonl"), LINE.repeat(200)).expect("lines");
    folder
}

/// Runs the command behind a line of the shell, where it is `"$@"`.
#[track_caller]
fn run<S: AsRef<OsStr>>(
    folder: &Path,
    line: &str,
    variables: &[(&str, OsString)],
    arguments: &[S],
) -> (i32, String) {
    let output = Command::new("sh")
        .args(["-c", line, "sh", env!("CARGO_BIN_EXE_kling-lint")])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let said = String::from_utf8(output.stderr).expect("the command writes UTF-8");
    let told = String::from_utf8(output.stdout).expect("the command writes UTF-8");
    assert!(!said.contains("panicked"), "{line}: {said}");
    let forges = |it: char| it.is_control() && it != '\n';
    assert!(!said.chars().chain(told.chars()).any(forges), "{line}: {said}{told}");
    let status = output.status.code();
    assert!(status.is_some_and(|status| status <= 2), "{line}: {:?} {said}", output.status);
    (status.unwrap_or(3), said)
}

#[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("a file")
}

#[test]
fn streams_that_are_full_closed_or_left() {
    let folder = folder();
    for format in FORMATS {
        let format = format!("--format={format}");
        for (line, expected) in [
            ("exec \"$@\" > /dev/full", Some(2)),
            ("exec \"$@\" >&-", None),
            ("exec \"$@\" <&- >&- 2>&-", None),
            ("\"$@\" | head -c 1 > /dev/null", Some(0)),
        ] {
            for input in ["a.image2video.json", "l.image2video.jsonl"] {
                let (status, said) = run(folder.path(), line, &[], &[&format, input]);
                assert!(expected.is_none_or(|it| it == status), "{format} {line}: {status} {said}");
            }
        }
    }
    for arguments in [&["-"][..], &["--fix", "-"], &["--jsonl", "-"], &["pack", "-", "-o", "-"]] {
        run(folder.path(), "exec \"$@\" <&-", &[], arguments);
        run(folder.path(), "exec \"$@\" < .", &[], arguments);
    }
    let left = read(&folder.path().join("a.image2video.json"));
    assert_eq!(left, LINE.as_bytes(), "nothing was written into what was open in a stream's place");
}

/// A report that waits for its end needs no temporary folder, and is the same without.
#[test]
fn a_folder_for_temporary_files_that_is_none() {
    let folder = folder();
    let lines = LINE.repeat(4_000);
    fs::write(folder.path().join("l.image2video.jsonl"), lines).expect("lines");
    for place in ["/nonexistent", "", "/dev/null", "/proc"] {
        for (name, place) in [("0", "/tmp"), ("1", place)] {
            let line = format!("\"$@\" > {name}");
            let arguments = ["--format=junit", "l.image2video.jsonl"];
            let (_, said) = run(folder.path(), &line, &[("TMPDIR", place.into())], &arguments);
            assert!(said.contains("8,000 errors") || said.is_empty(), "{said}");
        }
        let [one, other] = ["0", "1"].map(|name| read(&folder.path().join(name)));
        assert!(one.len() > 1 << 19 && one == other, "TMPDIR={place}");
    }
}

#[test]
fn a_current_folder_that_is_gone() {
    let folder = folder();
    let request = folder.path().join("a.image2video.json");
    let request = request.to_str().expect("text");
    for arguments in [
        &["."][..],
        &["a.json"],
        &["--show-config"],
        &["--format=sarif", request],
        &["baseline", "write"],
        &["init", "."],
        &["pack", request, "-o", "-"],
    ] {
        let line = "mkdir -p gone && cd gone && rmdir ../gone && exec \"$@\"";
        run(folder.path(), line, &[], arguments);
    }
}

#[test]
fn variables_and_arguments_that_are_no_text() {
    let folder = folder();
    let odd = OsString::from_vec(b"\xff\x1b[31m\n::error::x".to_vec());
    for name in ["KLING_LINT_FORMAT", "NO_COLOR", "TERM", "LANG", "HOME", "TMPDIR", "COLUMNS", "CI"]
    {
        run(folder.path(), "exec \"$@\"", &[(name, odd.clone())], &["a.image2video.json"]);
    }
    let join = |before: &str| {
        let mut argument = OsString::from(before);
        argument.push(&odd);
        argument
    };
    for arguments in [
        vec![odd.clone()],
        vec![join("--format=")],
        vec![join("--output=json="), "a.image2video.json".into()],
        vec![join("--jobs="), ".".into()],
        vec!["--endpoint".into(), odd.clone(), ".".into()],
        vec!["explain".into(), odd.clone()],
        vec!["--config".into(), odd.clone(), ".".into()],
        vec!["--root".into(), odd.clone(), ".".into()],
        vec!["--stdin-filename".into(), odd.clone(), "-".into()],
        vec!["".into()],
        vec!["--".into(), "-".into()],
    ] {
        run(folder.path(), "exec \"$@\"", &[], &arguments);
    }
}

#[test]
fn few_open_files_and_many_arguments() {
    let folder = folder();
    let deep = folder.path().join("d/".repeat(100));
    fs::create_dir_all(&deep).expect("folders");
    fs::write(deep.join("a.image2video.json"), LINE).expect("a request");
    for most in [8, 16] {
        let (status, said) =
            run(folder.path(), &format!("ulimit -n {most}; exec \"$@\""), &[], &["."]);
        assert_eq!(status, 1, "{said}");
    }
    let many = vec!["a.image2video.json"; 10_000];
    let (_, said) = run(folder.path(), "exec \"$@\" --format=concise", &[], &many);
    assert!(said.contains("2 errors"), "it is told once: {said}");
}
