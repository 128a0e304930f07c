//! What a request or a file is called must not change what a report says: each format is read back by
//! somebody else's parser, and has just the findings that were told.

use std::path::PathBuf;

use kling_schema::Severity;
use kling_schema::rules;
use proptest::prelude::*;
use quick_xml::events::Event;
use serde_json::Value;

use super::*;
use crate::finding::Excerpt;
use crate::report::samples;

/// Pieces that mean something to one format or another.
const PIECES: [&str; 24] = [
    "]]>",
    "::error::",
    "::error file=x::",
    "##[error]",
    "::set-output name=a::b",
    "\n",
    "\r\n",
    "%0A",
    "%",
    ",",
    ":",
    "=",
    "\"",
    "'",
    "&amp;",
    "</testcase>",
    "<!--",
    "\\",
    "\\ud800",
    "[a](b)",
    "{0}",
    "\u{1b}[2J",
    "\u{202e}",
    "猫",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z ]{1,4}",
    ];
    proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

/// A path beneath the root.
fn path() -> impl Strategy<Value = PathBuf> {
    text().prop_map(|text| PathBuf::from(format!("x{}", text.replace(['/', '\0', '\\'], "_"))))
}

/// Messages are safe to print, whatever they are about; pointers are raw.
fn finding() -> impl Strategy<Value = Finding> {
    let severity =
        prop_oneof![Just(Severity::Error), Just(Severity::Warning), Just(Severity::Info)];
    let rule = proptest::sample::select(rules::all().collect::<Vec<_>>());
    (rule, severity, text(), proptest::option::of(text()), text()).prop_map(
        |(rule, severity, message, help, pointer)| Finding {
            rule,
            severity,
            message: printable::escape(&message),
            help: help.map(|help| printable::escape(&help).into()),
            pointer: format!("/{pointer}"),
            excerpt: Excerpt::new(printable::escape(&message), 0..1),
            ..samples::wrong_type()
        },
    )
}

/// What a run says.
type Run = Vec<(PathBuf, Vec<Finding>)>;

fn run() -> impl Strategy<Value = Run> {
    let input = (path(), proptest::collection::vec(finding(), 0..4));
    proptest::collection::vec(input, 0..4).prop_map(|mut run| {
        run.sort_by(|one, other| one.0.cmp(&other.0));
        run.dedup_by(|one, other| one.0 == other.0);
        run
    })
}

fn told(mut reporter: impl Reporter, run: &Run) -> String {
    let mut out = Vec::new();
    for (path, findings) in run {
        let report = Report { findings: findings.to_vec(), ..Report::default() };
        let input = Checked::new(path, &report);
        reporter.checked(&mut out, &input).expect("a Vec takes it");
    }
    reporter.finish(&mut out, &Totals::default()).expect("a Vec takes it");
    String::from_utf8(out).expect("formats write UTF-8")
}

/// File, rule and message of every finding.
fn expected(run: &Run) -> Vec<(String, String, String)> {
    let each = |(path, findings): &(PathBuf, Vec<Finding>)| {
        let path = path.to_string_lossy().into_owned();
        let told = |it: &Finding| (path.clone(), it.rule.id.to_owned(), it.message.clone());
        findings.iter().map(told).collect::<Vec<_>>()
    };
    run.iter().flat_map(each).collect()
}

fn string(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// The bytes of a percent-encoded URI, as text.
fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        assert!(byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte), "{uri}");
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
        let digits = std::str::from_utf8(&digits).expect("ASCII");
        bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
    }
    String::from_utf8(bytes).expect("the name was UTF-8")
}

/// A SARIF message without the escapes of its brackets, and without backslashes of its own.
fn unescaped(message: &str) -> String {
    message.replace('\\', "")
}

/// Commands as the runner of GitHub Actions reads them, line by line: file, title, message.
fn commands(text: &str) -> Vec<(String, String, String)> {
    let lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let line = line.trim_start().strip_prefix("::").expect("nothing but commands");
            let (command, data) = line.split_once("::").expect("an end of the properties");
            let (name, properties) = command.split_once(' ').expect("properties");
            assert!(["error", "warning", "notice"].contains(&name), "{name}");
            let property = |wanted: &str| {
                let found = properties.split(',').filter_map(|it| it.split_once('='));
                let mut found = found.filter(|(name, _)| *name == wanted);
                let value = found.next().expect("the property").1;
                assert!(found.next().is_none(), "twice: {line}");
                value
                    .replace("%0D", "\r")
                    .replace("%0A", "\n")
                    .replace("%3A", ":")
                    .replace("%2C", ",")
                    .replace("%25", "%")
            };
            let data = data.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
            (property("file"), property("title"), data)
        })
        .collect()
}

/// Cases of a JUnit report: name, and all the text within.
fn cases(xml: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "testcase" => {
                let name = tag.try_get_attribute("name").expect("XML").expect("a name");
                let name = quick_xml::escape::unescape(&name.value).expect("XML").into_owned();
                cases.push((name, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, all)) = cases.last_mut() {
                    all.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let text = format!("&{};", &*name);
                let text = quick_xml::escape::unescape(&text).expect("XML");
                cases.last_mut().expect("a case").1.push_str(&text);
            }
            Event::Eof => return cases,
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nobody wrote these")
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn jsonl_is_read_back(run in run()) {
        let text = told(Jsonl::default(), &run);
        let found: Vec<_> = text.lines().map(|line| {
            let line: Value = serde_json::from_str(line).expect("JSON");
            (string(&line["file"]), string(&line["rule"]["id"]), string(&line["message"]))
        }).collect();
        prop_assert_eq!(found, expected(&run));
    }

    #[test]
    fn sarif_is_read_back(run in run()) {
        let log: Value = serde_json::from_str(&told(Sarif::new(Root::default()), &run)).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results");
        let found: Vec<_> = results.iter().map(|result| {
            let artifact = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            let message = string(&result["message"]["text"]);
            // A link in brackets that are no text.
            assert!(!message.replace("\\]", "").contains("]("), "{message}");
            let pointer = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
            let file = decoded(&string(&artifact["uri"]));
            (file, string(&result["ruleId"]), unescaped(&message), string(pointer))
        }).collect();
        let all = run.iter().flat_map(|(path, findings)| findings.iter().map(move |it| (path, it)));
        let expected: Vec<_> = all.map(|(path, it)| {
            let file = path.to_string_lossy().into_owned();
            (file, it.rule.id.to_owned(), unescaped(&advised(it)), it.pointer.clone())
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn gitlab_is_read_back(run in run()) {
        let issues: Value =
            serde_json::from_str(&told(Gitlab::new(Root::default()), &run)).expect("JSON");
        let issues = issues.as_array().expect("issues");
        let found: Vec<_> = issues.iter().map(|issue| {
            let path = string(&issue["location"]["path"]);
            (path, string(&issue["check_name"]), string(&issue["description"]))
        }).collect();
        prop_assert_eq!(found, expected(&run));
        let fingerprints: std::collections::HashSet<_> =
            issues.iter().map(|issue| string(&issue["fingerprint"])).collect();
        prop_assert_eq!(fingerprints.len(), issues.len());
    }

    #[test]
    fn github_is_read_back(run in run()) {
        let found = commands(&told(Github::new(Root::default(), true), &run));
        let all = run.iter().flat_map(|(path, findings)| findings.iter().map(move |it| (path, it)));
        let expected: Vec<_> = all.map(|(path, it)| {
            (shown(path), format!("{} {}", it.rule.id, it.rule.name), advised(it).into_owned())
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn junit_is_read_back(run in run()) {
        let found = cases(&told(Junit::new(Some(Severity::Warning)), &run));
        prop_assert_eq!(found.len(), run.len());
        for ((name, text), (path, findings)) in found.iter().zip(&run) {
            let visible = |text: &str| text.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}");
            prop_assert_eq!(name, &visible(&shown(path)));
            let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            prop_assert_eq!(lines.len(), findings.len());
            for finding in findings {
                let mut worded = String::new();
                push_worded(&mut worded, finding);
                prop_assert!(lines.iter().any(|line| line.contains(&visible(&worded))));
            }
        }
    }
}
