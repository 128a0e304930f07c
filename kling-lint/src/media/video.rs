//! How long a video plays, how fast, and how large, read from the header of an MP4 or MOV file.
//!
//! Both are made of boxes, each with its size in front. The walk jumps from box to box, so that the
//! pictures themselves (`mdat`) are never read, wherever the header (`moov`) stands. Inside the header
//! it takes only the few boxes that matter, and has `mp4-atom` decode them one by one: a box that does
//! not matter cannot stop it. What one probe may read is limited, so that a hostile file costs no more
//! than a large one.
//!
//! Where a file can be understood in several ways, the answer is what `ffprobe` would say, which is
//! what servers ask; where `ffprobe` and a player would differ, there is no answer.
//!
//! * The length is that of the whole file (`format.duration`), as its movie header gives it, provided
//!   that the pictures last as long, give or take half a second: they stop a few milliseconds before
//!   the last block of sound in nearly every file.
//! * The rate is the average (`avg_frame_rate`): all frames by the time they take, before edit lists.
//! * The size is that of the picture as it is shown: turned, with square pixels.

mod boxes;
mod frames;
mod length;
mod movie;
mod shown;
#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek};

use boxes::{Boxes, Part, Stop, TOO_MANY};
use movie::Movie;

use super::facts::{Untold, VideoFacts};

const NO_HEADER: Untold = Untold::Damaged("its header, the `moov` box, is missing");
const CUT_HEADER: Untold = Untold::Damaged("it ends in the middle of its header");
const CUT_BEFORE_HEADER: Untold = Untold::Damaged("it ends before its header, the `moov` box");
const CUT_PICTURES: Untold = Untold::Damaged("it ends in the middle of its frames");
const HEADER_ONLY: Untold = Untold::Damaged("it holds a header and no frames");

/// What the header of an MP4 or MOV file of `len` bytes tells.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn probe(file: &mut (impl Read + Seek), len: u64) -> io::Result<VideoFacts> {
    let mut boxes = Boxes::new(file, len);
    match facts(&mut boxes) {
        Ok(facts) => Ok(facts),
        Err(Stop::Untold(reason)) => Ok(VideoFacts::untold(reason)),
        Err(Stop::Io(error)) => Err(error),
    }
}

fn facts(boxes: &mut Boxes<'_, impl Read + Seek>) -> Result<VideoFacts, Stop> {
    let outline = outline(boxes)?;
    let movie = Movie::read(boxes.again(), outline.header)?;
    let mut facts = movie.facts(outline.fragments);
    if let Some(damage) = outline.damage {
        facts.seconds = Err(damage);
    }
    Ok(facts)
}

/// The parts of a file.
struct Outline {
    /// The first `moov` box.
    header: Part,
    fragments: Fragments,
    /// What is wrong with the pictures.
    damage: Option<Untold>,
}

/// Whether parts of the header are spread over the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fragments {
    No,
    Yes,
    /// The file was not walked to its end. They can be there if the header announces them.
    Unknown,
}

/// Walks over the boxes of the file.
fn outline(boxes: &mut Boxes<'_, impl Read + Seek>) -> Result<Outline, Stop> {
    let len = boxes.len();
    let mut header = None;
    let mut fragments = Fragments::No;
    let (mut pictures, mut cut) = (false, false);
    let mut beyond = false;
    let mut at = 0;
    // Fragments come behind the header, and nothing behind the first of them is wanted.
    while !beyond && (header.is_none() || fragments != Fragments::Yes) {
        let part = match boxes.part(at, len) {
            Ok(Some(part)) => part,
            Ok(None) => break,
            // What follows the header need not make sense: servers do not look at it.
            Err(Stop::Untold(reason)) if header.is_some() => {
                if reason == TOO_MANY {
                    fragments = Fragments::Unknown;
                }
                break;
            }
            Err(stop) => return Err(stop),
        };
        beyond = part.end > len;
        match &part.kind {
            b"moov" if header.is_none() && beyond => return Err(CUT_HEADER.into()),
            b"moov" => header = header.or(Some(part)),
            b"moof" => fragments = Fragments::Yes,
            b"mdat" => {
                pictures = true;
                cut |= beyond;
            }
            _ => {}
        }
        at = part.end;
    }
    let Some(header) = header else {
        return Err(if beyond { CUT_BEFORE_HEADER } else { NO_HEADER }.into());
    };
    let damage = match fragments {
        Fragments::No if cut => Some(CUT_PICTURES),
        Fragments::No if !pictures => Some(HEADER_ONLY),
        _ => None,
    };
    Ok(Outline { header, fragments, damage })
}
