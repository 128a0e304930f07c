//! Requests in files and folders, and the local files they name.
//!
//! | file | what it holds |
//! |---|---|
//! | [`open`] | opens a request, without ever waiting for someone to write it |
//! | [`walk`] | the requests in a folder |
//! | [`ignored`] | what a walk passes over |
//! | [`beneath`] | local files, beneath one folder |
//! | [`plain`] | the quick way to a file that is there, and no link |
//! | [`names`] | from the text of a request to a path |
//! | [`inside`] | paths that leave the folder by name and come back |
//! | [`near`] | the file that a name which leads nowhere probably means |
//! | [`kind`] | what a path leads to, in words |
//! | [`spill`] | text that waits for the end of a run |
//!
//! The library touches the disk nowhere else; of the command, `cli/save.rs` does.

mod beneath;
#[cfg(feature = "cli")]
mod ignored;
mod inside;
mod kind;
mod names;
mod near;
pub(crate) mod open;
#[cfg(unix)]
mod plain;
#[cfg(feature = "cli")]
pub(crate) mod spill;
#[cfg(feature = "cli")]
pub(crate) mod walk;

#[cfg(unix)]
pub(crate) use plain::read;

/// A file on the disk, for whoever only holds it.
pub(crate) use std::fs::File as DiskFile;
use std::path::Path;

pub use beneath::LocalFiles;

/// The folder that a file of this name lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
