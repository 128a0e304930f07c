//! What only the compiler can judge, since it knows the types: constants that it evaluates and
//! traits that it looks up.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::emit::{literal, steps};
use crate::limits::{Bound, Bounds};
use crate::model::{Field, Model, Value};
use crate::rule::Rule;
use crate::when::{Step, Use, Want};
use crate::words::Place;

/// Expressions that stop the build when a path, a value or a default does not fit the types.
pub(crate) fn evaluated(model: &Model) -> Vec<TokenStream> {
    let mut uses: Vec<Use<'_>> = model.rules.iter().flat_map(Rule::uses).collect();
    for (when, ..) in model.fields.iter().flat_map(|field| &field.hints) {
        when.uses(None, &mut uses);
    }
    let mut out: Vec<TokenStream> = uses.iter().filter_map(|used| used_path(model, used)).collect();
    out.extend(model.fields.iter().filter_map(default_fits));
    out
}

/// The path leads somewhere, to what the rule expects, and what it is compared with can be there.
fn used_path(model: &Model, used: &Use<'_>) -> Option<TokenStream> {
    // What stands under a key that is no field is not known.
    let root = &model.field(used.path.first())?.ty;
    if used.path.steps.len() == 1 && used.want == Want::Anything {
        return None;
    }
    let rest = &used.path.steps[1..];
    let misses = rest.iter().enumerate().map(|(nth, step)| {
        let before = used.path.text_of(nth + 1);
        match step {
            Step::Key(key) => format!("`{before}` has no key `{key}`"),
            Step::Each => format!("`{before}` is no list: it has no items"),
        }
    });
    let steps = steps(rest);
    let text = used.path.text();
    let span = used.path.end;
    let kind = quote_spanned! {span=>
        __k::path::follow(<#root as __k::Typed>::KIND, &[#steps], &[#(#misses),*])
    };
    let (want, message) = match used.want {
        Want::Anything => (quote!(Anything), String::new()),
        Want::List => (quote!(List), format!("`{text}` is no list")),
        Want::Text => (quote!(Text), format!("`{text}` is no text")),
        Want::Media => (quote!(Media), format!("`{text}` is no image and no video")),
    };
    let values = used.values.iter().map(|value| {
        let message = format!("`{}` is not among the values of `{text}`", value.value());
        quote_spanned!(value.span()=> __k::path::value(#kind, #value, #message);)
    });
    Some(quote_spanned! {span=> {
        __k::path::expect(#kind, __k::path::Want::#want, #message);
        #(#values)*
    }})
}

/// The default is a value of the field's type.
fn default_fits(field: &Field) -> Option<TokenStream> {
    let default = field.default.as_ref()?;
    let (ty, key) = (&field.ty, &field.key);
    let value = literal(default);
    let message = match &default.value {
        Value::Text(text) => format!("the default \"{text}\" is no value of `{key}`"),
        _ => format!("the default is no value of the type of `{key}`"),
    };
    Some(quote_spanned! {default.span=>
        __k::path::default(<#ty as __k::Typed>::KIND, #value, #message)
    })
}

/// Statements that compile only when the bounds fit the types of their fields.
pub(crate) fn fits(model: &Model) -> Vec<TokenStream> {
    let mut out = Vec::new();
    for field in &model.fields {
        let ty = &field.ty;
        let span = ty.span();
        for fit in needed(&field.bounds) {
            out.push(quote_spanned!(span=> let () = <#ty as __k::fits::#fit>::FITS;));
        }
        for fit in needed(&field.each) {
            let item = quote_spanned!(span=> <#ty as __k::fits::List>::Item);
            out.push(quote_spanned!(span=> let () = <#item as __k::fits::#fit>::FITS;));
        }
    }
    out
}

/// The traits of `kling_schema::fits` that the bounds call for.
fn needed(bounds: &Bounds) -> Vec<Ident> {
    let media = match bounds.media() {
        Some(Place::Video) => "Video",
        _ => "Image",
    };
    let mut names: Vec<&str> = bounds
        .limits
        .iter()
        .map(|limit| match limit.bound {
            Bound::Chars(_)
            | Bound::Names(_)
            | Bound::OtherNames(_)
            | Bound::Url
            | Bound::Unique => "Text",
            Bound::TakenUpstream(_) | Bound::Choices => "Closed",
            Bound::Value(_) => "Number",
            Bound::Items(_) => "List",
            Bound::Forms { .. }
            | Bound::Formats(_)
            | Bound::Bytes(_)
            | Bound::Edge(_)
            | Bound::Ratio { .. }
            | Bound::Seconds(_)
            | Bound::FramesPerSecond(_) => media,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| Ident::new(name, Span::call_site())).collect()
}

/// The fields that rules name, at the place they are named: an editor's rename finds them there.
pub(crate) fn named_fields(model: &Model) -> Vec<TokenStream> {
    let uses = model.rules.iter().flat_map(Rule::uses).filter_map(|used| {
        let field = model.field(used.path.first())?;
        let mut ident = field.ident.clone();
        ident.set_span(used.path.span);
        Some(quote!(let _ = &__value.#ident;))
    });
    uses.collect()
}
