//! What is known about a media file once its headers were read, wherever the bytes came from.

use std::io::{self, Read, Seek};

use super::probe::{Header, PixelSize};

/// What is known about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileFacts {
    /// What its first bytes tell.
    pub(crate) header: Header,
    /// How many bytes it has.
    pub(crate) len: u64,
    /// Whether `len` is exact, not an estimate.
    pub(crate) exact: bool,
    /// What the movie header tells, if it is a video.
    pub(crate) video: Option<VideoFacts>,
    /// Why it does not decode, if that was tried and failed.
    pub(crate) undecodable: Option<Undecodable>,
}

impl FileFacts {
    /// Decodes a picture whole, if that is wanted. Only then its bytes are asked for; without the
    /// feature `decode` never.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn look<F: Read + Seek>(
        &mut self,
        decode: bool,
        bytes: impl FnOnce() -> Option<F>,
    ) -> io::Result<()> {
        #[cfg(feature = "decode")]
        if decode {
            super::decode::look(self, bytes)?;
        }
        #[cfg(not(feature = "decode"))]
        let _ = (bytes, decode);
        Ok(())
    }
}

/// Why a picture was not decoded to its end. The text is a clause that can follow a colon.
#[cfg_attr(not(any(feature = "decode", test)), expect(dead_code, reason = "nothing decodes"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undecodable {
    /// It is broken.
    Broken(&'static str),
    /// It may be sound: it would take too much memory, or is of a rare kind.
    Untold(&'static str),
}

/// What the movie header of a video tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VideoFacts {
    /// How long it plays, in seconds.
    pub(crate) seconds: Result<Fraction, Untold>,
    /// Frames per second, on average.
    pub(crate) rate: Result<Fraction, Untold>,
    /// The size it is shown at: rotation and pixel aspect ratio honoured.
    pub(crate) size: Result<PixelSize, Untold>,
}

impl VideoFacts {
    /// Nothing is told, for one reason.
    pub(crate) fn untold(reason: Untold) -> Self {
        VideoFacts { seconds: Err(reason), rate: Err(reason), size: Err(reason) }
    }
}

/// Why a video does not tell something. The text completes "cannot tell …: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Untold {
    /// The file is sound as far as it was read, but would have to be read whole, or can be understood
    /// in more than one way.
    Unsure(&'static str),
    /// The file is broken.
    Damaged(&'static str),
}

/// A number as the file gives it, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fraction {
    pub(crate) over: u64,
    /// Never zero.
    pub(crate) under: u64,
}

impl Fraction {
    /// A fraction, unless it divides by zero.
    pub(crate) fn new(over: u64, under: u64) -> Option<Self> {
        (under > 0).then_some(Fraction { over, under })
    }
}
