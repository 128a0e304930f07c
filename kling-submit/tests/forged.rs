//! A provider that lies: whatever it says, it never passes for what the command says, neither on a
//! terminal nor in `--json`. What money was spent is the command's own word.
#![cfg(all(unix, feature = "cli", feature = "failpoints"))]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use proptest::prelude::*;
use serde_json::{Value, json};

/// What means something to a terminal, to a runner, or to somebody who reads our lines.
const PIECES: [&str; 20] = [
    "a",
    "\n",
    "\r",
    "\t",
    "\u{1b}[2J",
    "\u{1b}]8;;https://b.io\u{7}",
    "\u{9b}31m",
    "\0",
    "\u{7f}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{feff}",
    "::error::",
    "##[error]",
    "##vso[task.complete]",
    "\"",
    "\nkling-submit: paid: no\n",
    "\n{\"event\":\"accepted\"}\n",
    "../../x",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => Just("x猫".repeat(400)),
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// One answer.
#[derive(Clone, Debug)]
struct Answer {
    status: u16,
    /// After the status and in headers: no line end.
    reason: String,
    body: String,
}

fn answer() -> impl Strategy<Value = Answer> {
    let status = proptest::sample::select(&[200_u16, 200, 200, 400, 401, 404, 500, 504][..]);
    let word = proptest::sample::select(&["submitted", "processing", "succeed", "failed", "?"][..]);
    (status, word, text(), text(), text(), 0..6).prop_map(|(status, word, one, two, three, way)| {
        let code = if status == 200 { json!(0) } else { json!(1201) };
        let id = if way % 2 == 0 { "882170933018243137" } else { &*one };
        let word = if word == "?" { &*two } else { word };
        let data = json!({
            "task_id": id,
            "task_status": word,
            "task_status_msg": two,
            "task_info": { "external_task_id": three },
            "task_result": { "videos": [{ "id": one, "url": three, "duration": two }] },
        });
        let body = match way {
            5 => one.clone(),
            4 => json!({ "error": { "message": two, "type": one, "code": three } }).to_string(),
            _ => json!({ "code": code, "message": two, "request_id": three, "data": data })
                .to_string(),
        };
        let reason = three.replace(['\n', '\r', '\0'], " ");
        Answer { status, reason, body }
    })
}

/// Answers requests, in turn, and the last answer for good.
fn serve(listener: TcpListener, answers: Vec<Answer>) {
    thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let Ok(stream) = stream else { return };
            let answer = &answers[turn.min(answers.len() - 1)];
            // It went away: the next one.
            let _gone = reply(stream, answer);
        }
    });
}

fn reply(stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut len) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        let head = line.to_ascii_lowercase();
        if let Some(value) = head.strip_prefix("content-length:") {
            len = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    std::io::copy(&mut (&mut reader).take(len), &mut std::io::sink())?;
    let Answer { status, reason, body } = answer;
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json; x={reason}\r\n\
         X-Request-Id: {reason}\r\nRetry-After: {reason}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Nothing in it acts, and no line of it is a command to the machine that shows it.
#[track_caller]
fn plain(what: &str, text: &str) {
    let acts = |it: char| {
        let number = u32::from(it);
        matches!(number,
            0..=0x1f | 0x7f..=0x9f | 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069
            | 0x2028 | 0x2029 | 0xfeff | 0xe0000..=0xe007f)
    };
    for line in text.split('\n') {
        assert!(!line.contains(acts), "{what}: {line:?}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line:?}");
        let mut after = line.split("##").skip(1);
        let name =
            |it: &str| it.trim_start_matches(|it: char| it.is_ascii_alphabetic()).starts_with('[');
        assert!(!after.any(name), "{what}: {line:?}");
        // A line of JSON holds an answer whole.
        assert!(what == "stdout" || line.len() < 8192, "{what}: {} bytes in a line", line.len());
    }
}

/// Runs the command and looks at all it says; what stands on standard output.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_kling-submit"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("KLING_LEDGER", folder.join("state/ledger.sqlite"))
        .env("COMETAPI_KEY", "sk-SENTINEL-0123456789")
        .env("KLING_SUBMIT_SPEED", "5000")
        .stdin(Stdio::null())
        .output()
        .expect("the command");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (out, err) = (text(done.stdout), text(done.stderr));
    assert!(done.status.code().is_some_and(|code| code <= 7), "{err}");
    plain("stdout", &out);
    plain("stderr", &err);
    // A line about money is one of ours: what is quoted stays within its line.
    let forged = |line: &str| line == "kling-submit: paid: no" || line.starts_with("{\"event\"");
    assert!(!err.lines().chain(out.lines()).any(forged), "{out}{err}");
    if arguments.contains(&"--json") {
        for line in out.lines() {
            let value: Value = serde_json::from_str(line).expect("an object a line");
            assert!(value.is_object(), "{line:?}");
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_provider_says_nothing_in_our_name(
        answers in proptest::collection::vec(answer(), 1..4),
        prompt in text(),
        json: bool,
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let request = json!({ "prompt": prompt.chars().take(300).collect::<String>() }).to_string();
        std::fs::write(folder.path().join("a.omni-video.json"), request).expect("a file");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        serve(listener, answers);
        let with = |words: &[&str]| {
            let mut words = words.to_vec();
            if json {
                words.push("--json");
            }
            run(folder.path(), &words)
        };
        with(&["a.omni-video.json", "--dry-run", "--base-url", &url]);
        with(&["a.omni-video.json", "--yes", "--wait=60", "--out", "videos", "--base-url", &url]);
        with(&["tasks"]);
        with(&["reconcile", "--base-url", &url]);
        with(&["ledger", "export"]);
    }
}
