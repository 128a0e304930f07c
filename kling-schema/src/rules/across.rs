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
    explain: "Images and elements share one allowance, and a reference video makes it
smaller. Each list alone may look short enough; the server counts them
together and refuses the request. Remove items, or drop the reference video
where it is the video that lowers the allowance.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "<<<image_1>>>, <<<image_2>>> and <<<image_3>>> follow <<<element_1>>> and <<<element_2>>> as in <<<video_1>>>.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/ann.jpg" },
    { "image_url": "https://cdn.klingai-assets.net/bob.jpg" },
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" }
  ],
  "element_list": [
    { "element_id": 160 },
    { "element_id": 161 }
  ],
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "feature" }
  ]
}"#,
        good: r#"{
  "prompt": "<<<image_1>>> and <<<image_2>>> follow <<<element_1>>> and <<<element_2>>> as in <<<video_1>>>.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/ann.jpg" },
    { "image_url": "https://cdn.klingai-assets.net/bob.jpg" }
  ],
  "element_list": [
    { "element_id": 160 },
    { "element_id": 161 }
  ],
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "feature" }
  ]
}"#,
    },
};

/// Fields that exclude each other.
pub static EXCLUSIVE_FIELDS: Rule = Rule {
    id: "KL3002",
    name: "exclusive-fields",
    summary: "Fields that exclude each other.",
    message: "{fields} cannot be used together",
    help: "keep one of them",
    explain: "A last frame, motion masks and camera control are three ways to steer the same
motion, and Kling takes one of them at a time. CometAPI's page does not say
so; it passes the request on to the server that does. Keep the one that
matters most.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "image_tail": "https://cdn.klingai-assets.net/cat-after.jpg",
  "static_mask": "https://cdn.klingai-assets.net/cat-mask.png"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "image_tail": "https://cdn.klingai-assets.net/cat-after.jpg"
}"#,
    },
};

/// A value that needs another one beside it.
pub static NEEDS_OTHER: Rule = Rule {
    id: "KL3003",
    name: "needs-other",
    summary: "A value that needs another one beside it.",
    message: "{condition}, which is supported only when {needs}",
    help: "add what it needs, or take it out",
    explain: "This value only makes sense beside another one. A video cannot be led to a
last frame, for instance, without a first frame to start from: Kling says that
a last frame alone is not supported. Add what is missing, or take this value
out.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "The cat falls asleep.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat-asleep.jpg", "type": "end_frame" }
  ],
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "The cat falls asleep.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat-awake.jpg", "type": "first_frame" },
    { "image_url": "https://cdn.klingai-assets.net/cat-asleep.jpg", "type": "end_frame" }
  ]
}"#,
    },
};

/// A value that is allowed only in other circumstances.
pub static NOT_ALLOWED_HERE: Rule = Rule {
    id: "KL3004",
    name: "not-allowed-here",
    summary: "A value that is allowed only in other circumstances.",
    message: "{field} is {found}; only {allowed} is allowed when {condition}",
    help: "",
    explain: "The value is one the page lists, but not for this combination of inputs. A
video made from text alone, or from a single first frame, comes in fewer
lengths than one made from references. Choose a value the message names, or
add the input that allows yours.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "A cat yawns.",
  "aspect_ratio": "16:9",
  "duration": "7"
}"#,
        good: r#"{
  "prompt": "A cat yawns.",
  "aspect_ratio": "16:9",
  "duration": "5"
}"#,
    },
};

/// An input that must be absent in these circumstances.
pub static CONFLICTING_INPUT: Rule = Rule {
    id: "KL3005",
    name: "conflicting-input",
    summary: "An input that must be absent in these circumstances.",
    message: "{field} is not supported when {condition}",
    help: "remove it[; {hint}]",
    explain: "Kling does not take these two inputs together. A video that is being edited
already has its first and last frame, and a request with many reference images
does not take frames either. Remove one of them; an image without a frame type
is a plain reference.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "Make it snow.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg", "type": "first_frame" }
  ],
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "base" }
  ]
}"#,
        good: r#"{
  "prompt": "Make it snow.",
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "base" }
  ]
}"#,
    },
};

/// A value that has no effect.
pub static IGNORED_FIELD: Rule = Rule {
    id: "KL3006",
    name: "ignored-field",
    summary: "A value that has no effect.",
    message: "{field} is ignored when {condition}",
    help: "leave the key out",
    explain: "The page says that this value has no effect here. An edited video, for
instance, is as long as the video it was made from, and is billed for that
length, whatever the request asks for. Leave the key out, so that nobody who
reads the request expects otherwise.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "Make it snow.",
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "base" }
  ],
  "duration": "10"
}"#,
        good: r#"{
  "prompt": "Make it snow.",
  "video_list": [
    { "video_url": "https://cdn.klingai-assets.net/walk.mp4", "refer_type": "base" }
  ]
}"#,
    },
};

/// An absent key whose default decides something visible.
pub static DEFAULT_APPLIES: Rule = Rule {
    id: "KL3007",
    name: "default-applies",
    summary: "An absent key whose default decides something visible.",
    message: "{field} is absent, so its default {default} applies",
    help: "write the key to choose",
    explain: "Nothing in this request sets the shape of the frame, so the page's default
decides it. That is allowed, and often not what was meant: a portrait scene
comes out wide, and making it again costs the same again. Write the key to
choose.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "A cat yawns."
}"#,
        good: r#"{
  "prompt": "A cat yawns.",
  "aspect_ratio": "9:16"
}"#,
    },
};

/// Two requests of one run carry the same id.
pub static REUSED_ID: Rule = Rule {
    id: "KL3008",
    name: "reused-id",
    summary: "Two requests of one run carry the same id.",
    message: "{field} {found} is already used by {first}",
    help: "give each request its own: the page asks for unique ids",
    explain: "The page asks for an id that no other request of yours carries. Each of these
requests is fine alone; together, a query by this id cannot tell them apart,
and the server may refuse the second one. The ids of all files of one run are
compared. An empty id counts as none.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "external_task_id": "order-1842"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "external_task_id": "order-1842-cat"
}"#,
    },
};
