//! The file that a name which leads nowhere probably means.

use std::path::{Path, PathBuf};

use cap_std::fs::Dir;

use super::{folder_of, names};
use crate::alike;
use crate::media::{Content, suffix};

/// So many entries of a folder are looked at.
const ENTRIES: usize = 2000;

/// Names of more bytes are compared, but not for slips: that takes the square of their length.
const LONGEST: usize = 64;

/// How like a name must be to be suggested.
const ALIKE: f64 = 0.72;

/// A file that is there and nearly called so, as it would be written in the request.
///
/// `path` is the text read as a path from the folder, `place` the part of it that the text left out.
pub(super) fn near(dir: &Dir, place: &Path, text: &str, path: &Path) -> Option<String> {
    let is_file = |path: &Path| dir.metadata(path).is_ok_and(|it| it.is_file());
    plainly(text).find(|plain| is_file(&place.join(plain))).or_else(|| {
        let parent = folder_of(path);
        let name = path.file_name()?.to_str()?;
        if let Some(found) = nearest(dir, parent, name, is_file) {
            return Some(in_place(text, &found));
        }
        // The folder may be the mistake.
        let up = folder_of(parent.strip_prefix(place).ok().filter(|it| *it != Path::new("."))?);
        if dir.metadata(parent).is_ok() || names::url(text).is_some() {
            return None;
        }
        let called = parent.file_name()?.to_str()?;
        let above = place.join(up);
        let holds = |folder: &Path| is_file(&folder.join(name));
        let found = match nearest(dir, &above, called, holds) {
            Some(folder) => up.join(folder).join(name),
            None if is_file(&place.join(name)) => PathBuf::from(name),
            None => return None,
        };
        let found = found.strip_prefix(".").unwrap_or(&found);
        found
            .to_str()
            .map(|found| if cfg!(windows) { found.replace('\\', "/") } else { found.into() })
    })
}

/// The text without what does not belong to it.
fn plainly(text: &str) -> impl Iterator<Item = String> {
    let trimmed = text.trim();
    let decoded = match names::url(trimmed) {
        Some(_) => None,
        None => String::from_utf8(names::decoded(trimmed).into_owned()).ok(),
    };
    let all = [Some(trimmed.to_owned()), decoded];
    let text = text.to_owned();
    all.into_iter().flatten().filter(move |it| *it != text && !it.is_empty() && !it.contains('\0'))
}

/// The text with another last name.
fn in_place(text: &str, name: &str) -> String {
    let path = text.trim_end_matches(['/', '\\']);
    let url = names::url(text).is_some();
    let start = path.rfind(['/', '\\']).map_or(if url { "file:".len() } else { 0 }, |at| at + 1);
    let name = if url { names::encoded(name) } else { name.to_owned() };
    format!("{}{name}", &path[..start])
}

/// The name in this folder that is most like this one, if that is what is looked for.
fn nearest(dir: &Dir, parent: &Path, name: &str, wanted: impl Fn(&Path) -> bool) -> Option<String> {
    let mut entries: Vec<String> = dir
        .read_dir(parent)
        .ok()?
        .take(ENTRIES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    // The disk's order is nobody's; of equals the first by name wins, and the last one is taken.
    entries.sort_unstable_by(|one, other| other.cmp(one));
    let meant = Parts::of(name);
    let likeness = |entry: &String| meant.likeness(&Parts::of(entry));
    let candidates = entries.iter().map(|entry| (likeness(entry), entry));
    alike::nearest(candidates, ALIKE).filter(|found| wanted(&parent.join(found))).cloned()
}

/// A file name, taken apart.
struct Parts {
    stem: String,
    suffix: String,
    /// What the suffix promises, if it is one of media.
    media: Option<Content>,
}

impl Parts {
    fn of(name: &str) -> Self {
        let name = name.trim().to_lowercase();
        let media = suffix(&name).map(|(_, content)| content);
        match name.rsplit_once('.') {
            Some((stem, suffix)) if !stem.is_empty() => {
                Parts { stem: stem.into(), suffix: suffix.into(), media }
            }
            _ => Parts { stem: name, suffix: String::new(), media },
        }
    }

    /// How probably this one is meant by the other, from 0 to 1.
    fn likeness(&self, other: &Parts) -> f64 {
        let suffix = match (self.media, other.media) {
            _ if self.suffix == other.suffix => 1.0,
            (Some(one), Some(other)) if one == other => 0.99,
            (_, Some(_)) => 0.95,
            _ => return 0.0,
        };
        suffix * stems(&self.stem, &other.stem)
    }
}

fn stems(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    // Another number is another picture, not a slip.
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    if one.len() > LONGEST || other.len() > LONGEST || digits(one) != digits(other) {
        return 0.0;
    }
    strsim::normalized_damerau_levenshtein(one, other)
}
