//! The request as the policies see it: plain values, with stand-ins for very long strings.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Number, Value};

use crate::read::{JsonKind, Member, Node, Text};

/// Strings up to so many bytes, as the file writes them, are judged whole. Longer ones may have lost
/// their middle while loading, and are treated alike wherever they come from.
pub(super) const WHOLE: usize = 64 << 10;
/// Bytes of a longer one that its stand-in keeps.
const HEAD: usize = 1 << 10;
/// What a stand-in begins with: no character. A string of the request that begins with it gets a
/// stand-in, too, so that none can be forged.
const MARK: char = '\u{10fffe}';

/// What is known of a very long string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StandIn<'v> {
    /// Code points of the whole string.
    pub(super) chars: u64,
    /// Where it stands in the resident text.
    pub(super) at: u32,
    /// Its beginning.
    pub(super) head: &'v str,
}

impl<'v> StandIn<'v> {
    /// The stand-in that this text is, if it is one.
    pub(super) fn read(text: &'v str) -> Option<Self> {
        let mut parts = text.strip_prefix(MARK)?.splitn(3, ':');
        let chars = parts.next()?.parse().ok()?;
        let at = parts.next()?.parse().ok()?;
        Some(StandIn { chars, at, head: parts.next()? })
    }
}

/// Whether a pointer leads through a key that has a stand-in.
pub(super) fn has_stand_in(pointer: &str) -> bool {
    pointer.contains(MARK)
}

/// The text of a string, or its stand-in, and whether it is the text.
fn string(node: Node<'_>, text: Text<'_>) -> (String, bool) {
    let long = text.has_gap() || text.raw().len() > WHOLE;
    if !long {
        let whole = text.to_str();
        if !whole.starts_with(MARK) {
            return (whole.into_owned(), true);
        }
    }
    let (chars, at) = (text.counts().chars, node.span().start);
    (format!("{MARK}{chars}:{at}:{}", text.head(HEAD)), false)
}

/// An object or array under way.
enum Frame<'d> {
    Array(Box<dyn Iterator<Item = Node<'d>> + 'd>, Vec<Value>),
    Object(Box<dyn Iterator<Item = Member<'d>> + 'd>, Map<String, Value>, String),
}

impl<'d> Frame<'d> {
    fn new(node: Node<'d>) -> Self {
        if node.kind() == JsonKind::Array {
            Frame::Array(Box::new(node.items()), Vec::new())
        } else {
            Frame::Object(Box::new(node.members()), Map::new(), String::new())
        }
    }

    /// Takes in the value of the child that was asked for last. Of a key written twice, the last
    /// value counts.
    fn take(&mut self, value: Value) {
        match self {
            Frame::Array(_, values) => values.push(value),
            Frame::Object(_, map, key) => {
                map.insert(std::mem::take(key), value);
            }
        }
    }

    /// The next child; `Err` when its key cannot be read.
    fn next(&mut self, is_whole: &mut bool) -> Result<Option<Node<'d>>, ()> {
        match self {
            Frame::Array(items, _) => Ok(items.next()),
            Frame::Object(members, _, key) => match members.next() {
                None => Ok(None),
                Some(member) => {
                    let (text, whole) = string(member.key, member.key.text().ok_or(())?);
                    *is_whole &= whole;
                    *key = text;
                    Ok(Some(member.value))
                }
            },
        }
    }

    fn finish(self) -> Value {
        match self {
            Frame::Array(_, values) => Value::Array(values),
            Frame::Object(_, map, _) => Value::Object(map),
        }
    }
}

/// A request as a policy sees it.
pub(super) struct Instance {
    pub(super) value: Value,
    /// Whether it has no stand-in.
    pub(super) is_whole: bool,
}

/// The value, unless a part of it cannot be read.
pub(super) fn value(root: Node<'_>) -> Option<Instance> {
    let mut is_whole = true;
    let mut frames: Vec<Frame<'_>> = Vec::new();
    let mut next = Some(root);
    let mut done = None;
    loop {
        if let Some(node) = next.take() {
            match node.kind() {
                JsonKind::Array | JsonKind::Object if !node.is_closed() => return None,
                JsonKind::Array | JsonKind::Object => frames.push(Frame::new(node)),
                _ => done = Some(scalar(node, &mut is_whole)?),
            }
        }
        let Some(frame) = frames.last_mut() else {
            return done.map(|value| Instance { value, is_whole });
        };
        if let Some(value) = done.take() {
            frame.take(value);
        }
        next = frame.next(&mut is_whole).ok()?;
        if next.is_none() {
            done = frames.pop().map(Frame::finish);
        }
    }
}

fn scalar(node: Node<'_>, is_whole: &mut bool) -> Option<Value> {
    match node.kind() {
        JsonKind::Null => Some(Value::Null),
        JsonKind::Bool => node.boolean().map(Value::Bool),
        JsonKind::Number => {
            let number = node.number()?;
            // What is no number as JSON writes it, or is beyond any, was reported.
            let exact = serde_json::from_str::<Number>(number.text()).ok();
            let near = || Number::from_f64(number.as_f64().clamp(f64::MIN, f64::MAX));
            exact.or_else(near).map(Value::Number)
        }
        JsonKind::String => {
            let (text, whole) = string(node, node.text()?);
            *is_whole &= whole;
            Some(Value::String(text))
        }
        JsonKind::Array | JsonKind::Object | JsonKind::Broken => None,
    }
}

/// Finds values by pointer; each object or array is walked once, however many pointers lead into it.
pub(super) struct Finder<'d> {
    root: Node<'d>,
    inside: HashMap<u32, Children<'d>>,
}

enum Children<'d> {
    Items(Vec<Node<'d>>),
    Members(HashMap<String, Member<'d>>),
}

/// A value of the request.
pub(super) struct Found<'d> {
    pub(super) node: Node<'d>,
    /// Its key, if it has one.
    pub(super) key: Option<Node<'d>>,
    /// The way to it: keys and, in arrays, positions.
    pub(super) steps: Vec<Step<'d>>,
}

/// One step into a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'d> {
    Key(Node<'d>),
    Index(usize),
}

impl<'d> Finder<'d> {
    pub(super) fn new(root: Node<'d>) -> Self {
        Finder { root, inside: HashMap::new() }
    }

    /// The value that the pointer leads to, or the innermost one on the way.
    pub(super) fn find(&mut self, pointer: &str) -> Found<'d> {
        let mut found = Found { node: self.root, key: None, steps: Vec::new() };
        for token in tokens(pointer) {
            let (node, key, step) = match self.children(found.node) {
                Children::Items(items) => match token.parse::<usize>() {
                    Ok(index) if index < items.len() => (items[index], None, Step::Index(index)),
                    _ => break,
                },
                Children::Members(members) => match members.get(token.as_ref()) {
                    Some(member) => (member.value, Some(member.key), Step::Key(member.key)),
                    None => break,
                },
            };
            found.steps.push(step);
            (found.node, found.key) = (node, key);
        }
        found
    }

    /// The key of this object that reads so.
    pub(super) fn member(&mut self, object: Node<'d>, key: &str) -> Option<Member<'d>> {
        match self.children(object) {
            Children::Members(members) => members.get(key).copied(),
            Children::Items(_) => None,
        }
    }

    fn children(&mut self, node: Node<'d>) -> &Children<'d> {
        self.inside.entry(node.span().start).or_insert_with(|| match node.kind() {
            JsonKind::Array => Children::Items(node.items().collect()),
            _ => Children::Members(
                node.members()
                    .filter_map(|member| Some((string(member.key, member.key.text()?).0, member)))
                    .collect(),
            ),
        })
    }
}

/// The parts of a JSON Pointer.
pub(super) fn tokens(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|token| {
        if token.contains('~') {
            Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(token)
        }
    })
}
