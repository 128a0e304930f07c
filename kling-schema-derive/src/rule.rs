//! Rules across fields: `rule(input_cap: len(a) + len(b) <= 7, blame = b)`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, braced, bracketed, parenthesized, token};

use crate::attr::{Basis, Item, Mood, chunks, finished, instead, parse, whole};
use crate::number::End as _;
use crate::when::{CONDITIONS, Path, Use, Want, When, contextual};
use crate::words::unknown;

/// A named rule.
pub(crate) struct Rule {
    /// As a row's name: `input-cap`.
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) check: Check,
    /// The kind of finding: `over-input-cap`.
    pub(crate) kind: LitStr,
    pub(crate) blame: Option<Path>,
    pub(crate) basis: Basis,
}

pub(crate) enum Check {
    CountCap { lists: Vec<Path>, cases: Vec<(When, u32, Span)>, otherwise: (u32, Span) },
    Requires { when: When, needs: When },
    AtMostOne(Vec<Vec<Path>>),
    Only { path: Path, values: Vec<LitStr>, when: When },
    Forbid { path: Path, when: When },
    Supported { paths: Vec<Path>, axes: Vec<(Path, LitStr)>, rows: Vec<Vec<Option<LitStr>>> },
    References { text: Path, kinds: Vec<Reference>, also: Vec<String> },
    SameSize(Path, Path),
    SameRatio(Path, Path),
    PointsInside { points: Path, image: Path },
    Ignored { path: Path, when: When },
    Unread { path: Path, when: When },
    Defaulted { path: Path, when: When },
}

/// `image: image_list silent(…)`.
pub(crate) struct Reference {
    pub(crate) word: String,
    pub(crate) list: Path,
    /// About an item of the list.
    pub(crate) silent: Option<When>,
}

const CHECKS: &[&str] = &[
    "len",
    "requires",
    "at_most_one",
    "only",
    "forbid",
    "supported",
    "references",
    "same_size",
    "same_ratio",
    "points_inside",
    "ignored",
    "unread",
    "defaulted",
];

impl Check {
    /// The kind of finding, unless the rule says another.
    fn kind(&self) -> &'static str {
        match self {
            Check::CountCap { .. } => "over-input-cap",
            Check::Requires { .. } => "needs-other",
            Check::AtMostOne(_) => "exclusive-fields",
            Check::Only { .. } => "not-allowed-here",
            Check::Forbid { .. } => "conflicting-input",
            Check::Supported { .. } => "unsupported-combination",
            Check::References { .. } => "dangling-reference",
            Check::SameSize(..) | Check::SameRatio(..) => "mask-mismatch",
            Check::PointsInside { .. } => "point-outside",
            Check::Ignored { .. } | Check::Unread { .. } => "ignored-field",
            Check::Defaulted { .. } => "default-applies",
        }
    }

    fn parse(input: ParseStream<'_>) -> syn::Result<Check> {
        let fork = input.fork();
        let word = Ident::parse_any(&fork).map_err(instead(
            "a check is expected here, such as `requires(present(a)) when present(b)`",
        ))?;
        let name = word.to_string();
        if name == "len" {
            return count_cap(input);
        }
        Ident::parse_any(input)?;
        if !CHECKS.contains(&name.as_str()) {
            return Err(syn::Error::new(word.span(), misplaced_condition(&name)));
        }
        let content;
        parenthesized!(content in input);
        Ok(match name.as_str() {
            "requires" => {
                let needs = whole(&content, When::parse)?;
                Check::Requires { when: condition(input, &name)?, needs }
            }
            "at_most_one" => {
                let groups =
                    Punctuated::<Vec<Path>, Token![,]>::parse_terminated_with(&content, group)?;
                if groups.len() < 2 {
                    return Err(syn::Error::new(
                        word.span(),
                        "`at_most_one` needs two fields or groups: `at_most_one(a, [b, c])`",
                    ));
                }
                Check::AtMostOne(groups.into_iter().collect())
            }
            "only" => {
                let path = Path::parse(&content)?;
                content.parse::<Token![in]>()?;
                let values;
                bracketed!(values in content);
                let values = Punctuated::<LitStr, Token![,]>::parse_terminated(&values)?;
                finished(&content)?;
                Check::Only {
                    path,
                    values: values.into_iter().collect(),
                    when: optional_condition(input)?,
                }
            }
            "forbid" => Check::Forbid {
                path: whole(&content, Path::parse)?,
                when: condition(input, &name)?,
            },
            "ignored" => Check::Ignored {
                path: whole(&content, Path::parse)?,
                when: condition(input, &name)?,
            },
            "unread" => Check::Unread {
                path: whole(&content, Path::parse)?,
                when: condition(input, &name)?,
            },
            "defaulted" => Check::Defaulted {
                path: whole(&content, Path::parse)?,
                when: condition(input, &name)?,
            },
            "supported" => {
                let paths = whole(&content, group)?;
                supported(paths, input)?
            }
            "references" => {
                let text = whole(&content, Path::parse)?;
                references(text, input)?
            }
            _ => {
                let first = Path::parse(&content)?;
                content.parse::<Token![,]>()?;
                let second = whole(&content, Path::parse)?;
                match name.as_str() {
                    "same_size" => Check::SameSize(first, second),
                    "same_ratio" => Check::SameRatio(first, second),
                    _ => Check::PointsInside { points: first, image: second },
                }
            }
        })
    }

    /// Every path the check names, as seen from the object.
    pub(crate) fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        let mut name = |path: &Path, want| uses.push(Use::of(path.clone(), want));
        match self {
            Check::CountCap { lists, cases, .. } => {
                lists.iter().for_each(|list| name(list, Want::List));
                cases.iter().for_each(|(when, ..)| when.uses(None, &mut uses));
            }
            Check::Requires { when, needs } => {
                when.uses(None, &mut uses);
                needs.uses(None, &mut uses);
            }
            Check::AtMostOne(groups) => {
                groups.iter().flatten().for_each(|path| name(path, Want::Anything));
            }
            Check::Only { path, values, when } => {
                uses.push(Use {
                    path: path.clone(),
                    want: Want::Text,
                    values: values.iter().collect(),
                });
                when.uses(None, &mut uses);
            }
            Check::Forbid { path, when }
            | Check::Ignored { path, when }
            | Check::Unread { path, when }
            | Check::Defaulted { path, when } => {
                name(path, Want::Anything);
                when.uses(None, &mut uses);
            }
            Check::Supported { paths, axes, rows } => {
                paths.iter().for_each(|path| name(path, Want::Anything));
                for (nth, (path, default)) in axes.iter().enumerate() {
                    let cells = rows.iter().filter_map(|row| row.get(nth)?.as_ref());
                    uses.push(Use {
                        path: path.clone(),
                        want: Want::Text,
                        values: cells.chain([default]).collect(),
                    });
                }
            }
            Check::References { text, kinds, .. } => {
                name(text, Want::Text);
                for kind in kinds {
                    uses.push(Use::of(kind.list.clone(), Want::List));
                    if let Some(silent) = &kind.silent {
                        silent.uses(Some(&kind.list), &mut uses);
                    }
                }
            }
            Check::SameSize(a, b) | Check::SameRatio(a, b) => {
                name(a, Want::Media);
                name(b, Want::Media);
            }
            Check::PointsInside { points, image } => {
                name(points, Want::List);
                name(image, Want::Media);
            }
        }
        uses
    }
}

/// What is wrong with a check that is none.
fn misplaced_condition(name: &str) -> String {
    if CONDITIONS.contains(&name) {
        return format!(
            "`{name}(…)` is a condition, not a check: write `requires({name}(…)) when …` or `forbid(…) when {name}(…)`"
        );
    }
    unknown("check", name, CHECKS)
}

/// `a` or `[a, b]`.
fn group(input: ParseStream<'_>) -> syn::Result<Vec<Path>> {
    if !input.peek(token::Bracket) {
        return Ok(vec![Path::parse(input)?]);
    }
    let content;
    bracketed!(content in input);
    Ok(Punctuated::<Path, Token![,]>::parse_terminated_with(&content, Path::parse)?
        .into_iter()
        .collect())
}

/// `when C`, `unless C`, or nothing.
fn optional_condition(input: ParseStream<'_>) -> syn::Result<When> {
    if input.is_empty() {
        return Ok(When::Always);
    }
    let word = Ident::parse_any(input)?;
    match word.to_string().as_str() {
        "when" => When::parse(input),
        "unless" => Ok(When::Not(Box::new(When::parse(input)?))),
        _ => Err(syn::Error::new(word.span(), "`when …` or `unless …` is expected here")),
    }
}

fn condition(input: ParseStream<'_>, check: &str) -> syn::Result<When> {
    if input.is_empty() {
        return Err(syn::Error::new(
            input.span(),
            format!("a condition is missing: `{check}(…) when …`"),
        ));
    }
    optional_condition(input)
}

/// `len(a) + len(b) <= 7`.
fn count_cap(input: ParseStream<'_>) -> syn::Result<Check> {
    let mut lists = Vec::new();
    loop {
        let word: Ident = input.parse()?;
        if word != "len" {
            return Err(syn::Error::new(
                word.span(),
                "a sum of lengths is written `len(a) + len(b) <= 7`",
            ));
        }
        let content;
        parenthesized!(content in input);
        lists.push(whole(&content, Path::parse)?);
        if input.parse::<Option<Token![+]>>()?.is_none() {
            break;
        }
    }
    input.parse::<Token![<=]>().map_err(instead("a sum of lengths has a largest value: `<= 7`"))?;
    if !input.peek(Token![match]) {
        let span = input.span();
        return Ok(Check::CountCap {
            lists,
            cases: Vec::new(),
            otherwise: (u32::parse(input)?, span),
        });
    }
    let keyword = input.parse::<Token![match]>()?;
    let content;
    braced!(content in input);
    let mut cases = Vec::new();
    while !content.is_empty() {
        if content.peek(Token![_]) {
            content.parse::<Token![_]>()?;
            content.parse::<Token![=>]>()?;
            let otherwise = (content.span(), u32::parse(&content)?);
            content.parse::<Option<Token![,]>>()?;
            if !content.is_empty() {
                return Err(
                    content.error("`_ => …` is the last case: nothing after it is ever reached")
                );
            }
            return Ok(Check::CountCap { lists, cases, otherwise: (otherwise.1, otherwise.0) });
        }
        let when = When::parse(&content)?;
        content.parse::<Token![=>]>()?;
        let span = content.span();
        cases.push((when, u32::parse(&content)?, span));
        content.parse::<Option<Token![,]>>()?;
    }
    Err(syn::Error::new(keyword.span, "the cases end with `_ => …`, the cap otherwise"))
}

/// `by (model_name = "kling-v1", …) { ("kling-v1", _), … }`.
fn supported(paths: Vec<Path>, input: ParseStream<'_>) -> syn::Result<Check> {
    contextual(input, "by", "supported(a) by (mode = \"std\") { (\"pro\") }")?;
    let content;
    parenthesized!(content in input);
    let axes = Punctuated::<(Path, LitStr), Token![,]>::parse_terminated_with(&content, |input| {
        let path = Path::parse(input)?;
        input.parse::<Token![=]>().map_err(instead(
            "what counts when the key is absent is expected here: `mode = \"std\"`",
        ))?;
        Ok((path, input.parse()?))
    })?;
    let body;
    braced!(body in input);
    let mut rows = Vec::new();
    while !body.is_empty() {
        let span = body.span();
        let cells;
        parenthesized!(cells in body);
        let row =
            Punctuated::<Option<LitStr>, Token![,]>::parse_terminated_with(&cells, |input| {
                if input.peek(Token![_]) {
                    return input.parse::<Token![_]>().map(|_| None);
                }
                input.parse().map(Some)
            })?;
        if row.len() != axes.len() {
            let message = format!(
                "this row has {}, but `by (…)` names {}",
                counted(row.len(), "value"),
                counted(axes.len(), "field")
            );
            return Err(syn::Error::new(span, message));
        }
        rows.push(row.into_iter().collect());
        body.parse::<Option<Token![,]>>()?;
    }
    if rows.is_empty() || axes.is_empty() {
        return Err(syn::Error::new(
            input.span(),
            "at least one field in `by (…)` and one row in `{…}` are needed",
        ));
    }
    Ok(Check::Supported { paths, axes: axes.into_iter().collect(), rows })
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `{ image: image_list silent(…), also(voice, object) }`.
fn references(text: Path, input: ParseStream<'_>) -> syn::Result<Check> {
    let content;
    braced!(content in input);
    let (mut kinds, mut also) = (Vec::new(), Vec::new());
    while !content.is_empty() {
        let word = Ident::parse_any(&content)?.unraw().to_string();
        if word == "also" && content.peek(token::Paren) {
            let words;
            parenthesized!(words in content);
            let words =
                Punctuated::<Ident, Token![,]>::parse_terminated_with(&words, Ident::parse_any)?;
            also.extend(words.iter().map(|word| word.unraw().to_string()));
        } else {
            content.parse::<Token![:]>()?;
            let list = Path::parse(&content)?;
            let mut silent = None;
            if content.peek(syn::Ident) {
                contextual(&content, "silent", "image: image_list silent(present(type))")?;
                let condition;
                parenthesized!(condition in content);
                silent = Some(whole(&condition, When::parse)?);
            }
            kinds.push(Reference { word, list, silent });
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    if kinds.is_empty() {
        return Err(syn::Error::new(
            input.span(),
            "a kind of reference and its list are needed: `references(prompt) { image: image_list }`",
        ));
    }
    Ok(Check::References { text, kinds, also })
}

impl Rule {
    /// Reads `rule(…)`.
    pub(crate) fn read(mood: &Mood, item: &Item) -> syn::Result<Rule> {
        let example = "rule(name: requires(present(a)) when present(b))";
        let mut parts = chunks(item.tokens(example)?).into_iter();
        let head: TokenStream =
            parts.next().ok_or_else(|| item.form(example))?.into_iter().collect();
        let (name, check) = parse(head, item.span(), |input| {
            let name = Ident::parse_any(input)?;
            input
                .parse::<Token![:]>()
                .map_err(instead(format!("a rule has a name first: `{example}`")))?;
            Ok((name, whole(input, Check::parse)?))
        })?;
        let mut mood = mood.clone();
        let (mut kind, mut blame) = (None, None);
        for part in parts {
            rule_option(part, &mut mood, &mut kind, &mut blame)?;
        }
        Ok(Rule {
            name: name.unraw().to_string().replace('_', "-"),
            span: name.span(),
            kind: kind.unwrap_or_else(|| LitStr::new(check.kind(), name.span())),
            check,
            blame,
            basis: mood.basis(name.span()),
        })
    }

    /// Every path the rule names.
    pub(crate) fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = self.check.uses();
        uses.extend(self.blame.iter().map(|path| Use::of(path.clone(), Want::Anything)));
        uses
    }
}

fn rule_option(
    part: Vec<TokenTree>,
    mood: &mut Mood,
    kind: &mut Option<LitStr>,
    blame: &mut Option<Path>,
) -> syn::Result<()> {
    let end = part.last().map_or_else(Span::call_site, TokenTree::span);
    parse(part.into_iter().collect(), end, |input| {
        let word = Ident::parse_any(input)?;
        let name = word.to_string();
        if !["blame", "is", "note"].contains(&name.as_str()) {
            return Err(syn::Error::new(
                word.span(),
                unknown("option of a rule", &name, &["blame", "is", "note"]),
            ));
        }
        input.parse::<Token![=]>()?;
        match name.as_str() {
            "blame" => *blame = Some(Path::parse(input)?),
            "is" => *kind = Some(input.parse()?),
            _ => mood.note = Some(input.parse()?),
        }
        Ok(())
    })
}
