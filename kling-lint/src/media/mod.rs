//! Media strings judged as text: which form they take, and what inline Base64 holds.

mod base64;
mod probe;

pub(crate) use base64::{Base64Facts, Base64Scan};
pub(crate) use probe::PixelSize;
