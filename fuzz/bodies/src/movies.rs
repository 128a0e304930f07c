//! A video tells what was written into its header, however its boxes are laid out. The input says what is
//! written, and how.

use std::io::Cursor;

use kling_lint::{Linter, OpenFile};

/// What the bytes of the input choose, one after another; zeros behind its end.
struct Choices<'d>(&'d [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        byte
    }

    fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// From 1 to 65,536.
    fn number(&mut self) -> u32 {
        u32::from(u16::from_be_bytes([self.byte(), self.byte()])) + 1
    }

    /// A box, in one of the forms that its size has, sometimes with one behind it that means nothing.
    fn wrapped(&mut self, kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
        let how = self.byte();
        let len = contents.len();
        let mut out = if how & 1 == 1 {
            let long = (len as u64 + 16).to_be_bytes();
            [&1_u32.to_be_bytes()[..], kind, &long, contents].concat()
        } else {
            [&(len as u32 + 8).to_be_bytes()[..], kind, contents].concat()
        };
        if how & 2 == 2 {
            let kind = [b"free", b"skip", b"udta", b"uuid"][usize::from(how >> 2 & 3)];
            let len = u32::from(how >> 4);
            out.extend([&(len + 8).to_be_bytes()[..], kind].concat());
            out.extend((0..len).map(|_| how));
        }
        out
    }
}

/// Numbers, as boxes hold them.
fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// Version and flags, when it was made and changed, then the words between that and the length, and the length.
fn times(long: bool, flags: u32, between: &[u32], length: u32) -> Vec<u8> {
    let head = words(if long { &[1 << 24, 0, 7, 0, 7] } else { &[0, 7, 7] });
    let length = if long { words(&[0, length]) } else { words(&[length]) };
    let mut out = [head, words(between), length].concat();
    out[3] |= flags as u8;
    out
}

const MATRIX: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
const TURNED: [u32; 9] = [0, 1 << 16, 0, 0xffff_0000, 0, 0, 0, 0, 1 << 30];

/// See the module.
pub fn movies(data: &[u8]) {
    let mut it = Choices(data);
    let (width, height) = (it.number().min(65_535), it.number().min(65_535));
    let (movie_scale, scale) = (it.number().max(2), it.number());
    let (count, delta) = (it.number(), it.number());
    let time = u64::from(count) * u64::from(delta);
    let whole = u64::from(scale);
    let Ok(length) = u32::try_from((time * u64::from(movie_scale) + whole / 2) / whole) else {
        return;
    };
    // Both mean that there is none.
    if length == 0 || length == u32::MAX || time > u32::MAX.into() {
        return;
    }
    let turned = it.flag();

    let mut rest = words(&[1 << 16, 1 << 24, 0, 0]);
    rest.extend(words(&MATRIX));
    rest.extend(words(&[0, 0, 0, 0, 0, 0, 2]));
    let long = it.flag();
    let mvhd = [times(long, 0, &[movie_scale], length), rest].concat();
    let mvhd = it.wrapped(b"mvhd", &mvhd);

    let mut rest = words(&[0, 0, 0, 0]);
    rest.extend(words(if turned { &TURNED } else { &MATRIX }));
    rest.extend(words(&[width << 16, height << 16]));
    let long = it.flag();
    let tkhd = [times(long, 7, &[1, 0], length), rest].concat();
    let tkhd = it.wrapped(b"tkhd", &tkhd);

    let long = it.flag();
    let mdhd = [times(long, 0, &[scale], time as u32), words(&[0x55c4_0000])].concat();
    let mdhd = it.wrapped(b"mdhd", &mdhd);
    let hdlr = [&words(&[0, 0])[..], b"vide", &words(&[0, 0, 0]), b"\0"].concat();
    let hdlr = it.wrapped(b"hdlr", &hdlr);

    let size = words(&[width << 16 | height, 72 << 16, 72 << 16, 0]);
    let picture =
        [words(&[0, 1, 0, 0, 0, 0]), size, vec![0, 1], vec![0; 32], vec![0, 24, 255, 255]];
    let picture = picture.concat();
    // Behind it another would be an entry, too.
    let entry = [words(&[picture.len() as u32 + 8]), b"avc1".to_vec(), picture].concat();
    let stsd = it.wrapped(b"stsd", &[words(&[0, 1]), entry].concat());
    // All frames are equally long, in one run or in two.
    let one = count.min(it.number());
    let runs = if one < count {
        words(&[0, 2, one, delta, count - one, delta])
    } else {
        words(&[0, 1, count, delta])
    };
    let stts = it.wrapped(b"stts", &runs);
    let stbl = it.wrapped(b"stbl", &[stsd, stts].concat());
    let minf = it.wrapped(b"minf", &stbl);
    let parts = if it.flag() { [hdlr, minf, mdhd] } else { [mdhd, hdlr, minf] };
    let mdia = it.wrapped(b"mdia", &parts.concat());
    let video = if it.flag() { [mdia, tkhd] } else { [tkhd, mdia] };
    let video = it.wrapped(b"trak", &video.concat());
    let moov = if it.flag() { [video, mvhd] } else { [mvhd, video] };
    let moov = it.wrapped(b"moov", &moov.concat());

    let mdat = it.wrapped(b"mdat", &[0; 16]);
    let ftyp = it.wrapped(b"ftyp", b"isom\0\0\x02\0isomavc1mp41");
    let file = if it.flag() { [ftyp, mdat, moov] } else { [ftyp, moov, mdat] }.concat();

    let open = OpenFile::new(Cursor::new(file)).expect("memory has an end");
    let report = Linter::new().judge_media(open, "a.mp4").expect("memory can be read");
    let shown = if turned { (height, width) } else { (width, height) };
    assert_eq!(report.pixels, Some(shown));
    let seconds = f64::from(length) / f64::from(movie_scale);
    assert!(near(report.seconds, seconds), "{:?} is {seconds}", report.seconds);
    let frames = f64::from(count) * f64::from(scale) / time as f64;
    assert!(near(report.frames_per_second, frames), "{:?} is {frames}", report.frames_per_second);
}

fn near(told: Option<f64>, wanted: f64) -> bool {
    told.is_some_and(|told| (told - wanted).abs() <= wanted * 1e-9)
}
