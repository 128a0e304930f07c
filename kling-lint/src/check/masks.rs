//! Masks and trajectories against the picture they belong to, where both sizes are known.

use kling_schema::Path;

use super::path::{self, Place, Scope};
use super::rule::{self, Rule};
use super::{Cx, describe};
use crate::media::{PixelSize, pixels};

/// The size of a media string whose header was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    /// As stored.
    pub(super) size: PixelSize,
    /// Shown turned by a quarter: which way a server sees it is unknown.
    pub(super) turned: bool,
}

impl Pixels {
    /// Every size it may be seen as.
    fn seen(self) -> impl Iterator<Item = PixelSize> {
        let PixelSize { width, height } = self.size;
        let turned = self.turned.then_some(PixelSize { width: height, height: width });
        std::iter::once(self.size).chain(turned)
    }
}

/// Every media of the first path has the pixels of the second; so they have each other's, which can
/// be seen where the second is a URL, or absent.
pub(super) fn same_size<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    one: Path,
    other: Path,
) {
    if cx.sizes.is_empty() {
        return;
    }
    let reference = sized(cx, root, other).or_else(|| {
        let known = path::first(root, one, |place| size(cx, place).is_some())?;
        let size = size(cx, &known)?;
        Some((known, size))
    });
    compare(cx, root, rule, one, reference, |mask, image| mask == image);
}

/// Every media of the first path has the aspect ratio of the second.
pub(super) fn same_ratio<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    one: Path,
    other: Path,
) {
    compare(cx, root, rule, one, sized(cx, root, other), |mask, image| {
        u64::from(mask.width) * u64::from(image.height)
            == u64::from(image.width) * u64::from(mask.height)
    });
}

fn compare<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    one: Path,
    reference: Option<(Place<'d>, Pixels)>,
    same: impl Fn(PixelSize, PixelSize) -> bool,
) {
    let Some((reference, wanted)) = reference else { return };
    let shown = reference.trail(rule.trail, |trail| trail.shown());
    path::places(root, one, &mut |place| {
        let Some(found) = size(cx, &place) else { return false };
        let fits = found.seen().any(|mask| wanted.seen().any(|image| same(mask, image)));
        if !fits {
            let draft = rule
                .at(&place)
                .with("other", shown.clone())
                .with("found", pixels::shown(found.size))
                .with("allowed", pixels::shown(wanted.size))
                .with_some("hint", rule.constraint.basis.note);
            cx.push(draft);
        }
        false
    });
}

/// Every point lies in the picture; the first one outside is reported for each list of points.
pub(super) fn points_inside<'d>(
    cx: &mut Cx<'d>,
    root: Scope<'_, 'd>,
    rule: &Rule<'_>,
    points: Path,
    image: Path,
) {
    if cx.sizes.is_empty() {
        return;
    }
    // A point's table has its coordinates first, in this order.
    let table = rule::field_at(rule.object, points).and_then(|field| field.kind.table());
    let Some([x, y, ..]) = table.map(|table| table.fields) else {
        return;
    };
    let Some((_, picture)) = sized(cx, root, image) else {
        return;
    };
    path::places(root, points, &mut |place| {
        let Some(list) = place.value else {
            return false;
        };
        let outside = list.items().enumerate().find_map(|(index, point)| {
            let (x, y) = (path::member(point, x.key)?, path::member(point, y.key)?);
            let (right, up) = (x.number()?.as_f64(), y.number()?.as_f64());
            let inside = picture.seen().any(|size| {
                (0.0..=f64::from(size.width)).contains(&right)
                    && (0.0..=f64::from(size.height)).contains(&up)
            });
            (!inside).then_some((index, point, x, y))
        });
        if let Some((index, point, x, y)) = outside {
            let mut draft = rule
                .at(&place)
                .with("found", format!("({}, {})", describe::bare(x), describe::bare(y)))
                .with("allowed", pixels::shown(picture.size))
                .with_some("hint", rule.constraint.basis.note);
            let (pointer, shown) = place.trail(rule.trail, |trail| {
                let point = trail.index(index);
                (point.pointer(), point.shown())
            });
            draft.pointer = pointer;
            draft.span = point.span();
            cx.push(draft.naming(shown));
        }
        false
    });
}

fn sized<'d>(cx: &Cx<'d>, root: Scope<'_, 'd>, path: Path) -> Option<(Place<'d>, Pixels)> {
    if cx.sizes.is_empty() {
        return None;
    }
    // "The input image" of several is the first: if its size is unknown nothing is claimed.
    let place = path::first(root, path, |place| place.value.is_some())?;
    Some((place, size(cx, &place)?))
}

fn size(cx: &Cx<'_>, place: &Place<'_>) -> Option<Pixels> {
    cx.sizes.get(&place.value?.span().start).copied()
}
