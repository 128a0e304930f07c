//! What the fuzz targets do with their bytes.
//!
//! Each body takes any bytes and asserts what must hold of them: more than that nothing breaks. The
//! targets under `fuzz_targets/` call the bodies from a fuzzer; `tests/corpora.rs` calls them on what
//! the fuzzer has found so far, on stable.

#![forbid(unsafe_code)]

mod base64_probe;
mod baseline;
mod classify;
mod config;
mod escapes;
mod fixes;
mod images;
mod jsonl;
mod ledger;
mod lint;
mod loader;
mod media_file;
mod media_request;
mod movies;
mod pack;
mod policies;
mod reader_vs_serde;
mod replies;
mod reports;
mod retry_after;
mod shared;
mod tokens;
mod videos;

/// A body: it panics when something does not hold.
pub type Body = fn(&[u8]);

/// Names the bodies once: as functions, and in a list.
macro_rules! bodies {
    ($($name:ident),* $(,)?) => {
        $(pub use $name::$name;)*

        /// The bodies, by the names of their targets.
        pub const BODIES: &[(&str, Body)] = &[$((stringify!($name), $name)),*];
    };
}

bodies! {
    base64_probe,
    baseline,
    classify,
    config,
    escapes,
    fixes,
    images,
    jsonl,
    ledger,
    lint,
    loader,
    media_file,
    media_request,
    movies,
    pack,
    policies,
    reader_vs_serde,
    replies,
    reports,
    retry_after,
    tokens,
    videos,
}
