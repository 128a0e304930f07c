//! Media strings judged as text: which form they take, and what inline Base64 holds.

mod base64;
mod check;
mod classify;
pub(crate) mod facts;
mod location;
pub(crate) mod pixels;
mod probe;
mod video;

pub(crate) use base64::{Base64Facts, Base64Scan};
pub(crate) use check::check;
pub(crate) use classify::MediaText;
pub(crate) use probe::PixelSize;
