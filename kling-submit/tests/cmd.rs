//! What the command prints and how it exits, offline: one file a case in `cmd/`, with the environment
//! scrubbed.
//!
//! `TRYCMD=overwrite cargo test --test cmd` writes down what is printed now.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cmd/*.toml");
}
