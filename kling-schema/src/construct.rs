//! Constructors for the derive macro's output: the table's structs are `non_exhaustive`, so other
//! crates cannot write them out. Not part of the public interface.

use crate::rules::Rule;
use crate::source::Basis;
use crate::table::*;

impl Limit {
    #[doc(hidden)]
    pub const fn new(bound: Bound, basis: Basis) -> Self {
        Limit { bound, basis }
    }
}

impl Endpoint {
    #[doc(hidden)]
    pub const fn new(method: &'static str, path: &'static str) -> Self {
        Endpoint { method, path }
    }
}

impl<T: Copy> Range<T> {
    #[doc(hidden)]
    pub const fn new(min: Option<T>, max: Option<T>) -> Self {
        Range { min, max }
    }
}

impl Forms {
    #[doc(hidden)]
    pub const fn new(url: bool, base64: bool) -> Self {
        Forms { url, base64 }
    }
}

impl Megabytes {
    #[doc(hidden)]
    pub const fn new(megabytes: u32) -> Self {
        Megabytes(megabytes)
    }
}

impl RatioRange {
    #[doc(hidden)]
    pub const fn new(min: (u32, u32), max: (u32, u32)) -> Self {
        RatioRange {
            min: Ratio { width: min.0, height: min.1 },
            max: Ratio { width: max.0, height: max.1 },
        }
    }
}

impl Choice {
    #[doc(hidden)]
    pub const fn new(value: &'static str, doc: &'static str) -> Self {
        Choice { value, doc }
    }
}

impl Hint {
    #[doc(hidden)]
    pub const fn new(when: When, text: &'static str) -> Self {
        Hint { when, text }
    }
}

impl Axis {
    #[doc(hidden)]
    pub const fn new(path: Path, default: &'static str) -> Self {
        Axis { path, default }
    }
}

impl Reference {
    #[doc(hidden)]
    pub const fn new(word: &'static str, list: Path, silent: Option<When>) -> Self {
        Reference { word, list, silent }
    }
}

impl Known {
    #[doc(hidden)]
    pub const fn new(key: &'static str, what: KnownKey, basis: Basis) -> Self {
        Known { key, what, basis }
    }
}

impl Constraint {
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        rule: &'static Rule,
        check: Check,
        blame: Option<Path>,
        basis: Basis,
    ) -> Self {
        Constraint { name, rule, check, blame, basis }
    }
}

impl Field {
    #[doc(hidden)]
    pub const fn new(key: &'static str, doc: &'static str, kind: Kind, shape: Basis) -> Self {
        Field {
            key,
            doc,
            presence: Presence::Optional,
            nullable: false,
            default: None,
            shape,
            kind,
            limits: &[],
            each: &[],
            hints: &[],
        }
    }

    #[doc(hidden)]
    pub const fn required(self, basis: Basis) -> Self {
        Field { presence: Presence::Required(basis), ..self }
    }

    #[doc(hidden)]
    pub const fn nullable(self) -> Self {
        Field { nullable: true, ..self }
    }

    #[doc(hidden)]
    pub const fn default(self, literal: Literal) -> Self {
        Field { default: Some(literal), ..self }
    }

    #[doc(hidden)]
    pub const fn limits(self, limits: &'static [Limit]) -> Self {
        Field { limits, ..self }
    }

    #[doc(hidden)]
    pub const fn each(self, each: &'static [Limit]) -> Self {
        Field { each, ..self }
    }

    #[doc(hidden)]
    pub const fn hints(self, hints: &'static [Hint]) -> Self {
        Field { hints, ..self }
    }
}

impl Object {
    #[doc(hidden)]
    pub const fn new(name: &'static str, doc: &'static str, basis: Basis) -> Self {
        Object {
            name,
            doc,
            endpoint: None,
            basis,
            shape: None,
            fields: &[],
            constraints: &[],
            known: &[],
        }
    }

    #[doc(hidden)]
    pub const fn endpoint(self, endpoint: Endpoint) -> Self {
        Object { endpoint: Some(endpoint), ..self }
    }

    #[doc(hidden)]
    pub const fn shape(self, basis: Basis) -> Self {
        Object { shape: Some(basis), ..self }
    }

    #[doc(hidden)]
    pub const fn fields(self, fields: &'static [Field]) -> Self {
        Object { fields, ..self }
    }

    #[doc(hidden)]
    pub const fn constraints(self, constraints: &'static [Constraint]) -> Self {
        Object { constraints, ..self }
    }

    #[doc(hidden)]
    pub const fn known(self, known: &'static [Known]) -> Self {
        Object { known, ..self }
    }
}
