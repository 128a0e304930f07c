//! From the model to Rust: constants, no code that runs.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Generics, LitStr, Path as RustPath, parse_quote};

use crate::attr::Basis;
use crate::check::route;
use crate::choice::Set;
use crate::json_schema;
use crate::known::{Known, KnownKey};
use crate::limits::{Bound, Bounds, Limit};
use crate::model::{Field, Header, Literal, Model, Value};
use crate::number::Range;
use crate::prove::{evaluated, fits, named_fields};
use crate::rule::{Check, Rule};
use crate::when::{Path, Step, When};
use crate::words::{Severity, Tier};

/// Everything in a scope of its own, where `__k` is the schema crate's private door.
fn scoped(krate: &RustPath, body: &TokenStream) -> TokenStream {
    quote! {
        const _: () = {
            use #krate::__private as __k;
            #body
        };
    }
}

/// Each type parameter has a shape.
fn bounded(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    let params: Vec<Ident> = generics.type_params().map(|param| param.ident.clone()).collect();
    let clause = generics.make_where_clause();
    for param in params {
        clause.predicates.push(parse_quote!(#param: __k::Typed));
    }
    generics
}

/// Beside the errors, so that the compiler does not add that the traits are missing.
pub(crate) fn stub(krate: &RustPath, input: &DeriveInput) -> TokenStream {
    let ident = &input.ident;
    let generics = bounded(&input.generics);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let schema = matches!(input.data, syn::Data::Struct(_)).then(|| {
        quote! {
            #[automatically_derived]
            impl #impl_generics __k::KlingSchema for #ident #ty_generics #clause {
                const SCHEMA: &'static __k::Object =
                    &__k::Object::new("", "", __k::Basis::house(__k::Severity::Info));
            }
        }
    });
    let json_schema = json_schema::stub(ident, &generics);
    scoped(
        krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __k::Typed for #ident #ty_generics #clause {
                const KIND: __k::Kind = __k::Kind::Any;
            }
            #schema
            #json_schema
        },
    )
}

/// An enum: a closed set of values.
pub(crate) fn choices(krate: &RustPath, set: &Set) -> TokenStream {
    let ident = &set.ident;
    let generics = bounded(&set.generics);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let values = set.values.iter().map(|(value, doc)| quote!(__k::Choice::new(#value, #doc)));
    let json_schema = json_schema::choices(ident, &generics);
    scoped(
        krate,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __k::Typed for #ident #ty_generics #clause {
                const KIND: __k::Kind = __k::Kind::Choice(&[#(#values),*]);
            }
            #[automatically_derived]
            impl #impl_generics __k::fits::Closed for #ident #ty_generics #clause {}
            #json_schema
        },
    )
}

/// A struct: its table.
pub(crate) fn object(krate: &RustPath, model: &Model) -> TokenStream {
    let ident = &model.ident;
    let generics = bounded(&model.generics);
    let (impl_generics, ty_generics, clause) = generics.split_for_impl();
    let doc = &model.doc;
    let name = name(model);
    let endpoint = model.header.endpoint.as_ref().and_then(|endpoint| {
        let endpoint = endpoint.value();
        let (method, path) = route(&endpoint).ok()?;
        Some(quote!(.endpoint(__k::Endpoint::new(#method, #path))))
    });
    let pages = pages(&model.header);
    let own = basis(&Basis::plain(model.tier, Span::call_site()));
    let shape = (model.tier != Tier::Documented).then(|| quote!(.shape(#own)));
    let fields = model.fields.iter().map(field);
    let constraints = model.rules.iter().map(constraint);
    let known = model.known.iter().map(known);
    let constraints = (!model.rules.is_empty()).then(|| quote!(.constraints(&[#(#constraints),*])));
    let known = (!model.known.is_empty()).then(|| quote!(.known(&[#(#known),*])));
    let evaluated = evaluated(model);
    // A constant outside the impl cannot name the type parameters.
    let is_generic = generics.type_params().next().is_some();
    let (free, inside) = if is_generic {
        (TokenStream::new(), quote!(#(#evaluated;)*))
    } else {
        (quote!(#(const _: () = #evaluated;)*), TokenStream::new())
    };
    let fits = fits(model);
    let named = named_fields(model);
    let json_schema = json_schema::object(ident, &generics);
    scoped(
        krate,
        &quote! {
            #pages
            #[automatically_derived]
            impl #impl_generics __k::Typed for #ident #ty_generics #clause {
                const KIND: __k::Kind = __k::Kind::Object(<Self as __k::KlingSchema>::SCHEMA);
            }
            #[automatically_derived]
            impl #impl_generics __k::KlingSchema for #ident #ty_generics #clause {
                const SCHEMA: &'static __k::Object = {
                    #inside
                    &__k::Object::new(#name, #doc, #own)
                        #endpoint
                        #shape
                        .fields(&[#(#fields),*])
                        #constraints
                        #known
                };
            }
            #json_schema
            #free
            // Never called: the types of bounded fields, and the fields that rules name.
            fn __fields #impl_generics (__value: &#ident #ty_generics) #clause {
                #(#fits)*
                #(#named)*
            }
        },
    )
}

/// The name given, the last segment of the route, or the type's own.
fn name(model: &Model) -> String {
    if let Some(name) = &model.header.name {
        return name.value();
    }
    if let Some(endpoint) = &model.header.endpoint {
        let endpoint = endpoint.value();
        return endpoint.rsplit('/').next().unwrap_or_default().to_owned();
    }
    model.ident.to_string()
}

/// One constant for each tier that has a source here.
fn pages(header: &Header) -> TokenStream {
    let page = |name: &str, tier: &str, page: &Option<LitStr>, read: &Option<LitStr>| {
        let (page, read) = (page.as_ref()?, read.as_ref()?);
        let (name, tier) =
            (Ident::new(name, Span::call_site()), Ident::new(tier, Span::call_site()));
        Some(quote! {
            const #name: __k::Basis = __k::Basis::new(
                __k::Tier::#tier,
                __k::Source::Page { url: #page, read: #read },
            );
        })
    };
    let documented = page("__DOCUMENTED", "Documented", &header.page, &header.read);
    let advice = page("__ADVICE", "Advice", &header.page, &header.read);
    let upstream = page("__UPSTREAM", "Upstream", &header.upstream_page, &header.upstream_read);
    quote!(#documented #advice #upstream)
}

fn basis(basis: &Basis) -> TokenStream {
    let severity = basis.severity.unwrap_or(basis.tier.severity());
    let level = match severity {
        Severity::Info => quote!(__k::Severity::Info),
        Severity::Warning => quote!(__k::Severity::Warning),
        Severity::Error => quote!(__k::Severity::Error),
    };
    let at = (severity != basis.tier.severity()).then(|| quote!(.at(#level)));
    let noted = basis.note.as_ref().map(|note| quote!(.noted(#note)));
    match basis.tier {
        Tier::Documented => quote!(__DOCUMENTED #at #noted),
        Tier::Upstream => quote!(__UPSTREAM #at #noted),
        Tier::Advice => quote!(__ADVICE #at #noted),
        Tier::House => quote!(__k::Basis::house(#level) #noted),
    }
}

fn field(field: &Field) -> TokenStream {
    let (key, doc, ty) = (&field.key, &field.doc, &field.ty);
    let shape = basis(&field.shape);
    let required = field.required.as_ref().map(|required| {
        let required = basis(required);
        quote!(.required(#required))
    });
    let nullable = field.nullable.then(|| quote!(.nullable()));
    let default = field.default.as_ref().map(|default| {
        let default = literal(default);
        quote!(.default(#default))
    });
    let limits = limits(&field.bounds).map(|limits| quote!(.limits(&[#limits])));
    let each = limits_of_each(&field.each);
    let hints = (!field.hints.is_empty()).then(|| {
        let hints = field.hints.iter().map(|(when, text, _)| {
            let when = condition(when);
            quote!(__k::Hint::new(#when, #text))
        });
        quote!(.hints(&[#(#hints),*]))
    });
    quote! {
        __k::Field::new(#key, #doc, <#ty as __k::Typed>::KIND, #shape)
            #required #nullable #default #limits #each #hints
    }
}

fn limits_of_each(each: &Bounds) -> Option<TokenStream> {
    limits(each).map(|limits| quote!(.each(&[#limits])))
}

fn limits(bounds: &Bounds) -> Option<TokenStream> {
    let limits = bounds.limits.iter().map(|Limit { bound, basis: on, .. }| {
        let (bound, on) = (self::bound(bound), basis(on));
        quote!(__k::Limit::new(#bound, #on))
    });
    (!bounds.limits.is_empty()).then(|| quote!(#(#limits),*))
}

fn bound(bound: &Bound) -> TokenStream {
    let bound = match bound {
        Bound::Chars(range) => call("Chars", &interval(range)),
        Bound::Names(names) => quote!(Names(&[#(#names),*])),
        Bound::OtherNames(names) => quote!(OtherNames(&[#(#names),*])),
        Bound::TakenUpstream(names) => quote!(TakenUpstream(&[#(#names),*])),
        Bound::Choices => quote!(Choices),
        Bound::Value(range) => call("Value", &interval(range)),
        Bound::Items(range) => call("Items", &interval(range)),
        Bound::Url => quote!(Url),
        Bound::Unique => quote!(Unique),
        Bound::Forms { url, base64 } => quote!(Forms(__k::Forms::new(#url, #base64))),
        Bound::Formats(formats) => {
            let formats = formats.iter().map(|format| Ident::new(format, Span::call_site()));
            quote!(Formats(&[#(__k::Format::#formats),*]))
        }
        Bound::Bytes(megabytes) => quote!(Bytes(__k::Megabytes::new(#megabytes))),
        Bound::Edge(range) => call("Edge", &interval(range)),
        Bound::Ratio { min: (a, b), max: (c, d) } => {
            quote!(Ratio(__k::RatioRange::new((#a, #b), (#c, #d))))
        }
        Bound::Seconds(range) => call("Seconds", &interval(range)),
        Bound::FramesPerSecond(range) => call("FramesPerSecond", &interval(range)),
    };
    quote!(__k::Bound::#bound)
}

fn call(variant: &str, argument: &TokenStream) -> TokenStream {
    let variant = Ident::new(variant, Span::call_site());
    quote!(#variant(#argument))
}

fn interval<T: quote::ToTokens>(range: &Range<T>) -> TokenStream {
    let (min, max) = (option(range.min.as_ref()), option(range.max.as_ref()));
    quote!(__k::Range::new(#min, #max))
}

fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(__k::Some(#value)),
        None => quote!(__k::None),
    }
}

pub(crate) fn literal(literal: &Literal) -> TokenStream {
    match &literal.value {
        Value::Bool(value) => quote!(__k::Literal::Bool(#value)),
        Value::Integer(value) => quote!(__k::Literal::Integer(#value)),
        Value::Number(value) => quote!(__k::Literal::Number(#value)),
        Value::Text(value) => quote!(__k::Literal::Text(#value)),
    }
}

fn path(path: &Path) -> TokenStream {
    let steps = steps(&path.steps);
    quote!(__k::Path(&[#steps]))
}

pub(crate) fn steps(steps: &[Step]) -> TokenStream {
    let steps = steps.iter().map(|step| match step {
        Step::Key(key) => quote!(__k::Step::Key(#key)),
        Step::Each => quote!(__k::Step::Each),
    });
    quote!(#(#steps),*)
}

fn paths<'a>(all: impl IntoIterator<Item = &'a Path>) -> TokenStream {
    let all = all.into_iter().map(path);
    quote!(&[#(#all),*])
}

fn condition(when: &When) -> TokenStream {
    let when = match when {
        When::Always => quote!(Always),
        When::Present(of) => call("Present", &path(of)),
        When::NonEmpty(of) => call("NonEmpty", &path(of)),
        When::Len(of, range) => {
            let (of, range) = (path(of), interval(range));
            quote!(Len(#of, #range))
        }
        When::Is { path: of, values, default } => {
            let (of, default) = (path(of), option(default.as_ref()));
            quote!(Is { path: #of, values: &[#(#values),*], default: #default })
        }
        When::Not(inner) => {
            let inner = condition(inner);
            quote!(Not(&#inner))
        }
        When::All(all) => {
            let all = all.iter().map(condition);
            quote!(All(&[#(#all),*]))
        }
        When::Any(any) => {
            let any = any.iter().map(condition);
            quote!(Any(&[#(#any),*]))
        }
    };
    quote!(__k::When::#when)
}

fn check(check: &Check) -> TokenStream {
    let conditional = |variant: &str, of: &Path, when: &When| {
        let (variant, of, when) =
            (Ident::new(variant, Span::call_site()), path(of), condition(when));
        quote!(#variant { path: #of, when: #when })
    };
    let check = match check {
        Check::CountCap { lists, cases, otherwise: (otherwise, _) } => {
            let lists = paths(lists);
            let cases = cases.iter().map(|(when, cap, _)| {
                let when = condition(when);
                quote!((#when, #cap))
            });
            quote!(CountCap { lists: #lists, cases: &[#(#cases),*], otherwise: #otherwise })
        }
        Check::Requires { when, needs } => {
            let (when, needs) = (condition(when), condition(needs));
            quote!(Requires { when: #when, needs: #needs })
        }
        Check::AtMostOne(groups) => {
            let groups = groups.iter().map(paths);
            quote!(AtMostOne(&[#(#groups),*]))
        }
        Check::Only { path: of, values, when } => {
            let (of, when) = (path(of), condition(when));
            quote!(Only { path: #of, values: &[#(#values),*], when: #when })
        }
        Check::Forbid { path, when } => conditional("Forbid", path, when),
        Check::Ignored { path, when } => conditional("Ignored", path, when),
        Check::Unread { path, when } => conditional("Unread", path, when),
        Check::Defaulted { path, when } => conditional("Defaulted", path, when),
        Check::Supported { paths: of, axes, rows } => {
            let of = paths(of);
            let axes = axes.iter().map(|(axis, default)| {
                let axis = path(axis);
                quote!(__k::Axis::new(#axis, #default))
            });
            let rows = rows.iter().map(|row| {
                let cells = row.iter().map(|cell| option(cell.as_ref()));
                quote!(&[#(#cells),*])
            });
            quote!(Supported { paths: #of, axes: &[#(#axes),*], rows: &[#(#rows),*] })
        }
        Check::References { text, kinds, also } => {
            let text = path(text);
            let kinds = kinds.iter().map(|kind| {
                let (word, list) = (&kind.word, path(&kind.list));
                let silent = option(kind.silent.as_ref().map(condition));
                quote!(__k::Reference::new(#word, #list, #silent))
            });
            quote!(References { text: #text, kinds: &[#(#kinds),*], also: &[#(#also),*] })
        }
        Check::SameSize(a, b) => {
            let (a, b) = (path(a), path(b));
            quote!(SameSize(#a, #b))
        }
        Check::SameRatio(a, b) => {
            let (a, b) = (path(a), path(b));
            quote!(SameRatio(#a, #b))
        }
        Check::PointsInside { points, image } => {
            let (points, image) = (path(points), path(image));
            quote!(PointsInside { points: #points, image: #image })
        }
    };
    quote!(__k::Check::#check)
}

fn constraint(rule: &Rule) -> TokenStream {
    let (name, kind, check) = (&rule.name, kind(&rule.kind), check(&rule.check));
    let (blame, on) = (option(rule.blame.as_ref().map(path)), basis(&rule.basis));
    quote!(__k::Constraint::new(#name, #kind, #check, #blame, #on))
}

/// The rule of this name, found while the program is compiled.
fn kind(name: &LitStr) -> TokenStream {
    quote_spanned!(name.span()=> __k::named(#name))
}

fn known(known: &Known) -> TokenStream {
    let (key, on) = (&known.key.text, basis(&known.basis));
    let what = match &known.what {
        KnownKey::Alias { of, kind: name, safe } => {
            let (of, rule) = (&of.text, kind(name));
            quote!(Alias { of: #of, rule: #rule, safe: #safe })
        }
        KnownKey::Legacy { of } => {
            let of = &of.text;
            quote!(Legacy { of: #of })
        }
        KnownKey::Upstream => quote!(Upstream),
        KnownKey::Editor => quote!(Editor),
    };
    quote!(__k::Known::new(#key, __k::KnownKey::#what, #on))
}
