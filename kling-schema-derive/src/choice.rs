//! A closed set of strings, read from an enum of unit variants.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::{DataEnum, DeriveInput, Fields, Generics};

use crate::attr::{Mood, doc, walk_attrs};
use crate::ctxt::Ctxt;
use crate::serde_names;
use crate::words::{Place, Tier};

/// The values of an enum.
pub(crate) struct Set {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Each value with its doc comment.
    pub(crate) values: Vec<(String, TokenStream)>,
}

pub(crate) fn read(cx: &Ctxt, input: &DeriveInput, data: &DataEnum) -> Option<Set> {
    let case = serde_names::container(cx, &input.attrs);
    walk_attrs(cx, &input.attrs, &Mood::new(Tier::Documented), &mut |_, item| {
        if item.name != "crate" {
            cx.push(Place::Enum.refuse(&item.word));
        }
    });
    let mut values: Vec<(String, TokenStream)> = Vec::new();
    for (nth, variant) in data.variants.iter().enumerate() {
        let names = serde_names::variant(cx, &variant.attrs);
        let is_last = nth + 1 == data.variants.len();
        match &variant.fields {
            Fields::Unit if names.untagged => {
                cx.error(variant.ident.span(), "an untagged variant holds the text: `Other(String)`");
            }
            Fields::Unit => {
                let name = variant.ident.unraw().to_string();
                let value = names.rename.unwrap_or_else(|| case.map_or(name.clone(), |case| case.variant(&name)));
                if values.iter().any(|(old, _)| *old == value) {
                    cx.error(variant.ident.span(), format!("`{value}` is the value of two variants"));
                }
                values.push((value, doc(&variant.attrs).unwrap_or_else(|| quote::quote!(""))));
            }
            Fields::Unnamed(fields) if names.untagged && is_last && fields.unnamed.len() == 1 => {}
            Fields::Unnamed(_) | Fields::Named(_) if names.untagged => {
                cx.error(variant.ident.span(), "any other text is the last variant and holds one `String`");
            }
            Fields::Unnamed(_) | Fields::Named(_) => cx.error(
                variant.ident.span(),
                "a value of a closed set is a string and holds no data; for two shapes use `Either<A, B>`",
            ),
        }
    }
    if values.is_empty() {
        cx.error(input.ident.span(), "a closed set needs a value: add a unit variant");
    }
    Some(Set { ident: input.ident.clone(), generics: input.generics.clone(), values })
}
