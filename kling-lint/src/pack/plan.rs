//! What becomes of each part of the request's text.

use std::ops::Range;

use kling_schema::{KnownKey, Object};

use crate::place::Places;
use crate::read::{Document, Node};

/// What is done with the next bytes of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// So many are handed on.
    Copy(u64),
    /// So many are left out.
    Skip(u64),
    /// The file of this number comes in, in quotes.
    Inline(usize),
    /// Where an id can stand: it takes the place of so many; without one they are handed on.
    Id(u64),
    /// The rest, so many, is handed on once everything is known to be unchanged. It begins with the
    /// bracket that makes the body whole, so a body that is cut short is never JSON.
    Close(u64),
}

/// A part of the text that does not stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: Range<u64>,
    /// What takes its place.
    pub(super) by: By,
}

/// What takes the place of a part of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Nothing,
    /// The file of this number.
    File(usize),
    /// An id, if there will be one.
    Id,
}

/// The way through a request of this length whose last byte but for white space stands at `closing`.
pub(super) fn steps(mut pieces: Vec<Piece>, closing: u64, len: u64) -> Vec<Step> {
    // What is put in comes before what is left out behind it.
    pieces.sort_by_key(|piece| (piece.span.start, piece.span.end));
    let mut steps = Vec::new();
    let mut at = 0;
    for Piece { span, by } in pieces {
        // What lies inside of what is gone is gone too.
        let Some(before) = span.start.checked_sub(at) else { continue };
        let len = span.end.saturating_sub(span.start);
        steps.push(Step::Copy(before));
        match by {
            By::Nothing => steps.push(Step::Skip(len)),
            By::File(index) => steps.extend([Step::Skip(len), Step::Inline(index)]),
            By::Id => steps.push(Step::Id(len)),
        }
        at = span.end;
    }
    steps.push(Step::Copy(closing.saturating_sub(at)));
    steps.push(Step::Close(len.saturating_sub(closing.max(at))));
    steps.retain(|step| !matches!(step, Step::Copy(0) | Step::Skip(0)));
    steps
}

/// Members that are the editor's and no part of the request, each with one comma: byte ranges of the
/// file, and their keys.
pub(super) fn unsent(
    document: &Document<'_>,
    object: &'static Object,
) -> (Vec<Range<u64>>, Vec<&'static str>) {
    let (mut cuts, mut keys) = (Vec::new(), Vec::new());
    // Where the last member ends that stays; where a cut begins; where the last member ends.
    let (mut kept, mut open, mut end) = (None, None, 0);
    for member in document.root().members() {
        let start = member.key.span().start;
        end = member.value.span().end;
        match editors(object, member.key) {
            Some(key) => {
                open.get_or_insert(start);
                keys.push(key);
            }
            None => {
                cuts.extend(open.take().map(|open| open..start));
                kept = Some(end);
            }
        }
    }
    // No member follows: the comma before goes.
    cuts.extend(open.map(|open| kept.unwrap_or(open)..end));
    let placed = Places::new(document.loaded()).resolve(&cuts);
    keys.dedup();
    (placed.iter().map(|placed| placed.span.start..placed.span.end).collect(), keys)
}

/// The key, if it is the editor's.
pub(super) fn editors(object: &'static Object, key: Node<'_>) -> Option<&'static str> {
    let text = key.text()?;
    let editors = object.known.iter().filter(|known| matches!(known.what, KnownKey::Editor));
    editors.map(|known| known.key).find(|editor| text.is(editor))
}

#[cfg(test)]
mod tests {
    use kling_schema::endpoints::ENDPOINTS;

    use super::*;
    use crate::load::Loaded;
    use crate::read;

    /// The key for the editor, in quotes.
    fn editor() -> String {
        let key = ENDPOINTS[0].known.iter().find(|known| matches!(known.what, KnownKey::Editor));
        format!("\"{}\"", key.expect("an editor's key").key)
    }

    /// The text without what is the editor's.
    fn without(text: &str) -> String {
        let loaded = Loaded::from_bytes(text.as_bytes());
        let Some(document) = read::read(&loaded, &mut Vec::new()) else { return text.into() };
        let (cuts, _) = unsent(&document, ENDPOINTS[0]);
        let mut out = String::from(text);
        for cut in cuts.into_iter().rev() {
            out.replace_range(cut.start as usize..cut.end as usize, "");
        }
        out
    }

    #[test]
    fn the_editors_member_goes_with_one_comma() {
        for (text, left) in [
            ("{EDITOR: 1}", "{}"),
            ("{ EDITOR: 1 }", "{  }"),
            ("{EDITOR: 1, \"a\": 2}", "{\"a\": 2}"),
            ("{\n  EDITOR: {\"b\": [1]},\n  \"a\": 2\n}", "{\n  \"a\": 2\n}"),
            ("{\"a\": 2, EDITOR: 1}", "{\"a\": 2}"),
            ("{\"a\": 2\n , EDITOR :\n1\n}\n", "{\"a\": 2\n}\n"),
            ("{\"a\": 2, EDITOR: 1, \"b\": 3}", "{\"a\": 2, \"b\": 3}"),
            ("{EDITOR: 1, EDITOR: 2}", "{}"),
            ("{EDITOR: 1, \"a\": 2, EDITOR: 3, EDITOR: 4}", "{\"a\": 2}"),
            ("{\"a\": {EDITOR: 1}}", "{\"a\": {EDITOR: 1}}"),
            ("[EDITOR]", "[EDITOR]"),
            ("", ""),
        ] {
            let written = |text: &str| text.replace("EDITOR", &editor());
            assert_eq!(without(&written(text)), written(left), "{text}");
        }
        let escaped = editor().replacen('$', "\\u0024", 1);
        assert_ne!(escaped, editor());
        assert_eq!(without(&format!("{{{escaped}: 1, \"a\": 2}}")), "{\"a\": 2}");
    }

    #[test]
    fn pieces_that_overlap_make_no_trouble() {
        let piece = |span, by| Piece { span, by };
        let pieces =
            vec![piece(2..8, By::Nothing), piece(4..6, By::File(0)), piece(8..9, By::File(1))];
        assert_eq!(
            steps(pieces, 10, 12),
            [
                Step::Copy(2),
                Step::Skip(6),
                Step::Skip(1),
                Step::Inline(1),
                Step::Copy(1),
                Step::Close(2)
            ]
        );
        assert_eq!(steps(vec![piece(0..5, By::File(0))], 3, 5).last(), Some(&Step::Close(0)));
        assert_eq!(steps(Vec::new(), 0, 0), [Step::Close(0)]);
        let both = vec![piece(1..7, By::Nothing), piece(1..1, By::Id)];
        let wanted = [Step::Copy(1), Step::Id(0), Step::Skip(6), Step::Copy(1), Step::Close(1)];
        assert_eq!(steps(both, 8, 9), wanted);
    }
}
