//! KL3xxx: several fields, and several requests.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &INPUT_CAP,
    &EXCLUSIVE_FIELDS,
    &NEEDS_OTHER,
    &NOT_ALLOWED_HERE,
    &CONFLICTING_INPUT,
    &IGNORED_FIELD,
    &DEFAULT_APPLIES,
    &REUSED_ID,
];

/// Several lists together hold too many items.
pub static INPUT_CAP: Rule = Rule {
    id: "KL3001",
    name: "over-input-cap",
    summary: "Several lists together hold too many items.",
    message: "{lists} hold {found} together; {owner} allows {allowed} {case}",
    help: "remove {over}[; {hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// Fields that exclude each other.
pub static EXCLUSIVE_FIELDS: Rule = Rule {
    id: "KL3002",
    name: "exclusive-fields",
    summary: "Fields that exclude each other.",
    message: "{fields} cannot be used together",
    help: "keep one of them",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A value that needs another one beside it.
pub static NEEDS_OTHER: Rule = Rule {
    id: "KL3003",
    name: "needs-other",
    summary: "A value that needs another one beside it.",
    message: "{condition} needs that {needs}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A value that is allowed only in other circumstances.
pub static NOT_ALLOWED_HERE: Rule = Rule {
    id: "KL3004",
    name: "not-allowed-here",
    summary: "A value that is allowed only in other circumstances.",
    message: "{field} is {found}; only {allowed} is allowed when {condition}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An input that must be absent in these circumstances.
pub static CONFLICTING_INPUT: Rule = Rule {
    id: "KL3005",
    name: "conflicting-input",
    summary: "An input that must be absent in these circumstances.",
    message: "{field} is not supported when {condition}",
    help: "remove it[; {hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A value that has no effect.
pub static IGNORED_FIELD: Rule = Rule {
    id: "KL3006",
    name: "ignored-field",
    summary: "A value that has no effect.",
    message: "{field} is ignored when {condition}",
    help: "leave the key out",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An absent key whose default decides something visible.
pub static DEFAULT_APPLIES: Rule = Rule {
    id: "KL3007",
    name: "default-applies",
    summary: "An absent key whose default decides something visible.",
    message: "{field} is absent, so its default {default} applies",
    help: "write the key to choose",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// Two requests of one run carry the same id.
pub static REUSED_ID: Rule = Rule {
    id: "KL3008",
    name: "reused-id",
    summary: "Two requests of one run carry the same id.",
    message: "{field} {found} is already used by {first}",
    help: "give each request its own; the page says it is unique per user",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
