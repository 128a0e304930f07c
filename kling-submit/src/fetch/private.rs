//! Which addresses an asset may come from: public ones. A URL is the provider's word, or that of
//! whoever can speak for it; it must not make this machine look into its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::transport::base_url::{address, is_loopback};

/// Why nothing is fetched from there, if so.
pub(super) fn forbidden(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => forbidden_v4(address),
        IpAddr::V6(address) => forbidden_v6(address),
    }
}

/// By IANA's registry of special-purpose addresses.
fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    Some(match address.octets() {
        [127, ..] => "a loopback address",
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => "a private address",
        [169, 254, ..] => "a link-local address",
        [100, 64..=127, ..] => "a carrier's private address",
        [224..=239, ..] => "a multicast address",
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => "a documentation address",
        [0, ..] | [192, 0, 0, _] | [192, 88, 99, _] | [198, 18..=19, ..] | [240..=255, ..] => {
            "a reserved address"
        }
        _ => return None,
    })
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        forbidden_v4(Ipv4Addr::new(a, b, c, d))
    };
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => "a loopback address",
        // The same address, written for a socket that speaks both.
        [0, 0, 0, 0, 0, 0xffff, high, low] => return embedded(high, low),
        // NAT64: what an IPv6-only network makes of every IPv4 address. The one inside counts.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => return embedded(high, low),
        [0xfe80..=0xfebf, ..] => "a link-local address",
        [0xfc00..=0xfdff, ..] => "a private address",
        [0xff00..=0xffff, ..] => "a multicast address",
        [0x2002, ..] => "a 6to4 address",
        [0x2001, 0, ..] => "a Teredo address",
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => "a documentation address",
        [0x2001, 0..=0x1ff, ..] => "a reserved address",
        [0x2000..=0x3fff, ..] => return None,
        _ => "a reserved address",
    })
}

/// Why a host is not even asked, by its name alone. All that is checked where a proxy resolves names.
pub(super) fn forbidden_name(host: &str, loopback: bool) -> Option<&'static str> {
    if loopback && is_loopback(host) {
        return None;
    }
    if let Some(address) = address(host) {
        return forbidden(address);
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let last = host.rsplit('.').next().unwrap_or_default();
    // `2130706433`, `0x7f.1` and the like: addresses to the system, names to us.
    if last.is_empty() || last.starts_with(|first: char| first.is_ascii_digit()) {
        return Some("no host's name");
    }
    match last {
        "localhost" | "local" | "internal" | "localdomain" | "lan" | "home" | "corp" => {
            Some("a name of a private network")
        }
        _ => None,
    }
}

/// Looks names up and lets public addresses through. What was checked is what is connected to.
#[derive(Debug)]
pub(super) struct Public {
    /// Loopback is fine too.
    pub(super) loopback: bool,
}

impl Resolver for Public {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = DefaultResolver::default().resolve(uri, config, timeout)?;
        // The user's own proxy may be anywhere.
        if config.proxy().is_some_and(|proxy| proxy.uri() == uri) {
            return Ok(found);
        }
        let clear = uri.scheme_str() != Some("https");
        let mut allowed = self.empty();
        let mut why = "no address";
        for place in &found {
            let address = place.ip();
            let local = self.loopback && address.is_loopback();
            match forbidden(address) {
                _ if local => allowed.push(*place),
                None if !clear => allowed.push(*place),
                None => why = "not on this machine, and http is for loopback",
                Some(it) => why = it,
            }
        }
        if allowed.is_empty() { Err(Error::Other(Box::new(Forbidden(why)))) } else { Ok(allowed) }
    }
}

/// The host has no address that is let through.
#[derive(Debug, thiserror::Error)]
#[error("its address is {0}")]
pub(super) struct Forbidden(pub(super) &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_pass() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ffff::1",
            "4000::1",
        ] {
            assert!(forbidden(text.parse().expect(text)).is_some(), "{text}");
        }
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
        ] {
            assert_eq!(forbidden(text.parse().expect(text)), None, "{text}");
        }
    }

    #[test]
    fn names_that_are_addresses_in_disguise_are_refused() {
        for host in [
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "127.1",
            "0177.0.0.1",
            "1.2.3",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "metadata.google.internal",
            "printer.local",
            "",
            ".",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "10.0.0.1",
        ] {
            assert!(forbidden_name(host, false).is_some(), "{host}");
        }
        for host in ["cdn.example", "cdn-1.klingai.com", "8.8.8.8", "[2606:4700::1]", "1.example"] {
            assert_eq!(forbidden_name(host, false), None, "{host}");
        }
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            assert_eq!(forbidden_name(host, true), None, "{host}");
        }
        assert!(forbidden_name("10.0.0.1", true).is_some());
        assert!(forbidden_name("169.254.169.254", true).is_some());
    }

    /// What a name leads to decides, not the name.
    #[test]
    fn addresses_are_judged_after_the_look_up() {
        let look_up = |loopback: bool, url: &str| {
            let uri: Uri = url.parse().expect("a URL");
            let found =
                Public { loopback }.resolve(&uri, &Config::default(), NextTimeout::default());
            found.map(|it| it.len()).map_err(|error| matches!(error, Error::Other(_)))
        };
        assert_eq!(look_up(false, "https://localhost/"), Err(true));
        assert_eq!(look_up(false, "https://10.0.0.1/"), Err(true));
        assert_eq!(look_up(true, "https://10.0.0.1/"), Err(true));
        assert_eq!(look_up(false, "https://8.8.8.8/"), Ok(1));
        assert_eq!(look_up(true, "http://8.8.8.8/"), Err(true));
        assert!(look_up(true, "http://localhost/").is_ok_and(|it| it > 0));
        assert_eq!(look_up(true, "https://127.0.0.1/"), Ok(1));
    }
}
