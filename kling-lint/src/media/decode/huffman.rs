//! Huffman codes of a JPEG's entropy-coded data (ITU-T T.81, annexes C and F).

/// Why no code can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The data end within the code.
    Short,
    /// The bits are no code, or one that cannot stand here.
    Bad(&'static str),
}

/// Codes up to this length are looked up at once.
const FAST: u32 = 9;
/// The longest code.
const LONGEST: usize = 16;

/// One Huffman table.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Length and symbol of the code that these bits begin with; 0 when it is longer.
    fast: [u16; 1 << FAST],
    /// By length: the code behind the last of that length.
    end: [u32; LONGEST + 1],
    /// By length: what to add to a code for its place among the symbols.
    offset: [i32; LONGEST + 1],
    symbols: [u8; 256],
}

impl Table {
    /// The table with so many codes of each length, for these symbols; none when there are more codes
    /// than a length can have.
    pub(super) fn new(counts: &[u8; LONGEST], symbols: &[u8]) -> Option<Table> {
        let mut table = Table {
            fast: [0; 1 << FAST],
            end: [0; LONGEST + 1],
            offset: [0; LONGEST + 1],
            symbols: [0; 256],
        };
        table.symbols.get_mut(..symbols.len())?.copy_from_slice(symbols);
        let mut code = 0u32;
        let mut place = 0usize;
        for (length, &count) in (1u32..).zip(counts) {
            let first = code;
            code += u32::from(count);
            // The code of ones alone is reserved, and libjpeg insists on it.
            if count > 0 && code >= 1 << length {
                return None;
            }
            let of_length = symbols.get(place..place + usize::from(count))?;
            if length <= FAST {
                let spare = FAST - length;
                let entries = table.fast[(first << spare) as usize..].chunks_exact_mut(1 << spare);
                for (&symbol, entries) in of_length.iter().zip(entries) {
                    entries.fill((length << 8) as u16 | u16::from(symbol));
                }
            }
            table.end[length as usize] = code;
            table.offset[length as usize] = place as i32 - first as i32;
            place += of_length.len();
            code <<= 1;
        }
        Some(table)
    }

    /// The symbol of a code of more than [`FAST`] bits, and its length.
    fn slow(&self, bits: u32) -> Option<(u8, u32)> {
        let (length, code) = (FAST + 1..=LONGEST as u32)
            .map(|length| (length, bits >> (LONGEST as u32 - length)))
            .find(|&(length, code)| code < self.end[length as usize])?;
        let place = usize::try_from(code as i32 + self.offset[length as usize]).ok()?;
        Some((*self.symbols.get(place)?, length))
    }
}

/// Entropy-coded data, bit by bit, up to the next marker.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// Where the next byte is read.
    at: usize,
    /// The bits read last, the newest lowest.
    pool: u64,
    /// How many of them are not used yet.
    have: u32,
    /// Whether `at` is a marker or the end of the file.
    ended: bool,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Bits { bytes, at, pool: 0, have: 0, ended: false }
    }

    /// Reads the next code.
    pub(super) fn decode(&mut self, table: &Table) -> Result<u8, Stop> {
        self.fill(LONGEST as u32);
        let entry = table.fast[self.peek(FAST) as usize];
        let (symbol, length) = if entry != 0 {
            (entry as u8, u32::from(entry >> 8))
        } else {
            match table.slow(self.peek(LONGEST as u32)) {
                Some(found) => found,
                None if self.have < LONGEST as u32 => return Err(Stop::Short),
                None => {
                    return Err(Stop::Bad("its picture data hold a code that stands for nothing"));
                }
            }
        };
        self.take(length)?;
        Ok(symbol)
    }

    /// Reads so many bits, at most 16.
    pub(super) fn receive(&mut self, count: u32) -> Result<u32, Stop> {
        self.fill(count);
        let bits = self.peek(count);
        self.take(count)?;
        Ok(bits)
    }

    /// Passes over so many bits.
    pub(super) fn pass(&mut self, mut count: u32) -> Result<(), Stop> {
        while count > 0 {
            let step = count.min(LONGEST as u32);
            self.fill(step);
            self.take(step)?;
            count -= step;
        }
        Ok(())
    }

    /// Goes to the marker behind the data; how many bytes were passed over that belong to no code.
    /// Bytes that are all alike are padding and do not count.
    pub(super) fn finish(&mut self) -> u64 {
        // The rest of a byte that was begun.
        self.have -= self.have % 8;
        let mut left = 0;
        let mut first = None;
        let mut alike = true;
        loop {
            let byte = if self.have >= 8 {
                self.have -= 8;
                Some((self.pool >> self.have) as u8)
            } else {
                self.next()
            };
            let Some(byte) = byte else { break };
            left += 1;
            alike &= byte == *first.get_or_insert(byte);
        }
        self.ended = false;
        if alike { 0 } else { left }
    }

    /// Where the next byte is read: after [`Bits::finish`], the marker's `FF` or the end of the file.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The marker where the data end; none at the end of the file.
    pub(super) fn marker(&self) -> Option<u8> {
        self.bytes.get(self.at + 1).copied()
    }

    /// Passes over the marker of two bytes at the current place.
    pub(super) fn pass_marker(&mut self) {
        self.at += 2;
    }

    /// Sees to it that there are so many bits, if the data have them.
    #[inline]
    fn fill(&mut self, wanted: u32) {
        if self.have < wanted && !self.ended {
            self.refill();
        }
    }

    fn refill(&mut self) {
        while self.have <= u64::BITS - 8 {
            let Some(byte) = self.next() else {
                self.ended = true;
                return;
            };
            self.pool = self.pool << 8 | u64::from(byte);
            self.have += 8;
        }
    }

    /// The next byte of data; none at a marker.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        if byte != 0xff {
            self.at += 1;
            return Some(byte);
        }
        // Any number of `FF` may stand before a marker, and some writers put them before the zero
        // that makes an `FF` a byte of data.
        let rest = &self.bytes[self.at..];
        let run = rest.iter().take_while(|&&byte| byte == 0xff).count();
        if rest.get(run) == Some(&0) {
            self.at += run + 1;
            return Some(0xff);
        }
        self.at += run.saturating_sub(1);
        None
    }

    /// The next bits, with zeros behind the end.
    #[inline]
    fn peek(&self, count: u32) -> u32 {
        let bits = if self.have >= count {
            self.pool >> (self.have - count)
        } else {
            self.pool << (count - self.have)
        };
        (bits & ((1 << count) - 1)) as u32
    }

    #[inline]
    fn take(&mut self, count: u32) -> Result<(), Stop> {
        self.have = self.have.checked_sub(count).ok_or(Stop::Short)?;
        Ok(())
    }
}
