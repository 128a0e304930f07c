//! Whole JPEGs: the segments, and between them the scans (ITU-T T.81, annex B).

use super::huffman::{Bits, Table};
use super::scan::{Component, Fault, Frame, Scan, ScanComponent};
use super::{Flaw, short};
use Flaw::{Corrupt, Truncated, Unfinished, Unsupported};

/// Reads a JPEG up to its end marker; whatever follows is not looked at.
pub(super) fn check(bytes: &[u8]) -> Result<(), Flaw> {
    Reader { bytes, at: 2, ..Reader::default() }.read()
}

/// A JPEG on the way through its segments.
#[derive(Default)]
struct Reader<'a> {
    bytes: &'a [u8],
    /// Where the next marker is looked for.
    at: usize,
    frame: Option<Frame>,
    dc: [Slot<'a>; 4],
    ac: [Slot<'a>; 4],
    quantization: [bool; 4],
    interval: u16,
    /// Whether there was a scan.
    scanned: bool,
}

/// A place for a Huffman table.
#[derive(Default)]
enum Slot<'a> {
    #[default]
    Empty,
    /// As it stands in the file: it is built only when a scan uses it.
    Written {
        counts: &'a [u8; 16],
        symbols: &'a [u8],
    },
    Built(Box<Table>),
}

const BAD_TABLE: &str = "a Huffman table contradicts itself";
const BAD_FRAME: &str = "its frame header contradicts itself";
const BAD_SCAN: &str = "a scan header contradicts itself";
const EARLY: &str = "its end marker comes before the picture is complete";
const CUT: &str = "the file ends in the middle of the picture";

impl<'a> Reader<'a> {
    fn read(mut self) -> Result<(), Flaw> {
        loop {
            let Some(marker) = self.marker()? else {
                return Err(self.cut());
            };
            match marker {
                0xd9 if self.complete() => return Ok(()),
                0xd9 => return Err(Truncated(EARLY)),
                // TEM, and restart markers that follow the last group.
                0x01 | 0xd0..=0xd7 => {}
                0xd8 => return Err(Corrupt("another image starts before this one ends")),
                _ => {
                    let body = self.segment()?;
                    self.enter(marker, body)?;
                }
            }
        }
    }

    /// Whether every component has come.
    fn complete(&self) -> bool {
        self.frame.as_ref().is_some_and(|frame| frame.components.iter().all(|it| it.seen))
    }

    /// The file ends where a marker should stand.
    fn cut(&self) -> Flaw {
        match &self.frame {
            Some(frame) if frame.exact() => {
                Unfinished("the picture is complete, but the file ends without an end marker")
            }
            Some(_) if self.scanned => Truncated(CUT),
            _ => Truncated("it ends before the picture begins"),
        }
    }

    /// Finds the next marker and passes over it; none at the end of the file.
    fn marker(&mut self) -> Result<Option<u8>, Flaw> {
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(stray) = memchr::memchr(0xff, rest) else {
                self.at = self.bytes.len();
                return Ok(None);
            };
            // What belongs to no segment decoders pass over.
            let rest = &rest[stray..];
            let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
            let Some(&marker) = rest.get(fill) else {
                self.at = self.bytes.len();
                return Ok(None);
            };
            self.at += stray + fill + 1;
            if marker != 0 {
                return Ok(Some(marker));
            }
        }
    }

    /// The content of the segment at the current place, which is passed over.
    fn segment(&mut self) -> Result<&'a [u8], Flaw> {
        let cut = self.cut();
        let length = usize::from(short(self.bytes, self.at).ok_or(cut)?);
        // One that is below its own size says that nothing follows.
        let length = length.max(2);
        let body = self.bytes.get(self.at + 2..self.at + length).ok_or(cut)?;
        self.at += length;
        Ok(body)
    }

    /// Reads a segment as far as it matters.
    fn enter(&mut self, marker: u8, body: &'a [u8]) -> Result<(), Flaw> {
        match marker {
            0xc0..=0xc2 => self.start_frame(marker, body),
            0xc3 | 0xf7 => Err(Unsupported("it is a lossless JPEG")),
            0xc9..=0xcc => Err(Unsupported("it is a JPEG with arithmetic coding")),
            0xc5..=0xc8 | 0xcd..=0xcf | 0xde | 0xdf => {
                Err(Unsupported("it is a hierarchical JPEG"))
            }
            0xc4 => self.huffman(body),
            0xdb => self.quantization(body),
            0xdd => {
                let interval = short(body, 0).filter(|_| body.len() == 2);
                self.interval = interval.ok_or(Corrupt("its restart interval has no number"))?;
                Ok(())
            }
            0xda => self.scan(body),
            0x02..=0xbf => Err(Corrupt("it has a marker that does not exist")),
            // APP0 to APP15, COM and what no decoder looks at.
            _ => Ok(()),
        }
    }

    fn huffman(&mut self, body: &'a [u8]) -> Result<(), Flaw> {
        let mut rest = body;
        while let Some((&which, after)) = rest.split_first() {
            let (counts, after) = after.split_first_chunk::<16>().ok_or(Corrupt(BAD_TABLE))?;
            let total = counts.iter().map(|&count| usize::from(count)).sum();
            let (symbols, after) = after.split_at_checked(total).ok_or(Corrupt(BAD_TABLE))?;
            if total > 256 {
                return Err(Corrupt(BAD_TABLE));
            }
            let tables = match which >> 4 {
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(Corrupt(BAD_TABLE)),
            };
            let table = tables.get_mut(usize::from(which & 15)).ok_or(Corrupt(BAD_TABLE))?;
            *table = Slot::Written { counts, symbols };
            rest = after;
        }
        Ok(())
    }

    fn quantization(&mut self, body: &[u8]) -> Result<(), Flaw> {
        const BAD: Flaw = Corrupt("a quantization table contradicts itself");
        let mut rest = body;
        while let Some((&which, after)) = rest.split_first() {
            let size = if which >> 4 == 0 { 64 } else { 128 };
            let known = self.quantization.get_mut(usize::from(which & 15)).ok_or(BAD)?;
            *known = true;
            rest = after.get(size..).ok_or(BAD)?;
        }
        Ok(())
    }

    fn start_frame(&mut self, marker: u8, body: &[u8]) -> Result<(), Flaw> {
        let &[precision, h1, h2, w1, w2, count, ref parts @ ..] = body else {
            return Err(Corrupt(BAD_FRAME));
        };
        if self.frame.is_some() {
            return Err(Corrupt("it has two frame headers"));
        }
        let (width, height) = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
        let (parts, rest) = parts.as_chunks::<3>();
        if !rest.is_empty() || parts.len() != usize::from(count) || count == 0 || width == 0 {
            return Err(Corrupt(BAD_FRAME));
        }
        if height == 0 {
            return Err(Unsupported("it gives its height behind the picture"));
        }
        if precision != 8 {
            return Err(Unsupported("it has more or fewer than 8 bits a sample"));
        }
        if count > 4 {
            return Err(Unsupported("it has more than four components"));
        }
        let components: Option<Vec<_>> = parts
            .iter()
            .map(|&[id, sampling, quantization]| Component::new(id, sampling, quantization))
            .collect();
        let components = components.ok_or(Corrupt(BAD_FRAME))?;
        self.frame = Some(Frame::new(marker == 0xc2, (width, height), components)?);
        Ok(())
    }

    /// Reads a scan's header and its data.
    fn scan(&mut self, body: &[u8]) -> Result<(), Flaw> {
        self.scanned = true;
        let frame =
            self.frame.as_mut().ok_or(Corrupt("the picture comes before its frame header"))?;
        let (&count, rest) = body.split_first().ok_or(Corrupt(BAD_SCAN))?;
        let count = usize::from(count);
        if !(1..=4).contains(&count) || rest.len() != 2 * count + 3 {
            return Err(Corrupt(BAD_SCAN));
        }
        let (parts, rest) = rest.split_at(2 * count);
        let &[start, end, approximation] = rest else { return Err(Corrupt(BAD_SCAN)) };
        let (high, low) = (approximation >> 4, approximation & 15);
        let sound = if start == 0 { end == 0 } else { start <= end && end < 64 && count == 1 };
        if frame.progressive && (!sound || (high > 0 && low + 1 != high) || low > 13) {
            return Err(Corrupt(BAD_SCAN));
        }
        // Sequential decoders do not look at the band.
        let (needs_dc, needs_ac) = match (frame.progressive, start) {
            (false, _) => (true, true),
            (true, 0) => (high == 0, false),
            (true, _) => (false, true),
        };

        let mut found: Vec<(usize, u8)> = Vec::with_capacity(count);
        for part in parts.chunks_exact(2) {
            // Some writers give all components the same name: then their order tells.
            let index = (0..frame.components.len())
                .find(|index| {
                    frame.components[*index].id == part[0]
                        && found.iter().all(|(taken, _)| taken != index)
                })
                .ok_or(Corrupt(BAD_SCAN))?;
            if !self.quantization[frame.components[index].quantization] {
                return Err(Corrupt("a quantization table is missing"));
            }
            found.push((index, part[1]));
        }
        for &(_, tables) in &found {
            if needs_dc {
                build(&mut self.dc, tables >> 4, frame.progressive, DC_SYMBOLS)?;
            }
            if needs_ac {
                build(&mut self.ac, tables & 15, frame.progressive, u8::MAX)?;
            }
        }
        let components = found
            .iter()
            .map(|&(index, tables)| ScanComponent {
                index,
                dc: built(&self.dc, tables >> 4),
                ac: built(&self.ac, tables & 15),
            })
            .collect();
        let scan = Scan {
            components,
            band: (start, end),
            refines: high > 0,
            last: !frame.progressive || low == 0,
            interval: self.interval,
        };
        let mut bits = Bits::new(self.bytes, self.at);
        let read = frame.read(&scan, &mut bits);
        self.at = bits.at();
        match read {
            Ok(()) => Ok(()),
            Err(Fault::Verdict(verdict)) => Err(verdict),
            Err(Fault::Short) => Err(match bits.marker() {
                None => Truncated(CUT),
                Some(0xd9) => Truncated(EARLY),
                Some(0xd0..=0xd7) => Corrupt("a restart marker comes before its place"),
                Some(_) => Corrupt("a marker stands in the middle of the picture data"),
            }),
        }
    }
}

/// The largest symbol of a table for DC coefficients; libjpeg insists on it.
const DC_SYMBOLS: u8 = 15;

/// Builds a table, unless it is built.
fn build(slots: &mut [Slot<'_>; 4], which: u8, progressive: bool, largest: u8) -> Result<(), Flaw> {
    let slot = slots.get_mut(usize::from(which)).ok_or(Corrupt(BAD_SCAN))?;
    match *slot {
        Slot::Built(_) => Ok(()),
        Slot::Written { counts, symbols } => {
            let sound = symbols.iter().all(|&symbol| symbol <= largest);
            let table = Table::new(counts, symbols).filter(|_| sound).ok_or(Corrupt(BAD_TABLE))?;
            *slot = Slot::Built(Box::new(table));
            Ok(())
        }
        Slot::Empty if progressive => Err(Corrupt("a Huffman table is missing")),
        Slot::Empty => Err(Unsupported("it brings no Huffman tables, like a frame of Motion JPEG")),
    }
}

/// A table, if it was built.
fn built<'s>(slots: &'s [Slot<'_>; 4], which: u8) -> Option<&'s Table> {
    match slots.get(usize::from(which))? {
        Slot::Built(table) => Some(table),
        Slot::Empty | Slot::Written { .. } => None,
    }
}
