//! The form a media string takes, told by its beginning and its end.

use std::borrow::Cow;

use kling_schema::locator::{self, Unfetchable};
use kling_schema::url;

use super::base64::Base64Facts;
use super::probe::Content;

/// What is judged of a media string. A long one need not be in memory as a whole.
pub(crate) struct MediaText<'a> {
    /// The first 4 KiB or less, unescaped.
    pub(crate) head: Cow<'a, str>,
    /// Whether `head` is everything.
    pub(crate) complete: bool,
    /// The rest of it.
    pub(crate) rest: &'a dyn Rest,
}

/// What few media strings are asked for.
pub(crate) trait Rest {
    /// The last 64 bytes or less, unescaped.
    fn tail(&self) -> Cow<'_, str>;
    /// What stands behind the opening quote, as written; at least what the head is made from.
    fn raw_head(&self) -> &str;
    /// What stands before the closing quote, as written; at least what the tail is made from.
    fn raw_tail(&self) -> &str;
    /// The verdict of a [`Base64Scan`](super::Base64Scan) over the whole unescaped text.
    fn base64(&self) -> Base64Facts;
    /// The bytes of which the text, behind so many bytes of a prefix, is the Base64, if it is in memory
    /// and sound.
    fn data(&self, prefix: usize) -> Option<Vec<u8>>;
}

/// What a media string seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape<'t> {
    /// An `http(s)` URL, without the white space around it.
    Url(&'t str),
    /// It starts with `data:`.
    Data,
    /// A path to a local file.
    Path,
    /// Nothing at all.
    Empty,
    /// White space only.
    Blank,
    /// A URL of a scheme nobody can fetch from outside.
    Scheme(&'t str),
    /// `http:` or `https:` without a host.
    Hostless,
    /// A web address without `https://`.
    Schemeless,
    /// None of these: Base64, or just text.
    Other,
}

/// Suffixes that make a text a path, and what each one promises.
pub(super) const SUFFIXES: [(&str, Content); 34] = [
    ("jpg", Content::Jpeg),
    ("jpeg", Content::Jpeg),
    ("jpe", Content::Jpeg),
    ("jfif", Content::Jpeg),
    ("png", Content::Png),
    ("mp4", Content::Mp4),
    ("m4v", Content::Mp4),
    ("mov", Content::Mov),
    ("3gp", Content::Mp4),
    ("webp", Content::WebP),
    ("gif", Content::Gif),
    ("bmp", Content::Bmp),
    ("svg", Content::Svg),
    ("tif", Content::Tiff),
    ("tiff", Content::Tiff),
    ("heic", Content::Heic),
    ("heif", Content::Heic),
    ("avif", Content::Avif),
    ("jxl", Content::JpegXl),
    ("jp2", Content::Jpeg2000),
    ("ico", Content::Icon),
    ("psd", Content::Photoshop),
    ("cr2", Content::CameraRaw),
    ("cr3", Content::CameraRaw),
    ("raf", Content::CameraRaw),
    ("orf", Content::CameraRaw),
    ("rw2", Content::CameraRaw),
    ("eps", Content::PostScript),
    ("pdf", Content::Pdf),
    ("webm", Content::WebM),
    ("mkv", Content::Matroska),
    ("avi", Content::Avi),
    ("wmv", Content::Wmv),
    ("flv", Content::Flv),
];

impl<'a> MediaText<'a> {
    /// What the text seems to be.
    pub(crate) fn shape(&self) -> Shape<'_> {
        if self.head.is_empty() {
            return Shape::Empty;
        }
        if url::is_http(&self.head) {
            return Shape::Url(if self.is_graphic() { &self.head } else { self.trimmed() });
        }
        if locator::starts_path(&self.head) {
            return Shape::Path;
        }
        if self.trimmed().is_empty() && self.complete {
            return Shape::Blank;
        }
        if starts(&self.head, "data:") {
            return Shape::Data;
        }
        match locator::unfetchable(&self.head, self.complete) {
            Some(Unfetchable::Hostless) => return Shape::Hostless,
            Some(Unfetchable::Scheme(scheme)) => return Shape::Scheme(scheme),
            Some(Unfetchable::Schemeless) => return Shape::Schemeless,
            None => {}
        }
        if suffix(locator::before_blanks(&self.rest.tail())).is_some() {
            return Shape::Path;
        }
        Shape::Other
    }

    fn trimmed(&self) -> &str {
        self.head.trim_matches(url::BLANKS)
    }

    /// Whether the beginning is made of printable ASCII alone, as most are: no white space.
    pub(super) fn is_graphic(&self) -> bool {
        // No way out of the loop, so that many bytes are looked at at once.
        self.head.bytes().fold(true, |all, byte| all & byte.is_ascii_graphic())
    }

    /// How many bytes of the file the first so many bytes of the text take, if that much is at hand.
    pub(super) fn written_len(&self, unescaped: usize) -> Option<u32> {
        let raw = self.rest.raw_head();
        let mut characters = raw.char_indices();
        let mut left = unescaped;
        while left > 0 {
            let (at, character) = characters.next()?;
            let size = match (character, characters.clone().next()) {
                ('\\', Some((_, 'u'))) => {
                    let digits = raw.get(at + 2..at + 6)?;
                    characters.nth(4)?;
                    char::from_u32(u32::from_str_radix(digits, 16).ok()?)?.len_utf8()
                }
                ('\\', Some(_)) => {
                    characters.next()?;
                    1
                }
                _ => character.len_utf8(),
            };
            left = left.checked_sub(size)?;
        }
        u32::try_from(characters.offset()).ok()
    }
}

/// The suffix of the text's last part, lower-cased, when it is one of media, and what it promises.
pub(crate) fn suffix(text: &str) -> Option<(&'static str, Content)> {
    suffix_of(text.as_bytes())
}

/// The same of any bytes.
pub(super) fn suffix_of(text: &[u8]) -> Option<(&'static str, Content)> {
    let last = match text {
        [.., b'.', _, _] => 2,
        [.., b'.', _, _, _] => 3,
        [.., b'.', _, _, _, _] => LONGEST,
        _ => return None,
    };
    let last = &text[text.len() - last..];
    let number = packed(last);
    let at = NUMBERS.iter().position(|own| *own == number)?;
    let (suffix, content) = SUFFIXES[at];
    let is_own = last == suffix.as_bytes() || last.eq_ignore_ascii_case(suffix.as_bytes());
    is_own.then_some((suffix, content))
}

/// The longest suffix.
const LONGEST: usize = 4;

/// The suffixes as numbers, all of them different.
static NUMBERS: [u32; SUFFIXES.len()] = {
    let mut numbers = [0; SUFFIXES.len()];
    let mut at = 0;
    while at < numbers.len() {
        assert!(SUFFIXES[at].0.len() >= 2 && SUFFIXES[at].0.len() <= LONGEST);
        numbers[at] = packed(SUFFIXES[at].0.as_bytes());
        let mut before = 0;
        while before < at {
            assert!(numbers[before] != numbers[at], "two of them have the same number");
            before += 1;
        }
        at += 1;
    }
    numbers
};

/// The last four bytes of a word as a number, which tells most words apart, whatever their case.
#[inline]
pub(super) const fn packed(word: &[u8]) -> u32 {
    let (bytes, case) = match *word {
        [.., a, b, c, d] => ([a, b, c, d], 0x2020_2020),
        [a, b, c] => ([0, a, b, c], 0x0020_2020),
        [a, b] => ([0, 0, a, b], 0x2020),
        [a] => ([0, 0, 0, a], 0x20),
        [] => ([0; 4], 0),
    };
    u32::from_be_bytes(bytes) | case
}

/// Whether the text starts with this, in any case.
fn starts(text: &str, with: &str) -> bool {
    text.as_bytes().get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
}

#[cfg(test)]
mod tests;
