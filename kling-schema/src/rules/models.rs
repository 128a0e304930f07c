//! KL6xxx: what a model supports, as Kling documents it.

use super::{Example, Rule};

/// In the order of the ids.
pub(super) static RULES: &[&Rule] =
    &[&UNKNOWN_MODEL, &UNSUPPORTED_COMBINATION, &UNSUPPORTED_BY_MODEL];

/// A model name that is not among the known ones.
pub static UNKNOWN_MODEL: Rule = Rule {
    id: "KL6001",
    name: "unknown-model",
    summary: "A model name that is not among the known ones.",
    message: "{field} is {found}, which is not among the models listed for {owner}",
    help: "[did you mean {suggestion}? ]listed: {allowed}[; {hint}]",
    explain: "Models come and go, and the gateway takes names that its pages do not list, so
an unknown one is no error. But a misspelt one is refused. Check the spelling:
versions are written with hyphens, not dots. If you have tried the name with
success, turn the warning off for it in the configuration. Checks that depend
on the model are skipped for a name that is not known.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "model_name": "kling-v2.6"
}"#,
        good: r#"{
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "model_name": "kling-v2-6"
}"#,
    },
};

/// Something this model, mode and duration do not support.
pub static UNSUPPORTED_COMBINATION: Rule = Rule {
    id: "KL6002",
    name: "unsupported-combination",
    summary: "Something this model, mode and duration do not support.",
    message: "{field} is not supported with {found}",
    help: "Kling supports it with {allowed}[; {hint}]",
    explain: "Kling's capability map says which models take a last frame or masks, and in
which mode and length. Keys that are absent count with Kling's defaults, and
the default mode is the one that most often lacks support. The server refuses
such a request with code 1201 and names the combination. CometAPI's page does
not print the map, so this is a warning.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "model_name": "kling-v2-5-turbo",
  "mode": "std",
  "duration": "5",
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "image_tail": "https://cdn.klingai-assets.net/cat-after.jpg"
}"#,
        good: r#"{
  "model_name": "kling-v2-5-turbo",
  "mode": "pro",
  "duration": "5",
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "image_tail": "https://cdn.klingai-assets.net/cat-after.jpg"
}"#,
    },
};

/// A field that this model does not support.
pub static UNSUPPORTED_BY_MODEL: Rule = Rule {
    id: "KL6003",
    name: "unsupported-by-model",
    summary: "A field that this model does not support.",
    message: "{field} is not supported when {condition}",
    help: "leave the key out, or choose another model",
    explain: "Kling's page says that this model does not take the key. Whether the server
refuses it or ignores it is not documented: in the first case the request
fails, in the second you tune a setting that does nothing. Leave the key out,
or choose a model that has it.",
    example: Example {
        endpoint: "image2video",
        bad: r#"{
  "model_name": "kling-v2-6",
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "cfg_scale": 0.5
}"#,
        good: r#"{
  "model_name": "kling-v1-6",
  "image": "https://cdn.klingai-assets.net/cat.jpg",
  "cfg_scale": 0.5
}"#,
    },
};
