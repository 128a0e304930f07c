//! A header's parts, collected from bytes that arrive in pieces.

/// The longest part: PNG's first chunk.
pub(super) const LONGEST: usize = 25;

/// Collects one part after the other and passes over what lies between them.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    /// What the current part has collected of the `want` bytes it needs.
    have: [u8; LONGEST],
    len: usize,
    want: usize,
    /// Bytes to pass over before the current part.
    skip: u64,
    /// How many parts may still come.
    budget: u32,
}

impl Parts {
    /// How many parts are collected at most. Real headers have a few dozen; this is enough for one
    /// with 65,535 segments, and a few milliseconds of work.
    const MOST: u32 = 1 << 18;

    /// Behind `skip` bytes, a part of `want`.
    pub(super) fn new(skip: u64, want: usize) -> Self {
        Parts { have: [0; LONGEST], len: 0, want, skip, budget: Self::MOST }
    }

    /// Goes on, behind `skip` more bytes, with a part of `want`.
    pub(super) fn expect(&mut self, skip: u64, want: usize) {
        self.skip += skip;
        self.len = 0;
        self.want = want;
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
            self.budget = self.budget.saturating_sub(1);
            return Some(*have);
        }
        let take = part.len().min(self.want - self.len);
        self.have[self.len..self.len + take].copy_from_slice(&part[..take]);
        self.len += take;
        *rest = &part[take..];
        if self.len < self.want {
            return None;
        }
        self.budget = self.budget.saturating_sub(1);
        Some(self.have)
    }

    /// Whether as many parts were collected as there may be.
    pub(super) fn is_exhausted(&self) -> bool {
        self.budget == 0
    }
}
