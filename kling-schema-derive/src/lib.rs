//! Derive macro of kling-schema.
#![forbid(unsafe_code)]
