//! The tape as a tree that can be walked and copied about.

use std::ops::Range;

use super::number::Number;
use super::tape::{CLOSED, Entry, JsonKind, SOUND, TRUE, Tape};
use super::text::Text;
use crate::load::Loaded;
use crate::names::{Name, NameSet};

/// A document that was read.
#[derive(Debug)]
pub(crate) struct Document<'s> {
    loaded: &'s Loaded<'s>,
    tape: Vec<Entry>,
    /// The keys of the root, if the text is sound and was nowhere cut.
    names: Option<NameSet>,
}

/// A value or key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'d> {
    document: &'d Document<'d>,
    index: u32,
}

/// A string that outlives its document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TapedString(Entry);

impl TapedString {
    /// One without escapes, from quote to quote.
    pub(crate) fn plain(span: Range<usize>) -> Self {
        let mut entry = Entry::new(JsonKind::String, span.start, span.end).quoted(1, 1);
        entry.flags = SOUND;
        TapedString(entry)
    }

    /// Its span in the resident text, quotes included.
    pub(crate) fn span(&self) -> Range<u32> {
        self.0.start..self.0.end
    }

    /// What it says, in the text that the document was read from.
    pub(crate) fn text<'d>(&self, loaded: &'d Loaded<'_>) -> Text<'d> {
        Text::new(loaded, &self.0)
    }
}

/// A key and its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'d> {
    /// A string, or broken.
    pub(crate) key: Node<'d>,
    pub(crate) value: Node<'d>,
}

impl<'s> Document<'s> {
    /// The tape holds the root, at least; its keys are known of a sound text.
    pub(super) fn new(loaded: &'s Loaded<'s>, tape: Tape, names: Option<NameSet>) -> Self {
        Document { loaded, tape: tape.entries, names }
    }

    /// A sound text of which some members of its object are at hand, by their numbers on the tape, and the
    /// object itself is not.
    pub(crate) fn of_members(loaded: &'s Loaded<'s>, tape: Tape) -> Self {
        Document::new(loaded, tape, Some(NameSet::NONE))
    }

    /// Its room, for the next document.
    pub(crate) fn into_tape(self) -> Tape {
        Tape { entries: self.tape }
    }

    /// The outermost value.
    pub(crate) fn root(&self) -> Node<'_> {
        Node { document: self, index: 0 }
    }

    /// The node of this number: see [`Node::index`].
    pub(crate) fn node(&self, index: u32) -> Node<'_> {
        Node { document: self, index }
    }

    /// Whether nothing was wrong with its text, all of which is here.
    pub(crate) fn is_sound(&self) -> bool {
        self.names.is_some()
    }

    /// The text it was read from.
    pub(crate) fn loaded(&self) -> &Loaded<'s> {
        self.loaded
    }
}

impl<'d> Node<'d> {
    #[inline]
    fn entry(self) -> &'d Entry {
        &self.document.tape[self.index as usize]
    }

    /// Its number in the document.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// What kind of value it is.
    #[inline]
    pub(crate) fn kind(self) -> JsonKind {
        self.entry().kind
    }

    /// Its span in the resident text, quotes and brackets included.
    #[inline]
    pub(crate) fn span(self) -> Range<u32> {
        let entry = self.entry();
        entry.start..entry.end
    }

    /// The members of an object, in the order of the text, duplicates included. Anything else has none.
    #[inline]
    pub(crate) fn members(self) -> impl Iterator<Item = Member<'d>> {
        let mut nodes = self.children(JsonKind::Object);
        std::iter::from_fn(move || Some(Member { key: nodes.next()?, value: nodes.next()? }))
    }

    /// The items of an array. Anything else has none.
    #[inline]
    pub(crate) fn items(self) -> impl Iterator<Item = Node<'d>> {
        self.children(JsonKind::Array)
    }

    #[inline]
    fn children(self, kind: JsonKind) -> impl Iterator<Item = Node<'d>> {
        let entry = self.entry();
        let end = if entry.kind == kind { entry.next } else { 0 };
        let mut index = self.index + 1;
        std::iter::from_fn(move || {
            let node = (index < end).then_some(Node { document: self.document, index })?;
            index = node.entry().next;
            Some(node)
        })
    }

    /// Which key of the tables this key is, however it is escaped.
    #[inline]
    pub(crate) fn name(self) -> Name {
        let entry = self.entry();
        if entry.kind == JsonKind::String { entry.name } else { Name::NONE }
    }

    /// The keys of the tables that this object has.
    pub(crate) fn names(self) -> NameSet {
        match self.document.names {
            Some(names) if self.index == 0 => names,
            _ => self.members().fold(NameSet::NONE, |mut names, member| {
                names.insert(member.key.name());
                names
            }),
        }
    }

    /// The value of a key of the tables; of a key written twice, the last, as most readers see it.
    pub(crate) fn member(self, name: Name) -> Option<Node<'d>> {
        let members = self.members().filter(|member| member.key.name() == name);
        members.last().map(|member| member.value)
    }

    /// Number of members or items, counted.
    pub(crate) fn len(self) -> usize {
        match self.kind() {
            JsonKind::Object => self.members().count(),
            JsonKind::Array => self.items().count(),
            _ => 0,
        }
    }

    /// The string, for later.
    pub(crate) fn string(self) -> TapedString {
        TapedString(*self.entry())
    }

    /// The text of a string.
    #[inline]
    pub(crate) fn text(self) -> Option<Text<'d>> {
        let entry = self.entry();
        (entry.kind == JsonKind::String).then(|| Text::new(self.document.loaded, entry))
    }

    /// A number.
    #[inline]
    pub(crate) fn number(self) -> Option<Number<'d>> {
        let entry = self.entry();
        if entry.kind != JsonKind::Number {
            return None;
        }
        let raw = self.document.loaded.text().get(entry.start as usize..entry.end as usize)?;
        Some(Number::new(raw))
    }

    /// `true` or `false`.
    pub(crate) fn boolean(self) -> Option<bool> {
        let entry = self.entry();
        (entry.kind == JsonKind::Bool).then_some(entry.flags & TRUE != 0)
    }

    /// Whether the closing bracket of this object or array is in the text, so that what is not in
    /// it is truly absent.
    pub(crate) fn is_closed(self) -> bool {
        self.entry().flags & CLOSED != 0
    }
}
