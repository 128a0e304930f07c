//! Formats by their first bytes.

use kling_schema::{Format, MediaClass};

/// What the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    Jpeg,
    Png,
    /// A PNG as Xcode rewrites it for apps: the first chunk is foreign, the pixels lack their wrapper.
    CgbiPng,
    WebP,
    Gif,
    Bmp,
    Tiff,
    Heic,
    Avif,
    JpegXl,
    Jpeg2000,
    Icon,
    Photoshop,
    CameraRaw,
    Svg,
    Pdf,
    PostScript,
    Mp4,
    Mov,
    WebM,
    Matroska,
    Avi,
    Wmv,
    Flv,
    Gzip,
    Zip,
    Html,
    Xml,
    Json,
    /// What Git LFS leaves in a checkout in place of a file.
    LfsPointer,
    /// What macOS writes beside a file, as `._` and its name, on disks of others.
    AppleDouble,
    /// Some program took the bytes for text and wrote them anew.
    Garbled,
    /// Text in UTF-16, as a redirection in PowerShell writes it.
    Utf16,
    /// Text of no other kind.
    Text,
    /// Base64 text of an image: it was encoded twice.
    Base64Text,
    /// A `data:` URL that was encoded once more.
    DataUrl,
    /// An address, not what it points to.
    Url,
    Unknown,
}

/// Signatures at the very start; the first that fits decides.
const STARTS: &[(&[u8], Content)] = &[
    (b"\xff\xd8\xff", Content::Jpeg),
    (PNG, Content::Png),
    (b"GIF87a", Content::Gif),
    (b"GIF89a", Content::Gif),
    (b"II*\0\x10\0\0\0CR", Content::CameraRaw),
    (b"IIU\0", Content::CameraRaw),
    (b"IIRO", Content::CameraRaw),
    (b"IIRS", Content::CameraRaw),
    (b"MMOR", Content::CameraRaw),
    (b"FUJIFILMCCD-RAW", Content::CameraRaw),
    (b"II*\0", Content::Tiff),
    (b"MM\0*", Content::Tiff),
    (b"II+\0", Content::Tiff),
    (b"MM\0+", Content::Tiff),
    (b"\0\0\0\x0cJXL \r\n\x87\n", Content::JpegXl),
    (b"\xff\x0a", Content::JpegXl),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Content::Jpeg2000),
    (b"\xff\x4f\xff\x51", Content::Jpeg2000),
    (b"\0\0\x01\0", Content::Icon),
    (b"8BPS\0", Content::Photoshop),
    (b"%PDF-", Content::Pdf),
    (b"%!PS", Content::PostScript),
    (b"\xc5\xd0\xd3\xc6", Content::PostScript),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Content::Wmv),
    (b"FLV\x01", Content::Flv),
    (b"\x1f\x8b\x08", Content::Gzip),
    (b"PK\x03\x04", Content::Zip),
    (b"version https://git-lfs.github.com/spec/", Content::LfsPointer),
    (b"\0\x05\x16\x07", Content::AppleDouble),
    // As UTF-8 that was none: three bytes of a JPEG, or the one of a PNG, became U+FFFD each.
    (b"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", Content::Garbled),
    (b"\xef\xbf\xbdPNG\r\n", Content::Garbled),
    // As Latin-1, rewritten in UTF-8.
    (b"\xc3\xbf\xc3\x98\xc3\xbf", Content::Garbled),
    (b"\xc2\x89PNG\r\n", Content::Garbled),
    // With other line ends.
    (b"\x89PNG\n", Content::Garbled),
    (b"\x89PNG\r\r", Content::Garbled),
    (b"/9j/", Content::Base64Text),
    (b"iVBORw0KGgo", Content::Base64Text),
    (b"UklGR", Content::Base64Text),
    (b"R0lGOD", Content::Base64Text),
    (b"data:", Content::DataUrl),
    (b"http://", Content::Url),
    (b"https://", Content::Url),
];

/// The signature of a PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Fewer bytes than this are not called text, since any few bytes may happen to be letters.
const SHORTEST_TEXT: usize = 12;

impl Content {
    /// What bytes that start so are.
    pub(crate) fn of(start: &[u8]) -> Content {
        if let Some((_, content)) = STARTS.iter().find(|(bytes, _)| start.starts_with(bytes)) {
            return *content;
        }
        if start.starts_with(b"\x89PNG") && PNG.starts_with(start) {
            return Content::Png;
        }
        match (start.get(..4), start.get(8..12)) {
            (Some(b"RIFF"), Some(b"WEBP")) => return Content::WebP,
            (Some(b"RIFF"), Some(b"AVI ")) => return Content::Avi,
            (Some(b"\x1a\x45\xdf\xa3"), _) => return matroska(start),
            _ => {}
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
            // Words of English too, but for the zero in front.
            Some(b"free" | b"skip") if start[0] == 0 => return Content::Mov,
            _ => {}
        }
        text(start)
    }

    /// The name of what Base64 holds, in a sentence: "`image` is WebP".
    pub(crate) fn name(self) -> &'static str {
        match self {
            Content::Jpeg => Format::Jpeg.name(),
            Content::Png => Format::Png.name(),
            Content::CgbiPng => "a CgBI PNG, which only Apple's tools read",
            Content::WebP => "WebP",
            Content::Gif => "GIF",
            Content::Bmp => "BMP",
            Content::Tiff => "TIFF",
            Content::Heic => "HEIC",
            Content::Avif => "AVIF",
            Content::JpegXl => "JPEG XL",
            Content::Jpeg2000 => "JPEG 2000",
            Content::Icon => "a Windows icon",
            Content::Photoshop => "a Photoshop document",
            Content::CameraRaw => "a camera's raw file",
            Content::Svg => "SVG",
            Content::Pdf => "PDF",
            Content::PostScript => "PostScript",
            Content::Mp4 => Format::Mp4.name(),
            Content::Mov => Format::Mov.name(),
            Content::WebM => "WebM",
            Content::Matroska => "Matroska (MKV)",
            Content::Avi => "AVI",
            Content::Wmv => "Windows Media (WMV)",
            Content::Flv => "Flash video (FLV)",
            Content::Gzip => "a gzip archive",
            Content::Zip => "a ZIP archive",
            Content::Html => "an HTML page",
            Content::Xml => "Base64 of XML",
            Content::Json => "Base64 of JSON",
            Content::LfsPointer => "a Git LFS pointer",
            Content::AppleDouble => "macOS metadata (a `._` file)",
            Content::Garbled => "a file that some program damaged by taking it for text",
            Content::Utf16 => "Base64 of text in UTF-16",
            Content::Text => "Base64 of plain text",
            Content::Base64Text => "Base64 of Base64",
            Content::DataUrl => "Base64 of a `data:` URL",
            Content::Url => "Base64 of a URL",
            Content::Unknown => "data of no known format",
        }
    }

    /// The name of what a file holds.
    pub(crate) fn name_in_file(self) -> &'static str {
        match self {
            Content::Base64Text => "Base64 text",
            Content::DataUrl => "a `data:` URL",
            Content::Url => "the text of a URL",
            Content::Xml => "XML",
            Content::Json => "JSON",
            Content::Utf16 => "text in UTF-16",
            Content::Text => "plain text",
            _ => self.name(),
        }
    }

    /// Whether a name that promises that format does not mislead: MP4 and MOV are one family, and
    /// their suffixes are used for each other.
    pub(crate) fn keeps(self, promised: Content) -> bool {
        self == promised
            || matches!(
                (promised, self),
                (Content::Png, Content::CgbiPng)
                    | (Content::Mp4, Content::Mov)
                    | (Content::Mov, Content::Mp4)
                    | (Content::WebM, Content::Matroska)
                    | (Content::Matroska, Content::WebM)
            )
    }

    /// Whether it is an image or a video, if it is either.
    pub(crate) fn class(self) -> Option<MediaClass> {
        match self {
            Content::Jpeg
            | Content::Png
            | Content::CgbiPng
            | Content::WebP
            | Content::Gif
            | Content::Bmp
            | Content::Tiff
            | Content::Heic
            | Content::Avif
            | Content::JpegXl
            | Content::Jpeg2000
            | Content::Icon
            | Content::Photoshop
            | Content::CameraRaw
            | Content::Svg => Some(MediaClass::Image),
            Content::Mp4
            | Content::Mov
            | Content::WebM
            | Content::Matroska
            | Content::Avi
            | Content::Wmv
            | Content::Flv => Some(MediaClass::Video),
            _ => None,
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
    } else if start.get(8..12) == Some(b"crx ") {
        Content::CameraRaw
    } else if start.get(8..12) == Some(b"qt  ") {
        Content::Mov
    } else {
        Content::Mp4
    }
}

/// Matroska, or the part of it that browsers play: the document type of the EBML header tells.
fn matroska(start: &[u8]) -> Content {
    const DOC_TYPE: &[u8] = b"\x42\x82\x84webm";
    if start.windows(DOC_TYPE.len()).any(|it| it == DOC_TYPE) {
        Content::WebM
    } else {
        Content::Matroska
    }
}

/// Text formats, behind a byte order mark and white space.
fn text(start: &[u8]) -> Content {
    if let [0xff, 0xfe, 1..=0xff, 0, ..] | [0xfe, 0xff, 0, 1..=0xff, ..] = start {
        return Content::Utf16;
    }
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match text.first() {
        Some(b'<') => match markup(text) {
            Content::Unknown => plain(start),
            markup => markup,
        },
        Some(b'{' | b'[') if plain(start) == Content::Text && is_json(text) => Content::Json,
        _ => plain(start),
    }
}

/// Whether text that starts with a bracket goes on as an object, or a list of them, does.
fn is_json(text: &[u8]) -> bool {
    let inside = text[1..].trim_ascii_start();
    match (text[0], inside.first()) {
        (b'{', Some(b'"')) => true,
        (b'[', Some(b'{')) => inside[1..].trim_ascii_start().starts_with(b"\""),
        _ => false,
    }
}

/// Plain text, if these bytes are certainly text.
fn plain(start: &[u8]) -> Content {
    // A character may be cut at the end.
    let is_utf8 = std::str::from_utf8(start).map_or_else(|it| it.error_len().is_none(), |_| true);
    let is_printed = |byte: &u8| !byte.is_ascii_control() || byte.is_ascii_whitespace();
    if start.len() >= SHORTEST_TEXT && is_utf8 && start.iter().all(is_printed) {
        Content::Text
    } else {
        Content::Unknown
    }
}

/// Markup: the first tag decides, behind declarations and comments.
fn markup(text: &[u8]) -> Content {
    let is_xml = opens(text, b"<?xml");
    let mut rest = text;
    loop {
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?") {
            b"?>"
        } else {
            break;
        };
        // A comment that is cut hides the tag.
        let Some(at) = rest.windows(end.len()).position(|it| it == end) else {
            rest = &[];
            break;
        };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    if opens(rest, b"<svg") || opens(rest, b"<!doctype svg") {
        Content::Svg
    } else if ["<html", "<!doctype html", "<head", "<body", "<title"]
        .iter()
        .any(|tag| opens(rest, tag.as_bytes()))
    {
        Content::Html
    } else if is_xml {
        Content::Xml
    } else {
        Content::Unknown
    }
}

/// Whether the text starts with this tag, in any case.
fn opens(text: &[u8], tag: &[u8]) -> bool {
    text.get(..tag.len()).is_some_and(|it| it.eq_ignore_ascii_case(tag))
        && !text.get(tag.len()).is_some_and(u8::is_ascii_alphanumeric)
}
