//! Whole PNGs: every chunk, its checksum, and the compressed rows (ISO/IEC 15948).

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::super::probe::{HeaderProbe, PixelSize, Unsure};
use super::{Flaw, long};
use Flaw::{Checksum, Corrupt, TooLarge, Truncated, Unfinished, Unsupported};

const SIGNATURE: usize = 8;
/// Length and type, in front of a chunk's data.
const HEAD: usize = 8;
/// Where the chunk behind the header begins.
const BODY: usize = SIGNATURE + HEAD + 13 + 4;
/// How many bytes of pixels are read: a file can claim a thousand times its own size.
const MOST: u64 = 1 << 29;

/// Reads a PNG up to its end chunk; whatever follows is not looked at, and of an animation only the
/// picture that every decoder shows.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    let mut probe = HeaderProbe::new();
    probe.push(bytes.get(..BODY).unwrap_or(bytes));
    let size = probe.finish().size.map_err(|unsure| match unsure {
        Unsure::Truncated => Truncated("it ends within its header"),
        _ => header_fault(bytes),
    })?;
    Reader { bytes, at: SIGNATURE, rows: Rows::new(bytes, size)?, palette: false }.read()
}

/// What is wrong with a header that the probe does not accept.
fn header_fault(bytes: &[u8]) -> Flaw {
    let chunk = bytes.get(SIGNATURE + 4..SIGNATURE + HEAD + 13);
    match chunk {
        Some(chunk)
            if chunk.starts_with(b"IHDR")
                && long(bytes, SIGNATURE + HEAD + 13) != Some(crc32fast::hash(chunk)) =>
        {
            Checksum("the checksum of its header does not fit")
        }
        _ => Corrupt("its header contradicts itself"),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    /// Where the next chunk begins.
    at: usize,
    rows: Rows,
    palette: bool,
}

/// A chunk: its type and its data, as far as the file has them.
struct Chunk<'a> {
    name: [u8; 4],
    data: &'a [u8],
    /// Whether its checksum fits; none when it is cut off.
    sound: Option<bool>,
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), Flaw> {
        // The picture is in chunks that follow each other; decoders ignore any that come later.
        let mut picture = Picture::Before;
        let mut ignorable = None;
        loop {
            let Some(chunk) = self.chunk()? else {
                return Err(self.cut());
            };
            let critical = chunk.name[0].is_ascii_uppercase();
            if chunk.sound == Some(false) {
                if critical {
                    return Err(Checksum("a checksum does not fit its content"));
                }
                ignorable = Some(Checksum(
                    "a checksum in its metadata does not fit; some decoders refuse it for that",
                ));
            }
            if &chunk.name == b"IDAT" {
                if matches!(picture, Picture::Before) {
                    picture = Picture::Within;
                    if self.rows.palette && !self.palette {
                        return Err(Corrupt("it has no palette for its colours"));
                    }
                }
                if matches!(picture, Picture::Within) {
                    self.rows.push(chunk.data)?;
                }
            } else if matches!(picture, Picture::Within) {
                picture = Picture::Behind;
            }
            if chunk.sound.is_none() {
                return Err(self.cut());
            }
            match &chunk.name {
                b"IHDR" if self.at > BODY => {
                    return Err(Corrupt("it has two headers"));
                }
                b"IHDR" | b"IDAT" => {}
                b"PLTE" => {
                    let entries = chunk.data.len() / 3;
                    let sound = chunk.data.len() % 3 == 0 && (1..=256).contains(&entries);
                    if self.rows.palette && !sound {
                        return Err(Corrupt("its palette has a wrong length"));
                    }
                    self.palette = true;
                }
                b"IEND" => break,
                _ if critical => {
                    return Err(Unsupported("it has a part of a kind that is not known"));
                }
                _ => {}
            }
        }
        match picture {
            Picture::Before => Err(Truncated("it ends before the picture begins")),
            _ if !self.rows.complete() => {
                Err(Truncated("its end comes before the picture is complete"))
            }
            // The compressed data may lack their own end: decoders do not ask for it.
            _ => ignorable.map_or(Ok(()), Err),
        }
    }

    /// The file ends within a chunk, or where one should begin.
    fn cut(&self) -> Flaw {
        if self.rows.complete() {
            Unfinished("the picture is complete, but the file ends without an end marker")
        } else {
            Truncated("the file ends in the middle of the picture")
        }
    }

    /// The next chunk, which is passed over; none when its head is cut off.
    fn chunk(&mut self) -> Result<Option<Chunk<'a>>, Flaw> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some((head, rest)) = rest.split_first_chunk::<HEAD>() else {
            return Ok(None);
        };
        let [a, b, c, d, name @ ..] = *head;
        let length = u32::from_be_bytes([a, b, c, d]);
        if length > i32::MAX as u32 || !name.iter().all(u8::is_ascii_alphabetic) {
            return Err(Corrupt("something that is no part of a PNG stands between its chunks"));
        }
        let length = length as usize;
        let Some(data) = rest.get(..length) else {
            return Ok(Some(Chunk { name, data: rest, sound: None }));
        };
        let sound = long(rest, length).map(|checksum| {
            let mut hasher = crc32fast::Hasher::new();
            hasher.update(&name);
            hasher.update(data);
            hasher.finalize() == checksum
        });
        self.at = self.at.saturating_add(HEAD + length + 4);
        Ok(Some(Chunk { name, data, sound }))
    }
}

/// Where the reader is.
#[derive(Clone, Copy)]
enum Picture {
    Before,
    Within,
    Behind,
}

/// The size of the window that compressed data may refer back to.
const WINDOW: usize = 32 * 1024;

/// The rows of the picture, as they come out of the compressed data.
struct Rows {
    inflater: Box<DecompressorOxide>,
    window: Vec<u8>,
    /// Where the next byte goes in the window.
    at: usize,
    /// Where unpacking stands: more is needed, more came than the rows need, or all is done.
    status: TINFLStatus,
    /// Rows to come: how many, and how many bytes each has behind its filter. The last is next.
    passes: Vec<(u32, u64)>,
    /// Bytes of the current row that are still to come.
    row: u64,
    /// Whether the colours are in a palette.
    palette: bool,
}

impl Rows {
    fn new(bytes: &[u8], size: PixelSize) -> Result<Self, Flaw> {
        let field = |at: usize| bytes.get(SIGNATURE + HEAD + at).copied().unwrap_or_default();
        let (depth, colour, interlaced) = (field(8), field(9), field(12) == 1);
        let samples = match colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        let bits = u64::from(depth) * samples;
        let row = |width: u32| (u64::from(width) * bits).div_ceil(8);
        let mut passes = if interlaced {
            ADAM7.iter().map(|pass| pass.of(size)).collect()
        } else {
            vec![(size.width, size.height)]
        };
        passes.retain(|&(width, height)| width > 0 && height > 0);
        passes.reverse();
        let passes: Vec<_> = passes.into_iter().map(|(width, rows)| (rows, row(width))).collect();
        let all = |&(rows, bytes): &(u32, u64)| u64::from(rows).saturating_mul(bytes + 1);
        if passes.iter().map(all).fold(0, u64::saturating_add) > MOST {
            return Err(TooLarge("it has too many pixels to be read whole"));
        }
        Ok(Rows {
            inflater: Box::default(),
            window: vec![0; WINDOW],
            at: 0,
            status: TINFLStatus::NeedsMoreInput,
            passes,
            row: 0,
            palette: colour == 3,
        })
    }

    /// Whether all rows have come.
    fn complete(&self) -> bool {
        self.passes.is_empty() && self.row == 0
    }

    /// Takes more compressed data.
    fn push(&mut self, mut data: &[u8]) -> Result<(), Flaw> {
        const FLAGS: u32 =
            inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER | inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
        while self.status == TINFLStatus::NeedsMoreInput {
            let (status, used, made) =
                decompress(&mut self.inflater, data, &mut self.window, self.at, FLAGS);
            data = data.get(used..).unwrap_or_default();
            let start = self.at;
            self.at = (start + made) % WINDOW;
            if self.rows(start, made)? {
                self.status = TINFLStatus::HasMoreOutput;
                return Ok(());
            }
            match status {
                TINFLStatus::HasMoreOutput if used + made > 0 => {}
                TINFLStatus::NeedsMoreInput => return Ok(()),
                TINFLStatus::Done => self.status = status,
                TINFLStatus::Adler32Mismatch => {
                    return Err(Checksum("the checksum of its pixels does not fit"));
                }
                _ => return Err(Corrupt("its compressed data cannot be unpacked")),
            }
        }
        Ok(())
    }

    /// Takes bytes of rows: so many in the window, from this place on. Whether there are more than
    /// the rows need; decoders do not look at those.
    fn rows(&mut self, start: usize, made: usize) -> Result<bool, Flaw> {
        let end = start + made;
        let mut at = start;
        while at < end {
            if self.row > 0 {
                let step = self.row.min((end - at) as u64);
                self.row -= step;
                // Fits: no more than what there is.
                at += step as usize;
                continue;
            }
            let Some((rows, bytes)) = self.passes.last_mut() else {
                return Ok(true);
            };
            if self.window.get(at).is_none_or(|&filter| filter > 4) {
                return Err(Corrupt("a row has a filter that does not exist"));
            }
            self.row = *bytes;
            *rows -= 1;
            if *rows == 0 {
                self.passes.pop();
            }
            at += 1;
        }
        Ok(false)
    }
}

/// One pass of an interlaced picture: its first column and row, and the steps between them.
struct Pass {
    column: (u32, u32),
    row: (u32, u32),
}

const ADAM7: [Pass; 7] = [
    Pass { column: (0, 8), row: (0, 8) },
    Pass { column: (4, 8), row: (0, 8) },
    Pass { column: (0, 4), row: (4, 8) },
    Pass { column: (2, 4), row: (0, 4) },
    Pass { column: (0, 2), row: (2, 4) },
    Pass { column: (1, 2), row: (0, 2) },
    Pass { column: (0, 1), row: (1, 2) },
];

impl Pass {
    /// Columns and rows of the pass.
    fn of(&self, size: PixelSize) -> (u32, u32) {
        let count = |all: u32, (first, step): (u32, u32)| all.saturating_sub(first).div_ceil(step);
        (count(size.width, self.column), count(size.height, self.row))
    }
}
