//! Conditions and the paths they name: `present(a) && !is(b[].type, "x")`.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{LitStr, Token, bracketed, parenthesized, token};

use crate::attr::{finished, instead, whole};
use crate::number::{End as _, Range};
use crate::words::{suggest, unknown};

/// A place in the object, in wire names.
#[derive(Clone)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Step>,
    /// Where it starts.
    pub(crate) span: Span,
    /// Its last key.
    pub(crate) end: Span,
}

#[derive(Clone)]
pub(crate) enum Step {
    Key(String),
    Each,
}

/// A condition.
pub(crate) enum When {
    Always,
    Present(Path),
    NonEmpty(Path),
    Len(Path, Range<u32>),
    Is { path: Path, values: Vec<LitStr>, default: Option<LitStr> },
    Not(Box<When>),
    All(Vec<When>),
    Any(Vec<When>),
}

/// What a rule expects at the end of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    Anything,
    List,
    Text,
    Media,
}

/// One path that a rule names.
pub(crate) struct Use<'a> {
    pub(crate) path: Path,
    pub(crate) want: Want,
    /// Values it is compared with.
    pub(crate) values: Vec<&'a LitStr>,
}

pub(crate) const CONDITIONS: &[&str] = &["present", "nonempty", "empty", "len", "is"];

impl<'a> Use<'a> {
    /// The path is compared with nothing.
    pub(crate) fn of(path: Path, want: Want) -> Use<'a> {
        Use { path, want, values: Vec::new() }
    }
}

impl Path {
    /// `image_list[].type`.
    pub(crate) fn text(&self) -> String {
        self.text_of(self.steps.len())
    }

    /// The first steps only.
    pub(crate) fn text_of(&self, count: usize) -> String {
        let mut out = String::new();
        for step in self.steps.iter().take(count) {
            match step {
                Step::Key(key) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(key);
                }
                Step::Each => out.push_str("[]"),
            }
        }
        out
    }

    /// The key of the object itself.
    pub(crate) fn first(&self) -> &str {
        match self.steps.first() {
            Some(Step::Key(key)) => key,
            Some(Step::Each) | None => "",
        }
    }

    /// The same path seen from the object that holds `list`.
    fn under(&self, list: &Path) -> Path {
        let steps =
            list.steps.iter().cloned().chain([Step::Each]).chain(self.steps.iter().cloned());
        Path { steps: steps.collect(), span: self.span, end: self.end }
    }

    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Path> {
        let span = input.span();
        let mut end = span;
        let mut steps = vec![Step::Key(key(input)?)];
        loop {
            if input.peek(token::Bracket) {
                let content;
                bracketed!(content in input);
                if !content.is_empty() {
                    return Err(content.error("`[]` means each item; a single one cannot be named"));
                }
                steps.push(Step::Each);
            } else if input.peek(Token![.]) {
                input.parse::<Token![.]>()?;
                end = input.span();
                steps.push(Step::Key(key(input)?));
            } else {
                return Ok(Path { steps, span, end });
            }
        }
    }
}

/// A wire name: a word, or a string where it is no word.
pub(crate) fn key(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(LitStr) {
        return Ok(input.parse::<LitStr>()?.value());
    }
    let word = Ident::parse_any(input).map_err(instead("a field is expected here"))?;
    Ok(word.unraw().to_string())
}

/// A word of the grammar that is no Rust keyword.
pub(crate) fn contextual(input: ParseStream<'_>, word: &str, example: &str) -> syn::Result<()> {
    let span = input.span();
    match input.parse::<Ident>() {
        Ok(found) if found == word => Ok(()),
        _ => Err(syn::Error::new(span, format!("`{word}` is expected here: `{example}`"))),
    }
}

impl When {
    pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<When> {
        let mut any = vec![When::all(input)?];
        while input.peek(Token![||]) {
            input.parse::<Token![||]>()?;
            any.push(When::all(input)?);
        }
        Ok(one_or(any, When::Any))
    }

    fn all(input: ParseStream<'_>) -> syn::Result<When> {
        let mut all = vec![When::one(input)?];
        while input.peek(Token![&&]) {
            input.parse::<Token![&&]>()?;
            all.push(When::one(input)?);
        }
        Ok(one_or(all, When::All))
    }

    fn one(input: ParseStream<'_>) -> syn::Result<When> {
        let mut is_negated = false;
        while input.parse::<Option<Token![!]>>()?.is_some() {
            is_negated = !is_negated;
        }
        let when = if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            whole(&content, When::parse)?
        } else {
            When::word(input)?
        };
        Ok(if is_negated { When::Not(Box::new(when)) } else { when })
    }

    fn word(input: ParseStream<'_>) -> syn::Result<When> {
        let word: Ident = input
            .parse()
            .map_err(instead("a condition is expected here, such as `present(prompt)`"))?;
        let name = word.to_string();
        if !CONDITIONS.contains(&name.as_str()) {
            return Err(syn::Error::new(word.span(), unknown_condition(&name)));
        }
        let content;
        parenthesized!(content in input);
        let path = Path::parse(&content)?;
        let when = match name.as_str() {
            "present" => When::Present(path),
            "nonempty" => When::NonEmpty(path),
            "empty" => When::Not(Box::new(When::NonEmpty(path))),
            "len" => return finished(&content).and_then(|()| Ok(When::Len(path, length(input)?))),
            _ => is(path, &content)?,
        };
        finished(&content)?;
        Ok(when)
    }

    /// Every path the condition names; about an item of `list`, if one is given.
    pub(crate) fn uses<'a>(&'a self, list: Option<&Path>, uses: &mut Vec<Use<'a>>) {
        let seen = |path: &Path| list.map_or_else(|| path.clone(), |list| path.under(list));
        match self {
            When::Always => {}
            When::Present(path) | When::NonEmpty(path) => {
                uses.push(Use::of(seen(path), Want::Anything));
            }
            When::Len(path, _) => uses.push(Use::of(seen(path), Want::List)),
            When::Is { path, values, default } => {
                uses.push(Use {
                    path: seen(path),
                    want: Want::Text,
                    values: values.iter().chain(default).collect(),
                });
            }
            When::Not(inner) => inner.uses(list, uses),
            When::All(all) | When::Any(all) => all.iter().for_each(|when| when.uses(list, uses)),
        }
    }
}

fn one_or(mut conditions: Vec<When>, join: fn(Vec<When>) -> When) -> When {
    match (conditions.len(), conditions.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            conditions.extend(last);
            join(conditions)
        }
    }
}

fn unknown_condition(name: &str) -> String {
    match suggest(name, CONDITIONS.iter().copied()) {
        None => format!(
            "`{name}` is no condition: say `present({name})`, `nonempty({name})` or `is({name}, \"…\")`"
        ),
        Some(_) => unknown("condition", name, CONDITIONS),
    }
}

/// `== 2`, `<= 2` …, as an interval.
fn length(input: ParseStream<'_>) -> syn::Result<Range<u32>> {
    let span = input.span();
    let range = if input.parse::<Option<Token![==]>>()?.is_some() {
        let n = u32::parse(input)?;
        Range { min: Some(n), max: Some(n) }
    } else if input.parse::<Option<Token![<=]>>()?.is_some() {
        Range { min: None, max: Some(u32::parse(input)?) }
    } else if input.parse::<Option<Token![>=]>>()?.is_some() {
        Range { min: Some(u32::parse(input)?), max: None }
    } else if input.parse::<Option<Token![<]>>()?.is_some() {
        let max = u32::parse(input)?.checked_sub(1);
        Range {
            min: None,
            max: Some(max.ok_or_else(|| syn::Error::new(span, "no list is shorter than 0"))?),
        }
    } else if input.parse::<Option<Token![>]>>()?.is_some() {
        Range { min: u32::parse(input)?.checked_add(1), max: None }
    } else {
        return Err(syn::Error::new(
            span,
            "a comparison is expected here, such as `len(image_list) > 2`",
        ));
    };
    Ok(range)
}

/// `"a" | "b", default = "c"`, after the path.
fn is(path: Path, content: ParseStream<'_>) -> syn::Result<When> {
    let example = "`is(mode, \"std\" | \"pro\", default = \"std\")`";
    let expected = |error: &syn::Error| {
        syn::Error::new(error.span(), format!("values are expected here: {example}"))
    };
    content.parse::<Token![,]>().map_err(|error| expected(&error))?;
    let mut values = vec![content.parse::<LitStr>().map_err(|error| expected(&error))?];
    while content.parse::<Option<Token![|]>>()?.is_some() {
        values.push(content.parse()?);
    }
    let mut default = None;
    if content.parse::<Option<Token![,]>>()?.is_some() && !content.is_empty() {
        contextual(content, "default", "default = \"std\"")?;
        content.parse::<Token![=]>()?;
        default = Some(content.parse()?);
        content.parse::<Option<Token![,]>>()?;
    }
    Ok(When::Is { path, values, default })
}
