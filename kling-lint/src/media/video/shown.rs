//! The size a picture is shown at.

use mp4_atom::{Matrix, Pasp, Tkhd, Visual};

use crate::media::PixelSize;
use crate::media::facts::Untold;

const NONE: Untold = Untold::Unsure("its header gives no size");
const TWO: Untold = Untold::Unsure("it is stored at one size and shown at another");
const SLANT: Untold = Untold::Unsure("it is shown at a slant");
const CHANGES: Untold = Untold::Unsure("its size changes on the way");

/// One as the matrices write it.
const ONE: i64 = 1 << 16;

/// How pictures are stored: one of the sample entries (`stsd`).
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) picture: Visual,
    /// How much wider or higher than square a pixel is.
    pub(super) pixel: Option<Pasp>,
}

/// The size at which the pictures of a track are shown.
///
/// The track header gives it, or gives the size they are stored at and leaves their pixels to be
/// squared (QuickTime does). The picture may be a little smaller than it is stored, as video comes in
/// blocks of 16 pixels. Anything else is shown scaled by some players, and not by `ffprobe`.
pub(super) fn size(
    track: &Tkhd,
    movie: Option<&Matrix>,
    stored: &[Stored],
) -> Result<PixelSize, Untold> {
    let turned = turned(&track.matrix, movie)?;
    if stored.windows(2).any(|pair| stored_size(&pair[0]) != stored_size(&pair[1])) {
        return Err(CHANGES);
    }
    let pixel = stored.first().and_then(|stored| stored.pixel.as_ref());
    let given = if track.size_is_aspect_ratio {
        None
    } else {
        sides(rounded(track.width), rounded(track.height))
    };
    let (width, height) = match (given, stored.first().and_then(stored_size)) {
        (None, None) => return Err(NONE),
        (Some(shown), None) => shown,
        (None, Some(stored)) => squared(stored, pixel)[0],
        (Some(shown), Some(stored)) => {
            let cropped = |shown: u32, stored: u32| shown <= stored && stored - shown < 16;
            let near = |one: u32, other: u32| one.abs_diff(other) <= 1;
            if squared(stored, pixel).iter().any(|it| near(it.0, shown.0) && near(it.1, shown.1)) {
                shown
            } else if cropped(shown.0, stored.0) && cropped(shown.1, stored.1) {
                squared(shown, pixel)[0]
            } else {
                return Err(TWO);
            }
        }
    };
    Ok(if turned {
        PixelSize { width: height, height: width }
    } else {
        PixelSize { width, height }
    })
}

/// Both sides, unless one is zero.
fn sides(width: u32, height: u32) -> Option<(u32, u32)> {
    (width > 0 && height > 0).then_some((width, height))
}

fn stored_size(stored: &Stored) -> Option<(u32, u32)> {
    sides(stored.picture.width.into(), stored.picture.height.into())
}

/// The sizes a picture has with square pixels: as high as it is, which is what `ffprobe` takes, or as
/// wide as it is.
fn squared(size: (u32, u32), pixel: Option<&Pasp>) -> [(u32, u32); 2] {
    let Some(Pasp { h_spacing, v_spacing }) = pixel else { return [size; 2] };
    let (across, down) = (u64::from(*h_spacing), u64::from(*v_spacing));
    let stretched = |side: u32, by: u64, of: u64| {
        let side = (u64::from(side) * by + of / 2).checked_div(of)?;
        u32::try_from(side).ok().filter(|side| *side > 0)
    };
    // A shape that cannot be is no shape.
    match (stretched(size.0, across, down), stretched(size.1, down, across)) {
        (Some(width), Some(height)) => [(width, size.1), (size.0, height)],
        _ => [size; 2],
    }
}

/// A number of pixels as the track header writes it, to the nearest whole.
fn rounded(side: mp4_atom::FixedPoint<u16>) -> u32 {
    u32::from(side.integer()) + u32::from(side.decimal() >= 1 << 15)
}

/// Whether the picture is turned by a quarter. Half turns and mirrors leave the sides where they are.
fn turned(track: &Matrix, movie: Option<&Matrix>) -> Result<bool, Untold> {
    let rows = |matrix: &Matrix| [matrix.a, matrix.b, matrix.c, matrix.d].map(i64::from);
    // Some writers leave the matrix empty.
    let or_plain = |rows| if rows == [0; 4] { [ONE, 0, 0, ONE] } else { rows };
    let [a, b, c, d] = or_plain(rows(track));
    let [e, f, g, h] = or_plain(movie.map_or([0; 4], rows));
    // Each number has 32 bits, so no product overflows, and the sum of two of them cannot either.
    let product = |a: i64, b: i64, c: i64, d: i64| ((a * b).saturating_add(c * d)) / ONE;
    let [a, b, c, d] =
        [product(a, e, b, g), product(a, f, b, h), product(c, e, d, g), product(c, f, d, h)];
    // Some writers compute them from an angle.
    let about = |number: i64, wanted: i64| number.abs().abs_diff(wanted) <= 64;
    let [straight, across] = [(a, d), (b, c)];
    let both = |(one, other), wanted| about(one, wanted) && about(other, wanted);
    if both(across, 0) && both(straight, ONE) {
        Ok(false)
    } else if both(straight, 0) && both(across, ONE) {
        Ok(true)
    } else if both(across, 0) || both(straight, 0) {
        Err(TWO)
    } else {
        Err(SLANT)
    }
}
