//! An empty box behind the last one changes nothing that is told of a video.

use std::io::Cursor;

use kling_lint::{Linter, OpenFile};

/// A box that holds nothing, for any reader to pass over.
const FREE: &[u8] = b"\0\0\0\x08free";

/// See the module.
pub fn videos(bytes: &[u8]) {
    let judge = |bytes: Vec<u8>| {
        let file = OpenFile::new(Cursor::new(bytes)).expect("memory has an end");
        Linter::new().judge_media(file, "a.mp4").expect("memory can be read")
    };
    let alone = judge(bytes.to_vec());
    if let Some(seconds) = alone.seconds {
        assert!(seconds.is_finite() && seconds >= 0.0);
    }
    if let Some(frames) = alone.frames_per_second {
        assert!(frames.is_finite() && frames >= 0.0);
    }
    if bytes.is_empty() || !is_tiled(bytes) {
        return;
    }
    let longer = judge([bytes, FREE].concat());
    let told = |it: &kling_lint::MediaReport| {
        (it.class, it.content, it.pixels, it.seconds, it.frames_per_second)
    };
    assert_eq!(told(&alone), told(&longer));
}

/// Whether the outermost boxes end where the file ends.
fn is_tiled(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let Some((len, rest)) = bytes.split_first_chunk::<4>() else { return false };
        let len = u32::from_be_bytes(*len) as usize;
        // Long forms and "to the end" are left out.
        if len < 8 || len > bytes.len() || rest.len() < 4 {
            return false;
        }
        bytes = &bytes[len..];
    }
    true
}
