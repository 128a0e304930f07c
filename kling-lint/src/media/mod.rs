//! Media judged by their bytes: the text that names them, inline Base64, local files.
//!
//! | file | what it holds |
//! |---|---|
//! | [`classify`] | the form a text takes: URL, path, Base64 |
//! | [`location`] | where a URL points |
//! | [`base64`] | Base64 as it streams by |
//! | [`probe`] | what an image says of itself in its first bytes |
//! | [`video`] | what the header of an MP4 or MOV says |
//! | [`decode`] | pictures decoded whole |
//! | [`mod@file`] | the header of a file, in few and small reads |
//! | [`facts`] | what is known about a file, wherever its bytes came from |
//! | [`pixels`] | sizes and ratios in words, and the nearest that would pass |
//! | [`judge`] | all of that against the limits of a field |
//! | [`fields`] | every field of the tables that names media |
//! | [`verdict`] | a file against all of them |

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
#[cfg(feature = "fs")]
pub(crate) use classify::suffix;
pub(crate) use classify::{MediaText, Rest};
pub(crate) use judge::{Form, Hosts, LocalPath, SMALLEST_FILE, Setting, check, is_sound_url};
pub(crate) use probe::{Content, HeaderProbe, PixelSize};

/// Whether a file changes while its header is read.
#[cfg(all(test, feature = "fs"))]
pub(crate) fn changes(mut file: crate::OpenFile) -> bool {
    file::probe(&mut file).expect("it can be read").changed
}
