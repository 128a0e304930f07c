//! A document as a flat list of nodes.

use crate::names::Name;

/// Room for documents, one after another.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    pub(super) entries: Vec<Entry>,
}

impl Tape {
    /// Empties it, for members of an object of which others are passed over: see
    /// [`Cursor::taped`](super::Cursor::taped).
    pub(crate) fn begin(&mut self) {
        self.entries.clear();
        // In the place of the object, which nobody is to look through.
        self.entries.push(Entry::new(JsonKind::Broken, 0, 0));
    }

    /// How many bytes it takes.
    pub(crate) fn room(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
    }
}

/// One value or key: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Span in the resident text, quotes and brackets included.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Index of the first node that is not inside this one.
    pub(super) next: u32,
    pub(super) kind: JsonKind,
    pub(super) flags: u8,
    /// Bytes of a string's opening and closing quote, four bits each: none, one, or three for curly
    /// ones.
    quotes: u8,
    /// Which key of the tables a key is.
    pub(super) name: Name,
}

/// What kind of value a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum JsonKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// Nonsense, already reported: nothing more is said about it.
    Broken,
}

/// An object or array whose closing bracket is in the text.
pub(super) const CLOSED: u8 = 1;
/// A string with a backslash in it.
pub(super) const ESCAPES: u8 = 2;
/// A string with bytes outside ASCII.
pub(super) const HIGH: u8 = 4;
/// A string whose middle was dropped by the loader.
pub(super) const GAP: u8 = 8;
/// The literal `true`.
pub(super) const TRUE: u8 = 16;
/// A string that was read, all of it, and nothing was wrong with its text.
pub(super) const SOUND: u8 = 32;

impl Entry {
    #[inline]
    pub(super) fn new(kind: JsonKind, start: usize, end: usize) -> Self {
        // Resident text is shorter than 4 GiB.
        Entry {
            start: start as u32,
            end: end as u32,
            next: 0,
            kind,
            flags: 0,
            quotes: 0,
            name: Name::NONE,
        }
    }

    /// The same with quotes of so many bytes around it.
    #[inline]
    pub(super) fn quoted(mut self, opening: u8, closing: u8) -> Self {
        self.quotes = opening << 4 | closing;
        self
    }

    /// Bytes of the opening quote.
    pub(super) fn opening(&self) -> u32 {
        u32::from(self.quotes >> 4)
    }

    /// Bytes of the closing quote.
    pub(super) fn closing(&self) -> u32 {
        u32::from(self.quotes & 15)
    }
}
