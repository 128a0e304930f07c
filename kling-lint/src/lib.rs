//! Know that a Kling request will be accepted before you pay for it.
//!
//! This crate reads a request for Kling's video and image generation (through CometAPI) and says,
//! offline and in one pass, everything that is wrong with it and with the images and videos it names:
//! with line, column and JSON Pointer, with the page each rule was read on, and with a fix where there
//! is one. It opens no socket.
//!
//! # A pre-flight check in another tool
//!
//! ```
//! use kling_lint::{Linter, Severity};
//!
//! fn send(body: &str) -> Result<(), Box<dyn std::error::Error>> {
//!     let report = Linter::builder().endpoint("image2video").wire(true).build()?.lint_str(body);
//!     for warning in report.findings() {
//!         eprintln!("{}:{}: {warning}", warning.start.line, warning.start.column);
//!     }
//!     report.into_result(Severity::Error)?; // stop before anything is paid for
//!     // … POST the body …
//!     Ok(())
//! }
//!
//! let refused = send(r#"{"image": "https://cdn.acme.io/cat.jpg", "duration": 5}"#).unwrap_err();
//! assert!(refused.to_string().contains("`duration` must be a string"));
//! ```
//!
//! # The way of the data
//!
//! text → `load` → `read` → `detect` → `check` → `media` → `place` → `report`. Each step is a module of
//! that name: `load` brings the text in (strings of many megabytes never sit in memory), `read` parses it
//! and recovers from mistakes, `detect` tells the endpoint, `check` walks the table of `kling-schema`
//! and the document together, `media` judges image and video strings, `place` turns byte offsets into
//! lines and columns, `report` renders. `fix` goes round: it lints each text it makes.
//! `pack` goes the same way, and then makes the body to send.
//!
//! # Features
//!
//! * `cli` (default): the `kling-lint` command; it needs the others.
//! * `fs` (default): reading requests from files, and the local files they name. Without it the crate
//!   does no I/O of its own: [`Files`] serves what there is.
//! * `decode` (default): decoding images whole, where that is asked for.
//! * `house-rules` (default): a team's own rules, as JSON Schema: `Policies`.

#![forbid(unsafe_code)]

mod alike;
#[cfg(feature = "cli")]
mod baseline;
mod check;
#[cfg(feature = "cli")]
mod config;
mod detect;
mod error;
mod files;
mod finding;
mod fix;
#[cfg(feature = "fs")]
mod fs;
#[cfg(feature = "house-rules")]
mod house;
mod lines;
mod linter;
mod load;
mod media;
mod message;
mod names;
mod pack;
mod params;
mod place;
pub mod printable;
mod read;
mod reading;
mod session;
mod slots;
mod unlisted;
mod vector;
mod verdict;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
mod report;

/// Compiles the README's example.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

pub use detect::Detected;
pub use error::LintError;
pub use files::{Bytes, FileName, Files, MemoryFiles, OpenFile, Refusal};
pub use finding::{Excerpt, Finding, Params, Position, Span};
pub use fix::{Applicability, Edit, Fix, Fixed};
#[cfg(feature = "fs")]
pub use fs::LocalFiles;
#[cfg(feature = "house-rules")]
pub use house::Policies;
/// The table, the request types, the rules.
pub use kling_schema;
pub use kling_schema::{Severity, Source, Tier};
pub use linter::{Linter, LinterBuilder};
pub use load::LONGEST;
pub use media::verdict::{FieldVerdict, MediaReport};
pub use pack::{Inserted, Obstacle, PackError, Parcel, ParcelReader, Refused, Why};
pub use session::Session;
pub use verdict::{LocalFile, Rejected, Report};
