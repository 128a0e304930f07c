#![doc = include_str!("../attributes.md")]
#![forbid(unsafe_code)]

mod attr;
mod check;
mod choice;
mod ctxt;
mod emit;
mod json_schema;
mod known;
mod limits;
mod model;
mod number;
mod prove;
mod rule;
mod serde_names;
#[cfg(test)]
mod tests;
mod when;
mod words;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use syn::{Data, DeriveInput, parse_macro_input};

use crate::ctxt::Ctxt;

/// Writes the table of a struct, or the closed set of values of an enum of unit variants.
///
/// The words of `#[kling(…)]` are explained in the documentation of this crate.
#[proc_macro_derive(KlingSchema, attributes(kling, serde))]
pub fn derive_kling_schema(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).into()
}

fn expand(input: &DeriveInput) -> TokenStream2 {
    let cx = Ctxt::default();
    let krate = model::krate(&cx, &input.attrs);
    let output = match &input.data {
        Data::Struct(data) => model::Model::read(&cx, input, data).map(|model| {
            check::check(&cx, &model);
            emit::object(&krate, &model)
        }),
        Data::Enum(data) => choice::read(&cx, input, data).map(|set| emit::choices(&krate, &set)),
        Data::Union(data) => {
            cx.error(data.union_token.span, "a union has no JSON form");
            None
        }
    };
    match cx.finish() {
        // The stub keeps the compiler from adding that the traits are missing.
        Some(errors) => {
            let stub = emit::stub(&krate, input);
            quote::quote!(#errors #stub)
        }
        None => output.unwrap_or_default(),
    }
}
