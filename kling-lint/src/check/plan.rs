//! Which field a key is, by the key's number: looked up for every key of every request.

use std::collections::HashMap;
use std::ptr;
use std::sync::LazyLock;

use foldhash::quality::FixedState;
use kling_schema::endpoints::ENDPOINTS;
use kling_schema::{Kind, Object};

use crate::names::{Name, TABLES};

/// No field has this index.
const ABSENT: u8 = u8::MAX;

/// What each of our tables is called, and its plan.
static PLANS: [(&str, Option<Plan>); TABLES.len] = {
    let mut plans = [const { ("", None) }; TABLES.len];
    let mut index = 0;
    while index < TABLES.len {
        plans[index] = (TABLES.all[index].name, Plan::new(TABLES.all[index]));
        index += 1;
    }
    plans
};

/// By the address of a table: somebody else's may have the name of one of ours. A table that is not
/// here is searched by text.
static BY_ADDRESS: LazyLock<HashMap<usize, &'static Plan, FixedState>> = LazyLock::new(|| {
    let mut plans = HashMap::with_capacity_and_hasher(2 * TABLES.len, FixedState::default());
    ENDPOINTS.iter().for_each(|table| add(table, &mut plans));
    plans
});

/// Adds the plans of a table and of those that it holds.
fn add(table: &'static Object, plans: &mut HashMap<usize, &'static Plan, FixedState>) {
    let Some((_, Some(plan))) = PLANS.iter().find(|(name, _)| *name == table.name) else { return };
    if plans.insert(ptr::from_ref(table).addr(), plan).is_none() {
        table.fields.iter().for_each(|field| add_of(&field.kind, plans));
    }
}

fn add_of(kind: &'static Kind, plans: &mut HashMap<usize, &'static Plan, FixedState>) {
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
pub(super) struct Plan {
    fields: [u8; 256],
}

impl Plan {
    pub(super) fn of(object: &'static Object) -> Option<&'static Plan> {
        BY_ADDRESS.get(&ptr::from_ref(object).addr()).copied()
    }

    /// The index of the field of this key.
    pub(super) fn field(&self, name: Name) -> Option<usize> {
        let index = self.fields[name.index()];
        (index != ABSENT).then_some(usize::from(index))
    }

    /// None where a key has no number, or another field has it.
    const fn new(object: &Object) -> Option<Self> {
        let mut fields = [ABSENT; 256];
        let mut index = 0;
        while index < object.fields.len() {
            let name = Name::listed(object.fields[index].key);
            if !name.is_some() || fields[name.index()] != ABSENT || index >= ABSENT as usize {
                return None;
            }
            fields[name.index()] = index as u8;
            index += 1;
        }
        Some(Plan { fields })
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
        let fields = plan.fields.iter().filter(|index| **index != ABSENT);
        assert_eq!(fields.count(), object.fields.len(), "{}", object.name);
        assert_eq!(plan.field(Name::NONE), None);
    }

    #[test]
    fn every_table_has_a_plan_that_finds_its_fields() {
        ENDPOINTS.iter().for_each(|object| finds_its_fields(object));
        // Items have theirs too.
        assert!(BY_ADDRESS.len() > ENDPOINTS.len());
    }
}
