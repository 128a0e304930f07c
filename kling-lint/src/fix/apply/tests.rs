//! How many texts are linted, which is what fixing takes: one for thousands of findings.

use std::io::Cursor;

use super::*;
use crate::Linter;
use crate::verdict::Room;

fn list(many: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<_> = (0..many).map(item).collect();
    format!("[{}]", items.join(",\n"))
}

fn request(member: &str) -> String {
    format!("{{\"image\": \"https://a.io/a.png\", {member}}}")
}

/// A request whose fix would make a prompt of too long a text.
fn held_back() -> String {
    request(&format!("\"promt\": \"{}\"", "x".repeat(501)))
}

/// The fixes of a text, and how many texts were linted for them.
fn fixes_by(
    text: &str,
    most: Applicability,
    room: Room,
    lint: impl Fn(&Linter, &mut dyn Read) -> Report,
) -> (Fixes, usize) {
    let linter = Linter::builder().endpoint("image2video").lists(true).build().expect("a linter");
    let mut file = OpenFile::new(Cursor::new(text.to_owned())).expect("memory");
    let (first, roomy) = (linter.lint_str(text), linter.with_room(room));
    let mut count = 0;
    let fixes = Fixing::new(&mut file).fix(&first, most, |reader| {
        count += 1;
        Ok(lint(&roomy, reader))
    });
    (fixes.expect("memory"), count)
}

fn fixes(text: &str, most: Applicability) -> (Fixes, usize) {
    fixes_in(text, most, Room::FIXED)
}

fn fixes_in(text: &str, most: Applicability, room: Room) -> (Fixes, usize) {
    fixes_by(text, most, room, |linter, reader| linter.lint_reader(reader, None).expect("memory"))
}

#[test]
fn thousands_of_findings_take_a_text() {
    for many in [300, 3_000, 6_000] {
        let text = list(many, |_| request("\"duration\": 5"));
        let (fixes, texts) = fixes(&text, Applicability::Safe);
        assert_eq!((fixes.count, fixes.untried), (many, 0));
        // What the first report has no room for is told by another one.
        let most = 1 + many.div_ceil(Room::FIXED.findings);
        assert!(texts <= most, "{texts} texts for {many} findings");
    }
}

#[test]
fn thousands_of_faults_take_a_text() {
    for many in [30, 300, 3_000] {
        let arrays = list(many, |_| "[1,]".into());
        let (fixes, texts) = fixes(&request(&format!("\"x\": {arrays}")), Applicability::Safe);
        assert_eq!((fixes.count, fixes.untried), (many, 0));
        assert!(texts <= 2, "{texts} texts for {many} faults");
        let comments = request(&format!("\"x\": {}", list(many, |_| "1 // one\n".into())));
        let (fixes, texts) = self::fixes(&comments, Applicability::Safe);
        assert_eq!((fixes.count, fixes.untried), (1, 0), "{many} comments are one habit");
        assert!(texts <= 2, "{texts} texts for {many} comments");
    }
}

#[test]
fn bad_fixes_are_seen_by_what_they_bring() {
    for (many, each) in [(10, 2), (400, 2), (400, 1), (400, 50)] {
        let bad = |index: usize| index.is_multiple_of(each);
        let item = |index| if bad(index) { held_back() } else { request("\"promt\": \"x\"") };
        let (fixes, texts) = fixes(&list(many, item), Applicability::Unsafe);
        let bad = (0..many).filter(|index| bad(*index)).count();
        assert_eq!((fixes.count, fixes.untried), (many - bad, 0));
        assert!(texts <= 5, "{texts} texts, {bad} of {many} bad");
        let lines: Vec<_> = fixes.held_back.iter().map(|it| it.start.line as usize).collect();
        assert_eq!(lines, (0..many).step_by(each).map(|index| index + 1).collect::<Vec<_>>());
        assert!(fixes.held_back.iter().all(|it| it.brings.as_deref() == Some("KL2001 too-long")));
    }
}

#[test]
fn what_is_not_told_hides_no_bad_fix() {
    let room = Room { findings: 250, ..Room::FIXED };
    for each in [2, 150] {
        let item = |index: usize| match index.is_multiple_of(each) {
            true => held_back(),
            false => request("\"promt\": \"x\""),
        };
        let (fixes, texts) = fixes_in(&list(400, item), Applicability::Unsafe, room);
        let bad = 400_usize.div_ceil(each);
        let made_or_told = (fixes.count, fixes.held_back.len(), fixes.untried);
        assert_eq!(made_or_told, (400 - bad, bad, 0), "{texts} texts");
    }
}

#[test]
fn where_nobody_is_to_blame_not_all_are_tried() {
    let text = list(200, |_| request("\"duration\": 5"));
    let (fixes, texts) = fixes_by(&text, Applicability::Safe, Room::FIXED, |linter, _| {
        // Of every text but the file, something worse.
        let mut report = linter.lint_str(&request("\"duration\": \"5\""));
        report.hidden = [0, 0, 1_000];
        report
    });
    assert_eq!(texts, LINTS);
    assert_eq!((fixes.count, fixes.held_back.len() + fixes.untried), (0, 200));
    assert!(fixes.untried > 0 && !fixes.held_back.is_empty());
}
