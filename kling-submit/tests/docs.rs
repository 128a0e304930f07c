//! What `docs/submit.md` shows is run as it stands.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const DOCS: &str = include_str!("../../docs/submit.md");
/// The port that the page names.
const PORT: &str = "8787";
/// How long something may take that takes no time.
const LONG: Duration = Duration::from_secs(30);

/// The code blocks of this language under a heading.
fn blocks(heading: &str, language: &str) -> Vec<&'static str> {
    let section = DOCS.split("\n## ").find(|it| it.starts_with(heading)).expect("the section");
    let fence = format!("```{language}\n");
    section.split(&*fence).skip(1).filter_map(|it| it.split("\n```").next()).collect()
}

/// Ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The search path with this folder in front.
fn path_with(folder: &Path) -> String {
    format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
}

/// The stand-in provider, and where it listens.
fn demo() -> (Running, String) {
    let mut demo = Command::new(env!("CARGO_BIN_EXE_kling-submit"))
        .args(["demo", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demo runs");
    let (out, err) = (demo.stdout.take().expect("piped"), demo.stderr.take().expect("piped"));
    let (teller, told) = mpsc::channel();
    for stream in [Box::new(out) as Box<dyn Read + Send>, Box::new(err)] {
        let teller = teller.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
                    let digits = rest.split(|it: char| !it.is_ascii_digit()).next();
                    // Of later lines nobody wants to know.
                    let _ = teller.send(format!("127.0.0.1:{}", digits.unwrap_or_default()));
                }
            }
        });
    }
    let demo = Running(demo);
    (demo, told.recv_timeout(LONG).expect("the demo says where it listens"))
}

fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|it| String::from_utf8_lossy(it));
    format!("{out}{err}")
}

#[test]
fn the_tour() {
    let (_demo, server) = demo();
    let command = Path::new(env!("CARGO_BIN_EXE_kling-submit"));
    let folder = tempfile::tempdir().expect("a folder");
    let shown = blocks("Try it without an account", "sh");
    assert!(shown[0].contains(&format!("--port {PORT}")), "the first starts the demo");
    let settings = shown[1].lines().next().expect("a key");
    let run = |lines: &str| {
        let lines = lines.replace(&format!("127.0.0.1:{PORT}"), &server);
        Command::new("sh")
            .args(["-c", &format!("{settings}\n{lines}")])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", path_with(command.parent().expect("a folder")))
            .env("KLING_SUBMIT_SPEED", "20")
            .output()
            .expect("a shell")
    };

    let first = run(shown[1]);
    assert!(first.status.success(), "{}", text(&first));
    let saved = String::from_utf8_lossy(&first.stdout).into_owned();
    assert!(saved.contains(".mp4") && saved.contains(".json"), "{}", text(&first));

    let submit = shown[1].lines().find(|it| it.starts_with("kling-submit")).expect("a submit");
    let again = run(submit);
    assert_eq!(again.status.code(), Some(3), "{}", text(&again));
    assert!(text(&again).contains("--again"), "{}", text(&again));

    let (trouble, after) = shown[2].split_once("\nkling-submit tasks --open").expect("the list");
    let unknown = run(trouble);
    assert_eq!(unknown.status.code(), Some(4), "{}", text(&unknown));
    let open = run("kling-submit tasks --open");
    assert!(text(&open).contains("unknown"), "{}", text(&open));
    let found = run(after);
    assert!(found.status.success(), "{}", text(&found));
    assert!(text(&found).contains("accepted"), "{}", text(&found));
    assert_eq!(String::from_utf8_lossy(&found.stdout).matches(".mp4").count(), 1);
    let told = text(&run("kling-submit tasks --json"));
    assert_eq!(told.matches("\"state\":\"stored\"").count(), 2, "{told}");

    let (_, charges) = http(&server, "GET /demo/charges", b"");
    assert_eq!(charges.matches("\"task_id\"").count(), 2, "{charges}");
    let verified = run("kling-submit ledger verify");
    assert!(verified.status.success(), "{}", text(&verified));
}

/// The status of one exchange, and all of the answer.
fn http(server: &str, line: &str, body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(server).expect("a server");
    let len = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: {server}\r\nContent-Length: {len}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("it reads");
    // Who refuses a body may not read it, and may close before it is read.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok()).unwrap_or(0);
    (status, answer)
}

const TOKEN: &str = "a-token-that-nobody-guesses";

/// The receiver of callbacks, with a `kling-submit` that only notes what it is asked.
struct Receiver {
    folder: TempDir,
    server: String,
    _running: Running,
}

impl Receiver {
    /// None where there is no python3.
    #[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
    fn start() -> Option<Self> {
        let python = Command::new("python3").arg("--version").output();
        if !python.is_ok_and(|it| it.status.success()) {
            println!("skipped: no python3");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let command = folder.path().join("kling-submit");
        let noting = "#!/bin/sh\nprintf '%s|' \"$@\" >> \"$NOTES\"; echo >> \"$NOTES\"\n";
        fs::write(&command, noting).expect("a file");
        fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).expect("a mode");
        let recipe = folder.path().join("callbacks.py");
        fs::write(&recipe, blocks("Callbacks", "python")[0]).expect("a file");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let server = free.expect("a port").to_string();
        let running = Command::new("python3")
            .arg(&recipe)
            .args(["--ledger", "my.sqlite"])
            .env("PATH", path_with(folder.path()))
            .env("NOTES", folder.path().join("notes"))
            .env("CALLBACK_TOKEN", TOKEN)
            .env("PORT", server.rsplit(':').next().unwrap_or_default())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 runs");
        let receiver = Receiver { folder, server, _running: Running(running) };
        let begun = Instant::now();
        while TcpStream::connect(&receiver.server).is_err() {
            assert!(begun.elapsed() < LONG, "it listens");
            thread::sleep(Duration::from_millis(20));
        }
        Some(receiver)
    }

    fn post(&self, path: &str, body: &[u8]) -> u16 {
        http(&self.server, &format!("POST /{path}"), body).0
    }

    /// What kling-submit was asked, once there are so many lines.
    #[expect(clippy::disallowed_methods, reason = "tests read what was written whole")]
    fn notes(&self, lines: usize) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let notes = fs::read_to_string(self.folder.path().join("notes")).unwrap_or_default();
            let notes: Vec<String> = notes.lines().map(str::to_owned).collect();
            if notes.len() >= lines {
                return notes;
            }
            assert!(begun.elapsed() < LONG, "{notes:?}");
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn the_receiver_of_callbacks_believes_nothing() {
    let Some(receiver) = Receiver::start() else { return };
    let hint = br#"{"task_id": "831922345678901234", "task_status": "succeed"}"#;
    for path in ["", "wrong", &TOKEN[1..], &format!("{TOKEN}/"), "../etc/passwd"] {
        assert_eq!(receiver.post(path, hint), 404, "{path}");
    }
    let long = (1 << 20) + 1;
    let head = format!("POST /{TOKEN} HTTP/1.1\r\nContent-Length: {long}\r\n\r\n");
    let mut stream = TcpStream::connect(&receiver.server).expect("a server");
    stream.write_all(head.as_bytes()).expect("it reads");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert!(answer.ends_with(b"413"), "{answer:?}");
    for nothing in [
        &b""[..],
        b"[",
        b"[1]",
        b"\xff",
        b"{\"task_id\": 7}",
        b"{\"task_id\": \"--help\"}",
        b"{\"task_id\": \"8\\n1\"}",
        b"{\"task_id\": \"8; reboot\"}",
        &b"[".repeat(100_000),
    ] {
        assert_eq!(receiver.post(TOKEN, nothing), 204);
    }
    // Hints are worked on in order: those before were passed over.
    assert_eq!(receiver.post(TOKEN, hint), 204);
    let notes = receiver.notes(2);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].starts_with("reconcile|--callback|/"), "{notes:?}");
    assert!(notes[0].ends_with(".json|--ledger|my.sqlite|"), "{notes:?}");
    assert_eq!(notes[1], "wait|831922345678901234|--timeout|60|--ledger|my.sqlite|");
    for _ in 0..3 {
        assert_eq!(receiver.post(TOKEN, hint), 204);
    }
    assert_eq!(receiver.notes(8).len(), 8);
}

#[test]
fn a_receiver_without_a_token_does_not_start() {
    let Some(receiver) = Receiver::start() else { return };
    let recipe = receiver.folder.path().join("callbacks.py");
    let output = Command::new("python3").arg(recipe).env_remove("CALLBACK_TOKEN").output();
    let output = output.expect("python3 runs");
    assert!(!output.status.success());
    assert!(text(&output).contains("set CALLBACK_TOKEN"));
}

/// Every command of the page is one that the command line takes.
#[test]
fn every_command_can_be_said() {
    let shown = DOCS.split("```sh\n").skip(1).filter_map(|it| it.split("\n```").next());
    let commands: Vec<&str> =
        shown.flat_map(str::lines).filter(|it| it.starts_with("kling-submit ")).collect();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        // Without the comment and what is the shell's.
        let said = command.split(" # ").next().and_then(|it| it.split(" > ").next());
        let said = said.unwrap_or_default().replace("<(pass show cometapi)", "key");
        // Whatever is wrong before it is told instead of the help.
        let words = said.split_whitespace().skip(1).chain(["--help"]);
        let output = Command::new(env!("CARGO_BIN_EXE_kling-submit")).args(words).output();
        let output = output.expect("the command runs");
        assert!(output.status.success(), "{command}: {}", text(&output));
    }
}
