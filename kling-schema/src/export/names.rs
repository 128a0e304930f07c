//! What the exports share: names of types, the date of the facts.

use crate::rows;
use crate::table::Object;

/// The name of an object's type: `MultiImage2Video` for `multi-image2video`.
pub(super) fn type_name(object: &Object) -> String {
    let mut name = String::with_capacity(object.name.len());
    let mut starts = true;
    for letter in object.name.chars() {
        match letter {
            '-' => {}
            letter if starts => name.extend(letter.to_uppercase()),
            letter => name.push(letter),
        }
        starts = !letter.is_ascii_alphabetic();
    }
    name
}

/// When the newest page was read.
pub(super) fn facts_read() -> &'static str {
    let sources = rows::all().into_iter().map(|row| row.basis.source);
    sources.filter_map(|source| source.read()).max().unwrap_or_default()
}
