//! KL00xx: the text is not JSON.

use super::Rule;

/// In the order of the ids.
pub(super) static RULES: &[&Rule] = &[];
