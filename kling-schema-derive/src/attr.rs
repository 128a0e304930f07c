//! The form that every `#[kling(…)]` shares: words between commas, and wrappers around them.

use std::fmt::Display;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Token, parenthesized};

use crate::ctxt::Ctxt;
use crate::words::{Severity, Tier};

/// One word and what follows it up to the comma.
pub(crate) struct Item {
    pub(crate) word: Ident,
    /// The word's text, without `r#`.
    pub(crate) name: String,
    pub(crate) body: Body,
}

/// What follows a word.
pub(crate) enum Body {
    /// `url`
    Bare,
    /// `page = "…"`; without the `=`
    Value(TokenStream),
    /// `chars(..=500)`; what stands in the parentheses
    Group(Group),
    /// `bytes <= 10 MB`
    Other(TokenStream),
}

impl Item {
    pub(crate) fn span(&self) -> Span {
        self.word.span()
    }

    /// What stands in the parentheses, read by `parser`.
    pub(crate) fn group<T>(
        &self,
        example: &str,
        parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        match &self.body {
            Body::Group(group) => parse(group.stream(), self.span(), parser),
            _ => Err(self.form(example)),
        }
    }

    /// The tokens in the parentheses.
    pub(crate) fn tokens(&self, example: &str) -> syn::Result<TokenStream> {
        match &self.body {
            Body::Group(group) => Ok(group.stream()),
            _ => Err(self.form(example)),
        }
    }

    /// What stands after the `=`, read by `parser`.
    pub(crate) fn value<T>(
        &self,
        example: &str,
        parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        match &self.body {
            Body::Value(tokens) => parse(tokens.clone(), self.span(), parser),
            _ => Err(self.form(example)),
        }
    }

    /// The word must stand alone.
    pub(crate) fn bare(&self) -> syn::Result<()> {
        match self.body {
            Body::Bare => Ok(()),
            _ => Err(syn::Error::new(
                self.span(),
                format!("`{}` stands alone: nothing follows it", self.name),
            )),
        }
    }

    /// The string after the `=`.
    pub(crate) fn text(&self) -> syn::Result<LitStr> {
        let example = format!("{} = \"…\"", self.name);
        self.value(&example, |input| input.parse().map_err(|_| self.form(&example)))
    }

    /// The strings in the parentheses.
    pub(crate) fn strings(&self) -> syn::Result<Vec<LitStr>> {
        let example = format!("{}(\"…\", \"…\")", self.name);
        let strings = self.group(&example, |input| {
            let strings = Punctuated::<LitStr, Token![,]>::parse_terminated(input);
            Ok(strings.map_err(|_| self.form(&example))?.into_iter().collect::<Vec<_>>())
        })?;
        if strings.is_empty() {
            return Err(self.form(&example));
        }
        Ok(strings)
    }

    /// The names in the parentheses.
    pub(crate) fn idents(&self, example: &str) -> syn::Result<Vec<Ident>> {
        let idents = self.group(example, |input| {
            let idents =
                Punctuated::<Ident, Token![,]>::parse_terminated_with(input, Ident::parse_any);
            Ok(idents.map_err(|_| self.form(example))?.into_iter().collect::<Vec<_>>())
        })?;
        if idents.is_empty() {
            return Err(self.form(example));
        }
        Ok(idents)
    }

    /// The word is known, its form is not.
    pub(crate) fn form(&self, example: &str) -> syn::Error {
        syn::Error::new(self.span(), format!("`{}` is written `{example}`", self.name))
    }
}

/// What surrounds a word: the tier, the severity and the note in force.
#[derive(Clone)]
pub(crate) struct Mood {
    /// The tier of the struct or field.
    pub(crate) default: Tier,
    /// The tier of the innermost wrapper.
    pub(crate) tier: Option<Tier>,
    /// The severity of the innermost wrapper.
    pub(crate) severity: Option<Severity>,
    /// The innermost note.
    pub(crate) note: Option<LitStr>,
    /// The wrapper that named the tier.
    pub(crate) span: Option<Span>,
}

/// What a constraint rests on.
#[derive(Clone)]
pub(crate) struct Basis {
    pub(crate) tier: Tier,
    /// When it is not the tier's own.
    pub(crate) severity: Option<Severity>,
    pub(crate) note: Option<LitStr>,
    /// The word that named the tier, or the constraint itself.
    pub(crate) span: Span,
}

impl Basis {
    /// The tier's own severity, and no note.
    pub(crate) fn plain(tier: Tier, span: Span) -> Basis {
        Basis { tier, severity: None, note: None, span }
    }
}

impl Mood {
    /// Outside all wrappers.
    pub(crate) fn new(default: Tier) -> Mood {
        Mood { default, tier: None, severity: None, note: None, span: None }
    }

    /// Whether a wrapper names tier or severity.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.tier.is_some() || self.severity.is_some()
    }

    /// A basis that was given elsewhere, under the wrappers in force here.
    pub(crate) fn over(&self, given: &Basis, word: Span) -> Basis {
        let mut basis = given.clone();
        if let Some(tier) = self.tier {
            basis.tier = tier;
            basis.severity = self.severity;
        } else if let Some(severity) = self.severity {
            let before = basis.severity.unwrap_or(basis.tier.severity());
            basis.severity = (severity < before).then_some(severity).or(basis.severity);
        }
        basis.note = self.note.clone().or(basis.note);
        basis.span = self.span.unwrap_or(word);
        basis
    }

    /// What a constraint rests on that stands here.
    pub(crate) fn basis(&self, item: Span) -> Basis {
        Basis {
            tier: self.tier.unwrap_or(self.default),
            severity: self.severity,
            note: self.note.clone(),
            span: self.span.unwrap_or(item),
        }
    }

    /// Inside the wrapper `item`; nothing when it is no wrapper.
    fn inside(&self, cx: &Ctxt, item: &Item) -> Option<Mood> {
        let mut mood = self.clone();
        if let Some(tier) = Tier::named(&item.name) {
            if self.severity.is_some() {
                cx.error(
                    item.span(),
                    format!(
                        "the tier stands outside, the severity inside: `{}(info(…))`",
                        item.name
                    ),
                );
            }
            mood.tier = Some(tier);
            mood.severity = None;
            mood.span = Some(item.span());
        } else {
            let severity = Severity::named(&item.name)?;
            let tier = self.tier.unwrap_or(self.default);
            if severity >= tier.severity() {
                cx.error(
                    item.span(),
                    format!(
                        "`{}(…)` only lowers, and this is {} already",
                        item.name,
                        tier.severity().article()
                    ),
                );
            }
            mood.severity = Some(severity);
        }
        Some(mood)
    }
}

/// The words of all `#[kling(…)]` attributes, each with what surrounds it.
pub(crate) fn walk_attrs(
    cx: &Ctxt,
    attrs: &[Attribute],
    mood: &Mood,
    visit: &mut dyn FnMut(&Mood, &Item),
) {
    for tokens in contents(cx, attrs) {
        walk(cx, tokens, mood, visit);
    }
}

/// What stands in the parentheses of each `#[kling(…)]`.
pub(crate) fn contents(cx: &Ctxt, attrs: &[Attribute]) -> Vec<TokenStream> {
    let ours = attrs.iter().filter(|attr| attr.path().is_ident("kling"));
    ours.filter_map(|attr| cx.take(attr.meta.require_list()).map(|list| list.tokens.clone()))
        .collect()
}

/// The words between the commas, wrappers opened.
pub(crate) fn walk(
    cx: &Ctxt,
    tokens: TokenStream,
    mood: &Mood,
    visit: &mut dyn FnMut(&Mood, &Item),
) {
    let mut mood = mood.clone();
    let (notes, items): (Vec<_>, Vec<_>) =
        split(cx, tokens).into_iter().partition(|item| item.name == "note");
    for (nth, note) in notes.iter().enumerate() {
        if nth > 0 {
            cx.error(
                note.span(),
                "one note for one pair of parentheses: put each beside what it explains",
            );
        }
        mood.note = cx.take(note.text());
        if items.is_empty() {
            cx.error(note.span(), "this note explains nothing: put it beside a bound or a rule");
        }
    }
    for item in &items {
        match (&item.body, mood.inside(cx, item)) {
            (Body::Group(group), Some(inner)) => {
                if group.stream().is_empty() {
                    cx.error(item.span(), format!("`{}()` holds nothing", item.name));
                }
                walk(cx, group.stream(), &inner, visit);
            }
            _ => visit(&mood, item),
        }
    }
}

/// The words between the commas.
pub(crate) fn split(cx: &Ctxt, tokens: TokenStream) -> Vec<Item> {
    chunks(tokens).into_iter().filter_map(|chunk| cx.take(item(chunk))).collect()
}

/// The tokens between the commas; a trailing comma is no chunk.
pub(crate) fn chunks(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut chunks = vec![Vec::new()];
    for tree in tokens {
        match (&tree, chunks.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => chunks.push(Vec::new()),
            (_, Some(chunk)) => chunk.push(tree),
            (_, None) => {}
        }
    }
    chunks.retain(|chunk| !chunk.is_empty());
    chunks
}

fn item(chunk: Vec<TokenTree>) -> syn::Result<Item> {
    let mut rest = chunk.into_iter();
    let word = match rest.next() {
        Some(TokenTree::Ident(word)) => word,
        Some(other) => return Err(syn::Error::new(other.span(), "a word is expected here")),
        None => {
            return Err(syn::Error::new(Span::call_site(), "a word is expected here"));
        }
    };
    let rest: Vec<TokenTree> = rest.collect();
    let body = match rest.as_slice() {
        [] => Body::Bare,
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            Body::Group(group.clone())
        }
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => {
            Body::Value(value.iter().cloned().collect())
        }
        _ => Body::Other(rest.into_iter().collect()),
    };
    Ok(Item { name: word.unraw().to_string(), word, body })
}

/// Reads tokens, all of them. A mistake at their end points at the last one, `end` if there is none.
pub(crate) fn parse<T>(
    tokens: TokenStream,
    end: Span,
    parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    // syn knows the end of a group, but not of a bare stream.
    let last = tokens.clone().into_iter().last().map_or(end, |tree| tree.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(last);
    let whole = |input: ParseStream<'_>| {
        let content;
        parenthesized!(content in input);
        self::whole(&content, parser)
    };
    whole.parse2(TokenTree::Group(group).into()).map_err(|error| {
        match error.to_string().strip_prefix("unexpected end of input, ") {
            Some(expected) => syn::Error::new(error.span(), format!("{expected} after this")),
            None => error,
        }
    })
}

/// The parser's value, when nothing stands after it.
pub(crate) fn whole<T>(
    content: ParseStream<'_>,
    parser: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let value = parser(content)?;
    finished(content)?;
    Ok(value)
}

/// The same mistake in our own words.
pub(crate) fn instead(message: impl Display) -> impl FnOnce(syn::Error) -> syn::Error {
    move |error| syn::Error::new(error.span(), message)
}

/// Nothing is left.
pub(crate) fn finished(content: ParseStream<'_>) -> syn::Result<()> {
    if content.is_empty() {
        Ok(())
    } else {
        Err(syn::Error::new(content.span(), "nothing more is expected here"))
    }
}

/// The text of all doc comments; one leading space of each line is the comment's, not the text's.
pub(crate) fn doc(attrs: &[Attribute]) -> Option<TokenStream> {
    let mut parts = Vec::new();
    let mut text = Some(String::new());
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("doc")) {
        let syn::Meta::NameValue(pair) = &attr.meta else {
            continue;
        };
        let value = &pair.value;
        if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = value {
            let line = line.value();
            let line = format!("{}\n", line.strip_prefix(' ').unwrap_or(&line));
            text = text.map(|text| text + &line);
            parts.push(quote::quote!(#line));
        } else {
            // `#[doc = include_str!("…")]`: its text is not known here.
            text = None;
            parts.push(quote::quote!(#value));
        }
    }
    match text {
        Some(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| quote::quote!(#text))
        }
        None => Some(quote::quote!(::core::concat!(#(#parts),*))),
    }
}
