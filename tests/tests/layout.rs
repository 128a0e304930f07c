//! The verdict is about the value: how its text is laid out, and how it is read, changes nothing.

use std::io::Read;
use std::path::{Path, PathBuf};

use kling_lint::{Linter, Report};
use kling_tests::{bytes, fixtures, linter, table, verdict};
use serde_json::{Map, Value};

/// A report in text, with the endpoint.
fn whole(report: &Report) -> Vec<String> {
    let mut told = verdict(report);
    told.push(format!("{:?}", report.endpoint().map(|endpoint| endpoint.name)));
    told
}

/// The requests among the fixtures whose endpoint is told by name, and those told by their keys.
fn requests() -> Vec<(PathBuf, Linter)> {
    let mut all: Vec<(PathBuf, Linter)> = table("realistic/expected.tsv")
        .iter()
        .map(|line| {
            let linter = if line[1] == "-" { Linter::new() } else { linter(&line[1]) };
            (fixtures().join("realistic").join(&line[0]), linter)
        })
        .collect();
    let mut files: Vec<String> =
        table("requests/expected.tsv").iter().map(|line| line[0].clone()).collect();
    files.dedup();
    all.extend(files.into_iter().map(|file| {
        let folder = Path::new(&file).components().nth(1).map(|name| name.as_os_str());
        let name = folder.and_then(|name| name.to_str()).unwrap_or_default();
        let linter = Linter::builder().endpoint(name).build().unwrap_or_default();
        (fixtures().join("requests").join(&file), linter)
    }));
    all
}

/// Whether a text is JSON, with each key once: only then is there another layout of it.
fn value_of(text: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(text).ok()?;
    let twice = String::from_utf8_lossy(text).matches("\":").count();
    fn keys(value: &Value) -> usize {
        match value {
            Value::Object(map) => map.len() + map.values().map(keys).sum::<usize>(),
            Value::Array(items) => items.iter().map(keys).sum(),
            _ => 0,
        }
    }
    (keys(&value) >= twice).then_some(value)
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let members = map.iter().rev().map(|(key, value)| (key.clone(), reversed(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        value => value.clone(),
    }
}

/// Compact JSON with every character of every string written as `\u`.
fn escaped(value: &Value, out: &mut String) {
    let string = |text: &str, out: &mut String| {
        out.push('"');
        for unit in text.encode_utf16() {
            out.push_str(&format!("\\u{unit:04X}"));
        }
        out.push('"');
    };
    match value {
        Value::Object(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                string(key, out);
                out.push(':');
                escaped(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                escaped(item, out);
            }
            out.push(']');
        }
        Value::String(text) => string(text, out),
        other => out.push_str(&other.to_string()),
    }
}

/// The whole text with line ends of Windows, tabs and a lot of air.
fn airy(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("writes");
    let text: Vec<String> = text
        .lines()
        .map(|line| {
            let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
            format!("{}{rest} \t", indent.replace("  ", "\t"))
        })
        .collect();
    format!("\r\n\r\n  {}\r\n\t\r\n", text.join("\r\n\r\n"))
}

#[test]
fn layouts_get_one_verdict() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, linter) in requests() {
        let text = bytes(&path);
        let Some(value) = value_of(&text) else { continue };
        seen += 1;
        let want = whole(&linter.lint_bytes(&text));
        let mut all_escaped = String::new();
        escaped(&value, &mut all_escaped);
        for (layout, text) in [
            ("compact", value.to_string()),
            ("pretty", serde_json::to_string_pretty(&value).expect("writes")),
            ("reversed", reversed(&value).to_string()),
            ("escaped", all_escaped),
            ("airy", airy(&value)),
        ] {
            let have = whole(&linter.lint_str(&text));
            if want != have {
                let path = path.display();
                wrong.push(format!("{path} {layout}\n    was: {want:?}\n    is:  {have:?}"));
            }
        }
    }
    assert!(seen > 200, "only {seen} requests");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A reader that hands out a few bytes at a time.
struct Drops<'t>(&'t [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(buffer.len()).min(self.0.len());
        let (now, later) = self.0.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.0 = later;
        Ok(len)
    }
}

/// Everything a report says, with its places.
fn places(report: &Report) -> Vec<String> {
    report
        .findings()
        .iter()
        .map(|finding| {
            let (span, start, end) = (finding.span, finding.start, finding.end);
            format!("{finding} {} {span:?} {start:?} {end:?} {:?}", finding.pointer, finding.fix)
        })
        .collect()
}

#[test]
fn streamed_is_as_from_memory() {
    for (path, linter) in requests() {
        let text = bytes(&path);
        let want = linter.lint_bytes(&text);
        for drop in [1, 7, 4096, 1 << 20] {
            let have = linter.lint_reader(Drops(&text, drop), None).expect("reads");
            assert_eq!(places(&want), places(&have), "{} by {drop}", path.display());
            assert_eq!(want.endpoint(), have.endpoint(), "{}", path.display());
        }
    }
}

/// Strings too long to be kept whole are cut in memory: nothing is judged otherwise for it.
#[test]
fn long_strings_streamed_are_as_from_memory() {
    let image2video = linter("image2video");
    let long = |part: &str, count: usize| part.repeat(count);
    for size in [1 << 10, 1 << 16, 1 << 18, 3 << 18] {
        // A key that long is cut in the pointer to it, too.
        let key = size.min(1 << 16);
        for text in [
            format!(r#"{{"image": "{}", "duration": 5}}"#, long("iVBORw0KGgo=", size / 12)),
            format!(r#"{{"image": "{}==", "mode": "x"}}"#, long("QUJD", size / 4)),
            format!(r#"{{"image": "https://cdn.klingai-assets.net/{}"}}"#, long("a", size)),
            format!(
                r#"{{"image": "https://a.klingai-assets.net/a.jpg", "prompt": "{}"}}"#,
                long("猫", size)
            ),
            format!(
                r#"{{"image": "https://a.klingai-assets.net/a.jpg", "prompt": "{}", "odd": 1}}"#,
                long("\\ud83d\\ude00", size / 12)
            ),
            format!(
                r#"{{"image": "https://a.klingai-assets.net/a.jpg", "{}": 1}}"#,
                long("k", key)
            ),
            format!(
                r#"{{"image": "https://a.klingai-assets.net/a.jpg", "mode": "{}"}}"#,
                long("pro", size)
            ),
            format!(
                r#"{{"image": "https://a.klingai-assets.net/a.jpg", "external_task_id": "{}"}}"#,
                long("é", size)
            ),
        ] {
            let want = image2video.lint_str(&text);
            let have = image2video.lint_reader(Drops(text.as_bytes(), 4099), None).expect("reads");
            let what = format!("{text:.60}… of {size}");
            assert_eq!(places(&want), places(&have), "{what}");
        }
    }
}

/// Of a long string without a closing quote, the streamed reader says only that: its end is a guess.
#[test]
fn a_long_unclosed_string_is_told() {
    for size in [1 << 10, 1 << 18] {
        let text = format!(r#"{{"image": "{}"#, "QUJD".repeat(size));
        for report in [
            linter("image2video").lint_str(&text),
            linter("image2video").lint_reader(Drops(text.as_bytes(), 4099), None).expect("reads"),
        ] {
            assert_eq!(verdict(&report)[0], "KL0022 error /image");
            assert!(!report.is_acceptable());
        }
    }
}
