//! Image and video strings: handed to `media`, their sizes kept for the mask rules.

use std::borrow::Cow;

use kling_schema::rules::media as rules;
use kling_schema::{Basis, Limit, MediaClass, Severity};

use super::masks::Pixels;
use super::trail::Trail;
use super::value::{Rules, absent, empty};
use super::{Cx, Named};
use crate::media::{self, Base64Facts, Form, Hosts, MediaText, Rest};
use crate::read::{Node, Text};
use crate::vector;

/// How much of a media string is judged as text, from its beginning and from its end.
const HEAD: usize = 4096;
const TAIL: usize = 64;

/// How many local files of one request are read: more than any request can use, few enough that a
/// hostile one does not keep the disk busy.
const MOST_FILES: usize = 256;

/// How many images of one request are decoded: more than any endpoint takes, and few enough for ones
/// that were made to keep a decoder busy.
const MOST_DECODED: usize = 14;

/// How many pixels of one request are decoded, as the headers give them: what all pictures of a request
/// have that come from a camera. The picture that goes beyond is decoded, those after it are not.
const MOST_PIXELS: u64 = 400_000_000;

/// Whether the media is a URL about which there is nothing to say. False says nothing.
pub(super) fn is_sound(text: Text<'_>, limits: &[Limit], hosts: &mut Hosts) -> bool {
    if text.raw().len() >= HEAD {
        return false;
    }
    match text.plain_ascii() {
        Some(url) => media::is_sound_url(url, limits, hosts),
        None => text.has_escapes() && is_sound_unescaped(text, limits, hosts),
    }
}

/// The same of one with escapes: some languages write each slash so.
#[inline(never)]
fn is_sound_unescaped(text: Text<'_>, limits: &[Limit], hosts: &mut Hosts) -> bool {
    let url = text.to_bytes();
    let is_printable = vector::run(&url, vector::are_plain) == url.len();
    is_printable && !text.has_gap() && media::is_sound_url(&url, limits, hosts)
}

pub(super) fn media_string<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    class: MediaClass,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if text.is_empty() {
        return match rules.required {
            Some(basis) => {
                let draft = absent(trail, *basis, node, "an empty string");
                cx.push(draft.with("advice", format!("name the {}", class.word())));
            }
            None => empty(cx, node, trail),
        };
    }
    if cx.hosts.counts_odd() && is_sound(text, rules.limits, cx.hosts) {
        return;
    }
    let mut setting = cx.setting;
    if cx.out.files.len() >= MOST_FILES {
        setting.files = None;
    }
    let spent = cx.decoded >= MOST_DECODED || cx.pixels >= MOST_PIXELS;
    setting.decode &= !spent;
    let mut drafts = Vec::new();
    let head = text.head(HEAD);
    // The head ends before a character that would not fit.
    let complete = !text.has_gap() && !text.is_longer(HEAD - 1);
    let media_text = MediaText { head, complete, rest: &text };
    let judged =
        media::check(&media_text, class, rules.limits, trail, node.span(), &setting, &mut drafts);
    for draft in drafts {
        cx.push(draft);
    }
    if let Some(size) = judged.size {
        if setting.decode {
            cx.decoded += 1;
            cx.pixels = cx.pixels.saturating_add(u64::from(size.width) * u64::from(size.height));
        } else if cx.setting.decode {
            let draft = trail.found(&rules::NOT_DECODED, Basis::house(Severity::Info), node.span());
            cx.push(draft.with("reason", "the pictures before it were many or large"));
        }
        cx.sizes.insert(node.span().start, Pixels { size, turned: judged.turned });
    }
    if let Form::Path(path) = judged.form {
        cx.out.name(Named { pointer: trail.pointer(), span: node.span(), path });
    }
}

impl Rest for Text<'_> {
    fn tail(&self) -> Cow<'_, str> {
        Text::tail(*self, TAIL)
    }

    fn raw_head(&self) -> &str {
        readable(self.raw(), 0)
    }

    fn raw_tail(&self) -> &str {
        let raw = self.raw();
        readable(raw, raw.len().saturating_sub(HEAD))
    }

    fn base64(&self) -> Base64Facts {
        Text::base64(*self)
    }

    fn data(&self, prefix: usize) -> Option<Vec<u8>> {
        self.decoded(prefix)
    }
}

/// The readable beginning of raw bytes from here on; none where they are no UTF-8.
fn readable(raw: &[u8], from: usize) -> &str {
    let from = (from..raw.len()).find(|at| raw[*at] & 0xc0 != 0x80).unwrap_or(raw.len());
    let bytes = &raw[from..];
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;
    use crate::{FileName, Files, Linter, OpenFile, Refusal};

    /// The first chunk of a picture, without the rest, under every name.
    #[derive(Debug, Default)]
    struct Counting(AtomicUsize);

    impl Files for Counting {
        fn open(&self, _: &FileName<'_>) -> Result<OpenFile, Refusal> {
            const CUT: &[u8] =
                b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x58\0\0\x02\x58\x08\x02\0\0\0\x31\x04\x0f\x8b";
            self.0.fetch_add(1, Relaxed);
            Ok(OpenFile::with_len(Cursor::new(CUT), CUT.len() as u64))
        }
    }

    #[test]
    fn so_many_files_are_told_of_and_no_more() {
        let builder = Linter::builder().endpoint("image2video");
        let request = r#"{"image": "./a.png", "prompt": "x"}"#;
        let list = vec![request; crate::check::MOST_NAMED + 9].join(",");
        let report =
            builder.lists(true).build().expect("an endpoint").lint_str(&format!("[{list}]"));
        assert_eq!(report.requests(), crate::check::MOST_NAMED + 9);
        assert_eq!(report.files().len(), crate::check::MOST_NAMED);
    }

    #[test]
    fn so_many_files_are_read_and_no_more() {
        let files = Arc::new(Counting::default());
        let builder = Linter::builder().endpoint("multi-image2video").files(Arc::clone(&files));
        #[cfg(feature = "decode")]
        let builder = builder.decode(true);
        let items = vec![r#"{"image": "./a.png"}"#; MOST_FILES + 9].join(",");
        let report = builder
            .build()
            .expect("an endpoint")
            .lint_str(&format!(r#"{{"image_list": [{items}], "prompt": "x"}}"#));
        assert_eq!(files.0.load(Relaxed), MOST_FILES);
        assert_eq!(report.files().len(), MOST_FILES + 9);
        assert_eq!(report.files().iter().filter(|file| file.len.is_some()).count(), MOST_FILES);
        let undecodable =
            report.findings().iter().filter(|it| it.rule.name == "undecodable").count();
        assert_eq!(undecodable, if cfg!(feature = "decode") { MOST_DECODED } else { 0 });
    }

    #[test]
    fn a_name_that_is_cut_opens_no_file() {
        let files = Arc::new(Counting::default());
        let linter = Linter::builder().endpoint("image2video").files(Arc::clone(&files));
        let linter = linter.build().expect("an endpoint");
        // A character of several bytes, or what becomes one, lies across the limit.
        for (step, name, cut) in [
            (&b"./"[..], &b"a.png"[..], "\u{e9}b.png".as_bytes()),
            (b"./", b"a.jpeg", "\u{1f408}b.png".as_bytes()),
            (b"./", b"a.png", b"\\u00e9b.png"),
            (b"\xff", b"/a.png", b"\xffb.png"),
        ] {
            for pad in (HEAD / 3 - 16..=HEAD / 3).chain(HEAD / 2 - 16..=HEAD / 2) {
                let text = [b"{\"image\": \"./", &*step.repeat(pad), name, cut, b"\"}"].concat();
                let report = linter.lint_bytes(&text);
                let opened = files.0.swap(0, Relaxed);
                let is_whole = report.files().iter().all(|file| file.path.ends_with("b.png"));
                assert!(is_whole || opened == 0, "{pad} times {step:?}");
            }
        }
    }
}
