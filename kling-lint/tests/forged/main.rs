//! What a request, its file, a config or a policy says never passes for what the command says: over the
//! real command, in every format, read back by other people's readers.

#![cfg(feature = "cli")]
#![cfg(unix)]

mod elsewhere;
mod readers;
mod texts;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use kling_lint::printable::escape;
use proptest::prelude::*;
use readers::{Record, diff, github, gitlab, jsonl, junit, plain, sarif, string, without_colours};
use serde_json::Value;

/// The formats, all written by one run.
const FORMATS: [&str; 8] =
    ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"];

struct Told {
    status: i32,
    out: String,
    err: String,
}

/// Runs the command in a folder.
fn command<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Told {
    command_in(folder, arguments, &[])
}

/// Runs the command in a folder, with this environment.
fn command_in<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], env: &[(&str, &str)]) -> Told {
    let done = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("the command writes UTF-8");
    let status = done.status.code().expect("no signal ends it");
    Told { status, out: text(done.stdout), err: text(done.stderr) }
}

/// No line is a command to the machine that shows it.
#[track_caller]
fn no_command(what: &str, text: &str) {
    for line in text.split('\n') {
        assert!(readers::command(line).is_none(), "{what}: {line:?}");
        assert!(!readers::old_command(line), "{what}: {line:?}");
    }
}

/// What the command talks: every line is its own.
#[track_caller]
fn talk(text: &str) {
    plain("stderr", text);
    no_command("stderr", text);
    for line in text.lines() {
        let summary = |it: char| it.is_ascii_alphanumeric() || " ,:().-`".contains(it);
        let ours = line.starts_with("kling-lint: ") || line.chars().all(summary);
        assert!(ours, "{line:?} in {text:?}");
        assert!(line.len() < 4096, "{} bytes in a line", line.len());
    }
}

/// A run over these files, in every format at once; what stands in the reports of findings.
fn reports(folder: &Path, options: &[&str], paths: &[String]) -> Vec<(&'static str, String)> {
    let into = tempfile::tempdir().expect("a folder");
    let file = |format: &str| into.path().join(format);
    let mut words: Vec<String> = vec!["check".into(), "-v".into(), "--no-config".into()];
    words.extend(options.iter().map(|&it| it.to_owned()));
    words.extend(
        FORMATS.iter().map(|format| format!("--output={format}={}", file(format).display())),
    );
    words.push("--".into());
    words.extend(paths.iter().cloned());
    let told = command(folder, &words);
    assert!(told.status <= 2, "{}", told.err);
    talk(&told.err);
    assert_eq!(told.out, "", "reports are in files");
    let read = |format| {
        let file = std::fs::OpenOptions::new().read(true).open(file(format)).expect("a report");
        std::io::read_to_string(file).expect("UTF-8")
    };
    let reports: Vec<_> = FORMATS.iter().map(|&format| (format, read(format))).collect();
    for (format, text) in &reports {
        plain(format, text);
        if *format != "github" {
            no_command(format, text);
        }
    }
    reports
}

/// Findings of a report in `json`: of requests, in their order.
fn findings(report: &Value) -> Vec<(String, Value)> {
    let inputs = report["inputs"].as_array().expect("inputs");
    let of = |input: &Value| {
        let path = string(&input["path"]);
        let findings = input["findings"].as_array().cloned().unwrap_or_default();
        findings.into_iter().map(|it| (path.clone(), it)).collect::<Vec<_>>()
    };
    inputs.iter().flat_map(of).collect()
}

/// Every report has these findings and no other, and every record is one of them.
#[track_caller]
fn agree(reports: &[(&str, String)]) {
    let text = |wanted: &str| {
        let found = reports.iter().find(|(format, _)| *format == wanted);
        &*found.expect("a format").1
    };
    let json: Value = serde_json::from_str(text("json")).expect("JSON");
    let findings = findings(&json);
    let part = |of: &Value, key: &str| string(&of[key]);
    let rule = |it: &Value| part(&it["rule"], "id");
    let records: Vec<Record> =
        findings.iter().map(|(path, it)| (path.clone(), rule(it), part(it, "message"))).collect();
    let counts = &json["counts"];
    let count = |key: &str| counts[key].as_u64().expect("a count") as usize;
    assert_eq!(records.len(), count("errors") + count("warnings") + count("infos"));

    assert_eq!(jsonl(text("jsonl")), records);
    assert_eq!(gitlab(text("gitlab")), records);

    let results = sarif(text("sarif"));
    assert_eq!(results.len(), records.len());
    let bare = |text: &str| text.replace('\\', "");
    for ((id, message), (_, rule, expected)) in results.iter().zip(&records) {
        assert_eq!(id, rule);
        assert!(bare(message).starts_with(&bare(expected)), "{message:?}");
    }

    let commands = github(text("github"));
    let hidden = json["inputs"].as_array().expect("inputs").iter();
    let hidden = hidden.filter(|it| it["hidden"].as_u64().is_some_and(|many| many > 0)).count();
    assert_eq!(commands.len(), records.len() + count("unreadable") + hidden);
    let told = commands.iter().filter(|(_, properties, _)| {
        properties.iter().any(|(name, value)| name == "title" && value.starts_with("KL"))
    });
    for ((name, properties, message), (path, rule, expected)) in told.zip(&records) {
        assert!(["error", "warning", "notice"].contains(&&**name), "{name}");
        let names: Vec<_> = properties.iter().map(|(name, _)| &**name).collect();
        let all = ["file", "line", "col", "endLine", "endColumn", "title"];
        assert!(names == all || names == ["file", "line", "endLine", "title"], "{names:?}");
        assert_eq!(properties[0].1, escape(path));
        let title = &properties.last().expect("a title").1;
        assert!(title.starts_with(&format!("{rule} ")), "{title:?}");
        assert!(message.starts_with(expected), "{message:?}");
    }

    let worded = |it: &Value| {
        let (id, name) = (rule(it), part(&it["rule"], "name"));
        format!("{}[{id} {name}] {}", part(it, "severity"), part(it, "message"))
    };
    let at = |it: &Value| format!("{}:{}", it["start"]["line"], it["start"]["column"]);
    let lines: Vec<_> = text("concise").split_terminator('\n').collect();
    assert_eq!(lines.len(), findings.len());
    for (line, (path, it)) in lines.iter().zip(&findings) {
        let expected = format!("{}:{}: {}", escape(path), at(it), worded(it));
        assert_eq!(bare_name(line), expected);
    }

    let human: Vec<_> = text("human").split('\n').collect();
    let heads: Vec<_> = human
        .iter()
        .filter(|line| ["error[", "warning[", "info["].iter().any(|it| line.starts_with(it)))
        .collect();
    assert_eq!(heads.len(), findings.len(), "{human:#?}");
    for (line, (_, it)) in heads.iter().zip(&findings) {
        let head = format!("[{} {}]: ", rule(it), part(&it["rule"], "name"));
        assert!(line.contains(&head), "{line:?}");
    }
    let places = human.iter().filter(|line| line.trim_start().starts_with("--> "));
    assert_eq!(places.count(), findings.len(), "{human:#?}");

    let cases = junit(text("junit"));
    let names: BTreeSet<_> = cases.iter().map(|(name, ..)| bare_name(name)).collect();
    assert_eq!(names.len(), cases.len(), "a case a file");
    let visible = |it: &Value| {
        // What XML cannot say.
        let path = escape(&string(&it["path"]));
        path.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
    };
    let inputs = json["inputs"].as_array().expect("inputs").iter();
    let files: BTreeSet<_> = inputs.map(visible).collect();
    assert!(files.iter().all(|it| names.contains(&**it)), "{files:?} {names:?}");
    assert!(names.len() <= files.len() + count("checked"));
    assert_eq!(cases.iter().map(|(_, _, errors, _)| errors).sum::<usize>(), count("unreadable"));
    let lines = cases.iter().flat_map(|(.., text)| text.lines());
    let lines = lines.filter(|line| !line.trim().is_empty()).count();
    assert_eq!(lines, records.len() + hidden, "{}", text("junit"));
}

/// A name that would begin a line as a command has `./` before it.
fn bare_name(shown: &str) -> &str {
    shown.strip_prefix("./").unwrap_or(shown)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

/// Files whose names and texts try; one that is not there.
fn files() -> impl Strategy<Value = (Vec<(String, String)>, String)> {
    let suffix = proptest::sample::select(&[".json", ".omni-video.json", ".jsonl"][..]);
    let file = (texts::name(), suffix, texts::request());
    let file = file.prop_map(|(name, suffix, text)| (format!("{name}{suffix}"), text));
    (proptest::collection::vec(file, 1..4), texts::name().prop_map(|name| format!("{name}?.json")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_format_tells_the_same((files, missing) in files()) {
        let folder = folder();
        let mut paths: Vec<String> = Vec::new();
        for (name, text) in &files {
            write(&folder.path().join(name), text);
            if !paths.contains(name) {
                paths.push(name.clone());
            }
        }
        paths.push(missing);
        agree(&reports(folder.path(), &["--endpoint=omni-video"], &paths));
        // The folder as a whole, and whatever endpoint they are for.
        agree(&reports(folder.path(), &["--skip-unknown"], &[".".into()]));
    }

    #[test]
    fn colours_change_nothing((files, _) in files(), diffs: bool) {
        let folder = folder();
        let mut words = vec!["--no-config", "--endpoint=image2video", "-v"];
        if diffs {
            words.extend(["--diff", "--unsafe-fixes"]);
        }
        for (name, text) in &files {
            write(&folder.path().join(name), text);
        }
        let told = |colour: &str| {
            let mut words = words.clone();
            words.extend([colour, "."]);
            command(folder.path(), &words)
        };
        let (plain_, coloured) = (told("--color=never"), told("--color=always"));
        prop_assert_eq!(without_colours(&coloured.out), &*plain_.out);
        prop_assert_eq!(without_colours(&coloured.err), &*plain_.err);
        talk(&plain_.err);
        if diffs {
            // Tabs are those of the file, and so is the carriage return at a line's end.
            plain("diff", &plain_.out.replace("\r\n", "\n").replace('\t', " "));
            no_command("diff", &plain_.out);
            let (told, _) = diff(&plain_.out);
            prop_assert!(told <= files.len());
        } else {
            plain("human", &plain_.out);
            no_command("human", &plain_.out);
        }
    }
}
