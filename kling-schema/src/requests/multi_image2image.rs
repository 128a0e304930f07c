//! `POST /kling/v1/images/generations`, page "Multi-Image to Image": several subjects become a picture.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AspectRatio, ImageModel, SubjectImage};
use crate::ImageSource;

/// Create images from several subject images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(endpoint = "POST /kling/v1/images/generations", name = "multi-image2image")]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/multi-image-to-image",
    read = "2026-03"
)]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(upstream(alias(scene_image = scence_image, is = "scene-spelling", unsafe)))]
#[kling(upstream_keys(
    negative_prompt,
    image,
    image_reference,
    image_fidelity,
    human_fidelity,
    resolution,
    element_list,
    watermark_info
))]
#[kling(upstream(legacy(model = model_name)), editor("$schema"))]
pub struct MultiImage2Image {
    /// The subjects.
    #[kling(items(2..=4))]
    #[kling(hint(
        present(prompt),
        "Kling's single-image text-to-image call shares this route and has \
        no such list; kling-lint checks the multi-image call"
    ))]
    pub subject_image_list: Vec<SubjectImage>,
    /// The model.
    #[kling(default = "kling-v2", upstream(taken_upstream("kling-v2-1")))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<ImageModel>,
    /// What the picture should show.
    #[kling(chars(..=2500))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Scene reference. Spelt so on the page; Kling itself spells it `scene_image`.
    #[kling(upstream(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300, ratio(1:2.5 ..= 2.5:1))))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scence_image: Option<ImageSource>,
    /// Style reference.
    #[kling(like(scence_image))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style_image: Option<ImageSource>,
    /// How many images to make.
    #[kling(default = 1, upstream(range(1..=9)))]
    #[serde(
        default,
        deserialize_with = "super::whole::option",
        skip_serializing_if = "Option::is_none"
    )]
    pub n: Option<i64>,
    /// Width to height of the pictures.
    #[kling(default = "16:9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<AspectRatio>,
    /// Address that is called whenever the task's status changes.
    #[kling(house(url))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Your own id for the task, unique per account.
    #[kling(warning(unique))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_task_id: Option<String>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl MultiImage2Image {
    /// A request with the required key and nothing else.
    pub fn new<I: Into<ImageSource>>(subjects: impl IntoIterator<Item = I>) -> Self {
        MultiImage2Image {
            subject_image_list: subjects.into_iter().map(SubjectImage::new).collect(),
            ..MultiImage2Image::default()
        }
    }
}
