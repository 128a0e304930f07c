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
    explain: "Each endpoint has its own keys and limits, so a request whose endpoint is
unknown cannot be checked at all. kling-lint never guesses: it takes the
endpoint from `--endpoint`, from the file name (`cat.omni-video.json`), from
the folder, or from a key that only one endpoint has. Name it in one of these
ways; the file name also tells the next reader.",
    example: Example {
        endpoint: "",
        bad: r#"{
  "prompt": "A cat wears a hat."
}"#,
        good: r#"{
  "subject_image_list": [
    { "subject_image": "https://cdn.klingai-assets.net/cat.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/hat.png" }
  ],
  "prompt": "A cat wears a hat."
}"#,
    },
};

/// The document is JSON, but not an object.
pub static NOT_AN_OBJECT: Rule = Rule {
    id: "KL0102",
    name: "not-an-object",
    summary: "The document is JSON, but not an object.",
    message: "a request is a JSON object; this is {found}",
    help: "{advice}",
    explain: "The body of every Kling request is one JSON object: a list of requests, a bare
string or `null` names no prompt and no image. Send the objects of a list one
by one, each to its own endpoint.",
    example: Example {
        endpoint: "image2video",
        bad: r#"[
  { "image": "https://cdn.klingai-assets.net/cat.jpg" }
]"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// The document nests deeper than any request.
pub static TOO_DEEP: Rule = Rule {
    id: "KL0103",
    name: "too-deep",
    summary: "The document nests deeper than any request.",
    message: "brackets nest deeper than {limit} levels; nothing inside was read",
    help: "a request needs fewer than ten levels: look for text pasted in the wrong place",
    explain: "A Kling request is only a few levels deep, and most JSON readers give up on
hundreds of nested brackets. What lies below the limit was not read, so
nothing is known about it. Deep nesting usually means that a whole document,
or the output of a broken template, was pasted into a value.",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// The document holds more values than any request.
pub static TOO_MANY_VALUES: Rule = Rule {
    id: "KL0104",
    name: "too-many-values",
    summary: "The document holds more values than any request.",
    message: "the document holds more than {limit} values; the rest was not read",
    help: "a request holds a few hundred values: look for data pasted in the wrong place",
    explain: "A Kling request holds a handful of values; even one with every mask and
trajectory holds a few hundred. What follows the limit was not read, so
nothing is known about it. Pixel data or a log pasted as a list of numbers
looks like this: send images as a URL or as one Base64 text.",
    example: Example { endpoint: "", bad: "", good: "" },
};

/// A \\u escape is half of a character.
pub static LONE_SURROGATE: Rule = Rule {
    id: "KL0105",
    name: "lone-surrogate",
    summary: "A \\u escape is half of a character.",
    message: "{found} is half of a surrogate pair and stands for no character",
    help: "write the character itself, or both halves[; {field} may arrive changed]",
    explain: r#"In JSON, a character outside the basic plane, such as most emoji, is escaped
as two `\u` halves. One half alone stands for no character: some servers
replace it, some refuse the text, and some cut it off there. It is mostly left
behind by code that shortened a text in the middle of an emoji. Write the
whole character, or cut between characters."#,
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "prompt": "The cat purrs \ud83d"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "prompt": "The cat purrs \ud83d\udc08"
}"#,
    },
};

/// The request is for a Kling route that kling-lint does not check.
pub static ROUTE_NOT_COVERED: Rule = Rule {
    id: "KL0106",
    name: "route-not-covered",
    summary: "The request is for a Kling route that kling-lint does not check.",
    message: "this looks like a request for `{route}`, which kling-lint does not check: {reason}",
    help: "if it is meant for another endpoint, name it with `--endpoint {candidates}`",
    explain: "Kling has more routes than the ones kling-lint covers: lip-sync, effects,
speech, try-on and others. This body has the keys of such a route, so nothing
in it was checked, and a clean run would have meant nothing. Keep such files
out of the check, or name the endpoint if the body was meant for one that is
covered.",
    example: Example {
        endpoint: "",
        bad: r#"{
  "effect_scene": "hug",
  "input": {
    "images": [
      "https://cdn.klingai-assets.net/ann.jpg",
      "https://cdn.klingai-assets.net/bob.jpg"
    ]
  }
}"#,
        good: r#"{
  "model_name": "kling-v1-6",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/ann.jpg" },
    { "image": "https://cdn.klingai-assets.net/bob.jpg" }
  ],
  "prompt": "They hug.",
  "duration": "5"
}"#,
    },
};

/// The input is larger than can be checked.
///
/// Parameters: what (a noun phrase), limit.
pub static TOO_LARGE: Rule = Rule {
    id: "KL0107",
    name: "too-large",
    summary: "The input is larger than can be checked.",
    message: "{what} is larger than {limit}; the request was not checked",
    help: "",
    explain: "Long strings, such as an image in Base64, are checked while they stream past,
up to a size that no server takes. Everything else has to fit into memory, and a
request that needs this much text outside its strings is no Kling request. Look
for a stream without end, for white space without end, or for image data pasted
as a list of numbers.",
    example: Example { endpoint: "", bad: "", good: "" },
};
