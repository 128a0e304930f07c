//! The requests, as types: every constraint of the API stands here as an attribute, and nowhere else.
//!
//! Each type builds, serializes and reads real bodies; unknown keys are kept in `extra`.

mod choices;
mod image2video;
mod items;
mod multi_image2image;
mod multi_image2video;
mod omni_video;
mod whole;

pub use choices::{
    AspectRatio, ClipSeconds, FrameType, ImageModel, KeepSound, Mode, OmniSeconds, ReferType,
    VideoAspectRatio,
};
pub use image2video::Image2Video;
pub use items::{DynamicMask, Element, ImageItem, OmniImage, Point, ReferenceVideo, SubjectImage};
pub use multi_image2image::MultiImage2Image;
pub use multi_image2video::MultiImage2Video;
pub use omni_video::OmniVideo;
