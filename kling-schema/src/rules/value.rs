//! KL2xxx: one value.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[
    &TOO_LONG,
    &TOO_SHORT,
    &NOT_ALLOWED,
    &OUT_OF_RANGE,
    &TOO_FEW_ITEMS,
    &TOO_MANY_ITEMS,
    &EMPTY_VALUE,
    &BLANK_TEXT,
    &UTF16_LENGTH,
    &BAD_CALLBACK,
    &NOT_AN_ID,
];

/// A text has too many characters.
pub static TOO_LONG: Rule = Rule {
    id: "KL2001",
    name: "too-long",
    summary: "A text has too many characters.",
    message: "{field} has {found} characters; {owner} allows {allowed}",
    help: "shorten it by {over}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A text has too few characters.
pub static TOO_SHORT: Rule = Rule {
    id: "KL2002",
    name: "too-short",
    summary: "A text has too few characters.",
    message: "{field} has {found} characters; {owner} asks for at least {allowed}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A value outside a closed set.
pub static NOT_ALLOWED: Rule = Rule {
    id: "KL2003",
    name: "not-allowed",
    summary: "A value outside a closed set.",
    message: "{field} is {found}; allowed: {allowed}",
    help: "[did you mean {suggestion}?][{hint}]",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A number outside its range.
pub static OUT_OF_RANGE: Rule = Rule {
    id: "KL2004",
    name: "out-of-range",
    summary: "A number outside its range.",
    message: "{field} is {found}; {owner} allows {allowed}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A list has too few items.
pub static TOO_FEW_ITEMS: Rule = Rule {
    id: "KL2005",
    name: "too-few-items",
    summary: "A list has too few items.",
    message: "{field} has {found}; {owner} asks for at least {allowed}",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A list has too many items.
pub static TOO_MANY_ITEMS: Rule = Rule {
    id: "KL2006",
    name: "too-many-items",
    summary: "A list has too many items.",
    message: "{field} has {found}; {owner} allows at most {allowed}",
    help: "remove {over}",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An optional key holds an empty text.
pub static EMPTY_VALUE: Rule = Rule {
    id: "KL2007",
    name: "empty-value",
    summary: "An optional key holds an empty text.",
    message: "{field} is an empty text, which is none of its values",
    help: "leave the key out",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A required text holds only white space.
pub static BLANK_TEXT: Rule = Rule {
    id: "KL2008",
    name: "blank-text",
    summary: "A required text holds only white space.",
    message: "{field} holds only white space",
    help: "say what should happen, or expect a refusal",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A text is too long only when counted in UTF-16.
pub static UTF16_LENGTH: Rule = Rule {
    id: "KL2009",
    name: "utf16-length",
    summary: "A text is too long only when counted in UTF-16.",
    message: "{field} has {chars} characters, but {found} UTF-16 units; {owner} allows {allowed}",
    help: "a server that counts like Java or JavaScript may refuse it: shorten it by {over} units",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// A callback address is no http(s) URL.
pub static BAD_CALLBACK: Rule = Rule {
    id: "KL2010",
    name: "bad-callback-url",
    summary: "A callback address is no http(s) URL.",
    message: "{field} is {found}, not an `http://` or `https://` URL",
    help: "write the full address the result should be posted to, or leave the key out",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};

/// An id is neither a whole number nor digits.
pub static NOT_AN_ID: Rule = Rule {
    id: "KL2011",
    name: "not-an-id",
    summary: "An id is neither a whole number nor digits.",
    message: "{field} is {found}; Kling takes a whole number or a text of digits",
    help: "",
    explain: "",
    example: Example {
        endpoint: "",
        bad: "",
        good: "",
    },
};
