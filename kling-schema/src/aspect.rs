//! The last part of a constraint's name: `max-chars` in `omni-video/prompt/max-chars`.

use crate::table::Bound;

/// Which end of a range is meant; other bounds have one aspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The smallest allowed.
    Min,
    /// The largest allowed.
    Max,
}

/// The aspect of "it has this JSON type".
pub const TYPE: &str = "type";
/// The aspect of "it must be there".
pub const REQUIRED: &str = "required";
/// The aspect of "it is one of these".
pub const ONE_OF: &str = "one-of";
/// The aspect of another spelling of a key.
pub const ALIAS: &str = "alias";
/// The aspect of an old key.
pub const LEGACY: &str = "legacy";
/// The aspect of a key that only the vendor documents.
pub const UPSTREAM_KEY: &str = "upstream-key";
/// The aspect of a key for the editor.
pub const EDITOR: &str = "editor";

impl Bound {
    /// The aspect's name. `end` matters for ranges only.
    pub const fn aspect(&self, end: End) -> &'static str {
        match (self, end) {
            (Bound::Chars(_), End::Min) => "min-chars",
            (Bound::Chars(_), End::Max) => "max-chars",
            (Bound::Names(_), _) => "names",
            (Bound::OtherNames(_), _) => "other-names",
            (Bound::TakenUpstream(_), _) => "taken-upstream",
            (Bound::Choices, _) => ONE_OF,
            (Bound::Value(_), End::Min) => "min",
            (Bound::Value(_), End::Max) => "max",
            (Bound::Items(_), End::Min) => "min-items",
            (Bound::Items(_), End::Max) => "max-items",
            (Bound::Url, _) => "url",
            (Bound::Unique, _) => "unique",
            (Bound::Forms(_), _) => "form",
            (Bound::Formats(_), _) => "formats",
            (Bound::Bytes(_), _) => "max-bytes",
            (Bound::Edge(_), End::Min) => "min-edge",
            (Bound::Edge(_), End::Max) => "max-edge",
            (Bound::Ratio(_), _) => "ratio",
            (Bound::Seconds(_), End::Min) => "min-seconds",
            (Bound::Seconds(_), End::Max) => "max-seconds",
            (Bound::FramesPerSecond(_), End::Min) => "min-fps",
            (Bound::FramesPerSecond(_), End::Max) => "max-fps",
        }
    }
}
