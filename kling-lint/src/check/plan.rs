//! Which field a key is, by the key's number: looked up for every key of every request.

use std::collections::HashMap;
use std::ptr;
use std::sync::{LazyLock, OnceLock};

use foldhash::quality::FixedState;
use kling_schema::endpoints::ENDPOINTS;
use kling_schema::{Kind, Object, Presence};

use super::silence::{Known, Says};
use crate::names::{Name, TABLES};

/// No field has this index.
const ABSENT: u8 = u8::MAX;

/// What our tables are called.
static CALLED: [&str; TABLES.len] = {
    let mut called = [""; TABLES.len];
    let mut index = 0;
    while index < TABLES.len {
        called[index] = TABLES.all[index].name;
        index += 1;
    }
    called
};

/// Their fields. Apart from the names, whose addresses are filled in when the command starts: a page
/// that is as it was compiled is not copied.
static FIELDS: [Option<Fields>; TABLES.len] = {
    let mut fields = [None; TABLES.len];
    let mut index = 0;
    while index < TABLES.len {
        fields[index] = Fields::of(TABLES.all[index]);
        index += 1;
    }
    fields
};

/// By the address of a table: somebody else's may have the name of one of ours. A table that is not
/// here is searched by text.
type Plans = HashMap<usize, Plan, FixedState>;

static PLANS: LazyLock<Plans> = LazyLock::new(|| {
    let mut plans = HashMap::with_capacity_and_hasher(2 * TABLES.len, FixedState::default());
    ENDPOINTS.iter().for_each(|table| add(table, &mut plans));
    plans
});

/// Adds the plans of a table and of those that it holds.
fn add(table: &'static Object, plans: &mut Plans) {
    let Some(index) = CALLED.iter().position(|name| *name == table.name) else { return };
    let Some(fields) = &FIELDS[index] else { return };
    if plans.insert(ptr::from_ref(table).addr(), Plan::new(fields)).is_none() {
        table.fields.iter().for_each(|field| add_of(&field.kind, plans));
    }
}

fn add_of(kind: &'static Kind, plans: &mut Plans) {
    match kind {
        Kind::Object(inner) => add(inner, plans),
        Kind::List(each) => add_of(each, plans),
        Kind::Either { usual, tolerated } => {
            add_of(usual, plans);
            add_of(tolerated, plans);
        }
        _ => {}
    }
}

/// The fields of one table by the numbers of their keys.
#[derive(Clone, Copy)]
struct Fields {
    indices: [u8; 256],
    /// Those that must be there, a bit each.
    required: u64,
}

impl Fields {
    /// None where a key has no number, or another field has it.
    const fn of(object: &Object) -> Option<Self> {
        if object.fields.len() > u64::BITS as usize {
            return None;
        }
        let mut fields = Fields { indices: [ABSENT; 256], required: 0 };
        let mut index = 0;
        while index < object.fields.len() {
            let name = Name::listed(object.fields[index].key);
            if !name.is_some() || fields.indices[name.index()] != ABSENT {
                return None;
            }
            fields.indices[name.index()] = index as u8;
            if matches!(object.fields[index].presence, Presence::Required(_)) {
                fields.required |= 1 << index;
            }
            index += 1;
        }
        Some(fields)
    }
}

/// What is known of one table.
pub(super) struct Plan {
    fields: &'static Fields,
    /// By rule, when it may have something to say.
    rules: OnceLock<Vec<Says>>,
}

impl Plan {
    fn new(fields: &'static Fields) -> Self {
        Plan { fields, rules: OnceLock::new() }
    }

    pub(super) fn of(object: &'static Object) -> Option<&'static Plan> {
        PLANS.get(&ptr::from_ref(object).addr())
    }

    /// The fields that must be there, a bit each.
    pub(super) fn required(&self) -> u64 {
        self.fields.required
    }

    /// The index of the field of this key.
    pub(super) fn field(&self, name: Name) -> Option<usize> {
        let index = self.fields.indices[name.index()];
        (index != ABSENT).then_some(usize::from(index))
    }

    /// Whether a rule of the table may have something to say about these fields.
    pub(super) fn speaks(
        &self,
        object: &'static Object,
        rule: usize,
        known: Known<'_, '_>,
    ) -> bool {
        let says = || object.constraints.iter().map(|rule| Says::of(object, &rule.check)).collect();
        let rules = self.rules.get_or_init(says);
        rules.get(rule).is_none_or(|rule| rule.something(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds_its_fields(object: &'static Object) {
        let plan = Plan::of(object).expect("a plan");
        for (index, field) in object.fields.iter().enumerate() {
            assert_eq!(plan.field(Name::of(field.key.as_bytes())), Some(index), "{}", object.name);
            let inner = field.kind.each().unwrap_or(&field.kind).table();
            inner.into_iter().for_each(finds_its_fields);
        }
        let fields = plan.fields.indices.iter().filter(|index| **index != ABSENT);
        assert_eq!(fields.count(), object.fields.len(), "{}", object.name);
        assert_eq!(plan.field(Name::NONE), None);
    }

    #[test]
    fn every_table_has_a_plan_that_finds_its_fields() {
        ENDPOINTS.iter().for_each(|object| finds_its_fields(object));
        // Items have theirs too.
        assert!(PLANS.len() > ENDPOINTS.len());
    }
}
