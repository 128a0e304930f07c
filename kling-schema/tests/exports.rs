//! The committed exports are what the table says now.

use std::path::Path;

use kling_schema::export;

/// Compares, or writes:
/// `UPDATE_EXPORTS=1 cargo test -p kling-schema --test exports` writes them anew.
#[expect(clippy::disallowed_methods, reason = "tests read their files whole")]
fn is_current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    if std::env::var_os("UPDATE_EXPORTS").is_some() {
        std::fs::write(&path, text).expect("writes");
    }
    let committed = String::from_utf8(std::fs::read(&path).unwrap_or_default())
        .expect("UTF-8")
        .replace("\r\n", "\n");
    let first = committed.lines().zip(text.lines()).position(|(old, new)| old != new);
    assert!(
        committed == text,
        "schemas/{name} is stale from line {}: run with UPDATE_EXPORTS=1",
        first.map_or(0, |line| line + 1),
    );
}

#[test]
fn typescript_is_current() {
    is_current("kling.d.ts", &export::typescript());
}

#[test]
fn openapi_is_current() {
    is_current("openapi-3.1.json", &format!("{:#}\n", export::openapi()));
}

#[test]
fn exports_are_deterministic() {
    assert_eq!(export::typescript(), export::typescript());
    assert_eq!(export::openapi().to_string(), export::openapi().to_string());
}
