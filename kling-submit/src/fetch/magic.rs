//! What arrived, by its own bytes: its kind, and whether it is all there.

use std::io::{self, Read, Seek, SeekFrom};

/// A kind of asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mp4,
    QuickTime,
    WebM,
    Png,
    Jpeg,
    WebP,
    Gif,
    Avif,
    Mp3,
    Wav,
}

/// Something that is no asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAsset {
    /// What an error or a login page is written in.
    Text(&'static str),
    /// Nothing that is known.
    Unknown,
    /// Nothing at all.
    Empty,
}

/// Bytes that [`kind`] looks at.
pub(super) const HEAD: usize = 512;

/// The kind, by the first bytes.
pub(super) fn kind(head: &[u8]) -> Result<Kind, NoAsset> {
    let boxed = |kind: &[u8; 4], at: usize| head.get(at..at + 4) == Some(kind);
    if boxed(b"ftyp", 4) {
        return Ok(match head.get(8..12) {
            Some(b"qt  ") => Kind::QuickTime,
            Some(b"avif" | b"avis") => Kind::Avif,
            _ => Kind::Mp4,
        });
    }
    if head.starts_with(b"RIFF") {
        if boxed(b"WEBP", 8) {
            return Ok(Kind::WebP);
        }
        if boxed(b"WAVE", 8) {
            return Ok(Kind::Wav);
        }
    }
    let signatures: [(&[u8], Kind); 8] = [
        (b"\x89PNG\r\n\x1a\n", Kind::Png),
        (b"\xff\xd8\xff", Kind::Jpeg),
        (b"GIF87a", Kind::Gif),
        (b"GIF89a", Kind::Gif),
        (b"\x1a\x45\xdf\xa3", Kind::WebM),
        (b"ID3", Kind::Mp3),
        (b"\xff\xfb", Kind::Mp3),
        (b"\xff\xf3", Kind::Mp3),
    ];
    if let Some((_, kind)) = signatures.iter().find(|(it, _)| head.starts_with(it)) {
        return Ok(*kind);
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    Err(match text.first() {
        None if head.is_empty() => NoAsset::Empty,
        Some(b'<') if text.starts_with(b"<?xml") => NoAsset::Text("XML"),
        Some(b'<') => NoAsset::Text("HTML"),
        Some(b'{' | b'[') => NoAsset::Text("JSON"),
        _ if head.iter().all(|it| matches!(it, 9..=13 | 32..=126 | 128..)) => NoAsset::Text("text"),
        _ => NoAsset::Unknown,
    })
}

impl Kind {
    /// What its files end in.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Kind::Mp4 => "mp4",
            Kind::QuickTime => "mov",
            Kind::WebM => "webm",
            Kind::Png => "png",
            Kind::Jpeg => "jpg",
            Kind::WebP => "webp",
            Kind::Gif => "gif",
            Kind::Avif => "avif",
            Kind::Mp3 => "mp3",
            Kind::Wav => "wav",
        }
    }
}

/// Why a file of this kind is not all there, if that shows. `proven`: its length is the one that the
/// server said; then bytes behind its end are its own affair.
pub(super) fn missing(
    kind: Kind,
    file: &mut (impl Read + Seek),
    length: u64,
    proven: bool,
) -> io::Result<Option<&'static str>> {
    let mut tail = [0; 12];
    let start = length.saturating_sub(tail.len() as u64);
    file.seek(SeekFrom::Start(start))?;
    let tail = &mut tail[..(length - start) as usize];
    file.read_exact(tail)?;
    Ok(match kind {
        Kind::Mp4 | Kind::QuickTime | Kind::Avif => {
            return boxes(file, length, proven, kind != Kind::Avif);
        }
        Kind::WebP | Kind::Wav => {
            let mut size = [0; 4];
            file.seek(SeekFrom::Start(4))?;
            file.read_exact(&mut size)?;
            let end = 8 + u64::from(u32::from_le_bytes(size));
            // Writers of sound that do not know the length say the largest.
            let open = kind == Kind::Wav && end >= u64::from(u32::MAX);
            (end > length && !open).then_some("it ends inside of a chunk")
        }
        _ if proven => None,
        Kind::Png => (!tail.ends_with(b"IEND\xae\x42\x60\x82")).then_some("it has no end"),
        Kind::Jpeg => (!tail.ends_with(b"\xff\xd9")).then_some("it has no end"),
        Kind::Gif => (!tail.ends_with(b"\x3b")).then_some("it has no end"),
        // Their ends do not show.
        Kind::WebM | Kind::Mp3 => None,
    })
}

/// Walks the top-level boxes: they must end where the file ends, and a movie needs its header and its
/// data.
fn boxes(
    file: &mut (impl Read + Seek),
    length: u64,
    proven: bool,
    movie: bool,
) -> io::Result<Option<&'static str>> {
    let (mut header, mut data) = (!movie, !movie);
    let mut at = 0;
    // A fragmented movie has two boxes for each second or so.
    for _ in 0..1_000_000 {
        let complete = header && data;
        if at == length {
            return Ok((!complete).then_some("it has no movie header or no data"));
        }
        let left = length - at;
        if left < 8 {
            return Ok((!(proven && complete)).then_some("it ends inside of a box"));
        }
        file.seek(SeekFrom::Start(at))?;
        let mut start = [0; 8];
        file.read_exact(&mut start)?;
        let [a, b, c, d, kind @ ..] = start;
        let size = match u32::from_be_bytes([a, b, c, d]) {
            0 => left,
            1 if left < 16 => 0,
            1 => {
                let mut size = [0; 8];
                file.read_exact(&mut size)?;
                u64::from_be_bytes(size)
            }
            size => u64::from(size),
        };
        if size < 8 || size > left {
            return Ok((!(proven && complete)).then_some("it ends inside of a box"));
        }
        header |= kind == *b"moov";
        data |= kind == *b"mdat";
        at += size;
    }
    Ok(Some("it has too many boxes"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn a_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut out = (content.len() as u32 + 8).to_be_bytes().to_vec();
        out.extend(kind);
        out.extend(content);
        out
    }

    fn movie() -> Vec<u8> {
        let parts = [(b"ftyp", &b"isom"[..]), (b"moov", b"mmm"), (b"free", b""), (b"mdat", b"ddd")];
        parts.iter().flat_map(|(kind, content)| a_box(kind, content)).collect()
    }

    fn judge(bytes: &[u8], proven: bool) -> Option<&'static str> {
        let kind = kind(bytes).expect("a kind");
        missing(kind, &mut Cursor::new(bytes), bytes.len() as u64, proven).expect("no I/O")
    }

    #[test]
    fn kinds_show_in_the_first_bytes() {
        for (head, expected) in [
            (&b"\0\0\0\x18ftypisom"[..], Ok(Kind::Mp4)),
            (b"\0\0\0\x18ftypqt  ", Ok(Kind::QuickTime)),
            (b"\0\0\0\x18ftypavif", Ok(Kind::Avif)),
            (b"\x89PNG\r\n\x1a\n", Ok(Kind::Png)),
            (b"\xff\xd8\xff\xe0", Ok(Kind::Jpeg)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Ok(Kind::WebP)),
            (b"RIFF\x10\0\0\0AVI ", Err(NoAsset::Unknown)),
            (b"GIF89a", Ok(Kind::Gif)),
            (b"\x1a\x45\xdf\xa3", Ok(Kind::WebM)),
            (b"<!DOCTYPE html>", Err(NoAsset::Text("HTML"))),
            (b"\xef\xbb\xbf\n <html>", Err(NoAsset::Text("HTML"))),
            (b"<?xml version='1.0'?><Error>", Err(NoAsset::Text("XML"))),
            (b" {\"code\":0}", Err(NoAsset::Text("JSON"))),
            (b"Not found\n", Err(NoAsset::Text("text"))),
            (b"\x1f\x8b\x08\0", Err(NoAsset::Unknown)),
            (b"", Err(NoAsset::Empty)),
        ] {
            assert_eq!(kind(head), expected, "{head:?}");
        }
    }

    /// Cut anywhere, a movie shows it, though the transfer looked whole.
    #[test]
    fn a_movie_cut_anywhere_is_not_whole() {
        let movie = movie();
        assert_eq!(judge(&movie, false), None);
        for length in 12..movie.len() {
            assert!(judge(&movie[..length], false).is_some(), "{length}");
            assert!(judge(&movie[..length], true).is_some(), "{length}");
        }
    }

    #[test]
    fn bytes_behind_a_movie_are_fine_when_the_length_is_proven() {
        let mut movie = movie();
        movie.extend([0, 0, 0]);
        assert!(judge(&movie, false).is_some());
        assert_eq!(judge(&movie, true), None);
        movie.extend([0xff; 20]);
        assert!(judge(&movie, false).is_some());
        assert_eq!(judge(&movie, true), None);
    }

    #[test]
    fn long_and_open_boxes_are_read() {
        let mut movie = a_box(b"ftyp", b"isom");
        movie.extend(a_box(b"moov", b""));
        let mut open = movie.clone();
        open.extend(b"\0\0\0\0mdatxyz");
        assert_eq!(judge(&open, false), None);
        let mut long = movie.clone();
        long.extend(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x13xyz");
        assert_eq!(judge(&long, false), None);
        long.pop();
        assert!(judge(&long, false).is_some());
        let mut endless = movie.clone();
        endless.extend(b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xffxyz");
        assert!(judge(&endless, true).is_some());
        let mut backwards = movie;
        backwards.extend(b"\0\0\0\x02mdat");
        assert!(judge(&backwards, true).is_some());
    }

    #[test]
    fn images_that_break_off_show_it_unless_the_length_is_proven() {
        let png = b"\x89PNG\r\n\x1a\n....\0\0\0\0IEND\xae\x42\x60\x82";
        assert_eq!(judge(png, false), None);
        assert!(judge(&png[..20], false).is_some());
        assert_eq!(judge(&png[..20], true), None);
        assert_eq!(judge(b"\xff\xd8\xff\xe0..\xff\xd9", false), None);
        assert!(judge(b"\xff\xd8\xff\xe0..", false).is_some());
        assert!(judge(b"RIFF\x10\0\0\0WEBPVP8 ", true).is_some());
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_judge(bytes in proptest::collection::vec(any::<u8>(), 0..200), proven: bool) {
            let mut head = b"\0\0\0\x0cftypisom".to_vec();
            head.extend(bytes);
            judge(&head, proven);
        }
    }
}
