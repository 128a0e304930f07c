//! The body for people: long Base64 is named, not shown.

use std::io::{self, Read, Write};

use base64_simd::STANDARD;
use kling_lint::printable;
use sha2::{Digest as _, Sha256};

use super::BLOCK;
use crate::hex::hex;

/// Base64 of fewer characters is shown.
const LONGEST_SHOWN: u64 = 200;
/// Characters of Base64 decoded at once: a multiple of four.
const DECODED: usize = 16 << 10;
/// Bytes of a hash that are shown: enough to tell files apart.
const HASH: usize = 8;

/// Which strings of a body are long Base64, and of what. Whether a string is shows at its end only, so
/// the body is read twice rather than kept.
#[derive(Debug, Default)]
pub(super) struct Elisions {
    found: Vec<Elision>,
}

#[derive(Clone, Copy, Debug)]
struct Elision {
    /// Which string of the body, from 0.
    string: u64,
    /// How many bytes it is the Base64 of.
    len: u64,
    hash: [u8; HASH],
}

impl Elisions {
    /// Reads the body to its end.
    pub(super) fn find(body: impl Read) -> io::Result<Self> {
        let mut finder = Finder::default();
        Walk::default().run(body, &mut finder)?;
        Ok(Elisions { found: finder.found })
    }

    /// Writes the body, with a line end behind it.
    pub(super) fn write(&self, body: impl Read, out: &mut dyn Write) -> io::Result<()> {
        let mut shower =
            Shower { out, left: &self.found, string: 0, hidden: false, text: Text::default() };
        Walk::default().run(body, &mut shower)?;
        shower.text.finish(shower.out)
    }
}

/// Takes the parts of a body.
trait Parts {
    fn outside(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn opens(&mut self) -> io::Result<()>;
    /// A part of the string as it is written, with its escapes.
    fn content(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn closes(&mut self) -> io::Result<()>;
}

/// Tells what is in a string from what is not.
#[derive(Debug, Default)]
struct Walk {
    inside: bool,
    escaped: bool,
}

impl Walk {
    fn run(&mut self, mut body: impl Read, parts: &mut impl Parts) -> io::Result<()> {
        let mut block = vec![0; BLOCK];
        loop {
            match body.read(&mut block) {
                Ok(0) => return Ok(()),
                Ok(len) => self.push(&block[..len], parts)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn push(&mut self, mut rest: &[u8], parts: &mut impl Parts) -> io::Result<()> {
        while !rest.is_empty() {
            let quote = if self.inside {
                self.closing(rest)
            } else {
                rest.iter().position(|it| *it == b'"')
            };
            let (part, behind) = rest.split_at(quote.unwrap_or(rest.len()));
            if self.inside {
                parts.content(part)?;
            } else {
                parts.outside(part)?;
            }
            rest = behind;
            if quote.is_some() {
                rest = &rest[1..];
                self.inside = !self.inside;
                if self.inside { parts.opens()? } else { parts.closes()? }
            }
        }
        Ok(())
    }

    /// Where the string ends.
    fn closing(&mut self, bytes: &[u8]) -> Option<usize> {
        bytes.iter().position(|byte| {
            let escaped = std::mem::take(&mut self.escaped);
            self.escaped = !escaped && *byte == b'\\';
            !escaped && *byte == b'"'
        })
    }
}

/// Finds long Base64.
#[derive(Debug, Default)]
struct Finder {
    found: Vec<Elision>,
    string: u64,
    base64: Base64,
}

impl Parts for Finder {
    fn outside(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn opens(&mut self) -> io::Result<()> {
        self.base64 = Base64::default();
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.base64.push(bytes);
        Ok(())
    }

    fn closes(&mut self) -> io::Result<()> {
        if let Some((len, hash)) = std::mem::take(&mut self.base64).finish() {
            self.found.push(Elision { string: self.string, len, hash });
        }
        self.string += 1;
        Ok(())
    }
}

/// A string as Base64, decoded as it goes past.
#[derive(Debug, Default)]
struct Base64 {
    characters: u64,
    pending: Vec<u8>,
    /// A backslash came, which may escape a slash.
    backslash: bool,
    /// Padding came: nothing may follow.
    padded: bool,
    broken: bool,
    len: u64,
    sha256: Sha256,
}

impl Base64 {
    fn push(&mut self, mut bytes: &[u8]) {
        while !self.broken && !bytes.is_empty() {
            if std::mem::take(&mut self.backslash) {
                self.broken = bytes[0] != b'/';
            }
            let stop = bytes.iter().position(|it| *it == b'\\');
            let room = DECODED - self.pending.len();
            let count = stop.unwrap_or(bytes.len()).min(room);
            self.pending.extend_from_slice(&bytes[..count]);
            self.characters += count as u64;
            bytes = &bytes[count..];
            if self.pending.len() == DECODED {
                self.decode();
            }
            if stop == Some(count) {
                self.backslash = true;
                bytes = &bytes[1..];
            }
        }
    }

    fn decode(&mut self) {
        self.broken |= self.padded;
        self.padded = self.pending.last() == Some(&b'=');
        match STANDARD.decode_inplace(&mut self.pending) {
            Ok(bytes) => {
                self.len += bytes.len() as u64;
                self.sha256.update(bytes);
            }
            Err(_) => self.broken = true,
        }
        self.pending.clear();
    }

    /// What it is the Base64 of, if it is long.
    fn finish(mut self) -> Option<(u64, [u8; HASH])> {
        if !self.pending.is_empty() {
            self.decode();
        }
        if self.broken || self.backslash || self.characters <= LONGEST_SHOWN {
            return None;
        }
        Some((self.len, *self.sha256.finalize().first_chunk()?))
    }
}

/// Writes what is not left out.
struct Shower<'s> {
    out: &'s mut dyn Write,
    left: &'s [Elision],
    string: u64,
    hidden: bool,
    text: Text,
}

impl Parts for Shower<'_> {
    fn outside(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.write(bytes, false, self.out)
    }

    fn opens(&mut self) -> io::Result<()> {
        self.text.write(b"\"", false, self.out)?;
        if let [Elision { string, len, hash }, rest @ ..] = self.left
            && *string == self.string
        {
            let (len, hash) = (printable::grouped(*len), hex(hash));
            write!(self.out, "<Base64 of {len} bytes, sha256 {hash}…>")?;
            (self.left, self.hidden) = (rest, true);
        }
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.hidden { Ok(()) } else { self.text.write(bytes, true, self.out) }
    }

    fn closes(&mut self) -> io::Result<()> {
        self.string += 1;
        self.hidden = false;
        self.text.write(b"\"", false, self.out)
    }
}

/// Text in which nothing moves a cursor, reorders a line or commands the machine that shows it; what
/// would is escaped as JSON does it.
#[derive(Debug, Default)]
struct Text {
    /// The beginning of a character whose end has not come yet.
    carry: Vec<u8>,
    /// The last byte was a line end.
    ended: bool,
    /// How many `#` of a command's beginning were just written: two, perhaps with its name.
    hashes: u8,
}

impl Text {
    fn write(&mut self, bytes: &[u8], in_string: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some(last) = bytes.last() else { return Ok(()) };
        self.ended = *last == b'\n';
        let plain = |byte: &u8| (b' '..0x7f).contains(byte) && *byte != b'#';
        if self.carry.is_empty() && self.hashes == 0 && bytes.iter().all(plain) {
            return out.write_all(bytes);
        }
        let joined;
        let bytes = if self.carry.is_empty() {
            bytes
        } else {
            joined = [&self.carry, bytes].concat();
            self.carry.clear();
            &joined
        };
        let mut text = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for character in chunk.valid().chars() {
                let commands = self.commands(character);
                push(&mut text, character, in_string, commands);
            }
            let invalid = chunk.invalid();
            let is_begun =
                || std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if chunks.peek().is_none() && !invalid.is_empty() && is_begun() {
                self.carry = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        out.write_all(text.as_bytes())
    }

    /// Whether this is the bracket of `##[error]`, `##vso[…]` and the like.
    fn commands(&mut self, character: char) -> bool {
        let before = std::mem::take(&mut self.hashes);
        match character {
            '#' => self.hashes = (before + 1).min(2),
            'a'..='z' | 'A'..='Z' if before == 2 => self.hashes = before,
            _ => return character == '[' && before == 2,
        }
        false
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.carry.is_empty() {
            out.write_all("\u{fffd}".as_bytes())?;
        }
        if self.ended { Ok(()) } else { out.write_all(b"\n") }
    }
}

fn push(text: &mut String, character: char, in_string: bool, commands: bool) {
    match character {
        '\n' | '\t' if !in_string => text.push(character),
        // Before a line feed it shows nothing, elsewhere it would overwrite the line.
        '\r' if !in_string => {}
        _ if printable::is_safe(character) && !(in_string && commands) => text.push(character),
        _ => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
