//! The quick way through a value in which nothing is wrong, as nearly all are: any other is judged with
//! care ([`value`](super::value)), and then that says what is wrong.
//!
//! A value that takes this way leaves nothing behind but its host: whatever has to be remembered goes
//! the long way.

use kling_schema::{Bound, Choice, Field, Kind, Limit, Range};

use super::facts::{Chosen, Fact};
use super::plan::Plan;
use super::{media_string, number};
use crate::media::Hosts;
use crate::read::{JsonKind, Node, Text};

/// What a value looks like about which there is nothing to say: put together from its kind and its limits
/// once for all requests.
pub(super) enum Sound {
    /// Nothing can be said beforehand.
    Untold,
    Bool,
    Text(SoundText),
    Choice(&'static [Choice]),
    Number {
        whole: bool,
        ranges: Vec<Range<f64>>,
    },
    NumericId,
    List {
        each: Box<Sound>,
        len: Vec<Range<u32>>,
    },
    Object(Box<Plan>),
    Media(&'static [Limit]),
}

/// What a text looks like about which there is nothing to say.
#[derive(Default)]
pub(super) struct SoundText {
    /// How many characters it has at most.
    most: Option<u32>,
    names: Option<&'static [&'static str]>,
    is_url: bool,
}

impl Sound {
    /// What the values of a field look like.
    pub(super) fn of(field: &'static Field) -> Self {
        Sound::new(&field.kind, field.limits, field.each)
    }

    fn new(kind: &'static Kind, limits: &'static [Limit], each: &'static [Limit]) -> Self {
        match kind {
            Kind::Any => Sound::Untold,
            Kind::Bool => Sound::Bool,
            Kind::Text => SoundText::new(limits).map_or(Sound::Untold, Sound::Text),
            Kind::Choice(choices) => Sound::Choice(choices),
            Kind::Number | Kind::Integer => {
                let ranges = limits.iter().filter_map(|limit| limit.bound.value()).collect();
                Sound::Number { whole: matches!(kind, Kind::Integer), ranges }
            }
            Kind::NumericId => Sound::NumericId,
            Kind::List(kind) => {
                let len = |limit: &Limit| match limit.bound {
                    Bound::Items(range) => Some(range),
                    _ => None,
                };
                Sound::List {
                    each: Box::new(Sound::new(kind, each, &[])),
                    len: limits.iter().filter_map(len).collect(),
                }
            }
            Kind::Object(table) => {
                Plan::new(table).map_or(Sound::Untold, |plan| Sound::Object(Box::new(plan)))
            }
            Kind::Media(_) => Sound::Media(limits),
            Kind::Either { usual, .. } => Sound::new(usual, limits, each),
        }
    }

    /// What is known of a value if there is nothing to say about it.
    pub(super) fn fact(&self, node: Node<'_>, hosts: &mut Hosts) -> Fact {
        match self {
            Sound::Untold => Fact::Unknown,
            Sound::Bool => Fact::if_sound(node.kind() == JsonKind::Bool),
            Sound::Text(sound) => Fact::of_set(node.text().and_then(|text| sound.name(text))),
            Sound::Choice(choices) => Fact::of_set(
                node.text()
                    .and_then(|text| choices.iter().position(|choice| text.is(choice.value))),
            ),
            Sound::Number { whole, ranges } => {
                Fact::if_sound(number::is_sound(node, *whole, ranges))
            }
            Sound::NumericId => Fact::if_sound(number::is_sound(node, true, &[])),
            Sound::List { each, len } => list(node, each, len, hosts).unwrap_or(Fact::Unknown),
            Sound::Object(plan) => object(node, plan, hosts).map_or(Fact::Unknown, Fact::Object),
            Sound::Media(limits) => Fact::if_sound(
                node.text().is_some_and(|text| media_string::is_sound(text, limits, hosts)),
            ),
        }
    }
}

#[inline(never)]
fn list(node: Node<'_>, each: &Sound, lens: &[Range<u32>], hosts: &mut Hosts) -> Option<Fact> {
    let mut len = 0;
    let mut all = Chosen::default();
    for item in node.items() {
        match each.fact(item, hosts) {
            Fact::Unknown => return None,
            Fact::Object(chosen) => all = all.and(chosen),
            Fact::Absent | Fact::One(_) | Fact::List { .. } => {}
        }
        len += 1;
    }
    let fits = len > 0 && lens.iter().all(|range| range.contains(len));
    fits.then(|| Fact::list(len, all))
}

/// What an object chooses, if each key is a field and comes once, none is missing, and their values are
/// sound.
#[inline(never)]
fn object(node: Node<'_>, plan: &Plan, hosts: &mut Hosts) -> Option<Chosen> {
    if node.kind() != JsonKind::Object {
        return None;
    }
    let mut met = 0_u64;
    let mut chosen = Chosen::none();
    for member in node.members() {
        let index = plan.field(member.key.name())?;
        let bit = 1_u64 << (index & 63);
        if met & bit != 0 {
            return None;
        }
        let value = match plan.fact(index, member.value, hosts) {
            Fact::Unknown => return None,
            Fact::One(value) => usize::from(value),
            Fact::Absent | Fact::List { .. } | Fact::Object(_) => 0,
        };
        chosen = chosen.with(index, value)?;
        met |= bit;
    }
    (plan.required() & !met == 0).then_some(chosen)
}

impl SoundText {
    /// None where a limit takes care.
    fn new(limits: &'static [Limit]) -> Option<Self> {
        let mut sound = SoundText::default();
        for limit in limits {
            match limit.bound {
                Bound::Chars(Range { min: None, max, .. }) => {
                    sound.most = sound.most.into_iter().chain(max).min();
                }
                Bound::Names(names) if sound.names.is_none() => sound.names = Some(names),
                Bound::Url => sound.is_url = true,
                // Those belong to `Names`.
                Bound::OtherNames(_) => {}
                // What is unique has to be remembered; others bound no text, or few.
                _ => return None,
            }
        }
        Some(sound)
    }

    /// Which of the names a sound text is, if there are any; else 0.
    fn name(&self, text: Text<'_>) -> Option<usize> {
        // Escapes may hide anything, and a text is not blank if its first character is not.
        let is_plain = text.is_plain() && text.raw().first().is_some_and(u8::is_ascii_graphic);
        let fits = is_plain
            && self.most.is_none_or(|most| text.surely_fits(most))
            && (!self.is_url || is_usual_url(text.raw()));
        match self.names {
            _ if !fits => None,
            Some(names) => names.iter().position(|name| text.is(name)),
            None => Some(0),
        }
    }
}

/// Whether a text surely is what [`url::PATTERN`](kling_schema::url::PATTERN) matches.
fn is_usual_url(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"https://").or_else(|| text.strip_prefix(b"http://"));
    rest.and_then(|rest| rest.first()).is_some_and(u8::is_ascii_alphanumeric)
}
