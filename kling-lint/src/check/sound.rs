//! The quick way through a value in which nothing is wrong, as nearly all are: any other is judged with
//! care ([`value`](super::value)), and then that says what is wrong.
//!
//! A value that takes this way leaves nothing behind but its host: whatever has to be remembered goes
//! the long way.

use kling_schema::{Bound, Field, Kind, Limit, Object};

use super::facts::{Chosen, Fact};
use super::plan::Plan;
use super::{media_string, number};
use crate::media::Hosts;
use crate::read::{JsonKind, Node, Text};

/// What is known of the value of a field if there is nothing to say about it.
pub(super) fn field(node: Node<'_>, field: &'static Field, hosts: &mut Hosts) -> Fact {
    value(node, &field.kind, field.limits, field.each, hosts)
}

fn value(
    node: Node<'_>,
    kind: &'static Kind,
    limits: &'static [Limit],
    each: &'static [Limit],
    hosts: &mut Hosts,
) -> Fact {
    let known = match kind {
        Kind::Any => None,
        Kind::Bool => (node.kind() == JsonKind::Bool).then_some(Fact::One(0)),
        Kind::Text => node.text().and_then(|text| sound_text(text, limits)).map(Fact::one),
        Kind::Choice(choices) => node
            .text()
            .and_then(|text| choices.iter().position(|choice| text.is(choice.value)))
            .map(Fact::one),
        Kind::Number => number::is_sound(node, false, limits).then_some(Fact::One(0)),
        Kind::Integer => number::is_sound(node, true, limits).then_some(Fact::One(0)),
        Kind::NumericId => node.number().filter(|number| number.is_whole()).map(|_| Fact::One(0)),
        Kind::List(kind) => list(node, kind, limits, each, hosts),
        Kind::Object(table) => {
            let is_object = node.kind() == JsonKind::Object;
            is_object.then(|| object(node, table, hosts)).flatten().map(Fact::Object)
        }
        Kind::Media(_) => node
            .text()
            .is_some_and(|text| media_string::is_sound(text, limits, hosts))
            .then_some(Fact::One(0)),
        Kind::Either { usual, .. } => return value(node, usual, limits, each, hosts),
    };
    known.unwrap_or(Fact::Unknown)
}

fn list(
    node: Node<'_>,
    kind: &'static Kind,
    limits: &'static [Limit],
    each: &'static [Limit],
    hosts: &mut Hosts,
) -> Option<Fact> {
    let mut len = 0;
    let mut all = Chosen::default();
    for item in node.items() {
        match value(item, kind, each, &[], hosts) {
            Fact::Unknown => return None,
            Fact::Object(chosen) => all = all.and(chosen),
            Fact::Absent | Fact::One(_) | Fact::List { .. } => {}
        }
        len += 1;
    }
    let fits = len > 0 && limits.iter().all(|limit| admits(limit, len));
    fits.then(|| Fact::list(len, all))
}

/// What an object chooses, if each key is a field and comes once, none is missing, and their values are
/// sound.
fn object(node: Node<'_>, table: &'static Object, hosts: &mut Hosts) -> Option<Chosen> {
    let plan = Plan::of(table)?;
    let mut met = 0_u64;
    let mut chosen = Chosen::none();
    for member in node.members() {
        let index = plan.field(member.key.name())?;
        let bit = 1_u64 << (index & 63);
        if met & bit != 0 {
            return None;
        }
        let value = match field(member.value, &table.fields[index], hosts) {
            Fact::Unknown => return None,
            Fact::One(value) => usize::from(value),
            Fact::Absent | Fact::List { .. } | Fact::Object(_) => 0,
        };
        chosen = chosen.with(index, value)?;
        met |= bit;
    }
    (plan.required() & !met == 0).then_some(chosen)
}

/// Whether a list of so many items is neither too short nor too long.
fn admits(limit: &Limit, len: u32) -> bool {
    let Bound::Items(range) = &limit.bound else { return true };
    range.contains(len)
}

/// Which of the names a text is, if there are any; else 0.
fn sound_text(text: Text<'_>, limits: &[Limit]) -> Option<usize> {
    // Escapes may hide anything, and a text is not blank if its first character is not.
    if !text.is_plain() || !text.raw().first().is_some_and(u8::is_ascii_graphic) {
        return None;
    }
    let mut index = 0;
    for limit in limits {
        let fits = match &limit.bound {
            Bound::Chars(range) => {
                range.min.is_none() && range.max.is_none_or(|max| text.surely_fits(max))
            }
            Bound::Names(known) => {
                index = known.iter().position(|name| text.is(name))?;
                true
            }
            Bound::Url => is_usual_url(text.raw()),
            // Those belong to `Names`.
            Bound::OtherNames(_) => true,
            // What is unique has to be remembered; others bound no text, or are judged with care.
            _ => false,
        };
        if !fits {
            return None;
        }
    }
    Some(index)
}

/// Whether a text surely is what [`url::PATTERN`](kling_schema::url::PATTERN) matches.
fn is_usual_url(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://"));
    rest.and_then(|rest| rest.first()).is_some_and(u8::is_ascii_alphanumeric)
}
