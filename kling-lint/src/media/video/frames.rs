//! How many frames there are, and how long they take: the table of sample times (`stts`).

use std::io::{Read, Seek};

use mp4_atom::Stts;

use super::boxes::{Boxes, Part, Stop};
use crate::media::facts::{Fraction, Untold};

const NONE: Untold = Untold::Damaged("it holds no frames");
const BROKEN: Untold = Untold::Damaged("its table of frames is broken");
const STILL: Untold = Untold::Unsure("its frames have no duration");
const LONG: Untold = Untold::Unsure("its table of frames is too long to read");

/// The longest table that is read: 131,072 runs of equally long frames. Even when all frames differ
/// that is half an hour.
const LONGEST: u64 = 1 << 20;

/// All frames of a track.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    /// How many; not zero.
    pub(super) count: u64,
    /// How long they take, in units of the track; not zero.
    pub(super) time: u64,
}

impl Frames {
    pub(super) fn read(
        boxes: &mut Boxes<'_, impl Read + Seek>,
        table: Option<Part>,
    ) -> Result<Result<Self, Untold>, Stop> {
        let Some(table) = table else { return Ok(Err(NONE)) };
        if table.end - table.body > LONGEST {
            return Ok(Err(LONG));
        }
        let stts: Option<Stts> = boxes.decode(table, LONGEST)?;
        Ok(stts.ok_or(BROKEN).and_then(|stts| Frames::of(&stts)))
    }

    fn of(stts: &Stts) -> Result<Self, Untold> {
        let (mut count, mut time) = (0u64, 0u64);
        for run in &stts.entries {
            let frames = u64::from(run.sample_count);
            // Some writers mean a negative number here; nobody agrees what follows from one.
            if i32::try_from(run.sample_delta).is_err() {
                return Err(BROKEN);
            }
            // A count and a length have 32 bits each, and there are at most 2^17 runs: only the sum
            // can overflow.
            count = count.saturating_add(frames);
            time = time.checked_add(frames * u64::from(run.sample_delta)).ok_or(BROKEN)?;
        }
        match (count, time) {
            (0, _) => Err(NONE),
            (_, 0) => Err(STILL),
            _ => Ok(Frames { count, time }),
        }
    }

    /// Frames per second, when a second has so many units.
    pub(super) fn rate(self, scale: u32) -> Result<Fraction, Untold> {
        let over = self.count.checked_mul(scale.into()).ok_or(BROKEN)?;
        Fraction::new(over, self.time).ok_or(STILL)
    }
}
