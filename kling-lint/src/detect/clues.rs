//! What tells endpoints apart, by the numbers of the keys: found while it is compiled, like the numbers.

use std::sync::OnceLock;

use kling_schema::endpoints::{ENDPOINTS, UNCOVERED, Uncovered};
use kling_schema::{Field, Kind, Object, Presence};

use crate::names::{Name, NameSet};
use crate::read::Text;

/// What tells one endpoint.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clues {
    index: usize,
    /// Keys that speak against it: inputs of other endpoints, and what only they have.
    pub(super) against: NameSet,
    /// Its required inputs.
    pub(super) required: NameSet,
    /// Those that no other endpoint has.
    pub(super) inputs: NameSet,
    /// All keys that no other endpoint has.
    pub(super) own: NameSet,
    /// The key of its model.
    pub(super) model: Option<Name>,
}

/// What a key or a model says, in words.
type Said<T> = OnceLock<Vec<(T, String)>>;

/// Of each endpoint.
pub(super) static CLUES: [Clues; ENDPOINTS.len()] = {
    let mut all = [Clues::of(0); ENDPOINTS.len()];
    let mut index = 1;
    while index < all.len() {
        all[index] = Clues::of(index);
        index += 1;
    }
    all
};

static KEYS: [Said<Name>; CLUES.len()] = [const { Said::new() }; CLUES.len()];
static MODELS: [Said<&str>; CLUES.len()] = [const { Said::new() }; CLUES.len()];

/// The keys of each route that is not covered.
pub(super) static ROUTES: [NameSet; UNCOVERED.len()] = {
    let mut all = [NameSet::NONE; UNCOVERED.len()];
    let mut index = 0;
    while index < all.len() {
        let mut key = 0;
        while key < UNCOVERED[index].keys.len() {
            all[index].insert(Name::listed(UNCOVERED[index].keys[key]));
            key += 1;
        }
        index += 1;
    }
    all
};

/// The keys by which all of these are told apart.
pub(super) static TELLING: NameSet = {
    let mut telling = NameSet::NONE;
    let mut index = 0;
    while index < CLUES.len() {
        let Clues { against, required, own, .. } = CLUES[index];
        telling = telling.and(against).and(required).and(own);
        index += 1;
    }
    let mut index = 0;
    while index < ROUTES.len() {
        telling = telling.and(ROUTES[index]);
        index += 1;
    }
    telling
};

/// The route that is not covered and has the model, and that model.
pub(super) fn route_of(model: Option<Text<'_>>) -> Option<(&'static Uncovered, &'static str)> {
    let model = model?;
    UNCOVERED.iter().find_map(|route| {
        let name = route.models.iter().find(|name| model.is(name))?;
        Some((route, *name))
    })
}

impl Clues {
    const fn of(index: usize) -> Self {
        let object = ENDPOINTS[index];
        let model = match object.model() {
            Some(model) => Some(name(model)),
            None => None,
        };
        let none = NameSet::NONE;
        let mut clues =
            Clues { index, against: TOLD, required: none, inputs: none, own: none, model };
        let mut at = 0;
        while at < object.fields.len() {
            let field = &object.fields[at];
            let (name, is_own) = (name(field), !SHARED.has(name(field)));
            if is_own {
                clues.own.insert(name);
            }
            if is_input(field) && matches!(field.presence, Presence::Required(_)) {
                clues.required.insert(name);
                if is_own {
                    clues.inputs.insert(name);
                }
            }
            clues.against.remove(name);
            at += 1;
        }
        let mut at = 0;
        while at < object.known.len() {
            clues.against.remove(Name::listed(object.known[at].key));
            at += 1;
        }
        clues
    }

    pub(super) fn object(&self) -> &'static Object {
        ENDPOINTS[self.index]
    }

    /// What the first of its own keys that is among these says.
    pub(super) fn says_key(&self, keys: NameSet) -> Option<&'static str> {
        if !keys.meets(self.own) {
            return None;
        }
        let object = self.object();
        let say = |field: &Field| format!("only {} has `{}`", object.name, field.key);
        let own = object.fields.iter().map(|field| (Name::of(field.key.as_bytes()), field));
        let own = own.filter(|(name, _)| self.own.has(*name));
        let said =
            KEYS[self.index].get_or_init(|| own.map(|(name, field)| (name, say(field))).collect());
        said.iter().find(|(name, _)| keys.has(*name)).map(|(_, said)| said.as_str())
    }

    /// What a model says, and its name.
    pub(super) fn says_model(&self, model: Text<'_>) -> Option<&'static (&'static str, String)> {
        let object = self.object();
        let say = |model: &str| format!("\"{model}\" is a model of {}", object.name);
        let models = object.model().into_iter().flat_map(Field::known_values);
        let said = MODELS[self.index].get_or_init(|| models.map(|it| (it, say(it))).collect());
        said.iter().find(|(name, _)| model.is(name))
    }
}

/// The keys of fields that several endpoints have.
const SHARED: NameSet = {
    let (mut met, mut shared) = (NameSet::NONE, NameSet::NONE);
    let mut index = 0;
    while index < ENDPOINTS.len() {
        let mut at = 0;
        while at < ENDPOINTS[index].fields.len() {
            let name = name(&ENDPOINTS[index].fields[at]);
            if met.has(name) {
                shared.insert(name);
            }
            met.insert(name);
            at += 1;
        }
        index += 1;
    }
    shared
};

/// The keys that say something of some endpoint: inputs, and what only one has.
const TOLD: NameSet = {
    let mut told = NameSet::NONE;
    let mut index = 0;
    while index < ENDPOINTS.len() {
        let mut at = 0;
        while at < ENDPOINTS[index].fields.len() {
            let field = &ENDPOINTS[index].fields[at];
            if is_input(field) || !SHARED.has(name(field)) {
                told.insert(name(field));
            }
            at += 1;
        }
        index += 1;
    }
    told
};

const fn name(field: &Field) -> Name {
    Name::listed(field.key)
}

/// Whether the field takes media, itself or in its items.
const fn is_input(field: &Field) -> bool {
    matches!(field.kind, Kind::Media(_) | Kind::List(_))
}
