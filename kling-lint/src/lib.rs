//! Linter.
#![forbid(unsafe_code)]

mod finding;
mod fix;
mod load;
mod media;
mod message;
mod place;
mod printable;
mod read;
