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

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::path::Path;

use kling_schema::rules;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Collect, Entries};
use crate::LintError;
use crate::report::SafeJson;

/// The version of the format.
const VERSION: u64 = 1;
/// More than any baseline has, in bytes: half a million findings.
const LONGEST: u64 = 64 << 20;

#[derive(Deserialize)]
#[serde(bound = "C: Collect", expecting = "an object with `version` and `findings`")]
struct File<C> {
    findings: Findings<C>,
}

/// What was read of the findings.
struct Findings<C> {
    collected: C,
    /// What is wrong with the first one that is none.
    wrong: Option<String>,
}

/// What is looked at first.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with `version` and `findings`")]
struct Header {
    version: u64,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Line<'l> {
    #[serde(borrow)]
    file: Cow<'l, str>,
    #[serde(borrow)]
    rule: Cow<'l, str>,
    #[serde(borrow)]
    pointer: Cow<'l, str>,
    #[serde(borrow)]
    hash: Cow<'l, str>,
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

impl<'de, C: Collect> Deserialize<'de> for Findings<C> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(Findings { collected: C::default(), wrong: None })
    }
}

/// They are put away one by one: together they take several times their text.
impl<'de, C: Collect> Visitor<'de> for Findings<C> {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut all: A) -> Result<Self, A::Error> {
        let mut number = 0;
        while let Some(Line { file, rule, pointer, hash, count }) = all.next_element()? {
            number += 1;
            let parsed = u64::from_str_radix(&hash, 16).ok().filter(|_| hash.len() == 16);
            let Some(parsed) = parsed else {
                self.wrong.get_or_insert_with(|| {
                    let shown = crate::printable::quoted(&hash);
                    format!("finding {number}: `hash` must be 16 hex digits; found {shown}")
                });
                continue;
            };
            // A rule that is no more has no findings: its entries are unused, no mistake.
            let rule = rules::find(&rule).map_or(&*rule, |rule| rule.id);
            self.collected.collect(&file, rule, &pointer, parsed, count);
        }
        Ok(self)
    }
}

/// Reads a baseline.
pub(crate) fn read<C: Collect>(path: &Path) -> Result<C, Unreadable> {
    let bytes = crate::fs::open::read_short(path, LONGEST).map_err(Unreadable::Refused)?;
    let bytes = bytes.ok_or_else(|| Unreadable::Malformed("it is larger than 64 MiB".into()))?;
    parse(&bytes).map_err(Unreadable::Malformed)
}

/// The entries in this text, or what is wrong with it.
pub(crate) fn parse<C: Collect>(bytes: &[u8]) -> Result<C, String> {
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
    match findings.wrong {
        Some(wrong) => Err(wrong),
        None => Ok(findings.collected),
    }
}

impl Entries {
    /// The text of the file.
    pub(crate) fn text(&self) -> std::io::Result<String> {
        let mut out = format!("{{\"version\": {VERSION}, \"findings\": [\n");
        let mut first = true;
        for (file, entries) in &self.0 {
            for (entry, count) in entries {
                let line = Line {
                    file: file.into(),
                    rule: (&*entry.rule).into(),
                    pointer: (&*entry.pointer).into(),
                    hash: format!("{:016x}", entry.hash).into(),
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

    use super::super::Entry;
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
        let told: Vec<String> = refused
            .iter()
            .map(|text| parse::<Entries>(text.as_bytes()).expect_err("no baseline"))
            .collect();
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
