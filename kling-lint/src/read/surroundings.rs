//! What stands before and after the document.

use kling_schema::rules::{document, not_json as rules};

use super::blank::first_char;
use super::faults::{offsets, quoted};
use super::parse::Parser;
use crate::fix::DraftFix;
use crate::load::TooLarge;

/// How far a JSON object is looked for behind other text.
const PREFIX: usize = 512;
/// Text this short that is one word may be a literal gone wrong.
const WORD: usize = 32;
/// Text this short after the document is removed without asking.
const REMNANT: usize = 8;

/// The beginnings of files that are mistaken for requests.
const MAGIC: [(&[u8], &str); 10] = [
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"RIFF", "a media file"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"),
    (b"<", "markup (XML or HTML)"),
    (b"curl ", "a shell command"),
    (b"---", "YAML"),
];
/// The first so many of them are no text.
const BINARY: usize = 7;

impl Parser<'_, '_> {
    /// Goes to where the document begins. False when there is none.
    pub(super) fn begins(&mut self) -> bool {
        if let Some(TooLarge { what, limit }) = self.loaded.too_large() {
            self.faults.error(&document::TOO_LARGE, 0..0, |draft| {
                draft.with("what", what).with("limit", limit)
            });
            return false;
        }
        let encoding = foreign_encoding(self.text).filter(|_| !is_container(self.text));
        if let Some(name) = encoding {
            let end = self.text.len().min(4);
            self.faults.error(&rules::WRONG_ENCODING, 0..end, |draft| draft.with("found", name));
            return false;
        }
        if self.text.starts_with("\u{feff}".as_bytes()) {
            self.pos = 3;
            self.faults.error(&rules::BYTE_ORDER_MARK, 0..3, |draft| {
                draft.fixed_by(DraftFix::safe("remove the byte order mark", offsets(0..3), ""))
            });
        }
        let start = self.pos;
        self.skip_blank();
        let Some(byte) = self.peek() else {
            let found = match self.pos > start {
                true if self.faults.any() => Some("it holds no value"),
                true => Some("it holds only white space"),
                false => None,
            };
            self.faults
                .error(&rules::EMPTY_INPUT, start..start, |draft| draft.with_some("found", found));
            return false;
        };
        match byte {
            b'{' | b'[' | b'"' => true,
            _ if self.is_value() => true,
            _ => self.text_before(),
        }
    }

    /// Whether a value stands here that is no object, array or string, perhaps misspelt.
    fn is_value(&self) -> bool {
        let rest = self.rest().trim_ascii_end();
        let first = rest.first().copied().unwrap_or_default();
        if b"-0123456789'".contains(&first) || super::quotes::curly(rest).is_some() {
            return true;
        }
        let word = rest.len() <= WORD && !rest.contains(&b' ') && !rest.contains(&b'{');
        let literal = [&b"true"[..], b"false", b"null"].iter().any(|word| {
            rest.starts_with(word)
                && rest.get(word.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
        });
        literal || word && (first.is_ascii_alphanumeric() || first == b'+' || first == b'.')
    }

    /// Other text comes first: the object behind it is found, if it is near.
    fn text_before(&mut self) -> bool {
        let start = self.pos;
        let rest = self.rest();
        let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        // What looks like an object in what is no text is none.
        let near = if is_binary(self.text) { &[] } else { &rest[..rest.len().min(PREFIX)] };
        let object =
            near.iter().enumerate().find(|&(at, &byte)| byte == b'{' && is_object(&rest[at..]));
        if let Some((at, _)) = object {
            let prefix = rest[..at].trim_ascii_end();
            let span = start..start + prefix.len();
            let shown = memchr::memchr2(b'\n', b'\r', prefix).unwrap_or(prefix.len());
            let found = quoted(&prefix[..shown]);
            let fence = prefix.starts_with(b"```");
            self.pos = start + at;
            let gone = start..self.pos;
            self.faults.error(&rules::TEXT_BEFORE, span, |draft| {
                let fix = DraftFix::safe("remove it", offsets(gone), "");
                let fix = if fence { fix } else { fix.unsafe_() };
                draft.with("found", found).fixed_by(fix)
            });
            return true;
        }
        let span = start..start + rest[..line].trim_ascii_end().len().max(1);
        let kind = MAGIC.iter().find(|(magic, _)| rest.starts_with(magic)).map(|(_, name)| *name);
        let kind = kind.or_else(|| is_container(rest).then_some("a media file"));
        let kind = kind.or_else(|| is_yaml(&rest[..line]).then_some("YAML"));
        let found = kind.map_or_else(|| quoted(&rest[..line.min(PREFIX)]), str::to_owned);
        self.faults.error(&rules::NOT_JSON, span, |draft| {
            draft.with("found", found).with("advice", "a request is one JSON object: `{ … }`")
        });
        false
    }

    /// Reads what stands after the document.
    pub(super) fn ends(&mut self) {
        self.skip_blank();
        let mut closers = 0;
        while let Some(byte @ (b'}' | b']')) = self.peek() {
            self.pos += 1;
            if closers == 0 {
                self.report_extra(byte, true);
            }
            closers += 1;
            self.skip_blank();
        }
        let Some(byte) = self.peek() else { return };
        let start = self.pos;
        let rest = self.rest();
        let next = rest[1..].trim_ascii_start().first().copied();
        let begins = |byte: Option<u8>| matches!(byte, Some(b'{' | b'[' | b'"'));
        if begins(Some(byte)) || byte == b',' && begins(next) {
            self.faults.error(&rules::SECOND_DOCUMENT, start..start + 1, |draft| draft);
            return;
        }
        let line = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let shown = rest[..line].trim_ascii_end();
        let found = quoted(shown);
        let all = rest.trim_ascii_end().len();
        let span = start..start + shown.len().max(1);
        self.faults.error(&rules::TEXT_AFTER, span, |draft| {
            let fix = DraftFix::safe("remove it", offsets(start..start + all), "");
            let fix = if all <= REMNANT { fix } else { fix.unsafe_() };
            draft.with("found", found).fixed_by(fix)
        });
    }
}

/// Whether a file that begins so has no lines: it is no text, or in another encoding.
pub(crate) fn is_binary(text: &[u8]) -> bool {
    foreign_encoding(text).is_some()
        || MAGIC[..BINARY].iter().any(|(begin, _)| text.starts_with(begin))
}

/// UTF-16 and UTF-32, by their marks or by their zero bytes.
fn foreign_encoding(text: &[u8]) -> Option<&'static str> {
    match text {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        [0, 0, 0, ascii, ..] | [ascii, 0, 0, 0, ..] if *ascii > 0 => Some("UTF-32"),
        [0, ascii, ..] | [ascii, 0, ..] if (1..0x80).contains(ascii) => Some("UTF-16"),
        _ => None,
    }
}

/// Whether this is the container of MP4, MOV and HEIC, which begins like UTF-32.
fn is_container(text: &[u8]) -> bool {
    text.get(4..8) == Some(b"ftyp")
}

/// Whether a brace opens a JSON object rather than something in prose.
fn is_object(text: &[u8]) -> bool {
    let rest = text[1..].trim_ascii_start();
    matches!(rest.first(), Some(b'"' | b'\'' | b'}')) || super::quotes::curly(rest).is_some()
}

/// `key: value`.
fn is_yaml(line: &[u8]) -> bool {
    let key =
        line.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    key > 0
        && line.get(key) == Some(&b':')
        && matches!(line.get(key + 1), None | Some(b' '))
        && first_char(line).is_some_and(char::is_alphabetic)
}
