//! KL4xxx: images and videos.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[&MASK_MISMATCH, &POINT_OUTSIDE];

/// A mask does not match its picture.
pub static MASK_MISMATCH: Rule = Rule {
    id: "KL4020",
    name: "mask-mismatch",
    summary: "A mask does not match its picture.",
    message: "{field} is {found}; {other} is {allowed}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A point of a trajectory lies outside the picture.
pub static POINT_OUTSIDE: Rule = Rule {
    id: "KL4021",
    name: "point-outside",
    summary: "A point of a trajectory lies outside the picture.",
    message: "{field} is {found}; the picture is {allowed}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
