//! What the command opens, under strace: what is named, and nothing else.

#![cfg(feature = "cli")]
#![cfg(target_os = "linux")]

#[path = "common/traced.rs"]
mod traced;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use traced::Traced;

/// A repository with requests, among other things of its owner.
struct Disk {
    _temporary: tempfile::TempDir,
    outer: PathBuf,
}

/// A request with this image. It has no fault but, perhaps, the image's.
fn request(image: &str) -> String {
    format!(r#"{{"model_name":"kling-v1-6","image":"{image}","prompt":"The cat yawns."}}"#)
}

impl Disk {
    fn new() -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let outer = temporary.path().canonicalize().expect("a path");
        let disk = Disk { _temporary: temporary, outer };
        for folder in ["home/.config/git", "repository/.git/info", "repository/requests/images"] {
            fs::create_dir_all(disk.path(folder)).expect("a folder");
        }
        for (name, text) in [
            // Nobody asks for these.
            (".gitignore", "*\n"),
            ("kling-lint.toml", "nonsense"),
            ("secret.png", "GIF89a"),
            ("home/secret.json", "{}"),
            ("home/.gitconfig", "[user]\n"),
            ("home/.config/git/ignore", "*.tmp\n"),
            ("repository/.git/config", "[core]\n"),
            ("repository/notes.txt", "a"),
            ("repository/requests/other.png", "GIF89a"),
            // These count.
            ("repository/.git/info/exclude", "none\n"),
            ("repository/.gitignore", "out/\n"),
            ("repository/policy.json", r#"{"properties": {"mode": {"const": "std"}}}"#),
            ("repository/kling-lint.toml", "[house]\nimage2video = \"policy.json\"\n"),
            ("repository/kling-lint-baseline.json", r#"{"version": 1, "findings": []}"#),
            ("repository/requests/images/a.png", "GIF89a"),
            ("repository/requests/a.image2video.json", &request("images/a.png")),
            ("repository/requests/b.jsonl", &format!("{}\n", request("./images/a.png"))),
        ] {
            fs::write(disk.path(name), text).expect("a file");
        }
        let secret = disk.path("secret.png");
        symlink(&secret, disk.path("repository/requests/images/link.png")).expect("a link");
        symlink(&disk.outer, disk.path("repository/requests/up")).expect("a link");
        disk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.outer.join(name)
    }

    fn run(&self, arguments: &[&str], stdin: Stdio) -> Option<Traced> {
        let command = env!("CARGO_BIN_EXE_kling-lint");
        let home = self.path("home");
        traced::run(&self.path("repository"), command, arguments, stdin, &[("HOME", &home)])
    }

    /// What a run read and wrote here. It keeps to itself otherwise.
    fn told(&self, traced: &Traced) -> (Vec<String>, Vec<String>) {
        traced.assert_keeps_to(&[&self.outer]);
        // What looks leads nowhere else, either.
        for path in traced.seen.iter().chain(&traced.refused) {
            let stays = path.starts_with(&self.outer) || self.outer.starts_with(path);
            let is_mark = path.parent().is_some_and(|folder| self.outer.starts_with(folder));
            assert!(stays || is_mark || is_of_the_system(path), "{}", path.display());
        }
        (Traced::within(&traced.read, &self.outer), Traced::within(&traced.written, &self.outer))
    }
}

fn is_of_the_system(path: &Path) -> bool {
    ["/etc/", "/lib", "/usr/lib", "/proc/self/", "/sys/fs/cgroup", "/sys/devices/system/cpu"]
        .iter()
        .any(|start| path.to_string_lossy().starts_with(start))
}

/// What counts besides the inputs of a run: the config, what it names, and the folder that this is
/// opened beneath.
const SETTINGS: [&str; 4] = [
    "repository",
    "repository/kling-lint-baseline.json",
    "repository/kling-lint.toml",
    "repository/policy.json",
];

#[test]
fn a_folder_and_what_its_requests_name_is_all_that_is_opened() {
    let disk = Disk::new();
    let Some(run) = disk.run(&["requests"], Stdio::null()) else { return };
    assert_eq!(run.status, Some(1), "{run:#?}");
    let (read, written) = disk.told(&run);
    assert_eq!(
        read,
        [
            // What git ignores for this user everywhere, as for ripgrep.
            "home/.config/git/ignore",
            "home/.gitconfig",
            SETTINGS[0],
            "repository/.git/info/exclude",
            "repository/.gitignore",
            SETTINGS[1],
            SETTINGS[2],
            SETTINGS[3],
            "repository/requests",
            "repository/requests/a.image2video.json",
            "repository/requests/b.jsonl",
            "repository/requests/images",
            "repository/requests/images/a.png",
        ]
    );
    assert_eq!(written, [""; 0]);
    assert_eq!(run.asked(), [""; 0]);
    // An image is opened beneath its request's folder, which is held open.
    assert!(!run.ambient.contains(&disk.path("repository/requests/images/a.png")), "{run:#?}");
}

#[test]
fn a_hostile_request_opens_nothing_outside_of_its_folder() {
    let disk = Disk::new();
    let secret = disk.path("secret.png").display().to_string();
    let url = format!("file://{secret}");
    for image in [
        "../../secret.png",
        "../requests/../../secret.png",
        "images/link.png",
        "up/secret.png",
        "images/../up/home/secret.png",
        &secret,
        &url,
        "/etc/hostname.png",
        "/proc/self/environ.png",
        "/dev/zero.png",
        "\\\\\\\\server\\\\share\\\\cat.png",
        "//server/share/cat.png",
        "file://server/cat.png",
        // An address is text.
        "https://localhost:1/cat.png",
        "http://[::1]/cat.png",
        "`touch owned`.png",
        "$(touch owned).png",
        "|touch owned.png",
    ] {
        let name = "repository/requests/hostile.image2video.json";
        fs::write(disk.path(name), request(image)).expect("a file");
        let arguments = ["--decode", "requests/hostile.image2video.json"];
        let Some(run) = disk.run(&arguments, Stdio::null()) else { return };
        assert!(run.status.is_some_and(|status| status < 2), "{image}: {run:#?}");
        let (read, written) = disk.told(&run);
        let folders = ["repository/requests", "repository/requests/images"];
        // A link itself may be opened, to see where it leads; `O_PATH` reads nothing.
        let links = ["repository/requests/images/link.png", "repository/requests/up"];
        let mut read: Vec<_> = read.iter().map(String::as_str).collect();
        read.retain(|it| !folders.contains(it) && !links.contains(it));
        let expected: Vec<_> = SETTINGS.into_iter().chain([name]).collect();
        assert_eq!(read, expected, "{image}");
        assert_eq!(written, [""; 0], "{image}");
        assert_eq!(run.asked(), [""; 0], "{image}");
    }
}

/// The output appears whole in the place of its name; nothing else is written.
#[test]
fn only_the_outputs_are_written() {
    let disk = Disk::new();
    fs::create_dir(disk.path("repository/out")).expect("a folder");
    let (json, sarif) = ("--output=json=out/report.json", "--output=sarif=out/report.sarif");
    let Some(run) = disk.run(&[json, sarif, "requests"], Stdio::null()) else { return };
    let (_, written) = disk.told(&run);
    assert_eq!(written.len(), 2, "{written:?}");
    for path in written {
        assert!(path.starts_with("repository/out/.kling-lint-"), "{path}");
    }
    let asked = run.asked();
    assert_eq!(asked.len(), 2, "{asked:#?}");
    for (call, name) in asked.iter().zip(["out/report.json", "out/report.sarif"]) {
        let (call, rest) = call.split_once('(').expect("a call");
        assert!(call.starts_with("rename") && rest.contains(name), "{call}({rest}");
    }
}

#[test]
fn many_threads_open_no_more() {
    let disk = Disk::new();
    fs::create_dir(disk.path("repository/many")).expect("a folder");
    let name = |number| format!("repository/many/{number:03}.image2video.json");
    for number in 0..300 {
        let text = request("https://cdn.acme.io/a.png");
        fs::write(disk.path(&name(number)), text).expect("a file");
    }
    let arguments = ["--jobs=4", "--no-config", "--no-baseline", "many"];
    // When the process ends while a thread is about to call, strace may not know what: once more then.
    let is_known = |run: &Traced| !run.asked().iter().any(|call| call.starts_with("???("));
    let mut runs = (0..9).map_while(|_| disk.run(&arguments, Stdio::null())).peekable();
    if runs.peek().is_none() {
        return;
    }
    let run = runs.find(is_known).expect("a run of which every call is known");
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let (mut read, written) = disk.told(&run);
    read.retain(|path| path.starts_with("repository/many/"));
    assert_eq!(read, (0..300).map(name).collect::<Vec<_>>());
    assert_eq!((written.len(), run.asked().len()), (0, 0), "{:#?}", run.asked());
}

#[test]
fn standard_input_needs_no_file_but_what_it_names() {
    let disk = Disk::new();
    let request = disk.path("repository/requests/a.image2video.json");
    let stdin = fs::OpenOptions::new().read(true).open(request);
    let arguments = ["--no-config", "--no-baseline", "--root=requests", "-"];
    let Some(run) = disk.run(&arguments, stdin.expect("a file").into()) else { return };
    assert_eq!(run.status, Some(1), "{run:#?}");
    let (read, written) = disk.told(&run);
    assert_eq!(
        read,
        ["repository/requests", "repository/requests/images", "repository/requests/images/a.png"]
    );
    assert_eq!((written.len(), run.asked().len()), (0, 0), "{:#?}", run.asked());
}

/// What needs no request reads nothing here at all, wherever it is run.
#[test]
fn the_other_commands_open_nothing() {
    let disk = Disk::new();
    for arguments in [
        &["--version"][..],
        &["rules", "--format=json"],
        &["explain", "KL2001"],
        &["schema", "omni-video"],
        &["types", "ts"],
        &["completions", "bash"],
    ] {
        let Some(run) = disk.run(arguments, Stdio::null()) else { return };
        assert_eq!(run.status, Some(0), "{arguments:?}: {} {}", run.stdout, run.stderr);
        assert_eq!(disk.told(&run), (Vec::new(), Vec::new()), "{arguments:?}");
        assert_eq!(run.asked(), [""; 0], "{arguments:?}");
    }
}

/// It is part of the command where the linker of Rust itself put it together; another may keep both.
#[cfg(has_unwinder)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the command is as long as it is")]
fn no_unwinder_is_loaded() {
    let command = fs::read(env!("CARGO_BIN_EXE_kling-lint")).expect("the command");
    if memchr::memmem::find(&command, b"Linker: LLD").is_none() {
        println!("skipped: another linker");
        return;
    }
    let Some(run) = Disk::new().run(&["--version"], Stdio::null()) else { return };
    let is_loaded = |name: &str| run.read.iter().any(|it| it.to_string_lossy().contains(name));
    assert!(is_loaded("/libc.so") && !is_loaded("/libgcc_s.so"), "{run:#?}");
}
