//! A finding's identity from one run to the next, whatever lines were added above it.
//!
//! FNV-1a (64 bits, offset basis `cbf29ce484222325`, prime `100000001b3`) over the UTF-8 of the parts,
//! each followed by a zero byte; as 16 hexadecimal digits.

use std::collections::HashMap;

use super::fnv::{BASIS, fnv};

/// The hash of these parts.
pub(crate) fn of(parts: &[&str]) -> u64 {
    parts.iter().fold(BASIS, |hash, part| fnv(fnv(hash, part.as_bytes()), &[0]))
}

/// As 16 hexadecimal digits.
pub(crate) fn shown(hash: u64) -> String {
    let digit = |place: u32| char::from_digit((hash >> (4 * place)) as u32 & 0xf, 16);
    let mut out = String::with_capacity(16);
    out.extend((0..16).rev().filter_map(digit));
    out
}

/// Tells findings of one fingerprint apart: by their order.
#[derive(Debug, Default)]
pub(crate) struct Met(HashMap<u64, u64>);

impl Met {
    /// How often the fingerprint has been met, this time included.
    pub(crate) fn again(&mut self, fingerprint: u64) -> u64 {
        let met = self.0.entry(fingerprint).or_default();
        *met += 1;
        *met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fingerprints are compared between versions of this tool: these numbers never change.
    #[test]
    fn it_is_stable() {
        assert_eq!(of(&[]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(shown(of(&["KL1002", "/duration"])), "b95762bd3eecdc0c");
        assert_eq!(shown(0x0123_4567_89ab_cdef), "0123456789abcdef");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(of(&["KL1", "002"]), of(&["KL10", "02"]));
    }
}
