//! What stands in the lists of a request.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{FrameType, KeepSound, ReferType};
use crate::{ImageSource, Loose, NumericId, VideoSource};

/// One source image of a multi-image video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/multi-image-to-video",
    read = "2026-03-13"
)]
#[kling(house(alias(image_url = image)))]
pub struct ImageItem {
    /// The image: a public URL, or Base64 without a `data:` prefix.
    #[kling(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300, ratio(1:2.5 ..= 2.5:1)))]
    pub image: ImageSource,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One subject of a multi-image picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(
    page = "https://apidoc.cometapi.com/api/video/kling/multi-image-to-image",
    read = "2026-03"
)]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(house(alias(image = subject_image), alias(image_url = subject_image)))]
pub struct SubjectImage {
    /// The image: a public URL, or Base64 without a `data:` prefix.
    #[kling(upstream(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300, ratio(1:2.5 ..= 2.5:1))))]
    pub subject_image: ImageSource,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One image of an omni video: a reference, or a frame.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/omni-video", read = "2026-03")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(upstream(alias(image = image_url)))]
pub struct OmniImage {
    /// The image: a public URL, or Base64 without a `data:` prefix.
    #[kling(upstream(required))]
    #[kling(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300, ratio(1:2.5 ..= 2.5:1)))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<ImageSource>,
    /// Set when the image is a frame of the video rather than a reference.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub frame: Option<FrameType>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A pre-registered element.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/omni-video", read = "2026-03")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
pub struct Element {
    /// The element's id, as its registration returned it.
    #[kling(upstream)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element_id: Option<Loose<NumericId>>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A video to edit or to take features from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/omni-video", read = "2026-03")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
pub struct ReferenceVideo {
    /// The video: a public URL.
    #[kling(upstream, required)]
    #[kling(video(
        house(forms(url)),
        documented(
            formats(mp4, mov), seconds(3..=10), edge(720..=2160), fps(24..=60), bytes <= 200 MB
        )
    ))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_url: Option<Loose<VideoSource>>,
    /// What the video is for. Kling's own default is `base`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refer_type: Option<ReferType>,
    /// Whether its sound stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_original_sound: Option<KeepSound>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// One painted area and the way it moves.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(upstream)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/image-to-video", read = "2026-03-12")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
pub struct DynamicMask {
    /// The painted area: an image of the same size as the source image.
    #[kling(required, image(formats(jpeg, png), bytes <= 10 MB, edge >= 300))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<Loose<ImageSource>>,
    /// The way it moves: points in pixels, origin at the bottom left of the source image.
    #[kling(required, items(2..=77))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trajectories: Option<Loose<Vec<Loose<Point>>>>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

/// A point of a trajectory, in pixels from the bottom left corner of the source image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(upstream)]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/image-to-video", read = "2026-03-12")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
pub struct Point {
    /// Pixels from the left edge.
    #[kling(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<Loose<i64>>,
    /// Pixels from the bottom edge.
    #[kling(required)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<Loose<i64>>,
    /// Keys this type does not know.
    #[kling(rest)]
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl ImageItem {
    /// This image.
    pub fn new(image: impl Into<ImageSource>) -> Self {
        ImageItem { image: image.into(), extra: Map::new() }
    }
}

impl SubjectImage {
    /// This subject.
    pub fn new(subject_image: impl Into<ImageSource>) -> Self {
        SubjectImage { subject_image: subject_image.into(), extra: Map::new() }
    }
}

impl OmniImage {
    /// This image, as a reference.
    pub fn new(image_url: impl Into<ImageSource>) -> Self {
        OmniImage { image_url: Some(image_url.into()), ..OmniImage::default() }
    }
}
