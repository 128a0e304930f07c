//! Where a URL points, as far as its text tells.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use memchr::{memchr, memchr2, memrchr};

use super::classify::{packed, suffix};
use super::probe::Content;

/// The parts of an `http(s)` URL that are worth a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location<'t> {
    /// Before the `@`: a user name, and perhaps a password.
    pub(super) userinfo: Option<&'t str>,
    /// Without port and brackets.
    pub(super) host: &'t str,
    /// Where the last label of a usual host begins: one of two labels or more, all of letters, digits
    /// and hyphens, the last of which starts with a letter.
    top: Option<usize>,
    /// From the first slash to the query.
    path: &'t str,
    /// Whether the path is known to its end.
    whole: bool,
}

impl<'t> Location<'t> {
    /// The parts of a text that [`is_http`](kling_schema::url::is_http) accepts, without white space
    /// around it. `complete`: nothing was cut from its end.
    pub(super) fn of(text: &'t str, complete: bool) -> Self {
        // Behind the colon of the scheme stand two slashes. All that is looked for is ASCII, so bytes
        // will do, and a batch has millions of URLs.
        let scheme = text.bytes().position(|byte| byte == b':').map_or(0, |at| at + 3);
        let rest = text.get(scheme..).unwrap_or(text);
        let (end, top) = authority(rest.as_bytes());
        let (authority, path) = rest.split_at(end);
        let (path, whole) = match memchr2(b'?', b'#', path.as_bytes()) {
            Some(at) => (&path[..at], true),
            None => (path, complete),
        };
        let (userinfo, host) = match top {
            Some(_) => (None, authority),
            None => behind_userinfo(authority),
        };
        Location { userinfo, host, top, path, whole }
    }

    /// The media suffix of the path, and what it promises.
    pub(super) fn suffix(&self) -> Option<(&'static str, Content)> {
        if self.whole { suffix(self.path) } else { None }
    }

    /// Why nobody could fetch anything from this host; `None` for a public one.
    pub(super) fn oddity(&self) -> Option<&'static str> {
        if let Some(top) = self.top {
            let (rest, top) = self.host.as_bytes().split_at(top);
            return reserved(&rest[..rest.len() - 1], top);
        }
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
        odd_name(host)
    }
}

/// What a byte of an authority is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Of a label.
    Label,
    Dot,
    /// Behind the authority.
    End,
    Other,
}

static PARTS: [Part; 256] = {
    let mut parts = [Part::Other; 256];
    let mut byte = 0;
    while byte < parts.len() {
        parts[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => Part::Label,
            b'.' => Part::Dot,
            b'/' | b'\\' | b'?' | b'#' => Part::End,
            _ => Part::Other,
        };
        byte += 1;
    }
    parts
};

/// How long the authority is that a text begins with, and where the last label of a usual host begins.
pub(super) fn authority(text: &[u8]) -> (usize, Option<usize>) {
    let mut label = 0;
    let mut is_usual = true;
    let mut end = text.len();
    for (at, byte) in text.iter().enumerate() {
        match PARTS[usize::from(*byte)] {
            Part::Label => {}
            Part::Dot => {
                is_usual &= at > label;
                label = at + 1;
            }
            Part::End => {
                end = at;
                break;
            }
            Part::Other => is_usual = false,
        }
    }
    is_usual &= label > 0 && label < end && text[label].is_ascii_alphabetic();
    (end, is_usual.then_some(label))
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
fn odd_name(host: &str) -> Option<&'static str> {
    if host.contains(|it: char| it.is_whitespace() || "<>{}$[]()\"'`|*%,;".contains(it)) {
        return Some("a placeholder rather than a host");
    }
    let Some((rest, top)) = last_label(host) else {
        let this = host.eq_ignore_ascii_case("localhost");
        return Some(if this { "this machine" } else { "a name without a domain" });
    };
    if host.starts_with('.') || host.ends_with('.') || host.contains("..") {
        return Some("a name with an empty part");
    }
    if top.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some("neither a name nor an address");
    }
    reserved(rest.as_bytes(), top.as_bytes())
}

/// Why nobody could fetch anything from a host of these last labels. Without a second one: of any.
const RESERVED: [(Option<&str>, &str, &str); 14] = [
    (None, "localhost", "this machine"),
    (None, "local", "a name of a private network"),
    (None, "internal", "a name of a private network"),
    (None, "lan", "a name of a private network"),
    (None, "home", "a name of a private network"),
    (None, "corp", "a name of a private network"),
    (None, "intranet", "a name of a private network"),
    (Some("home"), "arpa", "a name of a private network"),
    (None, "invalid", "reserved for examples"),
    (None, "test", "reserved for examples"),
    (None, "example", "reserved for examples"),
    (Some("example"), "com", "reserved for examples"),
    (Some("example"), "net", "reserved for examples"),
    (Some("example"), "org", "reserved for examples"),
];

/// Their last labels as numbers.
static TOPS: [u32; RESERVED.len()] = {
    let mut tops = [0; RESERVED.len()];
    let mut at = 0;
    while at < tops.len() {
        tops[at] = packed(RESERVED[at].1.as_bytes());
        let mut before = 0;
        while before < at {
            assert!(tops[before] != tops[at], "two of them have the same number");
            before += 1;
        }
        at += 1;
    }
    tops
};

/// The same of a name by its last label, and what stands before it.
pub(super) fn reserved(rest: &[u8], top: &[u8]) -> Option<&'static str> {
    let number = packed(top);
    // Their last labels all differ.
    let at = TOPS.iter().position(|own| *own == number)?;
    let (second, own, reason) = RESERVED[at];
    let is_own = top.eq_ignore_ascii_case(own.as_bytes())
        && second.is_none_or(|second| is_last_label(rest, second));
    is_own.then_some(reason)
}

fn is_last_label(host: &[u8], label: &str) -> bool {
    let Some(at) = host.len().checked_sub(label.len()) else { return false };
    let (before, last) = host.split_at(at);
    last.eq_ignore_ascii_case(label.as_bytes()) && before.last().is_none_or(|dot| *dot == b'.')
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
