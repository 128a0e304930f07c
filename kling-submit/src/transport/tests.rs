use std::io::{self, Read};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::http::{BaseUrl, Http, Limits};
use super::stub::{Stub, again, answer};
use super::{Broken, Transport};
use crate::entry::{Intent, RawReply};
use crate::id::Id;
use crate::machine::{Query, Secret};
use crate::secret::Key;

const KEY: &str = "sk-SENTINEL0123456789";
const TOKEN: &str = "token-SENTINEL987";
const PATH: &str = "/kling/v1/videos/image2video";

fn intent(base: &str, length: u64) -> Intent {
    Intent {
        id: Id::from("kl1-01JD000000000000000000TEST".to_owned()),
        external_task_id: "kl1-01JD000000000000000000TEST".to_owned(),
        idempotency_key: "kl1-01JD000000000000000000TEST".to_owned(),
        endpoint: "image2video".to_owned(),
        path: PATH.to_owned(),
        base_url: base.to_owned(),
        request: "request.json".to_owned(),
        body_sha256: "0".repeat(64),
        sent_sha256: "0".repeat(64),
        content_length: length,
        settings: Default::default(),
        key_fingerprint: "01234567".to_owned(),
        linter: "0.1.0".to_owned(),
    }
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(10),
        stall: Duration::from_secs(10),
        reply: Duration::from_secs(10),
        query: Duration::from_secs(10),
    }
}

fn http(base: &str, limits: Limits) -> Http {
    let base = BaseUrl::new(base).expect("a URL");
    let key = Key::new(KEY).expect("a key");
    let token = Key::new(TOKEN).expect("a token");
    // Whatever the environment says.
    Http::new(base, key, Some(token), limits).with_proxy(None)
}

fn post(base: &str, body: &[u8], limits: Limits) -> Result<RawReply, Broken> {
    clean(http(base, limits).post(&intent(base, body.len() as u64), &mut &*body))
}

/// Whatever comes of an exchange never holds a secret.
fn clean(done: Result<RawReply, Broken>) -> Result<RawReply, Broken> {
    let shown = format!("{done:?}");
    assert!(!shown.contains("SENTINEL"), "{shown}");
    done
}

fn to(stub: &Stub, body: &[u8]) -> Result<RawReply, Broken> {
    post(&stub.url(""), body, limits())
}

/// A body of which only so many bytes come.
struct Spaces(u64);

impl Read for Spaces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.min(buffer.len() as u64) as usize;
        buffer[..count].fill(b' ');
        self.0 -= count as u64;
        Ok(count)
    }
}

#[test]
fn a_post_is_what_was_agreed_and_each_has_its_connection() {
    let body = br#"{"image":"AAAA"}"#;
    let (sender, bodies) = mpsc::channel();
    let stub = Stub::new(move |_, line| {
        let (_, body) = line.request();
        sender.send(body).expect("a test");
        line.say(answer("200 OK", "X-Request-Id: r1\r\nSet-Cookie: a=b\r\n", b"{\"code\":0}"));
        // An open connection is no reason to use it again.
        line.rest();
    });
    let http = http(&stub.url(""), limits());
    for _ in 0..2 {
        let reply = http.post(&intent(&stub.url(""), 16), &mut &body[..]).expect("a reply");
        assert_eq!((reply.status, &*reply.body, reply.cut.as_deref()), (200, "{\"code\":0}", None));
        assert_eq!(reply.header("x-request-id"), Some("r1"));
        assert_eq!(reply.header("set-cookie"), None);
        assert_eq!(bodies.recv().expect("a body"), body);
    }
    let heads = stub.heads();
    assert_eq!((heads.len(), &heads[0]), (2, &heads[1]));
    let mut lines: Vec<&str> = heads[0].trim_end().lines().collect();
    assert_eq!(lines.remove(0), format!("post {PATH} http/1.1"));
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "accept-encoding: identity".to_owned(),
            "accept: application/json".to_owned(),
            format!("authorization: bearer {}", KEY.to_lowercase()),
            "content-length: 16".to_owned(),
            "content-type: application/json".to_owned(),
            format!("host: {}", stub.address),
            "idempotency-key: kl1-01jd000000000000000000test".to_owned(),
            format!("user-agent: kling-submit/{}", env!("CARGO_PKG_VERSION")),
        ]
    );
}

#[test]
fn every_status_comes_back_as_it_is_and_nothing_is_followed() {
    for status in [201, 204, 301, 302, 303, 307, 308, 400, 401, 402, 404, 408, 429, 500, 504, 524] {
        let headers = "Location: http://127.0.0.1:1/other\r\nRetry-After: 5\r\n";
        let stub = match status {
            204 => Stub::saying("HTTP/1.1 204 No Content\r\nRetry-After: 5\r\n\r\n"),
            _ => Stub::saying(answer(&format!("{status} X"), headers, b"{}")),
        };
        let reply = to(&stub, b"{}").expect("a reply");
        assert_eq!((reply.status, reply.header("retry-after")), (status, Some("5")), "{status}");
        assert_eq!(stub.heads().len(), 1, "{status}");
    }
}

#[test]
fn a_server_that_is_not_there_got_nothing() {
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("one").port();
    let broken = post(&format!("http://127.0.0.1:{port}"), b"{}", limits()).expect_err("nobody");
    assert!(!broken.sent && broken.passing, "{broken:?}");
    assert!(broken.why.contains(&format!("no connection to 127.0.0.1:{port}")), "{broken:?}");
    let broken = post("https://nobody.invalid", b"{}", limits()).expect_err("nobody");
    assert!(!broken.sent && broken.passing, "{broken:?}");
}

#[test]
fn tls_that_fails_sent_nothing() {
    for garbage in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"\x15\x03\x01\x00\x02\x02\x28", b""]
    {
        let stub = Stub::new(move |_, line| line.say(garbage));
        let base = format!("https://localhost:{}", stub.address.port());
        let broken = post(&base, b"{}", limits()).expect_err("no TLS");
        assert!(!broken.sent, "{broken:?}");
        // Closed at once: a server that restarts. Otherwise it will not get better.
        assert_eq!(broken.passing, garbage.is_empty(), "{broken:?}");
    }
    // Silence.
    let stub = Stub::new(|_, line| drop(line.rest()));
    let base = format!("https://localhost:{}", stub.address.port());
    let limits = Limits { connect: Duration::from_millis(50), ..limits() };
    let broken = post(&base, b"{}", limits).expect_err("no TLS");
    assert!(!broken.sent && broken.passing && broken.why.contains("50ms"), "{broken:?}");
}

#[test]
fn whatever_ends_without_an_answer_was_perhaps_sent() {
    let half = answer("200 OK", "", b"{}");
    for (name, said) in [
        ("nothing", &b""[..]),
        ("half a head", &half[..20]),
        ("no HTTP", b"SSH-2.0-OpenSSH\r\n"),
        ("a wrong version", b"HTTP/3 200 OK\r\n\r\n"),
        ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}"),
        ("no status", b"HTTP/1.1\r\n\r\n"),
        ("only a hint", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        let stub = Stub::saying(said);
        let broken = to(&stub, b"{}").expect_err(name);
        assert!(broken.sent && !broken.passing, "{name}: {broken:?}");
        assert_eq!(stub.heads().len(), 1, "{name}");
    }
    let stub = Stub::new(|_, line| drop((line.head(), line.bytes(1_000_000))));
    let length = 64 << 20;
    let done =
        http(&stub.url(""), limits()).post(&intent(&stub.url(""), length), &mut Spaces(length));
    let broken = clean(done).expect_err("hung up in the middle");
    assert!(broken.sent && !broken.passing && broken.why.contains("did not answer"), "{broken:?}");
    assert_eq!(stub.heads().len(), 1);
    let huge = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(100_000));
    let broken = to(&Stub::saying(huge), b"{}").expect_err("headers");
    assert!(broken.sent && broken.why.contains("headers"), "{broken:?}");
}

#[test]
fn an_answer_that_breaks_off_is_kept_as_far_as_it_came() {
    for (said, body) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\":0,", "{\"code\":0,"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cod\r\n5\r\ne", "{\"code"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", ""),
    ] {
        let reply = to(&Stub::saying(said), b"{}").expect("a reply");
        assert!(reply.cut.is_some(), "{reply:?}");
        assert!(body.starts_with(&*reply.body), "{reply:?}");
    }
    let said = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
    let reply = to(&Stub::saying(said), b"{}").expect("a reply");
    assert_eq!((&*reply.body, reply.cut), ("{}", None));
    let large = answer("200 OK", "", &[b'x'; 300_000]);
    let reply = to(&Stub::saying(large), b"{}").expect("a reply");
    assert_eq!((reply.body.len(), reply.cut.is_some()), (64 << 10, true));
}

/// A server that answers before it has read the body, and hangs up: the answer counts.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "other systems may drop what came before a reset")]
fn an_early_answer_is_read_though_the_body_cannot_be_sent() {
    let stub = Stub::new(|_, line| {
        line.head();
        line.bytes(100);
        line.say(answer("413 Too Large", "", b"{\"message\":\"too large\"}"));
    });
    let base = stub.url("");
    let length = 64 << 20;
    let reply = http(&base, limits()).post(&intent(&base, length), &mut Spaces(length));
    let reply = reply.expect("a reply");
    assert_eq!((reply.status, &*reply.body), (413, "{\"message\":\"too large\"}"));
}

/// The same, but the connection stays open and nothing more is read of it.
#[test]
fn an_early_answer_is_read_though_the_server_no_longer_reads() {
    let stub = Stub::new(|_, line| {
        line.head();
        line.say(answer("401 Unauthorized", "", b"{}"));
        thread::sleep(Duration::from_secs(10));
    });
    let base = stub.url("");
    let length = 64 << 20;
    let limits = Limits { stall: Duration::from_millis(100), ..limits() };
    let reply = http(&base, limits).post(&intent(&base, length), &mut Spaces(length));
    assert_eq!(reply.expect("a reply").status, 401);
}

#[test]
fn a_server_that_stops_reading_is_perhaps_sent() {
    let stub = Stub::new(|_, line| {
        line.head();
        thread::sleep(Duration::from_secs(10));
    });
    let base = stub.url("");
    let length = 64 << 20;
    let short = Duration::from_millis(100);
    let limits = Limits { stall: short, reply: short, ..limits() };
    let done = http(&base, limits).post(&intent(&base, length), &mut Spaces(length));
    let broken = done.expect_err("no answer");
    assert!(broken.sent && broken.why.contains("stopped reading"), "{broken:?}");
}

#[test]
fn the_answer_has_one_deadline() {
    let short = Limits { reply: Duration::from_millis(150), ..limits() };
    let silent = Stub::new(|_, line| drop(line.rest()));
    let broken = post(&silent.url(""), b"{}", short).expect_err("silence");
    assert!(broken.sent && broken.why.contains("no answer within 150ms"), "{broken:?}");
    // A byte now and then does not move it.
    let drips = Stub::new(|_, line| {
        line.request();
        line.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for _ in 0..1000 {
            line.say("x");
            thread::sleep(Duration::from_millis(20));
        }
    });
    let reply = post(&drips.url(""), b"{}", short).expect("a head");
    assert!(reply.cut.is_some() && reply.body.len() < 1000, "{reply:?}");
}

#[test]
fn a_body_that_is_not_what_was_linted_never_arrives_whole() {
    struct Fails(u64);
    impl Read for Fails {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.checked_sub(1) {
                None => Err(io::Error::other(format!("frame.png of {KEY}{KEY}{KEY} has changed"))),
                Some(left) => {
                    self.0 = left;
                    buffer[0] = b' ';
                    Ok(1)
                }
            }
        }
    }
    let (sender, got) = mpsc::channel();
    let stub = Stub::new(move |_, line| {
        line.head();
        sender.send(line.rest().len()).expect("a test");
    });
    let base = stub.url("");
    let cases: [(&str, Box<dyn Read + Send>); 4] = [
        ("100 bytes shorter", Box::new(Spaces(200_000 - 100))),
        ("is longer", Box::new(Spaces(200_001))),
        ("has changed", Box::new(Fails(1000))),
        // It fails where its end should be: hashes are compared there.
        ("has changed", Box::new(Fails(200_000))),
    ];
    for (why, mut body) in cases {
        let done = http(&base, limits()).post(&intent(&base, 200_000), &mut *body);
        let broken = clean(done).expect_err(why);
        assert!(broken.sent && !broken.passing && broken.why.contains(why), "{broken:?}");
        assert!(got.recv().expect("a body") < 200_000, "{why}");
    }
}

#[test]
fn a_post_can_be_abandoned() {
    let (sender, heard) = mpsc::channel();
    let stub = Stub::new(move |_, line| {
        line.request();
        sender.send(()).expect("a test");
        line.rest();
    });
    let base = stub.url("");
    let http = http(&base, limits());
    let begun = Instant::now();
    thread::scope(|scope| {
        let post = scope.spawn(|| http.post(&intent(&base, 2), &mut &b"{}"[..]));
        heard.recv().expect("a request");
        http.abandon();
        let broken = post.join().expect("no panic").expect_err("abandoned");
        assert!(broken.sent && broken.why.contains("user stopped"), "{broken:?}");
    });
    assert!(begun.elapsed() < limits().reply);
    let broken = http.post(&intent(&base, 2), &mut &b"{}"[..]).expect_err("abandoned");
    assert!(!broken.sent && !broken.passing, "{broken:?}");
    assert_eq!(stub.heads().len(), 1);
}

#[test]
fn the_key_goes_to_its_server_only() {
    let stub = Stub::saying(answer("200 OK", "", b"{}"));
    let http = http(&stub.url(""), limits());
    for base in ["https://api.cometapi.com", "http://127.0.0.1:1", "http://evil.example", ""] {
        let broken = http.post(&intent(base, 2), &mut &b"{}"[..]).expect_err(base);
        assert!(!broken.sent && !broken.passing, "{broken:?}");
    }
    for target in ["", "@evil.example/", ".evil.example/", ":1/", "x", "/a b", "/\r\nX: y", "/é"] {
        let query = Query { target: target.to_owned(), secret: Secret::Key };
        let broken = http.get(&intent(&stub.url(""), 2), &query).expect_err(target);
        assert!(!broken.sent && broken.why.contains("no path"), "{broken:?}");
    }
    assert_eq!(stub.heads().len(), 0);
}

#[test]
fn a_query_carries_the_secret_it_needs() {
    let stub =
        Stub::saying(answer("200 OK", "", format!("{{\"you\":\"{KEY}{TOKEN}\"}}").as_bytes()));
    let base = format!("http://localhost:{}", stub.address.port());
    let http = http(&base, limits());
    for (secret, text) in [(Secret::Key, KEY), (Secret::AccessToken, TOKEN)] {
        let query = Query { target: format!("{PATH}/1?a=b"), secret };
        let reply = clean(http.get(&intent(&base, 2), &query)).expect("a reply");
        assert_eq!(reply.body, "{\"you\":\"[key][key]\"}");
        let head = stub.heads().pop().expect("a request");
        assert!(head.starts_with(&format!("get {PATH}/1?a=b http/1.1\r\n")), "{head}");
        assert!(head.contains(&format!("authorization: bearer {}\r\n", text.to_lowercase())));
        assert!(!head.contains("content-") && !head.contains("cookie"), "{head}");
    }
    let base = BaseUrl::new(&base).expect("a URL");
    let alone = Http::new(base.clone(), Key::new(KEY).expect("a key"), None, limits());
    let query = Query { target: "/".to_owned(), secret: Secret::AccessToken };
    let broken = alone.get(&intent(base.as_str(), 2), &query).expect_err("no token");
    assert!(!broken.sent && broken.why.contains("COMETAPI_ACCESS_TOKEN"), "{broken:?}");
    assert!(!format!("{alone:?} {http:?}").contains("SENTINEL"));
}

/// A proxy sees where the connection goes, and nothing of the request; what it says is no answer.
#[test]
fn through_a_proxy_nothing_is_sent_before_its_tunnel_stands() {
    for (said, passing) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", false),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", true),
        ("HTTP/1.1 200 OK\r\n\r\nno TLS at all", false),
    ] {
        let stub = Stub::new(move |_, line| {
            line.head();
            line.say(said);
            line.rest();
        });
        let proxy = ureq::Proxy::new(&stub.url("")).expect("a proxy");
        let base = "https://gateway.example";
        let http = http(base, limits()).with_proxy(Some(proxy));
        let done = clean(http.post(&intent(base, 2), &mut &b"{}"[..]));
        let broken = done.expect_err(said);
        assert!(!broken.sent, "{broken:?}");
        assert_eq!(broken.passing, passing, "{broken:?}");
        assert!(broken.why.contains("through the proxy 127.0.0.1:"), "{broken:?}");
        let heads = stub.heads();
        assert_eq!(heads.len(), 1);
        assert!(heads[0].starts_with("connect gateway.example:443 http/1.1\r\n"), "{heads:?}");
        assert!(!heads[0].contains("authorization") && !heads[0].contains("sentinel"));
    }
}

#[test]
fn a_proxy_that_trickles_is_given_up() {
    let stub = Stub::new(|_, line| {
        line.head();
        line.say("HTTP/1.1 200 OK\r\n");
        for number in 0..500 {
            line.say(format!("X-{number}: y\r\n"));
            thread::sleep(Duration::from_millis(20));
        }
    });
    let limits = Limits { connect: Duration::from_millis(100), ..limits() };
    let base = "https://gateway.example";
    let http = http(base, limits).with_proxy(ureq::Proxy::new(&stub.url("")).ok());
    let broken = http.post(&intent(base, 2), &mut &b"{}"[..]).expect_err("no tunnel");
    assert!(!broken.sent && broken.passing && broken.why.contains("100ms"), "{broken:?}");
}

#[test]
fn loopback_is_never_proxied() {
    let proxy = Stub::saying("HTTP/1.1 500 X\r\n\r\n");
    let stub = Stub::saying(answer("200 OK", "", b"{}"));
    let base = stub.url("");
    let http = http(&base, limits()).with_proxy(ureq::Proxy::new(&proxy.url("")).ok());
    http.post(&intent(&base, 2), &mut &b"{}"[..]).expect("a reply");
    assert_eq!(proxy.heads().len(), 0);
}

/// A base URL that a server over TLS is reached under.
fn over_tls(stub: &Stub) -> String {
    format!("https://localhost:{}", stub.address.port())
}

fn post_over_tls(base: &str, length: u64, limits: Limits) -> Result<RawReply, Broken> {
    let http = http(base, limits).trusting_tests();
    clean(http.post(&intent(base, length), &mut Spaces(length)))
}

#[test]
fn over_tls_a_body_arrives_whole() {
    let (sender, bodies) = mpsc::channel();
    let stub = Stub::with_tls(move |_, line| {
        let (_, body) = line.request();
        sender.send(body.len()).expect("a test");
        line.say(answer("200 OK", "", KEY.as_bytes()));
    });
    let reply = post_over_tls(&over_tls(&stub), 1_000_000, limits()).expect("a reply");
    assert_eq!((reply.status, &*reply.body, reply.cut), (200, "[key]", None));
    assert_eq!(bodies.recv().expect("a body"), 1_000_000);
    assert!(stub.heads()[0].contains(&KEY.to_lowercase()));
}

#[test]
fn a_certificate_that_is_not_trusted_gets_nothing() {
    let stub = Stub::with_tls(|_, line| drop(line.request()));
    let base = over_tls(&stub);
    let broken = post(&base, b"{}", limits()).expect_err("no trust");
    assert!(!broken.sent && !broken.passing, "{broken:?}");
    assert!(broken.why.contains("certificate"), "{broken:?}");
    // Trusted, but for another name.
    let base = format!("https://127.0.0.2:{}", stub.address.port());
    if let Err(broken) = post_over_tls(&base, 2, limits()) {
        assert!(!broken.sent, "{broken:?}");
    }
    assert!(stub.heads().iter().all(|it| it.is_empty()), "{:?}", stub.heads());
}

#[test]
fn early_answers_are_read_over_tls_too() {
    for hangs_up in [cfg!(target_os = "linux"), false] {
        let stub = Stub::with_tls(move |_, line| {
            line.head();
            line.say(answer("413 Too Large", "", b"{\"message\":\"too large\"}"));
            if !hangs_up {
                thread::sleep(Duration::from_secs(10));
            }
        });
        let limits = Limits { stall: Duration::from_millis(100), ..limits() };
        let reply = post_over_tls(&over_tls(&stub), 64 << 20, limits).expect("a reply");
        assert_eq!((reply.status, &*reply.body), (413, "{\"message\":\"too large\"}"));
    }
}

#[test]
fn what_ends_over_tls_without_an_answer_was_perhaps_sent() {
    for said in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le"] {
        let stub = Stub::with_tls(move |_, line| {
            line.request();
            line.say(said);
        });
        let broken = post_over_tls(&over_tls(&stub), 2, limits()).expect_err("no answer");
        assert!(broken.sent && !broken.passing, "{broken:?}");
    }
    let stub = Stub::with_tls(|_, line| {
        line.request();
        line.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}");
    });
    let reply = post_over_tls(&over_tls(&stub), 2, limits()).expect("a head");
    assert!(reply.cut.is_some() && reply.body == "{}", "{reply:?}");
}

/// The tunnel carries TLS: the proxy never sees the key.
#[test]
fn a_post_goes_through_a_proxy() {
    let stub = Stub::with_tls(|_, line| {
        line.request();
        line.say(answer("200 OK", "", b"{}"));
    });
    let server = stub.address;
    let (sender, carried) = mpsc::channel();
    let proxy = Stub::new(move |_, line| {
        line.head();
        line.say("HTTP/1.1 200 Connection established\r\n\r\n");
        sender.send(line.tunnel(server)).expect("a test");
    });
    let base = "https://gateway.example";
    let proxies = ureq::Proxy::new(&proxy.url("").replace("://", "://me:secret@")).ok();
    let http = http(base, limits()).trusting_tests().with_proxy(proxies);
    let reply = clean(http.post(&intent(base, 2), &mut &b"{}"[..])).expect("a reply");
    assert_eq!((reply.status, &*reply.body), (200, "{}"));
    assert!(stub.heads()[0].contains("host: gateway.example\r\n"));
    let head = &proxy.heads()[0];
    assert!(head.starts_with("connect gateway.example:443 http/1.1\r\n"), "{head}");
    assert!(head.contains("proxy-authorization: basic"), "{head}");
    let carried = String::from_utf8_lossy(&carried.recv().expect("bytes")).into_owned();
    assert!(!carried.contains("SENTINEL") && !head.contains("sentinel"));
}

#[test]
#[ignore = "run by proxies_are_taken_from_the_environment"]
fn child_posts_to_a_gateway() {
    let base = "https://gateway.invalid";
    let key = Key::new(KEY).expect("a key");
    let http = Http::new(BaseUrl::new(base).expect("a URL"), key, None, limits());
    let broken = http.post(&intent(base, 2), &mut &b"{}"[..]).expect_err("nobody");
    println!("broken: {}", broken.why);
    assert!(!broken.sent);
}

#[test]
fn proxies_are_taken_from_the_environment() {
    let stub = Stub::saying("HTTP/1.1 403 No\r\n\r\n");
    let url = stub.url("");
    for (variables, proxied) in [
        (&[("HTTPS_PROXY", &*url)][..], true),
        (&[("ALL_PROXY", &url)], true),
        (&[("https_proxy", &url)], true),
        (&[("HTTPS_PROXY", &url), ("NO_PROXY", "gateway.invalid")], false),
        (&[("HTTPS_PROXY", &url), ("NO_PROXY", "*")], false),
        (&[], false),
    ] {
        let before = stub.heads().len();
        let shown = again("transport::tests::child_posts_to_a_gateway", variables);
        assert_eq!(stub.heads().len() - before, usize::from(proxied), "{variables:?}: {shown}");
    }
    let shown = again(
        "transport::tests::child_posts_to_a_gateway",
        &[("ALL_PROXY", "socks5://127.0.0.1:1")],
    );
    assert!(shown.contains("SOCKS"), "{shown}");
}

/// The most memory this process ever had, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let mut status = String::new();
    let file = std::fs::OpenOptions::new().read(true).open("/proc/self/status").expect("Linux");
    io::BufReader::new(file).read_to_string(&mut status).expect("text");
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by a_large_body_takes_little_memory"]
fn child_posts_400_megabytes() {
    // Only in a process of its own.
    if std::env::var_os("ALONE").is_none() {
        return;
    }
    let stub = Stub::new(|_, line| {
        line.head();
        let mut left = 400_000_000;
        while left > 0 {
            left -= line.bytes(left.min(1 << 16)).len();
        }
        line.say(answer("200 OK", "", b"{}"));
    });
    let base = stub.url("");
    let before = peak();
    let http = http(&base, limits());
    let done = http.post(&intent(&base, 400_000_000), &mut Spaces(400_000_000));
    assert_eq!(done.expect("a reply").status, 200);
    let grown = peak() - before;
    println!("grew by {grown} KiB");
    // The server at the other end of the line, which keeps nothing either, is counted too.
    assert!(grown < 12 << 10, "{grown} KiB");
}

#[cfg(target_os = "linux")]
#[test]
fn a_large_body_takes_little_memory() {
    println!("{}", again("transport::tests::child_posts_400_megabytes", &[("ALONE", "1")]));
}
