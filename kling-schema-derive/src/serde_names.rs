//! What serde does to names and shapes: read where it is understood, refused where the table would lie.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, LitStr};

use crate::attr::{Body, Item, split};
use crate::ctxt::Ctxt;
use crate::words::unknown;

/// `#[serde(rename_all = "…")]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// What serde says about a field or a variant.
#[derive(Default)]
pub(crate) struct Names {
    /// The name on the wire.
    pub(crate) rename: Option<String>,
    /// It may be left out of the output.
    pub(crate) skips: bool,
    pub(crate) flatten: Option<Span>,
    pub(crate) untagged: bool,
}

const CASES: &[(&str, Case)] = &[
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The wire name of a `snake_case` field.
    pub(crate) fn field(self, name: &str) -> String {
        match self {
            Case::Lower | Case::Snake => name.to_owned(),
            Case::Upper | Case::ScreamingSnake => name.to_ascii_uppercase(),
            Case::Pascal => name.split('_').map(capitalized).collect(),
            Case::Camel => uncapitalized(&Case::Pascal.field(name)),
            Case::Kebab => name.replace('_', "-"),
            Case::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The wire name of a `PascalCase` variant.
    pub(crate) fn variant(self, name: &str) -> String {
        match self {
            Case::Pascal => name.to_owned(),
            Case::Lower => name.to_ascii_lowercase(),
            Case::Upper => name.to_ascii_uppercase(),
            Case::Camel => uncapitalized(name),
            Case::Snake => {
                let mut out = String::new();
                for (at, letter) in name.char_indices() {
                    if at > 0 && letter.is_uppercase() {
                        out.push('_');
                    }
                    out.push(letter.to_ascii_lowercase());
                }
                out
            }
            Case::ScreamingSnake => Case::Snake.variant(name).to_ascii_uppercase(),
            Case::Kebab => Case::Snake.variant(name).replace('_', "-"),
            Case::ScreamingKebab => Case::ScreamingSnake.variant(name).replace('_', "-"),
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn uncapitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// What serde says about the struct or enum: the case of its names.
pub(crate) fn container(cx: &Ctxt, attrs: &[Attribute]) -> Option<Case> {
    let mut case = None;
    for item in items(cx, attrs) {
        match item.name.as_str() {
            "rename_all" => case = name(cx, &item).and_then(|name| named_case(cx, &name)),
            "tag" | "content" => refuse(cx, &item, "adds a key that the table would not know"),
            "untagged" => refuse(
                cx,
                &item,
                "leaves no closed set of values; only a last variant may be untagged",
            ),
            "transparent" => {
                refuse(cx, &item, "makes a bare value of it; implement `Typed` by hand");
            }
            "from" | "try_from" | "into" => {
                refuse(cx, &item, "puts another type on the wire; derive on that one");
            }
            "remote" => refuse(cx, &item, "describes another type; derive on that one"),
            _ => {}
        }
    }
    case
}

/// What serde says about a field.
pub(crate) fn field(cx: &Ctxt, attrs: &[Attribute]) -> Names {
    let mut names = Names::default();
    for item in items(cx, attrs) {
        match item.name.as_str() {
            "rename" => names.rename = name(cx, &item).map(|name| name.value()),
            "skip_serializing_if" => names.skips = true,
            "flatten" => names.flatten = Some(item.span()),
            "skip" | "skip_serializing" | "skip_deserializing" => {
                refuse(
                    cx,
                    &item,
                    "makes a field that is not on the wire, or one way only; keep it out of the struct",
                );
            }
            "alias" => refuse(
                cx,
                &item,
                "is a second key; write `#[kling(alias(other = this))]` on the struct",
            ),
            _ => {}
        }
    }
    names
}

/// What serde says about a variant.
pub(crate) fn variant(cx: &Ctxt, attrs: &[Attribute]) -> Names {
    let mut names = Names::default();
    for item in items(cx, attrs) {
        match item.name.as_str() {
            "rename" => names.rename = name(cx, &item).map(|name| name.value()),
            "untagged" => names.untagged = true,
            "skip" | "skip_serializing" | "skip_deserializing" => {
                refuse(
                    cx,
                    &item,
                    "makes a value that is not on the wire, or one way only; keep it out of the enum",
                );
            }
            "alias" => {
                refuse(cx, &item, "is a second spelling that the linter would refuse; keep one");
            }
            "other" => refuse(
                cx,
                &item,
                "loses the text; end the enum with `#[serde(untagged)] Other(String)`",
            ),
            "with" | "serialize_with" | "deserialize_with" => {
                refuse(cx, &item, "writes something that the table cannot know");
            }
            _ => {}
        }
    }
    names
}

fn items(cx: &Ctxt, attrs: &[Attribute]) -> Vec<Item> {
    let serde = attrs.iter().filter(|attr| attr.path().is_ident("serde"));
    let tokens =
        serde.filter_map(|attr| attr.meta.require_list().ok().map(|list| list.tokens.clone()));
    tokens.flat_map(|tokens: TokenStream| split(cx, tokens)).collect()
}

fn name(cx: &Ctxt, item: &Item) -> Option<LitStr> {
    if let Body::Group(_) = item.body {
        let message = format!("one key cannot have two names: write `{} = \"…\"`", item.name);
        cx.error(item.span(), message);
        return None;
    }
    cx.take(item.value(&format!("{} = \"…\"", item.name), |input| input.parse()))
}

fn named_case(cx: &Ctxt, name: &LitStr) -> Option<Case> {
    let value = name.value();
    let case = CASES.iter().find(|(text, _)| *text == value).map(|(_, case)| *case);
    if case.is_none() {
        let known: Vec<&str> = CASES.iter().map(|(text, _)| *text).collect();
        cx.error(name.span(), unknown("case", &value, &known));
    }
    case
}

fn refuse(cx: &Ctxt, item: &Item, reason: &str) {
    cx.error(item.span(), format!("`#[serde({})]` {reason}", item.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_those_of_serde() {
        let expected: [(&str, &str, &str); 8] = [
            ("lowercase", "first_frame", "firstframe"),
            ("UPPERCASE", "FIRST_FRAME", "FIRSTFRAME"),
            ("PascalCase", "FirstFrame", "FirstFrame"),
            ("camelCase", "firstFrame", "firstFrame"),
            ("snake_case", "first_frame", "first_frame"),
            ("SCREAMING_SNAKE_CASE", "FIRST_FRAME", "FIRST_FRAME"),
            ("kebab-case", "first-frame", "first-frame"),
            ("SCREAMING-KEBAB-CASE", "FIRST-FRAME", "FIRST-FRAME"),
        ];
        for ((name, case), (expected_name, field, variant)) in CASES.iter().zip(expected) {
            assert_eq!(*name, expected_name);
            assert_eq!(case.field("first_frame"), field, "{name}");
            assert_eq!(case.variant("FirstFrame"), variant, "{name}");
        }
    }
}
