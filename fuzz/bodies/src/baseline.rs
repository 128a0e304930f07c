//! A baseline that is read and written reads as the same.

use kling_lint::cli::doors;

/// See the module.
pub fn baseline(text: &[u8]) {
    match doors::baseline(text) {
        Ok(written) => {
            assert!(serde_json::from_slice::<serde_json::Value>(text).is_ok(), "it is no JSON");
            assert_eq!(doors::baseline(written.as_bytes()).as_ref(), Ok(&written));
        }
        Err(why) => assert!(!why.is_empty() && !why.chars().any(char::is_control), "{why:?}"),
    }
}
