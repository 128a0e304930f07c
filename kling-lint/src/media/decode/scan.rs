//! The frame of a JPEG and the scans that fill it (ITU-T T.81, annexes A, F and G).

use super::Flaw;
use super::huffman::{Bits, Stop, Table};

/// A JPEG's frame: its components, cut into blocks of 8 by 8.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) progressive: bool,
    pub(super) components: Vec<Component>,
    /// How many groups of blocks of all components lie in a row, and how many rows there are.
    groups: (u64, u64),
    /// How many blocks were visited for bands that may say nothing about them.
    visited: u64,
}

/// One component of a frame.
#[derive(Debug)]
pub(super) struct Component {
    pub(super) id: u8,
    pub(super) quantization: usize,
    /// Blocks of a group, across and down.
    sampling: (u64, u64),
    /// Blocks that show something, across and down.
    blocks: (u64, u64),
    /// Whether a scan brought it.
    pub(super) seen: bool,
    /// Which coefficients are known to the last bit, a bit each.
    exact: u64,
    /// Progressive only: which coefficients of each block are not zero, a bit each.
    history: Vec<u64>,
}

/// What a scan brings.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    pub(super) components: Vec<ScanComponent<'a>>,
    /// The first and last coefficient of the band.
    pub(super) band: (u8, u8),
    /// Whether it makes known coefficients more exact.
    pub(super) refines: bool,
    /// Whether it brings their last bit.
    pub(super) last: bool,
    /// How many groups stand between restart markers; 0 when there are none.
    pub(super) interval: u16,
}

/// One component of a scan, and its tables as far as the scan uses them.
#[derive(Debug)]
pub(super) struct ScanComponent<'a> {
    pub(super) index: usize,
    pub(super) dc: Option<&'a Table>,
    pub(super) ac: Option<&'a Table>,
}

/// How many blocks of a progressive image are kept track of, with 8 bytes each: 128 MiB, enough for
/// 350 megapixels in full colour. They are touched only as far as there are data.
const MOST_BLOCKS: u64 = 16 * 1024 * 1024;
/// How many blocks may be looked at for whose sake there need not be any data.
const MOST_VISITS: u64 = 1 << 26;
/// How many blocks of each component a group may have in all.
const MOST_IN_GROUP: u64 = 10;
/// So many bytes behind the last code are a known sloppiness of webcams and scanners.
const SLOPPY: u64 = 16;
/// The largest category of a difference in 8-bit images with room to spare, as in libjpeg.
const MOST_BITS: u8 = 15;

impl Component {
    /// A component as the frame header gives it; none when a factor is out of range.
    pub(super) fn new(id: u8, sampling: u8, quantization: u8) -> Option<Component> {
        let (across, down) = (sampling >> 4, sampling & 15);
        let sound = (1..=4).contains(&across) && (1..=4).contains(&down) && quantization < 4;
        sound.then_some(Component {
            id,
            quantization: quantization.into(),
            sampling: (across.into(), down.into()),
            blocks: (0, 0),
            seen: false,
            exact: 0,
            history: Vec::new(),
        })
    }
}

impl Frame {
    pub(super) fn new(
        progressive: bool,
        (width, height): (u16, u16),
        mut components: Vec<Component>,
    ) -> Result<Frame, Flaw> {
        let (width, height) = (u64::from(width), u64::from(height));
        let across = components.iter().map(|it| it.sampling.0).max().unwrap_or(1);
        let down = components.iter().map(|it| it.sampling.1).max().unwrap_or(1);
        let groups = (width.div_ceil(8 * across), height.div_ceil(8 * down));
        let mut all = 0;
        for component in &mut components {
            let (h, v) = component.sampling;
            component.blocks =
                ((width * h).div_ceil(across).div_ceil(8), (height * v).div_ceil(down).div_ceil(8));
            all += groups.0 * h * groups.1 * v;
        }
        if progressive {
            if all > MOST_BLOCKS {
                return Err(Flaw::TooLarge("it has too many pixels to be read whole"));
            }
            for component in &mut components {
                let (h, v) = component.sampling;
                // Fits: it is at most `MOST_BLOCKS`.
                component.history = vec![0; (groups.0 * h * groups.1 * v) as usize];
            }
        }
        Ok(Frame { progressive, components, groups, visited: 0 })
    }

    /// Reads a scan's data; at its end, `bits` are at the marker behind it.
    pub(super) fn read(&mut self, scan: &Scan<'_>, bits: &mut Bits<'_>) -> Result<(), Fault> {
        let single = match &scan.components[..] {
            [only] => Some(self.components[only.index].blocks),
            _ => None,
        };
        let (across, down) = single.unwrap_or(self.groups);
        if single.is_none() && self.in_group(scan) > MOST_IN_GROUP {
            return Err(Fault::bad("a scan brings more blocks at once than the format allows"));
        }
        let mut state = State { predictions: [0; 4], run: 0 };
        let mut until_restart = u64::from(scan.interval);
        let mut restarts = 0u8;
        for row in 0..down {
            for column in 0..across {
                if scan.interval > 0 && until_restart == 0 {
                    state.end()?;
                    restart(bits, restarts)?;
                    restarts = (restarts + 1) % 8;
                    until_restart = u64::from(scan.interval);
                    state = State { predictions: [0; 4], run: 0 };
                }
                until_restart = until_restart.saturating_sub(1);
                if single.is_some() {
                    self.block(scan, 0, (column, row), bits, &mut state)?;
                    continue;
                }
                for (place, component) in scan.components.iter().enumerate() {
                    let (h, v) = self.components[component.index].sampling;
                    for y in 0..v {
                        for x in 0..h {
                            let at = (column * h + x, row * v + y);
                            self.block(scan, place, at, bits, &mut state)?;
                        }
                    }
                }
            }
        }
        state.end()?;
        if bits.finish() > SLOPPY {
            return Err(Fault::bad("its picture data go on behind the last block"));
        }
        let (start, end) = if self.progressive { scan.band } else { (0, 63) };
        for component in &scan.components {
            let component = &mut self.components[component.index];
            component.seen |= start == 0;
            if scan.last {
                component.exact |= band(u64::MAX, start, end);
            }
        }
        Ok(())
    }

    /// Whether no scan could add anything.
    pub(super) fn exact(&self) -> bool {
        self.components.iter().all(|it| it.exact == u64::MAX)
    }

    fn in_group(&self, scan: &Scan<'_>) -> u64 {
        let blocks = |it: &ScanComponent<'_>| {
            let (h, v) = self.components[it.index].sampling;
            h * v
        };
        scan.components.iter().map(blocks).sum()
    }

    /// Reads what a scan says about one block.
    #[inline]
    fn block(
        &mut self,
        scan: &Scan<'_>,
        place: usize,
        (x, y): (u64, u64),
        bits: &mut Bits<'_>,
        state: &mut State,
    ) -> Result<(), Fault> {
        let ScanComponent { index, dc, ac } = scan.components[place];
        let component = &mut self.components[index];
        if !self.progressive {
            state.dc(place, bits, dc)?;
            return Ok(sequential(bits, ac)?);
        }
        if scan.band.0 == 0 {
            if scan.refines {
                bits.pass(1)?;
            } else {
                state.dc(place, bits, dc)?;
            }
            return Ok(());
        }
        self.visited += 1;
        if self.visited > MOST_VISITS {
            let reason = "it has too many pixels and scans to be read whole";
            return Err(Fault::Verdict(Flaw::TooLarge(reason)));
        }
        if !scan.refines && state.run > 0 {
            state.run -= 1;
            return Ok(());
        }
        let at = y * self.groups.0 * component.sampling.0 + x;
        let history = usize::try_from(at).ok().and_then(|at| component.history.get_mut(at));
        let Some(history) = history else {
            return Err(Fault::bad("a scan leaves the picture"));
        };
        if scan.refines {
            state.refine(scan.band, bits, ac, history)?;
        } else {
            state.first(scan.band, bits, ac, history)?;
        }
        Ok(())
    }
}

/// Why a scan was not read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// The data end too early, at the marker where the bits stopped.
    Short,
    Verdict(Flaw),
}

impl Fault {
    fn bad(reason: &'static str) -> Fault {
        Fault::Verdict(Flaw::Corrupt(reason))
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Fault {
        match stop {
            Stop::Short => Fault::Short,
            Stop::Bad(reason) => Fault::bad(reason),
        }
    }
}

/// Goes over the restart marker of this number.
fn restart(bits: &mut Bits<'_>, number: u8) -> Result<(), Fault> {
    let left = bits.finish();
    match bits.marker() {
        Some(marker) if marker == 0xd0 | number => {
            bits.pass_marker();
            if left > SLOPPY {
                return Err(Fault::bad("its picture data go on behind the last block"));
            }
            Ok(())
        }
        Some(0xd0..=0xd7) => Err(Fault::bad("its restart markers are out of order")),
        // The end, or something that cannot stand here: the marker tells.
        _ => Err(Fault::Short),
    }
}

/// What a scan remembers from block to block, up to a restart marker.
struct State {
    /// The DC coefficient of each component's last block.
    predictions: [i32; 4],
    /// How many more blocks have nothing new in the band.
    run: u32,
}

const COEFFICIENTS: &str = "a block has more coefficients than there is room for";
const NO_TABLE: &str = "its picture data use a Huffman table that is not there";

impl State {
    /// The end of the data between restart markers.
    fn end(&self) -> Result<(), Fault> {
        if self.run > 0 {
            return Err(Fault::bad("its picture data go on behind the last block"));
        }
        Ok(())
    }

    /// A DC coefficient, as the difference to the last one.
    #[inline]
    fn dc(&mut self, place: usize, bits: &mut Bits<'_>, table: Option<&Table>) -> Result<(), Stop> {
        let category = bits.decode(table.ok_or(Stop::Bad(NO_TABLE))?)?;
        if category > MOST_BITS {
            return Err(Stop::Bad("a difference in brightness is out of range"));
        }
        let difference = extend(bits.receive(category.into())?, category);
        let prediction = &mut self.predictions[place];
        *prediction += difference;
        if i16::try_from(*prediction).is_err() {
            return Err(Stop::Bad("a brightness is out of range"));
        }
        Ok(())
    }

    /// The first bits of a band of AC coefficients.
    fn first(
        &mut self,
        (start, end): (u8, u8),
        bits: &mut Bits<'_>,
        table: Option<&Table>,
        history: &mut u64,
    ) -> Result<(), Stop> {
        let table = table.ok_or(Stop::Bad(NO_TABLE))?;
        let mut at = start;
        while at <= end {
            let code = bits.decode(table)?;
            let (zeros, size) = (code >> 4, code & 15);
            if size > 0 {
                at += zeros;
                if at > end {
                    return Err(Stop::Bad(COEFFICIENTS));
                }
                bits.pass(size.into())?;
                *history |= 1 << at;
                at += 1;
            } else if zeros == 15 {
                at += 16;
            } else {
                self.run = (1 << zeros) - 1 + bits.receive(zeros.into())?;
                break;
            }
        }
        Ok(())
    }

    /// One more bit of a band of AC coefficients.
    fn refine(
        &mut self,
        (start, end): (u8, u8),
        bits: &mut Bits<'_>,
        table: Option<&Table>,
        history: &mut u64,
    ) -> Result<(), Stop> {
        let table = table.ok_or(Stop::Bad(NO_TABLE))?;
        let mut at = start;
        while self.run == 0 && at <= end {
            let code = bits.decode(table)?;
            let (mut zeros, size) = (code >> 4, code & 15);
            match size {
                0 if zeros < 15 => {
                    self.run = (1 << zeros) + bits.receive(zeros.into())?;
                    break;
                }
                0 => {}
                1 => bits.pass(1)?,
                _ => {
                    return Err(Stop::Bad(
                        "a scan brings a coefficient that an earlier one left out",
                    ));
                }
            }
            // Known coefficients on the way get a bit each.
            while at <= end {
                if *history >> at & 1 == 1 {
                    bits.pass(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                at += 1;
            }
            if size == 1 {
                if at > end {
                    return Err(Stop::Bad(COEFFICIENTS));
                }
                *history |= 1 << at;
            }
            at += 1;
        }
        if self.run > 0 {
            self.run -= 1;
            if at <= end {
                bits.pass(band(*history, at, end).count_ones())?;
            }
        }
        Ok(())
    }
}

/// The bits of a band, which does not end before it starts.
fn band(bits: u64, start: u8, end: u8) -> u64 {
    bits & (u64::MAX << start) & (u64::MAX >> (63 - end))
}

/// The AC coefficients of a block that comes at once.
#[inline]
fn sequential(bits: &mut Bits<'_>, table: Option<&Table>) -> Result<(), Stop> {
    let table = table.ok_or(Stop::Bad(NO_TABLE))?;
    let mut at = 1;
    while at < 64 {
        let code = bits.decode(table)?;
        let (zeros, size) = (code >> 4, code & 15);
        if size > 0 {
            at += zeros;
            if at > 63 {
                return Err(Stop::Bad(COEFFICIENTS));
            }
            bits.pass(size.into())?;
            at += 1;
        } else if zeros == 15 {
            at += 16;
        } else {
            break;
        }
    }
    Ok(())
}

/// A signed number from the bits of its category (T.81, table F.1).
fn extend(bits: u32, category: u8) -> i32 {
    let bits = bits as i32;
    if category > 0 && bits < 1 << (category - 1) { bits - (1 << category) + 1 } else { bits }
}
