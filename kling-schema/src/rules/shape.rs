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
    message: "{field} is {found}; {owner} requires it",
    help: "{advice}[; {hint}]",
    explain: "The page marks this key as required, and the server refuses a request without
it. `null` counts as missing, and so does an empty text where a prompt or an
image is required. A default printed beside a required key is no promise that
the server fills it in: write the key. The samples on the pages are samples,
not defaults.",
    example: Example {
        endpoint: "multi-image2video",
        bad: r#"{
  "model_name": "kling-v1-6",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/woman.jpg" },
    { "image": "https://cdn.klingai-assets.net/coat.png" }
  ],
  "duration": "5"
}"#,
        good: r#"{
  "model_name": "kling-v1-6",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/woman.jpg" },
    { "image": "https://cdn.klingai-assets.net/coat.png" }
  ],
  "prompt": "The woman puts on the coat.",
  "duration": "5"
}"#,
    },
};

/// A value has the wrong JSON type.
pub static WRONG_TYPE: Rule = Rule {
    id: "KL1002",
    name: "wrong-type",
    summary: "A value has the wrong JSON type.",
    message: "{field} must be {allowed}; found {found}",
    help: "[write {suggestion}][{advice}]",
    explain: "The page prints a JSON type for every key, and a value of another type is
refused as an illegal parameter. The usual case is a duration written as a
number: Kling wants it as a string, in quotes. The opposite happens too, a
number that a form or a spreadsheet turned into a string. Where only the
quotes are wrong and the value is allowed, the fix is safe.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "duration": 5
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "duration": "5"
}"#,
    },
};

/// An optional key is `null`.
pub static NULL_VALUE: Rule = Rule {
    id: "KL1003",
    name: "null-value",
    summary: "An optional key is `null`.",
    message: "{field} is `null`, which {owner} does not document; it counts as absent here",
    help: "leave the key out",
    explain: "No page says what `null` means in a request. Some servers read it as absent,
some as a value of the wrong type. Exports from databases and typed clients
write it for every key that was not set: leave such keys out instead.
kling-lint treats the key as absent in all its other checks.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": null
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// A key that no page lists.
pub static UNKNOWN_FIELD: Rule = Rule {
    id: "KL1004",
    name: "unknown-field",
    summary: "A key that no page lists.",
    message: "{owner} documents no key {field}",
    help: "{advice}",
    explain: "Neither CometAPI's page nor Kling's own lists this key for this endpoint.
Servers mostly ignore keys they do not know, without a word: the task is
accepted and paid for, and what the key asked for does not happen. Look up
what the endpoint calls it, or remove it.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "seed": 42
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// A key that is nearly one the page lists.
pub static MISSPELT_FIELD: Rule = Rule {
    id: "KL1005",
    name: "misspelt-field",
    summary: "A key that is nearly one the page lists.",
    message: "{owner} documents no key {field}; did you mean `{suggestion}`?",
    help: "{advice}",
    explain: "A misspelt key is an unknown key: the server mostly ignores it without a word,
and the task is paid for all the same. Camel case counts as a misspelling too,
since Kling writes all its keys in snake case. Renaming is a safe fix as long
as the right key is not there as well; then you have to choose.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negativePrompt": "blur"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "negative_prompt": "blur"
}"#,
    },
};

/// A key that Kling documents and this page does not.
pub static UPSTREAM_FIELD: Rule = Rule {
    id: "KL1006",
    name: "upstream-field",
    summary: "A key that Kling documents and this page does not.",
    message: "{field} is documented by Kling for this route, not by CometAPI",
    help: "its value is not checked, and it may be ignored",
    explain: "Kling documents this key for the same route; CometAPI's page does not list it.
It may be passed on, or it may be dropped: that has not been verified. Its
value is not checked here. If the result depends on it, try it once with a
cheap request before you rely on it.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "sound": "on"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// A key is written twice in one object.
pub static DUPLICATE_KEY: Rule = Rule {
    id: "KL1007",
    name: "duplicate-key",
    summary: "A key is written twice in one object.",
    message: "{field} is written more than once in this object; most readers keep only the last",
    help: "keep one of them[; this is number {found}]",
    explain: "JSON leaves open what a key means that is written twice. Most readers keep the
last value and say nothing, some keep the first, and a few refuse the
document. Two programs on the way may disagree, so what was checked need not
be what is run. Keep one of them.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "prompt": "The cat turns its head.",
  "prompt": "The cat blinks."
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "prompt": "The cat blinks."
}"#,
    },
};

/// The scene image is spelt differently by CometAPI and Kling.
pub static SCENE_SPELLING: Rule = Rule {
    id: "KL1008",
    name: "scene-spelling",
    summary: "The scene image is spelt differently by CometAPI and Kling.",
    message: "CometAPI spells this key `{suggestion}`; Kling and other gateways spell it `{alias}`",
    help: "{advice}",
    explain: "CometAPI's page spells this key `scence_image`; Kling and other gateways spell
it `scene_image`. Which of the two the server reads is unverified, so the fix
is marked unsafe. kling-lint follows the page it checks against. Do not send
both spellings: which one wins is unknown as well.",
    example: Example {
        endpoint: "multi-image2image",
        bad: r#"{
  "subject_image_list": [
    { "subject_image": "https://cdn.klingai-assets.net/cat.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/hat.png" }
  ],
  "scene_image": "https://cdn.klingai-assets.net/street.jpg"
}"#,
        good: r#"{
  "subject_image_list": [
    { "subject_image": "https://cdn.klingai-assets.net/cat.jpg" },
    { "subject_image": "https://cdn.klingai-assets.net/hat.png" }
  ],
  "scence_image": "https://cdn.klingai-assets.net/street.jpg"
}"#,
    },
};

/// An old key that does nothing.
pub static LEGACY_FIELD: Rule = Rule {
    id: "KL1009",
    name: "legacy-field",
    summary: "An old key that does nothing.",
    message: "{field} is an old key that Kling ignores: {effect}",
    help: "{advice}",
    explain: "`model` is an old name of `model_name`. Kling still accepts it so that old
programs keep running, and ignores it: alone it means the default model,
beside `model_name` it does nothing. Nothing in the reply tells you that
another model was used and paid for. Write `model_name`.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "model": "kling-v2-6"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "model_name": "kling-v2-6"
}"#,
    },
};

/// A key for the editor, not for the server.
pub static EDITOR_FIELD: Rule = Rule {
    id: "KL1010",
    name: "editor-field",
    summary: "A key for the editor, not for the server.",
    message: "{field} is for your editor and is no part of the request",
    help: "take it out of the body that is sent, or tie the schema to the file name in the editor",
    explain: "`$schema` tells an editor which schema to complete and check against; it is no
part of the request. A server will most likely ignore it. Take it out before
sending, or tie the schema to the file name in the editor's settings, and the
file stays a plain request.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "$schema": "./image2video.schema.json",
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg"
}"#,
    },
};

/// A shape that the page contradicts itself about.
pub static TOLERATED_SHAPE: Rule = Rule {
    id: "KL1011",
    name: "tolerated-shape",
    summary: "A shape that the page contradicts itself about.",
    message: "{field} is {found}; the page contradicts itself, and real requests use {allowed}",
    help: "{advice}",
    explain: "Here the page contradicts itself: the type it prints is not the shape its
description and every real request have. kling-lint accepts both and checks
what it can, but the shape that real requests use is the one known to work.
Prefer it.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "Make it snow.",
  "video_list": [
    "https://cdn.klingai-assets.net/walk.mp4"
  ]
}"#,
        good: r#"{
  "prompt": "Make it snow.",
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4" }
  ]
}"#,
    },
};

/// The key of another endpoint's list items.
pub static MISPLACED_FIELD: Rule = Rule {
    id: "KL1012",
    name: "misplaced-field",
    summary: "The key of another endpoint's list items.",
    message: "{owner} calls this key `{suggestion}`, not {field}",
    help: "{advice}",
    explain: "The endpoints name the image in a list item differently, and bodies are often
copied from one to the other. Under the wrong key the server finds no image:
at best the request is refused, at worst it runs without it. Rename the key;
the value can stay.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "<<<image_1>>> yawns.",
  "image_list": [
    { "image": "https://cdn.klingai-assets.net/cat.jpg" }
  ],
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "<<<image_1>>> yawns.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" }
  ],
  "aspect_ratio": "16:9"
}"#,
    },
};
