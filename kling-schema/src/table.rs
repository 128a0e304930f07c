//! The vocabulary of the table: what an object may hold, said as data.
//!
//! `#[derive(KlingSchema)]` writes values of these types; the linter interprets them over JSON text,
//! the exporters turn them into JSON Schema and prose. [`Kind`], [`Bound`], [`Check`] and [`When`]
//! are exhaustive on purpose: a new variant must be handled by every reader.

use crate::rules::Rule;
use crate::source::Basis;

/// A Rust type whose JSON shape is known.
#[diagnostic::on_unimplemented(
    message = "the JSON shape of `{Self}` is not known",
    label = "this has no shape",
    note = "derive `KlingSchema` on it, or implement `Typed` by hand; `serde_json::Value` takes anything"
)]
pub trait Typed {
    /// The shape.
    const KIND: Kind;
}

/// A struct with a table. Derive it.
pub trait KlingSchema: Typed {
    /// The table.
    const SCHEMA: &'static Object;
}

/// What a JSON object may hold.
#[derive(Debug)]
#[non_exhaustive]
pub struct Object {
    /// Short name: `omni-video` for a request, the Rust type's name for an item.
    pub name: &'static str,
    /// The struct's doc comment.
    pub doc: &'static str,
    /// The route that takes this object as a body, for requests.
    pub endpoint: Option<Endpoint>,
    /// What the page of this object gives a plain constraint.
    pub basis: Basis,
    /// The basis of "this is an object" where it stands as an item, when weaker than the list's own.
    pub shape: Option<Basis>,
    /// In the order of the struct.
    pub fields: &'static [Field],
    /// Rules across fields, in the order they were written.
    pub constraints: &'static [Constraint],
    /// Keys that are no field but are known: aliases, upstream keys, the editor's `$schema`.
    pub known: &'static [Known],
}

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// `POST`.
    pub method: &'static str,
    /// `/kling/v1/videos/omni-video`.
    pub path: &'static str,
}

/// One key of an object.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// The key on the wire.
    pub key: &'static str,
    /// The doc comment.
    pub doc: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether `null` is as good as a value. Otherwise it is an error where required, else a warning.
    pub nullable: bool,
    /// What the server uses when the key is absent, as the page prints it.
    pub default: Option<Literal>,
    /// What the type (and a closed set of values) rests on.
    pub shape: Basis,
    /// The JSON shape.
    pub kind: Kind,
    /// Bounds on the value, in the order they were written.
    pub limits: &'static [Limit],
    /// Bounds on each item of a list.
    pub each: &'static [Limit],
    /// Extra help when the key is missing.
    pub hints: &'static [Hint],
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It may be absent.
    Optional,
    /// It must be present and not `null`.
    Required(Basis),
}

/// Extra help for a missing key, when something else about the object is true.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Hint {
    /// When it applies.
    pub when: When,
    /// The help.
    pub text: &'static str,
}

/// A default as JSON.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A string, unquoted.
    Text(&'static str),
}

/// The JSON shape of a value; bounds stand beside it as [`Limit`]s.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Anything at all.
    Any,
    /// `true` or `false`.
    Bool,
    /// A string.
    Text,
    /// A string out of a closed set.
    Choice(&'static [Choice]),
    /// A number.
    Number,
    /// A whole number; `1.0` is one.
    Integer,
    /// A whole number, or a string of digits.
    NumericId,
    /// An array whose items share a kind.
    List(&'static Kind),
    /// An object with a table of its own.
    Object(&'static Object),
    /// A string that names an image or a video.
    Media(MediaClass),
    /// Usually one shape; another is tolerated with an info. A tolerated single item stands for a
    /// list of one, a tolerated media string for an object with that media.
    Either {
        /// What the page means.
        usual: &'static Kind,
        /// What is let pass.
        tolerated: &'static Kind,
    },
}

/// One value of a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// As sent.
    pub value: &'static str,
    /// The variant's doc comment.
    pub doc: &'static str,
}

/// What a media string names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaClass {
    /// A still image.
    Image,
    /// A video.
    Video,
}

/// One bound and what it rests on: a row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limit {
    /// The bound.
    pub bound: Bound,
    /// Its tier, severity, source and note.
    pub basis: Basis,
}

/// A bound on one value. Units are in the names.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// Length of a string in Unicode code points.
    Chars(Range<u32>),
    /// Names known to work, of an open set (models).
    Names(&'static [&'static str]),
    /// Names outside [`Bound::Names`] that get this limit's own, milder severity.
    OtherNames(&'static [&'static str]),
    /// Values of a closed set that the vendor takes though this page does not: said in the help.
    TakenUpstream(&'static [&'static str]),
    /// The closed set itself, where its basis differs from the type's.
    Choices,
    /// A number's value.
    Value(Range<f64>),
    /// Number of list items.
    Items(Range<u32>),
    /// The string is an absolute `http(s)` URL.
    Url,
    /// The value differs between all requests of one run.
    Unique,
    /// The forms a media string may take; a local path is this tool's own convenience.
    Forms(Forms),
    /// Media formats, judged by content.
    Formats(&'static [Format]),
    /// Size of the decoded file.
    Bytes(Megabytes),
    /// Each side in pixels.
    Edge(Range<u32>),
    /// Width to height.
    Ratio(RatioRange),
    /// Length of a video in seconds.
    Seconds(Range<u32>),
    /// Frames per second of a video.
    FramesPerSecond(Range<u32>),
}

/// An interval; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Range<T> {
    /// Smallest allowed.
    pub min: Option<T>,
    /// Largest allowed.
    pub max: Option<T>,
}

/// The forms a media string may take on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forms {
    /// A public `http(s)` URL.
    pub url: bool,
    /// Base64 (RFC 4648 section 4), without a `data:` prefix.
    pub base64: bool,
}

/// A media format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG, also called JPG.
    Jpeg,
    /// PNG.
    Png,
    /// MPEG-4 part 14.
    Mp4,
    /// QuickTime.
    Mov,
}

impl Format {
    /// The name as the pages print it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Jpeg => "JPG",
            Format::Png => "PNG",
            Format::Mp4 => "MP4",
            Format::Mov => "MOV",
        }
    }
}

/// A size as pages print it. Which megabyte they mean is unsaid: both readings are at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Megabytes(pub u32);

impl Megabytes {
    /// The larger reading, in bytes: × 1024 × 1024.
    pub const fn binary(self) -> u64 {
        self.0 as u64 * 1024 * 1024
    }

    /// The smaller reading, in bytes: × 1000 × 1000.
    pub const fn decimal(self) -> u64 {
        self.0 as u64 * 1000 * 1000
    }
}

/// An interval of aspect ratios, both ends allowed; compared by cross-multiplication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RatioRange {
    /// Narrowest.
    pub min: Ratio,
    /// Widest.
    pub max: Ratio,
}

/// Width to height, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ratio {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl RatioRange {
    /// Whether a picture of this size lies in the interval.
    pub const fn admits(&self, width: u64, height: u64) -> bool {
        let narrow =
            width as u128 * self.min.height as u128 >= height as u128 * self.min.width as u128;
        let wide =
            width as u128 * self.max.height as u128 <= height as u128 * self.max.width as u128;
        narrow && wide
    }
}

/// A place in the object: keys, and `[]` for "each item".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(pub &'static [Step]);

/// One step of a [`Path`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The value of this key.
    Key(&'static str),
    /// Every item of the list.
    Each,
}

/// A rule across fields: a named row of the table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Constraint {
    /// `input-cap`; with the object's name, `omni-video/input-cap`.
    pub name: &'static str,
    /// The kind of check, with its message and explanation.
    pub rule: &'static Rule,
    /// What is checked.
    pub check: Check,
    /// Where the finding points, when not at what the check itself found.
    pub blame: Option<Path>,
    /// Its tier, severity, source and note.
    pub basis: Basis,
}

/// What a rule across fields checks.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// The lists together hold at most so many items.
    CountCap {
        /// The lists.
        lists: &'static [Path],
        /// The first case whose condition holds gives the cap.
        cases: &'static [(When, u32)],
        /// The cap otherwise.
        otherwise: u32,
    },
    /// When one thing is true, another must be too.
    Requires {
        /// The trigger.
        when: When,
        /// What must hold.
        needs: When,
    },
    /// At most one of the groups may be present; a group is present when any of its paths is.
    AtMostOne(&'static [&'static [Path]]),
    /// When the condition holds, the value must be one of these.
    Only {
        /// The value.
        path: Path,
        /// The allowed values.
        values: &'static [&'static str],
        /// The condition.
        when: When,
    },
    /// When the condition holds, the value must be absent.
    Forbid {
        /// The value.
        path: Path,
        /// The condition.
        when: When,
    },
    /// The paths may be used only with these combinations of other values. Skipped when the first
    /// axis holds a name that its field does not know.
    Supported {
        /// What needs support.
        paths: &'static [Path],
        /// The values that decide.
        axes: &'static [Axis],
        /// The rows that are supported; `None` matches anything.
        rows: &'static [&'static [Option<&'static str>]],
    },
    /// Reference tokens `<<<kind_N>>>` in a text point into lists, counted from one.
    References {
        /// The text.
        text: Path,
        /// The kinds.
        kinds: &'static [Reference],
        /// Kinds known upstream: an info.
        also: &'static [&'static str],
    },
    /// Two media have the same size in pixels.
    SameSize(Path, Path),
    /// Two media have the same aspect ratio.
    SameRatio(Path, Path),
    /// Points `{x, y}` lie inside a picture.
    PointsInside {
        /// The points.
        points: Path,
        /// The picture.
        image: Path,
    },
    /// When the condition holds, the value has no effect, though it must still be a good one.
    Ignored {
        /// The value.
        path: Path,
        /// The condition.
        when: When,
    },
    /// When the condition holds, the value is not even read: it has no effect whatever it is, and its
    /// closed set is not enforced.
    Unread {
        /// The value.
        path: Path,
        /// The condition.
        when: When,
    },
    /// When the condition holds and the key is absent, its default decides something visible.
    Defaulted {
        /// The value.
        path: Path,
        /// The condition.
        when: When,
    },
}

/// A value that decides which combinations are supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Axis {
    /// The value.
    pub path: Path,
    /// What counts when it is absent.
    pub default: &'static str,
}

/// One kind of reference token and the list it counts in.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reference {
    /// `image` in `<<<image_1>>>`.
    pub word: &'static str,
    /// The list.
    pub list: Path,
    /// Items that need no token: a condition on the item itself.
    pub silent: Option<When>,
}

/// A condition on the object. A path with `[]` holds when some item does.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// Always.
    Always,
    /// There, and not `null`.
    Present(Path),
    /// A list with an item, or a string that is not empty.
    NonEmpty(Path),
    /// The list's length; an absent list has none.
    Len(Path, Range<u32>),
    /// The string is one of these; an absent one counts as the default, if any is given.
    Is {
        /// The value.
        path: Path,
        /// Any of these.
        values: &'static [&'static str],
        /// What counts when it is absent.
        default: Option<&'static str>,
    },
    /// The opposite.
    Not(&'static When),
    /// All of them.
    All(&'static [When]),
    /// At least one of them.
    Any(&'static [When]),
}

/// A key that is no field, but is known.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Known {
    /// The key.
    pub key: &'static str,
    /// What it is.
    pub what: KnownKey,
    /// What that rests on.
    pub basis: Basis,
}

/// What a known key is.
#[derive(Clone, Copy, Debug)]
pub enum KnownKey {
    /// Another spelling of a field.
    Alias {
        /// The field's key.
        of: &'static str,
        /// The kind of finding.
        rule: &'static Rule,
        /// Whether renaming is safe.
        safe: bool,
    },
    /// An old key that does nothing any more.
    Legacy {
        /// The key that took its place.
        of: &'static str,
    },
    /// Documented by the vendor for this route, not by this page.
    Upstream,
    /// The editor's own, such as `$schema`; not part of the request.
    Editor,
}
