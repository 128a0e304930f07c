use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::*;
use crate::clock::{Millis, Waited};
use crate::id::Id;
use crate::transport::stub::{Stub, again, answer};

const TASK: &str = "831922345719271433";

/// A clock that runs, and may be interrupted.
struct Watch {
    start: Instant,
    stop: AtomicBool,
}

impl Clock for Watch {
    fn now(&self) -> Millis {
        Millis(1_795_000_000_000)
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn wait(&self, _: Duration) -> Waited {
        Waited::Whole
    }

    fn jitter(&self) -> f64 {
        0.0
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

fn intent() -> Intent {
    Intent {
        id: Id::from("kl1-01JD0000000000000000000000".to_owned()),
        external_task_id: "mine".to_owned(),
        idempotency_key: "mine".to_owned(),
        endpoint: "image2video".to_owned(),
        path: "/x".to_owned(),
        base_url: "http://127.0.0.1".to_owned(),
        request: "request.json".to_owned(),
        body_sha256: "0".repeat(64),
        sent_sha256: "1".repeat(64),
        content_length: 2,
        settings: Default::default(),
        key_fingerprint: "01234567".to_owned(),
        linter: "0.1.0".to_owned(),
    }
}

/// A movie of so many bytes, that looks like one.
fn movie(length: usize) -> Vec<u8> {
    let mut out = b"\0\0\0\x0cftypisom\0\0\0\x08moov".to_vec();
    out.extend((length as u32 - 20).to_be_bytes());
    out.extend(b"mdat");
    let mut state = 7u32;
    out.resize_with(length, || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    out
}

struct Bench {
    folder: tempfile::TempDir,
    clock: Arc<Watch>,
    loopback: bool,
    limits: Limits,
    told: Vec<(u64, Option<u64>)>,
}

impl Bench {
    fn new() -> Self {
        let clock = Watch { start: Instant::now(), stop: AtomicBool::new(false) };
        let long = Duration::from_secs(20);
        Bench {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(clock),
            loopback: true,
            limits: Limits { connect: long, stall: long, whole: long },
            told: Vec::new(),
        }
    }

    fn fetch(&mut self, url: &str) -> Fetched {
        self.fetch_one(url, 0, true)
    }

    fn fetch_one(&mut self, url: &str, number: u32, alone: bool) -> Fetched {
        let fetcher = Fetcher { out: self.folder.path().join("out"), loopback: self.loopback };
        let asset = Asset { number, url: url.to_owned(), seconds: Some("5.1".to_owned()) };
        let intent = intent();
        let job = Job {
            fetcher: &fetcher,
            intent: &intent,
            task_id: TASK,
            asset: &asset,
            alone,
            clock: &*self.clock,
            limits: self.limits,
        };
        let told = &mut self.told;
        let fetched = job
            .run(&mut |bytes, total| told.push((bytes, total)))
            .map_or_else(|other| other, Fetched::Stored);
        let shown = format!("{fetched:?}");
        assert!(!shown.contains("SIGNATURE"), "{shown}");
        fetched
    }

    fn stored(&mut self, url: &str) -> Stored {
        match self.fetch(url) {
            Fetched::Stored(stored) => stored,
            other => panic!("{other:?}"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("out").join(name)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.folder.path().join("out"))
            .expect("a folder")
            .map(|it| it.expect("a file").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

#[expect(clippy::disallowed_methods, reason = "small files of the test's own")]
fn bytes(path: impl AsRef<Path>) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}

fn missed(fetched: Fetched, word: &str) {
    match fetched {
        Fetched::Missed { why, .. } if why.contains(word) => {}
        other => panic!("{word}: {other:?}"),
    }
}

fn refused(fetched: Fetched, word: &str) {
    match fetched {
        Fetched::Impossible { why } if why.contains(word) => {}
        other => panic!("{word}: {other:?}"),
    }
}

/// Serves `bytes`, ranges too, and hangs up after `cut` bytes of the first answer.
fn ranges(bytes: Vec<u8>, tags: &'static [&'static str], cut: usize) -> Stub {
    Stub::new(move |number, line| {
        let head = line.head();
        let tag = tags[number.min(tags.len() - 1)];
        let from = head.split("range: bytes=").nth(1).and_then(|it| it.split('-').next());
        let from: Option<usize> = from.map(|it| it.parse().expect("a number"));
        let from = from.filter(|_| head.contains(&format!("if-range: {tag}\r\n")));
        let total = bytes.len();
        let (status, headers, body) = match from {
            Some(from) if from >= total => {
                ("416 No", format!("Content-Range: bytes */{total}\r\n"), &bytes[..0])
            }
            Some(from) => {
                let range = format!("Content-Range: bytes {from}-{}/{total}\r\n", total - 1);
                ("206 Partial", range, &bytes[from..])
            }
            None => ("200 OK", String::new(), &bytes[..]),
        };
        let said = answer(status, &format!("{headers}ETag: {tag}\r\n"), body);
        let head = said.len() - body.len();
        let end = if number == 0 { head.saturating_add(cut) } else { said.len() };
        line.say(&said[..end.min(said.len())]);
    })
}

#[test]
fn an_asset_is_stored_with_what_made_it_beside() {
    let movie = movie(300_000);
    let stub = Stub::saying(answer("200 OK", "Content-Type: x/y\r\nETag: \"1\"\r\n", &movie));
    let mut bench = Bench::new();
    let stored = bench.stored(&stub.url("/a/b.bin?Expires=1&SIGNATURE=2"));
    assert_eq!(stored.path, bench.path(&format!("{TASK}.mp4")).to_string_lossy());
    assert_eq!((stored.number, stored.bytes, stored.sha256.len()), (0, 300_000, 64));
    assert_eq!(bytes(&stored.path), movie);
    assert_eq!(bench.files(), [format!("{TASK}.json"), format!("{TASK}.mp4")]);
    assert_eq!(bench.told.last(), Some(&(300_000, Some(300_000))));
    let head = &stub.heads()[0];
    assert!(head.starts_with("get /a/b.bin?expires=1&signature=2 http/1.1\r\n"), "{head}");
    for word in ["authorization", "cookie", "referer", "range", "gzip"] {
        assert!(!head.contains(word), "{head}");
    }
    let text = String::from_utf8(bytes(bench.path(&format!("{TASK}.json")))).expect("text");
    assert!(!text.contains("SIGNATURE"));
    let sidecar: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(sidecar["assets"][0]["file"], format!("{TASK}.mp4"));
    assert_eq!(sidecar["assets"][0]["sha256"], *stored.sha256);
    assert_eq!(sidecar["assets"][0]["seconds"], "5.1");
    assert_eq!(sidecar["assets"][0]["stored"], "2026-11-18T11:06:40Z");
    assert_eq!(sidecar["submitted"], "2024-11-18T15:59:22.112Z");
    assert_eq!(sidecar["body_sha256"], "0".repeat(64));
    // Once more: what is there is not fetched again.
    assert_eq!(bench.stored("http://127.0.0.1:1/gone"), stored);
    assert_eq!(stub.heads().len(), 1);
}

#[test]
fn several_assets_share_a_sidecar() {
    let png = b"\x89PNG\r\n\x1a\n....\0\0\0\0IEND\xae\x42\x60\x82";
    let stub = Stub::saying(answer("200 OK", "", png));
    let mut bench = Bench::new();
    for number in [2, 0, 1] {
        let fetched = bench.fetch_one(&stub.url("/x"), number, false);
        assert!(matches!(fetched, Fetched::Stored(it) if it.number == number));
    }
    let names = [".json", "-0.png", "-1.png", "-2.png"].map(|it| format!("{TASK}{it}"));
    let mut files = bench.files();
    files.sort_by_key(|it| it.replace('.', "!"));
    assert_eq!(files, names);
    let sidecar: serde_json::Value =
        serde_json::from_slice(&bytes(bench.path(&format!("{TASK}.json")))).expect("JSON");
    let numbers: Vec<_> = (0..3).map(|it| sidecar["assets"][it]["number"].clone()).collect();
    assert_eq!(numbers, [0, 1, 2]);
}

#[test]
fn what_is_cut_short_is_gone_on_with() {
    let movie = movie(500_000);
    let stub = ranges(movie.clone(), &["\"e1\""], 200_000);
    let mut bench = Bench::new();
    missed(bench.fetch(&stub.url("/x?SIGNATURE")), "broke off");
    let part = bench.path(&format!("{TASK}.part"));
    assert_eq!(bytes(&part), movie[..200_000]);
    let stored = bench.stored(&stub.url("/x?SIGNATURE=other"));
    assert_eq!(bytes(&stored.path), movie);
    assert!(stub.heads()[1].contains("range: bytes=200000-\r\n"));
    assert!(stub.heads()[1].contains("if-range: \"e1\"\r\n"));
    assert!(!part.exists());
    assert_eq!(bench.told.last(), Some(&(500_000, Some(500_000))));
    assert_eq!(bench.files().len(), 2);
}

#[test]
fn another_version_is_begun_anew() {
    let movie = movie(500_000);
    let stub = ranges(movie.clone(), &["\"e1\"", "\"e2\""], 200_000);
    let mut bench = Bench::new();
    missed(bench.fetch(&stub.url("/")), "broke off");
    let stored = bench.stored(&stub.url("/"));
    assert_eq!(bytes(&stored.path), movie);
    assert_eq!(stub.heads().len(), 2);
}

/// Whatever a server makes of a range, the file is right or there is none.
#[test]
fn ranges_that_lie_are_begun_anew() {
    let movie = movie(100_000);
    for (name, first, rest) in [
        ("a wrong offset", "ETag: \"1\"\r\n", "206 P|Content-Range: bytes 40000-99999/100000\r\n"),
        ("another length", "ETag: \"1\"\r\n", "206 P|Content-Range: bytes 50000-99999/200000\r\n"),
        (
            "another tag",
            "ETag: \"1\"\r\n",
            "206 P|Content-Range: bytes 50000-99999/100000\r\nETag: \"2\"\r\n",
        ),
        ("not to the end", "ETag: \"1\"\r\n", "206 P|Content-Range: bytes 50000-99998/100000\r\n"),
        ("no range", "ETag: \"1\"\r\n", "206 P|"),
        ("garbage", "ETag: \"1\"\r\n", "206 P|Content-Range: bytes x-y/z\r\n"),
        ("416 elsewhere", "ETag: \"1\"\r\n", "416 N|Content-Range: bytes */7\r\n"),
        ("416 nowhere", "ETag: \"1\"\r\n", "416 N|"),
        (
            "a date",
            "Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n",
            "206 P|Content-Range: bytes 1-2/3\r\n",
        ),
    ] {
        let bytes_of = movie.clone();
        let stub = Stub::new(move |number, line| {
            let asked = line.head().contains("\r\nrange:");
            assert_eq!(asked, number == 1);
            let whole = answer("200 OK", first, &bytes_of);
            match number {
                0 => line.say(&whole[..whole.len() - 50_000]),
                1 => {
                    let (status, headers) = rest.split_once('|').expect("two parts");
                    line.say(answer(status, headers, &bytes_of[50_000..]));
                }
                _ => line.say(whole),
            }
        });
        let mut bench = Bench::new();
        missed(bench.fetch(&stub.url("/")), "broke off");
        let stored = bench.stored(&stub.url("/"));
        assert_eq!(bytes(&stored.path), movie, "{name}");
        assert_eq!(stub.heads().len(), 3, "{name}");
    }
}

#[test]
fn without_a_strong_validator_nothing_is_gone_on_with() {
    let movie = movie(100_000);
    for tag in ["", "ETag: W/\"1\"\r\n", "ETag: \"\"\r\n", "ETag: unquoted\r\n"] {
        let bytes_of = movie.clone();
        let stub = Stub::new(move |number, line| {
            assert!(!line.head().contains("\r\nrange:"));
            let said = answer("200 OK", tag, &bytes_of);
            line.say(&said[..said.len() - if number == 0 { 1000 } else { 0 }]);
        });
        let mut bench = Bench::new();
        missed(bench.fetch(&stub.url("/")), "broke off");
        assert_eq!(bytes(bench.stored(&stub.url("/")).path), movie);
    }
}

#[test]
fn a_part_that_is_all_there_needs_no_more_bytes() {
    let movie = movie(100_000);
    let stub = ranges(movie.clone(), &["\"e1\""], 100_000);
    let mut bench = Bench::new();
    std::fs::create_dir(bench.folder.path().join("out")).expect("a folder");
    let mut part = Part::open(&bench.folder.path().join("out"), TASK).expect("a part");
    part.begin(Some("\"e1\"".to_owned()), None).expect("room");
    part.push(&movie).expect("room");
    part.sync().expect("room");
    drop(part);
    assert_eq!(bytes(bench.stored(&stub.url("/")).path), movie);
    assert!(stub.heads()[0].contains("range: bytes=100000-"));
    assert_eq!(stub.heads().len(), 1);
}

/// A crash before the rename, and one between it and the sidecar: nothing is fetched again.
#[test]
fn what_was_checked_is_not_fetched_again() {
    for renamed in [false, true] {
        let movie = movie(100_000);
        let mut bench = Bench::new();
        let out = bench.folder.path().join("out");
        std::fs::create_dir(&out).expect("a folder");
        let mut part = Part::open(&out, TASK).expect("a part");
        part.begin(None, None).expect("room");
        part.push(&movie).expect("room");
        part.complete("mp4").expect("room");
        if renamed {
            std::fs::rename(part.path(), out.join(format!("{TASK}.mp4"))).expect("a rename");
        }
        let stored = bench.stored("http://127.0.0.1:1/gone");
        assert_eq!(bytes(stored.path), movie);
        assert_eq!(bench.files(), [format!("{TASK}.json"), format!("{TASK}.mp4")]);
    }
}

#[test]
fn foreign_files_are_never_written_over() {
    let movie = movie(50_000);
    let stub = Stub::saying(answer("200 OK", "", &movie));
    let mut bench = Bench::new();
    std::fs::create_dir(bench.folder.path().join("out")).expect("a folder");
    for name in [".mp4", "-2.mp4", ".json", "-2.json"] {
        std::fs::write(bench.path(&format!("{TASK}{name}")), b"{\"mine\":1}").expect("room");
    }
    let stored = bench.stored(&stub.url("/"));
    assert_eq!(stored.path, bench.path(&format!("{TASK}-3.mp4")).to_string_lossy());
    for name in [".mp4", "-2.mp4", ".json", "-2.json"] {
        assert_eq!(bytes(bench.path(&format!("{TASK}{name}"))), b"{\"mine\":1}");
    }
    assert_eq!(bench.files().len(), 6);
    // And the task's own sidecar is found again behind the others.
    assert_eq!(bench.stored("http://127.0.0.1:1/"), stored);
}

#[test]
fn the_same_bytes_under_the_name_are_the_asset() {
    let movie = movie(50_000);
    let stub = Stub::saying(answer("200 OK", "", &movie));
    let mut bench = Bench::new();
    std::fs::create_dir(bench.folder.path().join("out")).expect("a folder");
    std::fs::write(bench.path(&format!("{TASK}.mp4")), &movie).expect("room");
    bench.stored(&stub.url("/"));
    assert_eq!(bench.files(), [format!("{TASK}.json"), format!("{TASK}.mp4")]);
}

#[test]
fn statuses_say_what_may_help() {
    for status in [400, 401, 403, 404, 410, 451] {
        let stub = Stub::saying(answer(&format!("{status} X"), "", b"<Error/>"));
        assert_eq!(Bench::new().fetch(&stub.url("/")), Fetched::Expired { status });
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 524, 599] {
        let stub = Stub::saying(answer(&format!("{status} X"), "Retry-After: 7\r\n", b"later"));
        match Bench::new().fetch(&stub.url("/")) {
            Fetched::Missed { why, retry_after } => {
                assert_eq!(why, format!("127.0.0.1: it answers {status}"));
                assert_eq!(retry_after.as_deref(), Some("7"));
            }
            other => panic!("{other:?}"),
        }
    }
    for status in ["204 No Content", "201 Created", "304 Not Modified", "300 Choices"] {
        let stub = Stub::saying(format!("HTTP/1.1 {status}\r\n\r\n"));
        missed(Bench::new().fetch(&stub.url("/")), "without an asset");
    }
}

#[test]
fn what_is_no_asset_is_not_stored() {
    for (content, word) in [
        (&b"<!DOCTYPE html><title>Sign in</title>"[..], "HTML"),
        (b"{\"code\":0}", "JSON"),
        (b"<?xml version=\"1.0\"?><Error/>", "XML"),
        (b"expired", "text"),
        (b"\x1f\x8b\x08\x00\x00", "no video"),
    ] {
        for chunked in [false, true] {
            let said = if chunked {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
                    content.len()
                );
                [head.as_bytes(), content, b"\r\n0\r\n\r\n"].concat()
            } else {
                answer("200 OK", "Content-Type: video/mp4\r\n", content)
            };
            let mut bench = Bench::new();
            refused(bench.fetch(&Stub::saying(said).url("/")), word);
            assert_eq!(bench.files(), [""; 0]);
        }
    }
    missed(Bench::new().fetch(&Stub::saying(answer("200 OK", "", b"")).url("/")), "too early");
}

#[test]
fn compressed_answers_are_refused_unread() {
    for coding in ["gzip", "br", "identity, gzip", "GZIP"] {
        let said = answer("200 OK", &format!("Content-Encoding: {coding}\r\n"), &movie(1000));
        let mut bench = Bench::new();
        refused(bench.fetch(&Stub::saying(said).url("/")), "compresses");
        assert_eq!(bench.files(), [""; 0]);
    }
    let said = answer("200 OK", "Content-Encoding: Identity\r\n", &movie(1000));
    Bench::new().stored(&Stub::saying(said).url("/"));
}

/// The length is right for chunks, and wrong for a movie.
#[test]
fn a_chunked_movie_that_ends_early_is_noticed() {
    for keep in [100, 40_000, 99_999] {
        let movie = movie(100_000);
        let head = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: \"1\"\r\n\r\n{keep:x}\r\n"
        );
        let said = [head.as_bytes(), &movie[..keep], b"\r\n0\r\n\r\n"].concat();
        let mut bench = Bench::new();
        missed(bench.fetch(&Stub::saying(said).url("/")), "cut short");
        assert_eq!(bench.files(), [""; 0]);
        // Nor does a server that just hangs up get away with it.
        let said = [&b"HTTP/1.0 200 OK\r\n\r\n"[..], &movie[..keep]].concat();
        missed(Bench::new().fetch(&Stub::saying(said).url("/")), "cut short");
    }
    let movie = movie(100_000);
    let said = [&b"HTTP/1.0 200 OK\r\n\r\n"[..], &movie].concat();
    Bench::new().stored(&Stub::saying(said).url("/"));
}

#[test]
fn too_much_is_refused() {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LARGEST + 1);
    let mut bench = Bench::new();
    refused(bench.fetch(&Stub::saying(head).url("/")), "2 GiB");
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn redirects_are_followed_with_care() {
    let movie = movie(1000);
    let stub = Stub::new(move |_, line| {
        let head = line.head();
        let place = match head.split(' ').nth(1).expect("a path") {
            "/0" => "/a/1",
            "/a/1" => "2?x=y#z",
            "/a/2?x=y" => "?q=3",
            "/a/2?q=3" => "../4",
            "/a/../4" => "//127.0.0.1:PORT/5",
            "/5" => return line.say(answer("200 OK", "", &movie)),
            "/loop" => "/loop",
            "/nowhere" => return line.say("HTTP/1.1 302 Found\r\n\r\n"),
            "/metadata" => "http://169.254.169.254/latest/meta-data",
            "/private" => "https://192.168.0.1/SIGNATURE",
            "/clear" => "http://cdn.example/",
            "/user" => "https://user:SIGNATURE@cdn.example/",
            "/file" => "file:///etc/passwd",
            "/numbers" => "https://2852039166/",
            _ => "/0",
        };
        let port = head.split("host: 127.0.0.1:").nth(1).and_then(|it| it.lines().next());
        let place = place.replace("PORT", port.expect("a port"));
        line.say(format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"));
    });
    Bench::new().stored(&stub.url("/0"));
    for (path, word) in [
        ("/one-more", "5 times"),
        ("/loop", "5 times"),
        ("/metadata", "only https"),
        ("/private", "a private address"),
        ("/clear", "only https"),
        ("/user", "password"),
        ("/file", ""),
        ("/numbers", "no host's name"),
    ] {
        let mut bench = Bench::new();
        let fetched = bench.fetch(&stub.url(path));
        match path {
            "/file" => assert!(!matches!(fetched, Fetched::Stored(_)), "{fetched:?}"),
            _ => refused(fetched, word),
        }
    }
    missed(Bench::new().fetch(&stub.url("/nowhere")), "where to look");
}

#[test]
fn this_machine_is_off_limits_unless_the_server_is_on_it() {
    let stub = Stub::saying(answer("200 OK", "", &movie(1000)));
    let port = stub.address.port();
    let mut bench = Bench::new();
    bench.loopback = false;
    for (url, word) in [
        (stub.url("/"), "only https"),
        (format!("https://127.0.0.1:{port}/"), "loopback"),
        (format!("https://localhost:{port}/"), "private network"),
        (format!("https://[::1]:{port}/"), "loopback"),
        (format!("https://[::ffff:127.0.0.1]:{port}/"), "loopback"),
        (format!("https://2130706433:{port}/"), "no host's name"),
        (format!("https://0x7f.1:{port}/"), "no host's name"),
        ("https:///x".to_owned(), ""),
        ("nonsense".to_owned(), ""),
        (String::new(), ""),
    ] {
        refused(bench.fetch(&url), word);
    }
    assert_eq!(stub.heads().len(), 0);
}

#[test]
fn silence_ends() {
    let short = Duration::from_millis(100);
    for said in ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\0\0\0\x0cftypisom"] {
        let stub = Stub::new(move |_, line| {
            line.head();
            line.say(said);
            line.rest();
        });
        let mut bench = Bench::new();
        bench.limits.stall = short;
        missed(bench.fetch(&stub.url("/")), "in time");
    }
}

/// Bytes now and then do not move the deadline.
#[test]
fn a_trickle_ends_and_is_kept() {
    let stub = Stub::new(|_, line| {
        line.head();
        line.say("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nETag: \"1\"\r\n\r\n");
        for chunk in movie(100_000).chunks(100) {
            line.say(chunk);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let mut bench = Bench::new();
    bench.limits.whole = Duration::from_millis(200);
    missed(bench.fetch(&stub.url("/")), "in time");
    let part = bytes(bench.path(&format!("{TASK}.part")));
    assert!(part.len() > 100 && movie(100_000).starts_with(&part));
}

#[test]
fn the_user_can_stop_it() {
    for said in ["", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n\0\0\0\x0cftypisom"] {
        let mut bench = Bench::new();
        let clock = bench.clock.clone();
        let stub = Stub::new(move |_, line| {
            line.head();
            line.say(said);
            clock.stop.store(true, Ordering::SeqCst);
            line.rest();
        });
        missed(bench.fetch(&stub.url("/")), "the user stopped it");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let stub = Stub::saying(answer("200 OK", "", &movie(1000)));
    let mut bench = Bench::new();
    std::fs::write(bench.folder.path().join("out"), b"a file").expect("room");
    refused(bench.fetch(&stub.url("/")), "cannot write");
}

/// People look at a screen, not at every block.
#[test]
fn progress_is_told_now_and_then() {
    let stub = Stub::saying(answer("200 OK", "", &movie(20 << 20)));
    let mut bench = Bench::new();
    let begun = Instant::now();
    bench.stored(&stub.url("/"));
    let most = begun.elapsed().as_millis() / TELL.as_millis() + 3;
    assert!(bench.told.len() as u128 <= most, "{}", bench.told.len());
    assert!(bench.told.is_sorted());
}

#[test]
fn folders_are_made() {
    let stub = Stub::saying(answer("200 OK", "", &movie(1000)));
    let folder = tempfile::tempdir().expect("a folder");
    let fetcher = Fetcher { out: folder.path().join("a/b"), loopback: true };
    let asset = Asset { number: 0, url: stub.url("/"), seconds: None };
    let clock = Watch { start: Instant::now(), stop: AtomicBool::new(false) };
    let mut told = 0;
    let fetched = fetcher.fetch(&intent(), "../x", &asset, true, &clock, &mut |_, _| told += 1);
    assert!(matches!(fetched, Fetched::Stored(it) if it.path.ends_with("%2E.%2Fx.mp4")));
    assert!(told >= 1);
}

#[test]
#[ignore = "run by a_proxy_is_told_no_private_host"]
fn child_fetches_from_a_cdn() {
    if std::env::var_os("PROXIED").is_none() {
        return;
    }
    let mut bench = Bench::new();
    bench.loopback = false;
    missed(bench.fetch("https://cdn.invalid/?SIGNATURE"), "403");
    for url in ["https://10.0.0.1/", "https://localhost/", "https://0x7f.1/", "https://a.local/"] {
        refused(bench.fetch(url), "refused");
    }
}

/// The proxy looks names up, also that of a private address; it is itself on one here.
#[test]
fn a_proxy_is_told_no_private_host() {
    let stub = Stub::saying("HTTP/1.1 403 No\r\n\r\n");
    again(
        "fetch::tests::child_fetches_from_a_cdn",
        &[("HTTPS_PROXY", &stub.url("")), ("PROXIED", "1")],
    );
    let heads = stub.heads();
    assert_eq!(heads.len(), 1, "{heads:?}");
    assert!(heads[0].starts_with("connect cdn.invalid:443 http/1.1\r\n"), "{heads:?}");
    assert!(!heads[0].contains("signature"), "{heads:?}");
}

/// The linter's own movies: those that break off are known.
#[test]
fn movies_of_other_programs_are_judged_rightly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/media/videos");
    let broken = [
        "box_of_2_63_bytes.mp4",
        "box_of_2_64_bytes.mp4",
        "box_of_2_bytes.mp4",
        "box_of_2_bytes_64.mp4",
        "cut_before_moov.mp4",
        "cut_behind_moov.mp4",
        "cut_in_mdat.mp4",
        "cut_in_moov.mp4",
        "empty_moov.mp4",
        "junk_behind.mp4",
        "no_moov.mp4",
        "only_ftyp.mp4",
    ];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("a file");
        let name = entry.file_name().to_string_lossy().into_owned();
        let content = bytes(entry.path());
        let Ok(kind) = magic::kind(&content) else { continue };
        let missing = |length: usize| {
            let mut file = io::Cursor::new(&content[..length]);
            magic::missing(kind, &mut file, length as u64, false).expect("no I/O").is_some()
        };
        if missing(content.len()) {
            found.push(name);
        } else if name == "plain.mp4" {
            assert!((12..content.len()).step_by(97).all(missing));
        }
    }
    found.sort();
    assert_eq!(found, broken);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a_full_disk_keeps_what_arrived"]
fn child_fills_a_disk() {
    let Some(disk) = std::env::var_os("SMALL_DISK").map(PathBuf::from) else { return };
    let movie = movie(700_000);
    let stub = ranges(movie.clone(), &["\"1\""], usize::MAX);
    let asset = Asset { number: 0, url: stub.url("/"), seconds: None };
    let clock = Watch { start: Instant::now(), stop: AtomicBool::new(false) };
    let fetcher = Fetcher { out: disk.join("out"), loopback: true };
    let fetch = || fetcher.fetch(&intent(), TASK, &asset, true, &clock, &mut |_, _| {});
    let ballast = disk.join("ballast");
    std::fs::write(&ballast, vec![0; 400_000]).expect("room");
    refused(fetch(), "no room on the disk; what arrived is kept");
    let part = bytes(fetcher.out.join(format!("{TASK}.part")));
    assert!(!part.is_empty() && movie.starts_with(&part));
    // Still no room: nothing is lost.
    refused(fetch(), "no room");
    std::fs::remove_file(ballast).expect("a file");
    match fetch() {
        Fetched::Stored(stored) => assert_eq!(bytes(stored.path), movie),
        other => panic!("{other:?}"),
    }
    assert!(stub.heads()[2].contains("\r\nrange: "), "{:?}", stub.heads());
}

/// Where this sandbox lets a small disk be made.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_keeps_what_arrived() {
    use std::process::Command;
    let folder = tempfile::tempdir().expect("a folder");
    let script = "mount -t tmpfs -o size=800k none \"$SMALL_DISK\" || exit 77
        exec \"$0\" fetch::tests::child_fills_a_disk --exact --ignored --nocapture";
    for namespace in [&["--user", "--map-root-user", "--mount"][..], &["--mount"]] {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new("unshare");
        command.args(namespace).args(["sh", "-c", script]).arg(program);
        let Ok(output) = command.env("SMALL_DISK", folder.path()).output() else { break };
        let shown = String::from_utf8_lossy(&output.stderr);
        if shown.starts_with("unshare:") || output.status.code() == Some(77) {
            continue;
        }
        assert!(output.status.success(), "{}{shown}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    println!("skipped: no small disk can be made here");
}

#[cfg(feature = "failpoints")]
#[test]
#[ignore = "run by a_crash_loses_nothing"]
fn child_crashes_while_it_fetches() {
    let (Ok(out), Ok(url)) = (std::env::var("OUT"), std::env::var("ASSET")) else { return };
    let fetcher = Fetcher { out: out.into(), loopback: true };
    let asset = Asset { number: 0, url, seconds: None };
    let clock = Watch { start: Instant::now(), stop: AtomicBool::new(false) };
    let fetched = fetcher.fetch(&intent(), TASK, &asset, true, &clock, &mut |_, _| {});
    panic!("{fetched:?}");
}

/// Wherever the process ends, the next one goes on, and asks for no byte twice that is sure.
#[cfg(feature = "failpoints")]
#[test]
fn a_crash_loses_nothing() {
    use std::process::Command;
    for (name, requests, ranged) in
        [("mid-fetch", 2, true), ("before-rename", 1, false), ("after-rename", 1, false)]
    {
        let movie = movie(500_000);
        let stub = ranges(movie.clone(), &["\"1\""], usize::MAX);
        let mut bench = Bench::new();
        let child = Command::new(std::env::current_exe().expect("this program"))
            .args(["fetch::tests::child_crashes_while_it_fetches", "--exact", "--ignored"])
            .env("KLING_SUBMIT_FAILPOINT", name)
            .env("ASSET", stub.url("/"))
            .env("OUT", bench.path(""))
            .output()
            .expect("a process");
        // Neither a success nor a test that failed: it was aborted.
        assert!(!matches!(child.status.code(), Some(0 | 101)), "{name}: {child:?}");
        let stored = bench.stored(&stub.url("/"));
        assert_eq!(bytes(&stored.path), movie, "{name}");
        assert_eq!(bench.files(), [format!("{TASK}.json"), format!("{TASK}.mp4")], "{name}");
        let heads = stub.heads();
        assert_eq!(heads.len(), requests, "{name}: {heads:?}");
        let range = heads.last().expect("a request").contains("range: bytes=65536-");
        assert_eq!(range, ranged, "{name}");
    }
}
