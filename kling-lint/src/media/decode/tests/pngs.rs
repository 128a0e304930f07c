use super::*;
use Flaw::{Checksum, Corrupt, TooLarge, Truncated, Unfinished, Unsupported};

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(data);
    let checksum = crc32fast::hash(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    chunk
}

/// Width, height, depth, colour and interlacing as a header chunk.
fn header(width: u32, height: u32, depth: u8, colour: u8, interlaced: u8) -> Vec<u8> {
    let mut data = [width.to_be_bytes(), height.to_be_bytes()].concat();
    data.extend([depth, colour, 0, 0, interlaced]);
    chunk(b"IHDR", &data)
}

/// Stored, not compressed: the format allows it, and any length can be made.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut zlib = b"\x78\x01".to_vec();
    for part in data.chunks(0xffff) {
        let length = part.len() as u16;
        zlib.push(0);
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(part);
    }
    zlib.extend(b"\x01\0\0\xff\xff");
    let (mut a, mut b) = (1u32, 0u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65521;
        b = (b + a) % 65521;
    }
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}

fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunks.concat());
    file
}

fn picture(data: &[u8]) -> Vec<u8> {
    chunk(b"IDAT", data)
}

fn end() -> Vec<u8> {
    chunk(b"IEND", b"")
}

/// Three rows of two grey pixels, behind their filters.
const ROWS: &[u8] = b"\0ab\x01cd\x04ef";

fn grey() -> Vec<u8> {
    header(2, 3, 8, 0, 0)
}

/// How many bytes the rows take, pixel by pixel.
fn expected(width: u32, height: u32, bits: u32, interlaced: bool) -> usize {
    let pass = |x: u32, y: u32| match (x % 8, y % 8) {
        _ if !interlaced => 0,
        (0, 0) => 1,
        (4, 0) => 2,
        (0 | 4, 4) => 3,
        (2 | 6, 0 | 4) => 4,
        (0 | 2 | 4 | 6, 2 | 6) => 5,
        (1 | 3 | 5 | 7, 0 | 2 | 4 | 6) => 6,
        _ => 7,
    };
    let mut bytes = 0;
    for which in 0..=7 {
        for y in 0..height {
            let pixels = (0..width).filter(|&x| pass(x, y) == which).count();
            if pixels > 0 {
                bytes += 1 + (pixels * bits as usize).div_ceil(8);
            }
        }
    }
    bytes
}

#[test]
fn every_colour_type_depth_and_size_has_its_length() {
    let types = [
        (0, 1, &[1, 2, 4, 8, 16][..]),
        (2, 3, &[8, 16]),
        (3, 1, &[1, 2, 4, 8]),
        (4, 2, &[8, 16]),
        (6, 4, &[8, 16]),
    ];
    for (colour, samples, depths) in types {
        for &depth in depths {
            for (width, height) in [(1, 1), (2, 9), (5, 3), (8, 8), (9, 1), (17, 13)] {
                for interlaced in [0, 1] {
                    let bits = samples * u32::from(depth);
                    let rows = expected(width, height, bits, interlaced == 1);
                    let made = |rows: usize| {
                        file(&[
                            header(width, height, depth, colour, interlaced),
                            chunk(b"PLTE", b"abc"),
                            picture(&zlib(&vec![0; rows])),
                            end(),
                        ])
                    };
                    let named = (colour, depth, width, height, interlaced);
                    assert_eq!(png::check(&made(rows)), Ok(()), "{named:?}");
                    let short = png::check(&made(rows - 1));
                    assert!(matches!(short, Err(Truncated(_))), "{named:?}: {short:?}");
                }
            }
        }
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let metadata = chunk(b"tEXt", b"Comment\0hello");
    let bytes = file(&[grey(), metadata, picture(&zlib(ROWS)), end()]);
    assert_eq!(png::check(&bytes), Ok(()));
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(png::check(&flipped).is_err_and(is_broken), "bit {bit}");
    }
}

#[test]
fn the_picture_may_come_in_any_pieces() {
    let data = zlib(ROWS);
    for size in 1..data.len() {
        let mut chunks = vec![grey(), picture(b"")];
        chunks.extend(data.chunks(size).map(picture));
        chunks.extend([picture(b""), end()]);
        assert_eq!(png::check(&file(&chunks)), Ok(()), "{size}");
    }
}

/// The window of the inflater fills up many times, at every place of a row.
#[test]
fn long_pictures_pass() {
    for width in [32_766, 32_767, 32_768, 40_000] {
        let rows = vec![0; (width as usize + 1) * 7];
        let sound = file(&[header(width, 7, 8, 0, 0), picture(&zlib(&rows)), end()]);
        assert_eq!(png::check(&sound), Ok(()), "{width}");
        let mut bad = rows;
        bad[(width as usize + 1) * 6] = 5;
        let bad = file(&[header(width, 7, 8, 0, 0), picture(&zlib(&bad)), end()]);
        assert!(matches!(png::check(&bad), Err(Corrupt(_))), "{width}");
    }
}

#[test]
fn decoders_do_not_look_at_more_than_the_rows() {
    let mut longer = ROWS.to_vec();
    longer.extend(b"more");
    assert_eq!(png::check(&file(&[grey(), picture(&zlib(&longer)), end()])), Ok(()));
    let mut behind = zlib(ROWS);
    behind.extend(b"behind");
    assert_eq!(png::check(&file(&[grey(), picture(&behind), end()])), Ok(()));
    let data = zlib(ROWS);
    let open = &data[..data.len() - 9];
    assert_eq!(png::check(&file(&[grey(), picture(open), end()])), Ok(()));
    let later = [grey(), picture(&data), chunk(b"tEXt", b"a\0b"), picture(b"junk"), end()];
    assert_eq!(png::check(&file(&later)), Ok(()));
}

#[test]
fn each_fault_has_its_name() {
    let data = zlib(ROWS);
    let mut adler = data.clone();
    let last = adler.len() - 1;
    adler[last] ^= 1;
    let mut wrong = picture(&data);
    wrong[10] ^= 1;
    let mut metadata = chunk(b"tEXt", b"a\0b");
    metadata[9] ^= 1;
    let of = |chunks: &[Vec<u8>]| png::check(&file(chunks)).expect_err("a fault");
    let palette = |length: usize| {
        of(&[header(2, 3, 8, 3, 0), chunk(b"PLTE", &vec![0; length]), picture(&data), end()])
    };
    assert!(matches!(of(&[grey(), picture(&adler), end()]), Checksum(_)));
    assert!(matches!(of(&[grey(), wrong, end()]), Checksum(_)));
    assert!(matches!(of(&[grey(), metadata, picture(&data), end()]), Checksum(_)));
    assert!(matches!(of(&[grey(), picture(b"junk"), end()]), Corrupt(_)));
    assert!(matches!(of(&[grey(), grey(), picture(&data), end()]), Corrupt(_)));
    assert!(matches!(of(&[header(2, 3, 8, 3, 0), picture(&data), end()]), Corrupt(_)));
    assert!(matches!((palette(0), palette(4), palette(771)), (Corrupt(_), Corrupt(_), Corrupt(_))));
    assert!(matches!(of(&[grey(), b"\0\0\0\0\0\0\0\0".to_vec()]), Corrupt(_)));
    assert!(matches!(of(&[grey(), end()]), Truncated(_)));
    assert!(matches!(of(&[grey(), picture(&data)]), Unfinished(_)));
    assert!(matches!(of(&[grey(), chunk(b"MEOW", b""), picture(&data), end()]), Unsupported(_)));
}

#[test]
fn a_claim_of_too_many_pixels_is_no_verdict() {
    let data = picture(&zlib(ROWS));
    for (width, height) in [(0x7fff_ffff, 0x7fff_ffff), (1 << 20, 1 << 20), (1, 1 << 29)] {
        for interlaced in [0, 1] {
            let file = file(&[header(width, height, 16, 6, interlaced), data.clone(), end()]);
            assert!(matches!(png::check(&file), Err(TooLarge(_))), "{width}x{height}");
        }
    }
}
