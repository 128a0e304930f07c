//! The server that requests and the key go to.

use std::net::IpAddr;

use kling_lint::kling_schema::endpoints;
use kling_lint::printable::quoted;
use ureq::http::Uri;

/// A server: scheme, host and port. `https`, or `http` on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Reads it: no path, no userinfo, no query; a trailing `/` goes.
    ///
    /// # Errors
    /// It is no such URL; the text says what to write.
    pub fn new(text: &str) -> Result<Self, BadBaseUrl> {
        let bad = |why: &str| Err(BadBaseUrl(format!("{}: {why}", quoted(text))));
        // Before anything quotes it: a password may stand there.
        let authority = text_after_scheme(text).split(['/', '?', '#']).next();
        if authority.is_some_and(|it| it.contains('@')) {
            return Err(BadBaseUrl(
                "a base URL takes no user or password: write https:// and the host".to_owned(),
            ));
        }
        if !text.is_ascii() {
            return bad("write the host in its ASCII form (xn--…)");
        }
        if text.contains('?') || text.contains('#') {
            return bad("a base URL is only the server: leave out what follows ? or #");
        }
        if !text.contains("://") {
            return bad("write the scheme too: https:// and the host");
        }
        let Ok(uri) = text.parse::<Uri>() else {
            return bad("this is no URL");
        };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return bad("write https:// and the host");
        };
        let host = authority.host().to_ascii_lowercase();
        if host.trim_matches(['[', ']']).is_empty() {
            return bad("there is no host in it");
        }
        let written = authority.as_str().len() > authority.host().len();
        let port = authority.port_u16().filter(|port| *port != 0);
        if written && port.is_none() {
            return bad("its port is no port");
        }
        let default = match scheme {
            "https" => 443,
            "http" if is_loopback(&host) => 80,
            "http" => return bad("the key goes over https only; http is for loopback"),
            _ => return bad("the scheme must be https"),
        };
        match uri.path() {
            "" | "/" => {}
            path if matches!(path.trim_end_matches('/'), "/v1") => {
                return bad("a base URL is only the server: leave out the /v1 at its end, \
                            which belongs to another API");
            }
            _ => return bad("a base URL is only the server: leave out the path"),
        }
        Ok(BaseUrl(match port.filter(|port| *port != default) {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }))
    }

    /// Scheme and host in lower case, the port if it is not the scheme's own; no `/` at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Host, and port if written.
    pub(crate) fn authority(&self) -> &str {
        text_after_scheme(&self.0)
    }

    fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rfind(':') {
            // Not a colon inside of `[::1]`.
            Some(at) if !authority[at..].contains(']') => &authority[..at],
            _ => authority,
        }
    }
}

impl Default for BaseUrl {
    /// The provider's own.
    fn default() -> Self {
        BaseUrl(endpoints::SERVER.to_owned())
    }
}

impl std::fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a base URL is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadBaseUrl(pub String);

/// Whether a URL's host names this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|it| it.is_loopback())
}

/// The address that a URL's host spells out.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn text_after_scheme(text: &str) -> &str {
    text.split_once("://").map_or(text, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_read_and_written_one_way() {
        for (text, expected) in [
            ("https://api.cometapi.com", "https://api.cometapi.com"),
            ("https://api.cometapi.com/", "https://api.cometapi.com"),
            ("HTTPS://API.CometAPI.com:443/", "https://api.cometapi.com"),
            ("https://gateway.example:8443", "https://gateway.example:8443"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:9", "http://[::1]:9"),
            ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ] {
            assert_eq!(BaseUrl::new(text).map(|it| it.0), Ok(expected.to_owned()), "{text}");
        }
        assert_eq!(BaseUrl::new(endpoints::SERVER), Ok(BaseUrl::default()));
        assert!(!BaseUrl::default().is_loopback());
        assert!(BaseUrl::new("http://[::1]:9").expect("a URL").is_loopback());
        assert!(BaseUrl::new("https://localhost").expect("a URL").is_loopback());
    }

    #[test]
    fn what_is_no_server_is_refused_with_a_way_out() {
        for (text, word) in [
            ("http://api.cometapi.com", "https only"),
            ("http://127.0.0.1.evil.example", "https only"),
            ("http://localhost.evil.example", "https only"),
            ("http://10.0.0.1", "https only"),
            ("http://2130706433", "https only"),
            ("http://[::ffff:127.0.0.1]", "https only"),
            ("https://api.cometapi.com/v1", "/v1"),
            ("https://api.cometapi.com/v1/", "/v1"),
            ("https://api.cometapi.com/kling", "leave out the path"),
            ("https://api.cometapi.com?x=1", "? or #"),
            ("https://api.cometapi.com/#x", "? or #"),
            ("ftp://api.cometapi.com", "must be https"),
            ("file:///etc/passwd", "URL"),
            ("api.cometapi.com", "scheme"),
            ("https://", "URL"),
            ("https://:443", "host"),
            ("https://host:", "port"),
            ("https://host:0", "port"),
            ("https://host:99999", ""),
            ("https://bücher.example", "xn--"),
            ("https://a b", "URL"),
            ("", "scheme"),
        ] {
            let refusal = BaseUrl::new(text).map(|it| it.0).expect_err(text).to_string();
            assert!(refusal.contains(word), "{text}: {refusal}");
        }
    }

    #[test]
    fn a_password_is_not_told() {
        for text in ["https://user:hunter2@host", "user:hunter2@host", "https://hunter2@h/v1?x"] {
            let refusal = BaseUrl::new(text).map(|it| it.0).expect_err(text).to_string();
            assert!(!refusal.contains("hunter2") && refusal.contains("password"), "{refusal}");
        }
    }
}
