//! Bytes as a media file → a verdict whose parts agree, however they are read. The last bytes say how,
//! so that any file is a seed.
//!
//! To decode adds what decoding found, and changes nothing else.

use kling_lint::{Linter, Severity};
use kling_schema::rules::Rule;
use kling_schema::rules::media::{NOT_DECODED, UNDECODABLE};

/// What only decoding finds.
const DECODING: [&Rule; 2] = [&UNDECODABLE, &NOT_DECODED];

/// See the module.
pub fn media_file(data: &[u8]) {
    let Some((bytes, [choice, sizes @ ..])) = data.split_last_chunk::<5>() else { return };
    let name = ["a.png", "a.jpg", "a.mp4", "a", "\u{1b}[2J.mov"][usize::from(*choice) % 5];
    let mut told = Vec::new();
    for decode in [false, true] {
        let linter = Linter::builder().decode(decode).build().expect("good options");
        let report = crate::shared::judged(&linter, bytes, name, sizes);
        assert_eq!(report.len, bytes.len() as u64);
        assert_eq!(report.is_acceptable(), report.worst() < Some(Severity::Error));
        assert_eq!(report.fields.is_empty(), bytes.is_empty());
        let mut rules = Vec::new();
        for finding in report.fields.iter().flat_map(|it| &it.findings).chain(&report.about) {
            assert!(!finding.message.chars().any(char::is_control), "not escaped: {finding:?}");
            rules.push(finding.rule);
        }
        rules.retain(|rule| !DECODING.contains(rule));
        told.push((rules, report.pixels, report.content));
    }
    assert_eq!(told[0], told[1]);
}
