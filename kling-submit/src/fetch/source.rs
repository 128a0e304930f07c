//! Where an asset comes from: requests without a key, redirects followed by hand.

use std::fmt::Write as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use kling_lint::printable::shorten;
use ureq::config::Config;
use ureq::http::{HeaderMap, Request, Response, Uri, header};
use ureq::{Agent, Body, Error, Proxy, ProxyProtocol};

use super::private::{Forbidden, Public, forbidden_name};
use super::{Limits, impossible};
use crate::clock::Clock;
use crate::machine::Fetched;
use crate::transport::base_url::is_loopback;
use crate::transport::http::USER_AGENT;
use crate::transport::trouble::words;

/// Redirects that are followed.
const REDIRECTS: usize = 5;
/// How often it is looked whether the user wants to stop.
const LOOK: Duration = Duration::from_millis(100);

/// Asks for one asset.
pub(super) struct Source<'s> {
    loopback: bool,
    limits: Limits,
    clock: &'s dyn Clock,
    /// What talks at the moment.
    agent: Mutex<Option<Agent>>,
    stopped: AtomicBool,
    host: Mutex<String>,
}

/// An answer that may bring the asset: 200, 206 or 416.
pub(super) struct Answer {
    pub(super) status: u16,
    /// What `If-Range` takes.
    pub(super) validator: Option<String>,
    /// Bytes of the whole asset.
    pub(super) total: Option<u64>,
    range: Option<ContentRange>,
    pub(super) body: Body,
}

impl Answer {
    /// Whether it brings the rest of what is there, to its end.
    pub(super) fn goes_on(&self, rest: Option<(u64, &str)>, total: Option<u64>) -> bool {
        let (Some((from, validator)), Some(range)) = (rest, &self.range) else { return false };
        let length = self.body.content_length();
        range.first == from
            && range.total.is_none_or(|it| range.last.checked_add(1) == Some(it))
            && total.is_none_or(|it| range.last.checked_add(1) == Some(it))
            && length.is_none_or(|it| range.last.checked_sub(from) == it.checked_sub(1))
            && self.validator.as_deref().is_none_or(|it| it == validator)
    }
}

impl<'s> Source<'s> {
    /// Runs `work`; what it waits for on the network ends when the user wants to stop.
    pub(super) fn scope<T>(
        loopback: bool,
        limits: Limits,
        clock: &'s dyn Clock,
        work: impl FnOnce(&Source<'s>) -> T,
    ) -> T {
        let source = Source {
            loopback,
            limits,
            clock,
            agent: Mutex::default(),
            stopped: AtomicBool::new(false),
            host: Mutex::default(),
        };
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let looker = scope.spawn(|| source.look(&over));
            let over = Over { flag: &over, thread: looker.thread() };
            let done = work(&source);
            drop(over);
            done
        })
    }

    fn look(&self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            if self.clock.interrupted() {
                self.stopped.store(true, Ordering::SeqCst);
                let agent = self.agent.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(agent) = agent {
                    agent.shutdown();
                }
            }
            thread::park_timeout(LOOK);
        }
    }

    /// Asks for the asset, or for what is behind so many bytes of the one with this validator.
    pub(super) fn ask(&self, url: &str, rest: Option<(u64, &str)>) -> Result<Answer, Fetched> {
        let uri = tidy(url).parse();
        let mut uri: Uri = uri.map_err(|_| impossible("the asset's URL is none".to_owned()))?;
        for _ in 0..=REDIRECTS {
            let response = self.exchange(&uri, rest)?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return self.read(response);
            }
            let place = response.headers().get(header::LOCATION);
            let place = place.and_then(|it| std::str::from_utf8(it.as_bytes()).ok());
            let place = place.and_then(|it| join(&uri, it));
            uri = place.ok_or_else(|| {
                let status = response.status().as_u16();
                self.missed(format!("it answers {status}, and does not say where to look"))
            })?;
        }
        Err(impossible(format!("its URL leads from redirect to redirect, {REDIRECTS} times")))
    }

    /// What a broken flow is called.
    pub(super) fn words(&self, error: Option<io::Error>) -> String {
        if self.stopped.load(Ordering::SeqCst) {
            return "the user stopped it".to_owned();
        }
        self.at_host(&match error {
            Some(error) => format!("it broke off: {}", words(Error::from(error))),
            None => "it ended too early".to_owned(),
        })
    }

    fn missed(&self, why: String) -> Fetched {
        Fetched::Missed { why: self.at_host(&why), retry_after: None }
    }

    fn at_host(&self, why: &str) -> String {
        format!("{}: {why}", self.host.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn exchange(&self, uri: &Uri, rest: Option<(u64, &str)>) -> Result<Response<Body>, Fetched> {
        self.allow(uri)?;
        let host = uri.host().unwrap_or_default();
        *self.host.lock().unwrap_or_else(PoisonError::into_inner) = shorten(host);
        let mut request = Request::get(uri.clone()).header(header::ACCEPT, "*/*");
        if let Some((from, validator)) = rest {
            request = request
                .header(header::RANGE, format!("bytes={from}-"))
                .header(header::IF_RANGE, validator);
        }
        let request = request
            .body(())
            .map_err(|_| impossible("the asset's URL cannot be asked for".to_owned()))?;
        let agent = self.agent(uri)?;
        *self.agent.lock().unwrap_or_else(PoisonError::into_inner) = Some(agent.clone());
        if self.stopped.load(Ordering::SeqCst) {
            return Err(self.missed("the user stopped it".to_owned()));
        }
        agent.run(request).map_err(|error| match error {
            Error::Other(error) if error.is::<Forbidden>() => {
                impossible(format!("{}: {error}: nothing is fetched from there", shorten(host)))
            }
            _ if self.stopped.load(Ordering::SeqCst) => {
                self.missed("the user stopped it".to_owned())
            }
            error => self.missed(words(error)),
        })
    }

    fn agent(&self, uri: &Uri) -> Result<Agent, Fetched> {
        let host = uri.host().unwrap_or_default();
        let proxy = Proxy::try_from_env().filter(|it| !is_loopback(host) && !it.is_no_proxy(uri));
        if let Some(proxy) = &proxy
            && !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
        {
            return Err(impossible(
                "the environment names a SOCKS proxy, which kling-submit cannot use".to_owned(),
            ));
        }
        let config = Config::builder()
            .proxy(proxy)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(!self.loopback)
            .max_idle_connections(0)
            .accept_encoding("identity")
            .user_agent(USER_AGENT)
            .timeout_resolve(Some(self.limits.connect))
            .timeout_connect(Some(self.limits.connect))
            .timeout_global(Some(self.limits.whole))
            .timeout_recv_response(Some(self.limits.stall))
            .timeout_per_read(Some(self.limits.stall))
            .timeout_per_write(Some(self.limits.stall))
            .build();
        let resolver = Public { loopback: self.loopback };
        Ok(Agent::with_parts(
            config,
            ureq::unversioned::transport::DefaultConnector::new(),
            resolver,
        ))
    }

    /// Whether a URL may be asked at all.
    fn allow(&self, uri: &Uri) -> Result<(), Fetched> {
        let refuse = |why: &str| Err(impossible(format!("its URL is refused: {why}")));
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("it has no scheme or no host");
        };
        let host = authority.host();
        if authority.as_str().contains('@') {
            return refuse("there is a password in it");
        }
        match scheme {
            "https" => {}
            "http" if self.loopback && is_loopback(host) => {}
            _ => return refuse("only https is allowed"),
        }
        match forbidden_name(host, self.loopback) {
            Some(why) => refuse(&format!("{} is {why}", shorten(host))),
            None => Ok(()),
        }
    }

    /// Sorts an answer that is no redirect.
    fn read(&self, response: Response<Body>) -> Result<Answer, Fetched> {
        let (parts, body) = response.into_parts();
        let headers = parts.headers;
        let text = |name| headers.get(name).and_then(|it: &header::HeaderValue| it.to_str().ok());
        let status = match parts.status.as_u16() {
            200 | 203 => 200,
            status @ (206 | 416) => status,
            status @ (408 | 425 | 429 | 500..) => {
                let retry_after = text(header::RETRY_AFTER).map(ToOwned::to_owned);
                let Fetched::Missed { why, .. } = self.missed(format!("it answers {status}"))
                else {
                    return Err(Fetched::Expired { status });
                };
                return Err(Fetched::Missed { why, retry_after });
            }
            status @ 400..=499 => return Err(Fetched::Expired { status }),
            status => return Err(self.missed(format!("it answers {status}, without an asset"))),
        };
        let coded = headers.get_all(header::CONTENT_ENCODING).iter().any(|it| {
            !it.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity") && !it.is_empty()
        });
        if coded && status != 416 {
            return Err(impossible("the server compresses it, unasked".to_owned()));
        }
        let range = text(header::CONTENT_RANGE);
        let total = match status {
            200 => body.content_length(),
            416 => range.and_then(unsatisfied),
            _ => None,
        };
        let range = range.and_then(content_range).filter(|_| status == 206);
        let total = total.or(range.as_ref().and_then(|it| it.total));
        Ok(Answer { status, validator: validator(&headers), total, range, body })
    }
}

/// Ends the looker when the work ends, also by a panic.
struct Over<'o> {
    flag: &'o AtomicBool,
    thread: &'o thread::Thread,
}

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.flag.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

/// The `Content-Range` of a part.
#[derive(Debug, PartialEq, Eq)]
struct ContentRange {
    first: u64,
    last: u64,
    total: Option<u64>,
}

fn content_range(text: &str) -> Option<ContentRange> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.trim().split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    let total = match total.trim() {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    (first <= last).then_some(ContentRange { first, last, total })
}

/// The length that a 416 names.
fn unsatisfied(text: &str) -> Option<u64> {
    text.trim().strip_prefix("bytes */")?.trim().parse().ok()
}

/// What tells one version of an asset from another, in a form that `If-Range` takes.
fn validator(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok()).map(str::trim);
    let tag = text(header::ETAG).filter(|it| it.starts_with('"') && it.len() > 2);
    tag.or_else(|| text(header::LAST_MODIFIED).filter(|it| !it.is_empty())).map(ToOwned::to_owned)
}

/// The URL without fragment, and with `%XX` for what servers write though no URL may hold it.
fn tidy(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.trim().bytes().take_while(|it| *it != b'#') {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Where a redirect leads.
fn join(base: &Uri, place: &str) -> Option<Uri> {
    let place = &*tidy(place);
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let is_absolute = place.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|it| it.is_ascii_alphanumeric())
    });
    if place.is_empty() {
        return None;
    }
    let text = if is_absolute {
        place.to_owned()
    } else if let Some(place) = place.strip_prefix("//") {
        format!("{scheme}://{place}")
    } else if place.starts_with('/') {
        format!("{scheme}://{authority}{place}")
    } else if place.starts_with('?') {
        format!("{scheme}://{authority}{}{place}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{place}")
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read() {
        let range = |first, last, total| Some(ContentRange { first, last, total });
        for (text, expected) in [
            ("bytes 0-9/10", range(0, 9, Some(10))),
            (" bytes 5-9/* ", range(5, 9, None)),
            ("bytes 9-5/10", None),
            ("bytes */10", None),
            ("bytes 0-9", None),
            ("items 0-9/10", None),
            ("bytes 0-9/x", None),
            ("bytes -9/10", None),
            ("bytes 0-99999999999999999999/10", None),
        ] {
            assert_eq!(content_range(text), expected, "{text}");
        }
        assert_eq!(unsatisfied("bytes */10"), Some(10));
        assert_eq!(unsatisfied("bytes 0-9/10"), None);
    }

    #[test]
    fn redirects_are_joined() {
        let base: Uri = "https://a.example:8/b/c?d=e".parse().expect("a URL");
        for (place, expected) in [
            ("https://x.example/y?z", "https://x.example/y?z"),
            ("//x.example/y", "https://x.example/y"),
            ("/y", "https://a.example:8/y"),
            ("y", "https://a.example:8/b/y"),
            ("?y", "https://a.example:8/b/c?y"),
            ("y?u=http://v", "https://a.example:8/b/y?u=http://v"),
            (" /y#z ", "https://a.example:8/y"),
            ("/\u{89c6} |.mp4", "https://a.example:8/%E8%A7%86%20%7C.mp4"),
        ] {
            assert_eq!(join(&base, place).map(|it| it.to_string()).as_deref(), Some(expected));
        }
        for place in ["", "#x", "https://", "http://[::1"] {
            assert_eq!(join(&base, place), None, "{place}");
        }
    }

    proptest! {
        #[test]
        fn no_header_breaks_a_reader(text in any::<String>(), path in "[a-z/?:#.@]{0,12}") {
            content_range(&text);
            unsatisfied(&text);
            let base: Uri = "https://a.example".parse().expect("a URL");
            join(&base, &text);
            // What is no URL of its own stays on its host.
            if let Some(uri) = join(&base, &path) && !path.contains("//") {
                prop_assert_eq!(uri.host(), Some("a.example"));
            }
        }
    }
}
