//! A baseline that is read and written reads as the same.

use kling_lint::cli::doors;

/// See the module.
pub fn baseline(text: &[u8]) {
    match doors::baseline(text) {
        Ok(written) => {
            let text = std::str::from_utf8(text).expect("text in UTF-8");
            assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "it is no JSON");
            assert_eq!(doors::baseline(written.as_bytes()).as_ref(), Ok(&written));
        }
        Err(why) => assert!(!why.is_empty() && !why.chars().any(char::is_control), "{why:?}"),
    }
}
