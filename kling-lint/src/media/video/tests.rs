use std::fs;
use std::io::{Cursor, SeekFrom};
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::files::OpenFile;
use crate::media::facts::Fraction;
use crate::media::probe::Content;

/// What ffprobe says.
const TABLE: &str = include_str!("../../../../fixtures/media/videos.tsv");

/// A header and the boxes around it take no more.
const FEW_BYTES: u64 = 4096;
/// What the limits of a probe add up to: 4 MiB of contents, 10,000 headers outside and in `moov`.
const MOST_BYTES: u64 = (4 << 20) + 20_000 * 16;

struct Row {
    name: &'static str,
    container: &'static str,
    seconds: &'static str,
    rate: &'static str,
    size: &'static str,
}

fn rows() -> Vec<Row> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let [name, container, seconds, rate, size] = columns[..] else { panic!("{line}") };
            Row { name, container, seconds, rate, size }
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "small files of this repository")]
fn bytes(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/media/videos");
    fs::read(folder.join(name)).expect(name)
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(buffer)?;
        self.read += got as u64;
        Ok(got)
    }
}

impl<R: Seek> Seek for Counted<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// What a file tells, and how many bytes it took.
fn counted(bytes: impl Read + Seek, len: u64) -> (VideoFacts, u64) {
    let mut file = Counted { inner: bytes, read: 0 };
    let facts = probe(&mut file, len).expect("the file can be read");
    (facts, file.read)
}

fn facts(bytes: &[u8]) -> VideoFacts {
    counted(Cursor::new(bytes), bytes.len() as u64).0
}

/// `0/0` and the like do not occur.
fn fraction(text: &str) -> Fraction {
    let (over, under) = match (text.split_once('/'), text.split_once('.')) {
        (Some((over, under)), _) => (over.to_owned(), under.to_owned()),
        (_, Some((whole, part))) => {
            (format!("{whole}{part}"), format!("1{}", "0".repeat(part.len())))
        }
        _ => (text.to_owned(), "1".to_owned()),
    };
    Fraction::new(over.parse().expect(text), under.parse().expect(text)).expect(text)
}

fn same(one: Fraction, other: Fraction) -> bool {
    u128::from(one.over) * u128::from(other.under) == u128::from(other.over) * u128::from(one.under)
}

/// What is told, as the table writes it.
fn written<T>(told: &Result<T, Untold>, write: impl Fn(&T) -> String) -> String {
    match told {
        Ok(told) => write(told),
        Err(Untold::Unsure(clause)) => format!("?{clause}"),
        Err(Untold::Damaged(clause)) => format!("!{clause}"),
    }
}

/// A number as the table writes it, if that is the same number.
fn number(told: &Result<Fraction, Untold>, expected: &str) -> String {
    written(told, |told| {
        let is_number = expected.starts_with(|first: char| first.is_ascii_digit());
        if is_number && same(*told, fraction(expected)) {
            expected.to_owned()
        } else {
            format!("{}/{}", told.over, told.under)
        }
    })
}

#[test]
fn tells_what_ffprobe_tells() {
    let mut wrong = Vec::new();
    for Row { name, seconds, rate, size, .. } in rows() {
        let bytes = bytes(name);
        let (facts, read) = counted(Cursor::new(&bytes), bytes.len() as u64);
        let told = [
            number(&facts.seconds, seconds),
            number(&facts.rate, rate),
            written(&facts.size, |it| format!("{}x{}", it.width, it.height)),
        ];
        if told != [seconds, rate, size] {
            wrong.push(format!("{name}: {told:?}, not {:?}", [seconds, rate, size]));
        }
        assert!(read <= FEW_BYTES, "{name}: {read} bytes are read");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_bytes_name_the_container() {
    for Row { name, container, .. } in rows() {
        let bytes = bytes(name);
        let expected = if container == "mov" { Content::Mov } else { Content::Mp4 };
        assert_eq!(Content::of(&bytes[..bytes.len().min(64)]), expected, "{name}");
    }
}

#[test]
fn every_fixture_has_a_line() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/media/videos");
    let known: Vec<_> = rows().iter().map(|row| row.name).collect();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let name = entry.expect("it can be read").file_name().into_string().expect("UTF-8");
        let other = [".webm", ".mkv", ".avi", ".ts"].iter().any(|end| name.ends_with(end));
        assert!(other || known.contains(&name.as_str()), "{name}");
    }
}

/// A box.
fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).expect("small");
    [&len.to_be_bytes(), &kind[..], body].concat()
}

/// The same clip with these bytes between `ftyp` and the rest, where nothing refers to a place in it.
fn with_inside(between: &[u8]) -> Vec<u8> {
    let clip = bytes("moov_last.mp4");
    let (ftyp, rest) = clip.split_at(32);
    [ftyp, between, rest].concat()
}

#[test]
fn many_small_boxes_end_the_walk() {
    let few = with_inside(&boxed(b"free", b"").repeat(9_000));
    assert_eq!(facts(&few), facts(&bytes("moov_last.mp4")));

    let many = with_inside(&boxed(b"free", b"").repeat(100_000));
    let (told, read) = counted(Cursor::new(&many), many.len() as u64);
    assert_eq!(told, VideoFacts::untold(boxes::TOO_MANY));
    assert!(read <= MOST_BYTES, "{read}");
}

#[test]
fn many_small_boxes_behind_the_header_are_not_missed() {
    let mut clip = bytes("plain.mp4");
    clip.extend(boxed(b"free", b"").repeat(100_000));
    assert_eq!(facts(&clip), facts(&bytes("plain.mp4")));
}

#[test]
fn boxes_in_boxes_cost_no_more() {
    let mut nested = Vec::new();
    for _ in 0..20_000 {
        // Building from the inside would copy quadratically much; sizes may lie.
        nested.extend_from_slice(&u32::MAX.to_be_bytes());
        nested.extend_from_slice(b"trak");
    }
    let told = facts(&boxed(b"moov", &nested));
    assert_eq!(told, VideoFacts::untold(Untold::Damaged("it holds no video")));

    for kind in [b"trak", b"mdia", b"moov"] {
        let many = boxed(b"moov", &boxed(kind, b"").repeat(100_000));
        let (_, read) = counted(Cursor::new(&many), many.len() as u64);
        assert!(read <= MOST_BYTES, "{read}");
    }
}

/// A file of a terabyte: one huge `mdat`, and the header behind it.
struct Sparse {
    len: u64,
    /// What stands at the start and at the end; all else is zero.
    start: Vec<u8>,
    end: Vec<u8>,
    at: u64,
}

impl Read for Sparse {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = self.len - self.end.len() as u64;
        let from = |bytes: &[u8], at: u64| bytes.get(usize::try_from(at).ok()?).copied();
        let mut got = 0;
        for (byte, at) in buffer.iter_mut().zip(self.at..self.len) {
            *byte = if at < end { from(&self.start, at) } else { from(&self.end, at - end) }
                .unwrap_or_default();
            got += 1;
        }
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Sparse {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(at) = to else { panic!("the end is known") };
        self.at = at;
        Ok(at)
    }
}

#[test]
fn a_terabyte_costs_a_few_reads() {
    let clip = bytes("moov_last.mp4");
    let moov = clip.windows(4).position(|it| it == b"moov").expect("it is there") - 4;
    let (ftyp, moov) = (&clip[..32], &clip[moov..]);
    let len = 1 << 40;
    let media = len - (ftyp.len() + moov.len()) as u64;
    let mdat = [&1u32.to_be_bytes(), &b"mdat"[..], &media.to_be_bytes()].concat();
    let file = Sparse { len, start: [ftyp, &mdat].concat(), end: moov.to_vec(), at: 0 };
    let (told, read) = counted(file, len);
    assert_eq!(told, facts(&clip));
    assert!(read <= FEW_BYTES, "{read}");

    // Nothing but zeros, behind a name that promised a movie.
    let file = Sparse { len, start: ftyp.to_vec(), end: Vec::new(), at: 0 };
    let (told, read) = counted(file, len);
    assert_eq!(told, VideoFacts::untold(NO_HEADER));
    assert!(read <= FEW_BYTES, "{read}");
}

#[test]
fn a_header_of_zeros_takes_no_memory() {
    // A `moov` of half a terabyte whose one track has a table of 2^32 frames.
    let stts = [&[0, 0, 0, 1][..], b"stts", &(1u64 << 39).to_be_bytes()].concat();
    let nested = [b"stbl", b"minf"].iter().fold(stts, |inner, kind| {
        [&[0, 0, 0, 1][..], &kind[..], &(1u64 << 39).to_be_bytes(), &inner].concat()
    });
    let handler = boxed(b"hdlr", &[&[0; 8], &b"vide"[..], &[0; 13]].concat());
    let mdia =
        [&[0, 0, 0, 1][..], b"mdia", &(1u64 << 39).to_be_bytes(), &handler, &nested].concat();
    let trak = [&[0, 0, 0, 1][..], b"trak", &(1u64 << 39).to_be_bytes(), &mdia].concat();
    let moov = [&[0, 0, 0, 1][..], b"moov", &(1u64 << 40).to_be_bytes(), &trak].concat();
    let file = Sparse { len: 1 << 40, start: moov, end: Vec::new(), at: 0 };
    let (told, read) = counted(file, 1 << 40);
    assert_eq!(told.rate, Err(Untold::Unsure("its table of frames is too long to read")));
    assert!(read <= FEW_BYTES, "{read}");
}

#[test]
fn a_file_that_shrinks_is_no_error() {
    let clip = bytes("moov_last.mp4");
    for cut in 0..clip.len() {
        counted(Cursor::new(&clip[..cut]), clip.len() as u64);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    impl Seek for Failing {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(0)
        }
    }
    assert!(probe(&mut Failing, 100).is_err());
    // Nothing is read of an empty file.
    assert_eq!(probe(&mut Failing, 0).ok(), Some(VideoFacts::untold(NO_HEADER)));
}

#[test]
fn an_open_file_is_probed_whatever_was_read_of_it() {
    let clip = bytes("plain.mp4");
    let mut file = OpenFile::new(Cursor::new(clip.clone())).expect("it is in memory");
    file.read_exact(&mut [0; 256]).expect("it is long enough");
    let len = file.len();
    assert_eq!(probe(&mut file, len).expect("it can be read"), facts(&clip));
}

#[test]
fn every_clause_completes_its_sentence() {
    for Row { seconds, rate, size, .. } in rows() {
        for clause in [seconds, rate, size].iter().filter_map(|it| it.strip_prefix(['?', '!'])) {
            let first = clause.split(' ').next();
            assert!(["it", "its", "an", "another", "the"].map(Some).contains(&first), "{clause}");
            assert!(!clause.ends_with('.'), "{clause}");
        }
    }
}

/// Bytes that lengths, counts and kinds are made of.
fn telling_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 1..12),
        prop::sample::select(vec![
            vec![0; 4],
            vec![0; 8],
            vec![0xff; 4],
            vec![0xff; 8],
            vec![0, 0, 0, 1],
            vec![0, 0, 0, 7],
            vec![0, 0, 0, 8],
            vec![0x7f, 0xff, 0xff, 0xff],
            vec![0x80, 0, 0, 0],
            vec![0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            b"moov".to_vec(),
            b"trak".to_vec(),
            b"stts".to_vec(),
            b"elst".to_vec(),
            b"pasp".to_vec(),
            b"mdat".to_vec(),
            b"moof".to_vec(),
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn broken_files_cost_no_more(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), telling_bytes()), 0..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        doubled in prop::option::weighted(0.2, any::<(prop::sample::Index, prop::sample::Index)>()),
    ) {
        let rows = rows();
        let mut file = bytes(rows[which.index(rows.len())].name);
        if let Some((from, to)) = doubled {
            let from = from.index(file.len());
            let piece = file[from..].iter().copied().take(2000).collect::<Vec<_>>();
            let to = to.index(file.len());
            file.splice(to..to, piece);
        }
        // The media is not looked at: change the header, wherever it stands.
        let header = file.windows(4).position(|it| it == b"moov").unwrap_or_default();
        for (at, new) in changes {
            let at = header + at.index(1200);
            for (byte, new) in file.iter_mut().skip(at).zip(new) {
                *byte = new;
            }
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let (facts, read) = counted(Cursor::new(&file), file.len() as u64);
        prop_assert!(read <= MOST_BYTES, "{} bytes", read);
        for fraction in [facts.seconds, facts.rate].into_iter().flatten() {
            prop_assert!(fraction.under > 0);
        }
        if let Ok(size) = facts.size {
            prop_assert!(size.width > 0 && size.height > 0);
        }
    }

    #[test]
    fn noise_costs_no_more(file in prop::collection::vec(any::<u8>(), 0..600)) {
        counted(Cursor::new(&file), file.len() as u64);
        let file = boxed(b"moov", &boxed(b"trak", &file));
        counted(Cursor::new(&file), file.len() as u64);
    }
}
