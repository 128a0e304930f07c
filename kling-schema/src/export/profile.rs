//! Which consumer a schema is for.

/// A dialect of JSON Schema, or the part of it that a family of tools understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// JSON Schema 2020-12: every rule that can be said.
    Draft202012,
    /// JSON Schema draft-07: the same rules, for validators and forms that know no later draft.
    Draft07,
    /// For code generators: shapes and bounds, nothing conditional.
    Types,
    /// For `z.fromJSONSchema`: no `if`, no `not`, no `dependent…`.
    Zod,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Profile; 4] =
        [Profile::Draft202012, Profile::Draft07, Profile::Types, Profile::Zod];

    /// As it is written on the command line: `2020-12`.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::Draft202012 => "2020-12",
            Profile::Draft07 => "draft-07",
            Profile::Types => "types",
            Profile::Zod => "zod",
        }
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Who it is for, in words.
    pub const fn about(self) -> &'static str {
        match self {
            Profile::Draft202012 => "JSON Schema 2020-12: every rule it can say",
            Profile::Draft07 => "JSON Schema draft-07: the same, for editors and forms",
            Profile::Types => "JSON Schema for code generators: nothing conditional",
            Profile::Zod => "JSON Schema for `z.fromJSONSchema`",
        }
    }

    /// The address of the dialect's metaschema.
    pub const fn dialect(self) -> &'static str {
        match self {
            Profile::Draft202012 | Profile::Types | Profile::Zod => {
                "https://json-schema.org/draft/2020-12/schema"
            }
            Profile::Draft07 => "http://json-schema.org/draft-07/schema#",
        }
    }

    /// Whether `if`, `not` and `contains` are understood.
    pub(super) const fn has_conditions(self) -> bool {
        match self {
            Profile::Draft202012 | Profile::Draft07 => true,
            Profile::Types | Profile::Zod => false,
        }
    }
}
