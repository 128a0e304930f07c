//! `POST /kling/v1/videos/omni-video` (beta): text, images, elements or a video become a video.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Element, Mode, OmniImage, OmniSeconds, ReferenceVideo, VideoAspectRatio};
use crate::{Either, VideoSource};

/// Create an omni video (beta): from text, from reference images, from elements, or from a video.
///
/// The route exposes no exact size: a 16:9 request may render 1920x1080.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, KlingSchema)]
#[kling(endpoint = "POST /kling/v1/videos/omni-video")]
#[kling(page = "https://apidoc.cometapi.com/api/video/kling/omni-video", read = "2026-03")]
#[kling(upstream_page = "https://kling.ai/document-api", upstream_read = "2026-03")]
#[kling(rule(input_cap: len(image_list) + len(element_list) <= match { nonempty(video_list) => 4, _ => 7 },
    blame = element_list))]
#[kling(
    rule(duration_of_text: only(duration in ["5", "10"]) when
        empty(image_list) && empty(element_list) && empty(video_list)),
    rule(duration_of_first_frame: only(duration in ["5", "10"]) when
        len(image_list) == 1 && is(image_list[].type, "first_frame")
        && empty(element_list) && empty(video_list)),
)]
#[kling(upstream(rule(duration_of_first_frame_among_others: only(duration in ["5", "10"]) when
    is(image_list[].type, "first_frame")
    && (len(image_list) > 1 || nonempty(element_list) || nonempty(video_list)))))]
#[kling(advice(
    rule(duration_with_base_video: unread(duration) when is(video_list[].refer_type, "base"),
        note = "the result is as long as the input video"),
    rule(duration_with_feature_video: ignored(duration) when is(video_list[].refer_type, "feature"),
        note = "the page's table calls it ignored, its text does not"),
    rule(aspect_ratio_default: defaulted(aspect_ratio) unless
        is(image_list[].type, "first_frame") || nonempty(video_list)),
))]
#[kling(upstream(info(rule(duration_with_default_video: ignored(duration) when
    nonempty(video_list) && !present(video_list[].refer_type),
    note = "an absent `refer_type` counts as `base` at Kling: the result is as long as the input video"))))]
#[kling(house(rule(references: references(prompt) {
    image: image_list silent(is(type, "first_frame" | "end_frame")),
    element: element_list,
    video: video_list silent(is(refer_type, "base", default = "base")),
    also(voice, object)
})))]
#[kling(upstream(
    rule(end_frame_needs_first: requires(is(image_list[].type, "first_frame")) when is(image_list[].type, "end_frame")),
    rule(frames_with_base_video: forbid(image_list[].type) when is(video_list[].refer_type, "base", default = "base")),
    rule(frames_among_many_images: forbid(image_list[].type) when
        len(image_list) > 2 && is(model_name, "kling-video-o1", default = "kling-video-o1")),
))]
#[kling(upstream_keys(
    negative_prompt,
    sound,
    voice_list,
    camera_control,
    multi_shot,
    shot_type,
    multi_prompt,
    watermark_info
))]
#[kling(upstream(legacy(model = model_name)), editor("$schema"))]
pub struct OmniVideo {
    /// What should happen in the video. Names inputs as `<<<image_1>>>`, `<<<element_1>>>`,
    /// `<<<video_1>>>`, counted from one by position in their lists.
    #[kling(chars(..=2500))]
    pub prompt: String,
    /// The model. The page says: use `kling-video-o1`.
    #[kling(warning(names("kling-video-o1")), upstream(info(other_names("kling-v3-omni"))))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// Reference images and frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_list: Option<Vec<OmniImage>>,
    /// Pre-registered elements.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element_list: Option<Vec<Element>>,
    /// The reference video.
    #[kling(items(..=1))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub video_list: Option<Vec<Either<ReferenceVideo, VideoSource>>>,
    /// Standard (faster, cheaper) or professional (higher quality).
    #[kling(default = "pro")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Width to height of the video, when neither a first frame nor a video sets it.
    #[kling(default = "16:9")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect_ratio: Option<VideoAspectRatio>,
    /// Length of the video in whole seconds: a JSON string. Five for text and a first frame, the
    /// input's length with a video.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<OmniSeconds>,
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

impl OmniVideo {
    /// A request with the required key and nothing else.
    pub fn new(prompt: impl Into<String>) -> Self {
        OmniVideo { prompt: prompt.into(), ..OmniVideo::default() }
    }
}
