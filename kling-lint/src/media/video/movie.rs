//! The movie header (`moov`) and its tracks.

use std::io::{Read, Seek};
use std::ops::Range;

use mp4_atom::{Atom, Elst, Mdhd, Mehd, Mvhd, Tkhd, Visual};

use super::Fragments;
use super::boxes::{Boxes, Part, Stop};
use super::frames::Frames;
use super::length::{NO_SCALE, Timing, of_fragments};
use super::shown::{self, Stored};
use crate::media::PixelSize;
use crate::media::facts::{Fraction, Untold, VideoFacts};

const COMPRESSED: Untold = Untold::Unsure("its header is compressed");
const ELSEWHERE: Untold = Untold::Unsure("it only points to another file");
const NO_PICTURES: Untold = Untold::Damaged("it holds no video");
const SEVERAL: Untold = Untold::Unsure("it holds several videos");
const FRAGMENTS: Untold = Untold::Unsure("it is made of fragments, which are not read");
const NO_MOVIE_HEADER: Untold = Untold::Damaged("its movie header is missing");
const NO_MEDIA_HEADER: Untold = Untold::Damaged("its media header is missing");
const NO_TRACK_HEADER: Untold = Untold::Damaged("its track header is missing");
const ODD_EDITS: Untold = Untold::Unsure("its edit list cannot be read");

/// No box of fixed length is longer.
const FIXED: u64 = 128;
/// The longest edit list that is read: some thousand edits.
const EDITS: u64 = 1 << 16;
/// How many bytes of a video's sample entry stand before the boxes in it.
const ENTRY: u64 = 78;

/// What the movie header holds that matters.
pub(super) struct Movie {
    header: Option<Mvhd>,
    /// Whether fragments are announced.
    extended: bool,
    /// How long they are, if that is said.
    extended_length: Option<u64>,
    videos: Vec<Video>,
    /// How many tracks there are in all.
    tracks: usize,
}

/// A track of pictures.
struct Video {
    header: Option<Tkhd>,
    media: Option<Mdhd>,
    frames: Result<Frames, Untold>,
    edits: Result<Option<Elst>, Untold>,
    stored: Vec<Stored>,
}

impl Movie {
    pub(super) fn read(
        boxes: &mut Boxes<'_, impl Read + Seek>,
        header: Part,
    ) -> Result<Self, Stop> {
        let mut movie = Movie {
            header: None,
            extended: false,
            extended_length: None,
            videos: Vec::new(),
            tracks: 0,
        };
        let mut elsewhere = false;
        let mut rest = header.contents();
        while let Some(part) = boxes.next(&mut rest)? {
            match &part.kind {
                b"mvhd" if movie.header.is_none() => movie.header = boxes.decode(part, FIXED)?,
                b"trak" => {
                    movie.tracks += 1;
                    movie.videos.extend(Video::read(boxes, part.contents())?);
                }
                b"mvex" => {
                    movie.extended = true;
                    if let Some(part) = boxes.find(part.contents(), b"mehd")? {
                        let mehd: Option<Mehd> = boxes.decode(part, FIXED)?;
                        movie.extended_length = mehd.map(|it| it.fragment_duration);
                    }
                }
                b"cmov" => return Err(COMPRESSED.into()),
                b"rmra" => elsewhere = true,
                _ => {}
            }
        }
        if movie.videos.is_empty() {
            return Err(if elsewhere { ELSEWHERE } else { NO_PICTURES }.into());
        }
        Ok(movie)
    }

    pub(super) fn facts(&self, fragments: Fragments) -> VideoFacts {
        let fragmented = match fragments {
            Fragments::No => false,
            Fragments::Yes => true,
            Fragments::Unknown => self.extended,
        };
        // A track that is not enabled is not shown: a cover, pictures of chapters.
        let enabled = |video: &&Video| video.header.as_ref().is_some_and(|header| header.enabled);
        let some_enabled = self.videos.iter().any(|video| enabled(&video));
        self.videos
            .iter()
            .filter(|video| !some_enabled || enabled(video))
            .map(|video| self.facts_of(video, fragmented))
            .reduce(|one, other| VideoFacts {
                seconds: agreed(one.seconds, other.seconds, equal),
                rate: agreed(one.rate, other.rate, equal),
                size: agreed(one.size, other.size, |one, other| one == other),
            })
            .unwrap_or(VideoFacts::untold(NO_PICTURES))
    }

    fn facts_of(&self, video: &Video, fragmented: bool) -> VideoFacts {
        let (seconds, rate) = if fragmented {
            let length = self.header.as_ref().zip(self.extended_length);
            let seconds = length.and_then(|(movie, length)| of_fragments(movie, length));
            (seconds.unwrap_or(Err(FRAGMENTS)), Err(FRAGMENTS))
        } else {
            (self.seconds(video), video.rate())
        };
        VideoFacts { seconds, rate, size: self.size(video) }
    }

    fn seconds(&self, video: &Video) -> Result<Fraction, Untold> {
        let timing = Timing {
            movie: self.header.as_ref().ok_or(NO_MOVIE_HEADER)?,
            frames: video.frames?,
            scale: video.media.as_ref().ok_or(NO_MEDIA_HEADER)?.timescale,
            edits: video.edits.as_ref().map_err(|reason| *reason)?.as_ref(),
            other_tracks: self.tracks > 1,
        };
        timing.seconds()
    }

    fn size(&self, video: &Video) -> Result<PixelSize, Untold> {
        let track = video.header.as_ref().ok_or(NO_TRACK_HEADER)?;
        shown::size(track, self.header.as_ref().map(|it| &it.matrix), &video.stored)
    }
}

/// What two tracks tell alike.
fn agreed<T>(
    one: Result<T, Untold>,
    other: Result<T, Untold>,
    same: impl Fn(&T, &T) -> bool,
) -> Result<T, Untold> {
    match (one, other) {
        (Ok(one), Ok(other)) if same(&one, &other) => Ok(one),
        (Err(one), Err(other)) if one == other => Err(one),
        _ => Err(SEVERAL),
    }
}

/// Whether two numbers are the same, however they are written.
fn equal(one: &Fraction, other: &Fraction) -> bool {
    u128::from(one.over) * u128::from(other.under) == u128::from(other.over) * u128::from(one.under)
}

impl Video {
    /// What a track holds, if it holds pictures.
    fn read(
        boxes: &mut Boxes<'_, impl Read + Seek>,
        mut rest: Range<u64>,
    ) -> Result<Option<Self>, Stop> {
        let (mut header, mut edits, mut media) = (None, None, None);
        while let Some(part) = boxes.next(&mut rest)? {
            match &part.kind {
                b"tkhd" => header = header.or(Some(part)),
                b"edts" => edits = edits.or(Some(part)),
                b"mdia" => media = media.or(Some(part)),
                _ => {}
            }
        }
        let Some(media) = media else { return Ok(None) };

        let (mut media_header, mut handler, mut information) = (None, None, None);
        let mut rest = media.contents();
        while let Some(part) = boxes.next(&mut rest)? {
            match &part.kind {
                b"mdhd" => media_header = media_header.or(Some(part)),
                b"hdlr" => handler = handler.or(Some(part)),
                b"minf" => information = information.or(Some(part)),
                _ => {}
            }
        }
        let Some(handler) = handler else { return Ok(None) };
        // Version and flags, another type, the type of the track.
        if boxes.bytes(handler.contents(), 12)?.get(8..12) != Some(b"vide") {
            return Ok(None);
        }

        let (mut entries, mut times) = (None, None);
        if let Some(information) = information
            && let Some(table) = boxes.find(information.contents(), b"stbl")?
        {
            let mut rest = table.contents();
            while let Some(part) = boxes.next(&mut rest)? {
                match &part.kind {
                    b"stsd" => entries = entries.or(Some(part)),
                    b"stts" => times = times.or(Some(part)),
                    _ => {}
                }
            }
        }
        Ok(Some(Video {
            header: fixed(boxes, header)?,
            media: fixed(boxes, media_header)?,
            frames: Frames::read(boxes, times)?,
            edits: read_edits(boxes, edits)?,
            stored: read_entries(boxes, entries)?,
        }))
    }

    fn rate(&self) -> Result<Fraction, Untold> {
        let frames = self.frames?;
        match self.media.as_ref().ok_or(NO_MEDIA_HEADER)?.timescale {
            0 => Err(NO_SCALE),
            scale => frames.rate(scale),
        }
    }
}

/// Decodes a box of fixed length, if there is one.
fn fixed<A: Atom>(
    boxes: &mut Boxes<'_, impl Read + Seek>,
    part: Option<Part>,
) -> Result<Option<A>, Stop> {
    match part {
        Some(part) => boxes.decode(part, FIXED),
        None => Ok(None),
    }
}

fn read_edits(
    boxes: &mut Boxes<'_, impl Read + Seek>,
    edits: Option<Part>,
) -> Result<Result<Option<Elst>, Untold>, Stop> {
    let Some(edits) = edits else { return Ok(Ok(None)) };
    let Some(list) = boxes.find(edits.contents(), b"elst")? else { return Ok(Ok(None)) };
    Ok(match boxes.decode(list, EDITS)? {
        Some(list) => Ok(Some(list)),
        None => Err(ODD_EDITS),
    })
}

/// Reads how the pictures are stored. There is more than one entry when that changes on the way.
fn read_entries(
    boxes: &mut Boxes<'_, impl Read + Seek>,
    entries: Option<Part>,
) -> Result<Vec<Stored>, Stop> {
    let mut stored = Vec::new();
    let Some(entries) = entries else { return Ok(stored) };
    // Version, flags and the number of entries stand before them.
    let mut rest = entries.body.saturating_add(8)..entries.end;
    while let Some(entry) = boxes.next(&mut rest)? {
        let bytes = boxes.bytes(entry.contents(), ENTRY)?;
        let Ok(picture) = mp4_atom::Decode::decode(&mut bytes.as_slice()) else { break };
        let picture: Visual = picture;
        let inner = entry.body.saturating_add(ENTRY)..entry.end;
        let pixel = boxes.find(inner, b"pasp")?;
        stored.push(Stored { picture, pixel: fixed(boxes, pixel)? });
    }
    Ok(stored)
}
