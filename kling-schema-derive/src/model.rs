//! What a struct says, read from its attributes.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{
    Attribute, DataStruct, DeriveInput, Fields, GenericParam, Generics, Lit, LitStr, Token, Type,
};

use crate::attr::{Basis, Body, Item, Mood, contents, doc, instead, split, walk, walk_attrs};
use crate::ctxt::Ctxt;
use crate::known::{self, Known};
use crate::limits::Bounds;
use crate::number::finite;
use crate::rule::Rule;
use crate::serde_names::{self, Case};
use crate::when::When;
use crate::words::{Place, Tier};

/// A struct with named fields.
pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) doc: TokenStream,
    pub(crate) header: Header,
    /// The tier of everything that is not wrapped.
    pub(crate) tier: Tier,
    pub(crate) fields: Vec<Field>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) known: Vec<Known>,
}

/// The strings that stand once on a struct.
#[derive(Default)]
pub(crate) struct Header {
    pub(crate) endpoint: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) page: Option<LitStr>,
    pub(crate) read: Option<LitStr>,
    pub(crate) upstream_page: Option<LitStr>,
    pub(crate) upstream_read: Option<LitStr>,
}

/// One key.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) key: String,
    pub(crate) ty: Type,
    pub(crate) doc: TokenStream,
    pub(crate) required: Option<Basis>,
    pub(crate) nullable: bool,
    pub(crate) default: Option<Literal>,
    pub(crate) shape: Basis,
    pub(crate) bounds: Bounds,
    pub(crate) each: Bounds,
    pub(crate) hints: Vec<(When, LitStr, Span)>,
    likes: Vec<(Ident, Mood)>,
}

/// A default as written.
pub(crate) struct Literal {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

pub(crate) enum Value {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// The crate whose types are written; `::kling_schema` unless `crate = …` says another.
pub(crate) fn krate(cx: &Ctxt, attrs: &[Attribute]) -> syn::Path {
    let quiet = Ctxt::default();
    let items = contents(&quiet, attrs).into_iter().flat_map(|tokens| split(&quiet, tokens));
    let path = items
        .filter(|item| item.name == "crate")
        .find_map(|item| cx.take(item.value("crate = path", syn::Path::parse_mod_style)));
    path.unwrap_or_else(|| syn::parse_quote!(::kling_schema))
}

/// The tier that a bare word gives everything unwrapped.
fn bare_tier(cx: &Ctxt, attrs: &[Attribute]) -> Option<Tier> {
    let quiet = Ctxt::default();
    let items = contents(&quiet, attrs).into_iter().flat_map(|tokens| split(&quiet, tokens));
    let mut tiers = items
        .filter(|item| matches!(item.body, Body::Bare))
        .filter_map(|item| Some((Tier::named(&item.name)?, item)));
    let (tier, _) = tiers.next()?;
    if let Some((_, second)) = tiers.next() {
        cx.error(second.span(), "one tier for everything that is not wrapped: this is the second");
    }
    Some(tier)
}

impl Model {
    pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, data: &DataStruct) -> Option<Model> {
        let Fields::Named(fields) = &data.fields else {
            let message = "a request is an object: a struct with named fields is needed; for one value, implement `Typed` by hand";
            cx.error(input.ident.span(), message);
            return None;
        };
        refuse_lifetimes(cx, &input.generics);
        let case = serde_names::container(cx, &input.attrs);
        let tier = bare_tier(cx, &input.attrs).unwrap_or(Tier::Documented);
        let doc = doc(&input.attrs).unwrap_or_else(|| {
            cx.error(
                input.ident.span(),
                format!("`{}` needs a doc comment: it is the description users read", input.ident),
            );
            TokenStream::new()
        });
        let mut model = Model {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            doc,
            header: Header::default(),
            tier,
            fields: Vec::new(),
            rules: Vec::new(),
            known: Vec::new(),
        };
        walk_attrs(cx, &input.attrs, &Mood::new(tier), &mut |mood, item| {
            model.read_word(cx, mood, item);
        });
        model.fields = fields
            .named
            .iter()
            .filter_map(|field| Field::read(cx, field, &input.ident, case, tier))
            .collect();
        model.copy_media(cx);
        for field in &mut model.fields {
            field.bounds.finish();
            field.each.finish();
        }
        Some(model)
    }

    fn read_word(&mut self, cx: &Ctxt, mood: &Mood, item: &Item) {
        match item.name.as_str() {
            "endpoint" => Header::set(cx, mood, item, &mut self.header.endpoint),
            "name" => Header::set(cx, mood, item, &mut self.header.name),
            "page" => Header::set(cx, mood, item, &mut self.header.page),
            "read" => Header::set(cx, mood, item, &mut self.header.read),
            "upstream_page" => Header::set(cx, mood, item, &mut self.header.upstream_page),
            "upstream_read" => Header::set(cx, mood, item, &mut self.header.upstream_read),
            // Read by `krate` before anything else.
            "crate" => {}
            // Read by `bare_tier`.
            word if Tier::named(word).is_some()
                && matches!(item.body, Body::Bare)
                && !mood.is_wrapped() => {}
            "rule" => self.rules.extend(cx.take(Rule::read(mood, item))),
            _ => match known::read(mood, item) {
                Some(known) => self.known.extend(cx.take(known).unwrap_or_default()),
                None => cx.push(Place::Struct.refuse(&item.word)),
            },
        }
    }

    /// Carries out `like(other)`.
    fn copy_media(&mut self, cx: &Ctxt) {
        for at in 0..self.fields.len() {
            for (target, mood) in std::mem::take(&mut self.fields[at].likes) {
                let key = target.unraw().to_string();
                let Some(from) = self.position(cx, &key, target.span()) else {
                    continue;
                };
                let source = &self.fields[from].bounds;
                if from == at {
                    cx.error(target.span(), "a field is like itself already");
                } else if source.is_copied() || source.media().is_none() {
                    let message =
                        format!("`{key}` has no `image(…)` or `video(…)` of its own to copy");
                    cx.error(target.span(), message);
                } else {
                    let source = source.clone();
                    self.fields[at].bounds.copy_media(&source, &mood, &target);
                }
            }
        }
    }

    /// The place of a field; a mistake is noted when there is none.
    pub(crate) fn position(&self, cx: &Ctxt, key: &str, span: Span) -> Option<usize> {
        let found = self.fields.iter().position(|field| field.key == key);
        if found.is_none() {
            let keys: Vec<&str> = self.fields.iter().map(|field| field.key.as_str()).collect();
            cx.error(span, crate::words::unknown("field", key, &keys));
        }
        found
    }

    /// The field of this key.
    pub(crate) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// Everything that rests on some tier.
    pub(crate) fn bases(&self) -> impl Iterator<Item = &Basis> {
        let fields = self.fields.iter().flat_map(|field| {
            let limits =
                field.bounds.limits.iter().chain(&field.each.limits).map(|limit| &limit.basis);
            limits.chain(&field.required).chain([&field.shape])
        });
        fields
            .chain(self.rules.iter().map(|rule| &rule.basis))
            .chain(self.known.iter().map(|known| &known.basis))
    }
}

impl Header {
    fn set(cx: &Ctxt, mood: &Mood, item: &Item, slot: &mut Option<LitStr>) {
        if mood.is_wrapped() {
            cx.error(
                item.span(),
                format!(
                    "`{}` is said of the whole struct: write it outside the wrapper",
                    item.name
                ),
            );
        }
        if slot.is_some() {
            cx.error(item.span(), format!("`{}` is given twice", item.name));
        }
        *slot = cx.take(item.text()).or(slot.take());
    }
}

impl Field {
    fn read(
        cx: &Ctxt,
        field: &syn::Field,
        owner: &Ident,
        case: Option<Case>,
        tier: Tier,
    ) -> Option<Field> {
        let ident = field.ident.clone()?;
        let name = ident.unraw().to_string();
        let serde = serde_names::field(cx, &field.attrs);
        let tier = bare_tier(cx, &field.attrs).unwrap_or(tier);
        let plain = Basis::plain(tier, ident.span());
        let optional = is_option(&field.ty);
        let mut read = Field {
            key: serde
                .rename
                .unwrap_or_else(|| case.map_or_else(|| name.clone(), |case| case.field(&name))),
            ty: field.ty.clone(),
            doc: TokenStream::new(),
            // What may be left out of the output may be absent.
            required: (!optional && !serde.skips).then(|| plain.clone()),
            nullable: false,
            default: None,
            shape: plain,
            bounds: Bounds::default(),
            each: Bounds::default(),
            hints: Vec::new(),
            likes: Vec::new(),
            ident,
        };
        let mut rest = None;
        walk_attrs(
            cx,
            &field.attrs,
            &Mood::new(tier),
            &mut |mood, item| match item.name.as_str() {
                "rest" => rest = Some(item.span()),
                _ => read.read_word(cx, mood, item),
            },
        );
        match (rest, serde.flatten) {
            (Some(_), Some(_)) => return None,
            (Some(span), None) => cx.error(span, "the rest is flattened: add `#[serde(flatten)]`"),
            (None, Some(span)) => cx.error(
                span,
                "a flattened struct has no key of its own: write its fields here, or mark the map of unknown keys with `#[kling(rest)]`",
            ),
            (None, None) => {}
        }
        match doc(&field.attrs) {
            Some(text) => read.doc = text,
            None => cx.error(
                read.ident.span(),
                format!("`{name}` needs a doc comment: it is the description users read"),
            ),
        }
        if optional && !serde.skips && !read.nullable {
            let message = format!(
                "`{name}` would be sent as `null` when it is `None`: add `#[serde(skip_serializing_if = \"Option::is_none\")]`, or `nullable` where `null` is as good as a value"
            );
            cx.error(read.ident.span(), message);
        }
        if !optional && read.nullable {
            cx.error(
                read.ident.span(),
                format!("`{name}` cannot hold `null`: make its type an `Option`"),
            );
        }
        if mentions(field.ty.to_token_stream(), owner) {
            let message = format!(
                "`{owner}` holds itself: a table of finite depth is needed, so say how deep it goes with a struct for each level"
            );
            cx.push(syn::Error::new_spanned(&field.ty, message));
        }
        Some(read)
    }

    fn read_word(&mut self, cx: &Ctxt, mood: &Mood, item: &Item) {
        match item.name.as_str() {
            "each" => {
                let Some(words) = cx.take(item.tokens("each(chars(..=500))")) else {
                    return;
                };
                walk(cx, words, mood, &mut |mood, item| {
                    let known = !["items", "unique", "choices", "taken_upstream"]
                        .contains(&item.name.as_str());
                    if !known || !self.each.read(cx, mood, item) {
                        cx.push(Place::Each.refuse(&item.word));
                    }
                });
            }
            "required" => {
                if cx.take(item.bare()).is_some() {
                    if self.required.is_some() && !mood.is_wrapped() && mood.note.is_none() {
                        cx.error(item.span(), "it is required already: its type is no `Option`");
                    }
                    self.required = Some(mood.basis(item.span()));
                }
            }
            "nullable" => self.nullable = cx.take(item.bare()).is_some(),
            "default" => {
                if self.default.is_some() {
                    cx.error(item.span(), "`default` is given twice");
                }
                self.default = cx.take(item.value("default = \"5\"", Literal::parse));
            }
            "hint" => {
                let hint = item.group("hint(present(prompt), \"text\")", |input| {
                    let when = When::parse(input)?;
                    let expected = |error: syn::Error| {
                        syn::Error::new(error.span(), "the text of the hint is missing")
                    };
                    input.parse::<Token![,]>().map_err(expected)?;
                    Ok((when, input.parse::<LitStr>().map_err(expected)?, item.span()))
                });
                self.hints.extend(cx.take(hint));
            }
            "like" => {
                let target = item.group("like(image)", Ident::parse_any);
                self.likes.extend(cx.take(target).map(|target| (target, mood.clone())));
            }
            // Read by `bare_tier`.
            word if Tier::named(word).is_some()
                && matches!(item.body, Body::Bare)
                && !mood.is_wrapped() => {}
            _ => {
                if !self.bounds.read(cx, mood, item) {
                    cx.push(Place::Field.refuse(&item.word));
                }
            }
        }
    }
}

impl Literal {
    fn parse(input: ParseStream<'_>) -> syn::Result<Literal> {
        let span = input.span();
        let sign = input.parse::<Option<Token![-]>>()?.map_or("", |_| "-");
        let lit: Lit = input
            .parse()
            .map_err(instead("a default is a literal: a text, a number, `true` or `false`"))?;
        let value = match &lit {
            Lit::Str(text) if sign.is_empty() => Value::Text(text.value()),
            Lit::Bool(value) if sign.is_empty() => Value::Bool(value.value),
            Lit::Int(number) => {
                let digits = format!("{sign}{}", number.base10_digits());
                let too_large = |_| syn::Error::new(span, "this number is too large");
                Value::Integer(digits.parse().map_err(too_large)?)
            }
            Lit::Float(number) => {
                Value::Number(finite(&format!("{sign}{}", number.base10_digits()), span)?)
            }
            _ => {
                return Err(syn::Error::new(
                    span,
                    "a default is a text, a number, `true` or `false`",
                ));
            }
        };
        Ok(Literal { value, span })
    }
}

fn refuse_lifetimes(cx: &Ctxt, generics: &Generics) {
    for param in &generics.params {
        if let GenericParam::Lifetime(param) = param {
            cx.error(
                param.lifetime.span(),
                "a table lives for the whole program: use owned types, such as `String`",
            );
        }
    }
}

fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        _ => false,
    }
}

/// Whether the type names the struct itself.
fn mentions(tokens: TokenStream, owner: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(ident) => ident == *owner || ident == "Self",
        TokenTree::Group(group) => mentions(group.stream(), owner),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
