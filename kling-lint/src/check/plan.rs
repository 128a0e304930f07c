//! What is known of a table beforehand: which field a key is, by the key's number, what its values look
//! like, when its rules say something.

use std::ptr;
use std::sync::{LazyLock, OnceLock};

use kling_schema::endpoints::ENDPOINTS;
use kling_schema::{Basis, Field, Object, Presence};

use super::facts::Fact;
use super::silence::Says;
use super::sound::Sound;
use crate::alike;
use crate::media::Hosts;
use crate::names::{Name, NameSet, TABLES};
use crate::read::Cursor;

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
static PLANS: LazyLock<Vec<Listed>> = LazyLock::new(|| {
    let mut plans = Vec::with_capacity(TABLES.len);
    ENDPOINTS.iter().for_each(|table| add(table, &mut plans));
    plans
});

/// A table, and what is known of it, once a request for it comes: most runs meet but one.
struct Listed {
    table: &'static Object,
    plan: OnceLock<Option<Plan>>,
}

/// Lists a table and those that it holds.
fn add(table: &'static Object, plans: &mut Vec<Listed>) {
    if plans.iter().any(|own| ptr::eq(own.table, table)) {
        return;
    }
    plans.push(Listed { table, plan: OnceLock::new() });
    table.fields.iter().filter_map(|field| field.kind.table()).for_each(|inner| add(inner, plans));
}

/// The fields of one table by the numbers of their keys.
#[derive(Clone, Copy)]
struct Fields {
    indices: [u8; 256],
    /// Those that must be there, a bit each.
    required: u64,
    names: NameSet,
}

impl Fields {
    /// None where a key has no number, or another field has it.
    const fn of(object: &Object) -> Option<Self> {
        if object.fields.len() > u64::BITS as usize {
            return None;
        }
        let mut fields = Fields { indices: [ABSENT; 256], required: 0, names: NameSet::NONE };
        let mut index = 0;
        while index < object.fields.len() {
            let name = Name::listed(object.fields[index].key);
            if !name.is_some() || fields.indices[name.index()] != ABSENT {
                return None;
            }
            fields.indices[name.index()] = index as u8;
            fields.names.insert(name);
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
    /// By field, what is sound.
    sound: Vec<Sound>,
    unique: Option<(usize, &'static Basis)>,
    model: Option<usize>,
    /// By rule, when it may have something to say.
    rules: OnceLock<Vec<Says>>,
    /// By field, what other spellings are compared with.
    plain_keys: OnceLock<Vec<String>>,
}

impl Plan {
    /// That of one of our tables.
    pub(super) fn new(table: &'static Object) -> Option<Self> {
        let index = CALLED.iter().position(|name| *name == table.name)?;
        let fields = FIELDS[index].as_ref()?;
        let mut unique = None;
        let sound = |(index, field): (usize, &'static Field)| {
            let limit = field.limits.iter().find(|limit| limit.bound.is_unique());
            match limit {
                Some(limit) if unique.is_none() => unique = Some((index, &limit.basis)),
                Some(_) => return Sound::Untold,
                None => {}
            }
            Sound::of(field)
        };
        let sound = table.fields.iter().enumerate().map(sound).collect();
        let model = table.model().map(|model| model.key);
        let model = table.fields.iter().position(|field| Some(field.key) == model);
        let (rules, plain_keys) = Default::default();
        Some(Plan { fields, sound, unique, model, rules, plain_keys })
    }

    pub(super) fn of(object: &'static Object) -> Option<&'static Plan> {
        let Listed { table, plan } = PLANS.iter().find(|own| ptr::eq(own.table, object))?;
        plan.get_or_init(|| Plan::new(table)).as_ref()
    }

    /// What is known of the value that comes next, which is a field's, if there is nothing to say about it. Of any
    /// other nothing is counted: whoever judges it with care does.
    #[inline]
    pub(super) fn fact(&self, field: usize, cursor: &mut Cursor<'_>, hosts: &mut Hosts) -> Fact {
        let counted = hosts.odd();
        let fact = self.sound.get(field).map_or(Fact::Unknown, |sound| sound.fact(cursor, hosts));
        if fact == Fact::Unknown {
            hosts.take_back(hosts.odd() - counted);
        }
        fact
    }

    /// The field that names the model.
    pub(super) fn model(&self) -> Option<usize> {
        self.model
    }

    /// The field whose values must differ between requests, and what that rests on.
    pub(super) fn unique(&self) -> Option<(usize, &'static Basis)> {
        self.unique
    }

    /// The keys of its fields.
    pub(super) fn names(&self) -> NameSet {
        self.fields.names
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

    /// By field of the table, its key as other spellings are compared with it.
    pub(super) fn plain_keys(&self, object: &Object) -> &[String] {
        self.plain_keys.get_or_init(|| plain_keys(object))
    }

    /// By rule of the table, when it may have something to say.
    pub(super) fn says(&self, object: &'static Object) -> &[Says] {
        let says = || object.constraints.iter().map(|rule| Says::of(object, &rule.check)).collect();
        self.rules.get_or_init(says)
    }
}

/// The keys of a table as other spellings are compared with them.
pub(super) fn plain_keys(object: &Object) -> Vec<String> {
    object.fields.iter().map(|field| alike::plain(field.key)).collect()
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
