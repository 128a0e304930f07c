//! Images and videos.

pub(crate) mod base64;
