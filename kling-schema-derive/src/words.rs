//! The vocabulary of `#[kling(…)]`, in one place, and what to say about a word outside it.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;

/// How well a constraint is attested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    Documented,
    Upstream,
    Advice,
    House,
}

impl Tier {
    /// The tier that a wrapper's word names.
    pub(crate) fn named(word: &str) -> Option<Tier> {
        match word {
            "documented" => Some(Tier::Documented),
            "upstream" => Some(Tier::Upstream),
            "advice" => Some(Tier::Advice),
            "house" => Some(Tier::House),
            _ => None,
        }
    }

    /// The severity of its own.
    pub(crate) fn severity(self) -> Severity {
        match self {
            Tier::Documented => Severity::Error,
            Tier::Upstream | Tier::House => Severity::Warning,
            Tier::Advice => Severity::Info,
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The severity that a wrapper's word names; an error is never named, it is what a documented
    /// bound is by itself.
    pub(crate) fn named(word: &str) -> Option<Severity> {
        match word {
            "info" => Some(Severity::Info),
            "warning" => Some(Severity::Warning),
            _ => None,
        }
    }

    /// With its article, for a sentence.
    pub(crate) fn article(self) -> &'static str {
        match self {
            Severity::Info => "an info",
            Severity::Warning => "a warning",
            Severity::Error => "an error",
        }
    }
}

/// Where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Struct,
    Field,
    Each,
    Image,
    Video,
    Enum,
}

/// They hold words of their place.
const WRAPPERS: &[&str] = &["documented", "upstream", "advice", "house", "warning", "info", "note"];

/// What a bound may be put on, wherever it stands.
const BOUNDS: &[&str] = &["chars", "names", "other_names", "range", "url", "image", "video"];

impl Place {
    const ALL: [Place; 5] = [Place::Struct, Place::Field, Place::Each, Place::Image, Place::Video];

    /// The words of the place, wrappers aside.
    fn words(self) -> &'static [&'static [&'static str]] {
        const MEDIA: &[&str] = &["forms", "formats", "bytes", "edge", "ratio"];
        match self {
            Place::Struct => &[&[
                "endpoint",
                "name",
                "page",
                "read",
                "upstream_page",
                "upstream_read",
                "crate",
                "rule",
                "alias",
                "legacy",
                "upstream_keys",
                "editor",
            ]],
            Place::Field => &[
                BOUNDS,
                &[
                    "taken_upstream",
                    "choices",
                    "items",
                    "each",
                    "unique",
                    "like",
                    "default",
                    "required",
                    "nullable",
                    "hint",
                    "rest",
                ],
            ],
            Place::Each => &[BOUNDS],
            Place::Image => &[MEDIA],
            Place::Video => &[MEDIA, &["seconds", "fps"]],
            Place::Enum => &[&["crate"]],
        }
    }

    fn knows(self, word: &str) -> bool {
        self.words().iter().any(|words| words.contains(&word))
    }

    fn name(self) -> &'static str {
        match self {
            Place::Struct => "a struct",
            Place::Field => "a field",
            Place::Each => "`each(…)`",
            Place::Image => "`image(…)`",
            Place::Video => "`video(…)`",
            Place::Enum => "an enum",
        }
    }

    /// What is wrong with a word that the place does not take.
    pub(crate) fn refuse(self, word: &Ident) -> syn::Error {
        let text = word.unraw().to_string();
        let here = self.name();
        let message = if let Some(advice) = foreign(&text) {
            format!("unknown word `{text}`: {advice}")
        } else if let Some(there) = Place::ALL.into_iter().find(|place| place.knows(&text)) {
            format!("`{text}` is a word for {}, not for {here}", there.name())
        } else {
            let words = || self.words().iter().copied().flatten().copied();
            match suggest(&text, words().chain(WRAPPERS.iter().copied())) {
                Some(word) => format!("unknown word `{text}`: did you mean `{word}`?"),
                None => format!("unknown word `{text}`: {here} takes {}", listed(words())),
            }
        };
        syn::Error::new(word.span(), message)
    }
}

/// Words of other validators, and how the same is said here.
fn foreign(word: &str) -> Option<&'static str> {
    Some(match word {
        "length" | "len" | "max_length" | "min_length" | "max_len" | "min_len" => {
            "write `chars(..=500)` for a text, `items(..=4)` for a list"
        }
        "min" | "max" | "minimum" | "maximum" => "write `range(0..=1)`; either end may be left out",
        "min_items" | "max_items" | "count" => "write `items(2..=4)`; either end may be left out",
        "one_of" | "values" | "enumeration" => {
            "a closed set is a Rust enum with `#[derive(KlingSchema)]`; an open one is `names(…)`"
        }
        "optional" => "make the type an `Option`",
        "pattern" | "regex" => "there is no pattern bound; say what the text means",
        "skip" | "ignore" => "leave the field out of the struct",
        "error" => "a documented bound is an error by itself; other tiers never are",
        "rename" => "the key is serde's: write `#[serde(rename = \"…\")]`",
        "doc" | "description" => "the doc comment is the description",
        "max_bytes" | "size" | "mb" => "write `bytes <= 10 MB` inside `image(…)` or `video(…)`",
        "width" | "height" | "pixels" => "write `edge >= 300`; it bounds both sides",
        _ => return None,
    })
}

/// The candidate that was probably meant.
pub(crate) fn suggest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b`, `c` ``.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// An unknown name among a closed set, with the one that was meant or all of them.
pub(crate) fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match suggest(word, known.iter().copied()) {
        Some(meant) => format!("unknown {what} `{word}`: did you mean `{meant}`?"),
        None => format!("unknown {what} `{word}`: known are {}", listed(known.iter().copied())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(place: Place, word: &str) -> String {
        place.refuse(&Ident::new(word, proc_macro2::Span::call_site())).to_string()
    }

    #[test]
    fn a_misspelt_word_is_corrected() {
        assert_eq!(said(Place::Field, "charrs"), "unknown word `charrs`: did you mean `chars`?");
        assert_eq!(
            said(Place::Field, "upstrem"),
            "unknown word `upstrem`: did you mean `upstream`?"
        );
    }

    #[test]
    fn a_word_of_another_place_is_sent_there() {
        assert_eq!(said(Place::Struct, "chars"), "`chars` is a word for a field, not for a struct");
        assert_eq!(said(Place::Image, "fps"), "`fps` is a word for `video(…)`, not for `image(…)`");
    }

    #[test]
    fn a_word_of_another_library_is_translated() {
        assert!(said(Place::Field, "length").contains("chars(..=500)"));
    }

    #[test]
    fn a_strange_word_is_answered_with_the_vocabulary() {
        assert_eq!(
            said(Place::Image, "zzz"),
            "unknown word `zzz`: `image(…)` takes `forms`, `formats`, `bytes`, `edge`, `ratio`"
        );
    }
}
