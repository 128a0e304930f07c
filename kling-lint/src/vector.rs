//! Sixteen bytes of a text at once, with safe doors.

pub(crate) use wide::u8x16 as Bytes;

/// How many there are.
const LANES: usize = 16;

/// How many bytes at the beginning are of a kind, which is asked for sixteen at once: all ones says yes,
/// zero no.
#[inline]
pub(crate) fn run(text: &[u8], is: impl Fn(Bytes) -> Bytes) -> usize {
    // A bit for each byte that is of no such kind.
    let others = |chunk: &[u8; LANES]| !is(Bytes::new(*chunk)).to_bitmask() & 0xffff;
    let (chunks, _) = text.as_chunks();
    for (index, chunk) in chunks.iter().enumerate() {
        let others = others(chunk);
        if others != 0 {
            return LANES * index + others.trailing_zeros() as usize;
        }
    }
    let known = match text.last_chunk() {
        // What is left over is part of the last sixteen.
        Some(last) => match others(last) {
            0 => text.len(),
            others => text.len() - LANES + others.trailing_zeros() as usize,
        },
        None => {
            let mut ending = [0; LANES];
            ending[..text.len()].copy_from_slice(text);
            others(&ending).trailing_zeros() as usize
        }
    };
    known.min(text.len())
}

/// How many bytes are of a kind, which is asked for sixteen at once: all ones says yes, zero no.
#[inline]
pub(crate) fn count(text: &[u8], is: impl Fn(Bytes) -> Bytes) -> u64 {
    let (chunks, rest) = text.as_chunks();
    let mut all = 0;
    // So many at once that no sum of one byte overflows.
    for chunks in chunks.chunks(usize::from(u8::MAX)) {
        // All ones are minus one.
        let sums = chunks.iter().fold(Bytes::ZERO, |sums, chunk| sums - is(Bytes::new(*chunk)));
        all += sums.to_array().into_iter().map(u64::from).sum::<u64>();
    }
    let mut ending = [0; LANES];
    ending[..rest.len()].copy_from_slice(rest);
    let known = (1 << rest.len()) - 1;
    all + u64::from((is(Bytes::new(ending)).to_bitmask() & known).count_ones())
}

/// Calls with the place of each byte that is of a kind, which is asked for sixteen at once: all ones
/// says yes, zero no.
#[inline]
pub(crate) fn each(text: &[u8], is: impl Fn(Bytes) -> Bytes, mut then: impl FnMut(usize)) {
    let (chunks, rest) = text.as_chunks();
    let mut ending = [0; LANES];
    ending[..rest.len()].copy_from_slice(rest);
    let mut from = 0;
    for chunk in chunks.iter().chain([&ending]) {
        let mut places = is(Bytes::new(*chunk)).to_bitmask() & 0xffff;
        while places != 0 {
            let at = from + places.trailing_zeros() as usize;
            if at < text.len() {
                then(at);
            }
            places &= places - 1;
        }
        from += LANES;
    }
}

/// Which of the bytes are this one.
#[inline]
pub(crate) fn are(bytes: Bytes, byte: u8) -> Bytes {
    bytes.simd_eq(Bytes::splat(byte))
}

/// Which of the bytes are not above this one.
#[inline]
pub(crate) fn up_to(bytes: Bytes, most: u8) -> Bytes {
    bytes.min(Bytes::splat(most)).simd_eq(bytes)
}

/// Which of the bytes are printable ASCII.
#[inline]
pub(crate) fn are_plain(bytes: Bytes) -> Bytes {
    up_to(bytes, b'~') & !up_to(bytes, 0x1f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_byte_is_of_the_right_kind() {
        for byte in 0..=u8::MAX {
            let one = [byte];
            let is = |kind: fn(Bytes) -> Bytes| run(&one, kind) == 1;
            assert_eq!(is(are_plain), (b' '..=b'~').contains(&byte), "{byte}");
            assert_eq!(is(|bytes| up_to(bytes, b'#')), byte <= b'#', "{byte}");
            assert_eq!(is(|bytes| are(bytes, 0xff)), byte == 0xff, "{byte}");
        }
    }

    proptest! {
        #[test]
        fn a_run_ends_where_one_byte_after_the_other_says(
            text in proptest::collection::vec(proptest::sample::select(vec![b'a', b'b', b'?', 0, 0xff]), 0..80),
            long in 0..80_usize,
        ) {
            let text = [vec![b'a'; long], text].concat();
            let simply = text.iter().take_while(|byte| **byte < b'b' && **byte > 0).count();
            prop_assert_eq!(run(&text, |bytes| up_to(bytes, b'a') & !are(bytes, 0)), simply);
        }

        #[test]
        fn as_many_are_counted_as_there_are(
            text in proptest::collection::vec(proptest::sample::select(vec![b'a', b'b', 0]), 0..80),
            long in 0..300_usize,
            byte in proptest::sample::select(vec![b'a', b'b', 0]),
        ) {
            let text = [text.repeat(long), text].concat();
            let mut simply = text.iter().enumerate().filter(|(_, it)| **it == byte).map(|(at, _)| at);
            each(&text, |bytes| are(bytes, byte), |at| assert_eq!(simply.next(), Some(at)));
            assert_eq!(simply.next(), None);
            let simply = text.iter().filter(|it| **it == byte).count() as u64;
            prop_assert_eq!(count(&text, |bytes| are(bytes, byte)), simply);
        }
    }
}
