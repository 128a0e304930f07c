//! Sizes and ratios in words, and the nearest size that would pass.

use kling_schema::aspect::End;
use kling_schema::{Bound, Limit, RatioRange};

use super::probe::PixelSize;

/// `338 × 191`.
pub(crate) fn shown(size: PixelSize) -> String {
    format!("{} × {}", size.width, size.height)
}

/// `1:2.5 to 2.5:1`.
pub(super) fn ratios(range: RatioRange) -> String {
    format!("{} to {}", range.min, range.max)
}

/// The ratio of a size that is not in the range, rounded away from the end that it passed: it never
/// reads as one that is allowed.
pub(super) fn ratio_beyond(size: PixelSize, range: RatioRange) -> String {
    let (width, height) = (u64::from(size.width), u64::from(size.height));
    let (long, short) = (width.max(height), width.min(height).max(1));
    let is_wide = width >= height;
    let too_wide = u128::from(width) * u128::from(range.max.height)
        > u128::from(height) * u128::from(range.max.width);
    let thousandths =
        if too_wide == is_wide { (long * 1000).div_ceil(short) } else { long * 1000 / short };
    sided(is_wide, thousandths)
}

/// `2.5:1` or `1:2.5`.
fn sided(is_wide: bool, thousandths: u64) -> String {
    let number = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    let number = number.trim_end_matches('0').trim_end_matches('.');
    if is_wide { format!("{number}:1") } else { format!("1:{number}") }
}

/// The size scaled, in proportion, until its shorter (or, at the upper end, longer) side is just
/// `edge`; if that passes everything else.
pub(super) fn scaled(size: PixelSize, edge: u32, end: End, limits: &[Limit]) -> Option<PixelSize> {
    let (short, long) = (size.width.min(size.height), size.width.max(size.height));
    let scale = |side: u32| {
        let product = u64::from(side) * u64::from(edge);
        let scaled = match end {
            End::Min => product.div_ceil(u64::from(short)),
            End::Max => product / u64::from(long),
        };
        u32::try_from(scaled).ok()
    };
    let scaled = PixelSize { width: scale(size.width)?, height: scale(size.height)? };
    fits(scaled, limits).then_some(scaled)
}

/// The size cut, on its longer side only, until its ratio is in the range; if that passes
/// everything else.
pub(super) fn cropped(size: PixelSize, range: RatioRange, limits: &[Limit]) -> Option<PixelSize> {
    let cut = |side: u32, times: u32, by: u32| {
        let product = u64::from(side) * u64::from(times);
        u32::try_from(product.checked_div(by.into())?).ok()
    };
    let width = cut(size.height, range.max.width, range.max.height)?;
    let height = cut(size.width, range.min.height, range.min.width)?;
    let cropped = PixelSize { width: size.width.min(width), height: size.height.min(height) };
    fits(cropped, limits).then_some(cropped)
}

/// Whether a size breaks none of the limits.
fn fits(size: PixelSize, limits: &[Limit]) -> bool {
    let PixelSize { width, height } = size;
    width > 0
        && height > 0
        && limits.iter().all(|limit| match limit.bound {
            Bound::Edge(range) => {
                range.min.is_none_or(|min| width.min(height) >= min)
                    && range.max.is_none_or(|max| width.max(height) <= max)
            }
            Bound::Ratio(range) => range.admits(width.into(), height.into()),
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kling_schema::{Basis, Range, Severity};

    const RATIOS: RatioRange = RatioRange::new((2, 5), (5, 2));

    fn size(width: u32, height: u32) -> PixelSize {
        PixelSize { width, height }
    }

    fn limits() -> [Limit; 2] {
        let basis = Basis::house(Severity::Warning);
        [
            Limit::new(Bound::Edge(Range::new(Some(300), Some(2000))), basis),
            Limit::new(Bound::Ratio(RATIOS), basis),
        ]
    }

    #[test]
    fn ratios_in_words() {
        assert_eq!(ratios(RATIOS), "1:2.5 to 2.5:1");
        assert_eq!(ratios(RatioRange::new((9, 16), (1, 1))), "9:16 to 1:1");
        assert_eq!(ratios(RatioRange::new((1, 2), (4, 1))), "1:2 to 4:1");
    }

    #[test]
    fn a_ratio_that_is_not_allowed_never_reads_as_one_that_is() {
        assert_eq!(ratio_beyond(size(750_001, 300_000), RATIOS), "2.501:1");
        assert_eq!(ratio_beyond(size(300_000, 750_001), RATIOS), "1:2.501");
        assert_eq!(ratio_beyond(size(800, 200), RATIOS), "4:1");
        let wide = RatioRange::new((2, 1), (3, 1));
        assert_eq!(ratio_beyond(size(1_999_999, 1_000_000), wide), "1.999:1");
        let tall = RatioRange::new((1, 3), (1, 2));
        assert_eq!(ratio_beyond(size(1_000_000, 1_999_999), tall), "1:1.999");
        assert_eq!(ratio_beyond(size(u32::MAX, 1), RATIOS), "4294967295:1");
    }

    #[test]
    fn the_nearest_size_that_passes() {
        assert_eq!(scaled(size(338, 191), 300, End::Min, &limits()), Some(size(531, 300)));
        assert_eq!(scaled(size(4000, 3000), 2000, End::Max, &limits()), Some(size(2000, 1500)));
        assert_eq!(scaled(size(1, 9), 300, End::Min, &limits()), None);
        assert_eq!(scaled(size(u32::MAX, 1), 300, End::Min, &limits()), None);
        assert_eq!(cropped(size(1001, 400), RATIOS, &limits()), Some(size(1000, 400)));
        assert_eq!(cropped(size(400, 1001), RATIOS, &limits()), Some(size(400, 1000)));
        assert_eq!(cropped(size(1000, 100), RATIOS, &limits()), None);
        assert_eq!(cropped(size(1000, 1), RatioRange::new((0, 1), (1, 0)), &limits()), None);
    }
}
