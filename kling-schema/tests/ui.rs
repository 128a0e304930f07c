//! Every sentence the derive macro can say, one small file each.
//!
//! The texts are those of the pinned toolchain; bless with `TRYBUILD=overwrite`.

#[test]
fn sentences() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}
