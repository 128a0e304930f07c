//! An object: missing keys, keys written twice, and the way down into each value.

use kling_schema::rules::shape as rules;
use kling_schema::{Basis, Field, Object, Severity, aspect};

use super::facts::Fact;
use super::glance::Foreknown;
use super::keys::{self, Others};
use super::path::{self, Scope};
use super::plan::Plan;
use super::room::with_room;
use super::silence::Known;
use super::trail::Trail;
use super::{Cx, across, value};
use crate::fix::DraftFix;
use crate::printable;
use crate::read::{Cursor, Member, Node};

/// Checks a request against its table, and the rules across its fields.
pub(super) fn request<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    with_room(object.fields.len(), Slot::default(), |slots| {
        with_room(object.fields.len(), Fact::default(), |facts| {
            let seen = Seen::read(cx, node, object, (slots, facts), cx.known, trail);
            let scope = seen.scope();
            across::suspend(cx, scope, object);
            seen.judge(cx, trail);
            across::check(cx, scope, object, trail);
        });
    });
}

/// Checks a JSON object against its table.
pub(super) fn object<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    with_room(object.fields.len(), Slot::default(), |slots| {
        with_room(object.fields.len(), Fact::default(), |facts| {
            Seen::read(cx, node, object, (slots, facts), None, trail).judge(cx, trail);
        });
    });
}

/// What was met of one field.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot<'d> {
    /// The value; of a key written twice, the last.
    pub(super) value: Option<Node<'d>>,
    /// How many members had the key.
    count: u32,
    /// How many URLs in it were counted.
    odd: usize,
}

/// The keys of one object, as they were met.
struct Seen<'a, 'd> {
    node: Node<'d>,
    object: &'static Object,
    plan: Option<&'static Plan>,
    /// By field.
    slots: &'a [Slot<'d>],
    facts: &'a [Fact],
    /// Fields that are there, and those of them about which there is nothing to say, a bit each.
    there: u64,
    sound: u64,
    others: Others<'d>,
}

impl<'a, 'd> Seen<'a, 'd> {
    /// Finds the fields and what is known of them, some of it beforehand, and reports keys that are written
    /// twice.
    fn read(
        cx: &mut Cx<'d>,
        node: Node<'d>,
        object: &'static Object,
        (slots, facts): (&'a mut [Slot<'d>], &'a mut [Fact]),
        known: Option<&Foreknown>,
        trail: &Trail<'_>,
    ) -> Self {
        let plan = Plan::of(object);
        let (mut there, mut sound) = (0, 0);
        let mut others = Others::new(cx.out.room.findings);
        for member in node.members() {
            let field = match plan {
                Some(plan) => plan.field(member.key.name()),
                None => member
                    .key
                    .text()
                    .and_then(|key| object.fields.iter().position(|field| key.is(field.key))),
            };
            let Some((index, slot)) = field.and_then(|index| Some((index, slots.get_mut(index)?)))
            else {
                if !others.meet(cx.document, object, member) {
                    duplicate(cx, member, None, trail);
                }
                continue;
            };
            let (field, value) = (&object.fields[index], member.value);
            let known = known.filter(|_| slot.count == 0).and_then(|known| known.of(index));
            // Of a key written twice only the last value is judged.
            cx.hosts.take_back(slot.odd);
            let counted = cx.hosts.odd();
            let fact = match plan {
                // What has to be remembered is judged with care.
                Some(plan) if plan.unique().is_none_or(|(unique, _)| unique != index) => {
                    known.unwrap_or_else(|| fact(cx, plan, index, value))
                }
                _ => Fact::Unknown,
            };
            let odd = cx.hosts.odd() - counted;
            debug_assert!(
                fact == Fact::Unknown
                    || cx.leaves_nothing_but(odd, |cx| {
                        value::field(cx, value, field, &trail.field(field.key));
                    }),
                "the ways differ about `{}`",
                field.key
            );
            facts[index] = fact;
            *slot = Slot { value: Some(value), count: slot.count + 1, odd };
            if slot.count > 1 {
                duplicate(cx, member, Some(slot.count), trail);
            }
            let bit = 1 << (index & 63);
            there |= bit;
            sound = if fact == Fact::Unknown { sound & !bit } else { sound | bit };
        }
        Seen { node, object, plan, slots, facts, there, sound, others }
    }

    /// Where rules across fields look for values.
    fn scope(&self) -> Scope<'_, 'd> {
        let known =
            Known { facts: self.facts, there: self.there, only_fields: self.others.is_empty() };
        Scope::found(self.node, self.plan, self.slots, known)
    }

    /// Checks the fields about which there may be something to say, and reports the other keys.
    fn judge(&self, cx: &mut Cx<'d>, trail: &Trail<'_>) {
        match self.plan {
            Some(plan) => {
                let mut left = self.there & !self.sound | plan.required() & !self.there;
                while left != 0 {
                    self.field(cx, left.trailing_zeros() as usize, trail);
                    left &= left - 1;
                }
            }
            None => (0..self.slots.len()).for_each(|index| self.field(cx, index, trail)),
        }
        if !self.others.is_empty() {
            keys::report(cx, self.node, self.object, self.slots, &self.others, trail);
        }
    }

    fn field(&self, cx: &mut Cx<'d>, index: usize, trail: &Trail<'_>) {
        let (field, slot) = (&self.object.fields[index], self.slots[index]);
        match (slot.value, value::required(&field.presence)) {
            (Some(value), _) => value::field(cx, value, field, &trail.field(field.key)),
            (None, Some(basis)) => self.missing(cx, field, basis, trail),
            (None, None) => {}
        }
    }

    /// A required key that is not there.
    #[cold]
    fn missing(&self, cx: &mut Cx<'d>, field: &'static Field, basis: &Basis, trail: &Trail<'_>) {
        let stand_in = self.others.stand_in(field);
        if stand_in.is_some() && basis.severity < Severity::Error {
            // The wrong spelling is reported; saying that the right one is missing adds nothing.
            return;
        }
        let start = self.node.span().start;
        let mut draft = trail
            .key(field.key)
            .broken(&rules::MISSING_FIELD, *basis, aspect::REQUIRED, start..start + 1)
            .with("found", "missing");
        draft.pointer = trail.pointer();
        let scope = self.scope();
        let hint = field.hints.iter().find(|hint| path::holds(scope, &hint.when));
        draft = draft.with_some("hint", hint.map(|hint| hint.text).or(basis.note));
        draft = match (stand_in, field.default) {
            (Some(key), _) => {
                draft.with("advice", format!("rename {}", printable::quoted(&key.to_str())))
            }
            (None, Some(default)) => {
                let json = default.to_string();
                let draft = draft.with("advice", format!("add it; the page's default is {json}"));
                match insert(cx, self.node, field.key, &json) {
                    Some(fix) => draft.fixed_by(fix),
                    None => draft,
                }
            }
            (None, None) => draft.with("advice", "add it"),
        };
        cx.push(draft);
    }
}

/// What is known of the value of a field if there is nothing to say about it.
fn fact(cx: &mut Cx<'_>, plan: &Plan, field: usize, value: Node<'_>) -> Fact {
    // What is broken may look as if it were sound.
    if !cx.document.is_sound() {
        return Fact::Unknown;
    }
    let mut cursor = Cursor::at(cx.document.loaded().text(), value.span().start as usize);
    plan.fact(field, &mut cursor, cx.hosts)
}

/// A key written again.
fn duplicate<'d>(cx: &mut Cx<'d>, member: Member<'d>, count: Option<u32>, trail: &Trail<'_>) {
    let Some(key) = member.key.text() else { return };
    let key = key.to_str();
    let draft = trail
        .key(&key)
        .found(&rules::DUPLICATE_KEY, Basis::house(Severity::Warning), member.key.span())
        .with_some("found", count);
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
