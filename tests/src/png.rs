//! A PNG of any size, for tests that ask for exact pixels.

/// A white PNG of one bit a pixel, stored without compression.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let row = 1 + width.div_ceil(8) as usize;
    let mut pixels = vec![0xff; row * height as usize];
    pixels.iter_mut().step_by(row).for_each(|filter| *filter = 0);
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([1, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &header);
    chunk(&mut file, b"IDAT", &zlib(&pixels));
    chunk(&mut file, b"IEND", b"");
    file
}

/// A PNG of so many bytes: what is missing stands in a chunk of its own that no reader knows.
///
/// # Panics
/// When the picture alone is larger.
pub fn png_of(width: u32, height: u32, len: usize) -> Vec<u8> {
    const END: usize = 12;
    let mut file = png(width, height);
    let padding = len.checked_sub(file.len() + END).expect("room for a chunk");
    let end = file.split_off(file.len() - END);
    chunk(&mut file, b"paDd", &vec![0; padding]);
    file.extend(end);
    file
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let len = u32::try_from(data.len()).expect("a chunk's length");
    file.extend(len.to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc32(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// Stored blocks (RFC 1950, RFC 1951 section 3.2.4).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = data.chunks(0xffff);
    let last = blocks.len().saturating_sub(1);
    for (index, block) in blocks.enumerate() {
        let len = u16::try_from(block.len()).expect("a block's length");
        out.push(u8::from(index == last));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in data {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    out.extend((high << 16 | low).to_be_bytes());
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] = std::array::from_fn(|index| {
        (0..8).fold(index as u32, |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ 0xedb8_8320,
            _ => crc >> 1,
        })
    });
    let step = |crc: u32, byte: &u8| (crc >> 8) ^ table[(crc as u8 ^ byte) as usize];
    !bytes.iter().fold(u32::MAX, step)
}
