//! The parser's machine: one step an element, one step a separator.

use kling_schema::rules::{document, not_json as rules};

use super::blank::first_char;
use super::faults::{Faults, offsets, quoted};
use super::tape::{Entry, JsonKind, Tape};
use super::text::Text;
use super::view::Document;
use super::{LOOK_AHEAD, MAX_DEPTH, MAX_VALUES};
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::load::{Gap, Loaded};
use crate::names::Name;
use crate::verdict::Room;

pub(super) struct Parser<'t, 'o> {
    /// The resident text, up to the next gap that no string has accounted for.
    pub(super) text: &'t [u8],
    pub(super) pos: usize,
    pub(super) loaded: &'t Loaded<'t>,
    /// Gaps not passed yet.
    pub(super) gaps: &'t [Gap],
    pub(super) tape: Vec<Entry>,
    pub(super) stack: Vec<Frame>,
    /// How many arrays and objects on it have brackets of their own.
    pub(super) closable: [usize; 2],
    pub(super) faults: Faults<'o>,
    /// Bytes that may still be looked at twice.
    pub(super) budget: usize,
    pub(super) values: usize,
    state: State,
    /// Where the last element ends, and the one before it.
    pub(super) last_end: usize,
    pub(super) prev_end: usize,
    /// No comma stands before the last element, which was not reported.
    pub(super) comma_owed: bool,
    /// Where the last run of junk ends: more of it right after is no second finding.
    pub(super) junk_end: usize,
    /// Invalid UTF-8 has been reported.
    pub(super) told_utf8: bool,
    /// The text ends inside a string, which was reported: brackets are open for the same reason.
    pub(super) ends_in_string: bool,
}

/// An open object or array.
pub(super) struct Frame {
    pub(super) node: usize,
    pub(super) object: bool,
    /// It has no brackets of its own: a key was found in a list.
    pub(super) implied: bool,
    /// The comma after the last element.
    pub(super) comma: Option<usize>,
    /// In an object, the node of the latest value.
    pub(super) value: usize,
}

/// What comes next inside the innermost bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Element,
    Separator,
    /// Nothing more is read.
    Stopped,
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Member,
    Item,
}

/// Reads a document of any kind into an empty tape.
pub(super) fn document<'s>(
    loaded: &'s Loaded<'s>,
    room: Room,
    drafts: &mut Vec<Draft>,
    tape: Tape,
) -> Option<Document<'s>> {
    let mut parser = Parser {
        text: loaded.text(),
        pos: 0,
        loaded,
        gaps: loaded.gaps(),
        tape: tape.entries,
        stack: Vec::with_capacity(8),
        closable: [0; 2],
        faults: Faults::new(drafts, room),
        budget: LOOK_AHEAD,
        values: 0,
        state: State::Element,
        last_end: 0,
        prev_end: 0,
        comma_owed: false,
        junk_end: usize::MAX,
        told_utf8: false,
        ends_in_string: false,
    };
    parser.end_at_gap();
    if parser.begins() {
        parser.value(Role::Root);
        if parser.is_key_at_root() {
            parser.key_at_root();
        }
        parser.run();
        if parser.state != State::Stopped {
            parser.ends();
        }
    }
    parser.faults.finish();
    let tape = Tape { entries: parser.tape };
    (!tape.entries.is_empty()).then(|| Document::new(loaded, tape, None))
}

impl<'t> Parser<'t, '_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.pos).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.pos + ahead).copied()
    }

    /// The text from here on.
    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.get(self.pos..).unwrap_or_default()
    }

    /// Whether the text goes on after a gap in what is no string: the loader and the parser disagree
    /// about the quotes because of an earlier fault. What follows cannot be read.
    pub(super) fn is_cut(&self) -> bool {
        self.text.len() < self.loaded.text().len()
    }

    /// The next gap ends the text, until its string comes.
    pub(super) fn end_at_gap(&mut self) {
        let whole = self.loaded.text();
        let end = self.gaps.first().map_or(whole.len(), |gap| gap.at as usize);
        self.text = &whole[..end];
    }

    fn run(&mut self) {
        while let Some(object) = self.stack.last().map(|frame| frame.object) {
            self.skip_blank();
            let before = (self.pos, self.stack.len(), self.state);
            match self.state {
                State::Element if object => self.member(),
                State::Element => self.item(),
                State::Separator => self.separator(object),
                State::Stopped => break,
            }
            // Every element takes some text or closes a bracket: this is a safety net.
            if before == (self.pos, self.stack.len(), State::Element) {
                self.junk("a value");
            }
        }
        self.abandon();
    }

    /// Leaves everything that is still open.
    fn abandon(&mut self) {
        while let Some(frame) = self.stack.pop() {
            let next = self.tape.len() as u32;
            let entry = &mut self.tape[frame.node];
            entry.end = self.pos as u32;
            entry.next = next;
        }
    }

    pub(super) fn stop(&mut self) {
        self.state = State::Stopped;
    }

    pub(super) fn expect_element(&mut self) {
        self.state = State::Element;
    }

    pub(super) fn expect_separator(&mut self) {
        self.state = State::Separator;
        self.prev_end = std::mem::replace(&mut self.last_end, self.pos);
        if let Some(frame) = self.stack.last_mut() {
            frame.comma = None;
        }
    }

    /// Adds a value to the tape; a document with too many ends here.
    pub(super) fn push(&mut self, entry: Entry) -> Option<usize> {
        if self.values == MAX_VALUES {
            self.faults.error(
                &document::TOO_MANY_VALUES,
                entry.start as usize..entry.start as usize + 1,
                |draft| draft.with("limit", MAX_VALUES),
            );
            self.stop();
            return None;
        }
        self.values += 1;
        Some(self.append(entry))
    }

    /// Adds a key to the tape.
    pub(super) fn push_key(&mut self, mut entry: Entry) -> usize {
        if entry.kind == JsonKind::String {
            let text = Text::new(self.loaded, &entry);
            entry.name = if text.is_plain() {
                Name::of(text.raw())
            } else {
                Name::of(text.to_str().as_bytes())
            };
        }
        self.append(entry)
    }

    fn append(&mut self, mut entry: Entry) -> usize {
        let index = self.tape.len();
        entry.next = index as u32 + 1;
        self.tape.push(entry);
        index
    }

    /// An object or array opens here.
    pub(super) fn open(&mut self, object: bool) {
        let start = self.pos;
        if self.stack.len() == MAX_DEPTH {
            self.faults.error(&document::TOO_DEEP, start..start + 1, |draft| {
                draft.with("limit", MAX_DEPTH)
            });
            if !self.skip_brackets() {
                self.stop();
            }
            self.push(Entry::new(JsonKind::Broken, start, self.pos));
            return self.expect_separator_unless_stopped();
        }
        self.pos += 1;
        self.open_frame(object, start, false);
    }

    pub(super) fn open_frame(&mut self, object: bool, start: usize, implied: bool) {
        let kind = if object { JsonKind::Object } else { JsonKind::Array };
        if let Some(node) = self.push(Entry::new(kind, start, start)) {
            self.closable[usize::from(object)] += usize::from(!implied);
            self.stack.push(Frame { node, object, implied, comma: None, value: node });
            self.state = State::Element;
        }
    }

    pub(super) fn expect_separator_unless_stopped(&mut self) {
        if self.state != State::Stopped {
            self.expect_separator();
        }
    }

    /// A value, or a hole where one should be.
    pub(super) fn value(&mut self, role: Role) {
        let Some(byte) = self.peek() else {
            return self.hole(role);
        };
        match byte {
            b'{' if self.rest().starts_with(b"{{") && self.placeholder() => {}
            b'{' | b'[' => return self.open(byte == b'{'),
            b'"' => self.string(false),
            b'-' | b'+' | b'.' | b'0'..=b'9' => self.number(),
            b',' | b'}' | b']' => return self.hole(role),
            _ if self.odd_string(false) => {}
            _ => self.literal(),
        }
        self.expect_separator_unless_stopped();
    }

    /// The span of the character here.
    pub(super) fn char_span(&self) -> std::ops::Range<usize> {
        let len = first_char(self.rest()).map_or(1, char::len_utf8);
        self.pos..(self.pos + len).min(self.text.len())
    }

    /// An array's next item or its end.
    fn item(&mut self) {
        match self.peek() {
            None => self.text_ends(),
            Some(b',') => self.commas(),
            Some(closer @ (b'}' | b']')) => self.closer(closer),
            Some(_) => self.value(Role::Item),
        }
    }

    /// A comma, a closing bracket, or what stands there instead.
    fn separator(&mut self, object: bool) {
        let Some(byte) = self.peek() else {
            return self.text_ends();
        };
        match byte {
            b',' => {
                if let Some(frame) = self.stack.last_mut() {
                    frame.comma = Some(self.pos);
                }
                self.pos += 1;
                self.state = State::Element;
            }
            b'}' | b']' => self.closer(byte),
            b':' if !object && self.last_is_string() => self.key_in_list(),
            _ if std::mem::take(&mut self.comma_owed) => self.missing_comma(),
            _ if self.false_comma() => self.state = State::Element,
            // A key in a list: the bracket is missing as well, and one finding says so.
            b'"' if !object && self.is_key() => {
                self.comma_owed = true;
                self.state = State::Element;
            }
            _ if self.starts_element(byte, object) => self.missing_comma(),
            b'{' | b'[' if self.is_stray_opener() => self.stray_opener("a comma"),
            _ => {
                self.spoil();
                self.junk("a comma");
            }
        }
    }

    /// More text follows the value just read: it is not the whole value.
    fn spoil(&mut self) {
        let end = self.last_end as u32;
        if let Some(last) = self.tape.last_mut().filter(|entry| entry.end == end)
            && !matches!(last.kind, JsonKind::Array | JsonKind::Object)
        {
            last.kind = JsonKind::Broken;
        }
    }

    fn is_key_at_root(&mut self) -> bool {
        if !self.stack.is_empty() || !self.last_is_string() {
            return false;
        }
        self.skip_blank();
        self.peek() == Some(b':')
    }

    fn last_is_string(&self) -> bool {
        let last = self.tape.last();
        last.is_some_and(|entry| entry.kind == JsonKind::String)
    }

    /// Whether an element starts here, so that only the comma is missing.
    fn starts_element(&self, byte: u8, object: bool) -> bool {
        match byte {
            b'"' | b'\'' => true,
            b'{' | b'[' | b'0'..=b'9' | b'-' => !object,
            _ if super::quotes::curly(self.rest()).is_some() => true,
            _ if object => self.bare_key_len().is_some(),
            _ => [&b"true"[..], b"false", b"null"].iter().any(|word| self.rest().starts_with(word)),
        }
    }

    fn missing_comma(&mut self) {
        let span = self.char_span();
        let end = self.last_end;
        let found = self.glimpse();
        // After what could not be read, a comma alone repairs nothing.
        let after_junk = self.junk_end == end;
        self.faults.error(&rules::MISSING_COMMA, span, |draft| {
            let fix = DraftFix::safe("add a comma", offsets(end..end), ",");
            let fix = if after_junk { fix.unsafe_() } else { fix };
            draft.with("found", quoted(found)).fixed_by(fix)
        });
        self.state = State::Element;
    }

    /// What stands here, up to the end of the word or string.
    fn glimpse(&self) -> &'t [u8] {
        let rest = self.rest();
        let rest = &rest[..rest.len().min(80)];
        let end = match rest.first() {
            Some(quote @ (b'"' | b'\'')) => {
                rest.iter().skip(1).position(|byte| byte == quote).map(|at| at + 2)
            }
            Some(b'{' | b'[') => Some(1),
            _ => rest.iter().position(|byte| b" \t\r\n,:{}[]\"".contains(byte)),
        };
        &rest[..end.unwrap_or(rest.len())]
    }
}
