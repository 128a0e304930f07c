//! Which of the named paths are media files.

use std::io::Read as _;
use std::path::Path;

use crate::fs::open;
use crate::media::suffix;
use crate::media::verdict::{TELLING, begun};

/// Why a path that was named is a media file, if it is one: its suffix, else its first bytes. What is
/// called `.json` is a request, and so is any text.
pub(super) fn reason(path: &Path) -> Option<String> {
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        return None;
    }
    if let Some((suffix, _)) = suffix(&path.to_string_lossy()) {
        return Some(format!("its name ends in .{suffix}"));
    }
    // What cannot be read is told when it is read as a request.
    let mut start = Vec::with_capacity(TELLING);
    open::open(path).ok()?.take(TELLING as u64).read_to_end(&mut start).ok()?;
    begun(&start).map(|content| format!("it begins like {content}"))
}
