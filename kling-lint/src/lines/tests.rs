//! Lines against the same lines alone.

use std::io::Read;

use proptest::prelude::*;

use super::*;
use crate::linter::Scratch;
use crate::{Linter, Report};

/// Hands out its text in pieces of this many bytes.
struct Pieces<'t>(&'t [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

/// The lines of a text, told through blocks of this size, and what the reports say.
fn told(text: &[u8], block: usize, piece: usize) -> Vec<String> {
    let linter = Linter::new();
    let mut session = linter.session();
    let mut chunks = Chunks::with_block(Pieces(text, piece), false, block);
    let mut lines = 0;
    let mut told = Vec::new();
    while let Some(chunk) = chunks.next().expect("memory is read") {
        let mut left = Some(chunk);
        while let Some(chunk) = left {
            let (linted, rest) = linter.lint_chunk(chunk, None, &mut Scratch::default());
            let mut each = |line, report| told.push(shown(line, &report));
            chunks.recycle(session.settle_chunk(linted, None, &mut lines, &mut each));
            left = rest;
        }
    }
    told
}

/// The lines of a text, each linted alone in the same session.
fn alone(text: &[u8]) -> Vec<String> {
    let mut session = Linter::new().session();
    let mut told = Vec::new();
    let (mut lines, mut bytes) = (0, 0);
    for whole in text.split_inclusive(|byte| *byte == b'\n') {
        let line = whole
            .strip_suffix(b"\n")
            .map_or(whole, |line| line.strip_suffix(b"\r").unwrap_or(line));
        if !line.iter().all(|byte| b" \t\r".contains(byte)) {
            let mut report = session.lint_bytes(line, None);
            report.shift(lines, bytes);
            told.push(shown(lines + 1, &report));
        }
        bytes += whole.len() as u64;
        lines += line.iter().filter(|byte| **byte == b'\r').count() as u64;
        lines += u64::from(whole.ends_with(b"\n"));
    }
    told
}

/// A stream may be one line without end: it is told, and why nothing follows.
#[test]
fn a_line_without_end_ends_the_reading() {
    let linter = Linter::new();
    let mut chunks = Chunks::with_block(std::io::repeat(b'1'), false, 4096);
    chunks.longest = 1 << 20;
    let chunk = chunks.next().expect("a line").expect("a line");
    let mut told = Vec::new();
    let mut each = |line, report: Report| told.push((line, report.findings()[0].rule.name));
    let (linted, _) = linter.lint_chunk(chunk, None, &mut Scratch::default());
    linter.session().settle_chunk(linted, None, &mut 0, &mut each);
    assert_eq!(told, [(1, "too-large")]);
    let error = chunks.next().err().map(|error| error.to_string());
    let why = "a line is longer than any request; what follows was not read";
    assert_eq!(error.as_deref(), Some(why));
    assert!(chunks.next().is_ok_and(|chunk| chunk.is_none()));
}

/// All that a report says, but for excerpts (which a dropped middle shortens) and for requests
/// without a name, which are called by their number or by their line.
fn shown(line: u64, report: &Report) -> String {
    let endpoint = report.endpoint().map(|endpoint| endpoint.name);
    let mut text = format!("line {line}, {endpoint:?}\n");
    for it in report.findings() {
        let message = if it.rule.id == "KL3008" { "taken" } else { &it.message };
        text.push_str(&format!(
            "{} {:?} {:?} {:?} {} {message} {:?}\n",
            it.rule.id, it.span, it.start, it.end, it.pointer, it.fix
        ));
    }
    text
}

const LINES: &[&str] = &[
    r#"{"image": "https://cdn.kling.ai/a.png", "external_task_id": "a"}"#,
    r#"{"image": "https://cdn.kling.ai/a.png", "external_task_id": "b", "duration": 5}"#,
    r#"{"subject_image_list": [{"subject_image": "https://cdn.kling.ai/a.png"}]}"#,
    r#"{"image": "aGVsbG8=", "prompt": "짧은 é", }"#,
    r#"{"prompt": "#,
    r#"{"prompt": "an end that never comes"#,
    "[{\"image\": 7}]",
    "{\"image\": 7}\r{\"image\": 8}",
    "\u{feff}{}",
    "nonsense",
    "  \t ",
    "",
    "{}",
    "}",
    "\r",
];

fn texts() -> impl Strategy<Value = String> {
    let line = (proptest::sample::select(LINES), proptest::sample::select(&["\n", "\r\n"][..]));
    (proptest::collection::vec(line, 0..8), any::<bool>()).prop_map(|(lines, cut)| {
        let mut text: String = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
        if cut {
            text.pop();
        }
        text
    })
}

proptest! {
    #[test]
    fn a_line_is_told_as_if_it_stood_alone(text in texts(), block in 2..200usize, piece in 1..100usize) {
        prop_assert_eq!(told(text.as_bytes(), block, piece), alone(text.as_bytes()));
    }
}

#[test]
fn blocks_may_end_anywhere() {
    let text: String = LINES.iter().flat_map(|line| [*line, "\r\n"]).collect();
    let expected = alone(text.as_bytes());
    for block in 2..text.len() + 2 {
        assert_eq!(told(text.as_bytes(), block, usize::MAX), expected, "blocks of {block}");
    }
}

#[test]
fn what_is_held_at_once_does_not_depend_on_what_is_found() {
    let keys: String = (0..300).map(|key| format!(", \"key{key}\": \"\\r\"")).collect();
    let line = format!("{{\"image\": 7, \"external_task_id\": \"a\"{keys}}}");
    let text = format!("{line}\r\n{{}}\r\n\n").repeat(20);
    assert_eq!(told(text.as_bytes(), 1 << 20, usize::MAX), alone(text.as_bytes()));
    let linter = Linter::new();
    let mut chunks = Chunks::new(text.as_bytes(), false);
    let mut left = chunks.next().expect("memory is read");
    let mut parts = Vec::new();
    while let Some(chunk) = left {
        let (linted, rest) = linter.lint_chunk(chunk, None, &mut Scratch::default());
        parts.push(linted.held());
        left = rest;
    }
    assert!(parts.len() > 4 && parts.iter().all(|part| *part < HELD + 400), "{parts:?}");
}

#[test]
fn what_is_held_at_once_does_not_depend_on_how_short_lines_are() {
    let text = "{}\n".repeat(10 * HELD);
    assert_eq!(told(text.as_bytes(), 1 << 20, usize::MAX).len(), 10 * HELD);
    let mut chunks = Chunks::new(text.as_bytes(), false);
    let first = chunks.next().expect("memory is read").expect("lines");
    let (linted, rest) = Linter::new().lint_chunk(first, None, &mut Scratch::default());
    assert!(linted.lines.len() <= HELD && rest.is_some(), "{}", linted.lines.len());
}

#[test]
fn a_long_line_has_gaps_and_true_places() {
    let long = format!(r#"{{"image": "{}", "duration": 5}}"#, "QUJD".repeat(1_000_000));
    let text = format!("{{}}\r\n{long}\r\n{}\n", LINES[1]);
    assert_eq!(told(text.as_bytes(), 1 << 16, usize::MAX), alone(text.as_bytes()));
}

#[test]
fn of_what_has_no_lines_the_first_is_told() {
    let utf16: Vec<u8> = "{\n}\n\n{}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for text in [&utf16[..], b"\x1f\x8b\n\n{\n{\n", b"\x89PNG\r\n\x1a\n{"] {
        let told = told(text, 1 << 16, usize::MAX);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("KL00"), "{told:?}");
    }
    // What looks like an object in it was judged, and nothing said why the others were not.
    for begin in ["\u{1f}\u{8b}", "RIFF", "PK\u{3}\u{4}", "\0\0\0\u{18}ftypmp42"] {
        let begin: Vec<u8> = begin.chars().map(|char| char as u8).collect();
        let text = [&begin[..], b" {\"image\": 1}\n{}\n"].concat();
        let told = told(&text, 1 << 16, usize::MAX);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("KL0001"), "{told:?}");
    }
}

#[test]
fn ids_are_compared_between_lines() {
    let (once, twice) = (LINES[0], LINES[1].replace("\"b\"", "\"a\""));
    let text = format!("{once}\n\n{twice}\n");
    let mut session = Linter::new().session();
    let name = std::path::Path::new("all.jsonl");
    let mut messages = Vec::new();
    let mut each = |line, report: Report| {
        messages.extend(report.findings().iter().map(|it| format!("{line}: {}", it.message)));
    };
    session.lint_jsonl(text.as_bytes(), Some(name), &mut each).expect("memory is read");
    let later = session.lint_bytes(once.as_bytes(), Some(std::path::Path::new("more.json")));
    messages.extend(later.findings().iter().map(|it| it.message.clone()));
    messages.retain(|message| message.contains("already"));
    assert_eq!(
        messages,
        [
            "3: `external_task_id` \"a\" is already used by all.jsonl:1",
            "`external_task_id` \"a\" is already used by all.jsonl:1",
        ]
    );
}
