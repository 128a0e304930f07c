//! `schemars::JsonSchema`, answered from the table, so that the type works inside anybody's schema.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Generics;

/// For a struct: its object, in the dialect of the root it stands in.
pub(crate) fn object(ident: &Ident, generics: &Generics) -> TokenStream {
    let body = quote!(__k::export::subschema(generator, <Self as __k::KlingSchema>::SCHEMA));
    imp(ident, generics, &body)
}

/// For an enum: its closed set.
pub(crate) fn choices(ident: &Ident, generics: &Generics) -> TokenStream {
    imp(ident, generics, &quote!(__k::export::value(generator, <Self as __k::Typed>::KIND)))
}

/// Beside the errors.
pub(crate) fn stub(ident: &Ident, generics: &Generics) -> TokenStream {
    imp(ident, generics, &quote!(generator.subschema_for::<bool>()))
}

fn imp(ident: &Ident, generics: &Generics, body: &TokenStream) -> TokenStream {
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let name = syn::ext::IdentExt::unraw(ident).to_string();
    quote! {
        #[automatically_derived]
        impl #impl_generics __k::schemars::JsonSchema for #ident #ty_generics #clause {
            fn schema_name() -> __k::Cow<'static, str> {
                __k::Cow::Borrowed(#name)
            }
            fn schema_id() -> __k::Cow<'static, str> {
                __k::Cow::Borrowed(::core::any::type_name::<Self>())
            }
            fn json_schema(
                generator: &mut __k::schemars::SchemaGenerator,
            ) -> __k::schemars::Schema {
                #body
            }
        }
    }
}
