//! Hosts that were met: requests of one stream have their media at a few.

use std::mem;

use crate::media::location::{authority, reserved};

/// How many are kept, and bytes of each at most.
const KEPT: usize = 4;
const LONGEST: usize = 48;

/// The latest hosts that were found to be public. While URLs at others are only counted, hosts that nobody can
/// fetch from are among them.
#[derive(Debug)]
pub(crate) struct Hosts {
    known: [Host; KEPT],
    next: usize,
    /// Whether URLs at odd hosts are only counted, and how many there were.
    counts_odd: bool,
    odd: usize,
}

#[derive(Clone, Copy, Debug)]
struct Host {
    /// The first eight bytes.
    head: u64,
    len: usize,
    bytes: [u8; LONGEST],
    is_odd: bool,
}

/// Where a host ends that a text begins with, and whether nobody can fetch from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HostEnd {
    pub(super) at: usize,
    pub(super) is_odd: bool,
}

impl Default for Hosts {
    fn default() -> Self {
        let none = Host { head: 0, len: 0, bytes: [0; LONGEST], is_odd: false };
        Hosts { known: [none; KEPT], next: 0, counts_odd: false, odd: 0 }
    }
}

impl Hosts {
    /// In the next request, or the next value, URLs at odd hosts are only counted, or they are not.
    pub(crate) fn count_odd(&mut self, counts: bool) {
        (self.counts_odd, self.odd) = (counts, 0);
    }

    /// How many there were. From here on they are not counted.
    pub(crate) fn counted(&mut self) -> usize {
        self.counts_odd = false;
        mem::take(&mut self.odd)
    }

    /// Whether URLs at odd hosts are only counted.
    pub(crate) fn counts_odd(&self) -> bool {
        self.counts_odd
    }

    /// How many URLs at odd hosts were counted by now.
    pub(crate) fn odd(&self) -> usize {
        self.odd
    }

    /// So many that were counted are not.
    pub(crate) fn take_back(&mut self, odd: usize) {
        self.odd -= odd;
    }

    /// Counts a URL, if its host is odd.
    #[inline]
    pub(super) fn count(&mut self, host: HostEnd) {
        self.odd += usize::from(host.is_odd);
    }

    /// The end of the host that a text begins with, if it is a usual one, and public or counted.
    #[inline]
    pub(super) fn end(&mut self, text: &[u8]) -> Option<HostEnd> {
        match self.known(text) {
            Some(end) => Some(end),
            None => self.meet(text),
        }
    }

    #[inline]
    fn known(&self, text: &[u8]) -> Option<HostEnd> {
        let head = u64::from_le_bytes(*text.first_chunk()?);
        let is = |host: &&Host| {
            host.head == head
                && text.get(host.len) == Some(&b'/')
                && text.get(..host.len) == host.bytes.get(..host.len)
        };
        let host = self.known.iter().find(is)?;
        let Host { len: at, is_odd, .. } = *host;
        (!is_odd || self.counts_odd).then_some(HostEnd { at, is_odd })
    }

    #[inline(never)]
    fn meet(&mut self, text: &[u8]) -> Option<HostEnd> {
        let (end, top) = authority(text);
        let top = top?;
        let is_odd = reserved(&text[..top - 1], &text[top..end]).is_some();
        if is_odd && !self.counts_odd {
            return None;
        }
        let host = &text[..end];
        if let (Some(head), 8..=LONGEST) = (host.first_chunk(), end) {
            let mut bytes = [0; LONGEST];
            bytes[..end].copy_from_slice(host);
            self.known[self.next % KEPT] =
                Host { head: u64::from_le_bytes(*head), len: end, bytes, is_odd };
            self.next += 1;
        }
        Some(HostEnd { at: end, is_odd })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_was_met_is_judged_the_same() {
        let hosts = [
            "a.io",
            "cdn.acme.io",
            "cdn.acme.io.eu",
            "cdn.acme.i",
            "h2.acme-studio.org",
            "example.com",
        ];
        let more = [
            "www.example.com",
            "acme.localhost",
            "1.2.3.4",
            "me@acme.io.eu",
            "a.b.c.d.e.f.g.h.i.j",
        ];
        let long = format!("{}.acme.io", "x".repeat(LONGEST));
        let mut kept = Hosts::default();
        for _ in 0..3 {
            for host in hosts.into_iter().chain(more).chain([&*long]) {
                for path in ["", "/", "/a.png", ":80/", "?a", "/12345678"] {
                    let text = format!("{host}{path}");
                    let text = text.as_bytes();
                    assert_eq!(kept.end(text), Hosts::default().end(text), "{host}{path}");
                }
            }
        }
        assert!(kept.next > KEPT);
    }
}
