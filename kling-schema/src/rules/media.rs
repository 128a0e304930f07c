//! KL4xxx: images and videos.

use super::Rule;

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[];
