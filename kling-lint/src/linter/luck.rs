//! Whether it pays to try what may fail: a request that is judged at a glance costs half, and one that is not a
//! quarter more.

/// How often it went well of late. Requests of one stream are much alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Luck {
    score: u8,
    /// How often nothing was tried since.
    rests: u8,
}

/// From so much on it is tried each time, else now and then.
const ENOUGH: u8 = 8;
const MOST: u8 = 2 * ENOUGH;
/// What success adds, where failure takes one.
const GAIN: u8 = 2;
/// How often nothing is tried before something is.
const RESTS: u8 = 15;

impl Default for Luck {
    fn default() -> Self {
        Luck { score: ENOUGH + GAIN, rests: 0 }
    }
}

impl Luck {
    /// Whether to try.
    pub(super) fn tries(&mut self) -> bool {
        let tries = self.score >= ENOUGH || self.rests >= RESTS;
        self.rests = if tries { 0 } else { self.rests + 1 };
        tries
    }

    /// It went well, or did not.
    pub(super) fn met(&mut self, success: bool) {
        self.score = match success {
            true => (self.score + GAIN).min(MOST),
            false => self.score.saturating_sub(1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often it was tried of so many times, where every so many-th succeeds.
    fn tried(every: u32, times: u32) -> u32 {
        let mut luck = Luck::default();
        let mut tried = 0;
        for time in 0..times {
            if luck.tries() {
                tried += 1;
                luck.met(time % every == 0);
            }
        }
        tried
    }

    #[test]
    fn what_pays_is_tried_and_what_does_not_is_tried_now_and_then() {
        assert_eq!(tried(1, 1_000), 1_000);
        assert_eq!(tried(2, 1_000), 1_000);
        assert!(tried(10, 16_000) < 2_000);
        assert!(tried(u32::MAX, 16_000) > 900);
    }
}
