//! Measured values against whole-number bounds.

use crate::aspect::End;
use crate::table::Range;

/// How a measured value fits a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It lies in the range.
    Inside,
    /// It lies beyond this end by less than one percent.
    Close(End),
    /// It lies beyond this end.
    Beyond(End),
}

impl<T: Copy + PartialOrd> Range<T> {
    /// Whether a value is neither below nor above it.
    pub fn contains(self, value: T) -> bool {
        self.min.is_none_or(|min| value >= min) && self.max.is_none_or(|max| value <= max)
    }
}

impl Range<u32> {
    /// How the fraction `over / under` fits, exactly.
    ///
    /// Pages print whole seconds and frames; encoders cut between frames, and television runs at
    /// 24000/1001 frames. A value within one percent of an end (10.04 s of 10, 23.976 frames of 24) is
    /// close, not beyond: nobody knows how a server rounds.
    pub fn fit(self, over: u64, under: u64) -> Fit {
        const WHOLE: u128 = 100;
        let (over, under) = (u128::from(over), u128::from(under));
        let percent = |bound: u32, percents: u128| u128::from(bound) * under * percents;
        match (self.min, self.max) {
            (Some(min), _) if over * WHOLE < percent(min, WHOLE) => {
                let is_close = over * WHOLE > percent(min, WHOLE - 1);
                if is_close { Fit::Close(End::Min) } else { Fit::Beyond(End::Min) }
            }
            (_, Some(max)) if over * WHOLE > percent(max, WHOLE) => {
                let is_close = over * WHOLE < percent(max, WHOLE + 1);
                if is_close { Fit::Close(End::Max) } else { Fit::Beyond(End::Max) }
            }
            _ => Fit::Inside,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_at_the_bounds() {
        let range = Range::new(Some(3), Some(10));
        for (over, under, fit) in [
            (3, 1, Fit::Inside),
            (10, 1, Fit::Inside),
            (100_000, 10_000, Fit::Inside),
            (100_001, 10_000, Fit::Close(End::Max)),
            (10_099, 1000, Fit::Close(End::Max)),
            (101, 10, Fit::Beyond(End::Max)),
            (2_999, 1000, Fit::Close(End::Min)),
            (297, 100, Fit::Beyond(End::Min)),
            (0, 1, Fit::Beyond(End::Min)),
            (u64::MAX, 1, Fit::Beyond(End::Max)),
            (u64::MAX, u64::MAX, Fit::Beyond(End::Min)),
        ] {
            assert_eq!(range.fit(over, under), fit, "{over}/{under}");
        }
        let rates = Range::new(Some(24), Some(60));
        assert_eq!(rates.fit(24_000, 1001), Fit::Close(End::Min));
        assert_eq!(rates.fit(60_000, 1001), Fit::Inside);
        assert_eq!(rates.fit(61, 1), Fit::Beyond(End::Max));
        assert_eq!(Range::<u32>::new(None, None).fit(5, 1), Fit::Inside);
    }
}
