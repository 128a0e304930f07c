//! Media judged by their bytes: the text that names them, inline Base64, local files.

mod base64;
mod classify;
#[cfg(feature = "decode")]
mod decode;
pub(crate) mod facts;
mod fields;
mod file;
mod judge;
mod location;
pub(crate) mod pixels;
mod probe;
pub(crate) mod verdict;
mod video;

pub(crate) use base64::{Base64Facts, Base64Scan};
pub(crate) use classify::MediaText;
#[cfg(feature = "fs")]
pub(crate) use classify::{is_drive, suffix};
pub(crate) use judge::{Form, LocalPath, SMALLEST_FILE, Setting, check};
#[cfg(all(test, feature = "decode"))]
pub(crate) use probe::crc32;
pub(crate) use probe::{Content, HeaderProbe, PixelSize};
