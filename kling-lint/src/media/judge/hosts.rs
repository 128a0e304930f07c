//! Hosts that were found to be public: requests of one stream have their media at a few.

use crate::media::location::{authority, reserved};

/// How many are kept, and bytes of each at most.
const KEPT: usize = 4;
const LONGEST: usize = 48;

/// The latest hosts about which there was nothing to say.
#[derive(Debug)]
pub(crate) struct Hosts {
    known: [Host; KEPT],
    next: usize,
}

#[derive(Clone, Copy, Debug)]
struct Host {
    /// The first eight bytes.
    head: u64,
    len: usize,
    bytes: [u8; LONGEST],
}

impl Default for Hosts {
    fn default() -> Self {
        Hosts { known: [Host { head: 0, len: 0, bytes: [0; LONGEST] }; KEPT], next: 0 }
    }
}

impl Hosts {
    /// Where the host ends that a text begins with, if it is a usual one and public.
    #[inline]
    pub(super) fn end(&mut self, text: &[u8]) -> Option<usize> {
        match self.known(text) {
            Some(end) => Some(end),
            None => self.meet(text),
        }
    }

    #[inline]
    fn known(&self, text: &[u8]) -> Option<usize> {
        let head = u64::from_le_bytes(*text.first_chunk()?);
        let is = |host: &&Host| {
            host.head == head
                && text.get(host.len) == Some(&b'/')
                && text.get(..host.len) == host.bytes.get(..host.len)
        };
        self.known.iter().find(is).map(|host| host.len)
    }

    #[inline(never)]
    fn meet(&mut self, text: &[u8]) -> Option<usize> {
        let (end, top) = authority(text);
        let top = top?;
        if reserved(&text[..top - 1], &text[top..end]).is_some() {
            return None;
        }
        let host = &text[..end];
        if let (Some(head), 8..=LONGEST) = (host.first_chunk(), end) {
            let mut bytes = [0; LONGEST];
            bytes[..end].copy_from_slice(host);
            self.known[self.next % KEPT] =
                Host { head: u64::from_le_bytes(*head), len: end, bytes };
            self.next += 1;
        }
        Some(end)
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
