//! Streams of one request a line: long ones, and hostile ones.

use std::io::Read;

use kling_lint::{Linter, Report};

/// A text over and over, and never in memory.
struct Repeated {
    text: &'static [u8],
    at: usize,
    left: u64,
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() && self.left > 0 {
            let rest = &self.text[self.at..];
            let len = rest.len().min(buffer.len() - filled);
            buffer[filled..filled + len].copy_from_slice(&rest[..len]);
            filled += len;
            self.at += len;
            if self.at == self.text.len() {
                self.at = 0;
                self.left -= 1;
            }
        }
        Ok(filled)
    }
}

fn reports(stream: impl Read) -> Vec<(u64, Report)> {
    let mut reports = Vec::new();
    let mut each = |line, report| reports.push((line, report));
    Linter::new().session().lint_jsonl(stream, None, &mut each).expect("memory is read");
    reports
}

#[test]
fn a_million_lines() {
    // Most are blank, or debug builds would take their time.
    let text = b"{\"image\":7}\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n";
    let stream = Repeated { text, at: 0, left: 20_000 };
    let mut next = 1;
    let each = |line, report: Report| {
        assert_eq!(line, next);
        let [finding] = report.findings() else { panic!("one finding: {report:?}") };
        assert_eq!(finding.start.line, line);
        assert_eq!(finding.span.start, (line - 1) / 50 * 61 + 9);
        next += 50;
    };
    Linter::new().session().lint_jsonl(stream, None, each).expect("memory is read");
    assert_eq!(next, 1_000_001);
}

#[test]
fn a_line_of_40_mb_stands_between_others() {
    let head = &b"{\"image\": 7}\n{\"duration\": 5, \"image\": \""[..];
    let image = Repeated { text: b"QUJD", at: 0, left: 10_000_000 };
    let tail = &b"\", \"mode\": \"Pro\"}\r\n\n{\"image\": 8}"[..];
    let reports = reports(head.chain(image).chain(tail));
    let lines: Vec<u64> = reports.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2, 4]);
    let ends: Vec<_> = reports.iter().filter_map(|(_, report)| report.findings().last()).collect();
    let places: Vec<_> = ends.iter().map(|it| (it.start.line, it.start.column)).collect();
    assert_eq!(places, [(1, 11), (2, 40_000_038), (4, 11)]);
    assert_eq!(ends[1].span.start, 13 + 40_000_037);
    assert_eq!(ends[2].span.start, 40_000_000 + (head.len() + tail.len()) as u64 - 2);
}

#[test]
fn lines_of_brackets_end() {
    let text = format!("{}\n{{\"image\": 7}}\n", "[{\"a\":".repeat(100_000));
    let told = reports(text.as_bytes());
    assert_eq!(told.len(), 2);
    assert!(!told[0].1.is_acceptable());
    assert_eq!(told[1].1.findings()[0].start.line, 2);
}

#[test]
fn a_line_too_large_is_told_and_the_next_goes_on() {
    let brackets = Repeated { text: b"[[[[[[[[", at: 0, left: (70 << 20) / 8 };
    let told = reports(brackets.chain(&b"\n{\"image\": 7}\n"[..]));
    let rules: Vec<_> = told.iter().map(|(_, it)| it.findings()[0].rule.name).collect();
    assert_eq!(rules, ["too-large", "wrong-type"]);
    assert_eq!(told[1].1.findings()[0].start.line, 2);
}

/// A list is walked once, whatever its length.
#[test]
fn a_long_list() {
    let item = r#"{"image": 7, "duration": 5},"#;
    let text = format!("[{}{{\"image\": 7}}]", item.repeat(30_000));
    let linter = Linter::builder().lists(true).build().expect("good options");
    let report = linter.lint_str(&text);
    assert_eq!(report.requests(), 30_001);
    assert_eq!(report.count(kling_lint::Severity::Error), 60_001);
    assert!(report.findings().len() <= 1_000);
    let alone = Linter::new().lint_str(&text);
    assert_eq!(alone.findings()[0].rule.name, "not-an-object");
}

/// The ids that were used before were all put into words, and those that were not kept not counted.
#[test]
fn an_id_used_by_all_of_a_long_list_is_counted() {
    let linter = Linter::builder().lists(true).build().expect("good options");
    let request = r#"{"image": "https://cdn.acme.io/a.png", "external_task_id": "same"}"#;
    let text = format!("[{}]", vec![request; 1_500].join(","));
    let report = linter.session().lint_bytes(text.as_bytes(), None);
    assert_eq!(report.findings().len() + report.hidden(), 1_499);
    assert_eq!(report.count(kling_lint::Severity::Warning), 1_499);
}

#[test]
fn requests_of_a_list_are_judged_one_by_one() {
    let linter = Linter::builder().lists(true).build().expect("good options");
    let text = r#"[{"image": 7}, 5, {"element_list": 3}, {"model_name": "kling-v1"}]"#;
    let report = linter.lint_str(text);
    let found: Vec<_> =
        report.findings().iter().map(|it| (it.rule.name, it.pointer.as_str())).collect();
    assert_eq!(
        found,
        [
            ("wrong-type", "/0/image"),
            ("not-an-object", "/1"),
            ("missing-field", "/2"),
            ("default-applies", "/2"),
            ("wrong-type", "/2/element_list"),
            ("unknown-endpoint", "/3"),
        ]
    );
    assert!(report.endpoint().is_none(), "they are for several");
    assert_eq!(report.requests(), 4);
}
