//! Keys: missing, unknown, misspelt, written twice; and the way down into each value.

use std::collections::HashSet;

use kling_schema::rules::shape as rules;
use kling_schema::{Basis, Field, Known, KnownKey, Object, Presence, Severity, aspect};

use super::trail::Trail;
use super::{Cx, describe, path, value};
use crate::fix::DraftFix;
use crate::read::{JsonKind, Member, Node, Text};

/// Keys longer than this are no misspelling of anything.
const LONGEST_KEY: usize = 64;

/// How alike two keys must be for a "did you mean", from 0 to 1.
const ALIKE: f64 = 0.8;

/// Checks an object against its table.
pub(super) fn object<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    trail: &Trail<'_>,
) {
    match node.kind() {
        JsonKind::Object => {}
        // The reader has already said what is wrong here.
        JsonKind::Broken => return,
        _ => return value::wrong_type(cx, node, "an object", object.basis, trail, None),
    }
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
            None => missing(cx, node, object, field, &seen, trail),
        }
    }
    seen.report_others(cx, node, object, trail);
}

/// The keys of one object, as they were met.
struct Seen<'d> {
    /// By field: the last member of that key.
    fields: Vec<Option<Member<'d>>>,
    /// By field: how many members had the key.
    counts: Vec<u32>,
    /// Members of other keys, each key once, in order.
    others: Vec<(Text<'d>, Member<'d>)>,
    /// Other keys met so far.
    names: HashSet<String>,
}

impl<'d> Seen<'d> {
    fn new(object: &Object) -> Self {
        let fields = object.fields.len();
        Seen {
            fields: vec![None; fields],
            counts: vec![0; fields],
            others: Vec::new(),
            names: HashSet::new(),
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
        if self.names.insert(key.to_str().into_owned()) {
            self.others.push((key, member));
        } else {
            duplicate(cx, member, None, trail);
        }
    }

    /// The known spelling of a field that stands in its place, if any.
    fn stand_in(&self, object: &'static Object, field: &Field) -> Option<&(Text<'d>, Member<'d>)> {
        self.others.iter().find(|(key, _)| {
            let alias = known(object, key).is_some_and(
                |known| matches!(known.what, KnownKey::Alias { of, .. } if of == field.key),
            );
            alias || near(object, key) == Some(field.key)
        })
    }

    /// What is to be said of keys that are no field.
    fn report_others(
        &self,
        cx: &mut Cx<'d>,
        node: Node<'d>,
        object: &'static Object,
        trail: &Trail<'_>,
    ) {
        // Two misspellings of one key cannot both be renamed.
        let mut renamed: Vec<&str> = Vec::new();
        for (key, member) in &self.others {
            let name = key.to_str();
            let trail = trail.key(&name);
            if let Some(known) = known(object, key) {
                self.report_known(cx, node, object, known, *member, &trail, &mut renamed);
            } else if let Some(meant) = near(object, key) {
                let basis = Basis::house(Severity::Warning);
                let draft = trail.found(&rules::MISSPELT_FIELD, basis, member.key.span());
                let draft = draft.with("owner", owner(object, &trail)).with("suggestion", meant);
                let draft = self.rename(draft, object, meant, *member, true, &mut renamed);
                cx.push(draft);
            } else {
                let basis = Basis::house(Severity::Warning);
                let draft = trail
                    .found(&rules::UNKNOWN_FIELD, basis, member.key.span())
                    .with("owner", owner(object, &trail))
                    .with("advice", "it may be ignored: check the spelling, or take it out");
                cx.push(draft);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn report_known(
        &self,
        cx: &mut Cx<'d>,
        node: Node<'d>,
        object: &'static Object,
        known: &'static Known,
        member: Member<'d>,
        trail: &Trail<'_>,
        renamed: &mut Vec<&'static str>,
    ) {
        let span = member.key.span();
        let draft = match known.what {
            KnownKey::Alias { of, rule, safe } => {
                let draft = trail
                    .broken(rule, known.basis, aspect::ALIAS, span)
                    .with("owner", owner(object, trail))
                    .with("suggestion", of);
                // Which spelling the server takes is unverified, so beside it the right one is
                // suspect too.
                if let Some(right) = path::member(node, of).filter(|_| !safe) {
                    let mut other = trail.sibling(of, |trail| {
                        trail
                            .found(rule, known.basis, right.span())
                            .with("suggestion", of)
                            .with("advice", format!("`{}` is there too: keep one", known.key))
                    });
                    other.constraint.clone_from(&draft.constraint);
                    cx.push(other);
                }
                self.rename(draft, object, of, member, safe, renamed)
            }
            KnownKey::Legacy { of } => {
                let beside = path::member(node, of).is_some();
                let draft = trail.broken(&rules::LEGACY_FIELD, known.basis, aspect::LEGACY, span);
                if beside {
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
        };
        cx.push(draft);
    }

    /// Adds the advice to rename a key, and the edit when the right key is free.
    fn rename(
        &self,
        draft: crate::finding::Draft,
        object: &'static Object,
        meant: &'static str,
        member: Member<'d>,
        safe: bool,
        renamed: &mut Vec<&'static str>,
    ) -> crate::finding::Draft {
        let taken = object.fields.iter().position(|field| field.key == meant);
        if taken.is_some_and(|index| self.fields[index].is_some()) {
            return draft.with("advice", format!("`{meant}` is there too: keep one"));
        }
        let draft = draft.with("advice", format!("rename it to `{meant}`"));
        if renamed.contains(&meant) {
            return draft;
        }
        renamed.push(meant);
        let fix = DraftFix::safe(
            format!("rename the key to `{meant}`"),
            member.key.span(),
            describe::json(meant),
        );
        draft.fixed_by(if safe { fix } else { fix.unsafe_() })
    }
}

/// A key of an item belongs to the item, not to the request: say which.
fn owner(object: &'static Object, trail: &Trail<'_>) -> String {
    if object.endpoint.is_some() {
        return object.name.into();
    }
    trail.parent_shown().unwrap_or_else(|| object.name.into())
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

/// A key that is not there.
fn missing<'d>(
    cx: &mut Cx<'d>,
    node: Node<'d>,
    object: &'static Object,
    field: &'static Field,
    seen: &Seen<'d>,
    trail: &Trail<'_>,
) {
    let Presence::Required(basis) = field.presence else {
        return;
    };
    let stand_in = seen.stand_in(object, field);
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
        (Some((key, _)), _) => {
            draft.with("advice", format!("rename {}", describe::quoted(&key.to_str())))
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

fn known(object: &'static Object, key: &Text<'_>) -> Option<&'static Known> {
    object.known.iter().find(|known| key.is(known.key))
}

/// The field this key nearly spells.
fn near(object: &'static Object, key: &Text<'_>) -> Option<&'static str> {
    if key.raw().len() > LONGEST_KEY {
        return None;
    }
    let plain = plain(&key.to_str());
    object
        .fields
        .iter()
        .map(|field| (likeness(&plain, &self::plain(field.key)), field.key))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, key)| key)
}

fn likeness(one: &str, other: &str) -> f64 {
    // Short keys (`n`) are near to everything; they must be spelt right.
    if one.len().min(other.len()) < 4 {
        f64::from(u8::from(one == other))
    } else if one.len().abs_diff(other.len()) as f64
        > (1.0 - ALIKE) * one.len().max(other.len()) as f64 + 3.0
    {
        // The distance is at least the difference in length: a text of many odd keys stays cheap.
        0.0
    } else {
        strsim::normalized_damerau_levenshtein(one, other)
    }
}

/// A key without case and separators: `modelName` and `model-name` are `modelname`.
fn plain(key: &str) -> String {
    key.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
