//! What a string says.

use std::borrow::Cow;
use std::ops::Range;

use super::tape::{ESCAPES, Entry, GAP, HIGH, SOUND};
use crate::load::{
    Counts, Gap, Loaded, Scan, code_points, each_escape, first_escape, sound_escape,
};
use crate::media::{Base64Facts, Base64Scan};
use crate::vector::{self, up_to};

/// Raw bytes that are unescaped at once: few enough to stay in the cache.
const PIECE: usize = 32 << 10;
/// A character that starts with this or more takes four bytes, and two UTF-16 units.
const FOUR_BYTES: u8 = 0xf0;
/// Raw bytes after which a position cannot lie in an escape that began before them.
const ESCAPE: usize = 12;

/// The text of a string, between its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'d> {
    raw: &'d [u8],
    /// Offset of `raw` in the resident text.
    start: u32,
    flags: u8,
    gap: Option<&'d Gap>,
}

impl<'d> Text<'d> {
    #[inline]
    pub(super) fn new(loaded: &'d Loaded<'_>, entry: &Entry) -> Self {
        let start = entry.start + entry.opening();
        let end = entry.end - entry.closing();
        Text {
            raw: loaded.text().get(start as usize..end as usize).unwrap_or_default(),
            start,
            flags: entry.flags,
            gap: if entry.flags & GAP == 0 { None } else { loaded.gap_of(entry.start) },
        }
    }

    /// The text of a string that was read, all of it.
    #[inline]
    pub(super) fn read(raw: &'d [u8], start: usize, flags: u8) -> Self {
        Text { raw, start: start as u32, flags, gap: None }
    }

    /// The same without escapes, wherever it stood.
    pub(crate) fn plain(raw: &'d [u8]) -> Self {
        Text::read(raw, 0, SOUND)
    }

    /// The same of one in which nothing is wrong, wherever it stood.
    pub(crate) fn sound(raw: &'d [u8]) -> Self {
        let has_escapes = memchr::memchr(b'\\', raw).is_some();
        let flags = if has_escapes { SOUND | ESCAPES } else { SOUND };
        Text::read(raw, 0, if raw.is_ascii() { flags } else { flags | HIGH })
    }

    /// The resident bytes between the quotes.
    #[inline]
    pub(crate) fn raw(self) -> &'d [u8] {
        self.raw
    }

    /// Whether the middle of the string was dropped while loading.
    #[inline]
    pub(crate) fn has_gap(self) -> bool {
        self.gap.is_some()
    }

    /// Whether there is a backslash in it.
    #[inline]
    pub(crate) fn has_escapes(self) -> bool {
        self.flags & ESCAPES != 0
    }

    /// Whether all of it was read, and nothing is wrong with it.
    #[inline]
    fn is_sound(self) -> bool {
        self.flags & (SOUND | GAP) == SOUND
    }

    /// Whether its bytes are those of the text, all of them UTF-8.
    #[inline]
    fn is_verbatim(self) -> bool {
        self.flags & (SOUND | ESCAPES | GAP) == SOUND
    }

    /// Whether its bytes are those of the text: no escape, no gap.
    pub(crate) fn is_plain(self) -> bool {
        self.flags & (ESCAPES | GAP) == 0
    }

    /// The bytes of the text, where they are those of the string, all of it, and ASCII.
    #[inline]
    pub(crate) fn plain_ascii(self) -> Option<&'d [u8]> {
        (self.flags & (SOUND | ESCAPES | GAP | HIGH) == SOUND).then_some(self.raw)
    }

    /// Whether the text is this one.
    #[inline]
    pub(crate) fn is(self, other: &str) -> bool {
        if self.has_escapes() { self.reads_as(other) } else { self.raw() == other.as_bytes() }
    }

    /// The same of one with escapes: a key is compared with many others.
    #[cold]
    fn reads_as(self, other: &str) -> bool {
        if !self.is_sound() {
            return self.to_str() == other;
        }
        let (mut from, mut rest) = (0, other.as_bytes());
        let alike = each_escape(self.raw, |at, character, len| {
            rest = rest.strip_prefix(&self.raw[from..at])?;
            rest = rest.strip_prefix(character.encode_utf8(&mut [0; 4]).as_bytes())?;
            from = at + len;
            Some(())
        });
        alike.is_some() && rest == &self.raw[from..]
    }

    /// Whether it surely has at most so many code points and UTF-16 units; nothing is counted.
    #[inline]
    pub(crate) fn surely_fits(self, limit: u32) -> bool {
        // A character takes at least as many bytes as UTF-16 units, written out or escaped.
        !self.has_gap() && self.raw().len() <= limit as usize
    }

    /// Whether it has at most so many code points and UTF-16 units, however long it is; false where that is
    /// not seen at once.
    pub(crate) fn fits(self, limit: u32) -> bool {
        // A code point is one unit, or two.
        self.surely_fits(limit) || self.is_sound() && self.counts().utf16 <= u64::from(limit)
    }

    /// Whether nothing stands between the quotes.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.raw.is_empty() && !self.has_gap()
    }

    /// Whether it is not empty but holds only white space, in the sense of Unicode.
    pub(crate) fn is_blank(self) -> bool {
        if self.is_empty() || self.has_gap() {
            return false;
        }
        // Most strings say so with their first character.
        let first = self.raw[0];
        if first.is_ascii_graphic() && first != b'\\' {
            return false;
        }
        self.to_str().chars().all(char::is_whitespace)
    }

    /// Whether its first character is no white space, in the sense of Unicode; then it is not blank.
    #[inline]
    pub(crate) fn begins_with_ink(self) -> bool {
        match self.raw.first() {
            Some(b'\\') if self.has_escapes() => {
                sound_escape(self.raw).is_some_and(|(first, _)| !first.is_whitespace())
            }
            Some(first) if first.is_ascii() => first.is_ascii_graphic(),
            Some(_) => self.head(char::MAX_LEN_UTF8).starts_with(|it: char| !it.is_whitespace()),
            None => false,
        }
    }

    /// The text without its escapes; what cannot be read is replaced. Of a string with a gap, what
    /// stands before the gap.
    pub(crate) fn to_str(self) -> Cow<'d, str> {
        unescape(self.before_gap(), self.has_escapes())
    }

    /// The bytes of the same.
    pub(crate) fn to_bytes(self) -> Cow<'d, [u8]> {
        if self.is_verbatim() {
            return Cow::Borrowed(self.raw);
        }
        match self.to_str() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// The beginning of the text: at most so many bytes, whole characters.
    pub(crate) fn head(self, most: usize) -> Cow<'d, str> {
        let raw = self.before_gap();
        if self.is_verbatim() {
            return unescape(&raw[..char_end(raw, most)], false);
        }
        // An escape takes six times the bytes of its character, at most.
        let enough = raw.get(..most.saturating_mul(6).saturating_add(ESCAPE)).unwrap_or(raw);
        match unescape(enough, self.has_escapes()) {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..text.floor_char_boundary(most)]),
            Cow::Owned(mut text) => {
                text.truncate(text.floor_char_boundary(most));
                Cow::Owned(text)
            }
        }
    }

    /// Whether the text has more bytes than this, however it is escaped.
    pub(crate) fn is_longer(self, most: usize) -> bool {
        if self.is_verbatim() {
            return self.raw().len() > most;
        }
        // A byte that cannot be read becomes a character of three.
        self.raw().len() > most / 3 && self.head(most + char::MAX_LEN_UTF8).len() > most
    }

    /// The end of the text: at most so many bytes, whole characters.
    pub(crate) fn tail(self, most: usize) -> Cow<'d, str> {
        let raw = self.after_gap();
        if self.is_verbatim() {
            return unescape(&raw[char_start(raw, raw.len().saturating_sub(most))..], false);
        }
        let enough = raw.len().saturating_sub(most.saturating_mul(6).saturating_add(ESCAPE));
        let from =
            if self.has_escapes() { clean_start(raw, enough) } else { char_start(raw, enough) };
        match unescape(&raw[from..], self.has_escapes()) {
            Cow::Borrowed(text) => {
                Cow::Borrowed(&text[text.ceil_char_boundary(text.len().saturating_sub(most))..])
            }
            Cow::Owned(mut text) => {
                text.drain(..text.ceil_char_boundary(text.len().saturating_sub(most)));
                Cow::Owned(text)
            }
        }
    }

    /// The length of the whole string after unescaping.
    pub(crate) fn counts(self) -> Counts {
        if let Some(gap) = self.gap {
            return gap.facts.counts;
        }
        let bytes = self.raw.len() as u64;
        if self.flags & (ESCAPES | HIGH) == 0 {
            return Counts { chars: bytes, utf16: bytes };
        }
        if !self.is_sound() {
            return self.scanned(&mut |_| {}).counts();
        }
        let chars = code_points(self.raw);
        let pairs = vector::count(self.raw, |bytes| !up_to(bytes, FOUR_BYTES - 1));
        let mut counts = Counts { chars, utf16: chars + pairs };
        if self.has_escapes() {
            each_escape(self.raw, |_, character, len| {
                counts.chars -= len as u64 - 1;
                counts.utf16 -= (len - character.len_utf16()) as u64;
                Some(())
            });
        }
        counts
    }

    /// The whole string as Base64.
    pub(crate) fn base64(self) -> Base64Facts {
        if let Some(gap) = self.gap {
            return gap.facts.base64.clone();
        }
        let mut scan = Base64Scan::new();
        self.for_each_unescaped(&mut |piece| scan.push(piece));
        scan.finish()
    }

    /// The bytes of which the string, behind so many bytes of a prefix, is the Base64, if all of it is
    /// in memory.
    pub(crate) fn decoded(self, prefix: usize) -> Option<Vec<u8>> {
        if self.has_gap() {
            return None;
        }
        let text = self.to_str();
        base64_simd::STANDARD.decode_to_vec(text.get(prefix..)?).ok()
    }

    /// The unescaped text in pieces of whole characters. Of a string with a gap, what stands before
    /// the gap.
    pub(crate) fn for_each_unescaped(self, visit: &mut dyn FnMut(&[u8])) {
        if self.flags & (ESCAPES | HIGH) == 0 {
            self.before_gap().chunks(PIECE).for_each(visit);
        } else {
            self.scanned(visit);
        }
    }

    /// Where parts of [`Text::to_str`] stand in the resident text: parts asked for in order cost one
    /// walk together.
    pub(crate) fn spans(self) -> Spans<'d> {
        Spans { raw: self.before_gap(), start: self.start, told: 0, pos: 0 }
    }

    pub(super) fn scanned(self, visit: &mut dyn FnMut(&[u8])) -> Scan {
        let mut scan = Scan::new();
        for piece in self.before_gap().chunks(PIECE) {
            scan.push(piece, visit);
        }
        scan.finish(visit);
        scan
    }

    fn before_gap(self) -> &'d [u8] {
        let at = self.gap.map_or(self.raw.len(), |gap| (gap.at - self.start) as usize);
        self.raw.get(..at).unwrap_or(self.raw)
    }

    fn after_gap(self) -> &'d [u8] {
        let at = self.gap.map_or(0, |gap| (gap.at - self.start) as usize);
        self.raw.get(at..).unwrap_or_default()
    }
}

fn unescape(raw: &[u8], has_escapes: bool) -> Cow<'_, str> {
    if let Ok(text) = simdutf8::basic::from_utf8(raw) {
        if !has_escapes {
            return Cow::Borrowed(text);
        }
        if let Some(text) = unescaped(text) {
            return Cow::Owned(text);
        }
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut scan = Scan::new();
    for piece in raw.chunks(PIECE) {
        scan.push(piece, &mut |unescaped| out.extend_from_slice(unescaped));
    }
    scan.finish(&mut |unescaped| out.extend_from_slice(unescaped));
    match String::from_utf8(out) {
        Ok(text) => Cow::Owned(text),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// A text without its escapes, if they all are some.
fn unescaped(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    each_escape(text.as_bytes(), |at, character, len| {
        out.push_str(&text[from..at]);
        out.push(character);
        from = at + len;
        Some(())
    })?;
    out.push_str(&text[from..]);
    Some(out)
}

/// A place soon after `from` where an escape begins or that surely lies outside any; else the beginning.
fn clean_start(raw: &[u8], from: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let mut plain = 0;
    for (at, &byte) in raw.iter().enumerate().skip(from) {
        // A backslash that is not itself escaped begins an escape.
        let begins = || raw[..at].iter().rev().take_while(|it| **it == b'\\').count() % 2 == 0;
        if plain >= ESCAPE && byte & 0xc0 != 0x80 || byte == b'\\' && begins() {
            return at;
        }
        plain = if byte == b'\\' { 0 } else { plain + 1 };
    }
    0
}

/// The first place at or after `from` where a character starts.
fn char_start(raw: &[u8], from: usize) -> usize {
    let rest = raw.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|&&byte| byte & 0xc0 == 0x80).count().min(3)
}

/// The last place at or before `to` where a character of valid text ends.
fn char_end(raw: &[u8], to: usize) -> usize {
    let mut end = to.min(raw.len());
    while raw.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    end
}

/// A forward walk over a text that knows both its raw and its unescaped offsets.
#[derive(Clone, Debug)]
pub(crate) struct Spans<'d> {
    raw: &'d [u8],
    start: u32,
    /// Unescaped bytes before `pos`.
    told: usize,
    /// Raw offset.
    pos: usize,
}

impl Spans<'_> {
    /// Where a part of the unescaped text stands in the resident text. Parts asked for in order cost
    /// one walk together.
    pub(crate) fn of(&mut self, part: Range<usize>) -> Range<u32> {
        let start = self.raw_offset(part.start);
        start..self.raw_offset(part.end.max(part.start))
    }

    fn raw_offset(&mut self, target: usize) -> u32 {
        if target < self.told {
            (self.told, self.pos) = (0, 0);
        }
        while self.told < target && self.pos < self.raw.len() {
            // No further than the target, so that many parts cost one walk together.
            let near = PIECE.min(target - self.told);
            let rest = &self.raw[self.pos..];
            let window = &rest[..near.min(rest.len())];
            let plain = memchr::memchr(b'\\', window).unwrap_or(window.len());
            let (raw, told) = match plain {
                0 => first_escape(rest),
                _ => plain_step(&window[..plain]),
            };
            if self.told + told > target {
                break;
            }
            self.pos += raw;
            self.told += told;
        }
        self.start + self.pos as u32
    }
}

/// Raw and unescaped length of the first part of a text without backslashes.
fn plain_step(text: &[u8]) -> (usize, usize) {
    match text.utf8_chunks().next() {
        Some(chunk) if !chunk.valid().is_empty() => (chunk.valid().len(), chunk.valid().len()),
        Some(chunk) => (chunk.invalid().len(), char::REPLACEMENT_CHARACTER.len_utf8()),
        None => (text.len(), 0),
    }
}
