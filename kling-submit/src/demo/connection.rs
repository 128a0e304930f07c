//! One connection, one request, one answer: HTTP/1.1 on a thread of its own.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// Longest request line and headers, in bytes.
const LONGEST_HEAD: usize = 64 << 10;
/// Most headers.
const MOST_HEADERS: usize = 100;
/// Largest body that is read.
const LARGEST_BODY: u64 = 1 << 30;
/// The head must be there by then.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// A client may be silent for so long.
const SILENCE: Duration = Duration::from_secs(60);
/// What a client still sends after its answer is read for so long, so that the answer arrives.
const LINGER: Duration = Duration::from_secs(1);

/// The head of a request.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: String,
    /// From the first `/`, without the query.
    pub(super) path: String,
    pub(super) query: String,
    /// Names in lower case.
    headers: Vec<(String, String)>,
}

impl Head {
    /// The first header of this (lower-case) name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// A member of the query, as it stands there.
    pub(super) fn member(&self, name: &str) -> Option<&str> {
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: std::borrow::Cow<'static, [u8]>,
    /// Whether it breaks off in the middle of its body.
    pub(super) cut: bool,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &str) -> Self {
        let headers = vec![("Content-Type", content_type.to_owned())];
        Answer { status, headers, body: Vec::new().into(), cut: false }
    }

    pub(super) fn json(status: u16, value: &serde_json::Value) -> Self {
        Answer::new(status, "application/json").body(value.to_string().into_bytes())
    }

    pub(super) fn text(status: u16, text: impl Into<String>) -> Self {
        Answer::new(status, "text/plain; charset=utf-8").body(text.into().into_bytes())
    }

    pub(super) fn body(mut self, body: impl Into<std::borrow::Cow<'static, [u8]>>) -> Self {
        self.body = body.into();
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Serves a connection: `answer` gets the head and the body, which comes as it is read.
///
/// # Errors
/// The client's: it left, or sent no HTTP.
pub(super) fn serve(
    stream: &TcpStream,
    answer: impl FnOnce(&Head, &mut dyn Read) -> io::Result<Answer>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(SILENCE))?;
    let mut reader = BufReader::with_capacity(64 << 10, stream);
    let head = match head(&mut reader, stream)? {
        Ok(head) => head,
        Err(refusal) => {
            write(stream, &refusal, true)?;
            return linger(stream);
        }
    };
    stream.set_read_timeout(Some(SILENCE))?;
    let length = match body_length(&head) {
        Ok(length) => length,
        Err(refusal) => {
            write(stream, &refusal, true)?;
            return linger(stream);
        }
    };
    if length > 0 && head.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue"))
    {
        (&mut &*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let mut body = Body { reader, left: length };
    let answer = answer(&head, &mut body)?;
    write(stream, &answer, head.method != "HEAD")?;
    linger(stream)
}

/// A body of a known length. Its end before that is an error.
struct Body<'s> {
    reader: BufReader<&'s TcpStream>,
    left: u64,
}

impl Read for Body<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || into.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let filled = self.reader.read(&mut into[..most])?;
        if filled == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.left -= filled as u64;
        Ok(filled)
    }
}

/// Reads up to the empty line.
fn head(
    reader: &mut BufReader<&TcpStream>,
    stream: &TcpStream,
) -> io::Result<Result<Head, Answer>> {
    let began = Instant::now();
    let mut bytes = Vec::new();
    loop {
        let left = HEAD_TIME.saturating_sub(began.elapsed()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        let arrived = match reader.fill_buf() {
            Ok([]) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(arrived) => arrived,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        // Up to the end of a line: the body must not be swallowed.
        let line =
            arrived.iter().position(|byte| *byte == b'\n').map_or(arrived.len(), |at| at + 1);
        bytes.extend_from_slice(&arrived[..line]);
        reader.consume(line);
        if bytes.ends_with(b"\r\n\r\n") || bytes.ends_with(b"\n\n") {
            return Ok(parse(&bytes));
        }
        if bytes.len() > LONGEST_HEAD {
            return Ok(Err(Answer::text(431, "the request's head is too long\n")));
        }
        if began.elapsed() > HEAD_TIME {
            return Err(ErrorKind::TimedOut.into());
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Head, Answer> {
    let bad = || Answer::text(400, "this is no HTTP/1.1 request\n");
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) | Err(_) => return Err(bad()),
    }
    let (Some(method), Some(target)) = (request.method, request.path) else { return Err(bad()) };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if !path.starts_with('/') {
        return Err(bad());
    }
    let header = |it: &httparse::Header<'_>| {
        (it.name.to_ascii_lowercase(), String::from_utf8_lossy(it.value).trim().to_owned())
    };
    Ok(Head {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: request.headers.iter().map(header).collect(),
    })
}

fn body_length(head: &Head) -> Result<u64, Answer> {
    if head.header("transfer-encoding").is_some() {
        return Err(Answer::text(411, "send a Content-Length: the stand-in reads no chunks\n"));
    }
    let mut lengths = head.headers.iter().filter(|(name, _)| name == "content-length");
    let Some((_, length)) = lengths.next() else { return Ok(0) };
    let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    match length.parse() {
        Ok(length) if digits && lengths.next().is_none() => {
            if length > LARGEST_BODY {
                return Err(Answer::text(413, "the body is larger than 1 GiB\n"));
            }
            Ok(length)
        }
        _ => Err(Answer::text(400, "Content-Length is no length\n")),
    }
}

fn write(mut stream: &TcpStream, answer: &Answer, with_body: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", answer.body.len()));
    stream.write_all(head.as_bytes())?;
    if with_body {
        let end = if answer.cut { answer.body.len() / 2 } else { answer.body.len() };
        stream.write_all(&answer.body[..end])?;
    }
    stream.flush()
}

/// Ends a connection so that the answer arrives: closed with bytes unread, it would be reset.
fn linger(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LINGER))?;
    let began = Instant::now();
    let mut rest = vec![0; 64 << 10];
    while began.elapsed() < 10 * LINGER && stream.read(&mut rest)? > 0 {}
    Ok(())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Unknown",
    }
}
