//! Requests in files and folders, and the local files they name. The only place that touches the disk.

mod beneath;
mod inside;
mod kind;
mod names;
mod near;
pub(crate) mod open;
#[cfg(feature = "cli")]
pub(crate) mod walk;

pub use beneath::LocalFiles;
