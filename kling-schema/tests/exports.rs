//! The exports are the same each time. That the committed ones are what the table says now is tested
//! with the command that writes them, in kling-lint.

use kling_schema::export;

#[test]
fn exports_are_deterministic() {
    assert_eq!(export::typescript(), export::typescript());
    assert_eq!(export::openapi().to_string(), export::openapi().to_string());
}
