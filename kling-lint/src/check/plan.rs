//! Which field a key is, by the key's number: looked up for every key of every request.

use std::ptr;

use kling_schema::Object;

use crate::names::{Name, OBJECTS};

/// No field has this index.
const ABSENT: u8 = u8::MAX;

/// In the order of the tables: a table that is not there is searched by text.
static PLANS: [Option<Plan>; OBJECTS.len()] = {
    let mut plans = [const { None }; OBJECTS.len()];
    let mut index = 0;
    while index < OBJECTS.len() {
        plans[index] = Plan::new(OBJECTS[index]);
        index += 1;
    }
    plans
};

/// The fields of one table by the numbers of their keys.
pub(super) struct Plan {
    fields: [u8; 256],
}

impl Plan {
    pub(super) fn of(object: &'static Object) -> Option<&'static Plan> {
        let index = OBJECTS.iter().position(|table| ptr::eq(*table, object))?;
        PLANS[index].as_ref()
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
    use kling_schema::endpoints::ENDPOINTS;

    use super::*;

    #[test]
    fn every_table_has_a_plan_that_finds_its_fields() {
        for &object in &OBJECTS {
            let plan = Plan::of(object).expect("a plan");
            for (index, field) in object.fields.iter().enumerate() {
                assert_eq!(plan.field(Name::of(field.key.as_bytes())), Some(index));
            }
            assert_eq!(plan.field(Name::NONE), None);
        }
        // Items have theirs too.
        assert!(OBJECTS.len() > ENDPOINTS.len());
    }
}
