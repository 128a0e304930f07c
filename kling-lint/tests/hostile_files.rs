//! Files made to break a reader, on a real disk: named by a request, by the command line, by a config,
//! found in a folder, written to. Each is told for what it is, at once and in little memory.

#![cfg(feature = "cli")]
#![cfg(unix)]

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Seconds of processor time, where the tests' slow build needs a fraction of one.
const SECONDS: u32 = 20;
/// Kilobytes of address space beyond the command's own file: four threads' stacks and a picture.
const MEMORY: u64 = 300 << 10;
/// No disk has this many bytes, and many can hold a file of them that was never written.
const TERABYTE: u64 = 1 << 40;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn write(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
    fs::write(path, bytes).expect("a file");
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the command writes UTF-8")
}

/// Runs the command in a folder, held to little time and memory.
fn lint<S: AsRef<OsStr>>(folder: &Path, arguments: &[S], stdin: Stdio) -> Output {
    let command = env!("CARGO_BIN_EXE_kling-lint");
    let own = fs::metadata(command).expect("the command").len() >> 10;
    let limits = format!("ulimit -t {SECONDS}; ulimit -v {}; exec \"$@\"", own + MEMORY);
    let output = Command::new("sh")
        .args(["-c", &limits, "sh", command])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(stdin)
        .output()
        .expect("a shell");
    let name: Vec<_> = arguments.iter().map(|it| it.as_ref().to_string_lossy()).collect();
    let status = output.status.code();
    assert!(status.is_some_and(|status| status <= 2), "{name:?}: {} {output:?}", output.status);
    for stream in [&output.stdout, &output.stderr] {
        let said = text(stream);
        assert!(!said.contains("panicked"), "{name:?}: {said}");
        let forges =
            |it: char| it.is_control() && it != '\n' || matches!(it, '\u{202a}'..='\u{202e}');
        assert!(!said.chars().any(forges), "{name:?}: {said:?}");
    }
    output
}

fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> (Option<i32>, String) {
    let output = lint(folder, arguments, Stdio::null());
    (output.status.code(), text(&output.stderr) + &text(&output.stdout))
}

/// Standard input from a file.
fn from(path: impl AsRef<Path>) -> Stdio {
    OpenOptions::new().read(true).open(path).expect("a file").into()
}

/// A named pipe; where none can be made the tests go on without.
fn pipe(path: &Path) -> bool {
    Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success())
}

/// A file of a terabyte with this beginning, if the disk takes it.
fn sparse(path: &Path, head: &[u8]) -> bool {
    let mut file = File::create(path).expect("a file");
    file.write_all(head).expect("its beginning");
    file.set_len(TERABYTE).is_ok()
}

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A chunk of a PNG, of this length as it says. Its checksum is left to whoever looks.
fn chunk(kind: &[u8; 4], len: u32, data: &[u8]) -> Vec<u8> {
    [&len.to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
}

fn header(width: u32, height: u32) -> Vec<u8> {
    let data = [&width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0][..]].concat();
    [SIGNATURE, &chunk(b"IHDR", 13, &data)].concat()
}

/// A box of an MP4, of this length as it says.
fn atom(kind: &[u8; 4], len: u32, data: &[u8]) -> Vec<u8> {
    [&len.to_be_bytes(), kind.as_slice(), data].concat()
}

/// Pictures and videos, each with the fault that it is made of.
fn media() -> Vec<(&'static str, Vec<u8>)> {
    let segment = |len: u16, data: &[u8]| [b"\xff\xe1", &len.to_be_bytes()[..], data].concat();
    let movie = |inner: &[u8]| [&atom(b"ftyp", 16, b"isom\0\0\0\0"), inner].concat();
    let nested = |kind: &[u8; 4], depth: u32| -> Vec<u8> {
        (0..depth).flat_map(|level| atom(kind, 8 * (depth - level), b"")).collect()
    };
    vec![
        ("empty.png", vec![]),
        ("signature.png", SIGNATURE.to_vec()),
        ("huge.png", header(0x7fff_ffff, 0x7fff_ffff)),
        ("beyond.png", header(u32::MAX, u32::MAX)),
        ("none.png", header(0, 0)),
        ("chunks.png", [header(300, 300), chunk(b"teXt", 0, b"").repeat(65_535)].concat()),
        ("liar.png", [header(300, 300), chunk(b"IDAT", u32::MAX, b"")].concat()),
        ("header-last.png", [SIGNATURE, &chunk(b"teXt", 0, b"").repeat(65_535)].concat()),
        ("start.jpg", b"\xff\xd8".to_vec()),
        ("fill.jpg", [b"\xff\xd8".as_slice(), &[0xff; 2 << 20]].concat()),
        ("segments.jpg", [b"\xff\xd8".as_slice(), &segment(2, b"").repeat(500_000)].concat()),
        ("short-segment.jpg", [b"\xff\xd8".as_slice(), &segment(0, b"")].concat()),
        ("long-segment.jpg", [b"\xff\xd8".as_slice(), &segment(u16::MAX, b"Exif\0\0")].concat()),
        ("size.jpg", b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03".to_vec()),
        ("to-the-end.mp4", movie(&atom(b"moov", 0, &atom(b"moov", 0, b"")))),
        ("no-length.mp4", movie(&atom(b"moov", 1, b"\0\0\0\0\0\0\0\0"))),
        ("long-length.mp4", movie(&atom(b"moov", 1, &[0xff; 8]))),
        ("free.mp4", movie(&atom(b"free", 8, b"").repeat(200_000))),
        ("nested.mp4", movie(&nested(b"moov", 100_000))),
        ("trak.mp4", movie(&atom(b"moov", u32::MAX, &nested(b"trak", 100_000)))),
        ("loop.mov", atom(b"moov", 4, b"").repeat(10_000)),
    ]
}

/// The key of omni-video or image2video that takes the file, in a request without another fault.
fn request(file: &str) -> (String, String) {
    let quoted = serde_json::to_string(file).expect("JSON");
    let is_video = [".mp4", ".mov"].iter().any(|suffix| file.ends_with(suffix));
    match is_video {
        true => (
            "omni-video".into(),
            format!(
                r#"{{"model_name":"kling-video-o1","prompt":"Dance.","video_list":[{{"video_url":{quoted}}}]}}"#
            ),
        ),
        false => (
            "image2video".into(),
            format!(r#"{{"model_name":"kling-v1-6","image":{quoted},"prompt":"The cat yawns."}}"#),
        ),
    }
}

/// Requests that name each kind of file, in a folder with all of them.
fn zoo(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, bytes) in media() {
        write(folder.join(name), bytes);
        names.push(name.into());
    }
    for (name, head) in [
        ("sparse.png", header(300, 300)),
        ("sparse-zeros.jpg", vec![]),
        ("sparse-segment.jpg", b"\xff\xd8\xff\xe1\0\x02".to_vec()),
        ("sparse.mp4", atom(b"ftyp", 16, b"isom\0\0\0\0")),
        ("sparse-movie.mp4", atom(b"moov", 0, b"")),
    ] {
        if sparse(&folder.join(name), &head) {
            names.push(name.into());
        }
    }
    for (name, target) in [
        ("zero.png", "/dev/zero"),
        ("tty.png", "/dev/tty"),
        ("full.mp4", "/dev/full"),
        ("memory.png", "/proc/self/mem"),
        ("log.png", "/proc/kmsg"),
        ("passwords.png", "/etc/passwd"),
        ("outside.png", "../outside.png"),
        ("circle.png", "circle.png"),
        ("dangling.png", "nothing.png"),
    ] {
        symlink(target, folder.join(name)).expect("a link");
        names.push(name.into());
    }
    fs::create_dir(folder.join("folder.png")).expect("a folder");
    names.push("folder.png".into());
    if pipe(&folder.join("pipe.png")) {
        names.push("pipe.png".into());
    }
    names.extend(["socket.png", "/dev/zero.png", "/proc/self/mem.png"].map(String::from));
    names
}

#[test]
fn every_hostile_file_is_told_in_a_request() {
    let (folder, mut expected, mut sound) = (folder(), 0, String::new());
    let inner = folder.path().join("requests");
    fs::create_dir(&inner).expect("a folder");
    write(folder.path().join("outside.png"), SIGNATURE);
    let _socket = UnixListener::bind(inner.join("socket.png")).expect("a socket");
    for (index, name) in zoo(&inner).iter().enumerate() {
        let (endpoint, body) = request(name);
        let request = format!("{index:03}.{endpoint}.json");
        write(inner.join(&request), &body);
        expected += 1;
        if name == "size.jpg" {
            sound = format!("requests/{request}");
        }
    }
    for options in [&["--format=json"][..], &["--format=json", "--decode", "--jobs=3"]] {
        let arguments: Vec<_> = options.iter().chain(&["requests"]).collect();
        let output = lint(folder.path(), &arguments, Stdio::null());
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(told["counts"]["checked"], expected, "{}", text(&output.stderr));
        for input in told["inputs"].as_array().expect("a list") {
            let rules: Vec<_> = input["findings"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|finding| finding["rule"]["id"].as_str())
                .collect();
            // Each is about the file, and none is missing: where a header is sound, pixels tell.
            let of_media = |rule: &&str| rule.starts_with("KL40");
            let is_sound = input["path"] == sound && options.len() == 1;
            assert_eq!(rules.is_empty(), is_sound, "{input:#}");
            assert!(rules.iter().all(of_media), "{input:#}");
        }
    }
}

#[test]
fn every_hostile_file_is_told_by_itself() {
    let folder = folder();
    let _socket = UnixListener::bind(folder.path().join("socket.png")).expect("a socket");
    for name in zoo(folder.path()) {
        let (status, said) = run(folder.path(), &["--format=concise", "--decode", &name]);
        assert!(status.is_some(), "{name}: {said}");
        assert!(!said.is_empty() && said.len() < 20_000, "{name}: {said}");
    }
}

/// What is no regular file is no request, config, baseline, policy or root, and no output takes its place.
#[test]
fn what_is_no_file_is_refused_wherever_it_is_named() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    write(at("a.image2video.json"), request("https://cdn.acme.io/a.png").1);
    let _socket = UnixListener::bind(at("socket")).expect("a socket");
    symlink("circle", at("circle")).expect("a link");
    symlink("/dev/zero", at("zero")).expect("a link");
    fs::create_dir(at("folder")).expect("a folder");
    let mut names = vec!["/dev/zero", "/dev/null", "zero", "circle", "socket", "folder", "nothing"];
    if pipe(&at("pipe")) {
        names.push("pipe");
    }
    for name in names {
        write(at("policy.toml"), format!("[house]\nimage2video = {name:?}\n"));
        let no_folder = name != "folder";
        let words: &[&[&str]] = &[
            &["--config", name],
            &["--baseline", name],
            &["--config=policy.toml"],
            if no_folder { &["--root", name] } else { &["--config", name] },
        ];
        for options in words {
            let arguments: Vec<_> = options.iter().chain(&["a.image2video.json"]).collect();
            let (status, said) = run(folder.path(), &arguments);
            assert_eq!(status, Some(2), "{options:?}: {said}");
            assert!(said.contains(name) && said.len() < 400, "{options:?}: {said}");
        }
        for options in [&[name][..], &["--fix", name], &["pack", name], &["--jsonl", name]] {
            let (status, said) = run(folder.path(), options);
            assert_eq!(status, Some(2), "{options:?}: {said}");
        }
    }
}

/// Configs, baselines, policies and requests of a terabyte, or that the kernel makes up.
#[test]
fn what_is_too_long_is_not_read() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    write(at("a.image2video.json"), request("https://cdn.acme.io/a.png").1);
    write(at("policy.toml"), "[house]\nimage2video = \"long.toml\"\n");
    if !sparse(&at("long.toml"), b"") {
        println!("skipped: files cannot be that long here");
        return;
    }
    for option in ["--config=long.toml", "--baseline=long.toml", "--config=policy.toml"] {
        let (status, said) = run(folder.path(), &[option, "a.image2video.json"]);
        assert_eq!(status, Some(2), "{option}: {said}");
        assert!(said.contains("larger than") || said.contains("may have"), "{option}: {said}");
    }
    let output = lint(folder.path(), &["-"], from(at("long.toml")));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
}

#[test]
fn odd_standard_input() {
    let folder = folder();
    for (stdin, status, told) in [
        (Stdio::null(), 1, "KL0002"),
        (from("/"), 2, "is a directory"),
        (from("/dev/zero"), 1, "KL0107"),
    ] {
        let output = lint(folder.path(), &["-"], stdin);
        let said = text(&output.stderr) + &text(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(told), "{said}");
    }
    // Closed: nothing that the command opens may take its place.
    let closed = Command::new("sh")
        .args(["-c", "exec \"$1\" - <&- >&- 2>&-", "sh", env!("CARGO_BIN_EXE_kling-lint")])
        .current_dir(folder.path())
        .env_clear()
        .status()
        .expect("a shell");
    assert_eq!(closed.code(), Some(1));
}

/// Names that are options, commands, lines, colours, or no text at all.
#[test]
fn hostile_names_are_found_read_and_escaped() {
    let folder = folder();
    let long = "a".repeat(255 - ".image2video.json".len());
    let mut names: Vec<OsString> = [
        "--fix",
        "--output=json=owned",
        "-",
        " ",
        "a\nb: error[KL0001",
        "\n::error file=owned::",
        "\u{1b}[2J\u{1b}]0;owned\u{7}",
        "\u{202e}nosj",
        "$(touch owned)",
        "`touch owned`",
        "';touch owned;'",
        "<script>&\"'",
        "%0A%0D::",
        "]]>",
        "..",
        "a\u{0}b".trim_end_matches("\u{0}b"),
        &long,
    ]
    .map(|name| format!("{name}.image2video.json").into())
    .into();
    names.push(OsStr::from_bytes(b"\xff\xfe\xc0\x80.image2video.json").into());
    let mut made = Vec::new();
    for name in names {
        if fs::write(folder.path().join(&name), r#"{"image":5}"#).is_ok() {
            made.push(name);
        }
    }
    // What a walk passes over begins with a dot.
    let hidden = made.iter().filter(|name| name.as_bytes().starts_with(b".")).count();
    for format in ["human", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit"] {
        let format = format!("--format={format}");
        let (status, said) = run(folder.path(), &[&format, "."]);
        assert_eq!(status, Some(1), "{format}: {said}");
        let named: Vec<&OsStr> = [OsStr::new(&format), OsStr::new("--")]
            .into_iter()
            .chain(made.iter().map(|it| &**it))
            .collect();
        let (status, said) = run(folder.path(), &named);
        assert_eq!(status, Some(1), "{format}: {said}");
    }
    let output = lint(folder.path(), &["--format=json", "."], Stdio::null());
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["counts"]["errors"], made.len() - hidden);
    assert!(!folder.path().join("owned").exists());
}

/// Deep folders, and links that lead in a circle or away, are gone through once.
#[test]
fn hostile_folders_are_walked_to_their_end() {
    let folder = folder();
    let mut deep = folder.path().to_path_buf();
    let mut depth = 0;
    // Far deeper than the ignore files that count at one time.
    while depth < 400 && fs::create_dir(deep.join("d")).is_ok() {
        deep.push("d");
        depth += 1;
        write(deep.join(".gitignore"), "x\n");
        if fs::write(deep.join("a.image2video.json"), "{").is_err() {
            break;
        }
    }
    for (name, target) in [("up", ".."), ("root", "/"), ("self", "."), ("proc", "/proc")] {
        symlink(target, folder.path().join(name)).expect("a link");
    }
    symlink("/dev/zero", folder.path().join("zero.json")).expect("a link");
    pipe(&folder.path().join("pipe.json"));
    let _socket = UnixListener::bind(folder.path().join("socket.json")).expect("a socket");
    let output = lint(folder.path(), &["--format=json", "."], Stdio::null());
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(depth > 100 && told["counts"]["checked"] == depth, "{depth}: {}", told["counts"]);
    assert_eq!(told["counts"]["unreadable"], 0);
}

/// A device is written to and stays what it is; a full one is told, and nothing is left behind.
#[cfg(target_os = "linux")]
#[test]
fn hostile_outputs() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let body = request("https://cdn.acme.io/a.png").1;
    write(at("a.image2video.json"), &body);
    fs::hard_link(at("a.image2video.json"), at("hard")).expect("a link");
    symlink("a.image2video.json", at("soft")).expect("a link");
    symlink("circle", at("circle")).expect("a link");
    fs::create_dir(at("folder")).expect("a folder");
    for (output, expected) in [
        ("a.image2video.json", 2),
        ("./folder/../a.image2video.json", 2),
        ("hard", 2),
        ("soft", 2),
        ("circle", 2),
        ("folder", 2),
        ("none/there", 2),
        ("none/", 2),
        ("/dev/full", 2),
        ("/dev/null", 0),
        ("/proc/version", 2),
        ("/proc/none", 2),
    ] {
        for format in ["json", "sarif", "human"] {
            let option = format!("--output={format}={output}");
            let (status, said) = run(folder.path(), &[&option, "a.image2video.json"]);
            assert_eq!(status, Some(expected), "{output}: {said}");
        }
    }
    let (status, said) = run(folder.path(), &["a.image2video.json"]);
    assert_eq!(status, Some(0), "the request is as it was: {said}");
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    left.sort_unstable();
    assert_eq!(left, ["a.image2video.json", "circle", "folder", "hard", "soft"]);
    for arguments in [
        &["rules"][..],
        &["explain", "KL2001"],
        &["schema", "omni-video"],
        &["types", "ts"],
        &["--show-config"],
        &["--version"],
        &["--help"],
        &["a.image2video.json"],
    ] {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let output = Command::new(env!("CARGO_BIN_EXE_kling-lint"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .stdout(full)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let told = text(&output.stderr);
        assert_eq!(told, "kling-lint: cannot write the result: no space left on device\n");
    }
}

/// A picture that grows, shrinks, is emptied and swapped all the time: whatever is told, the command ends
/// and tells it.
#[test]
fn files_that_change_while_they_are_read() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let sound = [header(300, 300), chunk(b"teXt", 1 << 20, &[0; 1 << 20])].concat();
    for number in 0..20 {
        write(at(&format!("{number}.image2video.json")), request("cat.png").1);
    }
    write(at("cat.png"), &sound);
    write(at("lines.jsonl"), format!("{}\n", request("cat.png").1).repeat(100));
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let change = |path: PathBuf, len: u64| {
                let file = OpenOptions::new().write(true).open(path);
                let _ = file.and_then(|mut file| {
                    file.set_len(len)?;
                    file.seek(SeekFrom::End(0))?;
                    file.write_all(b"{\"image\"")
                });
            };
            for round in 0_u64.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                change(at("cat.png"), [0, 1, 20, 5_000, 2 << 20][round as usize % 5]);
                change(at("lines.jsonl"), [0, 7, 900, 1 << 20][round as usize % 4]);
                write(at("next"), &sound);
                fs::rename(at("next"), at("cat.png")).expect("a file");
                if round % 64 == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        });
        for _ in 0..10 {
            let (status, said) = run(folder.path(), &["--format=json", "--decode", "."]);
            let ends = status.is_some_and(|status| status < 2);
            if !ends {
                over.store(true, Ordering::Relaxed);
            }
            assert!(ends, "{said}");
        }
        over.store(true, Ordering::Relaxed);
    });
}

/// A repository may hold links under the names that are ours; what they lead to is not written over.
#[test]
fn links_under_our_names_are_not_followed() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("repository/schemas")).expect("a folder");
    let precious = at("precious");
    write(&precious, "precious");
    write(at("repository/a.image2video.json"), r#"{"image":5}"#);
    let ours = |name: &str| at("repository").join(name);
    for name in ["kling-lint-baseline.json", "schemas/config.schema.json", "schemas/README.md"] {
        symlink(&precious, ours(name)).expect("a link");
    }
    for endpoint in ["image2video", "omni-video"] {
        let (status, listed) = run(&at("repository"), &["schema", endpoint, "--out", "listed"]);
        assert_eq!(status, Some(0), "{listed}");
    }
    for entry in fs::read_dir(ours("listed")).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        symlink(&precious, ours("schemas").join(name)).expect("a link");
    }
    for arguments in [
        &["baseline", "write"][..],
        &["schema", "omni-video", "--out", "schemas"],
        &["schema", "--all", "--out", "schemas"],
        &["rules", "--format=markdown", "--out", "schemas"],
    ] {
        let (status, said) = run(&at("repository"), arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("is a link"), "{arguments:?}: {said}");
    }
    symlink(&precious, ours(".pre-commit-config.yaml")).expect("a link");
    let (_, said) = run(&at("repository"), &["init", "."]);
    assert_eq!(fs::metadata(&precious).expect("a file").len(), 8, "{said}");
    // A name that was given is followed, as everywhere.
    let arguments = ["baseline", "write", "--baseline=kling-lint-baseline.json"];
    let (status, said) = run(&at("repository"), &arguments);
    assert_eq!(status, Some(0), "{said}");
    assert!(fs::metadata(&precious).expect("a file").len() > 8);
}

/// On a disk without room nothing is half written, and what stood there stays.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_it_has() {
    const SCRIPT: &str = r#"
        mount -t tmpfs -o size=256k none "$1" && cd "$1" || exit 90
        printf '{"model_name":"kling-v1-6","image":"https://cdn.acme.io/a.png","prompt":"A.","duration":5}' \
            > a.image2video.json
        echo old > report.json
        head -c 1000000 /dev/zero > fill 2> /dev/null
        for arguments in \
            '--output json=report.json a.image2video.json' '--output sarif=new.sarif a.image2video.json' \
            '--fix a.image2video.json' 'baseline write a.image2video.json' \
            'schema --all --out schemas' 'types ts --out kling.d.ts' \
            'init .'
        do
            "$2" $arguments > /dev/null 2>> "$3"
            printf '%s: %s\n' "$arguments" "$?"
        done
        find . -type f
        cat report.json a.image2video.json
    "#;
    let folder = folder();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).expect("a folder");
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", SCRIPT, "sh"])
        .args([disk.as_os_str(), OsStr::new(env!("CARGO_BIN_EXE_kling-lint"))])
        .arg(folder.path().join("said"))
        .output();
    let Some(output) = output.ok().filter(|it| it.status.code().is_some_and(|it| it < 90)) else {
        println!("skipped: no disk can be mounted here");
        return;
    };
    let told = text(&output.stdout);
    let (runs, left) = told.split_once("./").expect("files");
    assert!(runs.lines().count() > 5 && runs.lines().all(|it| it.ends_with(": 2")), "{runs}");
    // What was there, as it was.
    let (files, texts) = left.split_at(left.find("old\n").expect("the old report"));
    let mut files: Vec<_> = files.lines().map(|it| it.trim_start_matches("./")).collect();
    files.sort_unstable();
    assert_eq!(files, ["a.image2video.json", "fill", "report.json"], "{told}");
    assert!(texts.ends_with("\"duration\":5}"), "{told}");
}
