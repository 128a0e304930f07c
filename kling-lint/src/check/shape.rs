//! An object: missing keys, keys written twice, and the way down into each value.

use std::borrow::Cow;
use std::collections::HashSet;

use kling_schema::rules::shape as rules;
use kling_schema::{Basis, Field, Object, Presence, Severity, aspect};

use super::keys::{self, Other, Speller};
use super::trail::Trail;
use super::{Cx, path, value};
use crate::fix::DraftFix;
use crate::printable;
use crate::read::{Member, Node, Text};

/// Checks a JSON object against its table.
pub(super) fn object<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    let mut seen = Seen::new(object);
    for member in node.members() {
        let Some(key) = member.key.text() else {
            continue;
        };
        match object.fields.iter().position(|field| key.is(field.key)) {
            Some(index) => seen.field(cx, index, member, trail),
            None => seen.other(cx, key, member, trail),
        }
    }
    for (index, field) in object.fields.iter().enumerate() {
        match seen.fields[index] {
            Some(member) => value::field(cx, member.value, field, &trail.key(field.key)),
            None => missing(cx, node, field, &seen, trail),
        }
    }
    keys::report(cx, node, object, &seen.fields, &seen.others, trail);
}

/// The keys of one object, as they were met.
struct Seen<'d> {
    /// By field: the last member of that key.
    fields: Vec<Option<Member<'d>>>,
    /// By field: how many members had the key.
    counts: Vec<u32>,
    /// Members of other keys, each key once, in order.
    others: Vec<Other<'d>>,
    /// Other keys met so far.
    names: HashSet<Cow<'d, str>>,
    speller: Speller,
}

impl<'d> Seen<'d> {
    fn new(object: &'static Object) -> Self {
        let fields = object.fields.len();
        Seen {
            fields: vec![None; fields],
            counts: vec![0; fields],
            others: Vec::new(),
            names: HashSet::new(),
            speller: Speller::new(object),
        }
    }

    fn field(&mut self, cx: &mut Cx<'d>, index: usize, member: Member<'d>, trail: &Trail<'_>) {
        self.counts[index] += 1;
        if self.counts[index] > 1 {
            duplicate(cx, member, Some(self.counts[index]), trail);
        }
        self.fields[index] = Some(member);
    }

    fn other(&mut self, cx: &mut Cx<'d>, key: Text<'d>, member: Member<'d>, trail: &Trail<'_>) {
        if self.names.insert(key.to_str()) {
            self.others.push(Other { key, member, meaning: self.speller.meaning(key) });
        } else {
            duplicate(cx, member, None, trail);
        }
    }

    /// The other spelling of a field that stands in its place, if any.
    fn stand_in(&self, field: &Field) -> Option<&Other<'d>> {
        self.others.iter().find(|other| other.meaning.field() == Some(field.key))
    }
}

/// A key written again.
fn duplicate<'d>(cx: &mut Cx<'d>, member: Member<'d>, count: Option<u32>, trail: &Trail<'_>) {
    let Some(key) = member.key.text() else { return };
    let house = Basis::house(Severity::Warning);
    if cx.is_full() {
        return cx.count(house.severity);
    }
    let key = key.to_str();
    let draft = trail
        .key(&key)
        .found(&rules::DUPLICATE_KEY, house, member.key.span())
        .with_some("found", count);
    cx.push(draft);
}

/// A key that is not there.
fn missing<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    field: &'static Field,
    seen: &Seen<'d>,
    trail: &Trail<'_>,
) {
    let Presence::Required(basis) = field.presence else {
        return;
    };
    let stand_in = seen.stand_in(field);
    if stand_in.is_some() && basis.severity < Severity::Error {
        // The wrong spelling is reported; saying that the right one is missing adds nothing.
        return;
    }
    let start = node.span().start;
    let mut draft = trail
        .key(field.key)
        .broken(&rules::MISSING_FIELD, basis, aspect::REQUIRED, start..start + 1)
        .with("found", "missing");
    draft.pointer = trail.pointer();
    let hint = field.hints.iter().find(|hint| path::holds(node, &hint.when));
    draft = draft.with_some("hint", hint.map(|hint| hint.text).or(basis.note));
    draft = match (stand_in, field.default) {
        (Some(Other { key, .. }), _) => {
            draft.with("advice", format!("rename {}", printable::quoted(&key.to_str())))
        }
        (None, Some(default)) => {
            let json = default.to_string();
            let draft = draft.with("advice", format!("add it; the page's default is {json}"));
            match insert(cx, node, field.key, &json) {
                Some(fix) => draft.fixed_by(fix),
                None => draft,
            }
        }
        (None, None) => draft.with("advice", "add it"),
    };
    cx.push(draft);
}

/// An edit that adds a member at the object's end, in the style of its last member.
fn insert<'d>(cx: &Cx<'d>, node: Node<'d>, key: &str, json: &str) -> Option<DraftFix> {
    if !node.is_closed() {
        return None;
    }
    let title = format!("add \"{key}\": {json}");
    let Some(last) = node.members().last() else {
        let at = node.span().start + 1;
        return Some(DraftFix::safe(title, at..at, format!("\"{key}\": {json}")));
    };
    let at = last.value.span().end;
    let lead = blank_before(cx.document.loaded().text(), last.key.span().start as usize);
    Some(DraftFix::safe(title, at..at, format!(",{lead}\"{key}\": {json}")))
}

/// The white space in front of a place: line end and indentation, or nothing in compact text.
fn blank_before(text: &[u8], at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let blank = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    // Blank lines between members are not repeated.
    let blank = &before[before.len() - blank..];
    let line = blank.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    String::from_utf8_lossy(&blank[line..]).into_owned()
}
