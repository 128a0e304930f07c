//! `kling-lint schema` and `kling-lint types` with real files.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const EVERYTHING: [&str; 5] = ["schema", "--all", "--profile", "all", "--out"];

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kling-lint"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.output().expect("the command runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("the command writes UTF-8")
}

/// What the command says when it ends so.
fn told(output: &Output, status: i32) -> (&str, &str) {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{out}{err}");
    (out, err)
}

#[expect(clippy::disallowed_methods, reason = "tests read what was written whole")]
fn read(path: impl AsRef<Path>) -> Vec<u8> {
    fs::read(path).expect("a file")
}

/// What lies in a folder, temporary files included.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

/// Where the generated files are kept.
fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../kling-schema/schemas")
}

#[test]
fn the_committed_files_are_up_to_date() {
    let schemas = run(&committed(), &[&EVERYTHING[..], &[".", "--check"]].concat());
    let types = run(&committed(), &["types", "ts", "--out", "kling.d.ts", "--check"]);
    let (schemas, types) = (text(&schemas.stdout), text(&types.stdout));
    assert!(schemas.is_empty() && types.is_empty(), "run `.ci/export`:\n{schemas}{types}");
}

#[test]
fn no_committed_file_is_left_over() {
    let folder = tempfile::tempdir().expect("a folder");
    told(&run(folder.path(), &[&EVERYTHING[..], &["."]].concat()), 0);
    told(&run(folder.path(), &["types", "ts", "--out", "kling.d.ts"]), 0);
    assert_eq!(names(&committed()), names(folder.path()));
}

#[test]
fn only_what_changed_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = || run(folder.path(), &["schema", "--all", "--out", "a/b"]);
    let check = || run(folder.path(), &["schema", "--all", "--out", "a/b", "--check"]);
    let place = folder.path().join("a/b");

    let missing = check();
    let (out, _) = told(&missing, 1);
    assert_eq!(out.lines().filter(|line| line.ends_with(": missing")).count(), 4, "{out}");
    assert!(names(folder.path()).is_empty(), "--check writes nothing");

    assert_eq!(told(&write(), 0), ("", "kling-lint: wrote 4 files\n"));
    assert_eq!(told(&check(), 0), ("", "kling-lint: 4 files are up to date\n"));
    let all = names(&place);
    assert_eq!(all.len(), 4);

    // The others keep their bytes, even line ends of another system.
    let mut files = all.iter().map(|name| place.join(name));
    let (Some(first), Some(second)) = (files.next(), files.next()) else { panic!("four files") };
    let whole = read(&first);
    fs::write(&first, &whole[..whole.len() / 2]).expect("a file");
    let windows = text(&read(&second)).replace('\n', "\r\n");
    fs::write(&second, &windows).expect("a file");
    let stale = check();
    let (out, _) = told(&stale, 1);
    assert!(out.ends_with(": stale\n") && out.lines().count() == 1, "{out}");
    assert_eq!(told(&write(), 0).1, "kling-lint: wrote 1 of 4 files; the others were up to date\n");
    assert_eq!(read(&first), whole);
    assert_eq!(read(&second), windows.as_bytes());
    assert_eq!(names(&place), all, "no temporary file is left");
}

#[test]
fn nothing_is_written_when_one_file_cannot_be() {
    let folder = tempfile::tempdir().expect("a folder");
    told(&run(folder.path(), &["schema", "--all", "--out", "all"]), 0);
    let last = names(&folder.path().join("all")).pop_last().expect("a name");
    fs::create_dir_all(folder.path().join("out").join(&last)).expect("a folder");
    let output = run(folder.path(), &["schema", "--all", "--out", "out"]);
    let (out, err) = told(&output, 2);
    assert_eq!(out, "");
    assert!(err.contains(&last) && err.ends_with("nothing was written\n"), "{err}");
    assert_eq!(names(&folder.path().join("out")), BTreeSet::from([last]));
}

#[test]
fn a_folder_that_cannot_be_is_a_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "").expect("a file");
    for out in ["file", "file/below"] {
        for check in [&[][..], &["--check"]] {
            let words = [&["schema", "--all", "--out", out], check].concat();
            let output = run(folder.path(), &words);
            let (out, err) = told(&output, 2);
            assert!(out.is_empty() && err.contains("file"), "{err}");
        }
    }
    assert_eq!(names(folder.path()), BTreeSet::from(["file".into()]));
}

/// By its name no schema is taken for a request.
#[test]
fn schemas_beside_requests_are_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    told(&run(folder.path(), &[&EVERYTHING[..], &["."]].concat()), 0);
    told(&run(folder.path(), &["schema", "--all", "--closed", "--out", "."]), 0);
    fs::write(folder.path().join("a.omni-video.json"), r#"{"prompt": "A cat."}"#).expect("a file");
    let output = run(folder.path(), &["--format", "json", "."]);
    let report: Value = serde_json::from_str(told(&output, 0).0).expect("a report");
    assert_eq!(report["counts"]["checked"], 1);
}

#[test]
fn an_editor_finds_the_files_of_its_setting() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["schema", "--vscode", "--out", "./my/schemas"]);
    let setting: Value = serde_json::from_str(told(&output, 0).0).expect("JSON");
    let entries = setting["json.schemas"].as_array().expect("a list");
    assert_eq!(entries.len(), 4);
    for entry in entries {
        let url = entry["url"].as_str().expect("a url");
        assert!(url.starts_with("./my/schemas/"), "{url}");
        let schema: Value =
            serde_json::from_slice(&read(folder.path().join(url))).expect("a schema");
        let globs = entry["fileMatch"].as_array().expect("a list");
        let title = schema["title"].as_str().expect("a title");
        assert!(globs.contains(&format!("*.{title}.json").into()), "{globs:?}");
        assert!(globs.contains(&format!("{title}/*.json").into()), "{globs:?}");
        assert!(!names(&folder.path().join("my/schemas")).contains(&format!("{title}.json")));
    }
}

#[test]
fn a_setting_without_files_holds_the_schemas() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(folder.path(), &["schema", "--vscode", "omni-video"]);
    let setting: Value = serde_json::from_str(told(&output, 0).0).expect("JSON");
    assert_eq!(setting["json.schemas"][0]["schema"]["title"], "omni-video");
    assert_eq!(setting["json.schemas"].as_array().map(Vec::len), Some(1));
    assert!(names(folder.path()).is_empty());
}

#[test]
fn schemas_that_refuse_unknown_keys_have_files_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    told(&run(folder.path(), &["schema", "omni-video", "--out", "."]), 0);
    told(&run(folder.path(), &["schema", "omni-video", "--closed", "--out", "."]), 0);
    let schemas: Vec<Value> = names(folder.path())
        .iter()
        .map(|name| serde_json::from_slice(&read(folder.path().join(name))).expect("JSON"))
        .collect();
    let [closed, open] = &schemas[..] else { panic!("two files") };
    assert_eq!(open["additionalProperties"], Value::Null);
    assert_eq!(closed["additionalProperties"], false);
    assert_ne!(open["$id"], closed["$id"]);
}

#[test]
fn one_document_is_shown_as_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    told(&run(folder.path(), &["schema", "omni-video", "--out", "."]), 0);
    let name = names(folder.path()).pop_first().expect("a name");
    let shown = run(folder.path(), &["schema", "omni-video", "omni-video"]);
    assert_eq!(told(&shown, 0).0.as_bytes(), read(folder.path().join(name)));
    assert_eq!(shown.stdout.last(), Some(&b'\n'));

    told(&run(folder.path(), &["types", "ts", "-o", "a.d.ts"]), 0);
    let shown = run(folder.path(), &["types", "typescript"]);
    assert_eq!(told(&shown, 0).0.as_bytes(), read(folder.path().join("a.d.ts")));
}
