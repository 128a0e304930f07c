//! The loader's two states: outside a string everything is kept, inside a long one hardly anything.

use std::borrow::Cow;
use std::io::{self, Read};

use super::{ALIGNED, Extent, Gap, Loaded, Scan, Sizes, TOO_LONG, TooLarge, fill, unaligned};
use crate::media::Base64Scan;

/// The first read: most requests end in it, and a fresh small buffer costs no page faults.
const FIRST: usize = 16 << 10;

pub(super) fn read(mut reader: impl Read, sizes: &Sizes) -> io::Result<Loaded<'static>> {
    let mut first = vec![0; sizes.block.min(FIRST)];
    let filled = fill(&mut reader, &mut first)?;
    let mut more = filled == first.len();
    first.truncate(filled);
    if !more && filled <= sizes.whole {
        return Ok(Loaded { text: Cow::Owned(first), gaps: Vec::new(), too_large: None });
    }
    let mut stream = Stream::new(sizes);
    stream.push(&first);
    let mut room = vec![0; sizes.block + ALIGNED];
    let start = unaligned(&room);
    let block = &mut room[start..start + sizes.block];
    let mut len = filled as u64;
    while more && !stream.is_full() && len <= sizes.longest {
        let filled = fill(&mut reader, block)?;
        more = filled == block.len();
        len += filled as u64;
        stream.push(&block[..filled]);
    }
    Ok(stream.finish(len > sizes.longest))
}

struct Stream<'a> {
    sizes: &'a Sizes,
    text: Vec<u8>,
    gaps: Vec<Gap>,
    state: State,
    /// The last byte was a backslash inside a string that escapes the next one.
    escaping: bool,
}

enum State {
    Outside,
    /// In a string that opened here; all of it is in the text.
    Inside(usize),
    /// In a string whose middle is being dropped.
    Long(Box<Long>),
}

/// A long string: the text holds its head, then (from `at`) the latest of what was read, which
/// becomes its tail.
struct Long {
    opens: usize,
    at: usize,
    dropped: Extent,
    scan: Scan,
    base64: Base64Scan,
}

impl<'a> Stream<'a> {
    fn new(sizes: &'a Sizes) -> Self {
        Stream { sizes, text: Vec::new(), gaps: Vec::new(), state: State::Outside, escaping: false }
    }

    fn is_full(&self) -> bool {
        self.text.len() > self.sizes.resident
    }

    fn push(&mut self, block: &[u8]) {
        let mut rest = block;
        while !rest.is_empty() && !self.is_full() {
            if matches!(self.state, State::Outside) {
                let quote = memchr::memchr(b'"', rest);
                let kept = quote.map_or(rest.len(), |at| at + 1);
                self.text.extend_from_slice(&rest[..kept]);
                rest = &rest[kept..];
                if quote.is_some() {
                    self.state = State::Inside(self.text.len() - 1);
                }
            } else {
                if !self.escaping
                    && let State::Long(long) = &mut self.state
                {
                    let sound = long.base64(rest, &mut self.text, self.sizes.tail);
                    rest = &rest[sound..];
                }
                let quote = self.closing_quote(rest);
                let content = quote.unwrap_or(rest.len());
                self.content(&rest[..content]);
                rest = &rest[content..];
                if quote.is_some() {
                    self.close(true);
                    self.text.push(b'"');
                    rest = &rest[1..];
                }
            }
        }
    }

    /// Where the string ends.
    fn closing_quote(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut pos = usize::from(std::mem::take(&mut self.escaping));
        while let Some(rest) = bytes.get(pos..) {
            // One escape often follows another.
            if rest.first() == Some(&b'\\') {
                pos += 2;
                continue;
            }
            let Some(at) = memchr::memchr2(b'"', b'\\', rest) else {
                break;
            };
            if rest[at] == b'"' {
                return Some(pos + at);
            }
            pos += at + 2;
        }
        self.escaping = pos > bytes.len();
        None
    }

    fn content(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Outside => {}
            State::Inside(opens) => {
                let opens = *opens;
                let kept = self.text.len() - opens - 1;
                if kept + bytes.len() <= self.sizes.whole {
                    self.text.extend_from_slice(bytes);
                    return;
                }
                // What is dropped at once takes no room first.
                let head = self.sizes.head.saturating_sub(kept).min(bytes.len());
                let (head, rest) = bytes.split_at(head);
                self.text.extend_from_slice(head);
                let mut long = Long::start(opens, &mut self.text, self.sizes);
                let sound = long.base64(rest, &mut self.text, self.sizes.tail);
                long.push(&rest[sound..], &mut self.text, self.sizes.tail);
                self.state = State::Long(Box::new(long));
            }
            State::Long(long) => long.push(bytes, &mut self.text, self.sizes.tail),
        }
    }

    fn close(&mut self, closed: bool) {
        if let State::Long(mut long) = std::mem::replace(&mut self.state, State::Outside) {
            if long.dropped.bytes == 0 {
                return;
            }
            let base64 = &mut long.base64;
            long.scan.finish(&mut |unescaped| base64.push(unescaped));
            self.gaps.push(Gap {
                opens: long.opens as u32,
                closes: self.text.len() as u32,
                closed,
                at: long.at as u32,
                dropped: long.dropped,
                facts: long.scan.into_facts(long.base64),
            });
        }
    }

    fn finish(mut self, is_too_long: bool) -> Loaded<'static> {
        self.close(false);
        let too_large = if self.is_full() {
            Some(TooLarge { what: "the text outside long strings", limit: self.sizes.limit })
        } else {
            is_too_long.then_some(TOO_LONG)
        };
        Loaded { text: Cow::Owned(self.text), gaps: self.gaps, too_large }
    }
}

impl Long {
    /// Cuts the string that opened here to its head.
    fn start(opens: usize, text: &mut Vec<u8>, sizes: &Sizes) -> Self {
        let content = text.split_off(opens + 1);
        let (head, rest) = content.split_at(sizes.head.min(content.len()));
        let (mut scan, mut base64) = (Scan::new(), Base64Scan::new());
        scan.push(head, &mut |unescaped| base64.push(unescaped));
        text.extend_from_slice(head);
        let at = text.len() - scan.carried().len();
        let mut long = Long { opens, at, dropped: Extent::default(), scan, base64 };
        long.push(rest, text, sizes.tail);
        long
    }

    /// Takes what is Base64 at the front; says how much. There is no quote, no escape and no line end
    /// in it, so that looking at it once is enough.
    fn base64(&mut self, bytes: &[u8], text: &mut Vec<u8>, tail: usize) -> usize {
        let Long { at, dropped, scan, base64, .. } = self;
        if !scan.carried().is_empty() {
            return 0;
        }
        scan.flush(&mut |unescaped| base64.push(unescaped));
        let sound = base64.take_sound(bytes, tail);
        if sound > 0 {
            scan.pass(sound);
            dropped.push(&text[*at..]);
            dropped.pass(sound - tail);
            text.truncate(*at);
            text.extend_from_slice(&bytes[sound - tail..sound]);
        }
        sound
    }

    /// The string goes on. What was read before is dropped once it is more than two tails, always
    /// up to where a character or escape begins.
    fn push(&mut self, bytes: &[u8], text: &mut Vec<u8>, tail: usize) {
        let Long { at, dropped, scan, base64, .. } = self;
        let mut out = |unescaped: &[u8]| base64.push(unescaped);
        let latest = text.len() - *at;
        if latest + bytes.len() <= 2 * tail {
            scan.push(bytes, &mut out);
            text.extend_from_slice(bytes);
            return;
        }
        let (gone, kept) = bytes.split_at(bytes.len().saturating_sub(tail));
        scan.push(gone, &mut out);
        let carry = scan.carried();
        let mut drop = latest + gone.len() - carry.len();
        let old = drop.min(latest);
        dropped.push(&text[*at..*at + old]);
        drop -= old;
        dropped.push(&gone[..drop]);
        text.truncate(*at);
        text.extend_from_slice(carry);
        text.extend_from_slice(kept);
        scan.push(kept, &mut out);
    }
}
