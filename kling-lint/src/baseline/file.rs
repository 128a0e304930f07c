//! The file of a baseline: JSON, sorted, one entry a line, so that a diff shows what came and went.
//!
//! ```text
//! {"version": 1, "findings": [
//!   {"file": "cat.image2video.json", "rule": "KL1002", "pointer": "/duration", "hash": "af63dc4c8601ec8c"},
//!   {"file": …, "count": 2}
//! ]}
//! ```
//!
//! `file` is told from the folder of the baseline, with slashes. `count` is there when a file has
//! several findings of a kind.

use std::fmt::Write as _;
use std::path::Path;

use kling_schema::rules;
use serde::{Deserialize, Serialize};

use super::{Entries, Entry};
use crate::LintError;
use crate::report::SafeJson;

/// The version of the format.
const VERSION: u64 = 1;
/// More than any baseline has, in bytes: half a million findings.
const LONGEST: u64 = 64 << 20;

#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with `version` and `findings`")]
struct File {
    findings: Vec<Line>,
}

/// What is looked at first.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with `version` and `findings`")]
struct Header {
    version: u64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Line {
    file: String,
    rule: String,
    pointer: String,
    hash: String,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

fn one() -> usize {
    1
}

fn is_one(count: &usize) -> bool {
    *count == 1
}

/// Why there is no baseline, in words.
#[derive(Debug)]
pub(crate) enum Unreadable {
    Refused(LintError),
    Malformed(String),
}

/// Reads a baseline.
pub(crate) fn read(path: &Path) -> Result<Entries, Unreadable> {
    let bytes = crate::fs::open::read_short(path, LONGEST).map_err(Unreadable::Refused)?;
    let bytes = bytes.ok_or_else(|| Unreadable::Malformed("it is larger than 64 MiB".into()))?;
    parse(&bytes).map_err(Unreadable::Malformed)
}

/// The entries in this text, or what is wrong with it.
pub(crate) fn parse(bytes: &[u8]) -> Result<Entries, String> {
    let malformed = |error: serde_json::Error| {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        if lines.any(|line| line.starts_with(b"<<<<<<<")) {
            return String::from("it has conflict markers of a merge");
        }
        let text = error.to_string();
        let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
        let reason = crate::printable::escape(&reason.chars().take(256).collect::<String>());
        format!("line {}, column {}: {reason}", error.line(), error.column())
    };
    if bytes.trim_ascii().is_empty() {
        return Err("it is empty".into());
    }
    // Keys and strings that are passed over are not looked at by the library.
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
        format!("line {line}: it is no text in UTF-8")
    })?;
    let Header { version } = serde_json::from_str(text).map_err(malformed)?;
    if version != VERSION {
        return Err(format!(
            "it has version {version}, and this kling-lint reads version {VERSION}: update it"
        ));
    }
    let File { findings } = serde_json::from_str(text).map_err(malformed)?;
    let mut entries = Entries::default();
    for (index, line) in findings.into_iter().enumerate() {
        let number = index + 1;
        let Line { file, rule, pointer, hash, count } = line;
        let parsed = u64::from_str_radix(&hash, 16).ok().filter(|_| hash.len() == 16);
        let Some(parsed) = parsed else {
            let shown = crate::printable::quoted(&hash);
            return Err(format!("finding {number}: `hash` must be 16 hex digits; found {shown}"));
        };
        // A rule that is no more has no findings: its entries are unused, no mistake.
        let rule = rules::find(&rule).map_or(rule, |rule| rule.id.to_owned());
        entries.add(&file, Entry { rule, pointer, hash: parsed }, count);
    }
    Ok(entries)
}

impl Entries {
    /// The text of the file.
    pub(crate) fn text(&self) -> std::io::Result<String> {
        let mut out = format!("{{\"version\": {VERSION}, \"findings\": [\n");
        let mut first = true;
        for (file, entries) in &self.0 {
            for (entry, count) in entries {
                let line = Line {
                    file: file.clone(),
                    rule: entry.rule.clone(),
                    pointer: entry.pointer.clone(),
                    hash: format!("{:016x}", entry.hash),
                    count: *count,
                };
                let mut bytes = Vec::new();
                SafeJson::write(&mut bytes, &line)?;
                out.push_str(if std::mem::take(&mut first) { "  " } else { ",\n  " });
                out.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        let end = if first { "]}" } else { "\n]}" };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{end}");
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(rule: &str, pointer: &str, hash: u64) -> Entry {
        Entry { rule: rule.into(), pointer: pointer.into(), hash }
    }

    #[test]
    fn one_entry_a_line_in_order() {
        let mut entries = Entries::default();
        entries.add("b.json", entry("KL2001", "/prompt", 7), 1);
        entries.add("a.json", entry("KL2001", "/prompt", 7), 1);
        entries.add("a.json", entry("KL1002", "/duration", u64::MAX), 1);
        entries.add("a.json", entry("KL1002", "/duration", u64::MAX), 1);
        insta::assert_snapshot!(entries.text().expect("text"), @r#"
        {"version": 1, "findings": [
          {"file":"a.json","rule":"KL1002","pointer":"/duration","hash":"ffffffffffffffff","count":2},
          {"file":"a.json","rule":"KL2001","pointer":"/prompt","hash":"0000000000000007"},
          {"file":"b.json","rule":"KL2001","pointer":"/prompt","hash":"0000000000000007"}
        ]}
        "#);
        assert_eq!(
            Entries::default().text().expect("text"),
            "{\"version\": 1, \"findings\": [\n]}\n"
        );
    }

    #[test]
    fn what_is_no_baseline() {
        let refused = [
            "",
            "[]",
            "{\"version\": 2, \"findings\": [{\"new\": 1}]}",
            "{\"version\": 1}",
            "{\"version\": 1, \"findings\": [{\"file\": \"a.json\"}]}",
            "{\"version\": 1, \"findings\": [\n<<<<<<< HEAD\n",
            "{\"version\": 1, \"findings\": [{\"file\":\"a\",\"rule\":\"KL1002\",\"pointer\":\"\",\"hash\":\"+1\"}]}",
            "{\"version\": 1, \"findings\": [{\"file\":\"a\",\"rule\":\"KL1002\",\"pointer\":\"\",\"hash\":\"0000000000000001\",\"line\":1}]}",
        ];
        let told: Vec<String> =
            refused.iter().map(|text| parse(text.as_bytes()).expect_err("no baseline")).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            written in proptest::collection::vec(
                ("\\PC{0,8}", "KL[0-9]{4}", "(/\\PC{0,4}){0,3}", any::<u64>(), 1_usize..4),
                0..8,
            )
        ) {
            let mut entries = Entries::default();
            for (file, rule, pointer, hash, count) in &written {
                entries.add(file, entry(rule, pointer, *hash), *count);
            }
            let text = entries.text().expect("text");
            prop_assert_eq!(parse(text.as_bytes()), Ok(entries));
        }
    }
}
