//! `POST /kling/v1/videos/image2video`: one image becomes a video.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ClipSeconds, DynamicMask, Mode};
use crate::{Either, ImageSource, Loose};

/// Create a video from one image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(endpoint = "POST /kling/v1/videos/image2video")]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/image-to-video", read = "2026-03-12")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(rule(static_mask_size: same_size(static_mask, image)))]
#[kling(upstream(
    rule(dynamic_mask_size: same_size(dynamic_masks[].mask, static_mask)),
    rule(dynamic_mask_ratio: same_ratio(dynamic_masks[].mask, image)),
    rule(points_inside: points_inside(dynamic_masks[].trajectories, image)),
    rule(one_motion_control: at_most_one(image_tail, [static_mask, dynamic_masks], camera_control)),
    rule(image_tail_support: supported(image_tail) by (model_name = "kling-v1", mode = "std", duration = "5") {
        ("kling-v1", _, "5"),
        ("kling-v1-5", "pro", _),
        ("kling-v1-6", "pro", _),
        ("kling-v2-1", "pro", _),
        ("kling-v2-5-turbo", "pro", _),
        ("kling-v2-6", "pro", _),
        ("kling-v3", _, _),
    }, note = "a refusal is on record: HTTP 400, code 1201"),
    rule(mask_support: supported([static_mask, dynamic_masks]) by (model_name = "kling-v1", mode = "std", duration = "5") {
        ("kling-v1", _, "5"),
        ("kling-v1-5", "pro", "5"),
    }),
    rule(cfg_scale_support: forbid(cfg_scale) when is(model_name,
        "kling-v2-master" | "kling-v2-1" | "kling-v2-1-master" | "kling-v2-5-turbo" | "kling-v2-6"),
        is = "unsupported-by-model"),
))]
#[kling(upstream_keys(
    sound,
    voice_list,
    camera_control,
    multi_shot,
    shot_type,
    multi_prompt,
    element_list,
    watermark_info
))]
#[kling(house(alias(image_url = image)), upstream(legacy(model = model_name)), editor("$schema"))]
pub struct Image2Video {
    /// The image the video starts from: a public URL, or Base64 without a `data:` prefix.
    #[kling(image(
        formats(jpeg, png), bytes <= 10 MB, edge >= 300,
        upstream(ratio(1:2.5 ..= 2.5:1))
    ))]
    pub image: ImageSource,
    /// The image the video ends with. Same form and limits as `image`.
    #[kling(like(image))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_tail: Option<ImageSource>,
    /// The model. Free text; the page suggests `kling-v2-master`.
    #[kling(upstream(names(
        "kling-v1",
        "kling-v1-5",
        "kling-v1-6",
        "kling-v2-master",
        "kling-v2-1",
        "kling-v2-1-master",
        "kling-v2-5-turbo",
        "kling-v2-6",
        "kling-v3"
    )))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// What should happen in the video.
    #[kling(chars(..=500), note = "Kling's own limit is 2500; CometAPI's page prints the smaller one")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What should not be seen.
    #[kling(chars(..=200))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Standard (faster, cheaper) or professional (higher quality).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Length of the video in seconds: a JSON string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<ClipSeconds>,
    /// How closely the video follows the prompt: higher follows more closely.
    #[kling(range(0..=1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cfg_scale: Option<f64>,
    /// An image of the same size as `image` whose white areas stay frozen: a URL, or Base64.
    #[kling(image(upstream(formats(jpeg, png), bytes <= 10 MB, edge >= 300)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_mask: Option<ImageSource>,
    /// Groups of a painted area and the way it moves.
    #[kling(items(..=6))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_masks: Option<Either<Vec<Loose<DynamicMask>>, DynamicMask>>,
    /// Address that is called when the task completes.
    #[kling(house(url))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Your own id for the task, unique per user. It can be used to query tasks and does not replace
    /// the system's id.
    #[kling(warning(unique))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_task_id: Option<String>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Image2Video {
    /// A request with the required key and nothing else.
    pub fn new(image: impl Into<ImageSource>) -> Self {
        Image2Video { image: image.into(), ..Image2Video::default() }
    }
}
