//! Image and video strings: handed to `media`, their sizes kept for the mask rules.

use kling_schema::{MediaClass, Presence};

use super::masks::Pixels;
use super::trail::Trail;
use super::value::{Rules, absent, empty};
use super::{Cx, Named};
use crate::media::{self, Form, MediaText};
use crate::read::{Node, Text};

/// How much of a media string is judged as text, from its beginning and from its end.
const MEDIA_LOOKED_AT: (usize, usize) = (4096, 64);

/// How many local files of one request are read: more than any request can use, few enough that a
/// hostile one does not keep the disk busy.
const MOST_FILES: usize = 256;

pub(super) fn media_string<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    text: Text<'d>,
    class: MediaClass,
    rules: Rules,
    trail: &Trail<'_>,
) {
    if text.is_empty() {
        return match rules.presence {
            Presence::Required(basis) => {
                let draft = absent(trail, basis, node, "an empty string");
                cx.push(draft.with("advice", format!("name the {}", class.word())));
            }
            Presence::Optional => empty(cx, node, trail),
        };
    }
    let mut setting = cx.setting;
    if cx.out.files.len() >= MOST_FILES {
        setting.files = None;
    }
    let mut drafts = Vec::new();
    let raw = text.raw();
    let (most_head, most_tail) = MEDIA_LOOKED_AT;
    let head = text.head(most_head);
    let scan = || text.base64();
    let data = |prefix| text.decoded(prefix);
    let media_text = MediaText {
        complete: !text.has_gap() && head.len() < most_head,
        tail: text.tail(most_tail),
        raw_head: readable(raw, 0),
        raw_tail: readable(raw, raw.len().saturating_sub(MEDIA_LOOKED_AT.0)),
        base64: &scan,
        data: &data,
        head,
    };
    let judged =
        media::check(&media_text, class, rules.limits, trail, node.span(), &setting, &mut drafts);
    for draft in drafts {
        cx.push(draft);
    }
    if let Some(size) = judged.size {
        cx.sizes.insert(node.span().start, Pixels { size, turned: judged.turned });
    }
    if let Form::Path(path) = judged.form {
        cx.out.files.push(Named { pointer: trail.pointer(), span: node.span(), path });
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
