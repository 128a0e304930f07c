//! What a Kling request may say.

#![forbid(unsafe_code)]

// The derive macro writes `::kling_schema`, in this crate too.
#[allow(
    unused_extern_crates,
    reason = "only the macro names it, once a type here derives"
)]
extern crate self as kling_schema;

pub mod aspect;
pub mod fits;
#[doc(hidden)]
pub mod path;
pub mod rules;
mod source;
mod table;
mod typed;
mod values;

pub use kling_schema_derive::KlingSchema;
pub use source::{Basis, Severity, Source, Tier};
pub use table::*;
pub use values::{Either, ImageSource, Loose, NumericId, VideoSource};

/// For the derive macro's output only.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};

    pub use crate::rules::named;
    pub use crate::source::*;
    pub use crate::table::*;
    pub use crate::{fits, path};
}
