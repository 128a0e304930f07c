//! Where a URL points, as far as its text tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use kling_schema::url;
use memchr::{memchr, memchr2, memrchr};

use super::classify::suffix;
use super::probe::Content;

/// The parts of an `http(s)` URL that are worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location<'t> {
    /// Before the `@`: a user name, and perhaps a password.
    pub(super) userinfo: Option<&'t str>,
    /// Without port and brackets.
    pub(super) host: &'t str,
    /// Whether the host is made of letters, digits, dots and hyphens, as most are.
    is_plain: bool,
    /// From the first slash to the query.
    path: &'t str,
    /// Whether the path is known to its end.
    whole: bool,
}

impl<'t> Location<'t> {
    /// The parts of a text that [`url::is_http`] accepts, without white space around it. `complete`:
    /// nothing was cut from its end.
    pub(super) fn of(text: &'t str, complete: bool) -> Self {
        // Behind the colon of the scheme stand two slashes. All that is looked for is ASCII, so bytes
        // will do, and a batch has millions of URLs.
        let scheme = text.bytes().position(|byte| byte == b':').map_or(0, |at| at + 3);
        let rest = text.get(scheme..).unwrap_or(text);
        let ends = |byte| matches!(byte, b'/' | b'\\' | b'?' | b'#');
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let plain = rest.bytes().position(|byte| !is_plain(&byte)).unwrap_or(rest.len());
        let is_plain = rest.as_bytes().get(plain).is_none_or(|byte| ends(*byte));
        let end = match is_plain {
            true => plain,
            false => rest.bytes().position(ends).unwrap_or(rest.len()),
        };
        let (authority, path) = rest.split_at(end);
        let (path, whole) = match memchr2(b'?', b'#', path.as_bytes()) {
            Some(at) => (&path[..at], true),
            None => (path, complete),
        };
        let (userinfo, host) = if is_plain { (None, authority) } else { behind_userinfo(authority) };
        Location { userinfo, host, is_plain, path, whole }
    }

    /// The media suffix of the path, and what it promises.
    pub(super) fn suffix(&self) -> Option<(&'static str, Content)> {
        if self.whole { suffix(self.path) } else { None }
    }

    /// Why nobody could fetch anything from this host; `None` for a public one.
    pub(super) fn oddity(&self) -> Option<&'static str> {
        let host = self.host.strip_suffix('.').unwrap_or(self.host);
        // An address ends in a digit or has a colon.
        if host.ends_with(|last: char| last.is_ascii_digit()) || host.contains(':') {
            if let Ok(address) = host.parse::<Ipv4Addr>() {
                return odd_v4(address);
            }
            if let Ok(address) = host.parse::<Ipv6Addr>() {
                return match address.to_canonical() {
                    IpAddr::V4(address) => odd_v4(address),
                    IpAddr::V6(address) => odd_v6(address),
                };
            }
        }
        odd_name(host, self.is_plain)
    }
}

/// The user of an authority, and its host without port and brackets.
fn behind_userinfo(authority: &str) -> (Option<&str>, &str) {
    let (userinfo, host) = match memrchr(b'@', authority.as_bytes()) {
        Some(at) => (Some(&authority[..at]), &authority[at + 1..]),
        None => (None, authority),
    };
    let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((host, _)) => host,
        None => memchr(b':', host.as_bytes()).map_or(host, |at| &host[..at]),
    };
    (userinfo, host)
}

fn odd_v4(address: Ipv4Addr) -> Option<&'static str> {
    let [first, second, ..] = address.octets();
    if address.is_loopback() {
        Some("a loopback address")
    } else if address.is_private() || (first == 100 && second & 0xc0 == 64) {
        Some("a private address")
    } else if address.is_link_local() {
        Some("a link-local address")
    } else if first == 0 || first >= 224 {
        Some("an address of no host")
    } else if address.is_documentation() {
        Some("an address reserved for examples")
    } else {
        None
    }
}

fn odd_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_loopback() {
        Some("a loopback address")
    } else if address.is_unique_local() {
        Some("a private address")
    } else if address.is_unicast_link_local() {
        Some("a link-local address")
    } else if address.is_unspecified() || address.is_multicast() {
        Some("an address of no host")
    } else if address.segments()[..2] == [0x2001, 0xdb8] {
        Some("an address reserved for examples")
    } else {
        None
    }
}

/// Names that lead nowhere outside: RFC 2606, RFC 6761, RFC 6762, RFC 8375 and usual habits.
fn odd_name(host: &str, is_plain: bool) -> Option<&'static str> {
    if !is_plain
        && host.contains(|it: char| it.is_whitespace() || "<>{}$[]()\"'`|*%,;".contains(it))
    {
        return Some("a placeholder rather than a host");
    }
    let Some((rest, top)) = last_label(host) else {
        let this = host.eq_ignore_ascii_case("localhost");
        return Some(if this { "this machine" } else { "a name without a domain" });
    };
    let second = || last_label(rest).map_or(rest, |(_, second)| second);
    // No way out of the loop, so that many bytes are looked at at once.
    let pairs = host.bytes().zip(host.bytes().skip(1));
    let is_empty = pairs.fold(false, |any, pair| any | (pair == (b'.', b'.')));
    if is_empty || host.starts_with('.') || host.ends_with('.') {
        return Some("a name with an empty part");
    }
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("neither a name nor an address");
    }
    let is =
        |label: &str, words: &[&str]| words.iter().any(|word| label.eq_ignore_ascii_case(word));
    if is(top, &["localhost"]) {
        Some("this machine")
    } else if is(top, &["local", "internal", "lan", "home", "corp", "intranet"])
        || (is(top, &["arpa"]) && is(second(), &["home"]))
    {
        Some("a name of a private network")
    } else if is(top, &["invalid", "test", "example"])
        || (is(second(), &["example"]) && is(top, &["com", "net", "org"]))
    {
        Some("reserved for examples")
    } else {
        None
    }
}

/// What stands before the last dot, and behind it.
fn last_label(host: &str) -> Option<(&str, &str)> {
    // The last label is short: a bulk search would take longer to begin.
    let dot = host.bytes().rposition(|byte| byte == b'.')?;
    Some((&host[..dot], &host[dot + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_url() {
        let of = |text: &'static str| Location::of(text.trim_end(), true);
        let parts = of("https://me:pass@word@cdn.kling.ai:8443/a.b/Cat.WEBP?x=/y.png#z");
        assert_eq!(parts.userinfo, Some("me:pass@word"));
        assert_eq!(parts.host, "cdn.kling.ai");
        assert_eq!(parts.suffix(), Some(("webp", Content::WebP)));
        assert_eq!(of("HTTP://[2001:DB8::1]:80/x").host, "2001:DB8::1");
        assert_eq!(of("https://kling.ai?cat.png").suffix(), None);
        assert_eq!(of("https://cdn.mov").suffix(), None, "a host is no file");
        assert_eq!(of("https://kling.ai/cat.jpg ").suffix(), Some(("jpg", Content::Jpeg)));
        assert_eq!(Location::of("https://kling.ai/cat.png", false).suffix(), None);
        assert_eq!(of("https://kling.ai/cat.php?f=cat.webp").suffix(), None);
    }

    #[test]
    fn hosts_nobody_can_fetch_from() {
        for (host, oddity) in [
            ("localhost", "this machine"),
            ("LOCALHOST:3000", "this machine"),
            ("app.localhost.", "this machine"),
            ("127.0.0.1", "a loopback address"),
            ("127.9.9.9:80", "a loopback address"),
            ("[::1]", "a loopback address"),
            ("[::ffff:10.0.0.1]", "a private address"),
            ("10.1.2.3", "a private address"),
            ("192.168.0.1", "a private address"),
            ("172.31.0.1", "a private address"),
            ("100.64.0.1", "a private address"),
            ("[fd00::1]", "a private address"),
            ("169.254.169.254", "a link-local address"),
            ("[fe80::1]", "a link-local address"),
            ("0.0.0.0", "an address of no host"),
            ("255.255.255.255", "an address of no host"),
            ("[::]", "an address of no host"),
            ("192.0.2.1", "an address reserved for examples"),
            ("[2001:db8::1]", "an address reserved for examples"),
            ("999.1.1.1", "neither a name nor an address"),
            ("printer.local", "a name of a private network"),
            ("minio.svc.internal", "a name of a private network"),
            ("nas.home.arpa", "a name of a private network"),
            ("example.com", "reserved for examples"),
            ("cdn.Example.ORG", "reserved for examples"),
            ("a.test", "reserved for examples"),
            ("x.invalid", "reserved for examples"),
            ("minio", "a name without a domain"),
            ("<host>", "a placeholder rather than a host"),
            ("{bucket}.s3.amazonaws.com", "a placeholder rather than a host"),
            ("a..b", "a name with an empty part"),
        ] {
            let url = format!("https://{host}/cat.png");
            assert_eq!(Location::of(&url, true).oddity(), Some(oddity), "{host}");
        }
        for host in [
            "cdn.kling.ai",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2606:4700::1111]",
            "examples.com",
            "myexample.com",
            "example.co",
            "h2.inkwai.com.",
            "bücher.de",
            "my_bucket.s3.amazonaws.com",
        ] {
            let url = format!("https://{host}/cat.png");
            assert_eq!(Location::of(&url, true).oddity(), None, "{host}");
        }
    }
}
