//! A team switches the linter on in a repository full of old requests: config, baseline, two commands.

#![cfg(feature = "cli")]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs the command in a folder.
fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kling-lint"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .expect("the command runs")
}

/// Status, standard output and standard error.
fn told<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> (i32, String, String) {
    let output = run(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
    (output.status.code().expect("a status"), text(&output.stdout), text(&output.stderr))
}

/// Bad requests of the fixtures, some in files whose names are hard on a baseline.
fn repository(files: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/requests/invalid");
    let mut written = 0;
    for endpoint in ["image2video", "multi-image2image", "multi-image2video", "omni-video"] {
        let into = folder.path().join("requests").join(endpoint);
        fs::create_dir_all(&into).expect("a folder");
        let mut names: Vec<PathBuf> = fs::read_dir(fixtures.join(endpoint))
            .expect("fixtures")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension() == Some(OsStr::new("json")))
            .collect();
        names.sort();
        for path in names.iter().take(files.div_ceil(4)) {
            let name = format!("짧 \"{written}\" 😀.json");
            let name = match path.file_name() {
                Some(plain) if cfg!(windows) || written % 10 != 0 => plain.to_os_string(),
                _ => name.into(),
            };
            fs::copy(path, into.join(name)).expect("a copy");
            written += 1;
        }
    }
    assert_eq!(written, files);
    folder
}

#[expect(clippy::disallowed_methods, reason = "a baseline of a few lines")]
fn read(path: &Path) -> String {
    String::from_utf8(fs::read(path).expect("a file")).expect("UTF-8")
}

const BASELINE: &str = "kling-lint-baseline.json";

#[test]
fn a_hundred_files_are_adopted_in_two_commands() {
    let folder = repository(100);
    let folder = folder.path();
    let (before, ..) = told(folder, &["--format=concise", "."]);
    assert_eq!(before, 1);

    let (status, out, err) = told(folder, &["baseline", "write"]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    let (status, out, err) = told(folder, &["-v", "--format=concise", "--fail-on=info", "."]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("findings in the baseline\n"), "{err}");

    // The same from anywhere, by any path, and in any folder the repository is moved to.
    let requests = folder.join("requests");
    assert_eq!(told(&requests, &["--fail-on=info", "../requests", "./omni-video"]).0, 0);
    let absolute = requests.as_os_str();
    assert_eq!(told(folder, &[OsStr::new("--fail-on=info"), absolute]).0, 0);

    // Writing it again changes nothing.
    let first = read(&folder.join(BASELINE));
    assert_eq!(told(folder, &["baseline", "write", "requests", "requests/omni-video"]).0, 0);
    assert_eq!(read(&folder.join(BASELINE)), first);
    assert_eq!(told(folder, &["baseline", "prune"]).0, 0);
    assert_eq!(read(&folder.join(BASELINE)), first);
    // One finding a line, sorted.
    let lines: Vec<&str> = first.lines().collect();
    // Every other file of the fixtures is the repaired twin of a bad one.
    assert!(lines.len() > 50, "{first}");
    assert!(lines[1..lines.len() - 1].iter().all(|line| line.starts_with("  {\"file\":")));
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("a file");
}

const OLD: &str =
    "{\"image\": \"https://cdn.acme.io/cat.png\", \"duration\": 5, \"cfg_scale\": \"x\"}";

#[test]
fn new_findings_are_told_and_old_ones_are_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let request = folder.join("cat.image2video.json");
    write(&request, OLD);
    let check = || told(folder, &["--format=concise", "."]);
    assert_eq!(check().0, 1);
    assert_eq!(
        told(folder, &["baseline", "write"]).2,
        format!("kling-lint: wrote {BASELINE}: 2 findings in 1 file\n")
    );
    assert_eq!(
        check(),
        (
            0,
            String::new(),
            "checked 1 request: no errors, no warnings\n2 findings in the baseline\n".into()
        )
    );

    // Moved about in the file: the same.
    write(&request, &OLD.replace(", ", ",\n\n    "));
    assert_eq!(check().0, 0);
    // Another value: new. The old one is gone.
    write(&request, &OLD.replace(" 5", " 7"));
    let (status, out, err) = check();
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    assert!(out.contains("`duration` must be a string"), "{out}");
    assert_eq!(
        err,
        format!(
            "1 error\n1 finding in the baseline\nkling-lint: 1 finding of {BASELINE} is gone: \
                 `kling-lint baseline prune` takes it out\n"
        )
    );
    // Pruning never adds.
    assert_eq!(
        told(folder, &["baseline", "prune"]).2,
        format!("kling-lint: took 1 finding out of {BASELINE}: 1 finding left\n")
    );
    assert_eq!(check().0, 1);
    // Another file: new.
    write(&request, OLD);
    assert_eq!(told(folder, &["baseline", "write", "-q"]).2, "");
    fs::copy(&request, folder.join("dog.image2video.json")).expect("a copy");
    assert_eq!(check().1.lines().count(), 2);
    // A file that is no more.
    fs::remove_file(&request).expect("it is there");
    let (status, _, err) = check();
    assert_eq!(status, 1);
    assert!(err.contains("2 findings of kling-lint-baseline.json are gone"), "{err}");
    assert_eq!(
        told(folder, &["baseline", "prune"]).2,
        format!("kling-lint: took 2 findings out of {BASELINE}: 0 findings left\n")
    );
}

#[test]
fn the_same_finding_twice_counts_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let request = folder.join("cat.image2video.json");
    let body = |extra: &str| format!("{{\"image\": \"https://cdn.acme.io/cat.png\"{extra}}}");
    let one = ", \"prompt\": \"a\"";
    write(&request, &body(&one.repeat(2)));
    assert_eq!(told(folder, &["baseline", "write"]).0, 0);
    assert_eq!(told(folder, &["--fail-on=info", "."]).0, 0);
    write(&request, &body(&one.repeat(3)));
    let (status, out, _) = told(folder, &["--format=concise", "--fail-on=info", "."]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
}

#[test]
fn writing_some_files_keeps_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for name in ["a.image2video.json", "b.image2video.json"] {
        write(&folder.join(name), OLD);
    }
    assert_eq!(told(folder, &["baseline", "write"]).0, 0);
    let first = read(&folder.join(BASELINE));
    assert_eq!(told(folder, &["baseline", "write", "a.image2video.json"]).0, 0);
    assert_eq!(read(&folder.join(BASELINE)), first);
    // What cannot be read leaves it as it was.
    let (status, _, err) = told(folder, &["baseline", "write", "none.json", "."]);
    assert_eq!(status, 2);
    assert_eq!(
        err,
        format!(
            "kling-lint: none.json: no such file or folder\nkling-lint: {BASELINE} is left as it was\n"
        )
    );
    assert_eq!(read(&folder.join(BASELINE)), first);
}

#[test]
fn the_config_holds_for_its_folder_from_wherever_it_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let deep = folder.join("requests/deep");
    fs::create_dir_all(&deep).expect("folders");
    write(
        &folder.join("kling-lint.toml"),
        "[endpoints]\n\"requests/**/*.json\" = \"image2video\"\n\
         [[ignore]]\nfiles = [\"deep/\"]\nrules = [\"wrong-type\"]\n",
    );
    write(&deep.join("a.json"), OLD);
    assert_eq!(told(folder, &["."]).0, 0);
    assert_eq!(told(&deep, &["a.json"]).0, 0);
    assert_eq!(told(&folder.join("requests"), &["--format=concise", "deep/a.json"]).0, 0);
    // The top of a repository is where the search ends.
    fs::create_dir(deep.join(".git")).expect("a folder");
    assert_eq!(told(&deep, &["--endpoint=image2video", "a.json"]).0, 1);
    // A baseline stands beside the config.
    fs::remove_dir(deep.join(".git")).expect("a folder");
    write(&folder.join("requests/b.json"), OLD);
    assert_eq!(told(&deep, &["baseline", "write"]).0, 0);
    assert!(folder.join(BASELINE).is_file());
    assert_eq!(told(folder, &["."]).0, 0);
}

#[test]
fn what_show_config_prints_is_a_config_that_says_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let config = "fail-on = \"never\"\nstrict = true\nwire = true\nroot = \"a\\\\b \\\"é\\u202e\"\n\
                  exclude = [\"a/\", \"**/*.x.json\"]\nmodels = [\"kling-v9\"]\n\
                  [severity]\ntoo-long = \"off\"\n\"omni-video/prompt/max-chars\" = \"info\"\n\
                  [endpoints]\n\"z*\" = \"omni-video\"\n\"a*\" = \"image2video\"\n\
                  [[ignore]]\nfiles = [\"a\"]\npointers = [\"/**\", \"/a/*\"]\nrules = [\"KL1001\"]\n\
                  [[ignore]]\nrules = [\"too-short\", \"KL1002\"]\n\
                  [house]\nomni-video = \"p.json\"\n";
    write(&folder.join("kling-lint.toml"), config);
    let (status, first, err) = told(folder, &["--show-config"]);
    assert_eq!((status, err.as_str()), (0, ""));
    write(&folder.join("kling-lint.toml"), &first);
    let (_, second, _) = told(folder, &["--show-config"]);
    let without_lines = |text: &str| {
        let lines =
            text.lines().map(|line| line.split("  #").next().unwrap_or_default().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(without_lines(&first), without_lines(&second));
    let table = |text: &str| text.parse::<toml::Table>().expect("TOML");
    assert_eq!(table(&first)["root"], table(config)["root"]);
    assert_eq!(table(&first)["house"], table(config)["house"]);
}

#[test]
fn a_config_of_forty_megabytes_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write(&folder.join("kling-lint.toml"), &"# nothing\n".repeat(4_000_000));
    let (status, _, err) = told(folder, &["."]);
    assert_eq!(status, 2);
    assert_eq!(err, "kling-lint: kling-lint.toml: is larger than 1 MiB, so it is no config\n");
    fs::write(folder.join("kling-lint.toml"), b"# a\n\xff\n").expect("a file");
    let (_, _, err) = told(folder, &["."]);
    assert_eq!(err, "kling-lint: kling-lint.toml:2: not TOML: the bytes are not UTF-8\n");
}
