//! Linter.
#![forbid(unsafe_code)]
