//! A server that fails as it is told: a relay in front of the honest stand-in, on raw sockets.
//!
//! A fault says of one request how far it gets, whether the provider takes it, what is answered and
//! how the connection ends. Requests without a fault are relayed.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use kling_submit::demo::Provider;

/// Nothing is waited for longer.
const LONGEST: Duration = Duration::from_secs(30);
/// A query or an asset is kept waiting for so long.
const KEPT: Duration = Duration::from_secs(2);
/// Between two bytes of an answer that trickles.
const TRICKLE: Duration = Duration::from_millis(300);

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Post,
    Query,
    Asset,
}

/// How far a request gets before something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Its first bytes are there.
    Head,
    /// Half of its body is read.
    HalfBody,
    /// All of it is read, and taken if it is to be.
    Body,
    /// The head of the answer is sent.
    AnswerHead,
    /// Half of the answer's body is sent.
    AnswerHalf,
}

/// How it goes on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// As if nothing had happened.
    GoOn,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
    /// Nothing more comes, and the connection stays.
    Stall,
    /// The rest of the answer comes byte by byte.
    Trickle,
    /// The answer comes at once, and twice.
    Twice,
}

/// An answer in place of the provider's.
#[derive(Clone, Debug)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    /// Lines with their `\r\n`.
    pub(crate) headers: String,
    pub(crate) body: String,
}

/// What is to go wrong with one request.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) at: Moment,
    pub(crate) act: Act,
    /// In place of the provider's answer.
    pub(crate) answer: Option<Canned>,
    /// Whether the provider gets the request.
    pub(crate) taken: bool,
    /// Whether the test is told, and waited for, at the moment.
    pub(crate) told: bool,
}

/// The relay. It listens until it is dropped.
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// A message at each moment that is told; the answer lets the request go on.
    pub(crate) moments: Receiver<Sender<()>>,
}

struct Shared {
    provider: SocketAddr,
    address: SocketAddr,
    faults: Mutex<[VecDeque<Fault>; 3]>,
    seen: [AtomicUsize; 3],
    /// Requests for assets that came with a key.
    keys_at_assets: AtomicUsize,
    stopped: AtomicBool,
    moments: Mutex<Sender<Sender<()>>>,
}

impl Relay {
    pub(crate) fn start(provider: &Provider) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let behind = provider.base_url().strip_prefix("http://").expect("a URL");
        let (teller, moments) = channel();
        let shared = Arc::new(Shared {
            provider: behind.parse().expect("an address"),
            address,
            faults: Mutex::default(),
            seen: Default::default(),
            keys_at_assets: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            moments: Mutex::new(teller),
        });
        thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for stream in listener.incoming() {
                    if shared.stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    // An error is a client that left.
                    thread::spawn(move || stream.and_then(|stream| shared.serve(&stream)));
                }
            }
        });
        Relay { address, shared, moments }
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next requests of this kind fail so, one each.
    pub(crate) fn fail(&self, kind: Kind, faults: impl IntoIterator<Item = Fault>) {
        self.shared.faults.lock().expect("faults")[kind as usize].extend(faults);
    }

    /// No request fails any more.
    pub(crate) fn heal(&self) {
        *self.shared.faults.lock().expect("faults") = Default::default();
    }

    /// How many requests for assets came with a key.
    pub(crate) fn keys_at_assets(&self) -> usize {
        self.shared.keys_at_assets.load(Ordering::SeqCst)
    }

    /// How many requests of this kind came, whole or not.
    pub(crate) fn seen(&self, kind: Kind) -> usize {
        self.shared.seen[kind as usize].load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

/// What a request is, as far as it was read. Its last byte is left where it is, so that closing the
/// connection resets it.
struct Request {
    head: Vec<u8>,
    kind: Kind,
    length: usize,
    /// What `Authorization` holds.
    key: String,
}

impl Shared {
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(LONGEST))?;
        stream.set_nodelay(true)?;
        let mut bytes = vec![0; 64 << 10];
        // Up to the end of the head, and no further.
        let head = loop {
            let arrived = stream.peek(&mut bytes)?;
            if arrived == 0 {
                return Ok(());
            }
            if let Some(end) = bytes[..arrived].windows(4).position(|it| it == b"\r\n\r\n") {
                break bytes[..end + 4].to_vec();
            }
            thread::sleep(Duration::from_millis(1));
        };
        let request = Request::of(head);
        self.seen[request.kind as usize].fetch_add(1, Ordering::SeqCst);
        if request.kind == Kind::Asset && !request.key.is_empty() {
            self.keys_at_assets.fetch_add(1, Ordering::SeqCst);
        }
        let fault = self.faults.lock().expect("faults")[request.kind as usize].pop_front();
        self.go(stream, &request, fault)
    }

    fn go(&self, stream: &TcpStream, request: &Request, fault: Option<Fault>) -> io::Result<()> {
        let at = |moment| fault.as_ref().filter(|fault| fault.at == moment);
        let canned = fault.as_ref().and_then(|fault| fault.answer.as_ref());
        let early = || canned.map(|it| it.parts(&request.key));

        if let Some(fault) = at(Moment::Head)
            && self.moment(stream, request.kind, fault, early())?
        {
            return Ok(());
        }
        let mut sent = request.head.clone();
        let all = request.head.len() + request.length;
        sent.resize(all, 0);
        let half = request.head.len() + request.length / 2;
        if let Some(fault) = at(Moment::HalfBody) {
            (&mut &*stream).read_exact(&mut sent[..half])?;
            if self.moment(stream, request.kind, fault, early())? {
                return Ok(());
            }
            (&mut &*stream).read_exact(&mut sent[half..all - 1])?;
        } else {
            (&mut &*stream).read_exact(&mut sent[..all - 1])?;
        }
        stream.peek(&mut sent[all - 1..])?;

        let taken = fault.as_ref().is_none_or(|fault| fault.taken);
        let honest = if taken { Some(self.relay(&sent, &request.key)?) } else { None };
        let answer = early().or(honest).unwrap_or_default();
        if let Some(fault) = at(Moment::Body)
            && self.moment(stream, request.kind, fault, Some(answer.clone()))?
        {
            return Ok(());
        }
        let (head, body) = answer;
        (&mut &*stream).write_all(&head)?;
        if let Some(fault) = at(Moment::AnswerHead)
            && self.moment(stream, request.kind, fault, Some((Vec::new(), body.clone())))?
        {
            return Ok(());
        }
        let (first, second) = body.split_at(body.len() / 2);
        (&mut &*stream).write_all(first)?;
        if let Some(fault) = at(Moment::AnswerHalf)
            && self.moment(stream, request.kind, fault, Some((Vec::new(), second.to_vec())))?
        {
            return Ok(());
        }
        (&mut &*stream).write_all(second)?;
        close(stream)
    }

    /// Tells the test, and does what the fault says; true when that was the end of it.
    fn moment(
        &self,
        mut stream: &TcpStream,
        kind: Kind,
        fault: &Fault,
        rest: Option<(Vec<u8>, Vec<u8>)>,
    ) -> io::Result<bool> {
        if fault.told {
            let (done, waited) = channel();
            let _ = self.moments.lock().expect("a teller").send(done);
            // Nobody answers once the test is over.
            let _ = waited.recv_timeout(LONGEST);
        }
        let rest = rest.map(|(head, body)| [head, body].concat());
        let patience = if kind == Kind::Post { LONGEST } else { KEPT };
        let began = Instant::now();
        match (fault.act, rest) {
            // An answer before all of the request is read.
            (Act::GoOn, Some(rest)) if fault.at < Moment::Body => {
                stream.write_all(&rest)?;
                close(stream)?;
            }
            (Act::GoOn, _) => return Ok(false),
            // The request's last byte is unread.
            (Act::Reset, _) => {}
            (Act::Close, _) => close(stream)?,
            (Act::Stall, _) => hold(stream, patience)?,
            (Act::Trickle, rest) => {
                for byte in rest.unwrap_or_default() {
                    stream.write_all(&[byte])?;
                    hold(stream, TRICKLE)?;
                    if began.elapsed() > patience {
                        break;
                    }
                }
            }
            (Act::Twice, rest) => {
                let rest = rest.unwrap_or_default();
                stream.write_all(&rest)?;
                stream.write_all(&rest)?;
                close(stream)?;
            }
        }
        Ok(true)
    }

    /// Asks the provider. Its address becomes ours wherever it names it, and the key is told back.
    fn relay(&self, request: &[u8], key: &str) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let mut provider = TcpStream::connect(self.provider)?;
        provider.set_read_timeout(Some(LONGEST))?;
        provider.write_all(request)?;
        let mut answer = Vec::new();
        provider.read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").map_or(0, |at| at + 4);
        let (head, body) = answer.split_at(end);
        let Ok(text) = std::str::from_utf8(body) else {
            return Ok((head.to_vec(), body.to_vec()));
        };
        let theirs = format!("http://{}", self.provider);
        let ours = format!("http://{}", self.address);
        let new = text.replace(&theirs, &ours);
        let length = |body: &str| format!("Content-Length: {}\r\n", body.len());
        let head = String::from_utf8_lossy(head).replace(&length(text), &length(&new));
        let head = head.replacen("\r\n", &format!("\r\nX-Echo: {key}\r\n"), 1);
        Ok((head.into_bytes(), new.into_bytes()))
    }
}

impl Request {
    fn of(head: Vec<u8>) -> Self {
        let text = String::from_utf8_lossy(&head);
        let name = "authorization: ";
        let key = text.lines().find(|line| {
            line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        let key = key.map_or(String::new(), |line| line[name.len()..].to_owned());
        let text = text.to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.and_then(|it| it.trim().parse().ok()).unwrap_or(0);
        let kind = match () {
            () if text.starts_with("post ") => Kind::Post,
            () if text.starts_with("get /demo/assets/") => Kind::Asset,
            () => Kind::Query,
        };
        Request { head, kind, length, key }
    }
}

impl Canned {
    /// Its head, and its body with the key wherever `{key}` stands.
    fn parts(&self, key: &str) -> (Vec<u8>, Vec<u8>) {
        let Canned { status, headers, body } = self;
        let body = body.replace("{key}", key);
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} Canned\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        (head.into_bytes(), body.into_bytes())
    }
}

impl PartialOrd for Moment {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (*self as u8).partial_cmp(&(*other as u8))
    }
}

/// Closes a connection in good order: what is unread is read, so that nothing is reset.
fn close(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut rest = vec![0; 64 << 10];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}

/// Keeps a connection for so long, unless the client leaves.
fn hold(stream: &TcpStream, span: Duration) -> io::Result<()> {
    let began = Instant::now();
    let mut stream = stream;
    let mut rest = vec![0; 64 << 10];
    while began.elapsed() < span {
        let left = span.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut rest) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error)
                if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The relay fails as it is told: otherwise the matrix proves nothing.
#[cfg(test)]
mod tests {
    use kling_submit::demo::Options;

    use super::*;

    const BODY: &str = r#"{"prompt": "A cat yawns."}"#;

    /// What a client gets, and how it ends: `end`, `reset`, `silence`.
    fn client(relay: &Relay) -> (String, &'static str) {
        let mut stream = TcpStream::connect(relay.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_millis(700))).expect("a timeout");
        let request = format!(
            "POST /kling/v1/videos/omni-video HTTP/1.1\r\nAuthorization: k\r\n\
             Content-Length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let (mut all, mut bytes) = (Vec::new(), [0; 4096]);
        let end = loop {
            match stream.read(&mut bytes) {
                Ok(0) => break "end",
                Ok(read) => all.extend_from_slice(&bytes[..read]),
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => break "reset",
                Err(_) => break "silence",
            }
        };
        (String::from_utf8_lossy(&all).into_owned(), end)
    }

    #[test]
    fn it_fails_as_it_is_told() {
        let provider = Provider::start(Options::default()).expect("a provider");
        let relay = Relay::start(&provider);
        let canned = Canned { status: 504, headers: String::new(), body: "late".into() };
        for (at, act, answer, taken, expected) in [
            (Moment::Head, Act::Reset, None, false, ("", "reset")),
            (Moment::HalfBody, Act::Reset, None, false, ("", "reset")),
            (Moment::HalfBody, Act::Close, None, false, ("", "end")),
            (Moment::HalfBody, Act::GoOn, Some(&canned), false, ("late", "end")),
            (Moment::Body, Act::Reset, None, true, ("", "reset")),
            (Moment::Body, Act::Close, None, true, ("", "end")),
            (Moment::Body, Act::Stall, None, true, ("", "silence")),
            (Moment::Body, Act::GoOn, Some(&canned), true, ("late", "end")),
            (Moment::Body, Act::Twice, None, true, ("}HTTP/1.1 200 OK", "end")),
            (Moment::AnswerHead, Act::Reset, None, true, ("\r\n\r\n", "reset")),
            (Moment::AnswerHead, Act::Close, None, true, ("\r\n\r\n", "end")),
            (Moment::AnswerHalf, Act::Close, None, true, ("\"code\":0", "end")),
            (Moment::AnswerHalf, Act::Stall, None, true, ("\"code\":0", "silence")),
        ] {
            let before = provider.charges().len();
            relay
                .fail(Kind::Post, [Fault { at, act, answer: answer.cloned(), taken, told: false }]);
            let (text, end) = client(&relay);
            let what = format!("{at:?} {act:?}: {text:?}, {end}");
            assert!(text.contains(expected.0) && end == expected.1, "{what}");
            assert_eq!(text.is_empty(), expected.0.is_empty(), "{what}");
            assert_eq!(provider.charges().len() - before, usize::from(taken), "{what}");
            if at >= Moment::AnswerHead {
                let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                assert!(serde_json::from_str::<serde_json::Value>(body).is_err(), "{what}");
            }
        }
        let (text, end) = client(&relay);
        assert!(text.contains("task_id") && end == "end", "{text}");
        assert_eq!(relay.seen(Kind::Post), 14);
    }

    #[test]
    fn its_address_stands_in_for_the_provider_s() {
        let options = Options { life: Duration::ZERO, ..Options::default() };
        let provider = Provider::start(options).expect("a provider");
        let relay = Relay::start(&provider);
        client(&relay);
        let id = provider.charges().remove(0).task_id;
        let mut stream = TcpStream::connect(relay.address).expect("a connection");
        let request =
            format!("GET /kling/v1/videos/omni-video/{id} HTTP/1.1\r\nAuthorization: k\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut all = String::new();
        stream.read_to_string(&mut all).expect("an answer");
        let (head, body) = all.split_once("\r\n\r\n").expect("a head");
        assert!(head.contains(&format!("Content-Length: {}", body.len())), "{head}");
        assert!(body.contains(&format!("{}/demo/assets/", relay.base_url())), "{body}");
    }
}
