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
    let (jobs, format) = (format!("--jobs={jobs}"), format!("--format={format}"));
    let paths = [folder.as_os_str().to_owned(), folder.join("b.jsonl").into()];
    let words = ["kling-lint", "-v", &jobs, &format].into_iter().chain(more.iter().copied());
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
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn threads_change_nothing(
        files in proptest::collection::vec((0..4usize, proptest::collection::vec(0..LINES.len(), 0..12)), 1..12),
        jobs in 2..6usize,
        format in 0..3usize,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("b.jsonl"), LINES.join("\n")).expect("a file");
        for (index, (kind, lines)) in files.iter().enumerate() {
            let lines: Vec<&str> = lines.iter().map(|line| LINES[*line]).collect();
            let (name, text) = match kind {
                0 => (format!("{index}.jsonl"), lines.join("\n")),
                // Several chunks.
                1 => (format!("{index}.jsonl"), (lines.join("\r\n") + &" ".repeat(200_000) + "\n").repeat(3)),
                2 => (format!("{index}.json"), format!("[{}]", lines.join(","))),
                _ => (format!("{index}.json"), lines.first().copied().unwrap_or("[]").to_owned()),
            };
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let format = ["human", "concise", "json"][format];
        let alone = told(folder.path(), format, 1, &[]);
        prop_assert_eq!(told(folder.path(), format, jobs, &[]), alone);
    }
}

#[test]
fn a_file_met_twice_is_told_once() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("b.jsonl"), LINES[..2].join("\n")).expect("a file");
    for jobs in [1, 4] {
        let (_, out, err) = told(folder.path(), "concise", jobs, &[]);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert!(err.ends_with("1 error in 1 of 2 requests\n"), "{err}");
    }
}

#[test]
fn a_file_passed_over_is_told_when_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("b.jsonl"), LINES[3]).expect("a file");
    for jobs in [1, 4] {
        let (_, out, err) = told(folder.path(), "concise", jobs, &[]);
        assert!(out.contains("unknown-endpoint"), "{out}");
        assert!(err.ends_with("\n1 error\n"), "{err}");
        let (_, out, err) = told(folder.path(), "concise", jobs, &["--skip-unknown"]);
        assert_eq!(out, "");
        assert!(err.ends_with("nothing to check: 1 JSON file is no Kling request\n"), "{err}");
    }
}
