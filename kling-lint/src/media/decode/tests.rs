mod jpegs;
mod pngs;

use std::cell::Cell;
use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::media::probe::tests::{ImageFile, images, probe, some_image};

/// The JPEGs and PNGs among the fixtures whose size can be told, with what they are.
fn pictures() -> impl Iterator<Item = (&'static ImageFile, Content)> {
    images().iter().filter_map(|image| {
        let header = probe(&image.bytes);
        let is_known = matches!(header.content, Content::Jpeg | Content::Png);
        (is_known && header.size.is_ok()).then_some((image, header.content))
    })
}

/// Cut or rewritten on purpose: their headers are sound, the rest is not.
const BROKEN: &[&str] = &[
    "chunk-length-2-31-minus-1.png",
    "chunk-length-2-32-minus-1.png",
    "cut-after-header.png",
    "zeros-after-header.png",
];
/// Sound, as far as anybody knows, but of a kind that the decoder does not read.
const RARE_KINDS: &[&str] = &["arithmetic.jpg", "lossless.jpg", "twelve-bit.jpg"];

#[test]
fn sound_pictures_decode() {
    let mut sound = 0;
    for (image, content) in pictures() {
        let verdict = whole(content, &image.bytes);
        if BROKEN.contains(&image.name) {
            assert!(matches!(verdict, Err(Undecodable::Broken(_))), "{}: {verdict:?}", image.name);
        } else if RARE_KINDS.contains(&image.name) || image.name.starts_with("claims-2-31") {
            assert!(matches!(verdict, Err(Undecodable::Untold(_))), "{}: {verdict:?}", image.name);
        } else {
            assert_eq!(verdict, Ok(()), "{}", image.name);
            sound += 1;
        }
    }
    assert!(sound > 60, "{sound}");
}

#[test]
fn what_follows_the_end_is_not_looked_at() {
    for (image, content) in
        pictures().filter(|(image, content)| whole(*content, &image.bytes).is_ok())
    {
        for behind in [&b"\0\0\0"[..], b"PK\x03\x04", b"<html>"] {
            let bytes = [&image.bytes, behind].concat();
            assert_eq!(whole(content, &bytes), Ok(()), "{}", image.name);
        }
    }
}

/// Cut anywhere before its end a picture is broken, with no code or row to spare.
#[test]
fn every_cut_is_noticed() {
    let sound = pictures().filter(|(image, content)| whole(*content, &image.bytes).is_ok());
    for (image, content) in sound {
        let (name, bytes) = (image.name, &image.bytes);
        if ["mpo.jpg", "motion-photo.jpg"].contains(&name) {
            // Another picture, with an end of its own, follows the first.
            continue;
        }
        let end = match content {
            Content::Png => bytes.windows(8).position(|it| it == b"IEND\xae\x42\x60\x82"),
            _ => bytes.windows(2).rposition(|it| it == b"\xff\xd9"),
        };
        let end = end.expect(name);
        let step = if bytes.len() < 800 { 1 } else { bytes.len() / 23 };
        for cut in (0..=end).step_by(step).chain([end - 1, end]) {
            let verdict = whole(content, &bytes[..cut]);
            assert!(matches!(verdict, Err(Undecodable::Broken(_))), "{name} {cut}: {verdict:?}");
        }
    }
}

#[test]
fn bytes_are_asked_for_only_to_be_decoded() {
    let facts = |name: &str| {
        let image = images().iter().find(|image| image.name == name).expect("a fixture");
        let header = probe(&image.bytes);
        let len = image.bytes.len() as u64;
        FileFacts { header, len, exact: true, video: None, undecodable: None }
    };
    let asked = |facts: &mut FileFacts, decode| {
        let asked = Cell::new(false);
        let none = || {
            asked.set(true);
            None::<Cursor<&[u8]>>
        };
        facts.look(decode, none).expect("memory is read");
        asked.get()
    };
    // Nobody decodes it; nobody asked for that.
    assert!(!asked(&mut facts("animated.gif"), true));
    assert!(!asked(&mut facts("300x300.jpg"), false));
    assert!(!asked(&mut facts("no-frame.jpg"), false));
    // It is not at hand, or too large: that is said.
    let mut sound = facts("300x300.jpg");
    assert!(asked(&mut sound, true));
    assert_eq!(sound.undecodable, Some(TOO_LONG));
    let mut large = FileFacts { len: LARGEST + 1, ..facts("300x300.jpg") };
    assert!(!asked(&mut large, true));
    assert_eq!(large.undecodable, Some(TOO_LONG));
}

fn image(name: &str) -> Vec<u8> {
    let (image, _) = pictures().find(|(image, _)| image.name == name).expect("a fixture");
    image.bytes.clone()
}

fn is_broken(flaw: Flaw) -> bool {
    matches!(Undecodable::from(flaw), Undecodable::Broken(_))
}

proptest! {
    #[test]
    fn no_picture_breaks_a_decoder(image in some_image(), at in any::<prop::sample::Index>(), by in 1_u8.., cut in any::<prop::sample::Index>()) {
        let mut bytes = image.bytes.clone();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        for content in [Content::Jpeg, Content::Png] {
            let _ = whole(content, &bytes);
        }
    }
}
