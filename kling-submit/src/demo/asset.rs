//! What is handed out for what was made, and the part of it that is asked for.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::hex::hex;

/// A file that is handed out.
#[derive(Debug)]
pub(super) struct Asset {
    pub(super) bytes: &'static [u8],
    pub(super) suffix: &'static str,
    pub(super) content_type: &'static str,
    /// How long it plays, in seconds as replies write them.
    pub(super) seconds: Option<&'static str>,
}

/// Five seconds of a test picture.
pub(super) static VIDEO: Asset = Asset {
    bytes: include_bytes!("assets/video.mp4"),
    suffix: "mp4",
    content_type: "video/mp4",
    seconds: Some("5.0"),
};

/// A test picture.
pub(super) static IMAGE: Asset = Asset {
    bytes: include_bytes!("assets/image.png"),
    suffix: "png",
    content_type: "image/png",
    seconds: None,
};

impl Asset {
    /// A strong entity tag.
    pub(super) fn etag(&self) -> String {
        format!("\"{}\"", hex(&Sha256::digest(self.bytes)[..16]))
    }
}

/// Which part of a file a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(Range<usize>),
    /// Bytes that it does not have.
    Beyond,
}

/// Reads a `Range` header. What is not one range of bytes asks for all of it, as RFC 9110 has it.
pub(super) fn part(range: Option<&str>, len: usize) -> Part {
    let Some(spec) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else { return Part::Whole };
    let number = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            // Too many digits are far beyond any end.
            Some(Some(digits.parse::<usize>().unwrap_or(usize::MAX)))
        }
        _ => None,
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(Some(first)), Some(last)) => {
            let end = last.map_or(len, |last| last.saturating_add(1).min(len));
            match (first < len, last.is_none_or(|last| first <= last)) {
                (_, false) => Part::Whole,
                (false, _) => Part::Beyond,
                (true, true) => Part::Bytes(first..end),
            }
        }
        (Some(None), Some(Some(0))) => Part::Beyond,
        (Some(None), Some(Some(tail))) => Part::Bytes(len.saturating_sub(tail)..len),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        for (range, expected) in [
            (None, Part::Whole),
            (Some("bytes=0-"), Part::Bytes(0..10)),
            (Some("bytes=3-"), Part::Bytes(3..10)),
            (Some("bytes=3-3"), Part::Bytes(3..4)),
            (Some("bytes=3-99999999999999999999999"), Part::Bytes(3..10)),
            (Some("bytes=-4"), Part::Bytes(6..10)),
            (Some("bytes=-40"), Part::Bytes(0..10)),
            (Some("bytes=10-"), Part::Beyond),
            (Some("bytes=99999999999999999999999-"), Part::Beyond),
            (Some("bytes=-0"), Part::Beyond),
            (Some("bytes=5-3"), Part::Whole),
            (Some("bytes=-"), Part::Whole),
            (Some("bytes=0-1,4-5"), Part::Whole),
            (Some("bytes=+1-2"), Part::Whole),
            (Some("lines=1-2"), Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range:?}");
        }
    }

    /// The committed files are what they say: an MP4 whose boxes end at its end, and a PNG.
    #[test]
    fn assets_are_whole() {
        let mut at = 0;
        let mut kinds = Vec::new();
        while at < VIDEO.bytes.len() {
            let head: [u8; 8] = VIDEO.bytes[at..at + 8].try_into().expect("a box's header");
            let [a, b, c, d, kind @ ..] = head;
            kinds.push(kind);
            at += u32::from_be_bytes([a, b, c, d]) as usize;
        }
        assert_eq!((at, kinds[0]), (VIDEO.bytes.len(), *b"ftyp"));
        assert!(kinds.contains(b"moov") && kinds.contains(b"mdat"));
        assert!(IMAGE.bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(IMAGE.bytes.ends_with(b"IEND\xaeB`\x82"));
    }
}
