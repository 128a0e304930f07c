//! The provider, asked over sockets.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use kling_lint::kling_schema::endpoints::ENDPOINTS;
use kling_lint::kling_schema::replies::{Reply, Status};
use serde_json::{Value, json};

use super::{Options, Provider};

const VIDEOS: &str = "/kling/v1/videos/omni-video";
const IMAGES: &str = "/kling/v1/images/generations";

fn provider(change: impl FnOnce(&mut Options)) -> Provider {
    let mut options = Options { life: Duration::ZERO, ..Options::default() };
    change(&mut options);
    Provider::start(options).expect("a provider")
}

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn reply(&self) -> Reply {
        serde_json::from_slice(&self.body).expect("a reply")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.to_ascii_lowercase().starts_with(&format!("{name}: "));
        self.head.lines().find(|line| of(line)).map(|line| &line[name.len() + 2..])
    }
}

fn raw(provider: &Provider, bytes: &[u8]) -> Answer {
    let address = provider.base_url().strip_prefix("http://").expect("a URL");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    stream.write_all(bytes).expect("sent");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("an answer");
    let end = all.windows(4).position(|it| it == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&all[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    Answer { status, head, body: all[end + 4..].to_vec() }
}

fn get(provider: &Provider, target: &str) -> Answer {
    let head = format!("GET {target} HTTP/1.1\r\nHost: demo\r\nAuthorization: Bearer k\r\n\r\n");
    raw(provider, head.as_bytes())
}

fn post(provider: &Provider, path: &str, body: impl ToString) -> Answer {
    let body = body.to_string();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: demo\r\nAuthorization: Bearer k\r\n\
         Idempotency-Key: twice\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    raw(provider, head.as_bytes())
}

fn submit(provider: &Provider, prompt: &str) -> String {
    let answer = post(provider, VIDEOS, json!({ "prompt": prompt }));
    answer.reply().task_id().expect("an id").to_owned()
}

/// Without scheme and server.
fn target(provider: &Provider, url: &str) -> String {
    url.strip_prefix(provider.base_url()).expect("a URL of the provider").to_owned()
}

/// An asset is asked for without the key.
fn fetch(provider: &Provider, url: &str, headers: &str) -> Answer {
    let target = target(provider, url);
    raw(provider, format!("GET {target} HTTP/1.1\r\nHost: demo\r\n{headers}\r\n").as_bytes())
}

fn video_url(provider: &Provider, id: &str) -> String {
    let reply = get(provider, &format!("{VIDEOS}/{id}")).reply();
    let result = reply.task().and_then(|task| task.task_result.clone()).expect("a result");
    result.videos.first().and_then(|video| video.url.clone()).expect("a URL")
}

#[test]
fn a_task_is_taken_charged_and_made() {
    let provider = provider(|_| {});
    let answer = post(&provider, VIDEOS, json!({ "prompt": "A cat", "external_task_id": "a-1" }));
    assert_eq!(answer.status, 200);
    let reply = answer.reply();
    assert_eq!(reply.service_code(), Some(0));
    let id = reply.task_id().expect("an id").to_owned();

    let charges = provider.charges();
    assert_eq!(charges.len(), 1);
    assert_eq!(charges[0].task_id, id);
    assert_eq!(charges[0].external_task_id.as_deref(), Some("a-1"));
    assert_eq!(charges[0].idempotency_key.as_deref(), Some("twice"));
    assert_eq!(get(&provider, "/demo/charges").json(), json!(charges));

    let reply = get(&provider, &format!("{VIDEOS}/{id}")).reply();
    assert_eq!(reply.status(), Some(Status::Succeed));
    let asset = fetch(&provider, &video_url(&provider, &id), "");
    assert_eq!((asset.status, asset.body.as_slice()), (200, super::asset::VIDEO.bytes));
    assert_eq!(asset.header("content-type"), Some("video/mp4"));
}

/// Every request of the fixtures that is valid.
#[test]
fn every_route_takes_its_own_requests() {
    let provider = provider(|_| {});
    let valid = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/requests/valid");
    let mut sent = 0;
    for object in ENDPOINTS {
        let path = object.endpoint.expect("a route").path;
        for file in valid.join(object.name).read_dir().expect("a folder") {
            let file = file.expect("a file").path();
            let mut body = String::new();
            let opened = OpenOptions::new().read(true).open(&file);
            opened.and_then(|mut it| it.read_to_string(&mut body)).expect("a request");
            let answer = post(&provider, path, &body);
            let told = String::from_utf8_lossy(&answer.body);
            assert_eq!(answer.status, 200, "{}: {told}", file.display());
            sent += 1;
        }
    }
    assert!(sent > 40);
    assert_eq!(provider.charges().len(), sent);
}

#[test]
fn images_are_made_as_many_as_asked_for() {
    let provider = provider(|_| {});
    let one = json!({ "subject_image": "https://cdn.klingai-assets.net/cat.jpg" });
    let body = json!({ "subject_image_list": [one, one], "n": 3 });
    let id = post(&provider, IMAGES, &body).reply().task_id().expect("an id").to_owned();
    let reply = get(&provider, &format!("{IMAGES}/{id}")).reply();
    let result = reply.task().and_then(|task| task.task_result.clone()).expect("a result");
    assert_eq!(result.images.len(), 3);
    for image in &result.images {
        let asset = fetch(&provider, image.url.as_deref().expect("a URL"), "");
        assert_eq!((asset.status, asset.body.as_slice()), (200, super::asset::IMAGE.bytes));
    }
}

#[test]
fn a_task_takes_its_time() {
    let provider = provider(|options| options.life = Duration::from_secs(3600));
    let id = submit(&provider, "A cat");
    let reply = get(&provider, &format!("{VIDEOS}/{id}")).reply();
    assert_eq!(reply.status(), Some(Status::Submitted));
    assert_eq!(reply.task().and_then(|task| task.task_result.clone()), Some(Default::default()));
}

#[test]
fn a_bad_request_is_refused_with_the_finding_and_not_charged() {
    let provider = provider(|_| {});
    let answer = post(&provider, VIDEOS, json!({ "prompt": "A cat", "duration": 5 }));
    assert_eq!(answer.status, 400);
    let reply = answer.reply();
    assert_eq!(reply.service_code(), Some(1201));
    let message = reply.message.expect("a message");
    assert!(message.contains("/duration") && message.contains("string"), "{message}");
    // A local path is this tool's own; the provider knows no files.
    let answer = post(&provider, "/kling/v1/videos/image2video", json!({ "image": "cat.jpg" }));
    assert_eq!(answer.status, 400);
    assert_eq!(provider.charges(), []);
}

#[test]
fn a_body_that_breaks_off_is_not_charged() {
    let provider = provider(|_| {});
    let address = provider.base_url().strip_prefix("http://").expect("a URL");
    let body = json!({ "prompt": "A cat" }).to_string();
    let head = format!("POST {VIDEOS} HTTP/1.1\r\nAuthorization: k\r\nContent-Length: 100\r\n\r\n");
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.write_all((head + &body).as_bytes()).expect("sent");
    stream.shutdown(std::net::Shutdown::Write).expect("a half-closed connection");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an end");
    assert_eq!((answer, provider.charges()), (Vec::new(), Vec::new()));
}

#[test]
fn without_a_key_nothing_is_taken_or_told() {
    let provider = provider(|_| {});
    for key in ["", "Authorization: Bearer \r\n", "Authorization: \r\n"] {
        let body = r#"{"prompt": "A cat"}"#;
        let head = format!("POST {VIDEOS} HTTP/1.1\r\n{key}Content-Length: 19\r\n\r\n{body}");
        let answer = raw(&provider, head.as_bytes());
        assert_eq!((answer.status, answer.reply().service_code()), (401, Some(1001)), "{key}");
        let head = format!("GET {VIDEOS}/1 HTTP/1.1\r\n{key}\r\n");
        assert_eq!(raw(&provider, head.as_bytes()).status, 401, "{key}");
    }
    assert_eq!(provider.charges(), []);
}

#[test]
fn a_task_is_found_by_either_id_under_its_own_route_only() {
    let find = |provider: &Provider, path: &str, id: &str| {
        get(provider, &format!("{path}/{id}")).reply().task_id().map(str::to_owned)
    };
    let body = json!({ "prompt": "A cat", "external_task_id": "a/1" });
    let kind = provider(|_| {});
    let id = post(&kind, VIDEOS, &body).reply().task_id().map(str::to_owned);
    let text = id.clone().expect("an id");
    assert_eq!(find(&kind, VIDEOS, &text), id);
    assert_eq!(find(&kind, VIDEOS, "a%2F1"), id);
    assert_eq!(find(&kind, IMAGES, &text), None);
    assert_eq!(get(&kind, &format!("{VIDEOS}/1")).reply().service_code(), Some(1203));
    assert_eq!(get(&kind, "/v1/models").reply().service_code(), Some(1202));

    let strict = provider(|options| {
        (options.by_external_id, options.list, options.account_list) = (false, false, false);
    });
    post(&strict, VIDEOS, &body);
    assert_eq!(find(&strict, VIDEOS, "a%2F1"), None);
    assert_eq!(get(&strict, VIDEOS).status, 404);
    assert_eq!(get(&strict, "/api/task/self").status, 404);
}

#[test]
fn lists_are_in_pages_the_latest_first() {
    let provider = provider(|_| {});
    let ids: Vec<_> = (0..5).map(|number| submit(&provider, &format!("Cat {number}"))).collect();
    let listed = |target: &str, at: &str| -> Vec<String> {
        let value = get(&provider, target).json();
        let items = value.pointer(at).and_then(Value::as_array).expect("a list").clone();
        items.iter().map(|it| it["task_id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(listed(&format!("{VIDEOS}?pageNum=1&pageSize=2"), "/data"), [&*ids[4], &ids[3]]);
    assert_eq!(listed(&format!("{VIDEOS}?pageNum=3&pageSize=2"), "/data"), [&*ids[0]]);
    assert!(listed(IMAGES, "/data").is_empty());

    let account = "/api/task/self?platform=kling";
    let all = listed(&format!("{account}&p=1&page_size=100"), "/data/items");
    assert!(all.iter().eq(ids.iter().rev()));
    let one = format!("{account}&task_id={}", ids[2]);
    assert_eq!(listed(&one, "/data/items"), [&*ids[2]]);
    let seconds = provider.charges()[0].at / 1000;
    let before = format!("{account}&start_timestamp=1&end_timestamp={}", seconds - 1);
    assert!(listed(&before, "/data/items").is_empty());
    assert!(listed("/api/task/self?platform=suno", "/data/items").is_empty());
}

#[test]
fn numeric_ids_are_beyond_a_double() {
    let provider = provider(|options| options.numeric_ids = true);
    let answer = post(&provider, VIDEOS, json!({ "prompt": "A cat" }));
    let number = answer.json()["data"]["task_id"].as_u64().expect("a number");
    assert!(number > 1 << 53);
    assert_eq!(answer.reply().task_id(), Some(number.to_string().as_str()));
}

#[test]
fn a_part_of_an_asset_can_be_asked_for() {
    let provider = provider(|_| {});
    let url = video_url(&provider, &submit(&provider, "A cat"));
    let whole = fetch(&provider, &url, "");
    let etag = whole.header("etag").expect("a tag").to_owned();
    let len = whole.body.len();

    let part = fetch(&provider, &url, &format!("Range: bytes=100-\r\nIf-Range: {etag}\r\n"));
    assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[100..]));
    let range = format!("bytes 100-{}/{len}", len - 1);
    assert_eq!(part.header("content-range"), Some(range.as_str()));

    let changed = fetch(&provider, &url, "Range: bytes=100-\r\nIf-Range: \"other\"\r\n");
    assert_eq!((changed.status, changed.body.len()), (200, len));
    let beyond = fetch(&provider, &url, &format!("Range: bytes={len}-\r\n"));
    assert_eq!(beyond.status, 416);

    let with_key = fetch(&provider, &url, "Authorization: Bearer k\r\n");
    assert_eq!(with_key.status, 400);
    let forged = url.replace("signature=", "signature=0");
    assert_eq!(fetch(&provider, &forged, "").status, 403);
}

#[test]
fn urls_expire_and_are_made_anew() {
    let provider = provider(|options| options.url_life = Duration::ZERO);
    let id = submit(&provider, "A cat");
    let one = video_url(&provider, &id);
    assert_eq!(fetch(&provider, &one, "").status, 403);
    assert_ne!(video_url(&provider, &id), one);
}

#[test]
fn trouble_comes_as_asked_for() {
    let provider = provider(|_| {});
    let post = |wish: &str| post(&provider, VIDEOS, json!({ "prompt": format!("A cat {wish}") }));
    let charges = || provider.charges().len();

    let answer = post("demo:arrears");
    assert_eq!((answer.status, answer.reply().service_code(), charges()), (429, Some(1101), 0));
    for charged in [0, 0, 1] {
        let answer = post("demo:busy");
        let expected = if charged == 0 { (429, Some(1303)) } else { (200, Some(0)) };
        assert_eq!((answer.status, answer.reply().service_code()), expected);
        assert_eq!((answer.header("retry-after").is_some(), charges()), (charged == 0, charged));
    }
    assert_eq!((post("demo:504").status, charges()), (504, 2));
    let cut = post("demo:cut");
    let length = cut.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    assert!(cut.status == 200 && cut.body.len() < length && charges() == 3);

    let failed = submit(&provider, "demo:policy");
    let reply = get(&provider, &format!("{VIDEOS}/{failed}")).reply();
    assert_eq!((reply.service_code(), reply.status()), (Some(0), Some(Status::Failed)));

    let expired = submit(&provider, "demo:expired");
    let url = video_url(&provider, &expired);
    assert_eq!(video_url(&provider, &expired), url);
    assert_eq!(fetch(&provider, &url, "").status, 403);
    assert_eq!(fetch(&provider, &video_url(&provider, &expired), "").status, 200);

    let gone = submit(&provider, "demo:gone");
    for _ in 0..3 {
        assert_eq!(fetch(&provider, &video_url(&provider, &gone), "").status, 403);
    }
}

#[test]
fn what_is_no_request_is_refused() {
    let provider = provider(|_| {});
    for (bytes, status) in [
        ("hello\r\n\r\n", 400),
        ("GET http://demo/ HTTP/1.1\r\n\r\n", 400),
        ("PUT / HTTP/1.1\r\n\r\n", 405),
        ("POST /kling/v1/videos/text2video HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", 405),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        ("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("GET / HTTP/1.1\n\n", 200),
    ] {
        assert_eq!(raw(&provider, bytes.as_bytes()).status, status, "{bytes}");
    }
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(100 << 10));
    assert_eq!(raw(&provider, long.as_bytes()).status, 431);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: x\r\n".repeat(200));
    assert_eq!(raw(&provider, many.as_bytes()).status, 400);
}

#[test]
fn large_bodies_stream_through_the_linter() {
    let provider = provider(|_| {});
    let image = format!("data:image/png;base64,{}", "A".repeat(8 << 20));
    let answer = post(
        &provider,
        VIDEOS,
        json!({ "prompt": "A cat", "image_list": [{ "image_url": image }] }),
    );
    // It is no image: judged, not merely dropped.
    assert_eq!((answer.status, answer.reply().service_code()), (400, Some(1201)));
}

/// Clients that say nothing keep nobody else waiting, and a dropped provider ends them.
#[test]
fn silent_clients_do_no_harm() {
    let provider = provider(|_| {});
    let address = provider.base_url().strip_prefix("http://").expect("a URL").to_owned();
    let mut silent: Vec<_> =
        (0..50).map(|_| TcpStream::connect(&address).expect("a connection")).collect();
    submit(&provider, "A cat");
    let began = Instant::now();
    drop(provider);
    for stream in &mut silent {
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        // Reset or closed; either is an end.
        let _ = stream.read(&mut [0]);
    }
    assert!(began.elapsed() < Duration::from_secs(15));
    assert!(TcpStream::connect(&address).is_err());
}
