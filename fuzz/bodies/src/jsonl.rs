//! A line of a stream has the report that it has alone, whatever pieces the stream comes in.

use kling_lint::Linter;
use kling_schema::rules::Rule;
use kling_schema::rules::across::REUSED_ID;
use kling_schema::rules::not_json::{NOT_JSON, WRONG_ENCODING};

use crate::shared::Chunks;

/// It is another format, or another encoding.
const NO_TEXT: [&Rule; 2] = [&NOT_JSON, &WRONG_ENCODING];

/// See the module.
pub fn jsonl(data: &[u8]) {
    let (sizes, text) = data.split_at(data.len().min(4));
    let linter = Linter::builder().endpoint("image2video").build().expect("an endpoint");
    let mut streamed = Vec::new();
    let each = |line, report| streamed.push((line, report));
    linter.session().lint_jsonl(Chunks::new(text, sizes), None, each).expect("memory can be read");
    let mut streamed = streamed.into_iter();
    let mut start = 0;
    let mut is_odd = text.iter().take(4).any(|byte| *byte == 0 || *byte > 0xf0);
    for whole in text.split_inclusive(|byte| *byte == b'\n') {
        let line = match whole.strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None => whole,
        };
        let offset = start as u64;
        let above = ends(&text[..start]);
        start += whole.len();
        if line.iter().all(|byte| b" \t\r".contains(byte)) {
            continue;
        }
        let Some((number, report)) = streamed.next() else {
            assert!(is_odd, "a line without a report");
            return;
        };
        // What is no text has no lines: the first one says so, and the others are noise.
        is_odd |= report.findings().iter().any(|it| NO_TEXT.contains(&it.rule));
        assert_eq!(number, above + 1);
        let alone = linter.lint_bytes(line);
        // An id that a line above has, too, is the only thing that lines know of each other.
        let mut findings = report.findings().iter().filter(|it| *it.rule != REUSED_ID);
        for expected in alone.findings() {
            let found = findings.next().expect("the same findings");
            let told = (found.rule.id, &found.pointer, &found.message, found.text_hash);
            let wanted =
                (expected.rule.id, &expected.pointer, &expected.message, expected.text_hash);
            assert_eq!(told, wanted);
            assert_eq!(found.span.start, expected.span.start + offset);
            assert_eq!(found.span.end, expected.span.end + offset);
            assert_eq!(found.start.line, expected.start.line + above);
            assert_eq!(found.start.column, expected.start.column);
        }
        assert!(findings.next().is_none(), "more than the line has");
    }
    assert!(streamed.next().is_none(), "more reports than lines");
}

/// Line ends, as editors count them.
fn ends(text: &[u8]) -> u64 {
    let returns = text.iter().enumerate().filter(|(at, byte)| {
        **byte == b'\n' || **byte == b'\r' && text.get(at + 1) != Some(&b'\n')
    });
    returns.count() as u64
}
