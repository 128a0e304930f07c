use std::fs;
use std::io::{Cursor, Read as _};

use tempfile::TempDir;

use super::*;

const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x58\0\0\x02\x58\x08\x02\0\0\0\x31\x04\x0f\x8b";

/// A picture of this many bytes.
fn png(len: usize) -> Vec<u8> {
    PNG.iter().copied().chain(std::iter::repeat(7)).take(len).collect()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn omni(prompt: &str) -> String {
    format!("{{\"prompt\": \"{prompt}\", \"image_list\": []}}")
}

/// Options for requests like that.
fn omni_options() -> Options {
    Options { endpoint: Some("omni-video".into()), ..Options::default() }
}

fn requests(folder: &TempDir, names: &[&str], options: &Options) -> Requests {
    let paths = names.iter().map(|name| folder.path().join(name));
    Requests::new(options, paths, None).expect("good options")
}

/// Names of those that pass, and why others do not, without the folder.
fn told(folder: &TempDir, names: &[&str], options: &Options) -> Vec<String> {
    let beside = format!("{}/", folder.path().display());
    requests(folder, names, options)
        .map(|it| match it {
            Ok((named, _)) => named.name(),
            Err(unfit) => unfit.to_string(),
        })
        .map(|it| it.replace(&beside, ""))
        .collect()
}

#[test]
fn files_lines_and_their_names() {
    let lines = format!("{}\n\n{}\r\n  \n{}", omni("a"), omni("b"), omni("c"));
    let (one, x) = (omni("one"), omni("x") + "\n");
    let folder = folder(&[
        ("one.json", one.as_bytes()),
        ("batch.JSONL", lines.as_bytes()),
        ("x.ndjson", x.as_bytes()),
    ]);
    let names = ["one.json", "batch.JSONL", "x.ndjson"];
    assert_eq!(
        told(&folder, &names, &omni_options()),
        ["one.json", "batch.JSONL:1", "batch.JSONL:3", "batch.JSONL:5", "x.ndjson:1"]
    );
    let bodies: Vec<String> = requests(&folder, &names, &omni_options())
        .map(|it| {
            let (named, first) = it.expect("fit");
            drop(first);
            let mut body = named.prepare().expect("still there");
            assert_eq!(body.hash().expect("unchanged").body_sha256, named.body_sha256());
            let mut text = String::new();
            body.reader().expect("a body").read_to_string(&mut text).expect("UTF-8");
            text
        })
        .collect();
    assert_eq!(bodies, [omni("one"), omni("a"), omni("b") + "\r", omni("c"), omni("x")]);
}

#[test]
fn findings_stand_on_their_line() {
    let lines = format!("{}\n\n  {{\"image_list\": 7}}\n[", omni("a"));
    let folder = folder(&[("a.omni-video.jsonl", lines.as_bytes())]);
    let mut requests = requests(&folder, &["a.omni-video.jsonl"], &Options::default());
    assert!(requests.next().expect("a request").is_ok());
    let mut refused = || match requests.next().expect("a request").expect_err("refused").why {
        Unfitness::Refused(refused) => refused,
        other => panic!("{other:?}"),
    };
    let report = refused().report;
    assert!(report.findings().iter().all(|it| it.start.line == 3), "{report:?}");
    let list = report.findings().iter().find(|it| it.pointer == "/image_list").expect("an error");
    assert_eq!(&lines.as_bytes()[list.span.start as usize..list.span.end as usize], b"7");
    assert!(refused().report.findings().iter().all(|it| it.start.line == 4));
    assert!(requests.next().is_none());
}

#[test]
fn what_cannot_be_read_says_what_helps() {
    let folder = folder(&[("requests/a.json", b"{}")]);
    assert_eq!(
        told(&folder, &["requests", "none.json", "none.jsonl", "-"], &Options::default()),
        [
            "requests: is a folder: every request is paid for, so name them, as in `requests/*.json`",
            "none.json: no such file",
            "none.jsonl: no such file",
            // In this folder it is a file's name.
            "-: no such file",
        ]
    );
    let paths = [PathBuf::from("-"), PathBuf::from("-")];
    let stdin = OpenFile::new(Cursor::new(omni("x"))).expect("memory");
    let options = omni_options();
    let told: Vec<_> = Requests::new(&options, paths, Some(stdin)).expect("options").collect();
    let (named, _) = told[0].as_ref().expect("a request");
    assert_eq!(named.name(), "<stdin>");
    assert!(named.prepare().is_ok_and(|mut body| body.hash().is_ok()));
    let unfit = told[1].as_ref().expect_err("it was read");
    assert_eq!(unfit.to_string(), "<stdin>: standard input can be read only once");
    let bad = Options { endpoint: Some("omni".into()), ..Options::default() };
    assert!(Requests::new(&bad, [], None).is_err());
}

#[test]
fn an_id_is_used_once() {
    let with = |id: &str, prompt: &str| {
        format!("{{\"prompt\": \"{prompt}\", \"image_list\": [], {id}}}\n")
    };
    let id = "\"external_task_id\": \"mine\"";
    let lines = [
        with(id, "a"),
        with("\"external_task_id\": \"m\\u0069ne\"", "b"),
        with("\"external_task_id\": \"\"", "c"),
        with("\"external_task_id\": null", "d"),
        with("\"external_task_id\": \"\", \"external_task_id\": \"last\"", "e"),
        with(&format!("\"external_task_id\": \"{}\"", "i".repeat(2000)), "f"),
    ]
    .concat();
    let folder = folder(&[("a.jsonl", lines.as_bytes()), ("b.json", with(id, "z").as_bytes())]);
    let same = "the `external_task_id` \"mine\" is that of a.jsonl:1 too; each task needs its own";
    let again = Options { again: true, ..omni_options() };
    assert_eq!(
        told(&folder, &["a.jsonl", "b.json"], &again),
        [
            "a.jsonl:1".to_owned(),
            format!("a.jsonl:2: {same}"),
            "a.jsonl:3".into(),
            "a.jsonl:4".into(),
            "a.jsonl:5: `external_task_id` is written twice: which one the server takes is not known; keep one".into(),
            "a.jsonl:6: the `external_task_id` is longer than 1024 bytes: no task can be found by it; shorten it".into(),
            format!("b.json: {same}"),
        ]
    );
}

#[test]
fn a_body_is_sent_once_unless_asked_for() {
    let (a, b) = (png(300), png(301));
    let request = |name: &str| format!("{{\"image\": \"{name}\"}}");
    let folder = folder(&[
        ("a.json", request("one.png").as_bytes()),
        ("b.json", request("two.png").as_bytes()),
        ("c.json", request("three.png").as_bytes()),
        ("one.png", &a),
        ("two.png", &a),
        ("three.png", &b),
    ]);
    let names = ["a.json", "b.json", "c.json", "a.json"];
    let same = "this is the same request as a.json; with `--again` both are sent, and paid";
    assert_eq!(
        told(&folder, &names, &Options::default()),
        [
            "a.json".to_owned(),
            format!("b.json: {same}"),
            "c.json".into(),
            format!("a.json: {same}")
        ]
    );
    assert_eq!(told(&folder, &names, &Options { again: true, ..Options::default() }), names);
}

#[test]
fn what_changed_since_is_not_sent() {
    let folder = folder(&[
        ("a.json", b"{\"image\": \"a.png\"}"),
        ("b.jsonl", b"{\"image\": \"https://cdn.kling.ai/a.png\"}\n"),
        ("a.png", &png(100_000)),
    ]);
    let all: Vec<Named> = requests(&folder, &["a.json", "b.jsonl"], &Options::default())
        .map(|it| it.expect("fit").0)
        .collect();
    let [picture, line] = all.as_slice() else { panic!("two requests") };

    // A picture that is another by now passes the linter, and is not what was shown.
    let mut other = png(100_000);
    other[50_000] = 8;
    fs::write(folder.path().join("a.png"), &other).expect("a file");
    let mut body = picture.prepare().expect("it passes");
    assert!(body.hash().is_err());

    // One that changes after it was hashed is cut short: no look of the linter was at that place.
    fs::write(folder.path().join("a.png"), png(100_000)).expect("a file");
    let mut body = picture.prepare().expect("it passes");
    body.set_id("kl1-x");
    body.hash().expect("unchanged");
    fs::write(folder.path().join("a.png"), &other).expect("a file");
    let mut sent = Vec::new();
    assert!(body.reader().expect("a body").read_to_end(&mut sent).is_err());
    assert!((sent.len() as u64) < body.content_length() && !sent.ends_with(b"}"));

    fs::write(folder.path().join("b.jsonl"), b"{\"image\": \"https://cdn.kling.ai/b.png\"}\n")
        .expect("a file");
    assert!(line.prepare().expect("it passes").hash().is_err());
    fs::remove_file(folder.path().join("a.json")).expect("gone");
    assert!(matches!(picture.prepare().expect_err("gone").why, Unfitness::Unreadable(_)));
}

#[test]
fn requests_go_to_other_threads() {
    fn sent<T: Send>() {}
    sent::<Requests>();
    sent::<Named>();
    sent::<Body>();
    sent::<Unfit>();
}
