//! The public JSON test suite: what must be refused is refused by a rule about JSON, what must be read
//! is not.

use kling_lint::{Linter, Report, Severity};

const CASES: &str = include_str!("../../fixtures/json-suite/cases.tsv");

/// Name and bytes of every case that begins with this letter.
fn cases(letter: char) -> Vec<(&'static str, Vec<u8>)> {
    CASES
        .lines()
        .filter(|line| line.starts_with(letter))
        .map(|line| {
            let mut columns = line.split('\t');
            let mut next = || columns.next().expect("three columns");
            let (name, times, text) = (next(), next(), next());
            (name, unescape(text).repeat(times.parse().expect("a number")))
        })
        .collect()
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let len = match rest.strip_prefix('x') {
            Some(digits) => {
                out.push(u8::from_str_radix(&digits[..2], 16).expect("two digits"));
                3
            }
            None => {
                out.push(b'\\');
                1
            }
        };
        rest = &rest[len..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// The errors that say the text is no JSON.
fn refusals(report: &Report) -> Vec<&'static str> {
    report
        .findings()
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule.id)
        .filter(|id| id.starts_with("KL00"))
        .collect()
}

/// The whole text and the same through a stream of odd chunks.
fn reports(text: &[u8]) -> [Report; 2] {
    let linter = Linter::new();
    let streamed = linter.lint_reader(Chunks(text), None).expect("memory can be read");
    [linter.lint_bytes(text), streamed]
}

/// A stream of three bytes at a time.
struct Chunks<'t>(&'t [u8]);

impl std::io::Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = buffer.len().min(3).min(self.0.len());
        buffer[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

#[test]
fn what_is_no_json_is_refused_as_such() {
    let cases = cases('n');
    assert!(cases.len() > 180, "only {} cases", cases.len());
    for (name, text) in cases {
        for report in reports(&text) {
            let deep = report.findings().iter().any(|finding| finding.rule.id == "KL0103");
            assert!(deep || !refusals(&report).is_empty(), "{name}: {:?}", report.findings());
        }
    }
}

#[test]
fn what_is_json_is_read() {
    let cases = cases('y');
    assert!(cases.len() > 90, "only {} cases", cases.len());
    for (name, text) in cases {
        assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok(), "{name} is no JSON");
        for report in reports(&text) {
            assert_eq!(refusals(&report), [""; 0], "{name}");
        }
    }
}

#[test]
fn what_may_be_either_ends() {
    for (name, text) in cases('i') {
        let [whole, streamed] = reports(&text);
        let seen = |report: &Report| format!("{:?}", report.findings());
        assert_eq!(seen(&whole), seen(&streamed), "{name}");
    }
}
