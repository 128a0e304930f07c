//! One forward pass over the raw text of a string: unescaping, counting, finding faults.

use crate::media::{Base64Facts, Base64Scan};

/// Faults kept of one string; the others are only counted.
const KEPT: usize = 64;
/// Longest escape: two halves of a surrogate pair.
const LONGEST: usize = 12;
/// Unescaped pieces shorter than this are gathered before they are handed on.
const SMALL: usize = 512;
const GATHERED: usize = 4096;

/// What is true of a whole string.
#[derive(Clone, Debug)]
pub(crate) struct StringFacts {
    /// Its length after unescaping.
    pub(crate) counts: Counts,
    /// What is wrong with its text: the first of them.
    pub(crate) faults: Vec<Fault>,
    /// How many there are of each kind, in the order of [`FaultKind`].
    pub(crate) totals: [u64; 4],
    /// The string as Base64.
    pub(crate) base64: Base64Facts,
}

/// The length of a string after unescaping. A lone surrogate, an invalid sequence of bytes and a
/// wrong escape's backslash each count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// In Unicode code points.
    pub(crate) chars: u64,
    /// In UTF-16 code units.
    pub(crate) utf16: u64,
}

/// Something that may not stand in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Raw bytes between the opening quote and the fault.
    pub(crate) at: u64,
    bytes: [u8; 6],
    len: u8,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A control character that must be escaped.
    Control,
    /// A backslash and something that makes no escape.
    Escape,
    /// Half of a surrogate pair.
    Surrogate,
    /// Bytes that are no UTF-8.
    Utf8,
}

impl Fault {
    fn new(kind: FaultKind, at: u64, raw: &[u8]) -> Self {
        let mut bytes = [0; 6];
        let len = raw.len().min(bytes.len());
        bytes[..len].copy_from_slice(&raw[..len]);
        Fault { kind, at, bytes, len: len as u8 }
    }

    /// The raw bytes at fault.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// The scanner. Raw bytes between the quotes go in, in pieces of any size; unescaped bytes come out,
/// in other pieces, always whole characters.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    counts: Counts,
    faults: Vec<Fault>,
    totals: [u64; 4],
    /// Raw bytes dealt with.
    at: u64,
    /// The beginning of an escape or character whose end has not come yet.
    carry: [u8; LONGEST],
    carried: usize,
    gathered: Vec<u8>,
}

/// The next escape of a text that starts with a backslash.
enum Escape {
    /// Its end has not come yet.
    Cut,
    /// A character, written with so many bytes.
    Char(char, usize),
    /// Half of a surrogate pair: six bytes.
    Half,
    /// No escape: the backslash and what follows, so many bytes.
    Wrong(usize),
}

impl Scan {
    /// At the string's beginning.
    pub(crate) fn new() -> Self {
        Scan::default()
    }

    /// The next raw bytes.
    pub(crate) fn push(&mut self, raw: &[u8], out: &mut dyn FnMut(&[u8])) {
        let mut raw = raw;
        if self.carried > 0 {
            let mut joined = [0; 2 * LONGEST];
            let old = self.carried;
            let new = raw.len().min(LONGEST);
            joined[..old].copy_from_slice(&self.carry[..old]);
            joined[old..old + new].copy_from_slice(&raw[..new]);
            self.carried = 0;
            let done = self.run(&joined[..old + new], false, out);
            if done < old {
                // Still incomplete, which twelve more bytes would have ended: these were all.
                self.keep(&joined[done..old + new]);
                return;
            }
            raw = &raw[done - old..];
        }
        let done = self.run(raw, false, out);
        self.keep(&raw[done..]);
    }

    /// The string has ended.
    pub(crate) fn finish(&mut self, out: &mut dyn FnMut(&[u8])) {
        let carry = self.carry;
        let rest = &carry[..std::mem::take(&mut self.carried)];
        self.run(rest, true, out);
        self.flush(out);
    }

    /// The raw bytes whose meaning is still open.
    pub(crate) fn carried(&self) -> &[u8] {
        &self.carry[..self.carried]
    }

    /// So many characters of ASCII that mean themselves were dealt with elsewhere.
    pub(crate) fn pass(&mut self, len: usize) {
        self.counts.chars += len as u64;
        self.counts.utf16 += len as u64;
        self.at += len as u64;
    }

    /// The length so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counts
    }

    /// The first faults so far, and how many there are of each kind.
    pub(crate) fn faults(&self) -> (&[Fault], &[u64; 4]) {
        (&self.faults, &self.totals)
    }

    /// Everything, once finished.
    pub(crate) fn into_facts(self, base64: Base64Scan) -> StringFacts {
        StringFacts {
            counts: self.counts,
            faults: self.faults,
            totals: self.totals,
            base64: base64.finish(),
        }
    }

    fn keep(&mut self, rest: &[u8]) {
        self.carried = rest.len().min(LONGEST);
        self.carry[..self.carried].copy_from_slice(&rest[..self.carried]);
    }

    /// Deals with as many of the bytes as can be; says how many.
    fn run(&mut self, raw: &[u8], last: bool, out: &mut dyn FnMut(&[u8])) -> usize {
        let mut pos = 0;
        while pos < raw.len() {
            let mut rest = &raw[pos..];
            // One escape often follows another.
            if rest[0] != b'\\' {
                let stop = memchr::memchr(b'\\', rest).unwrap_or(rest.len());
                let plain = self.plain(&rest[..stop], last || stop < rest.len(), out);
                pos += plain;
                if plain < stop || stop == rest.len() {
                    break;
                }
                rest = &rest[stop..];
            }
            match escape(rest, last) {
                Escape::Cut => break,
                Escape::Char(character, len) => {
                    let mut utf8 = [0; 4];
                    self.emit(character.encode_utf8(&mut utf8).as_bytes(), out);
                    self.counts.chars += 1;
                    self.counts.utf16 += character.len_utf16() as u64;
                    self.at += len as u64;
                    pos += len;
                }
                Escape::Half => {
                    self.fault(FaultKind::Surrogate, self.at, &rest[..6]);
                    self.replace(out);
                    self.at += 6;
                    pos += 6;
                }
                Escape::Wrong(len) => {
                    self.fault(FaultKind::Escape, self.at, &rest[..len]);
                    // Read as the fix writes it: `\'` is `'`, else the backslash is doubled.
                    if rest.get(1) != Some(&b'\'') {
                        self.emit(b"\\", out);
                        self.counts.chars += 1;
                        self.counts.utf16 += 1;
                    }
                    self.at += 1;
                    pos += 1;
                }
            }
        }
        pos
    }

    /// Text without backslashes. An unfinished character at its end is left, unless it is complete.
    fn plain(&mut self, raw: &[u8], complete: bool, out: &mut dyn FnMut(&[u8])) -> usize {
        let (has_control, has_high) = survey(raw);
        if has_control {
            self.controls(raw);
        }
        let mut rest = raw;
        let mut next = if has_high { first_invalid(rest) } else { None };
        while let Some((valid, len)) = next {
            let (valid, broken) = rest.split_at(valid);
            self.whole(valid, has_high, out);
            let len = match len {
                Some(len) => len,
                None if complete => broken.len(),
                None => return raw.len() - broken.len(),
            };
            self.fault(FaultKind::Utf8, self.at, &broken[..len]);
            self.replace(out);
            self.at += len as u64;
            rest = &broken[len..];
            // Where one is, there are more: the quick search has a price each time.
            let error = std::str::from_utf8(rest).err();
            next = error.map(|error| (error.valid_up_to(), error.error_len()));
        }
        self.whole(rest, has_high, out);
        raw.len()
    }

    /// Notes the control characters; once enough are kept, they are only counted.
    fn controls(&mut self, raw: &[u8]) {
        let mut from = 0;
        while self.faults.len() < KEPT || self.totals[FaultKind::Control as usize] == 0 {
            let rest = &raw[from..];
            let Some(offset) = rest.iter().position(|byte| *byte < 0x20) else {
                return;
            };
            let at = self.at + (from + offset) as u64;
            self.fault(FaultKind::Control, at, &rest[offset..=offset]);
            from += offset + 1;
        }
        let more = raw[from..].iter().filter(|byte| **byte < 0x20).count();
        self.totals[FaultKind::Control as usize] += more as u64;
    }

    /// Whole characters.
    fn whole(&mut self, text: &[u8], has_high: bool, out: &mut dyn FnMut(&[u8])) {
        if text.is_empty() {
            return;
        }
        let len = text.len() as u64;
        if has_high {
            let chars = super::code_points(text);
            let pairs = text.iter().filter(|&&byte| byte >= 0xf0).count() as u64;
            self.counts.chars += chars;
            self.counts.utf16 += chars + pairs;
        } else {
            self.counts.chars += len;
            self.counts.utf16 += len;
        }
        self.at += len;
        self.emit(text, out);
    }

    fn fault(&mut self, kind: FaultKind, at: u64, raw: &[u8]) {
        self.totals[kind as usize] += 1;
        // The first of each kind is always kept: many of one kind must not hide another.
        if self.faults.len() < KEPT || self.totals[kind as usize] == 1 {
            self.faults.push(Fault::new(kind, at, raw));
        }
    }

    fn replace(&mut self, out: &mut dyn FnMut(&[u8])) {
        self.emit("\u{fffd}".as_bytes(), out);
        self.counts.chars += 1;
        self.counts.utf16 += 1;
    }

    fn emit(&mut self, bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
        if self.gathered.len() + bytes.len() > GATHERED || bytes.len() >= SMALL {
            self.flush(out);
        }
        if bytes.len() >= SMALL {
            out(bytes);
        } else {
            self.gathered.extend_from_slice(bytes);
        }
    }

    /// Hands on what was gathered.
    pub(crate) fn flush(&mut self, out: &mut dyn FnMut(&[u8])) {
        if !self.gathered.is_empty() {
            out(&self.gathered);
            self.gathered.clear();
        }
    }
}

/// Where the first invalid UTF-8 stands, and its length, if its end has come.
fn first_invalid(text: &[u8]) -> Option<(usize, Option<usize>)> {
    let error = simdutf8::compat::from_utf8(text).err()?;
    Some((error.valid_up_to(), error.error_len()))
}

/// Whether there is a control character, and whether there is a byte outside ASCII.
pub(crate) fn survey(bytes: &[u8]) -> (bool, bool) {
    let (mut least, mut all) = (u8::MAX, 0);
    for &byte in bytes {
        least = least.min(byte);
        all |= byte;
    }
    (least < 0x20, all >= 0x80)
}

/// Raw length of the escape a text begins with, and the unescaped length of what it stands for.
pub(crate) fn first_escape(rest: &[u8]) -> (usize, usize) {
    match escape(rest, true) {
        Escape::Char(character, len) => (len, character.len_utf8()),
        Escape::Half => (6, char::REPLACEMENT_CHARACTER.len_utf8()),
        Escape::Cut | Escape::Wrong(_) => (1, usize::from(rest.get(1) != Some(&b'\''))),
    }
}

/// What the escape stands for that a text begins with, and its raw length, if it is one.
#[inline]
pub(crate) fn sound_escape(rest: &[u8]) -> Option<(char, usize)> {
    // Most are a whole character.
    if let [b'\\', b'u', digits @ ..] = rest
        && let Some(digits) = digits.first_chunk()
        && let Some(character) = unit(*digits).and_then(char::from_u32)
    {
        return Some((character, 6));
    }
    match escape(rest, true) {
        Escape::Char(character, len) => Some((character, len)),
        Escape::Cut | Escape::Half | Escape::Wrong(_) => None,
    }
}

/// Calls with each escape of a text, as long as that wants more: where it begins, what it stands for, its raw
/// length. Nothing comes back of a text with an escape that is none, and where no more were wanted.
#[inline]
pub(crate) fn each_escape(
    raw: &[u8],
    mut then: impl FnMut(usize, char, usize) -> Option<()>,
) -> Option<()> {
    let mut pos = 0;
    loop {
        // One escape often follows another.
        while raw.get(pos) == Some(&b'\\') {
            let (character, len) = sound_escape(&raw[pos..])?;
            then(pos, character, len)?;
            pos += len;
        }
        match memchr::memchr(b'\\', &raw[pos..]) {
            Some(plain) => pos += plain,
            None => return Some(()),
        }
    }
}

fn escape(rest: &[u8], last: bool) -> Escape {
    let Some(&letter) = rest.get(1) else {
        return if last { Escape::Wrong(1) } else { Escape::Cut };
    };
    let simple = |character| Escape::Char(character, 2);
    match letter {
        b'"' | b'\\' | b'/' => simple(char::from(letter)),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'u' => match hex(&rest[2..]) {
            Ok(unit @ 0xd800..0xdc00) => pair(unit, &rest[6..], last),
            Ok(unit) => char::from_u32(unit).map_or(Escape::Half, |char| Escape::Char(char, 6)),
            Err(digits) if 2 + digits == rest.len() && !last => Escape::Cut,
            Err(digits) => Escape::Wrong(2 + digits),
        },
        // The fault is shown, so it takes in the whole character after the backslash.
        _ => {
            let len = 1 + utf8_len(letter);
            if len > rest.len() && !last { Escape::Cut } else { Escape::Wrong(len.min(rest.len())) }
        }
    }
}

/// A high surrogate and what follows it.
fn pair(high: u32, rest: &[u8], last: bool) -> Escape {
    let marked = rest.first().is_none_or(|&byte| byte == b'\\')
        && rest.get(1).is_none_or(|&byte| byte == b'u');
    if !marked {
        return Escape::Half;
    }
    match hex(rest.get(2..).unwrap_or_default()) {
        Ok(low @ 0xdc00..0xe000) => {
            let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            char::from_u32(code).map_or(Escape::Half, |char| Escape::Char(char, 12))
        }
        Err(digits) if !last && rest.len() <= 2 + digits => Escape::Cut,
        _ => Escape::Half,
    }
}

/// The value of four hexadecimal digits, or how many there are.
fn hex(rest: &[u8]) -> Result<u32, usize> {
    let many = || rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count().min(4);
    rest.first_chunk().and_then(|digits| unit(*digits)).ok_or_else(many)
}

/// The value of four hexadecimal digits.
#[inline]
fn unit(digits: [u8; 4]) -> Option<u32> {
    let digit = |at: usize| u32::from(DIGITS[usize::from(digits[at])]);
    let (first, second, third, last) = (digit(0), digit(1), digit(2), digit(3));
    let are_digits = first | second | third | last < u32::from(NO_DIGIT);
    are_digits.then_some(first << 12 | second << 8 | third << 4 | last)
}

/// More than any hexadecimal digit is worth.
const NO_DIGIT: u8 = 0x80;

/// What bytes are worth as hexadecimal digits.
static DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value] as usize] = value as u8;
        digits[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

/// Length of the character that starts with this byte, as far as the byte tells.
pub(crate) fn utf8_len(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}
