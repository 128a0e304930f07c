//! Files that are fixed: what they are beside their text stays, and nothing is ever half written.

#![cfg(feature = "cli")]
#![cfg(unix)]

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const FAULTY: &str = "{\"image\": \"https://cdn.acme.io/a.png\", \"duration\": 5}\n";
const FIXED: &str = "{\"image\": \"https://cdn.acme.io/a.png\", \"duration\": \"5\"}\n";

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kling-lint"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

fn fix(folder: &Path, name: &str) -> (Output, String) {
    let output = command(folder, &["--fix", name]).output().expect("the command runs");
    let said = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    (output, said)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(path: &Path) -> String {
    #[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
    std::fs::read_to_string(path).expect("a file")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> = entries
        .map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn permissions_are_kept_and_nothing_is_left_behind() {
    let folder = folder();
    let path = folder.path().join("a.image2video.json");
    std::fs::write(&path, FAULTY).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("a mode");
    let (output, said) = fix(folder.path(), "a.image2video.json");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(said, "kling-lint: fixed 1 finding in 1 file\n");
    assert_eq!(text(&path), FIXED);
    assert_eq!(std::fs::metadata(&path).expect("a file").mode() & 0o777, 0o640);
    assert_eq!(names(folder.path()), ["a.image2video.json"]);
}

#[test]
fn a_file_without_faults_is_not_written() {
    let folder = folder();
    let path = folder.path().join("a.image2video.json");
    std::fs::write(&path, FIXED).expect("a file");
    let before = std::fs::metadata(&path).expect("a file").ino();
    let (output, _) = fix(folder.path(), "a.image2video.json");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(std::fs::metadata(&path).expect("a file").ino(), before);
}

#[test]
fn a_link_stays_one_and_its_file_is_fixed() {
    let folder = folder();
    let path = folder.path().join("a.json");
    std::fs::write(&path, FAULTY).expect("a file");
    let link = folder.path().join("link.image2video.json");
    symlink("a.json", &link).expect("a link");
    let (output, _) = fix(folder.path(), "link.image2video.json");
    assert_eq!(output.status.code(), Some(0));
    assert!(link.symlink_metadata().expect("a link").is_symlink());
    assert_eq!(text(&path), FIXED);
}

#[test]
fn other_names_of_a_file_keep_its_text() {
    let folder = folder();
    let (path, other) = (folder.path().join("a.image2video.json"), folder.path().join("b"));
    std::fs::write(&path, FAULTY).expect("a file");
    std::fs::hard_link(&path, &other).expect("a link");
    let (output, said) = fix(folder.path(), "a.image2video.json");
    assert_eq!(output.status.code(), Some(0));
    assert!(said.contains("other names (hard links) keep the text as it was"), "{said}");
    assert_eq!((text(&path), text(&other)), (FIXED.into(), FAULTY.into()));
}

#[test]
fn a_file_that_may_not_be_written_is_not() {
    let folder = folder();
    let path = folder.path().join("a.image2video.json");
    std::fs::write(&path, FAULTY).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("a mode");
    let (output, said) = fix(folder.path(), "a.image2video.json");
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("a.image2video.json: not fixed: it is read-only"), "{said}");
    assert_eq!(text(&path), FAULTY);
    assert_eq!(names(folder.path()), ["a.image2video.json"]);
}

#[test]
fn what_is_no_request_is_left_alone() {
    let folder = folder();
    let config = "{\n  // settings\n  \"strict\": true,\n}\n";
    std::fs::write(folder.path().join("tsconfig.json"), config).expect("a file");
    std::fs::write(folder.path().join("a.image2video.json"), FAULTY).expect("a file");
    for name in [".", "tsconfig.json"] {
        let (_, said) = fix(folder.path(), name);
        assert!(!said.contains("tsconfig"), "{said}");
        assert_eq!(text(&folder.path().join("tsconfig.json")), config);
    }
    assert_eq!(text(&folder.path().join("a.image2video.json")), FIXED);
}

/// Killed at any time, the file is what it was or what it is to be.
#[test]
fn a_kill_leaves_no_half_file() {
    let folder = folder();
    let path = folder.path().join("a.image2video.json");
    let text = |duration: &str| {
        let image = "QUJD".repeat(1 << 20);
        format!("{{\"image\": \"{image}\", \"duration\": {duration}}}")
    };
    let (faulty, fixed) = (text("5"), text("\"5\""));
    for delay in [0, 5, 10, 20, 40, 80, 160, 320] {
        std::fs::write(&path, &faulty).expect("a file");
        let mut command = command(folder.path(), &["--fix", "-q", "a.image2video.json"]);
        let mut child = command.stdout(Stdio::null()).spawn().expect("the command runs");
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().expect("a signal");
        child.wait().expect("an end");
        #[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
        let now = std::fs::read_to_string(&path).expect("a file");
        assert!(now == faulty || now == fixed, "half a file after {delay} ms");
    }
    for name in names(folder.path()) {
        assert!(name == "a.image2video.json" || name.starts_with(".kling-lint-"), "{name}");
    }
}

#[test]
fn many_fixes_that_are_held_back_are_told_in_few_lines() {
    let folder = folder();
    let long = "x".repeat(501);
    let item = format!("{{\"image\": \"https://cdn.acme.io/a.png\", \"promt\": \"{long}\"}}");
    let text = format!("[{}]", vec![item; 40].join(",\n"));
    std::fs::write(folder.path().join("a.image2video.json"), &text).expect("a file");
    let (_, said) = fix(folder.path(), "a.image2video.json");
    let lines: Vec<_> = said.lines().collect();
    assert!(lines[0].contains("a.image2video.json:1:41: not fixed: rename the key"), "{said}");
    let rest = "a.image2video.json: 30 more not fixed: that would bring KL2001 too-long";
    assert_eq!(lines.get(10), Some(&&*format!("kling-lint: {rest}")), "{said}");
    assert_eq!(lines.len(), 11, "{said}");
}
