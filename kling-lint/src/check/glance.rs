//! A request in which nothing is wrong, judged while it is read: no node is made of it. Any other is read
//! and judged with care, and what was known of its values by then need not be found out again.

use kling_schema::{Check, Object, Reference};
use smallvec::SmallVec;

use super::facts::Fact;
use super::plan::Plan;
use super::room::with_room;
use super::silence::{Known, Says};
use super::trail::Trail;
use super::{Unique, Uniques, references};
use crate::media::Hosts;
use crate::names::NameSet;
use crate::read::{Cursor, TapedString, Text};

/// What is known of the fields of a request, in the order of its table.
#[derive(Debug, Default)]
pub(crate) struct Foreknown(SmallVec<[Fact; 16]>);

impl Foreknown {
    /// What is known of a field, if anything.
    pub(super) fn of(&self, field: usize) -> Option<Fact> {
        self.0.get(field).copied().filter(|fact| *fact != Fact::Absent)
    }
}

/// A request about which there is nothing to say.
#[derive(Debug)]
pub(crate) struct Glanced<'t> {
    /// Its keys.
    pub(crate) names: NameSet,
    /// The model that it names.
    pub(crate) model: Option<Text<'t>>,
    pub(crate) unique: Uniques,
}

/// A request that is to be judged with care.
#[derive(Debug)]
pub(crate) struct Doubt {
    /// What is known by then.
    pub(crate) known: Foreknown,
    /// Its keys by then.
    pub(crate) names: NameSet,
}

impl Doubt {
    /// Nothing was read.
    pub(crate) fn beforehand() -> Self {
        Doubt { known: Foreknown::default(), names: NameSet::NONE }
    }
}

/// Whether the requests of a table may have all of these keys.
pub(crate) fn may_have(object: &'static Object, names: NameSet) -> bool {
    Plan::of(object).is_some_and(|plan| names.is_within(plan.names()))
}

/// Judges a text that is nowhere cut against a table.
pub(crate) fn glance<'t>(
    text: &'t [u8],
    object: &'static Object,
    hosts: &mut Hosts,
) -> Result<Glanced<'t>, Doubt> {
    let Some(plan) = Plan::of(object) else {
        return Err(Doubt::beforehand());
    };
    with_room(object.fields.len(), Met::default(), |met| {
        with_room(object.fields.len(), Fact::default(), |facts| {
            let (there, names) = (0, NameSet::NONE);
            let mut glance = Glance { object, plan, met, facts, there, names };
            if glance.read(text, hosts).is_some() && glance.is_silent() {
                return Ok(glance.done());
            }
            let Glance { facts, names, .. } = glance;
            Err(Doubt { known: Foreknown(SmallVec::from_slice(facts)), names })
        })
    })
}

struct Glance<'g, 't> {
    object: &'static Object,
    plan: &'static Plan,
    /// By field.
    met: &'g mut [Met<'t>],
    facts: &'g mut [Fact],
    /// Fields that are there, a bit each.
    there: u64,
    names: NameSet,
}

/// A value that was met.
#[derive(Clone, Copy, Default)]
struct Met<'t> {
    raw: &'t [u8],
    start: usize,
}

impl<'t> Met<'t> {
    /// A string without escapes.
    fn text(self) -> Text<'t> {
        Text::plain(&self.raw[1..self.raw.len() - 1])
    }
}

impl<'t> Glance<'_, 't> {
    /// Reads as long as all is well.
    fn read(&mut self, text: &'t [u8], hosts: &mut Hosts) -> Option<()> {
        let mut cursor = Cursor::new(text);
        cursor.opens(b'{')?;
        loop {
            let name = cursor.key()?;
            self.names.insert(name);
            let index = self.plan.field(name)?;
            let bit = 1 << index;
            if self.there & bit != 0 {
                // Of a key written twice nothing is known.
                self.facts[index] = Fact::Unknown;
                return None;
            }
            let start = cursor.pos();
            let fact = self.plan.fact(index, &mut cursor, hosts);
            (self.facts[index], self.there) = (fact, self.there | bit);
            if fact == Fact::Unknown {
                return None;
            }
            self.met[index] = Met { raw: &text[start..cursor.pos()], start };
            if !cursor.goes_on(b'}')? {
                break;
            }
        }
        let is_whole = cursor.is_over() && self.plan.required() & !self.there == 0;
        is_whole.then_some(())
    }

    /// Whether the rules across its fields have nothing to say.
    fn is_silent(&self) -> bool {
        let known = Known { facts: self.facts, there: self.there, only_fields: true };
        let says = self.plan.says(self.object);
        self.object.constraints.iter().zip(says).all(|(constraint, says)| {
            !says.something(known)
                || match &constraint.check {
                    Check::References { kinds, .. } => self.refers_well(says, kinds),
                    _ => false,
                }
        })
    }

    /// Whether each token names an input, and each input is named.
    fn refers_well(&self, says: &Says, kinds: &[Reference]) -> bool {
        let [text, lists @ ..] = says.speaks_of() else { return false };
        let text = (self.there & 1 << *text != 0).then(|| self.met[*text].text());
        with_room(kinds.len(), 0, |counts| {
            for (count, list) in counts.iter_mut().zip(lists) {
                *count = match self.facts[*list] {
                    Fact::List { len, .. } => u64::from(len),
                    _ => 0,
                };
            }
            lists.len() == kinds.len() && references::are_sound(text, kinds, counts)
        })
    }

    /// There is nothing to say.
    fn done(&self) -> Glanced<'t> {
        let there = |field: &usize| self.there & 1 << *field != 0;
        let model = self.plan.model().filter(there).map(|field| self.met[field].text());
        let mut unique = Uniques::new();
        if let Some((field, basis)) = self.plan.unique().filter(|(field, _)| there(field)) {
            let Met { raw, start } = self.met[field];
            let string = TapedString::plain(start..start + raw.len());
            let root = Trail::root(self.object.name);
            let trail = root.field(self.object.fields[field].key);
            unique.push(Unique::new(string, self.met[field].text(), basis, &trail));
        }
        Glanced { names: self.names, model, unique }
    }
}
