//! Closed sets of values. A value outside its set is kept as `Other`, so that reading loses nothing.

use crate::KlingSchema;
use serde::{Deserialize, Serialize};

/// How a video is rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum Mode {
    /// Standard: faster and cheaper.
    #[serde(rename = "std")]
    Std,
    /// Professional: higher quality.
    #[serde(rename = "pro")]
    Pro,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// Length of a clip in seconds: a JSON string, not a number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum ClipSeconds {
    /// Five seconds.
    #[default]
    #[serde(rename = "5")]
    Five,
    /// Ten seconds.
    #[serde(rename = "10")]
    Ten,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

impl From<&str> for ClipSeconds {
    fn from(seconds: &str) -> Self {
        let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
            serde::de::IntoDeserializer::into_deserializer(seconds);
        ClipSeconds::deserialize(text).unwrap_or_else(|_| ClipSeconds::Other(seconds.to_owned()))
    }
}

/// Length of an omni clip in whole seconds: a JSON string without leading zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum OmniSeconds {
    /// Three seconds.
    #[serde(rename = "3")]
    Three,
    /// Four seconds.
    #[serde(rename = "4")]
    Four,
    /// Five seconds.
    #[serde(rename = "5")]
    Five,
    /// Six seconds.
    #[serde(rename = "6")]
    Six,
    /// Seven seconds.
    #[serde(rename = "7")]
    Seven,
    /// Eight seconds.
    #[serde(rename = "8")]
    Eight,
    /// Nine seconds.
    #[serde(rename = "9")]
    Nine,
    /// Ten seconds.
    #[serde(rename = "10")]
    Ten,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// Width to height of generated images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum AspectRatio {
    /// Widescreen.
    #[serde(rename = "16:9")]
    Wide,
    /// Upright widescreen.
    #[serde(rename = "9:16")]
    Tall,
    /// Square.
    #[serde(rename = "1:1")]
    Square,
    /// Classic screen.
    #[serde(rename = "4:3")]
    Classic,
    /// Upright classic screen.
    #[serde(rename = "3:4")]
    UprightClassic,
    /// Photograph.
    #[serde(rename = "3:2")]
    Photo,
    /// Upright photograph.
    #[serde(rename = "2:3")]
    UprightPhoto,
    /// Cinema.
    #[serde(rename = "21:9")]
    Cinema,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// Width to height of an omni video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum VideoAspectRatio {
    /// Widescreen.
    #[serde(rename = "16:9")]
    Wide,
    /// Upright widescreen.
    #[serde(rename = "9:16")]
    Tall,
    /// Square.
    #[serde(rename = "1:1")]
    Square,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// Model of the multi-image to image endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum ImageModel {
    /// The one the page lists.
    #[serde(rename = "kling-v2")]
    KlingV2,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// What an omni image is for, when it is a frame of the video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum FrameType {
    /// The video starts with it.
    #[serde(rename = "first_frame")]
    First,
    /// The video ends with it.
    #[serde(rename = "end_frame")]
    End,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// What a reference video is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum ReferType {
    /// Its look, motion or camera is taken over.
    #[serde(rename = "feature")]
    Feature,
    /// It is edited itself.
    #[serde(rename = "base")]
    Base,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}

/// Whether the reference video's sound stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, KlingSchema)]
pub enum KeepSound {
    /// It stays.
    #[serde(rename = "yes")]
    Yes,
    /// It goes.
    #[serde(rename = "no")]
    No,
    /// A value no page lists.
    #[serde(untagged)]
    Other(String),
}
