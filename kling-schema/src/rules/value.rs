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
    explain: "The page prints a limit on the length of this text, and a longer one is
refused. Characters are counted as Unicode code points, the way JSON Schema
counts them: an escape is one character, a letter with a combining accent is
two. Kling's own limit for the same text may be higher; the gateway's page is
the one you send to. Shorten the text; cutting it off in your program loses
the end without a word.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": "blurry, out of focus, low resolution, grainy, noisy, overexposed, underexposed, washed out colours, watermark, subtitles, logo, text, extra legs, extra tails, missing ears, deformed paws, crossed eyes, flicker"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": "blurry, grainy, washed out colours, watermark, text, deformed paws, flicker"
}"#,
    },
};

/// A text has too few characters.
pub static TOO_SHORT: Rule = Rule {
    id: "KL2002",
    name: "too-short",
    summary: "A text has too few characters.",
    message: "{field} has {found} characters; {owner} asks for at least {allowed}",
    help: "",
    explain: "This text is shorter than the schema it is checked against asks for. Length is
counted in Unicode code points. None of Kling's own endpoints prints a
smallest length: the rule serves request types of your own.",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A value outside a closed set.
pub static NOT_ALLOWED: Rule = Rule {
    id: "KL2003",
    name: "not-allowed",
    summary: "A value outside a closed set.",
    message: "{field} is {found}; allowed: {allowed}",
    help: "[did you mean {suggestion}? ][{hint}]",
    explain: "The page lists the values that this key may have, and any other is refused.
Values are compared exactly: capital letters, units and spaces count. Another
endpoint of Kling, or Kling itself, may take more than this page lists; the
help says so where that is known.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "mode": "Pro"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "mode": "pro"
}"#,
    },
};

/// A number outside its range.
pub static OUT_OF_RANGE: Rule = Rule {
    id: "KL2004",
    name: "out-of-range",
    summary: "A number outside its range.",
    message: "{field} is {found}; {owner} allows {allowed}",
    help: "",
    explain: "The number lies outside the range that is documented; both ends of the range
are allowed. Other tools use the same names with other scales, so a number
copied from their settings rarely fits. Where only Kling prints the range,
this is a warning.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "cfg_scale": 7.5
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "cfg_scale": 0.75
}"#,
    },
};

/// A list has too few items.
pub static TOO_FEW_ITEMS: Rule = Rule {
    id: "KL2005",
    name: "too-few-items",
    summary: "A list has too few items.",
    message: "{field} has {found}; {owner} asks for at least {allowed}",
    help: "",
    explain: "The endpoint needs more items than the list holds; an empty list is no better
than a short one. To animate a single image, use the endpoint made for one.
The same image may appear twice in a list of images: the page's own example
does that.",
    example: Example {
        endpoint: "multi-image2video",
        bad: r#"{
  "model_name": "kling-v1-6",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/woman.jpg" }
  ],
  "prompt": "The woman smiles.",
  "duration": "5"
}"#,
        good: r#"{
  "model_name": "kling-v1-6",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/woman.jpg" },
    { "image": "https://cdn.klingai-assets.net/coat.png" }
  ],
  "prompt": "The woman smiles.",
  "duration": "5"
}"#,
    },
};

/// A list has too many items.
pub static TOO_MANY_ITEMS: Rule = Rule {
    id: "KL2006",
    name: "too-many-items",
    summary: "A list has too many items.",
    message: "{field} has {found}; {owner} allows at most {allowed}",
    help: "remove {over}",
    explain: "The endpoint takes fewer items than the list holds. Expect a refusal: no page
says that the first few are picked. Keep the items that matter most, or split
the work into several requests, each of which is paid for.",
    example: Example {
        endpoint: "multi-image2image",
        bad: r#"{
  "subject_image_list": [
    { "subject_image": "https://cdn.klingai-assets.net/ann.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/bob.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/cat.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/dog.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/owl.jpg" }
  ]
}"#,
        good: r#"{
  "subject_image_list": [
    { "subject_image": "https://cdn.klingai-assets.net/ann.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/bob.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/cat.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/dog.jpg" }
  ]
}"#,
    },
};

/// An optional key holds an empty text.
pub static EMPTY_VALUE: Rule = Rule {
    id: "KL2007",
    name: "empty-value",
    summary: "An optional key holds an empty text.",
    message: "{field} is an empty text; no page says that it counts as absent",
    help: "leave the key out",
    explain: "An empty text is none of the values this key may have, and no image. Forms and
workflow tools send it for every field left blank. Whether the server reads it
as absent is not documented, so leave the key out. In a negative prompt, a
callback address or an external id an empty text is common and harmless, and
is not reported.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "image_tail": ""
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// A required text holds only white space.
pub static BLANK_TEXT: Rule = Rule {
    id: "KL2008",
    name: "blank-text",
    summary: "A required text holds only white space.",
    message: "{field} holds only white space",
    help: "say what should happen, or expect a refusal",
    explain: "A required prompt that holds only white space says nothing. A server that
trims it will refuse the request; one that does not will spend your money on a
video of its own choosing. Write what should happen.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "   ",
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "A cat yawns.",
  "aspect_ratio": "16:9"
}"#,
    },
};

/// A text is too long only when counted in UTF-16.
pub static UTF16_LENGTH: Rule = Rule {
    id: "KL2009",
    name: "utf16-length",
    summary: "A text is too long only when counted in UTF-16.",
    message: "{field} has {chars} characters, but {found} UTF-16 units; {owner} allows {allowed}",
    help: "a server that counts like Java or JavaScript may refuse it: shorten it by {over}",
    explain: "The page prints a number of characters and does not say how they are counted.
In code points the text fits; in UTF-16 units, which Java and JavaScript
count, it does not, since most emoji and rare Chinese characters take two.
Shorten it by the excess to be on the safe side.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": "🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑🐕🐎🐄🐖🐑"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": "🐕🐎🐄🐖🐑"
}"#,
    },
};

/// A callback address is no http(s) URL.
pub static BAD_CALLBACK: Rule = Rule {
    id: "KL2010",
    name: "bad-callback-url",
    summary: "A callback address is no http(s) URL.",
    message: "{field} is {found}, not an `http://` or `https://` URL",
    help: "write the full address the result should be posted to, or leave the key out",
    explain: "When the task ends, the server posts the result to this address, so it must be
a full `http://` or `https://` URL. A wrong one does not fail the request: the
task runs and is paid for, and the call never comes. Callbacks are not signed.
Treat one as a hint to query the task, never as proof.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "callback_url": "hooks.klingai-assets.net/done"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "callback_url": "https://hooks.klingai-assets.net/done"
}"#,
    },
};

/// An id is neither a whole number nor digits.
pub static NOT_AN_ID: Rule = Rule {
    id: "KL2011",
    name: "not-an-id",
    summary: "An id is neither a whole number nor digits.",
    message: "{field} is {found}; Kling takes a whole number or a text of digits",
    help: "",
    explain: "Elements are registered with Kling beforehand and get a number as id; that
number is what belongs here, as a JSON number or as a string of digits. A name
of your own is not known to the server. Send long ids as a string if your
program keeps numbers as doubles: those lose the last digits.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "<<<element_1>>> waves.",
  "element_list": [
    { "element_id": "my-robot" }
  ],
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "<<<element_1>>> waves.",
  "element_list": [
    { "element_id": "829836802793406551" }
  ],
  "aspect_ratio": "16:9"
}"#,
    },
};
