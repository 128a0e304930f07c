//! What the operating system says, in words.

use std::io;

/// The words without the number, which says nothing to most people.
pub(crate) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    // "Input/output error (os error 5)"
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_told() {
        let missing = std::fs::metadata("no/such/file").expect_err("no file");
        assert!(missing.to_string().contains("os error"), "{missing}");
        assert!(!words(&missing).contains("os error"), "{}", words(&missing));
        assert_eq!(words(&io::Error::other("Our own (words)")), "Our own (words)");
    }
}
