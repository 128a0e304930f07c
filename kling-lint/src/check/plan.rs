//! Which field a key is, by the key's number: looked up for every key of every request.

use std::collections::HashMap;
use std::ptr;
use std::sync::{LazyLock, OnceLock};

use foldhash::quality::FixedState;
use kling_schema::{Object, Presence};

use super::touched::Touched;
use crate::names::{self, Name};

/// No field has this index.
const ABSENT: u8 = u8::MAX;

/// By the address of a table: a table that is not here is searched by text.
static PLANS: LazyLock<HashMap<usize, Plan, FixedState>> = LazyLock::new(|| {
    let plan = |object: &'static Object| Some((ptr::from_ref(object).addr(), Plan::new(object)?));
    names::objects().iter().copied().filter_map(plan).collect()
});

/// The fields of one table by the numbers of their keys.
pub(super) struct Plan {
    fields: [u8; 256],
    /// The fields that must be there, a bit each.
    pub(super) required: u64,
    /// By rule, the fields without which it says nothing.
    rules: OnceLock<Vec<Touched>>,
}

impl Plan {
    pub(super) fn of(object: &'static Object) -> Option<&'static Plan> {
        PLANS.get(&ptr::from_ref(object).addr())
    }

    /// The index of the field of this key.
    pub(super) fn field(&self, name: Name) -> Option<usize> {
        let index = self.fields[name.index()];
        (index != ABSENT).then_some(usize::from(index))
    }

    /// Whether a rule of the table may have something to say where these fields are there, a bit each.
    pub(super) fn touches(&self, object: &'static Object, rule: usize, there: u64) -> bool {
        let touched =
            || object.constraints.iter().map(|rule| Touched::by(object, &rule.check)).collect();
        let rules = self.rules.get_or_init(touched);
        rules.get(rule).is_none_or(|rule| rule.may_hold(there))
    }

    /// None where a key has no number, or another field has it.
    fn new(object: &Object) -> Option<Self> {
        let mut fields = [ABSENT; 256];
        for (index, field) in object.fields.iter().enumerate() {
            let name = Name::of(field.key.as_bytes());
            let free = name.is_some() && fields[name.index()] == ABSENT;
            fields[name.index()] = u8::try_from(index).ok().filter(|it| free && *it != ABSENT)?;
        }
        if object.fields.len() > u64::BITS as usize {
            return None;
        }
        let required = object.fields.iter().enumerate().fold(0, |all, (index, field)| {
            all | u64::from(matches!(field.presence, Presence::Required(_))) << index
        });
        Some(Plan { fields, required, rules: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use kling_schema::endpoints::ENDPOINTS;

    use super::*;

    #[test]
    fn every_table_has_a_plan_that_finds_its_fields() {
        for object in ENDPOINTS {
            let plan = Plan::of(object).expect("a plan");
            for (index, field) in object.fields.iter().enumerate() {
                assert_eq!(plan.field(Name::of(field.key.as_bytes())), Some(index));
            }
            assert_eq!(plan.field(Name::NONE), None);
        }
        // Items have theirs too.
        assert!(PLANS.len() > ENDPOINTS.len());
    }
}
