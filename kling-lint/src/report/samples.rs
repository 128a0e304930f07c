//! The findings that every format is tried on.

use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use kling_schema::rules::{Rule, shape, value};
use kling_schema::{Severity, Source, Tier};
use serde_json::json;

use crate::Detected;
use crate::finding::{Excerpt, Finding, Params, Position, Span};
use crate::fix::{Applicability, Edit, Fix};
use crate::message::{fill, help};
use crate::report::{Checked, Media, Reporter, Totals};
use crate::unlisted::Counts;
use crate::{Linter, LinterBuilder, MediaReport, OpenFile};

const PAGE: Source =
    Source::Page { url: "https://cdn.acme.net/kling/image2video", read: "2026-03" };

/// A number where a text belongs: an error with a safe fix.
pub(crate) fn wrong_type() -> Finding {
    let params = Params::new()
        .with("field", "`duration`")
        .with("allowed", "a string")
        .with("found", "the number 5")
        .with("suggestion", "\"5\"");
    let mut finding = finding(&shape::WRONG_TYPE, Severity::Error, params);
    finding.constraint = Some("image2video/duration/type".into());
    finding.pointer = "/duration".into();
    place(&mut finding, 45..46, (3, 15), "  \"duration\": 5,", 14..15);
    finding.fix = Some(Fix {
        title: "write \"5\"".into(),
        applicability: Applicability::Safe,
        edits: vec![Edit::new(finding.span, "\"5\"".into()).at(finding.start, finding.end)],
    });
    finding
}

/// A key nobody documents: a warning.
pub(crate) fn unknown_key() -> Finding {
    let params = Params::new()
        .with("field", "`colour\\u{1b}[31m`")
        .with("owner", "image2video")
        .with("advice", "leave the key out");
    let mut finding = finding(&shape::UNKNOWN_FIELD, Severity::Warning, params);
    finding.tier = Tier::House;
    finding.source = Source::House;
    finding.pointer = "/colour\u{1b}[31m".into();
    place(&mut finding, 50..62, (4, 3), "  \"colour\\u{1b}[31m\": true", 2..20);
    finding
}

/// A key of the vendor's: an info.
pub(crate) fn upstream_key() -> Finding {
    let mut finding =
        finding(&shape::UPSTREAM_FIELD, Severity::Info, Params::new().with("field", "`sound`"));
    finding.tier = Tier::Upstream;
    finding.pointer = "/sound".into();
    place(&mut finding, 70..77, (5, 3), "  \"sound\": \"on\"", 2..9);
    finding
}

/// The end of a line of 40 MB.
pub(crate) fn far_right() -> Finding {
    let params = Params::new()
        .with("field", "`prompt`")
        .with("found", 40_000_000_u64)
        .with("owner", "image2video")
        .with("allowed", 500_u64)
        .with("over", 39_999_500_u64);
    let mut finding = finding(&value::TOO_LONG, Severity::Error, params);
    finding.constraint = Some("image2video/prompt/max-chars".into());
    finding.pointer = "/prompt".into();
    let text = format!("…{}\", \"prompt\": \"{}…", "A".repeat(40), "짧".repeat(60));
    let start = text.find("\"짧").expect("the value");
    place(&mut finding, 41_000_000..81_000_002, (1, 41_000_001), &text, start..text.len());
    finding.fix = Some(Fix {
        title: "cut it at the limit".into(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit::new(Span::new(41_000_501, 81_000_001), String::new())],
    });
    finding
}

/// What a format says of a run over all of them, without colours.
pub(crate) fn told(reporter: &mut dyn Reporter) -> String {
    let detected = Detected { name: "image2video", reason: "the file name says so".into() };
    let (first, second) = ([wrong_type(), unknown_key(), upstream_key()], [far_right()]);
    let inputs = [
        Checked {
            path: Path::new("cat.image2video.json"),
            endpoint: Some(&detected),
            findings: &first,
            hidden: 0,
            unlisted: &Counts::default(),
            line: None,
            requests: 1,
        },
        Checked {
            path: Path::new("odd\u{1b}[2J\n\u{202e}name.json"),
            endpoint: Some(&detected),
            findings: &second,
            hidden: 7,
            unlisted: &Counts::default(),
            line: None,
            requests: 1,
        },
        Checked {
            path: Path::new("<stdin>"),
            endpoint: None,
            findings: &[],
            hidden: 0,
            unlisted: &Counts::default(),
            line: None,
            requests: 1,
        },
    ];
    let mut out = anstream::StripStream::new(Vec::new());
    let mut totals = Totals { skipped: 3, unreadable: 1, ..Totals::default() };
    for input in &inputs {
        totals.add(input);
        reporter.checked(&mut out, input).expect("a Vec takes it");
    }
    let small = media(Linter::builder().endpoint("omni-video"), &png(338, 191), "a.jpg");
    for (path, report) in [("a\u{1b}[2J.jpg", small), ("good.png", good())] {
        let input = Media { path: Path::new(path), report: &report };
        totals.add_media(&input);
        reporter.media(&mut out, &input).expect("a Vec takes it");
    }
    reporter
        .unreadable(&mut out, Path::new("none\u{9b}.json"), "no such file or folder")
        .expect("a Vec takes it");
    reporter.finish(&mut out, &totals).expect("a Vec takes it");
    String::from_utf8(out.into_inner()).expect("formats write UTF-8")
}

/// A picture that the image fields of one endpoint take.
pub(crate) fn good() -> MediaReport {
    media(Linter::builder().endpoint("multi-image2image"), &png(300, 300), "good.png")
}

/// A file that is judged under this name.
pub(crate) fn media(builder: LinterBuilder, bytes: &[u8], name: &str) -> MediaReport {
    let file = OpenFile::new(Cursor::new(bytes.to_vec())).expect("memory is read");
    builder.build().expect("good options").judge_media(file, name).expect("memory is read")
}

/// The header of a picture of this size, as far as the chunk of its pixels.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let crc = crc32fast::hash(&header);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(header);
    file.extend(crc.to_be_bytes());
    file.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82");
    file
}

fn finding(rule: &'static Rule, severity: Severity, params: Params) -> Finding {
    Finding {
        text_hash: 0,
        rule,
        constraint: None,
        severity,
        tier: Tier::Documented,
        source: PAGE,
        pointer: String::new(),
        span: Span::new(0, 0),
        start: Position::new(1, 1),
        end: Position::new(1, 1),
        message: fill(rule.message, &params),
        help: help(rule.help, &params),
        params: params.with("extra", json!(["a", 1])),
        fix: None,
        excerpt: Excerpt::default(),
    }
}

fn place(
    finding: &mut Finding,
    bytes: Range<u64>,
    (line, column): (u64, u64),
    text: &str,
    highlight: Range<usize>,
) {
    finding.span = Span::new(bytes.start, bytes.end);
    finding.start = Position::new(line, column);
    finding.end = Position::new(line, column + (bytes.end - bytes.start));
    finding.excerpt = Excerpt::new(text.into(), highlight);
}
