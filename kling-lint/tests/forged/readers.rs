//! Readers of the formats, none of them ours.

use quick_xml::events::Event;
use serde_json::Value;

/// What a report says of one finding: its file, its rule, its message.
pub(crate) type Record = (String, String, String);

/// A value as text; what is none is shown as JSON.
pub(crate) fn string(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn items(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Lines of JSON that tell a finding.
pub(crate) fn jsonl(text: &str) -> Vec<Record> {
    let lines = text.split_terminator('\n').map(json).filter(|line| line["rule"].is_object());
    lines
        .map(|it| (string(&it["file"]), string(&it["rule"]["id"]), string(&it["message"])))
        .collect()
}

/// Rule and message of every result of the log.
pub(crate) fn sarif(text: &str) -> Vec<(String, String)> {
    let log = json(text);
    assert_eq!(items(&log["runs"]).len(), 1);
    let results = items(&log["runs"][0]["results"]);
    results.iter().map(|it| (string(&it["ruleId"]), string(&it["message"]["text"]))).collect()
}

/// Every issue that is a finding.
pub(crate) fn gitlab(text: &str) -> Vec<Record> {
    let issues = json(text);
    let issues = items(&issues).iter().map(|it| {
        let path = string(&it["location"]["path"]);
        (path, string(&it["check_name"]), string(&it["description"]))
    });
    issues.filter(|(_, rule, _)| rule.starts_with("KL")).collect()
}

/// A workflow command: its name, its properties, its text.
pub(crate) type Workflow = (String, Vec<(String, String)>, String);

/// Workflow commands, read as the runner of GitHub Actions reads them: name, properties, text. Any other
/// line is none, and is refused.
pub(crate) fn github(text: &str) -> Vec<Workflow> {
    let lines = text.split(['\n', '\r']).filter(|line| !line.is_empty());
    lines.map(|line| command(line).unwrap_or_else(|| panic!("no command: {line:?}"))).collect()
}

/// A line as the runner reads it: white space before the sign does not hide it.
pub(crate) fn command(line: &str) -> Option<Workflow> {
    let (command, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = command.split_once(' ').unwrap_or((command, ""));
    let properties = properties.split(',').filter_map(|it| it.split_once('='));
    let decoded = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let properties = properties.map(|(name, value)| {
        let value = decoded(value).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        (name.to_owned(), value)
    });
    Some((name.to_owned(), properties.collect(), decoded(data).replace("%25", "%")))
}

/// Whether runners of GitHub, Azure or TeamCity obey something in the line, wherever it stands.
pub(crate) fn old_command(line: &str) -> bool {
    let mut parts = line.split("##");
    parts.next();
    parts
        .any(|after| after.trim_start_matches(|it: char| it.is_ascii_alphabetic()).starts_with('['))
}

/// Cases of a JUnit report: name, how often it fails, errors, and the text within.
pub(crate) fn junit(xml: &str) -> Vec<(String, usize, usize, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases: Vec<(String, usize, usize, String)> = Vec::new();
    let unescaped = |text: &str| quick_xml::escape::unescape(text).expect("XML").into_owned();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) | Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.expect("an attribute of XML");
                }
                match tag.name().as_ref() {
                    "testcase" => {
                        let name = tag.try_get_attribute("name").expect("XML").expect("a name");
                        cases.push((unescaped(&name.value), 0, 0, String::new()));
                    }
                    "failure" => cases.last_mut().expect("a case").1 += 1,
                    "error" => cases.last_mut().expect("a case").2 += 1,
                    "system-out" => _ = cases.last_mut().expect("a case"),
                    other => assert!(["testsuites", "testsuite"].contains(&other), "{other}"),
                }
            }
            Event::Text(text) => {
                if let Some((.., all)) = cases.last_mut() {
                    all.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let text = unescaped(&format!("&{};", &*name));
                cases.last_mut().expect("a case").3.push_str(&text);
            }
            Event::Eof => return cases,
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nobody wrote these")
            }
            _ => {}
        }
    }
}

/// Whether a terminal, or a reader of Unicode, does something else than show the character: controls,
/// what turns the direction, ends a line, or is not seen. Written from the standard, not from our list.
pub(crate) fn acts(character: char) -> bool {
    let number = u32::from(character);
    matches!(number,
        // Cc
        0..=0x1f | 0x7f..=0x9f
        // Bidi_Control
        | 0x61c | 0x200e | 0x200f | 0x202a..=0x202e | 0x2066..=0x2069
        // Zl, Zp
        | 0x2028 | 0x2029
        // Default_Ignorable_Code_Point without what joins letters of scripts and emoji
        | 0xad | 0x200b | 0x2060..=0x2064 | 0xfeff | 0xe0000..=0xe007f)
}

/// Lines of a text of ours: nothing in it acts but their ends.
#[track_caller]
pub(crate) fn plain(what: &str, text: &str) {
    for line in text.split('\n') {
        let acting = line.chars().find(|it| acts(*it));
        assert!(acting.is_none(), "{what}: {acting:?} in {line:?}");
    }
}

/// A coloured text without its colours; any other escape stays, and is found.
pub(crate) fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|it: char| !it.is_ascii_digit() && it != ';');
        match end.filter(|end| after[*end..].starts_with('m')) {
            Some(end) => rest = &after[end + 1..],
            None => {
                out.push_str("\u{1b}[");
                rest = after;
            }
        }
    }
    out + rest
}

/// The hunks of a diff, counted by their own headers as `patch` counts them: files, hunks.
#[track_caller]
pub(crate) fn diff(text: &str) -> (usize, usize) {
    let (mut files, mut hunks) = (0, 0);
    let mut lines = text.split_terminator('\n').peekable();
    while let Some(line) = lines.next() {
        assert!(line.starts_with("--- "), "{line:?} in {text:?}");
        assert!(lines.next().is_some_and(|line| line.starts_with("+++ ")), "{text:?}");
        files += 1;
        while let Some(head) = lines.next_if(|line| line.starts_with("@@ ")) {
            let ranges = head.strip_prefix("@@ -").and_then(|it| it.strip_suffix(" @@"));
            let (old, new) = ranges.and_then(|it| it.split_once(" +")).expect("ranges");
            let many = |range: &str| {
                let many = range.split_once(',').map_or("1", |(_, many)| many);
                many.parse::<usize>().expect("a number")
            };
            let (mut old, mut new) = (many(old), many(new));
            while old > 0 || new > 0 {
                let line = lines.next().expect("a line of the hunk");
                match line.as_bytes().first() {
                    Some(b' ') => (old, new) = (old - 1, new - 1),
                    Some(b'-') => old -= 1,
                    Some(b'+') => new -= 1,
                    Some(b'\\') => {}
                    _ => panic!("no line of a hunk: {line:?} in {text:?}"),
                }
            }
            _ = lines.next_if(|line| line.starts_with('\\'));
            hunks += 1;
        }
    }
    (files, hunks)
}
