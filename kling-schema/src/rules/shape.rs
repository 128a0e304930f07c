//! KL1xxx: keys and types.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &MISSING_FIELD,
    &WRONG_TYPE,
    &NULL_VALUE,
    &UNKNOWN_FIELD,
    &MISSPELT_FIELD,
    &UPSTREAM_FIELD,
    &DUPLICATE_KEY,
    &SCENE_SPELLING,
    &LEGACY_FIELD,
    &EDITOR_FIELD,
    &TOLERATED_SHAPE,
    &MISPLACED_FIELD,
];

/// A required key is missing, or empty.
pub static MISSING_FIELD: Rule = Rule {
    id: "KL1001",
    name: "missing-field",
    summary: "A required key is missing, or empty.",
    message: "{field} is required by {owner} and is {found}",
    help: "{advice}[; {hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A value has the wrong JSON type.
pub static WRONG_TYPE: Rule = Rule {
    id: "KL1002",
    name: "wrong-type",
    summary: "A value has the wrong JSON type.",
    message: "{field} must be {allowed}; found {found}",
    help: "[write {suggestion}][{advice}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An optional key is `null`.
pub static NULL_VALUE: Rule = Rule {
    id: "KL1003",
    name: "null-value",
    summary: "An optional key is `null`.",
    message: "{field} is `null`, which {owner} does not document; it counts as absent here",
    help: "leave the key out",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A key that no page lists.
pub static UNKNOWN_FIELD: Rule = Rule {
    id: "KL1004",
    name: "unknown-field",
    summary: "A key that no page lists.",
    message: "{owner} documents no key {field}",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A key that is nearly one the page lists.
pub static MISSPELT_FIELD: Rule = Rule {
    id: "KL1005",
    name: "misspelt-field",
    summary: "A key that is nearly one the page lists.",
    message: "{owner} documents no key {field}; did you mean `{suggestion}`?",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A key that Kling documents and this page does not.
pub static UPSTREAM_FIELD: Rule = Rule {
    id: "KL1006",
    name: "upstream-field",
    summary: "A key that Kling documents and this page does not.",
    message: "{field} is documented by Kling for this route, not by CometAPI",
    help: "its value is not checked, and it may be ignored",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A key is written twice in one object.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "KL1007",
    name: "duplicate-key",
    summary: "A key is written twice in one object.",
    message: "{field} is written more than once in this object; most readers keep only the last",
    help: "remove one of them; this is number {found}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The scene image is spelt differently by CometAPI and Kling.
pub static SCENE_SPELLING: Rule = Rule {
    id: "KL1008",
    name: "scene-spelling",
    summary: "The scene image is spelt differently by CometAPI and Kling.",
    message: "CometAPI spells this key `{suggestion}`; {field} is the spelling of Kling and other gateways",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An old key that does nothing.
pub static LEGACY_FIELD: Rule = Rule {
    id: "KL1009",
    name: "legacy-field",
    summary: "An old key that does nothing.",
    message: "{field} is an old key that Kling ignores: {effect}",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A key for the editor, not for the server.
pub static EDITOR_FIELD: Rule = Rule {
    id: "KL1010",
    name: "editor-field",
    summary: "A key for the editor, not for the server.",
    message: "{field} is for your editor and is no part of the request",
    help: "take it out of the body that is sent, or tie the schema to the file name in the editor",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A shape that the page contradicts itself about.
pub static TOLERATED_SHAPE: Rule = Rule {
    id: "KL1011",
    name: "tolerated-shape",
    summary: "A shape that the page contradicts itself about.",
    message: "{field} is {found}; real requests use {allowed}, and the page contradicts itself",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The key of another endpoint's list items.
pub static MISPLACED_FIELD: Rule = Rule {
    id: "KL1012",
    name: "misplaced-field",
    summary: "The key of another endpoint's list items.",
    message: "{owner} calls this key `{suggestion}`, not {field}",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
