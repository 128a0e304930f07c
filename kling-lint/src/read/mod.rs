//! A JSON reader that knows where everything stands and goes on after a fault.
//!
//! It accepts what RFC 8259 accepts. After a fault it goes on as if the text were repaired, so that
//! one cause gives one finding and what is found later does not depend on it. It walks the text
//! forwards with a stack of its own: no input makes it recurse, and looking ahead is paid from a
//! budget.
//!
//! A document in which nothing is wrong takes the quick way (`sound`); any other is read anew, with
//! care (`parse`). Whoever knows what must come reads it without nodes (`cursor`).

mod ahead;
mod blank;
mod brackets;
mod bytes;
mod cursor;
mod faults;
mod junk;
mod marks;
mod members;
mod number;
mod numerals;
mod openers;
mod parse;
mod quotes;
mod sound;
mod string_faults;
mod strings;
mod surroundings;
mod tape;
#[cfg(test)]
mod tests;
mod text;
mod view;
mod words;

use crate::finding::Draft;
use crate::load::Loaded;
use crate::verdict::Room;

pub(crate) use cursor::Cursor;
pub(crate) use number::Number;
pub(crate) use surroundings::is_binary;
pub(crate) use tape::{JsonKind, Tape};
pub(crate) use text::Text;
pub(crate) use view::{Document, Member, Node, TapedString};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 512;
/// Most values that are read.
const MAX_VALUES: usize = 250_000;
/// Most findings of one severity about one text.
pub(crate) const MAX_FINDINGS: usize = 100;
/// Bytes that may be looked at twice to tell what a fault means.
const LOOK_AHEAD: usize = 256 << 10;

/// Reads a document; what is wrong with its text is added to the drafts. Nothing comes back when
/// there is nothing to check.
pub(crate) fn read<'s>(loaded: &'s Loaded<'s>, drafts: &mut Vec<Draft>) -> Option<Document<'s>> {
    read_into(Tape::default(), loaded, Room::TOLD, drafts)
}

/// The same, into the room of an earlier document: see [`Document::into_tape`].
pub(crate) fn read_into<'s>(
    mut tape: Tape,
    loaded: &'s Loaded<'s>,
    room: Room,
    drafts: &mut Vec<Draft>,
) -> Option<Document<'s>> {
    tape.entries.clear();
    // A value or key takes about ten bytes of text; long strings take more.
    tape.entries.reserve((loaded.text().len() / 8).clamp(8, 4096));
    if loaded.gaps().is_empty()
        && let Some(names) = sound::read(loaded.text(), &mut tape.entries)
    {
        return Some(Document::new(loaded, tape, Some(names)));
    }
    tape.entries.clear();
    parse::document(loaded, room, drafts, tape)
}
