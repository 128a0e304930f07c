//! `schemars::JsonSchema`: what the derive macro answers with, and the value types.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::json;

use super::json_schema::Export;
use super::value::values;
use super::{Profile, schema};
use crate::table::{Kind, Object};
use crate::values::{Either, ImageSource, Loose, NumericId, VideoSource};

/// An object inside somebody else's root, in the dialect of that root.
pub fn subschema(generator: &SchemaGenerator, object: &'static Object) -> Schema {
    let dialect = generator.settings().meta_schema.as_deref().unwrap_or_default();
    let draft_07 =
        dialect.trim_end_matches('#') == Profile::Draft07.dialect().trim_end_matches('#');
    let profile = if draft_07 { Profile::Draft07 } else { Profile::Draft202012 };
    schema(Export::new(object, profile, false).body())
}

/// A closed set of strings; of any other kind nothing is said.
pub fn value(_: &SchemaGenerator, kind: Kind) -> Schema {
    let Some(choices) = kind.choices() else { return true.into() };
    let known = choices.iter().map(|choice| (choice.value, choice.doc));
    let (all, docs) = values(known, false, false);
    schema(json!({ "type": "string", "enum": all, "enumDescriptions": docs }))
}

macro_rules! inline {
    ($([$($params:tt)*] $ty:ident $args:ty: |$generator:ident| $schema:expr;)+) => {
        $(
            impl<$($params)*> JsonSchema for $args {
                fn inline_schema() -> bool {
                    true
                }
                fn schema_name() -> Cow<'static, str> {
                    stringify!($ty).into()
                }
                fn schema_id() -> Cow<'static, str> {
                    std::any::type_name::<Self>().into()
                }
                fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                    $schema
                }
            }
        )+
    };
}

inline! {
    [] ImageSource ImageSource: |_generator| json_schema!({ "type": "string" });
    [] VideoSource VideoSource: |_generator| json_schema!({ "type": "string" });
    [] NumericId NumericId: |_generator| json_schema!({
        "anyOf": [{ "type": "integer" }, { "type": "string", "pattern": "^[0-9]+$" }]
    });
    [T] Loose Loose<T>: |_generator| true.into();
    [A: JsonSchema, B: JsonSchema] Either Either<A, B>: |generator| json_schema!({
        "anyOf": [generator.subschema_for::<A>(), generator.subschema_for::<B>()]
    });
}
