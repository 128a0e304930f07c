//! Texts made to cost much: the command takes little memory and goes through each in one pass.
//!
//! The system holds it to that: far more memory than a linear pass needs, and far less than what once
//! grew with the square of the input or by kilobytes a value. `benches/compare/evil.py` has the whole
//! set, at any size, with figures.

#![cfg(feature = "cli")]
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Bytes of each text, about.
const SIZE: usize = 400_000;
/// Seconds of processor time, where the tests' slow build needs one or two.
const SECONDS: u32 = 20;
/// Kilobytes of address space beyond those of a run over nothing.
const MEMORY: u64 = 100 << 10;

const IMAGE: &str = r#"{"image":"https://cdn.acme.io/a.png","duration":"5","#;

/// A unit, again and again, between two texts.
fn around(before: &str, unit: &str, after: &str) -> String {
    format!("{before}{}{after}", unit.repeat(SIZE / unit.len()))
}

/// Units with numbers in the place of `#`.
fn numbered(before: &str, unit: &str, after: &str) -> String {
    let units: Vec<_> = (0..SIZE / (unit.len() + 6))
        .map(|number| unit.replace('#', &format!("{number:06}")))
        .collect();
    format!("{before}{}{after}", units.join(","))
}

fn texts() -> Vec<(&'static str, String)> {
    let prompt = format!("{IMAGE}\"prompt\":\"");
    vec![
        ("misfits.json", around("", "[}", "")),
        ("misfits-2.json", around("", "[[}", "")),
        ("misfits-deep.json", around(&"[".repeat(500), "[}", "")),
        ("misfits-object.json", around(&r#"{"a":"#.repeat(500), "{]", "")),
        ("openers.json", around("", r#"{"a":["#, "")),
        ("keyless.json", around(&r#"{"a":"#.repeat(500), "{1},", "")),
        ("key-in-list.json", around(&"[".repeat(500), r#""a":1,"#, "")),
        ("commas.json", around("[", ",", "]")),
        ("quotes.json", around("[", "\"", "]")),
        ("single.json", around("['", "a'b", "']")),
        ("comments.json", around("{", "/**/", "}")),
        ("numbers.json", around("[", "1,", "1]")),
        ("empty-objects.json", around("[", "{},", "{}]")),
        ("digits.json", around(&format!("{IMAGE}\"cfg_scale\":"), "9", "}")),
        ("escapes.json", around(&prompt, r"\n", "\"}")),
        ("half-pairs.json", around(&prompt, r"\ud800", "\"}")),
        ("controls.json", around(&prompt, "\u{1}", "\"}")),
        ("returns.json", around(&prompt, "\r", "\"}")),
        ("korean.json", around(&prompt, "별", "\"}")),
        (
            "references.omni-video.json",
            around(r#"{"prompt":""#, "<<<image_1>>>", r#"","image_list":[]}"#),
        ),
        (
            "references-into-a-long-list.omni-video.json",
            format!(
                r#"{{"prompt":"{}","image_list":[{}1]}}"#,
                "<<<image_300000>>>".repeat(3_600),
                "1,".repeat(240_000)
            ),
        ),
        ("near-keys.image2video.json", numbered("{", r##""promt#":1"##, "}")),
        ("duplicates.image2video.json", around("{", r#""mode":"std","#, r#""a":1}"#)),
        (
            "end-frames.omni-video.json",
            numbered(
                r#"{"image_list":["#,
                r##"{"image_url":"https://cdn.acme.io/#.png","type":"end"}"##,
                "]}",
            ),
        ),
        (
            "masks.image2video.json",
            numbered(
                r#"{"image":"https://cdn.acme.io/a.png","dynamic_masks":["#,
                r##"{"mask":"x#","trajectories":[{"x":1,"y":2}]}"##,
                "]}",
            ),
        ),
        ("list.json", numbered("[", r#"{"duration":5,"mode":#}"#, "]")),
        ("tiny.jsonl", "1\n".repeat(10_000)),
        ("blank.jsonl", "\n".repeat(SIZE)),
        ("deep.jsonl", around("", &("[".repeat(600) + "\n"), "")),
    ]
}

#[test]
fn no_text_costs_more_than_a_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = address_space();
    for (name, text) in texts() {
        let path = folder.path().join(name);
        fs::write(&path, &text).expect("a text");
        // Two threads and their stacks are the same for all.
        let limits = format!("ulimit -t {SECONDS}; ulimit -v {}; exec \"$@\"", base + MEMORY);
        let output = Command::new("sh")
            .args(["-c", &limits, "sh"])
            .arg(env!("CARGO_BIN_EXE_kling-lint"))
            .args(["--no-config", "--jobs=1", "--format=concise"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = if name == "blank.jsonl" { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(expected), "{name}: {:?} {said}", output.status);
        if Path::new(name).extension().is_none_or(|it| it != "jsonl") {
            let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count();
            assert!(lines <= 1_100, "{name}: {lines} lines");
            assert!(output.stdout.len() < 1 << 20, "{name}: {} bytes", output.stdout.len());
        }
    }
}

/// Kilobytes that the command maps before it reads anything: its own file above all.
fn address_space() -> u64 {
    let own = fs::metadata(env!("CARGO_BIN_EXE_kling-lint")).expect("the command").len() >> 10;
    own + (32 << 10)
}
