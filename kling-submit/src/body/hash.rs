//! The two hashes of a body, in one reading.

use std::io::{self, Read};

use kling_lint::Inserted;
use sha2::{Digest as _, Sha256};

use super::{BLOCK, Hashes};
use crate::hex::hex;

/// Reads everything, and hashes it with and without what an id of ours put in.
pub(super) fn hashes(mut body: impl Read, inserted: Option<&Inserted>) -> io::Result<Hashes> {
    // Without an id of ours the two are one.
    let (mut own, mut sent) = (inserted.map(|_| Sha256::new()), Sha256::new());
    let mut at = 0_u64;
    let mut block = vec![0; BLOCK];
    loop {
        let len = match body.read(&mut block) {
            Ok(0) => break,
            Ok(len) => len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let block = &block[..len];
        sent.update(block);
        if let (Some(own), Some(Inserted { range, instead_of, .. })) = (&mut own, inserted) {
            // How far into this block a place of the body lies.
            let within = |place: u64| place.saturating_sub(at).min(len as u64) as usize;
            own.update(&block[..within(range.start)]);
            if (at..at + len as u64).contains(&range.start) {
                own.update(instead_of.as_bytes());
            }
            own.update(&block[within(range.end)..]);
        }
        at += len as u64;
    }
    let sent_sha256 = hex(&sent.finalize());
    let body_sha256 = own.map_or_else(|| sent_sha256.clone(), |own| hex(&own.finalize()));
    Ok(Hashes { body_sha256, sent_sha256 })
}
