//! The quick way through a value in which nothing is wrong, as nearly all are: any other is judged with
//! care ([`value`](super::value)), and then that says what is wrong.
//!
//! A value that takes this way leaves nothing behind but its host: whoever sends it looks after what has to
//! be remembered.

use kling_schema::{Bound, Choice, Field, Kind, Limit, Range};

use super::facts::{Chosen, Fact};
use super::plan::Plan;
use super::value::required;
use super::{media_string, number};
use crate::media::Hosts;
use crate::read::{Cursor, Text};

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
        may_be_empty: bool,
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
    /// Whether escapes take care.
    is_plain: bool,
    may_be_empty: bool,
}

impl Sound {
    /// What the values of a field look like.
    pub(super) fn of(field: &'static Field) -> Self {
        let mut sound = Sound::new(&field.kind, field.limits, field.each);
        let is_optional = required(&field.presence).is_none();
        match &mut sound {
            Sound::Text(text) => text.may_be_empty = is_optional && text.names.is_none(),
            Sound::List { may_be_empty, .. } => *may_be_empty = is_optional,
            _ => {}
        }
        sound
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
                    may_be_empty: false,
                }
            }
            Kind::Object(table) => {
                // Nobody looks after what has to be remembered inside.
                let plan = Plan::new(table).filter(|plan| plan.unique().is_none());
                plan.map_or(Sound::Untold, |plan| Sound::Object(Box::new(plan)))
            }
            Kind::Media(_) => Sound::Media(limits),
            Kind::Either { usual, .. } => Sound::new(usual, limits, each),
        }
    }

    /// What is known of the value that comes next if there is nothing to say about it; then the cursor is
    /// behind it.
    pub(super) fn fact(&self, cursor: &mut Cursor<'_>, hosts: &mut Hosts) -> Fact {
        match self {
            Sound::Untold => Fact::Unknown,
            Sound::Bool => Fact::if_sound(cursor.boolean().is_some()),
            Sound::Text(sound) => sound.fact(cursor).unwrap_or(Fact::Unknown),
            Sound::Choice(choices) => Fact::of_set(
                cursor
                    .text()
                    .and_then(|text| choices.iter().position(|choice| text.is(choice.value))),
            ),
            Sound::Number { whole, ranges } => Fact::if_sound(
                cursor.number().is_some_and(|number| number::is_sound(number, *whole, ranges)),
            ),
            Sound::NumericId => {
                Fact::if_sound(cursor.number().is_some_and(|number| number.is_whole()))
            }
            Sound::List { each, len, may_be_empty } => {
                list(cursor, each, len, *may_be_empty, hosts).unwrap_or(Fact::Unknown)
            }
            Sound::Object(plan) => object(cursor, plan, hosts).map_or(Fact::Unknown, Fact::Object),
            Sound::Media(limits) => Fact::if_sound(
                cursor.any_text().is_some_and(|text| media_string::is_sound(text, limits, hosts)),
            ),
        }
    }
}

#[inline(never)]
fn list(
    cursor: &mut Cursor<'_>,
    each: &Sound,
    lens: &[Range<u32>],
    may_be_empty: bool,
    hosts: &mut Hosts,
) -> Option<Fact> {
    let mut len = 0;
    let mut all = Chosen::default();
    cursor.opens(b'[')?;
    if may_be_empty && cursor.closes(b']') {
        return Some(Fact::Empty);
    }
    loop {
        match each.fact(cursor, hosts) {
            Fact::Unknown | Fact::Empty => return None,
            Fact::Object(chosen) => all = all.and(chosen),
            Fact::Absent | Fact::One(_) | Fact::List { .. } => {}
        }
        len += 1;
        if !cursor.goes_on(b']')? {
            break;
        }
    }
    lens.iter().all(|range| range.contains(len)).then(|| Fact::list(len, all))
}

/// What an object chooses, if each key is a field and comes once, none is missing, and their values are
/// sound.
#[inline(never)]
fn object(cursor: &mut Cursor<'_>, plan: &Plan, hosts: &mut Hosts) -> Option<Chosen> {
    let mut met = 0_u64;
    let mut chosen = Chosen::none();
    cursor.opens(b'{')?;
    loop {
        let index = plan.field(cursor.key()?)?;
        let bit = 1_u64 << (index & 63);
        if met & bit != 0 {
            return None;
        }
        let value = match plan.fact(index, cursor, hosts) {
            Fact::Unknown | Fact::Empty => return None,
            Fact::One(value) => usize::from(value),
            Fact::Absent | Fact::List { .. } | Fact::Object(_) => 0,
        };
        chosen = chosen.with(index, value)?;
        met |= bit;
        if !cursor.goes_on(b'}')? {
            break;
        }
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
                // See `Plan::unique`.
                Bound::Unique => sound.is_plain = true,
                // Others bound no text, or few.
                _ => return None,
            }
        }
        sound.is_plain |= sound.names.is_some();
        Some(sound)
    }

    fn fact(&self, cursor: &mut Cursor<'_>) -> Option<Fact> {
        let text = if self.is_plain { cursor.text()? } else { cursor.any_text()? };
        match self.name(text) {
            None if self.may_be_empty && text.is_empty() => Some(Fact::Empty),
            name => Some(Fact::of_set(name)),
        }
    }

    /// Which of the names a sound text is, if there are any; else 0.
    fn name(&self, text: Text<'_>) -> Option<usize> {
        let fits = text.begins_with_ink()
            && self.most.is_none_or(|most| text.fits(most))
            && (!self.is_url || is_usual_url(&text.to_bytes()));
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
