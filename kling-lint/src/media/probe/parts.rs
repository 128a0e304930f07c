//! A header's parts, collected from bytes that arrive in pieces.

use crate::files::PAGE;

/// The longest part: PNG's first chunk.
pub(super) const LONGEST: usize = 25;

/// How many pages of a file a header may stand on, those not counted that nobody need read. Real headers
/// stand on a few, one with 10 MB of metadata in 160 segments on as many.
pub(in crate::media) const MOST_PAGES: u32 = 256;

/// Collects one part after the other and passes over what lies between them.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// What the current part has collected of the `want` bytes it needs.
    have: [u8; LONGEST],
    len: usize,
    want: usize,
    /// Bytes to pass over before the current part.
    skip: u64,
    /// Where the current part begins.
    at: u64,
    /// Where the page ends that it ends on.
    end: u64,
    /// How many pages may still come. They are counted as a file's are read, wherever the bytes come
    /// from: what is known of a picture does not depend on that.
    pages: u32,
}

impl Parts {
    /// Behind `skip` bytes, a part of `want`, on the first page.
    pub(super) fn new(skip: u64, want: usize) -> Self {
        let have = [0; LONGEST];
        Parts { have, len: 0, want, skip, at: skip, end: PAGE as u64, pages: MOST_PAGES - 1 }
    }

    /// Goes on, behind `skip` more bytes, with a part of `want`.
    #[inline]
    pub(super) fn expect(&mut self, skip: u64, want: usize) {
        self.at += self.want as u64 + skip;
        self.skip += skip;
        self.len = 0;
        self.want = want;
        self.read(self.at, want as u64);
    }

    /// Goes on with a part of one byte, this one: what stands before it is passed over. It may not have
    /// come yet.
    pub(super) fn find(&mut self, byte: u8, rest: &mut &[u8]) {
        if rest.first() == Some(&byte) {
            return;
        }
        let over = memchr::memchr(byte, rest).unwrap_or(rest.len());
        *rest = &rest[over..];
        let from = self.at;
        self.at += over as u64;
        self.read(from, over as u64 + 1);
    }

    /// Counts the pages that so many bytes from here on stand on.
    #[inline]
    fn read(&mut self, from: u64, len: u64) {
        let to = from + len;
        while to > self.end && self.pages > 0 {
            // A page that need not be read is passed over.
            let is_passed = from.saturating_sub(self.end) >= PAGE as u64;
            self.end = if is_passed { from } else { self.end } + PAGE as u64;
            self.pages -= 1;
        }
    }

    /// How many bytes ahead will not be looked at.
    pub(super) fn idle(&self) -> u64 {
        self.skip
    }

    /// Passes over idle bytes.
    pub(super) fn skip(&mut self, bytes: u64) {
        self.skip = self.skip.saturating_sub(bytes);
    }

    /// The current part once it is complete; whoever takes it says what to expect next. Behind its
    /// end the array holds nothing of meaning.
    #[inline]
    pub(super) fn next(&mut self, rest: &mut &[u8]) -> Option<[u8; LONGEST]> {
        let over = usize::try_from(self.skip).unwrap_or(usize::MAX).min(rest.len());
        self.skip -= over as u64;
        let part = &rest[over..];
        // Nearly always all of it is at hand, and more.
        if self.len == 0
            && let Some(have) = part.first_chunk()
        {
            *rest = &part[self.want..];
            return Some(*have);
        }
        let take = part.len().min(self.want - self.len);
        self.have[self.len..self.len + take].copy_from_slice(&part[..take]);
        self.len += take;
        *rest = &part[take..];
        if self.len < self.want {
            return None;
        }
        Some(self.have)
    }

    /// Whether the current part ends beyond the last page that there may be.
    #[inline]
    pub(super) fn is_too_far(&self) -> bool {
        self.pages == 0 && self.at + self.want as u64 > self.end
    }
}
