//! What a Kling request may say.

#![forbid(unsafe_code)]

pub mod aspect;
pub mod rules;
mod source;
mod table;
pub mod url;

pub use source::{Basis, Severity, Source, Tier};
pub use table::*;
