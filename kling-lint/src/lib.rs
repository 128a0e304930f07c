//! Linter.
#![forbid(unsafe_code)]

mod check;
mod finding;
mod fix;
mod media;
mod message;
mod printable;
