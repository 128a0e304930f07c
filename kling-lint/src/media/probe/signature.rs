//! Formats by their first bytes.

use kling_schema::{Format, MediaClass};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Jpeg,
    Png,
    WebP,
    Gif,
    Bmp,
    Tiff,
    Heic,
    Avif,
    JpegXl,
    Jpeg2000,
    Icon,
    Svg,
    Html,
    Pdf,
    Mp4,
    Mov,
    WebM,
    Mkv,
    Avi,
    Psd,
    /// Base64 text of an image: it was encoded twice.
    Base64Text,
    /// A `data:` URL that was encoded once more.
    DataUrl,
    /// An address, not what it points to.
    Url,
    Unknown,
}

/// Signatures at the very start.
const STARTS: &[(&[u8], Content)] = &[
    (b"\xff\xd8\xff", Content::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Content::Png),
    (b"GIF87a", Content::Gif),
    (b"GIF89a", Content::Gif),
    (b"II*\0", Content::Tiff),
    (b"MM\0*", Content::Tiff),
    (b"II+\0", Content::Tiff),
    (b"MM\0+", Content::Tiff),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Content::JpegXl),
    (b"\xff\x0a", Content::JpegXl),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Content::Jpeg2000),
    (b"\0\0\x01\0", Content::Icon),
    (b"%PDF-", Content::Pdf),
    (b"\x1a\x45\xdf\xa3", Content::WebM),
    (b"/9j/", Content::Base64Text),
    (b"iVBORw0KGgo", Content::Base64Text),
    (b"UklGR", Content::Base64Text),
    (b"R0lGOD", Content::Base64Text),
    (b"data:", Content::DataUrl),
    (b"http://", Content::Url),
    (b"https://", Content::Url),
];

impl Content {
    /// What bytes that start so are.
    pub(crate) fn of(start: &[u8]) -> Content {
        if let Some((_, content)) = STARTS.iter().find(|(bytes, _)| start.starts_with(bytes)) {
            return *content;
        }
        if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
            return Content::WebP;
        }
        // Two letters are little: the reserved field must be zero and the inner header's size known.
        if start.starts_with(b"BM")
            && start.get(6..10) == Some(&[0; 4])
            && matches!(start.get(14..18), Some([12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
        {
            return Content::Bmp;
        }
        match start.get(4..8) {
            Some(b"ftyp") => return brand(start),
            Some(b"moov" | b"mdat" | b"wide" | b"pnot") => return Content::Mov,
            _ => {}
        }
        markup(start)
    }

    /// The name in a sentence: "`image` is WebP".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Content::Jpeg => Format::Jpeg.name(),
            Content::Png => Format::Png.name(),
            Content::WebP => "WebP",
            Content::Gif => "GIF",
            Content::Bmp => "BMP",
            Content::Tiff => "TIFF",
            Content::Heic => "HEIC",
            Content::Avif => "AVIF",
            Content::JpegXl => "JPEG XL",
            Content::Jpeg2000 => "JPEG 2000",
            Content::Icon => "a Windows icon",
            Content::Svg => "SVG",
            Content::Html => "an HTML page",
            Content::Pdf => "PDF",
            Content::Mp4 => Format::Mp4.name(),
            Content::Mov => Format::Mov.name(),
            Content::WebM => "WebM",
            Content::Mkv => "Matroska",
            Content::Avi => "AVI",
            Content::Psd => "a Photoshop file",
            Content::Base64Text => "Base64 of Base64",
            Content::DataUrl => "Base64 of a `data:` URL",
            Content::Url => "Base64 of a URL",
            Content::Unknown => "data of no known format",
        }
    }

    /// Whether it is of the family of MPEG-4 and QuickTime, whose suffixes are used for each other.
    pub(crate) fn is_movie(self) -> bool {
        matches!(self, Content::Mp4 | Content::Mov)
    }

    /// Whether it is an image or a video, if it is either.
    pub(crate) fn class(self) -> Option<MediaClass> {
        match self {
            Content::Jpeg
            | Content::Png
            | Content::WebP
            | Content::Gif
            | Content::Bmp
            | Content::Tiff
            | Content::Heic
            | Content::Avif
            | Content::JpegXl
            | Content::Jpeg2000
            | Content::Icon
            | Content::Svg
            | Content::Psd => Some(MediaClass::Image),
            Content::Mp4 | Content::Mov | Content::WebM | Content::Mkv | Content::Avi => {
                Some(MediaClass::Video)
            }
            Content::Html
            | Content::Pdf
            | Content::Base64Text
            | Content::DataUrl
            | Content::Url
            | Content::Unknown => None,
        }
    }

    /// The format, when the table has a word for it.
    pub(crate) fn format(self) -> Option<Format> {
        match self {
            Content::Jpeg => Some(Format::Jpeg),
            Content::Png => Some(Format::Png),
            Content::Mp4 => Some(Format::Mp4),
            Content::Mov => Some(Format::Mov),
            _ => None,
        }
    }
}

/// Formats of the ISO base media family, by the brands of the file type box.
fn brand(start: &[u8]) -> Content {
    let length = start.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let end = usize::try_from(length).unwrap_or(usize::MAX).min(start.len());
    // The major brand, its version, then the compatible brands.
    let brands = start.get(8..end.max(12)).unwrap_or_default().chunks_exact(4);
    let has = |wanted: &[&[u8]]| {
        brands.clone().enumerate().any(|(index, brand)| index != 1 && wanted.contains(&brand))
    };
    if has(&[b"avif", b"avis"]) {
        Content::Avif
    } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        Content::Heic
    } else if start.get(8..12) == Some(b"qt  ") {
        Content::Mov
    } else {
        Content::Mp4
    }
}

/// Text formats: the first tag decides, behind a byte order mark, declarations and comments.
fn markup(start: &[u8]) -> Content {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins =
        |word: &[u8]| text.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    let holds = |word: &[u8]| text.windows(word.len()).any(|it| it.eq_ignore_ascii_case(word));
    if !text.starts_with(b"<") {
        Content::Unknown
    } else if begins(b"<!doctype html") || begins(b"<html") {
        Content::Html
    } else if holds(b"<svg") || begins(b"<!doctype svg") {
        Content::Svg
    } else if holds(b"<html") {
        Content::Html
    } else {
        Content::Unknown
    }
}
