//! Requests in files and folders. The only place that touches the disk.

pub(crate) mod beneath;
pub(crate) mod open;
#[cfg(feature = "cli")]
pub(crate) mod walk;

pub use beneath::LocalFiles;
