//! What a media file says about itself in its first bytes: its format and its size in pixels.
//!
//! The probe is fed bytes from the start, in pieces of any length, and stops as soon as it knows.
//! It knows nothing of Base64, files or requests, keeps at most [`WINDOW`] bytes, looks at each byte
//! at most twice, and gives up on a header that stands on absurdly many pages. What it says depends on the
//! bytes alone: nobody has to have them all, and there is no second opinion.

mod exif;
mod jpeg;
mod parts;
mod png;
mod signature;

#[cfg(test)]
pub(super) use parts::MOST_PAGES;
pub(crate) use signature::Content;

use jpeg::Jpeg;
use png::Png;

/// How many bytes are kept to recognise a format: enough for the comments in front of an SVG.
const WINDOW: usize = 512;

/// What the first bytes told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// What the bytes are.
    pub(crate) content: Content,
    /// The size as stored, or why it cannot be told.
    pub(crate) size: Result<PixelSize, Unsure>,
    /// Whether the picture is shown turned by a quarter (EXIF orientation 5 to 8), so that width
    /// and height change places.
    pub(crate) turned: bool,
    /// Whether it is a PNG of more than one frame.
    pub(crate) animated: bool,
}

impl Header {
    fn new(content: Content, size: Result<PixelSize, Unsure>) -> Self {
        Header { content, size, turned: false, animated: false }
    }
}

/// Width and height as stored; neither is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PixelSize {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl PixelSize {
    /// A size, unless a side is zero.
    pub(crate) fn new(width: u32, height: u32) -> Result<Self, Unsure> {
        if width == 0 || height == 0 {
            return Err(Unsure::Zero);
        }
        Ok(PixelSize { width, height })
    }
}

/// Why a size cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsure {
    /// The bytes end before the size.
    Truncated,
    /// The header contradicts its own format.
    Damaged,
    /// The header gives a side of zero.
    Zero,
    /// The size of this format is not read.
    NotRead,
    /// So much comes before the size that it was not looked for any further.
    TooFar,
}

/// Reads a header from bytes that arrive in pieces.
#[derive(Clone, Debug)]
pub(crate) struct HeaderProbe {
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// Collecting the first bytes: these have arrived.
    Window(Vec<u8>),
    /// On the way to a JPEG's frame header.
    Jpeg(Jpeg),
    /// On the way to a PNG's pixels.
    Png(Png),
    Done(Header),
}

/// Whether a probe wants more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It will not look at the next so many bytes: they may be pushed, or announced by
    /// [`HeaderProbe::skip`].
    More { idle: u64 },
    /// It has seen enough.
    Done,
}

impl HeaderProbe {
    pub(crate) fn new() -> Self {
        HeaderProbe { state: State::Window(Vec::new()) }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Progress {
        let mut rest = bytes;
        if let State::Window(window) = &mut self.state {
            let (more, behind) = rest.split_at(rest.len().min(WINDOW - window.len()));
            rest = behind;
            if more.len() == WINDOW {
                self.state = recognise(more);
            } else {
                window.extend_from_slice(more);
                if window.len() == WINDOW {
                    self.state = recognise(&std::mem::take(window));
                }
            }
        }
        let header = match &mut self.state {
            State::Jpeg(jpeg) => jpeg.push(rest),
            State::Png(png) => png.push(rest),
            State::Window(_) | State::Done(_) => None,
        };
        if let Some(header) = header {
            self.state = State::Done(header);
        }
        self.progress()
    }

    /// Passes over bytes that [`Progress::More`] called idle, without looking at them.
    pub(crate) fn skip(&mut self, bytes: u64) {
        match &mut self.state {
            State::Jpeg(jpeg) => jpeg.skip(bytes),
            State::Png(png) => png.skip(bytes),
            State::Window(_) | State::Done(_) => {}
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        match &self.state {
            State::Window(_) => Progress::More { idle: 0 },
            State::Jpeg(jpeg) => Progress::More { idle: jpeg.idle() },
            State::Png(png) => Progress::More { idle: png.idle() },
            State::Done(_) => Progress::Done,
        }
    }

    /// What is known when there are no more bytes.
    pub(crate) fn finish(self) -> Header {
        self.end(Unsure::Truncated)
    }

    /// What is known when no more bytes are to be read.
    pub(crate) fn give_up(self) -> Header {
        self.end(Unsure::TooFar)
    }

    fn end(self, reason: Unsure) -> Header {
        let state = match self.state {
            State::Window(window) => recognise(&window),
            known => known,
        };
        match state {
            State::Jpeg(jpeg) => jpeg.end(reason),
            State::Png(png) => png.end(reason),
            State::Done(header) => header,
            State::Window(_) => Header::new(Content::Unknown, Err(reason)),
        }
    }
}

/// What the first bytes begin.
fn recognise(window: &[u8]) -> State {
    let content = Content::of(window);
    match content {
        Content::Jpeg => {
            let mut jpeg = Jpeg::new();
            match jpeg.push(window) {
                Some(header) => State::Done(header),
                None => State::Jpeg(jpeg),
            }
        }
        Content::Png => {
            let mut png = Png::new();
            match png.push(window) {
                Some(header) => State::Done(header),
                None => State::Png(png),
            }
        }
        _ => State::Done(Header::new(content, Err(Unsure::NotRead))),
    }
}

#[cfg(test)]
pub(super) mod tests;
