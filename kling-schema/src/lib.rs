//! What a Kling request may say: one static table of constraints, and what is made from it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`requests`] | the four requests as types; every constraint is an attribute there, and nowhere else |
//! | [`replies`] | what the server answers, read tolerantly |
//! | [`endpoints`] | the covered routes, and those that are only known by name |
//! | [`errors`] | the service codes of refusals |
//! | [`export`] | the same truth for front ends |
//! | [`rules`] | every kind of finding: id, name, message, explanation, examples |
//! | [`rows`](mod@rows) | every constraint by name, with its statement, tier and source |
//! | [`aspect`] | the names of a constraint's aspects |
//! | `table` | the vocabulary of the table: [`Object`], [`Field`], [`Kind`], [`Bound`], [`Check`], [`When`] |
//! | `source` | [`Tier`], [`Severity`], [`Source`], [`Basis`] |
//!
//! ```
//! use kling_schema::KlingSchema as _;
//! use kling_schema::requests::Image2Video;
//!
//! let prompt = Image2Video::SCHEMA.fields.iter().find(|field| field.key == "prompt").unwrap();
//! assert_eq!(prompt.limits[0].bound.to_string(), "at most 500 characters (Unicode code points)");
//! ```
//!
//! The derive macro [`KlingSchema`](derive@KlingSchema) writes such a table for your own structs.

#![forbid(unsafe_code)]

// The derive macro writes `::kling_schema`, in this crate too.
extern crate self as kling_schema;

pub mod aspect;
mod construct;
pub mod endpoints;
pub mod errors;
pub mod export;
#[doc(hidden)]
pub mod fits;
pub mod locator;
mod measure;
mod parts;
#[doc(hidden)]
pub mod path;
pub mod replies;
pub mod requests;
pub mod rows;
pub mod rules;
mod source;
mod statement;
mod table;
mod typed;
pub mod url;
mod values;

/// Writes the table of a struct, or the closed set of values of an enum.
///
/// ```
/// use kling_schema::{ImageSource, KlingSchema, Presence};
/// use serde::{Deserialize, Serialize};
/// use serde_json::{Map, Value};
///
/// /// Turn a still image into a clip.
/// #[derive(Debug, Serialize, Deserialize, KlingSchema)]
/// #[kling(endpoint = "POST /v1/clips", page = "https://example.com/clips", read = "2026-03")]
/// #[kling(rule(tail_is_short: only(seconds in ["5"]) when present(tail)))]
/// #[kling(house(alias(picture = image)))]
/// pub struct Clip {
///     /// What the clip starts with.
///     #[kling(image(formats(jpeg, png), bytes <= 10 MB, edge >= 300, ratio(1:2.5 ..= 2.5:1)))]
///     pub image: ImageSource,
///     /// What it ends with.
///     #[kling(like(image))]
///     #[serde(skip_serializing_if = "Option::is_none")]
///     pub tail: Option<ImageSource>,
///     /// What happens.
///     #[kling(chars(..=500))]
///     #[serde(skip_serializing_if = "Option::is_none")]
///     pub prompt: Option<String>,
///     /// How long it is.
///     #[kling(default = "5")]
///     #[serde(skip_serializing_if = "Option::is_none")]
///     pub seconds: Option<Seconds>,
///     /// Keys that no page lists.
///     #[kling(rest)]
///     #[serde(flatten)]
///     pub rest: Map<String, Value>,
/// }
///
/// /// The lengths on offer.
/// #[derive(Debug, Serialize, Deserialize, KlingSchema)]
/// pub enum Seconds {
///     /// Five seconds.
///     #[serde(rename = "5")]
///     Five,
///     /// Ten seconds.
///     #[serde(rename = "10")]
///     Ten,
/// }
///
/// assert_eq!(Clip::SCHEMA.name, "clips");
/// let keys: Vec<&str> = Clip::SCHEMA.fields.iter().map(|field| field.key).collect();
/// assert_eq!(keys, ["image", "tail", "prompt", "seconds"]);
/// assert!(matches!(Clip::SCHEMA.fields[0].presence, Presence::Required(_)));
/// assert_eq!(Clip::SCHEMA.constraints[0].rule.name, "not-allowed-here");
/// ```
pub use kling_schema_derive::KlingSchema;
pub use measure::Fit;
pub use source::{Basis, Severity, Source, Tier};
pub use statement::{join, listed, together};
pub use table::*;
pub use values::{Either, ImageSource, Loose, NumericId, VideoSource};

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// For the derive macro's output only.
#[doc(hidden)]
pub mod __private {
    pub use core::option::Option::{None, Some};
    pub use std::borrow::Cow;

    pub use schemars;

    pub use crate::rules::named;
    pub use crate::source::*;
    pub use crate::table::*;
    pub use crate::{export, fits, path};
}
