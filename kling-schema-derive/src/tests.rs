//! The macro as a whole, over attributes of every sort.

use proc_macro2::{Delimiter, Spacing, TokenTree};
use proptest::prelude::*;

use super::*;

/// Everything the grammar is made of, and a few things it is not.
const TOKENS: &[&str] = &[
    "documented",
    "upstream",
    "advice",
    "house",
    "warning",
    "info",
    "note",
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
    "chars",
    "names",
    "other_names",
    "range",
    "url",
    "image",
    "video",
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
    "forms",
    "formats",
    "bytes",
    "edge",
    "ratio",
    "seconds",
    "fps",
    "len",
    "requires",
    "at_most_one",
    "only",
    "forbid",
    "supported",
    "references",
    "same_size",
    "points_inside",
    "ignored",
    "defaulted",
    "present",
    "nonempty",
    "empty",
    "is",
    "when",
    "unless",
    "by",
    "silent",
    "also",
    "blame",
    "match",
    "unsafe",
    "in",
    "_",
    "=>",
    "=",
    "==",
    "<=",
    ">=",
    "<",
    "..",
    "..=",
    "...",
    "|",
    "||",
    "&&",
    "!",
    "+",
    "-",
    ":",
    ",",
    ",",
    ".",
    "()",
    "[]",
    "{}",
    "a",
    "b",
    "type",
    "r#type",
    "MB",
    "0",
    "1",
    "5",
    "10",
    "0.5",
    "1e999",
    "99999999999999999999",
    "'x'",
    "b\"x\"",
    "true",
    "\"\"",
    "\"a\"",
    "\"https://a\"",
    "\"2026-03\"",
    "\"POST /a\"",
    "png",
    "jpeg",
    "mp4",
    "base64",
    "$",
    "#",
    "é",
];

fn soup() -> impl Strategy<Value = String> {
    let leaf =
        prop::collection::vec(prop::sample::select(TOKENS), 0..6).prop_map(|words| words.join(" "));
    leaf.prop_recursive(4, 40, 5, |inner| {
        let piece = (prop::sample::select(TOKENS), inner, 0..4_u8).prop_map(
            |(word, inner, kind)| match kind {
                0 => format!("{word}[{inner}]"),
                1 => format!("{word}{{{inner}}}"),
                2 => format!("{word} = {inner}"),
                _ => format!("{word}({inner})"),
            },
        );
        prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.join(", "))
    })
}

/// Nearly every word, correctly.
const SOURCE: &str = r##"
    /// A request.
    #[kling(endpoint = "POST /a", name = "a", page = "https://a", read = "2026-03-12", upstream_page = "https://b", upstream_read = "2026-02")]
    #[kling(rule(cap: len(l) + len(m) <= match { nonempty(l) && !is(d, "5", default = "10") => 4, len(m) > 2 => 5, _ => 7 }, blame = m, note = "n"))]
    #[kling(upstream(note = "n", upstream_keys(sound, "odd-key"), info(rule(f: forbid(n) when is(d, "5" | "10"), is = "needs-other")), legacy(old = d)))]
    #[kling(rule(r: requires(present(l[].type)) unless empty(l)), rule(g: at_most_one(i, [l, m], sound)), rule(o: only(d in ["5", "10"]) when present(n)))]
    #[kling(rule(s: supported([i, l]) by (d = "5", p = "std") { ("5", _), (_, "pro") }), house(alias(j = i, is = "scene-spelling", unsafe)), editor("$schema"))]
    #[kling(advice(rule(x: ignored(d) when present(l))), rule(t: references(p) { image: l silent(present(type)), element: m, also(voice) }))]
    #[kling(rule(z: same_size(i, k)), rule(y: same_ratio(i, k)), rule(w: points_inside(l[].points, i)), info(rule(v: defaulted(d) unless nonempty(l))))]
    struct R {
        /// A text.
        #[kling(chars(1..=500), house(info(note = "n", unique)), hint(present(l) && !present(m), "h"))]
        p: String,
        /// A choice.
        #[kling(default = "5", upstream(choices), taken_upstream("7"), upstream(required))]
        #[serde(skip_serializing_if = "Option::is_none")]
        d: Option<D>,
        /// An image.
        #[kling(image(forms(url), formats(jpeg, png), bytes <= 10 MB, edge >= 300, upstream(ratio(1:2.5 ..= 2.5:1))))]
        i: ImageSource,
        /// Another.
        #[kling(upstream(info(like(i))))]
        #[serde(skip_serializing_if = "Option::is_none")]
        k: Option<ImageSource>,
        /// A video.
        #[kling(video(seconds(3..=10), edge(720..=2160), fps(24..)), nullable)]
        u: Option<VideoSource>,
        /// A list.
        #[kling(items(2..=4))]
        l: Vec<Item>,
        /// Another.
        #[kling(each(chars(..=20), upstream(names("a", "b"), info(other_names("c")))))]
        m: Vec<String>,
        /// A number.
        #[kling(range(-0.5..=1), default = 0.5, house)]
        n: f64,
        /// The rest.
        #[kling(rest)]
        #[serde(flatten)]
        rest: Map<String, Value>,
    }
"##;

/// The tokens of the source, groups opened.
fn tokens(source: &str) -> Vec<String> {
    fn open(stream: TokenStream2, out: &mut Vec<String>) {
        for tree in stream {
            match tree {
                TokenTree::Group(group) => {
                    let (start, end) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => ("", ""),
                    };
                    out.push(start.to_owned());
                    open(group.stream(), out);
                    out.push(end.to_owned());
                }
                TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint => {
                    // Kept together with what follows it.
                    out.push(format!("{punct}\u{0}"));
                }
                other => out.push(other.to_string()),
            }
        }
    }
    let mut out = Vec::new();
    open(source.parse().expect("tokens"), &mut out);
    out
}

fn expanded(source: &str) -> Option<TokenStream2> {
    Some(expand(&syn::parse_str::<DeriveInput>(source).ok()?))
}

#[test]
fn the_source_is_correct() {
    let output = expanded(SOURCE).expect("parses").to_string();
    assert!(!output.contains("compile_error"), "{output}");
}

proptest! {
    /// Whatever stands in the attributes, there is an output.
    #[test]
    fn no_attribute_breaks_the_macro(on_struct in soup(), on_field in soup(), on_other in soup()) {
        let source = format!(
            "/// A request.\n#[kling({on_struct})] #[kling(page = \"https://a\", read = \"2026-03\")] struct R {{
                /// A field.\n#[kling({on_field})] a: String,
                /// Another.\n#[kling({on_other})] #[serde({on_struct})] b: Option<Vec<T>>,
            }}"
        );
        if let Some(output) = expanded(&source) {
            prop_assert!(output.to_string().parse::<TokenStream2>().is_ok(), "{output}");
        }
    }

    /// One wrong token in a correct struct: there is an output all the same.
    #[test]
    fn no_slip_breaks_the_macro(at in any::<prop::sample::Index>(), slip in prop::option::of(prop::sample::select(TOKENS))) {
        let mut tokens = tokens(SOURCE);
        let at = at.index(tokens.len());
        tokens[at] = slip.unwrap_or_default().to_owned();
        let source = tokens.join(" ").replace("\u{0} ", "");
        if let Some(output) = expanded(&source) {
            prop_assert!(output.to_string().contains("Typed for"), "{output}");
        }
    }
}

#[test]
fn many_negations_are_one_or_none() {
    let not = "!".repeat(100_001);
    let source = format!(
        "/// A request.\n#[kling(page = \"https://a\", read = \"2026-03\", rule(r: forbid(a) when {not}present(a)))]
        struct R {{ /// A field.\n a: String }}"
    );
    let input: DeriveInput = syn::parse_str(&source).expect("parses");
    assert!(!expand(&input).to_string().contains("compile_error"));
}
