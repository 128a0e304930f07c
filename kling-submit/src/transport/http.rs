//! The blocking transport, over `ureq` with rustls.

use std::fmt;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kling_lint::printable::{quoted, shorten};
use ureq::config::Config;
use ureq::http::{HeaderValue, Request, Uri, header};
use ureq::tls::TlsConfig;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Agent, Error, Proxy, ProxyProtocol, SendBody};

use super::feed::Feed;
use super::reply::{keep, redacted};
use super::trouble::{is_passing, words};
use super::watch::Watch;
use super::{Broken, Transport};
use crate::entry::{Intent, RawReply};
use crate::machine::{Query, Secret};
use crate::secret::Key;

pub use super::base_url::{BadBaseUrl, BaseUrl};

/// What servers are told of us.
pub(crate) const USER_AGENT: &str = concat!("kling-submit/", env!("CARGO_PKG_VERSION"));

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// DNS, TCP and TLS together.
    pub connect: Duration,
    /// No byte of ours moves for so long.
    pub stall: Duration,
    /// From the last byte of a POST to the last of its reply.
    pub reply: Duration,
    /// The same for a query: one that is missed is made again, and nothing is lost.
    pub query: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            reply: Duration::from_secs(180),
            query: Duration::from_secs(30),
        }
    }
}

/// Over HTTP/1.1, each exchange on a connection of its own. Proxies are taken from the environment
/// (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`) for `https`; loopback is never proxied.
pub struct Http {
    base: BaseUrl,
    key: Key,
    access_token: Option<Key>,
    limits: Limits,
    proxy: Option<Proxy>,
    tls: TlsConfig,
    at_work: Mutex<AtWork>,
}

/// The exchanges under way.
#[derive(Default)]
struct AtWork {
    abandoned: bool,
    next: u64,
    agents: Vec<(u64, Agent)>,
}

impl Http {
    /// The key goes only to `base`.
    pub fn new(base: BaseUrl, key: Key, access_token: Option<Key>, limits: Limits) -> Self {
        let proxy = Proxy::try_from_env();
        let (tls, at_work) = (TlsConfig::default(), Mutex::default());
        Http { base, key, access_token, limits, proxy, tls, at_work }
    }

    /// With this proxy, whatever the environment says.
    #[cfg(test)]
    pub(super) fn with_proxy(mut self, proxy: Option<Proxy>) -> Self {
        self.proxy = proxy;
        self
    }

    /// Trusts the tests' own authority instead of the world's.
    #[cfg(test)]
    pub(super) fn trusting_tests(mut self) -> Self {
        let authority = ureq::tls::Certificate::from_der(include_bytes!("tls/authority.der"));
        let roots = ureq::tls::RootCerts::new_with_certs(&[authority]);
        self.tls = TlsConfig::builder().root_certs(roots).build();
        self
    }

    /// Ends what is under way, from another thread: a POST comes back as broken, perhaps sent. Nothing
    /// is sent any more. A connection that is being made is waited for until [`Limits::connect`]. For a
    /// second Ctrl-C.
    pub fn abandon(&self) {
        let agents = {
            let mut at_work = self.at_work();
            at_work.abandoned = true;
            std::mem::take(&mut at_work.agents)
        };
        for (_, agent) in agents {
            agent.shutdown();
        }
    }

    fn at_work(&self) -> std::sync::MutexGuard<'_, AtWork> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn secrets(&self) -> Vec<&Key> {
        std::iter::once(&self.key).chain(&self.access_token).collect()
    }

    /// The URL of a path at the task's server; the key is only for that one.
    fn uri(&self, intent: &Intent, target: &str) -> Result<Uri, Broken> {
        if BaseUrl::new(&intent.base_url).as_ref() != Ok(&self.base) {
            return Err(not_sent(format!(
                "the task belongs to {}, the key to {}",
                quoted(&intent.base_url),
                self.base
            )));
        }
        let printable = target.bytes().all(|byte| byte.is_ascii_graphic());
        let uri = format!("{}{target}", self.base).parse::<Uri>().ok();
        uri.filter(|uri| {
            target.starts_with('/')
                && printable
                && uri.authority().is_some_and(|it| it.as_str() == self.base.authority())
        })
        .ok_or_else(|| not_sent(format!("{} is no path", quoted(target))))
    }

    /// One request, one answer, one connection.
    fn exchange(
        &self,
        watch: &Arc<Watch>,
        request: Request<SendBody<'_>>,
    ) -> Result<RawReply, (Error, Option<Proxy>)> {
        let uri = request.uri();
        let proxy =
            self.proxy.clone().filter(|it| !self.base.is_loopback() && !it.is_no_proxy(uri));
        if let Some(proxy) = &proxy
            && !matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https)
        {
            let why = "the environment names a SOCKS proxy, which kling-submit cannot use: set \
                       HTTPS_PROXY to an HTTP proxy and unset ALL_PROXY, or list the host in NO_PROXY";
            return Err((Error::Other(why.into()), None));
        }
        let config = Config::builder()
            .proxy(proxy.clone())
            .tls_config(self.tls.clone())
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .https_only(uri.scheme_str() == Some("https"))
            .max_idle_connections(0)
            .accept_encoding("identity")
            .user_agent(USER_AGENT)
            .timeout_resolve(Some(self.limits.connect))
            .timeout_connect(Some(self.limits.connect))
            .timeout_per_write(Some(self.limits.stall))
            .build();
        let resolver = OnlyLoopback::for_scheme(uri);
        let agent = Agent::with_parts(config, watch.connector(), resolver);
        let failed = |error| (error, proxy.clone());
        let _on_leaving = self.enter(&agent).map_err(failed)?;
        let response = agent.run(request).map_err(failed)?;
        let mut reply = keep(response, &self.secrets());
        // A body that ends with its connection looks whole when we end the connection.
        if reply.cut.is_none() && self.at_work().abandoned {
            reply.cut = Some("it was not waited for".to_owned());
        }
        Ok(reply)
    }

    /// Makes an exchange known to [`Http::abandon`].
    fn enter(&self, agent: &Agent) -> Result<Leave<'_>, Error> {
        let mut at_work = self.at_work();
        if at_work.abandoned {
            return Err(Error::Other("the user stopped it".into()));
        }
        let number = at_work.next;
        at_work.next += 1;
        at_work.agents.push((number, agent.clone()));
        Ok(Leave { http: self, number })
    }

    /// What a failed exchange comes back as.
    fn broken(&self, watch: &Watch, error: Error, proxy: Option<Proxy>) -> Broken {
        let sent = watch.has_begun();
        let passing = !sent && is_passing(&error);
        let by_user = self.at_work().abandoned;
        let words = match error {
            Error::Timeout(_) if !sent => format!("it took more than {:?}", self.limits.connect),
            Error::Timeout(_) if watch.deaf().is_none() => {
                format!("no answer within {:?}", watch.reply())
            }
            error => words(error),
        };
        let server = self.base.authority();
        let way = proxy.map_or(String::new(), |proxy| {
            format!(" through the proxy {}:{}", shorten(proxy.host()), proxy.port())
        });
        let why = match watch.deaf() {
            _ if by_user => "the user stopped it".to_owned(),
            None if sent => format!("{server}{way}: {words}"),
            None => format!("no connection to {server}{way}: {words}"),
            Some(deaf) => {
                format!("{server}{way} stopped reading the request ({deaf}), and did not answer")
            }
        };
        Broken { sent, passing, why: redacted(&why, &self.secrets()) }
    }
}

impl Transport for Http {
    fn post(&self, intent: &Intent, body: &mut (dyn Read + Send)) -> Result<RawReply, Broken> {
        let uri = self.uri(intent, &intent.path)?;
        let watch = Watch::new(uri.clone(), self.limits.connect, self.limits.reply);
        let mut feed = Feed::new(body, intent.content_length, watch.clone());
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_LENGTH, intent.content_length)
            .header("idempotency-key", &intent.idempotency_key)
            .header(header::AUTHORIZATION, bearer(&self.key)?)
            .body(SendBody::from_reader(&mut feed))
            .map_err(|_| not_sent("the task's id is no header's value".to_owned()))?;
        let done = self.exchange(&watch, request);
        done.map_err(|(error, proxy)| match feed.failure() {
            Some(why) => Broken {
                sent: watch.has_begun(),
                passing: false,
                why: format!(
                    "the body is not what was linted ({}); it was not sent to its end",
                    shorten(&redacted(&why, &self.secrets()))
                ),
            },
            None => self.broken(&watch, error, proxy),
        })
    }

    fn get(&self, intent: &Intent, query: &Query) -> Result<RawReply, Broken> {
        let uri = self.uri(intent, &query.target)?;
        let secret = match query.secret {
            Secret::Key => &self.key,
            Secret::AccessToken => self.access_token.as_ref().ok_or_else(|| {
                not_sent("there is no access token: set COMETAPI_ACCESS_TOKEN".to_owned())
            })?,
        };
        let watch = Watch::new(uri.clone(), self.limits.connect, self.limits.query);
        let request = Request::get(uri)
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, bearer(secret)?)
            .body(SendBody::none())
            .map_err(|_| not_sent("the query cannot be sent".to_owned()))?;
        self.exchange(&watch, request).map_err(|(error, proxy)| self.broken(&watch, error, proxy))
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Http { base, limits, .. } = self;
        f.debug_struct("Http").field("base", base).field("limits", limits).finish_non_exhaustive()
    }
}

/// Ends an exchange's entry among those under way.
struct Leave<'h> {
    http: &'h Http,
    number: u64,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.http.at_work().agents.retain(|(number, _)| *number != self.number);
    }
}

fn not_sent(why: String) -> Broken {
    Broken { sent: false, passing: false, why }
}

/// The header that carries a secret; nothing prints it.
fn bearer(secret: &Key) -> Result<HeaderValue, Broken> {
    let text = zeroize::Zeroizing::new(format!("Bearer {}", secret.expose()));
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| not_sent("the key is no header's value".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Looks names up; for `http` only those that lead to this machine, for the key goes there in clear.
#[derive(Debug)]
struct OnlyLoopback {
    all: bool,
}

impl OnlyLoopback {
    fn for_scheme(uri: &Uri) -> Self {
        OnlyLoopback { all: uri.scheme_str() == Some("https") }
    }
}

impl Resolver for OnlyLoopback {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        if !self.all && !found.iter().all(|it| it.ip().is_loopback()) {
            return Err(Error::Other("http is for loopback, and the name leads elsewhere".into()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Were `localhost` to lead elsewhere, the key would not go there in clear.
    #[test]
    fn http_leads_to_this_machine_or_nowhere() {
        let look_up = |url: &str| {
            let uri: Uri = url.parse().expect("a URL");
            let resolver = OnlyLoopback::for_scheme(&uri);
            resolver.resolve(&uri, &Config::default(), NextTimeout::default()).is_ok()
        };
        assert!(look_up("http://localhost/") && look_up("http://127.0.0.1/"));
        assert!(!look_up("http://10.0.0.1/") && !look_up("http://8.8.8.8/"));
        assert!(look_up("https://8.8.8.8/"));
    }
}
