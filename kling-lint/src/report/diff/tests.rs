//! Diffs, read and undone.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn change(start: u64, end: u64, text: &str) -> Change {
    Change { span: start..end, text: text.into() }
}

fn diff(file: &str, changes: &[Change]) -> String {
    let mut out = Vec::new();
    unified(&mut out, "a.json", &mut Cursor::new(file), changes).expect("memory");
    anstream::adapter::strip_str(std::str::from_utf8(&out).expect("UTF-8")).to_string()
}

fn patched(file: &str, changes: &[Change]) -> String {
    let mut text = file.to_owned();
    for Change { span, text: new } in changes.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, new);
    }
    text
}

/// Applies a diff as `patch` does.
fn apply(file: &str, diff: &str) -> String {
    let old: Vec<&str> = file.split_inclusive('\n').collect();
    let (mut at, mut out) = (0, String::new());
    let mut lines = diff.split_inclusive('\n').skip(2).peekable();
    while let Some(line) = lines.next() {
        if let Some(place) = line.strip_prefix("@@ -") {
            let (from, rest) = place.split_once(',').expect("a place");
            let count: usize = rest.split(' ').next().expect("a count").parse().expect("a number");
            let from: usize = from.parse().expect("a number");
            let to = if count == 0 { from } else { from - 1 };
            old[at..to].iter().for_each(|line| out.push_str(line));
            at = to;
            continue;
        }
        let bare = lines.next_if(|next| next.starts_with('\\')).is_some();
        let text = if bare { &line[1..line.len() - 1] } else { &line[1..] };
        match line.as_bytes()[0] {
            b'+' => out.push_str(text),
            sign => {
                assert_eq!(old[at], text, "a line of the file: {diff}");
                at += 1;
                if sign == b' ' {
                    out.push_str(text);
                }
            }
        }
    }
    old[at..].iter().for_each(|line| out.push_str(line));
    out
}

#[test]
fn a_line_changes() {
    let file = "{\n  \"image\": \"a\",\n  \"duration\": 5\n}\n";
    assert_eq!(
        diff(file, &[change(32, 33, "\"5\"")]),
        "--- a.json\n+++ a.json\n@@ -1,4 +1,4 @@\n {\n   \"image\": \"a\",\n-  \"duration\": 5\n+  \"duration\": \"5\"\n }\n"
    );
}

#[test]
fn lines_go_and_come() {
    let file = "{\n  // hello\n  \"n\": 1\n}";
    let changes = [change(2, 13, ""), change(21, 21, ",\n  \"m\": 2")];
    assert_eq!(
        diff(file, &changes),
        "--- a.json\n+++ a.json\n@@ -1,4 +1,4 @@\n {\n-  // hello\n-  \"n\": 1\n+  \"n\": 1,\n+  \"m\": 2\n }\n\\ No newline at end of file\n"
    );
}

#[test]
fn a_long_line_is_cut_around_its_edits() {
    let long = "A".repeat(1 << 20);
    let file = format!("{{\"image\": \"data:image/png;base64,{long}\", \"duration\": 5}}");
    let at = file.len() as u64 - 2;
    let diff = diff(&file, &[change(11, 33, ""), change(at, at + 1, "\"5\"")]);
    assert!(diff.len() < 1000, "{diff}");
    assert!(diff.contains("\n-{\"image\": \"data:image/png;base64,AAA"), "{diff}");
    assert!(diff.contains("\n+{\"image\": \"AAA"), "{diff}");
    assert!(diff.contains("AAA…AAA"), "{diff}");
    assert!(diff.contains("AAA\", \"duration\": \"5\"}\n"), "{diff}");
}

#[test]
fn nothing_moves_the_cursor() {
    let diff = diff("{\"a\u{1b}[2J\u{202e}\": 5}\r\n", &[change(0, 0, " ")]);
    assert!(diff.contains("-{\"a\\u{1b}[2J\\u{202e}\": 5}\r\n"), "{diff:?}");
}

fn changes() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    prop::collection::vec((0_usize..30, 0_usize..8, "[a\n]{0,3}"), 1..5)
}

proptest! {
    #[test]
    fn a_diff_can_be_applied(file in "([a-c]{0,3}\n){0,14}[a-c]{0,2}", made in changes()) {
        let (mut at, mut changes) = (0, Vec::new());
        for (gap, len, text) in made {
            let start = at + gap;
            let end = (start + len).min(file.len());
            if start > file.len() { break }
            if start < end || !text.is_empty() {
                changes.push(change(start as u64, end as u64, &text));
            }
            at = end + 1;
        }
        if !changes.is_empty() {
            let diff = diff(&file, &changes);
            prop_assert_eq!(apply(&file, &diff), patched(&file, &changes), "{}", diff);
        }
    }
}
