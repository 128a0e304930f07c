//! The routes: the four that are covered, and those that are only known by name.

use crate::requests::{Image2Video, MultiImage2Image, MultiImage2Video, OmniVideo};
use crate::table::{KlingSchema, Object};

/// Where the routes are served.
pub const SERVER: &str = "https://api.cometapi.com";

/// What stands behind a request's path to `GET` its task.
pub const QUERY: &str = "/{task_id}";

/// What stands behind a request's path to list the tasks of that path, the latest first. Kling prints
/// it; CometAPI does not.
pub const LIST: &str = "?pageNum={page}&pageSize={size}";

/// The gateway's own list of an account's tasks, by times in seconds since 1970; it takes an access
/// token, not the key. Found in the vendor's command line; no page prints it.
pub const ACCOUNT_LIST: &str = "/api/task/self?platform=kling&start_timestamp={start}&end_timestamp={end}&p={page}&page_size={size}";

/// The covered requests.
pub static ENDPOINTS: &[&Object] =
    &[Image2Video::SCHEMA, MultiImage2Video::SCHEMA, MultiImage2Image::SCHEMA, OmniVideo::SCHEMA];

/// The covered request of this short name.
pub fn find(name: &str) -> Option<&'static Object> {
    ENDPOINTS.iter().find(|object| object.name == name).copied()
}

/// A Kling route that exists and is not covered, so that a request for it is named, not misjudged.
#[derive(Debug)]
#[non_exhaustive]
pub struct Uncovered {
    /// Short name: `text2video`.
    pub name: &'static str,
    /// The path.
    pub path: &'static str,
    /// Keys that only this route's bodies have. Empty when none tells it apart.
    pub keys: &'static [&'static str],
    /// Models that only this route takes.
    pub models: &'static [&'static str],
}

const fn uncovered(
    name: &'static str,
    path: &'static str,
    keys: &'static [&'static str],
    models: &'static [&'static str],
) -> Uncovered {
    Uncovered { name, path, keys, models }
}

/// Known routes that are not covered.
pub static UNCOVERED: &[Uncovered] = &[
    uncovered("text2video", "/kling/v1/videos/text2video", &[], &[]),
    uncovered(
        "image-generation",
        "/kling/v1/images/generations",
        &["image_reference", "image_fidelity", "human_fidelity"],
        &[],
    ),
    uncovered("omni-image", "/kling/v1/images/omni-image", &[], &["kling-image-o1"]),
    uncovered("video-extend", "/kling/v1/videos/video-extend", &["video_id"], &[]),
    uncovered("effects", "/kling/v1/videos/effects", &["effect_scene"], &[]),
    uncovered("avatar", "/kling/v1/videos/avatar/image2video", &["audio_id", "sound_file"], &[]),
    uncovered("advanced-lip-sync", "/kling/v1/videos/advanced-lip-sync", &["face_choose"], &[]),
    uncovered(
        "multi-elements",
        "/kling/v1/videos/multi-elements",
        &["session_id", "edit_mode"],
        &[],
    ),
    uncovered("lip-sync", "/kling/v1/videos/lip-sync", &["input"], &[]),
    uncovered("tts", "/kling/v1/audio/tts", &["voice_id", "voice_language", "voice_speed"], &[]),
    uncovered(
        "text-to-audio",
        "/kling/v1/audio/text-to-audio",
        &["sound_effect_prompt", "bgm_prompt", "asmr_mode"],
        &[],
    ),
    uncovered(
        "kolors-virtual-try-on",
        "/kling/v1/images/kolors-virtual-try-on",
        &["human_image", "cloth_image"],
        &[],
    ),
];
