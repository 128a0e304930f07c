//! The command over streams in memory.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};

use clap::{CommandFactory as _, Parser as _};

use super::*;

/// What came of a command line: status, standard output, standard error.
fn command<S: AsRef<OsStr>>(words: &[S], stdin: &str) -> (Status, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let status = run(parse(words), &mut stdin.as_bytes(), Output::new(&mut out), &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("the command writes UTF-8");
    (status, text(out), text(err))
}

fn parse<S: AsRef<OsStr>>(words: &[S]) -> Arguments {
    let words = words.iter().map(|word| word.as_ref().to_os_string());
    let name = std::iter::once("kling-lint".into());
    Arguments::try_parse_from(name.chain(words)).expect("a good command line")
}

/// A stream that fails from the first byte on.
struct Failing(ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn the_command_line_is_sound() {
    Arguments::command().debug_assert();
}

const WORDS: &[&str] = &[
    "a.json",
    "./b",
    "c/d.json",
    "..",
    "requests",
    "check",
    "pack",
    "help",
    "-",
    "--",
    "",
    " ",
    "-q",
    "-qv",
    "--jobs=2",
    "--color=never",
    "--help",
    "-x.json",
    "a=b.json",
    "3",
    "--jobs",
    "--format",
    "json",
    "-o",
    "--output",
    "explain",
    "schema",
    "baseline",
    "write",
    "KL2001",
];

proptest::proptest! {
    /// Plain paths are taken for what they are.
    #[test]
    fn the_short_cut_says_the_same(words in proptest::collection::vec(0..WORDS.len(), 0..8)) {
        let words = words.iter().map(|word| WORDS[*word]);
        let words = std::iter::once("kling-lint").chain(words).map(OsString::from);
        let told = |read: Result<Arguments, clap::Error>| match read {
            Ok(arguments) => format!("{arguments:?}"),
            Err(error) => error.to_string(),
        };
        let clap = told(Arguments::try_parse_from(words.clone()));
        proptest::prop_assert_eq!(told(Arguments::read(words)), clap);
    }
}

#[test]
fn no_command_is_called_like_a_path() {
    for command in every_command() {
        let names = command.get_all_aliases().chain([command.get_name()]);
        assert!(names.into_iter().all(|name| !name.contains(['.', '/'])), "{}", command.get_name());
    }
}

/// Every command, down to the last.
fn every_command() -> Vec<clap::Command> {
    let mut whole = Arguments::command();
    whole.build();
    let mut commands = Vec::new();
    let mut todo = vec![whole];
    while let Some(command) = todo.pop() {
        todo.extend(command.get_subcommands().cloned());
        commands.push(command);
    }
    commands
}

#[test]
fn help_fits_80_columns() {
    for mut command in every_command() {
        let helps = [command.render_help(), command.render_long_help()].map(|it| it.to_string());
        for line in helps.iter().flat_map(|help| help.lines()) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn help_leads_with_examples() {
    for mut command in every_command() {
        let help = command.render_help().to_string();
        let (example, usage) = (help.find("\n  kling-lint "), help.find("\nUsage:"));
        assert!(example.is_some() && example < usage, "{help}");
    }
}

#[test]
fn examples_are_command_lines() {
    for mut command in every_command() {
        let help = command.render_help().to_string();
        for line in help.split("\nUsage:").next().into_iter().flat_map(str::lines) {
            let Some((_, example)) = line.split_once("kling-lint ") else { continue };
            // Before the words that say what it does, and before another program.
            let example = example.split("  ").next().unwrap_or_default();
            let example = example.split(['|', '>', ')']).next().unwrap_or_default();
            let words = std::iter::once("kling-lint").chain(example.split_whitespace());
            let parsed = Arguments::try_parse_from(words);
            assert!(parsed.is_ok() || !line.starts_with("  "), "{line}: {parsed:?}");
        }
    }
}

#[test]
fn a_reader_that_left_is_no_failure() {
    let several = [
        &["rules"][..],
        &["explain", "--all"],
        &["--format=json", "-"],
        &["-"],
        &["schema", "--profile", "openapi-3.1"],
        &["types", "ts"],
        &["completions", "bash"],
        &["man"],
    ];
    for words in several {
        let mut err = Vec::new();
        let out = Output::new(Failing(ErrorKind::BrokenPipe));
        let status = run(parse(words), &mut "[]".as_bytes(), out, &mut err);
        assert_ne!(status, Status::Failed, "{words:?}");
        assert!(err.is_empty(), "{words:?}");
    }
}

#[test]
fn a_full_disk_is_a_failure() {
    let mut err = Vec::new();
    let out = Output::new(Failing(ErrorKind::StorageFull));
    assert_eq!(run(parse(&["rules"]), &mut io::empty(), out, &mut err), Status::Failed);
    assert!(String::from_utf8_lossy(&err).starts_with("kling-lint: cannot write the result: "));
}

#[test]
fn nobody_listening_is_no_failure() {
    let mut out = Vec::new();
    let err = Failing(ErrorKind::BrokenPipe);
    let status = run(parse(&["none.json"]), &mut io::empty(), Output::new(&mut out), err);
    assert_eq!(status, Status::Failed, "because of the missing file only");
}

/// How many requests are checked and passed over when these paths are given.
fn counts(paths: &[&Path]) -> (u64, u64) {
    let mut words = vec![OsStr::new("--format=json")];
    words.extend(paths.iter().map(|path| path.as_os_str()));
    let (_, out, _) = command(&words, "");
    let told: serde_json::Value = serde_json::from_str(&out).expect("a JSON document");
    let count = |name: &str| told["counts"][name].as_u64().expect("a count");
    (count("checked"), count("skipped"))
}

#[test]
fn a_request_reached_twice_is_checked_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let endpoint = kling_schema::rows::all()[0].endpoint;
    let file = folder.path().join(format!("a.{endpoint}.json"));
    std::fs::write(&file, "{}").expect("a file");
    let again = folder.path().join(".").join(format!("a.{endpoint}.json"));
    assert_eq!(counts(&[folder.path(), &file, &again, folder.path()]), (1, 0));
}

#[test]
fn a_file_that_a_folder_passes_over_is_checked_when_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.json");
    std::fs::write(&file, "[]").expect("a file");
    assert_eq!(counts(&[folder.path(), folder.path()]), (0, 1));
    assert_eq!(counts(&[&file, folder.path()]), (1, 0));
    assert_eq!(counts(&[folder.path(), &file]), (1, 0));
}

#[test]
fn an_option_before_the_command_is_no_mistake() {
    let (_, expected, _) = command(&["check", "-q", "-"], "[]");
    let (_, found, err) = command(&["-q", "check", "-"], "[]");
    assert_eq!(found, expected);
    assert_eq!(err, "");
}

/// What is in a folder, and what it says.
#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn contents(folder: &Path) -> std::collections::BTreeMap<std::path::PathBuf, String> {
    let mut contents = std::collections::BTreeMap::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a text");
                contents.insert(path, text);
            }
        }
    }
    contents
}

#[test]
fn a_second_init_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = folder.path().join("new");
    let words = [OsStr::new("init"), new.as_os_str()];
    let (status, told, _) = command(&words, "");
    assert_eq!(status, Status::Clean, "{told}");
    let first = contents(&new);
    assert_eq!(first.len(), 4 + kling_schema::endpoints::ENDPOINTS.len(), "{told}");
    let (status, told, _) = command(&words, "");
    assert_eq!(status, Status::Clean);
    assert!(told.lines().all(|line| line.starts_with("left")), "{told}");
    assert_eq!(contents(&new), first);
    // Nothing that it writes is in the way of a check.
    assert_eq!(counts(&[&new]), (1, 0));
}

#[test]
fn init_touches_nothing_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("kling-lint.toml");
    std::fs::write(&config, "strict = true\n").expect("a file");
    std::fs::write(folder.path().join(".vscode"), "in the way").expect("a file");
    let (status, told, err) = command(&[OsStr::new("init"), folder.path().as_os_str()], "");
    assert_eq!(status, Status::Failed, "{told}");
    assert!(err.contains("cannot write "), "{err}");
    let contents = contents(folder.path());
    assert_eq!(contents[&config], "strict = true\n");
    assert_eq!(contents[&folder.path().join(".vscode")], "in the way");
    // What could be written is there.
    assert!(contents.contains_key(&folder.path().join("kling/cat.omni-video.json")));
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = folder.path().join("new");
    let words = [OsStr::new("init"), new.as_os_str(), OsStr::new("--dry-run")];
    assert_eq!(command(&words, "").0, Status::Clean);
    assert!(!new.exists());
}

/// A folder with a faulty request, and the words that name what stands in it.
fn faulty() -> (tempfile::TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.image2video.json"), "{\"image\": 7}").expect("a file");
    let path = folder.path().to_path_buf();
    (folder, move |word| word.replace("DIR", &path.to_string_lossy()))
}

/// What stands in a folder.
fn names(folder: &Path) -> Vec<OsString> {
    let files = folder.read_dir().expect("a folder");
    let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
    names.sort();
    names
}

#[test]
fn files_have_no_colours_and_replace_what_was_there() {
    let (folder, word) = faulty();
    let out = folder.path().join("out");
    std::fs::write(&out, "a longer report than any other ".repeat(100)).expect("a file");
    let words = ["DIR", "--color=always", "--output=human=DIR/out"].map(word);
    let (status, stdout, _) = command(&words, "");
    assert_eq!((status, stdout.as_str()), (Status::Findings, ""));
    let report = std::io::read_to_string(crate::fs::open::open(&out).expect("a file"));
    let report = report.expect("text");
    assert!(report.starts_with("error[KL") && !report.contains('\u{1b}'), "{report}");
    assert!(!report.contains("a longer report"), "{report}");
}

#[test]
fn a_reader_that_left_does_not_keep_files_from_being_written() {
    let (folder, word) = faulty();
    let words = ["DIR", "--output=concise", "--output=jsonl=DIR/out"].map(word);
    let out = Output::new(Failing(ErrorKind::BrokenPipe));
    assert_eq!(run(parse(&words), &mut io::empty(), out, Vec::new()), Status::Findings);
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn after_a_failure_nothing_is_half_written() {
    let (folder, word) = faulty();
    let before = names(folder.path());
    let words = ["DIR", "--output=concise", "--output=jsonl=DIR/out"].map(&word);
    let out = Output::new(Failing(ErrorKind::StorageFull));
    assert_eq!(run(parse(&words), &mut io::empty(), out, Vec::new()), Status::Failed);
    assert_eq!(names(folder.path()), before);

    let words = ["DIR", "--output=sarif=DIR/new", "--output=jsonl=DIR/none/out"].map(&word);
    let (status, _, err) = command(&words, "");
    assert_eq!(status, Status::Failed);
    assert!(err.ends_with("out: no such folder\n"), "{err}");
    assert_eq!(names(folder.path()), before);

    let words = ["DIR", "--output=sarif=DIR/a.image2video.json"].map(&word);
    let (status, _, err) = command(&words, "");
    assert_eq!(status, Status::Failed);
    assert!(err.contains("this is a file to check"), "{err}");
    assert_eq!(names(folder.path()), before);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_does_not_fit_is_a_failure() {
    let (_folder, word) = faulty();
    let (status, _, err) = command(&["DIR", "--output=sarif=/dev/full"].map(word), "");
    assert_eq!(status, Status::Failed);
    assert_eq!(err, "kling-lint: cannot write the result: /dev/full: no space left on device\n");
}
