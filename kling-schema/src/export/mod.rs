//! The table for others: TypeScript, OpenAPI.

mod comment;
mod names;
mod openapi;
mod received;
mod samples;
mod typescript;

#[cfg(test)]
mod tests;

pub use openapi::openapi;
pub use typescript::typescript;
