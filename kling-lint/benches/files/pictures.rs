//! Sound pictures as they are sent: of usual sizes, by real encoders, with the metadata that cameras,
//! editors and generators write in front of them.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

/// About how many bytes each has: the size of a picture on the web.
const BYTES: usize = 100_000;

/// How long a colour profile of sRGB is.
const PROFILE: usize = 3_144;
/// How long the preview of a camera is, in round figures.
const PREVIEW: usize = 9_000;

/// What makes the pictures.
enum Made {
    Jpeg { profile: usize, exif: Option<usize> },
    Png { profile: usize, text: usize },
}

/// One after another, as they make up the corpus.
const PICTURES: [(u32, u32, Made); 10] = [
    (1024, 1024, Made::Jpeg { profile: 0, exif: None }),
    (1280, 720, Made::Jpeg { profile: 0, exif: None }),
    (720, 1280, Made::Png { profile: 0, text: 0 }),
    (1920, 1080, Made::Jpeg { profile: 0, exif: Some(0) }),
    (1024, 768, Made::Jpeg { profile: PROFILE, exif: None }),
    (1024, 1024, Made::Png { profile: 0, text: 0 }),
    (1600, 1200, Made::Jpeg { profile: PROFILE, exif: Some(0) }),
    (1200, 1600, Made::Jpeg { profile: 0, exif: Some(PREVIEW) }),
    (1216, 832, Made::Png { profile: 0, text: 1_500 }),
    (1440, 900, Made::Png { profile: PROFILE, text: 0 }),
];

/// Name endings and bytes, each padded behind its end.
pub(crate) fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let made = PICTURES.iter().map(|(width, height, made)| {
        let (suffix, mut bytes) = match *made {
            Made::Jpeg { profile, exif } => ("jpg", jpeg(*width, *height, profile, exif)),
            Made::Png { profile, text } => ("png", png(*width, *height, profile, text)),
        };
        bytes.resize(bytes.len().max(BYTES), 0);
        (suffix, bytes)
    });
    made.collect()
}

fn jpeg(width: u32, height: u32, profile: usize, preview: Option<usize>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 85);
    encoder.set_icc_profile(vec![0; profile]).expect("a profile");
    if let Some(preview) = preview {
        encoder.set_exif_metadata(exif(preview)).expect("EXIF");
    }
    write(encoder, width, height);
    bytes
}

fn png(width: u32, height: u32, profile: usize, text: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if profile > 0 {
        // It is packed; noise stays as long as it is.
        let noise = (0..profile as u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8);
        encoder.set_icc_profile(noise.collect()).expect("a profile");
    }
    write(encoder, width, height);
    if text > 0 {
        // What a generator was asked for, behind the first chunk.
        let chunk = [b"tEXtparameters\0", &vec![b'x'; text][..]].concat();
        let length = (chunk.len() - 4) as u32;
        let sum = crc32fast::hash(&chunk);
        let chunk = [&length.to_be_bytes(), &chunk[..], &sum.to_be_bytes()].concat();
        bytes.splice(33..33, chunk);
    }
    bytes
}

/// Large soft shapes.
fn write(encoder: impl ImageEncoder, width: u32, height: u32) {
    let pixel = |at: u32| {
        let (x, y) = (at % width, at / width);
        [(x * 255 / width) as u8, (y * 255 / height) as u8, ((x ^ y) / 64 * 16) as u8]
    };
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8).expect("a picture");
}

/// The first directory of a camera that was held upright, and the preview behind it.
fn exif(preview: usize) -> Vec<u8> {
    // Maker, model, orientation, resolutions and their unit, program, date, EXIF; each as tag, type,
    // count and value.
    const ENTRIES: [(u16, u16, u32, u32); 9] = [
        (0x010f, 2, 4, 0),
        (0x0110, 2, 4, 0),
        (0x0112, 3, 1, 1),
        (0x011a, 5, 1, 130),
        (0x011b, 5, 1, 138),
        (0x0128, 3, 1, 2),
        (0x0131, 2, 4, 0),
        (0x0132, 2, 20, 146),
        (0x8769, 4, 1, 166),
    ];
    let mut exif = b"II*\0\x08\0\0\0".to_vec();
    exif.extend((ENTRIES.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in ENTRIES {
        exif.extend(tag.to_le_bytes());
        exif.extend(kind.to_le_bytes());
        exif.extend(count.to_le_bytes());
        exif.extend(value.to_le_bytes());
    }
    exif.resize(exif.len() + 150 + preview, 0);
    exif
}
