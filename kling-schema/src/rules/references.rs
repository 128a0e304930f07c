//! KL5xxx: reference tokens in a prompt.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] =
    &[&DANGLING_REFERENCE, &MALFORMED_REFERENCE, &FOREIGN_REFERENCE, &UNUSED_INPUT];

/// A reference token points at nothing.
pub static DANGLING_REFERENCE: Rule = Rule {
    id: "KL5001",
    name: "dangling-reference",
    summary: "A reference token points at nothing.",
    message: "{found} points at nothing: {reason}",
    help: "add the item it names, or take the token out of the prompt",
    explain: "A token such as `<<<image_2>>>` stands for the second item of `image_list`,
counted from one; elements and videos have lists of their own. This one points
beyond its list, or at a list that is not there. No page says what the server
does then. Most likely the token stays in the prompt as plain text, and the
video is made, and paid for, without the picture.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "<<<image_1>>> meets <<<image_2>>>.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" }
  ],
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "<<<image_1>>> meets <<<image_2>>>.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" },
    { "image_url": "https://cdn.klingai-assets.net/dog.jpg" }
  ],
  "aspect_ratio": "16:9"
}"#,
    },
};

/// Text that is nearly a reference token.
pub static MALFORMED_REFERENCE: Rule = Rule {
    id: "KL5002",
    name: "malformed-reference",
    summary: "Text that is nearly a reference token.",
    message: "{found} is not a reference token: {reason}",
    help: "write {suggestion}",
    explain: "Tokens have one exact form: three angle brackets, a kind in small letters, an
underscore, and a number from one without leading zeros. Anything else is
plain text to the model, so the picture it should name is not used where you
meant it. Write the token as the help shows it.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "<<image_1>> yawns.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" }
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

/// A kind of reference token that only Kling documents.
pub static FOREIGN_REFERENCE: Rule = Rule {
    id: "KL5003",
    name: "foreign-reference",
    summary: "A kind of reference token that only Kling documents.",
    message: "{found} is a kind of reference that Kling documents and CometAPI does not",
    help: "",
    explain: "Kling's own pages use this kind of token; CometAPI's page does not mention it.
It may work, or it may stay in the prompt as plain text: that has not been
verified, and there is no list here to check it against.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "The man says hello in <<<voice_1>>>.",
  "aspect_ratio": "16:9"
}"#,
        good: r#"{
  "prompt": "The man says hello.",
  "aspect_ratio": "16:9"
}"#,
    },
};

/// An input that the prompt never names.
pub static UNUSED_INPUT: Rule = Rule {
    id: "KL5004",
    name: "unused-input",
    summary: "An input that the prompt never names.",
    message: "{field} is never named in {text}",
    help: "write {suggestion} where it should appear",
    explain: "The request carries this input, but the prompt never names it, so the model
has to guess what it is for. That can be meant. Mostly a token was forgotten,
or an item was added at the front of the list and every number moved. Frames,
and a single video that is edited, need no token and are not reported.",
    example: Example {
        endpoint: "omni-video",
        bad: r#"{
  "prompt": "A cat yawns.",
  "image_list": [
    { "image_url": "https://cdn.klingai-assets.net/cat.jpg" }
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
