//! The quick way through a value in which nothing is wrong, as nearly all are: any other is judged with
//! care ([`value`](super::value)), and then that says what is wrong.
//!
//! A value that takes this way leaves nothing behind but its host: whatever has to be remembered goes
//! the long way.

use kling_schema::{Bound, Field, Kind, Limit, Object};

use super::plan::Plan;
use super::{media_string, number};
use crate::media::Hosts;
use crate::read::{JsonKind, Node, Text};

/// Whether there is nothing to say about the value of a field. False says nothing.
pub(super) fn field(node: Node<'_>, field: &'static Field, hosts: &mut Hosts) -> bool {
    value(node, &field.kind, field.limits, field.each, hosts)
}

fn value(
    node: Node<'_>,
    kind: &'static Kind,
    limits: &'static [Limit],
    each: &'static [Limit],
    hosts: &mut Hosts,
) -> bool {
    match kind {
        Kind::Any => false,
        Kind::Bool => node.kind() == JsonKind::Bool,
        Kind::Text => node.text().is_some_and(|text| is_sound_text(text, limits)),
        Kind::Choice(choices) => {
            node.text().is_some_and(|text| choices.iter().any(|choice| text.is(choice.value)))
        }
        Kind::Number => number::is_sound(node, false, limits),
        Kind::Integer => number::is_sound(node, true, limits),
        Kind::NumericId => node.number().is_some_and(|number| number.is_whole()),
        Kind::List(kind) => {
            let mut len = 0;
            let mut are_sound = node.kind() == JsonKind::Array;
            for item in node.items() {
                len += 1;
                are_sound = are_sound && value(item, kind, each, &[], hosts);
            }
            are_sound && len > 0 && limits.iter().all(|limit| admits(limit, len))
        }
        Kind::Object(table) => node.kind() == JsonKind::Object && object(node, table, hosts),
        Kind::Media(_) => {
            node.text().is_some_and(|text| media_string::is_sound(text, limits, hosts))
        }
        Kind::Either { usual, .. } => value(node, usual, limits, each, hosts),
    }
}

/// Whether each key is a field and comes once, none is missing, and their values are sound.
fn object(node: Node<'_>, table: &'static Object, hosts: &mut Hosts) -> bool {
    let Some(plan) = Plan::of(table) else { return false };
    let mut met = 0_u64;
    for member in node.members() {
        let Some(index) = plan.field(member.key.name()) else { return false };
        let bit = 1_u64 << (index & 63);
        if met & bit != 0 || !field(member.value, &table.fields[index], hosts) {
            return false;
        }
        met |= bit;
    }
    plan.required() & !met == 0
}

/// Whether a list of so many items is neither too short nor too long.
fn admits(limit: &Limit, len: u32) -> bool {
    let Bound::Items(range) = &limit.bound else { return true };
    range.contains(len)
}

fn is_sound_text(text: Text<'_>, limits: &[Limit]) -> bool {
    // Escapes may hide anything, and a text is not blank if its first character is not.
    let is_plain = text.is_plain() && text.raw().first().is_some_and(u8::is_ascii_graphic);
    is_plain
        && limits.iter().all(|limit| match &limit.bound {
            Bound::Chars(range) => {
                range.min.is_none() && range.max.is_none_or(|max| text.surely_fits(max))
            }
            Bound::Names(known) => known.iter().any(|name| text.is(name)),
            Bound::Url => is_usual_url(text.raw()),
            // Those belong to `Names`.
            Bound::OtherNames(_) => true,
            // What is unique has to be remembered; others bound no text, or are judged with care.
            _ => false,
        })
}

/// Whether a text surely is what [`url::PATTERN`](kling_schema::url::PATTERN) matches.
fn is_usual_url(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://"));
    rest.and_then(|rest| rest.first()).is_some_and(u8::is_ascii_alphanumeric)
}
