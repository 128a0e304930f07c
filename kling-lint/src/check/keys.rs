//! Keys that are no field: other spellings, misspellings, keys known from elsewhere, unknown ones.

use std::borrow::Cow;

use kling_schema::rules::shape as rules;
use kling_schema::{Basis, Field, Known, KnownKey, Object, Severity, aspect};

use super::plan::{self, Plan};
use super::shape::Slot;
use super::trail::Trail;
use super::{Cx, describe, path};
use crate::alike;
use crate::finding::Draft;
use crate::fix::DraftFix;
use crate::read::{Document, Member, Node, Text};
use crate::slots::Slots;

/// Keys longer than this are no misspelling of anything.
const LONGEST_KEY: usize = 64;

/// Keys of one object that are compared with its fields. More than these are no slips, and are counted
/// among those that nobody knows.
const MOST_COMPARED: usize = 1_000;

/// How alike two keys must be for a "did you mean", from 0 to 1.
const ALIKE: f64 = 0.8;

/// Keys of one object that are no field; most objects have none.
pub(super) struct Others<'d> {
    /// How many of which nobody knows anything are told.
    most: usize,
    /// Each key once, in order: those of which something is told.
    told: Vec<Other<'d>>,
    /// How many there are that nobody knows.
    unknown: usize,
    /// The numbers of all of them.
    keys: Vec<u32>,
    met: Slots,
    speller: Option<Speller>,
}

/// A member whose key is no field.
struct Other<'d> {
    key: Text<'d>,
    member: Member<'d>,
    meaning: Meaning,
}

impl<'d> Others<'d> {
    pub(super) fn new(most: usize) -> Self {
        Others {
            most,
            told: Vec::new(),
            unknown: 0,
            keys: Vec::new(),
            met: Slots::default(),
            speller: None,
        }
    }

    /// Takes in a member, unless its key was met before.
    #[cold]
    pub(super) fn meet(
        &mut self,
        document: &'d Document<'d>,
        object: &'static Object,
        member: Member<'d>,
    ) -> bool {
        let Some(key) = member.key.text() else { return true };
        let keys = &self.keys;
        let of = |number: usize| document.node(keys[number]).text().map(Text::to_str);
        if self.met.met(&Some(key.to_str()), of).is_some() {
            return false;
        }
        self.keys.push(member.key.index());
        let meaning = self.speller.get_or_insert_with(|| Speller::new(object)).meaning(key);
        if matches!(meaning, Meaning::Unknown) {
            self.unknown += 1;
            if self.unknown > self.most {
                return true;
            }
        }
        self.told.push(Other { key, member, meaning });
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The other spelling of a field that stands in its place, if any.
    pub(super) fn stand_in(&self, field: &Field) -> Option<Text<'d>> {
        let stands_in = |other: &&Other<'_>| other.meaning.field() == Some(field.key);
        self.told.iter().find(stands_in).map(|other| other.key)
    }
}

/// What a key that is no field is.
#[derive(Clone, Copy)]
enum Meaning {
    /// The table knows it.
    Known(&'static Known),
    /// It nearly spells this field.
    Near(&'static str),
    /// Nobody knows.
    Unknown,
}

impl Meaning {
    /// The field that is meant.
    fn field(self) -> Option<&'static str> {
        match self {
            Meaning::Known(Known { what: KnownKey::Alias { of, .. }, .. }) => Some(of),
            Meaning::Near(field) => Some(field),
            Meaning::Known(_) | Meaning::Unknown => None,
        }
    }
}

/// Tells what a key means in one object.
struct Speller {
    object: &'static Object,
    /// The fields' keys as [`alike::plain`] gives them.
    plain: Cow<'static, [String]>,
    /// How many keys were compared.
    compared: usize,
}

impl Speller {
    fn new(object: &'static Object) -> Self {
        let plain = match Plan::of(object) {
            Some(plan) => Cow::Borrowed(plan.plain_keys(object)),
            None => Cow::Owned(plan::plain_keys(object)),
        };
        Speller { object, plain, compared: 0 }
    }

    fn meaning(&mut self, key: Text<'_>) -> Meaning {
        let name = key.to_str();
        let known = self.object.known.iter().find(|known| name == known.key);
        match known {
            Some(known) => Meaning::Known(known),
            None => self.near(key).map_or(Meaning::Unknown, Meaning::Near),
        }
    }

    /// The field this key nearly spells.
    fn near(&mut self, key: Text<'_>) -> Option<&'static str> {
        if self.compared == MOST_COMPARED || key.is_longer(LONGEST_KEY) {
            return None;
        }
        self.compared += 1;
        let key = alike::plain(&key.to_str());
        let fields = self.object.fields.iter().zip(&*self.plain);
        let candidates = fields.map(|(field, plain)| (likeness(&key, plain), field.key));
        alike::nearest(candidates, ALIKE)
    }
}

/// Says what is to be said of the keys of one object that are no field.
pub(super) fn report<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    slots: &[Slot<'d>],
    others: &Others<'d>,
    trail: &Trail<'_>,
) {
    let mut report = Report { node, object, slots, renamed: Vec::new() };
    let house = Basis::house(Severity::Warning);
    for other in &others.told {
        if matches!(other.meaning, Meaning::Unknown) && cx.out.is_full(house.severity) {
            cx.out.count(house.severity, 1);
            continue;
        }
        let name = other.key.to_str();
        let trail = trail.key(&name);
        let span = other.member.key.span();
        let draft = match other.meaning {
            Meaning::Known(known) => report.known(cx, known, other.member, &trail),
            Meaning::Near(meant) => {
                let draft =
                    trail.found(&rules::MISSPELT_FIELD, house, span).with("suggestion", meant);
                report.rename(draft, meant, other.member, true)
            }
            Meaning::Unknown => trail
                .found(&rules::UNKNOWN_FIELD, house, span)
                .with("advice", "it may be ignored: check the spelling, or take it out"),
        };
        cx.push(draft);
    }
    cx.out.count(house.severity, others.unknown.saturating_sub(others.most));
}

/// What is known of the object whose keys are reported.
struct Report<'a, 'd> {
    node: Node<'d>,
    object: &'static Object,
    /// By field: what was met of it.
    slots: &'a [Slot<'d>],
    /// Fields that a key was renamed to: two misspellings of one key cannot both be renamed.
    renamed: Vec<&'static str>,
}

impl<'d> Report<'_, 'd> {
    fn known(
        &mut self,
        cx: &mut Cx<'d>,
        known: &'static Known,
        member: Member<'d>,
        trail: &Trail<'_>,
    ) -> Draft {
        let span = member.key.span();
        match known.what {
            KnownKey::Alias { of, rule, safe } => {
                let draft = trail
                    .broken(rule, known.basis, aspect::ALIAS, span)
                    .with("suggestion", of)
                    .with("alias", known.key);
                // Which spelling the server takes is unverified, so beside it the right one is
                // suspect too.
                if let Some(right) = path::member(self.node, of).filter(|_| !safe) {
                    let mut other = trail.sibling(of, |trail| {
                        trail
                            .found(rule, known.basis, right.span())
                            .with("suggestion", of)
                            .with("alias", known.key)
                            .with("advice", format!("`{}` is there too: keep one", known.key))
                    });
                    other.constraint.clone_from(&draft.constraint);
                    cx.push(other);
                }
                self.rename(draft, of, member, safe)
            }
            KnownKey::Legacy { of } => {
                let draft = trail.broken(&rules::LEGACY_FIELD, known.basis, aspect::LEGACY, span);
                if path::member(self.node, of).is_some() {
                    draft
                        .with("effect", format!("beside `{of}` it does nothing"))
                        .with("advice", "remove it")
                } else {
                    draft
                        .with("effect", format!("without `{of}` the default model is used"))
                        .with("advice", format!("rename it to `{of}`"))
                }
            }
            KnownKey::Upstream => {
                trail.broken(&rules::UPSTREAM_FIELD, known.basis, aspect::UPSTREAM_KEY, span)
            }
            KnownKey::Editor => {
                trail.broken(&rules::EDITOR_FIELD, known.basis, aspect::EDITOR, span)
            }
        }
    }

    /// Adds the advice to rename a key, and the edit when the right key is free.
    fn rename(
        &mut self,
        draft: Draft,
        meant: &'static str,
        member: Member<'d>,
        safe: bool,
    ) -> Draft {
        let right = self.object.fields.iter().position(|field| field.key == meant);
        if right.is_some_and(|index| self.slots[index].value.is_some()) {
            return draft.with("advice", format!("`{meant}` is there too: keep one"));
        }
        let draft = draft.with("advice", format!("rename it to `{meant}`"));
        if self.renamed.contains(&meant) {
            return draft;
        }
        self.renamed.push(meant);
        let fix = DraftFix::safe(
            format!("rename the key to `{meant}`"),
            member.key.span(),
            describe::json(meant),
        );
        draft.fixed_by(if safe { fix } else { fix.unsafe_() })
    }
}

/// How alike two plain keys are, from 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    // Short keys (`n`) are near to everything; they must be spelt right.
    if one.len().min(other.len()) < 4 {
        return f64::from(u8::from(one == other));
    }
    alike::likeness(one, other, ALIKE)
}
