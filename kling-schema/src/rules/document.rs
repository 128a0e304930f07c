//! KL01xx: the document as a whole.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &UNKNOWN_ENDPOINT,
    &NOT_AN_OBJECT,
    &TOO_DEEP,
    &TOO_MANY_VALUES,
    &LONE_SURROGATE,
    &ROUTE_NOT_COVERED,
    &TOO_LARGE,
];

/// It cannot be told which endpoint the request is for.
pub static UNKNOWN_ENDPOINT: Rule = Rule {
    id: "KL0101",
    name: "unknown-endpoint",
    summary: "It cannot be told which endpoint the request is for.",
    message: "cannot tell which endpoint this request is for: {reason}",
    help: "name it with `--endpoint {candidates}`, or call the file `NAME.{example}.json`[; {hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The document is JSON, but not an object.
pub static NOT_AN_OBJECT: Rule = Rule {
    id: "KL0102",
    name: "not-an-object",
    summary: "The document is JSON, but not an object.",
    message: "a request is a JSON object; this is {found}",
    help: "{advice}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The document nests deeper than any request.
pub static TOO_DEEP: Rule = Rule {
    id: "KL0103",
    name: "too-deep",
    summary: "The document nests deeper than any request.",
    message: "brackets nest deeper than {limit} levels; nothing inside was read",
    help: "a request needs fewer than ten levels: look for text pasted in the wrong place",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The document holds more values than any request.
pub static TOO_MANY_VALUES: Rule = Rule {
    id: "KL0104",
    name: "too-many-values",
    summary: "The document holds more values than any request.",
    message: "the document holds more than {limit} values; the rest was not read",
    help: "a request holds a few hundred values: look for data pasted in the wrong place",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A \\u escape is half of a character.
pub static LONE_SURROGATE: Rule = Rule {
    id: "KL0105",
    name: "lone-surrogate",
    summary: "A \\u escape is half of a character.",
    message: "{found} is half of a surrogate pair and stands for no character",
    help: "write the character itself, or both halves[; {field} may arrive changed]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The request is for a Kling route that kling-lint does not check.
pub static ROUTE_NOT_COVERED: Rule = Rule {
    id: "KL0106",
    name: "route-not-covered",
    summary: "The request is for a Kling route that kling-lint does not check.",
    message: "this looks like a request for `{route}`, which kling-lint does not check: {reason}",
    help: "if it is meant for another endpoint, name it with `--endpoint {candidates}`",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// The input is larger than can be checked.
pub static TOO_LARGE: Rule = Rule {
    id: "KL0107",
    name: "too-large",
    summary: "The input is larger than can be checked.",
    message: "the text outside long strings is larger than {limit}; the request was not checked",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
