//! What the command prints and how it exits: one file a case in `cmd/`, with the environment scrubbed.
//!
//! `TRYCMD=overwrite cargo test --test cmd` writes down what is printed now.

#![cfg(feature = "cli")]

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
