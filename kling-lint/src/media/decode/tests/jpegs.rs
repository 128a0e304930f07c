use super::*;
use Flaw::{Corrupt, Truncated, Unsupported};

/// The place of a marker behind its `FF`.
fn marker(bytes: &[u8], marker: u8) -> usize {
    let at = bytes.windows(2).position(|pair| pair == [0xff, marker]);
    at.expect("a marker of this kind") + 1
}

/// Without the segments of this marker.
fn without(bytes: &[u8], unwanted: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    while let Some(at) = bytes.windows(2).position(|pair| pair == [0xff, unwanted]) {
        let length = u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]);
        bytes.drain(at..at + 2 + usize::from(length));
    }
    bytes
}

#[test]
fn an_end_marker_in_the_middle_is_no_end() {
    for name in ["baseline.jpg", "progressive.jpg", "restart.jpg"] {
        let bytes = image(name);
        let scan = marker(&bytes, 0xda) + 13;
        let mut cut = bytes[..(scan + bytes.len()) / 2].to_vec();
        cut.extend(b"\xff\xd9");
        let fault = jpeg::check(&cut);
        assert!(matches!(fault, Err(Truncated(_) | Corrupt(_))), "{name}: {fault:?}");
    }
    assert!(matches!(jpeg::check(b"\xff\xd8\xff\xd9"), Err(Truncated(_))));
}

#[test]
fn fill_bytes_and_padding_pass() {
    let bytes = image("baseline.jpg");
    for which in [0xdb, 0xc0, 0xc4, 0xda, 0xd9] {
        let at = marker(&bytes, which);
        for fill in [&b"\xff"[..], b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"] {
            let mut filled = bytes.clone();
            filled.splice(at..at, fill.iter().copied());
            assert_eq!(jpeg::check(&filled), Ok(()), "{which:x}");
        }
        let mut padded = bytes.clone();
        padded.splice(at - 1..at - 1, [0; 600]);
        assert_eq!(jpeg::check(&padded), Ok(()), "{which:x}");
    }
}

#[test]
fn stray_bytes_in_the_header_pass_as_decoders_pass_over_them() {
    let bytes = image("baseline.jpg");
    let at = marker(&bytes, 0xc0) - 1;
    for stray in [&b"stray"[..], b"\xff\0", b"\xff\xfe\0\0", b"\xff\xfe\0\x01", b"\xff\xff\0\xff"] {
        let mut strayed = bytes.clone();
        strayed.splice(at..at, stray.iter().copied());
        assert_eq!(jpeg::check(&strayed), Ok(()), "{stray:x?}");
        assert_eq!(probe(&strayed).size, probe(&bytes).size, "{stray:x?}");
    }
}

#[test]
fn a_few_bytes_behind_the_last_code_pass_and_many_do_not() {
    let bytes = image("baseline.jpg");
    let end = bytes.len() - 2;
    for (count, passes) in [(1, true), (15, true), (40, false)] {
        let mut longer = bytes.clone();
        longer.splice(end..end, (0..count).map(|at| at * 3 + 1));
        assert_eq!(jpeg::check(&longer).is_ok(), passes, "{count}");
    }
}

#[test]
fn restart_markers_keep_their_order() {
    let bytes = image("restart.jpg");
    let (first, second) = (marker(&bytes, 0xd0), marker(&bytes, 0xd1));
    let mut swapped = bytes.clone();
    swapped.swap(first, second);
    assert!(matches!(jpeg::check(&swapped), Err(Corrupt(_))));
    let mut missing = bytes.clone();
    missing.drain(first - 1..=first);
    assert!(jpeg::check(&missing).is_err_and(is_broken));
    // One too many behind the last group is known to happen.
    let mut more = bytes.clone();
    let end = bytes.len() - 2;
    more.splice(end..end, *b"\xff\xd3");
    assert_eq!(jpeg::check(&more), Ok(()));
}

#[test]
fn kinds_that_are_not_read_are_no_faults() {
    let bytes = image("baseline.jpg");
    let frame = marker(&bytes, 0xc0);
    for kind in [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xf7] {
        let mut other = bytes.clone();
        other[frame] = kind;
        assert!(matches!(jpeg::check(&other), Err(Unsupported(_))), "{kind:x}");
    }
    let mut deep = bytes.clone();
    deep[frame + 3] = 12;
    assert!(matches!(jpeg::check(&deep), Err(Unsupported(_))));
    let mut later = bytes.clone();
    later[frame + 4..frame + 6].fill(0);
    assert!(matches!(jpeg::check(&later), Err(Unsupported(_))));
    // Motion JPEG leaves out the usual tables.
    assert!(matches!(jpeg::check(&without(&bytes, 0xc4)), Err(Unsupported(_))));
}

#[test]
fn what_is_missing_or_doubled_is_noticed() {
    let bytes = image("baseline.jpg");
    assert!(matches!(jpeg::check(&without(&bytes, 0xdb)), Err(Corrupt(_))));
    assert!(matches!(jpeg::check(&without(&bytes, 0xc0)), Err(Corrupt(_))));
    assert!(matches!(jpeg::check(&without(&image("progressive.jpg"), 0xc4)), Err(Corrupt(_))));
    let frame = marker(&bytes, 0xc0) - 1;
    let mut twice = bytes.clone();
    twice.splice(frame..frame, bytes[frame..frame + 19].to_vec());
    assert!(matches!(jpeg::check(&twice), Err(Corrupt(_))));
    let mut two = bytes[..frame].to_vec();
    two.extend(&bytes);
    assert!(matches!(jpeg::check(&two), Err(Corrupt(_))));
    let mut unknown = bytes.clone();
    unknown[marker(&bytes, 0xe0)] = 0x44;
    assert!(matches!(jpeg::check(&unknown), Err(Corrupt(_))));
}

#[test]
fn a_header_that_claims_more_than_there_is_ends_with_the_data() {
    for name in ["baseline.jpg", "progressive.jpg", "restart.jpg"] {
        let mut bytes = image(name);
        let frame = bytes.windows(2).position(|it| matches!(it, [0xff, 0xc0 | 0xc2]));
        let at = frame.expect("a frame") + 5;
        bytes[at..at + 4].fill(0xff);
        assert!(jpeg::check(&bytes).is_err(), "{name}");
    }
}

/// Scans that promise nothing for millions of blocks, with a few bytes each.
#[test]
fn empty_scans_over_a_huge_picture_end() {
    let mut bytes = b"\xff\xd8\xff\xdb\0\x43\0".to_vec();
    bytes.extend([1; 64]);
    // One code: nothing in this band for the next 2^14 blocks and more.
    bytes.extend(b"\xff\xc4\0\x14\x10\x01");
    bytes.extend([0; 15]);
    bytes.push(0xe0);
    bytes.extend(b"\xff\xc2\0\x0b\x08\x20\0\x20\0\x01\x01\x11\0");
    for _ in 0..200 {
        bytes.extend(b"\xff\xda\0\x08\x01\x01\0\x01\x3f\0");
        // 64 times the code and 14 zeros: 1,048,576 blocks.
        bytes.extend([0; 120]);
    }
    assert!(matches!(jpeg::check(&bytes), Err(Flaw::TooLarge(_))));
}
