use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::media::Base64Scan;
use crate::media::probe::{Content, MOST_PAGES, PixelSize, Unsure, tests as fixtures};

/// What was asked of a file.
#[derive(Debug, Default)]
struct Cost {
    bytes: AtomicU64,
    reads: AtomicU64,
    seeks: AtomicU64,
}

impl Cost {
    fn shown(&self) -> (u64, u64, u64) {
        (self.bytes.load(Relaxed), self.reads.load(Relaxed), self.seeks.load(Relaxed))
    }
}

/// A file whose byte at any place is told by a function, and which counts.
struct Made<F> {
    at: u64,
    len: u64,
    byte: F,
    cost: Arc<Cost>,
}

impl<F: Fn(u64) -> u8> Read for Made<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.len.saturating_sub(self.at).min(buffer.len() as u64);
        for byte in &mut buffer[..count as usize] {
            *byte = (self.byte)(self.at);
            self.at += 1;
        }
        self.cost.bytes.fetch_add(count, Relaxed);
        self.cost.reads.fetch_add(1, Relaxed);
        Ok(count as usize)
    }
}

impl<F> Seek for Made<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.cost.seeks.fetch_add(1, Relaxed);
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.len.checked_add_signed(by).expect("inside"),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).expect("inside"),
        };
        Ok(self.at)
    }
}

/// A file of this length, and what reading its header costs.
fn made(len: u64, byte: impl Fn(u64) -> u8 + Send + 'static) -> (Probed, (u64, u64, u64)) {
    let cost = Arc::new(Cost::default());
    let file = Made { at: 0, len, byte, cost: Arc::clone(&cost) };
    let probed = probe(&mut OpenFile::with_len(file, len)).expect("readable");
    (probed, cost.shown())
}

fn in_memory(bytes: Vec<u8>) -> (Probed, (u64, u64, u64)) {
    made(bytes.len() as u64, move |at| bytes[at as usize])
}

/// Reads as a script says; then nothing more.
struct Scripted {
    steps: Mutex<Vec<io::Result<Vec<u8>>>>,
    len: u64,
}

impl Read for Scripted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut steps = self.steps.lock().expect("one thread");
        if steps.is_empty() {
            return Ok(0);
        }
        let bytes = steps.remove(0)?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Seek for Scripted {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.len)
    }
}

fn scripted(
    len: u64,
    len_later: u64,
    steps: impl IntoIterator<Item = io::Result<Vec<u8>>>,
) -> io::Result<Probed> {
    let file = Scripted { steps: Mutex::new(steps.into_iter().collect()), len: len_later };
    probe(&mut OpenFile::with_len(file, len))
}

fn image(name: &str) -> Vec<u8> {
    let image = fixtures::images().iter().find(|image| image.name == name);
    image.expect(name).bytes.clone()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test opens its fixtures")]
fn every_image_says_the_same_from_disk_from_memory_and_as_base64() {
    for image in fixtures::images() {
        let file = std::fs::File::open(image.path()).expect(image.name);
        let probed = probe(&mut OpenFile::new(file).expect("length")).expect("readable");
        assert!(!probed.changed, "{}", image.name);
        image.check(probed.header, "on disk");
        let (probed, _) = in_memory(image.bytes.clone());
        assert!(!probed.changed, "{}", image.name);
        image.check(probed.header, "in memory");
        let mut scan = Base64Scan::new();
        scan.push(base64_simd::STANDARD.encode_to_string(&image.bytes).as_bytes());
        image.check(scan.finish().header, "as Base64");
    }
}

#[test]
fn an_image_costs_one_read_and_a_look_at_the_end() {
    let far = [
        "icc-in-five-segments.jpg",
        "metadata-10k.png",
        "animated-behind-text.png",
        "exif-far.jpg",
    ];
    for image in fixtures::images().iter().filter(|image| !far.contains(&image.name)) {
        let (_, (bytes, reads, seeks)) = in_memory(image.bytes.clone());
        assert_eq!((bytes, reads, seeks), (bytes.min(4096), 1, 1), "{}", image.name);
    }
    // 263,000 bytes of colour profile: one read behind each of its segments.
    let (_, cost) = in_memory(image("icc-in-five-segments.jpg"));
    assert_eq!(cost, (4 * 4096 + 1667, 5, 5));
    let (_, (_, reads, seeks)) = in_memory(image("metadata-10k.png"));
    assert_eq!((reads, seeks), (2, 2));
}

#[test]
fn metadata_of_ten_megabytes_are_passed_over() {
    let segment = [&[0xff, 0xe2, 0xff, 0xff][..], &[0; 65_533]].concat();
    let start = [&[0xff, 0xd8][..], &segment.repeat(160)].concat();
    let frame = [0xff, 0xc0, 0, 11, 8, 1, 44, 2, 88, 1, 1, 0x11, 0];
    let (probed, (bytes, reads, _)) = in_memory([&start[..], &frame].concat());
    assert_eq!(probed.header.size, Ok(PixelSize { width: 600, height: 300 }));
    assert!(bytes <= 161 * 4096 && reads <= 161, "{bytes} {reads}");
}

#[test]
fn files_made_to_keep_a_reader_busy_cost_a_megabyte_at_most() {
    let terabyte = 1 << 40;
    let size = Ok(PixelSize { width: 48, height: 32 });
    let png = image("rgb.png");
    // A PNG of chunks of the largest length there is; of chunks of none; of a hole.
    let endless = |start: Vec<u8>, chunk: Vec<u8>, period: u64| {
        made(terabyte, move |at| {
            let within = (at.saturating_sub(start.len() as u64) % period) as usize;
            let byte = usize::try_from(at).ok().and_then(|at| start.get(at));
            byte.or_else(|| chunk.get(within)).copied().unwrap_or_default()
        })
    };
    let head = png[..33].to_vec();
    let results = [
        (size, endless(head.clone(), b"\x7f\xff\xff\xfftEXt".to_vec(), 0x7fff_ffff + 12)),
        (size, endless(head.clone(), b"\0\0\0\0tEXt".to_vec(), 12)),
        (size, endless(head.clone(), b"\0\0\x10\0tEXt".to_vec(), 4096 + 12)),
        (size, endless(head, Vec::new(), 1)),
        (Err(Unsure::TooFar), endless(vec![0xff, 0xd8], b"\xff\xfe\xff\xff".to_vec(), 65_537)),
        (Err(Unsure::TooFar), endless(vec![0xff, 0xd8], b"\xff\xfe\x10\x02".to_vec(), 4100)),
        (Err(Unsure::TooFar), endless(vec![0xff, 0xd8], b"\xff\xfe\0\x02".to_vec(), 4)),
        (Err(Unsure::TooFar), endless(vec![0xff, 0xd8], vec![0xff], 1)),
        (Err(Unsure::NotRead), endless(Vec::new(), Vec::new(), 1)),
        (Err(Unsure::NotRead), endless(b"<!--".to_vec(), b"-".to_vec(), 1)),
    ];
    for (index, (size, (probed, (bytes, reads, _)))) in results.into_iter().enumerate() {
        assert_eq!((probed.header.size, probed.changed), (size, false), "{index}");
        assert!(bytes <= 1 << 20 && reads <= MOST_PAGES.into(), "{index}: {bytes} {reads}");
    }
}

#[test]
fn reads_that_bring_little_come_to_an_end() {
    let step = |byte: u8| Ok(vec![byte]);
    let fill = std::iter::once(Ok(vec![0xff, 0xd8])).chain((0..9000).map(|_| step(0xff)));
    let probed = scripted(1 << 20, 1 << 20, fill).expect("readable");
    assert_eq!(probed.header.size, Err(Unsure::TooFar));
    let never = (0..9000).map(|_| Err(io::ErrorKind::Interrupted.into()));
    let probed = scripted(1 << 20, 1 << 20, never).expect("interrupted, not failed");
    assert_eq!(probed.header.content, Content::Unknown);
}

#[test]
fn a_file_that_changes_is_noticed() {
    let png = image("rgb.png");
    let len = png.len() as u64;
    let told = |len, len_later, bytes: &[u8]| {
        let probed = scripted(len, len_later, [Ok(bytes.to_vec())]).expect("readable");
        (probed.header.content, probed.changed)
    };
    assert_eq!(told(len, len, &png), (Content::Png, false));
    assert_eq!(told(len, len - 1, &png), (Content::Png, true), "cut behind its header");
    assert_eq!(told(len, len + 1, &png), (Content::Png, true), "appended to");
    assert_eq!(told(len, 20, &png[..20]), (Content::Png, true), "cut in its header");
    assert_eq!(told(len, len, &png[..20]), (Content::Png, true), "cut and filled again");
    assert_eq!(told(len, len, b""), (Content::Unknown, true), "emptied");
    assert_eq!(told(0, 0, b""), (Content::Unknown, false), "empty all along");
    assert_eq!(told(0, 0, &png), (Content::Png, true), "made up as it is read, as in /proc");
    assert_eq!(told(20, len, &png), (Content::Png, true), "grown before the first read");
    // Cut while the header was still being read, behind a place that was passed over.
    let far = image("metadata-10k.png");
    let file = OpenFile::with_len(Cursor::new(far[..6000].to_vec()), far.len() as u64);
    let probed = probe(&mut { file }).expect("readable");
    assert!(probed.changed);
    assert_eq!(probed.header.size, Ok(PixelSize { width: 48, height: 32 }));
}

/// A file on the disk whose length two looks showed; what happens to it then is seen where it matters.
#[cfg(feature = "fs")]
#[test]
fn a_steady_file_is_looked_at_again_where_its_header_may_be_cut() {
    let mut png = image("rgb.png");
    png.resize(9000, 0);
    let probed = |bytes: &[u8], then: u64, is_steady| {
        let mut file = tempfile::tempfile().expect("a file");
        io::Write::write_all(&mut file, bytes).expect("room");
        file.rewind().expect("its beginning");
        file.set_len(then).expect("room");
        probe(&mut OpenFile::on_disk(file, bytes.len() as u64, is_steady)).expect("readable")
    };
    let told = |bytes: &[u8], then, is_steady| probed(bytes, then, is_steady).changed;
    assert!(told(&png, 20, true), "cut in its header");
    assert!(told(&png, 4095, true), "cut in what is read");
    assert!(told(&png[..200], 201, true), "a short one that has grown");
    assert!(told(&png[..200], 199, true), "a short one that was cut");
    assert!(!told(&png, 9000, true) && !told(&png[..200], 200, true));
    // It is judged as what it was when it was opened.
    assert!(!told(&png, 9001, true) && !told(&png, 8999, true));
    assert!(told(&png, 9001, false) && told(&png, 8999, false));
    let far = image("metadata-10k.png");
    assert!(told(&far, far.len() as u64 + 1, true), "more than one read");
    assert!(!told(&far, far.len() as u64, true));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let failing = || Err(io::Error::other("the disk is gone"));
    assert_eq!(scripted(9, 9, [failing()]).unwrap_err().to_string(), "the disk is gone");
    let late = scripted(9000, 9000, [Ok(image("cut-in-tables.jpg")), failing()]);
    assert_eq!(late.unwrap_err().to_string(), "the disk is gone");
    struct Miscounts(Cursor<[u8; 9]>);
    impl Read for Miscounts {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(usize::MAX)
        }
    }
    impl Seek for Miscounts {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    let mut file = OpenFile::new(Miscounts(Cursor::new([0; 9]))).expect("length");
    assert_eq!(probe(&mut file).unwrap_err().kind(), io::ErrorKind::InvalidData);
}

proptest! {
    #[test]
    fn any_image_with_any_bytes_changed_says_the_same_as_pushed_at_once(
        image in fixtures::some_image(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        more in 0_usize..20_000,
    ) {
        let mut bytes = image.bytes.clone();
        for (at, byte) in edits {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        bytes.resize(bytes.len() + more, 0xff);
        let (probed, (read, reads, _)) = in_memory(bytes.clone());
        prop_assert!(read <= bytes.len() as u64 && reads <= 9, "{} {}", read, reads);
        prop_assert_eq!(probed, Probed { header: fixtures::probe(&bytes), changed: false });
        let mut scan = Base64Scan::new();
        scan.push(base64_simd::STANDARD.encode_to_string(&bytes).as_bytes());
        prop_assert_eq!(probed.header, scan.finish().header);
    }
}
