//! Base64 (RFC 4648 section 4: standard alphabet, padded, no white space) judged as it streams by.
//!
//! Nothing is kept: the text is checked against the alphabet at memory speed, and only its beginning
//! is decoded, as far as the [`HeaderProbe`] wants to see it.

use base64_simd::{AsOut as _, STANDARD_NO_PAD};

use super::probe::{Header, HeaderProbe, Progress};

/// How many characters of a `data:` URL are read in search of the comma before its data.
const LONGEST_PREFIX: u64 = 256;
/// Characters decoded at once for the probe.
const BLOCK: usize = 1024;
/// Characters checked at once where nothing is decoded: they stay in the cache nearest to the core.
const PIECE: usize = 16 << 10;

/// What is known about a text that was meant as Base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base64Facts {
    /// Length of a `data:…,` before the data; 0 when there is none. Everything below is about the
    /// data alone, but offsets count from the start of the text.
    pub(crate) prefix: u64,
    /// Whether it is Base64, or the first place where it is not.
    pub(crate) verdict: Result<(), Fault>,
    /// Whether all of it was read: white space and the URL-safe alphabet are faults that can be read
    /// through, after any other the rest is only counted.
    pub(crate) whole: bool,
    /// Length of the text in bytes.
    pub(crate) len: u64,
    /// Size of the decoded data; an estimate when not all was read.
    pub(crate) decoded_len: u64,
    /// What the decoded data begin with.
    pub(crate) header: Header,
}

/// Where a text stops being Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Offset in the unescaped text, in bytes.
    pub(crate) at: u64,
}

/// How a text stops being Base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// There are no data.
    Empty,
    /// A line break.
    LineBreak,
    /// A space or a tab.
    Space,
    /// `-` or `_`, of the URL-safe alphabet.
    UrlSafe(char),
    /// A character of no Base64 alphabet.
    Character(char),
    /// So many `=` are missing at the end.
    PaddingMissing(u8),
    /// So many `=` at the end are too many.
    PaddingExtra(u64),
    /// Data follow the padding.
    PaddingInside,
    /// One character is left over, which no padding can complete.
    Length,
}

/// Takes a text in pieces of any length.
#[derive(Clone, Debug)]
pub(crate) struct Base64Scan {
    stage: Stage,
    /// Offset of the next byte.
    at: u64,
    /// What [`Base64Facts::prefix`] says.
    prefix: u64,
    /// The first fault.
    fault: Option<Fault>,
    /// Characters of the alphabet seen.
    data: u64,
    /// Offset of the first `=`.
    padding_at: u64,
    /// How many `=` there are.
    padding: u64,
    /// The open group of four, as characters of the standard alphabet.
    quad: [u8; 4],
    quad_len: usize,
    probe: HeaderProbe,
}

#[derive(Clone, Debug)]
enum Stage {
    /// The first characters, which may be `data:`.
    Start { bytes: [u8; DATA.len()], len: usize },
    /// Behind `data:`, before the comma.
    Prefix,
    /// In the data.
    Data,
    /// Behind a first `=`.
    Padding,
    /// Collecting the bytes of a character that is not ASCII.
    Foreign { bytes: [u8; 4], len: usize, at: u64 },
    /// The verdict cannot change any more.
    Over,
}

const DATA: &[u8; 5] = b"data:";

impl Base64Scan {
    pub(crate) fn new() -> Self {
        Base64Scan {
            stage: Stage::Start { bytes: [0; DATA.len()], len: 0 },
            at: 0,
            prefix: 0,
            fault: None,
            data: 0,
            padding_at: 0,
            padding: 0,
            quad: [0; 4],
            quad_len: 0,
            probe: HeaderProbe::new(),
        }
    }

    /// Takes the next bytes of the unescaped text.
    pub(crate) fn push(&mut self, unescaped: &[u8]) {
        let mut rest = unescaped;
        while !rest.is_empty() {
            let used = match &mut self.stage {
                Stage::Start { bytes, len } => {
                    let take = rest.len().min(bytes.len() - *len);
                    bytes[*len..*len + take].copy_from_slice(&rest[..take]);
                    *len += take;
                    if *len == bytes.len() {
                        let start = *bytes;
                        self.start(&start);
                    }
                    take
                }
                Stage::Prefix => self.prefix(rest),
                Stage::Data => self.data(rest),
                Stage::Padding => self.padding(rest),
                Stage::Foreign { .. } => self.foreign(rest),
                Stage::Over => {
                    self.at += rest.len() as u64;
                    self.data += rest.len() as u64;
                    return;
                }
            };
            rest = &rest[used..];
        }
    }

    /// Takes whole pieces of the alphabet from the front, if they are more than so many bytes and their
    /// content is of no interest any more; says how many bytes. Nothing else stands in them.
    pub(crate) fn take_sound(&mut self, bytes: &[u8], least: usize) -> usize {
        let mut taken = 0;
        while matches!(self.stage, Stage::Data) {
            let rest = &bytes[taken..];
            let piece = &rest[..rest.len().min(PIECE) & !3];
            let idle = match self.probe.progress() {
                Progress::Done => true,
                Progress::More { idle } => idle > piece.len() as u64,
            };
            if !idle || piece.len() <= least || STANDARD_NO_PAD.check(piece).is_err() {
                break;
            }
            // The open group ends as long as it was, with other characters.
            let open = self.quad_len;
            self.quad[..open].copy_from_slice(&piece[piece.len() - open..]);
            self.probe.skip(piece.len() as u64 / 4 * 3);
            self.at += piece.len() as u64;
            self.data += piece.len() as u64;
            taken += piece.len();
        }
        taken
    }

    /// The verdict.
    pub(crate) fn finish(mut self) -> Base64Facts {
        if let Stage::Start { bytes, len } = self.stage {
            self.replay(&bytes[..len]);
        }
        match self.stage {
            Stage::Prefix => self.no_comma(),
            Stage::Foreign { bytes, len, at } => self.over(foreign(&bytes[..len]), at),
            Stage::Start { .. } | Stage::Data | Stage::Padding | Stage::Over => {}
        }
        let whole = !matches!(self.stage, Stage::Over);
        if whole {
            self.end();
        }
        let rest = match self.data % 4 {
            2 => 1,
            3 => 2,
            _ => 0,
        };
        Base64Facts {
            prefix: self.prefix,
            verdict: self.fault.map_or(Ok(()), Err),
            whole,
            len: self.at,
            decoded_len: self.data / 4 * 3 + rest,
            header: self.probe.finish(),
        }
    }

    /// Judges the end of a text that was read to its end.
    fn end(&mut self) {
        let open = self.quad_len;
        if open >= 2 {
            // Stands for the bits that padding leaves out.
            self.quad[open..].fill(b'A');
            let mut bytes = [0; 3];
            if let Ok(bytes) = STANDARD_NO_PAD.decode(&self.quad, bytes.as_mut_slice().as_out()) {
                self.probe.push(&bytes[..open - 1]);
            }
        }
        let count = self.padding;
        let first = if count > 0 { self.padding_at } else { self.at };
        let wanted = match open {
            2 => 2,
            3 => 1,
            _ => 0,
        };
        if self.data == 0 && count == 0 {
            self.note(FaultKind::Empty, self.at);
        } else if open == 1 {
            self.note(FaultKind::Length, first);
        } else if count > wanted {
            self.note(FaultKind::PaddingExtra(count - wanted), first + wanted);
        } else if count < wanted {
            // At most two: it fits.
            self.note(FaultKind::PaddingMissing((wanted - count) as u8), first + count);
        }
    }

    /// Notes a fault, unless there is one already.
    fn note(&mut self, kind: FaultKind, at: u64) {
        self.fault.get_or_insert(Fault { kind, at });
    }

    /// Notes a fault that ends the reading.
    fn over(&mut self, kind: FaultKind, at: u64) {
        self.note(kind, at);
        self.stage = Stage::Over;
    }

    /// The first characters are complete: decides whether they open a `data:` URL.
    fn start(&mut self, bytes: &[u8; DATA.len()]) {
        if bytes.eq_ignore_ascii_case(DATA) {
            self.at = DATA.len() as u64;
            self.stage = Stage::Prefix;
        } else {
            self.replay(bytes);
        }
    }

    /// Reads the first characters as data.
    fn replay(&mut self, bytes: &[u8]) {
        self.stage = Stage::Data;
        self.push(bytes);
    }

    /// Looks for the comma of a `data:` URL; how many bytes were used.
    fn prefix(&mut self, bytes: &[u8]) -> usize {
        let room = usize::try_from(LONGEST_PREFIX - self.at).unwrap_or(0).min(bytes.len());
        match memchr::memchr(b',', &bytes[..room]) {
            Some(at) => {
                self.at += at as u64 + 1;
                self.prefix = self.at;
                self.stage = Stage::Data;
                at + 1
            }
            None => {
                self.at += room as u64;
                if self.at == LONGEST_PREFIX {
                    self.no_comma();
                }
                room
            }
        }
    }

    /// A `data:` without a comma is no prefix: its colon is the fault.
    fn no_comma(&mut self) {
        self.data = self.at;
        self.over(FaultKind::Character(':'), DATA.len() as u64 - 1);
    }

    /// Reads data up to the end of the piece or something else; how many bytes were used.
    fn data(&mut self, bytes: &[u8]) -> usize {
        let run = self.run(bytes);
        self.at += run as u64;
        self.data += run as u64;
        let Some(&byte) = bytes.get(run) else {
            return run;
        };
        match byte {
            b'=' => {
                self.stage = Stage::Padding;
                self.padding_at = self.at;
                return run;
            }
            b'-' | b'_' => {
                self.note(FaultKind::UrlSafe(char::from(byte)), self.at);
                self.put(if byte == b'-' { b'+' } else { b'/' });
                self.data += 1;
            }
            _ => {
                let Some(kind) = blank(byte) else {
                    self.stray(byte);
                    return run;
                };
                self.note(kind, self.at);
                let blanks = bytes[run..].iter().take_while(|&&byte| blank(byte).is_some()).count();
                self.at += blanks as u64;
                return run + blanks;
            }
        }
        self.at += 1;
        run + 1
    }

    /// Counts padding; how many bytes were used.
    fn padding(&mut self, bytes: &[u8]) -> usize {
        let signs = bytes.iter().take_while(|&&byte| byte == b'=').count();
        let blanks = bytes[signs..].iter().take_while(|&&byte| blank(byte).is_some()).count();
        let used = signs + blanks;
        self.padding += signs as u64;
        if let Some(kind) = bytes.get(signs).and_then(|&byte| blank(byte)) {
            self.note(kind, self.at + signs as u64);
        }
        self.at += used as u64;
        match bytes.get(used) {
            None | Some(b'=') => {}
            Some(&byte) if is_data(byte) || matches!(byte, b'-' | b'_') => {
                self.over(FaultKind::PaddingInside, self.padding_at);
            }
            Some(&byte) => self.stray(byte),
        }
        used
    }

    /// A byte of no alphabet.
    fn stray(&mut self, byte: u8) {
        if byte.is_ascii() {
            self.over(FaultKind::Character(char::from(byte)), self.at);
        } else {
            self.stage = Stage::Foreign { bytes: [0; 4], len: 0, at: self.at };
        }
    }

    /// Collects a character that is not ASCII, one byte at a time.
    fn foreign(&mut self, rest: &[u8]) -> usize {
        let Stage::Foreign { bytes, len, at } = &mut self.stage else {
            return 0;
        };
        let (byte, at) = (rest[0], *at);
        // A continuation byte belongs to the character; anything else ends it.
        let goes_on = *len == 0 || (*len < bytes.len() && byte & 0xc0 == 0x80);
        if goes_on {
            bytes[*len] = byte;
            *len += 1;
            self.at += 1;
            self.data += 1;
            return 1;
        }
        let kind = foreign(&bytes[..*len]);
        self.over(kind, at);
        0
    }

    /// Reads the characters of the alphabet that the bytes begin with; how many there are.
    fn run(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while self.quad_len > 0 {
            match bytes.get(used) {
                Some(&byte) if is_data(byte) => self.put(byte),
                _ => return used,
            }
            used += 1;
        }
        loop {
            let groups = &bytes[used..];
            let groups = &groups[..groups.len() & !3];
            if groups.is_empty() {
                break;
            }
            let idle = match self.probe.progress() {
                Progress::Done => groups.len(),
                Progress::More { idle } => {
                    usize::try_from(idle / 3 * 4).unwrap_or(usize::MAX).min(groups.len())
                }
            };
            let (asked, sound) = if idle > 0 {
                let block = &groups[..idle];
                let sound = leading(block) & !3;
                self.probe.skip(sound as u64 / 4 * 3);
                (idle, sound)
            } else {
                let block = &groups[..groups.len().min(BLOCK)];
                let sound = leading(block) & !3;
                let mut decoded = [0; BLOCK / 4 * 3];
                if let Ok(decoded) =
                    STANDARD_NO_PAD.decode(&block[..sound], decoded.as_mut_slice().as_out())
                {
                    self.probe.push(decoded);
                }
                (block.len(), sound)
            };
            used += sound;
            if sound < asked {
                break;
            }
        }
        while let Some(&byte) = bytes.get(used)
            && is_data(byte)
        {
            self.put(byte);
            used += 1;
        }
        used
    }

    /// Adds one character of the standard alphabet to the open group.
    fn put(&mut self, character: u8) {
        self.quad[self.quad_len] = character;
        self.quad_len += 1;
        if self.quad_len < self.quad.len() {
            return;
        }
        self.quad_len = 0;
        if self.probe.progress() != Progress::Done {
            let mut bytes = [0; 3];
            if let Ok(bytes) = STANDARD_NO_PAD.decode(&self.quad, bytes.as_mut_slice().as_out()) {
                self.probe.push(bytes);
            }
        }
    }
}

/// How many characters of the alphabet a text of whole groups begins with.
fn leading(groups: &[u8]) -> usize {
    match STANDARD_NO_PAD.check(groups) {
        Ok(()) => groups.len(),
        Err(_) => groups.iter().position(|&byte| !is_data(byte)).unwrap_or(groups.len()),
    }
}

fn is_data(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// The fault of a white space character.
fn blank(byte: u8) -> Option<FaultKind> {
    match byte {
        b'\n' | b'\r' => Some(FaultKind::LineBreak),
        b' ' | b'\t' => Some(FaultKind::Space),
        _ => None,
    }
}

/// The fault of a character that is not ASCII.
fn foreign(bytes: &[u8]) -> FaultKind {
    let character = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
    FaultKind::Character(character.unwrap_or(char::REPLACEMENT_CHARACTER))
}

#[cfg(test)]
mod tests;
