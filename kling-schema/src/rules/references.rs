//! KL5xxx: reference tokens in a prompt.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &DANGLING_REFERENCE,
    &MALFORMED_REFERENCE,
    &FOREIGN_REFERENCE,
    &UNUSED_INPUT,
];

/// A reference token points at nothing.
pub static DANGLING_REFERENCE: Rule = Rule {
    id: "KL5001",
    name: "dangling-reference",
    summary: "A reference token points at nothing.",
    message: "{found} points at nothing: {reason}",
    help: "add the item it names, or take the token out of the prompt",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// Text that is nearly a reference token.
pub static MALFORMED_REFERENCE: Rule = Rule {
    id: "KL5002",
    name: "malformed-reference",
    summary: "Text that is nearly a reference token.",
    message: "{found} is not a reference token: {reason}",
    help: "write {suggestion}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A kind of reference token that only Kling documents.
pub static FOREIGN_REFERENCE: Rule = Rule {
    id: "KL5003",
    name: "foreign-reference",
    summary: "A kind of reference token that only Kling documents.",
    message: "{found}: Kling knows references of kind `{kind}`, CometAPI does not document them",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An input that the prompt never names.
pub static UNUSED_INPUT: Rule = Rule {
    id: "KL5004",
    name: "unused-input",
    summary: "An input that the prompt never names.",
    message: "{field} is never named in {text}",
    help: "write {suggestion} where it should appear",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
