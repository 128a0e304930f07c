//! `POST /kling/v1/videos/multi-image2video`: several images become a video.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{ClipSeconds, DynamicMask, ImageItem, Mode};
use crate::{Either, ImageSource, Literal, Loose};

/// Create a video from several images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(endpoint = "POST /kling/v1/videos/multi-image2video")]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/multi-image-to-video",
    read = "2026-03-13"
)]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(warning(rule(static_mask_size: same_size(static_mask, image_list[].image),
    note = "the page does not say which image is the input image: the first is taken")))]
#[kling(upstream(
    rule(dynamic_mask_size: same_size(dynamic_masks[].mask, static_mask)),
    rule(dynamic_mask_ratio: same_ratio(dynamic_masks[].mask, image_list[].image)),
    rule(points_inside: points_inside(dynamic_masks[].trajectories, image_list[].image)),
))]
#[kling(upstream_keys(
    aspect_ratio,
    sound,
    voice_list,
    camera_control,
    multi_shot,
    shot_type,
    multi_prompt,
    element_list,
    watermark_info
))]
#[kling(upstream(legacy(model = model_name)), editor("$schema"))]
pub struct MultiImage2Video {
    /// The images. The same one may appear twice.
    #[kling(items(2..=4))]
    pub image_list: Vec<ImageItem>,
    /// What should happen in the video.
    #[kling(chars(..=500))]
    pub prompt: String,
    /// The model.
    #[kling(default = "kling-v1-6")]
    #[kling(
        warning(names("kling-v1-6")),
        note = "the page says: kling-v1-6 or another current model you have validated"
    )]
    pub model_name: String,
    /// Length of the video in seconds: a JSON string.
    #[kling(default = "5")]
    pub duration: ClipSeconds,
    /// What should not be seen.
    #[kling(chars(..=200))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative_prompt: Option<String>,
    /// Standard (faster, cheaper) or professional (higher quality).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// How closely the video follows the prompt: higher follows more closely.
    #[kling(range(0..=1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cfg_scale: Option<f64>,
    /// An image of the same size as the input image whose white areas stay frozen: a URL, or Base64.
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

impl MultiImage2Video {
    /// A request with the required keys, model and duration as the page's defaults.
    pub fn new<I: Into<ImageSource>>(
        images: impl IntoIterator<Item = I>,
        prompt: impl Into<String>,
    ) -> Self {
        MultiImage2Video {
            image_list: images.into_iter().map(ImageItem::new).collect(),
            prompt: prompt.into(),
            model_name: page_default("model_name"),
            duration: page_default("duration"),
            ..MultiImage2Video::default()
        }
    }
}

/// The default of a text field, read from the table.
fn page_default<T: From<&'static str>>(key: &str) -> T {
    let field = MultiImage2Video::SCHEMA.fields.iter().find(|field| field.key == key);
    match field.and_then(|field| field.default) {
        Some(Literal::Text(text)) => T::from(text),
        _ => T::from(""),
    }
}
