//! KL6xxx: what a model supports, as Kling documents it.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &UNKNOWN_MODEL,
    &UNSUPPORTED_COMBINATION,
    &UNSUPPORTED_BY_MODEL,
];

/// A model name that is not among the known ones.
pub static UNKNOWN_MODEL: Rule = Rule {
    id: "KL6001",
    name: "unknown-model",
    summary: "A model name that is not among the known ones.",
    message: "{field} is {found}; known for {owner}: {allowed}",
    help: "[did you mean {suggestion}?][{hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// Something this model, mode and duration do not support.
pub static UNSUPPORTED_COMBINATION: Rule = Rule {
    id: "KL6002",
    name: "unsupported-combination",
    summary: "Something this model, mode and duration do not support.",
    message: "{field} is not supported with {found}",
    help: "Kling supports it with {allowed}[; {hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A field that this model does not support.
pub static UNSUPPORTED_BY_MODEL: Rule = Rule {
    id: "KL6003",
    name: "unsupported-by-model",
    summary: "A field that this model does not support.",
    message: "{field} is not supported when {condition}",
    help: "leave the key out, or choose another model",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
