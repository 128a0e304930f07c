//! How long a file plays: the length in its movie header, provided that the pictures agree.

use mp4_atom::{Elst, FixedPoint, Mvhd};

use super::frames::Frames;
use crate::media::facts::{Fraction, Untold};

pub(super) const NO_SCALE: Untold = Untold::Damaged("its time scale is zero");
const NO_LENGTH: Untold = Untold::Unsure("its header gives no length");
const LATE: Untold = Untold::Unsure("its frames start late or pause");
const SPEED: Untold = Untold::Unsure("an edit list changes its speed");
const SHORTER: Untold = Untold::Unsure("its frames end sooner than its header says");
const SHORTER_THAN_OTHER: Untold =
    Untold::Unsure("its sound, or another track, runs longer than its frames");
const LONGER: Untold = Untold::Unsure("its frames end later than its header says");

/// What the length of a file follows from.
pub(super) struct Timing<'a> {
    pub(super) movie: &'a Mvhd,
    pub(super) frames: Frames,
    /// How many units of the track a second has.
    pub(super) scale: u32,
    pub(super) edits: Option<&'a Elst>,
    /// Whether there is more than the pictures.
    pub(super) other_tracks: bool,
}

impl Timing<'_> {
    /// The length in the movie header, which is what `ffprobe` calls the duration of the format. An
    /// edit list says which parts of the pictures are shown when; they must add up to that length.
    pub(super) fn seconds(&self) -> Result<Fraction, Untold> {
        let movie_scale = u128::from(self.movie.timescale);
        let scale = u128::from(self.scale);
        if movie_scale == 0 || scale == 0 {
            return Err(NO_SCALE);
        }
        let told = known(self.movie.duration).ok_or(NO_LENGTH)?;

        // From here on, times are in units that are the product of both scales: a length of 64 bits
        // by a scale of 32 bits, summed over fewer than 2^17 edits.
        let half_a_second = movie_scale * scale / 2;
        let all = u128::from(self.frames.time) * movie_scale;
        let (mut shown, mut gaps) = (0, 0);
        for edit in self.edits.iter().flat_map(|list| &list.entries) {
            let length = u128::from(edit.segment_duration) * scale;
            let Some(start) = edit.media_time else {
                gaps += length;
                continue;
            };
            if edit.media_rate != FixedPoint::new(1, 0) {
                return Err(SPEED);
            }
            let rest = all.saturating_sub(u128::from(start) * movie_scale);
            // Zero means all the rest.
            shown += if length == 0 { rest } else { length.min(rest) };
        }
        if self.edits.is_none_or(|list| list.entries.is_empty()) {
            shown = all;
        }
        let told_length = u128::from(told) * scale;
        if gaps > half_a_second {
            Err(LATE)
        } else if told_length > shown + gaps + half_a_second {
            Err(if self.other_tracks { SHORTER_THAN_OTHER } else { SHORTER })
        } else if told_length + half_a_second < shown + gaps {
            Err(LONGER)
        } else {
            Fraction::new(told, self.movie.timescale.into()).ok_or(NO_SCALE)
        }
    }
}

/// The length of the fragments that follow the header.
pub(super) fn of_fragments(movie: &Mvhd, length: u64) -> Option<Result<Fraction, Untold>> {
    let length = known(length)?;
    Some(Fraction::new(length, movie.timescale.into()).ok_or(NO_SCALE))
}

/// A length, unless it is one of the ways to say that there is none.
fn known(length: u64) -> Option<u64> {
    (length != 0 && length != u64::from(u32::MAX) && length != u64::MAX).then_some(length)
}
