//! Many requests on many threads.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use proptest::prelude::*;

use crate::cli::args::Arguments;
use crate::cli::output::Output;
use crate::cli::run;

/// What came of a run over a folder, in all that can be seen of it.
fn told(folder: &Path, format: &str, jobs: usize, more: &[&str]) -> (String, String, String) {
    told_of(&[folder, &folder.join("b.jsonl")], format, jobs, more)
}

fn told_of(paths: &[&Path], format: &str, jobs: usize, more: &[&str]) -> (String, String, String) {
    let (jobs, format) = (format!("--jobs={jobs}"), format!("--format={format}"));
    let paths = paths.iter().map(|path| path.as_os_str().to_owned());
    let words = ["kling-lint", &jobs, &format].into_iter().chain(more.iter().copied());
    let arguments = words.map(Into::into).chain(paths);
    let arguments = Arguments::try_parse_from(arguments).expect("a good command line");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = run(arguments, &mut &b""[..], Output::new(&mut out), &mut err);
    let text = |bytes| {
        let text = String::from_utf8(bytes).expect("the command writes UTF-8");
        anstream::adapter::strip_str(&text).to_string()
    };
    (format!("{status:?}"), text(out), text(err))
}

const LINES: &[&str] = &[
    r#"{"image": "https://cdn.kling.ai/a.png", "external_task_id": "a"}"#,
    r#"{"image": "https://cdn.kling.ai/b.png", "external_task_id": "b", "duration": 5}"#,
    r#"{"image": "picture.png"}"#,
    r#"{"level": "info"}"#,
    r#"{"image": "#,
    r#"{"image": 7, "mode": "Pro", "cfg": 1}"#,
    "nonsense",
    "",
    "[{\"image\": 7}]",
    "{\"image\": 7}\r{\"image\": 8}",
    MANY,
];

/// Stands for a request with many findings, so that not all of a chunk are held at once.
const MANY: &str = "many";

fn line(at: usize) -> String {
    if LINES[at] != MANY {
        return LINES[at].into();
    }
    let keys: String = (0..300).map(|key| format!(", \"key{key}\": {key}")).collect();
    format!("{{\"image\": 7, \"external_task_id\": \"a\"{keys}}}")
}

/// All formats; those that are told apart come first.
const FORMATS: &[&str] =
    &["human", "concise", "json", "jsonl", "github", "sarif", "gitlab", "junit"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn threads_change_nothing(
        files in proptest::collection::vec((0..4usize, proptest::collection::vec(0..LINES.len(), 0..12)), 1..12),
        jobs in proptest::sample::select(&[2usize, 5][..]),
        format in proptest::sample::select(FORMATS),
        verbose in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let all: Vec<String> = (0..LINES.len()).map(line).collect();
        fs::write(folder.path().join("b.jsonl"), all.join("\n")).expect("a file");
        for (index, (kind, lines)) in files.iter().enumerate() {
            let lines: Vec<String> = lines.iter().map(|at| line(*at)).collect();
            let (name, text) = match kind {
                0 => (format!("{index}.jsonl"), lines.join("\n")),
                // Several chunks.
                1 => (format!("{index}.jsonl"), (lines.join("\r\n") + &" ".repeat(200_000) + "\n").repeat(3)),
                2 => (format!("{index}.json"), format!("[{}]", lines.join(","))),
                _ => (format!("{index}.json"), lines.first().cloned().unwrap_or_default()),
            };
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let more: &[&str] = if verbose { &["-v"] } else { &[] };
        let alone = told(folder.path(), format, 1, more);
        prop_assert_eq!(told(folder.path(), format, jobs, more), alone);
    }
}

/// Requests with warnings of two rules, now and then an error, and an info.
const WARNED: &[&str] = &[
    r#"{"image": "https://cdn.example.com/a.png", "external_task_id": "a", "image_tail": "https://example.org/b.png"}"#,
    r#"{"image": "https://cdn.kling.ai/a.gif"}"#,
    r#"{"image": "https://cdn.kling.ai/a.png"}"#,
    r#"{"image": "https://nas.local/a.png", "duration": 5}"#,
    r#"[{"image": "https://cdn.example.com/a.png"}, {"image": "https://cdn.kling.ai/a.png"}]"#,
];

#[test]
fn the_first_findings_of_each_rule_are_listed_and_all_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines =
        |many| -> String { (0..many).map(|at| format!("{}\n", WARNED[at * 7 % 5])).collect() };
    fs::write(folder.path().join("b.jsonl"), lines(1_000)).expect("a file");
    for at in 0..150 {
        fs::write(folder.path().join(format!("{at:03}.json")), WARNED[at % 5]).expect("a file");
    }
    let (status, out, _) = told(folder.path(), "human", 1, &[]);
    for jobs in [2, 3] {
        assert_eq!(told(folder.path(), "human", jobs, &[]).1, out);
    }
    let (all_status, all, summary) = told(folder.path(), "concise", 2, &[]);
    assert_eq!(status, all_status);
    // A place comes before a finding, or below it.
    let before = |rule: &str| -> Vec<&str> {
        all.lines().filter(|it| it.contains(rule)).filter_map(|it| it.split(": ").next()).collect()
    };
    let below = |rule: &str| -> Vec<&str> {
        let lines: Vec<&str> = out.lines().collect();
        let found = lines.windows(2).filter(|it| it[0].contains(rule));
        found.filter_map(|it| it[1].trim().strip_prefix("--> ")).collect()
    };
    let (mut listed, mut unlisted) = (0, 0);
    for (severity, rule) in [
        ("error", "KL1002 wrong-type"),
        ("warning", "KL4005 odd-host"),
        ("warning", "KL4006 odd-suffix"),
        ("warning", "KL3008 reused-id"),
    ] {
        let (first, every) = (below(&format!("{severity}[{rule}]")), before(rule));
        assert_eq!(first, every[..crate::report::FIRST], "{rule}");
        let notice = format!("only 100 of {} {severity}s {rule} are listed", every.len());
        assert!(out.contains(&notice), "{notice}: {}", &out[out.len() - 500..]);
        listed += first.len();
        unlisted += every.len() - first.len();
    }
    let number = |text: &str, severity: &str| {
        let words = [format!(": {severity}["), format!("{severity}[")];
        text.lines().filter(|it| it.starts_with(&words[1]) || it.contains(&words[0])).count()
    };
    assert!(listed == 400 && unlisted > 100);
    // The summary is the same, and those who ask for everything get it.
    let headline = summary.lines().next().expect("a summary");
    assert!(out.contains(headline), "{headline}");
    for more in [&["-v"][..], &["-q"]] {
        let (_, out, _) = told(folder.path(), "human", 2, more);
        for severity in ["error", "warning"] {
            assert_eq!(number(&out, severity), number(&all, severity));
        }
        assert!(!out.contains(" are listed"));
    }
}

#[test]
fn reports_in_files_are_those_on_standard_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let lines: Vec<String> = (0..LINES.len()).map(line).collect();
    fs::write(folder.path().join("b.jsonl"), (lines.join("\n") + "\n").repeat(4)).expect("a file");
    let reports = tempfile::tempdir().expect("a folder");
    for jobs in [1, 3] {
        // One that is told apart beside one that is not, and either on standard output.
        for formats in [["jsonl", "sarif", "json"], ["gitlab", "concise", "github"]] {
            let [first, files @ ..] = formats;
            let place = |format: &str| reports.path().join(format);
            let outputs =
                files.map(|format| format!("--output={format}={}", place(format).display()));
            let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
            let (_, out, _) = told(folder.path(), first, jobs, &outputs);
            assert!(out == told(folder.path(), first, 1, &[]).1, "{first} with others");
            for format in files {
                #[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
                let saved = fs::read_to_string(place(format)).expect("a report");
                assert!(saved == told(folder.path(), format, 1, &[]).1, "{format} in a file");
            }
        }
    }
}

#[test]
fn a_file_met_twice_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("b.jsonl"), LINES[..2].join("\n")).expect("a file");
    for jobs in [1, 4] {
        let (_, out, err) = told(folder.path(), "concise", jobs, &["-v"]);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(err.ends_with("1 error in 1 of 2 requests\n"), "{err}");
    }
}

#[test]
fn a_file_passed_over_is_told_when_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("b.jsonl"), LINES[3]).expect("a file");
    for jobs in [1, 4] {
        let (_, out, err) = told(folder.path(), "concise", jobs, &["-v"]);
        assert!(out.contains("unknown-endpoint"), "{out}");
        assert!(err.ends_with("\n1 error\n"), "{err}");
        let (_, out, err) = told(folder.path(), "concise", jobs, &["-v", "--skip-unknown"]);
        assert_eq!(out, "");
        assert!(err.ends_with("nothing to check: 1 JSON file is no Kling request\n"), "{err}");
    }
}

/// Threads that had read ahead judged what nobody wanted: as many lines as they held, at ten times the cost.
#[test]
fn what_follows_lines_that_are_no_request_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("{}{}\n", "nonsense\n".repeat(50_000), LINES[1]);
    let file = folder.path().join("a.jsonl");
    fs::write(&file, text).expect("a file");
    for jobs in [1, 4] {
        let (_, out, err) = told_of(&[&file], "concise", jobs, &[]);
        let last = out.lines().next_back().expect("findings");
        assert!(last.contains("a.jsonl:1000:"), "{last}");
        assert!(err.contains("a.jsonl:1000: 1,000 lines in a row are no request"), "{err}");
        assert!(err.contains(" in 1,000 of 1,000 requests"), "{err}");
    }
}
