//! Linter.
#![forbid(unsafe_code)]

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod error;
mod finding;
mod fix;
#[cfg(feature = "fs")]
mod fs;
mod linter;
mod message;
mod printable;
#[cfg(feature = "cli")]
mod report;

pub use error::LintError;
pub use finding::{Excerpt, Finding, Params, Position, Span};
pub use fix::{Applicability, Edit, Fix};
pub use linter::{Detected, Linter, LinterBuilder, Report, Session};
