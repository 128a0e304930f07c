//! What counts as an `http(s)` URL: one regular language, so that the linter and an exported JSON
//! Schema say the same.

/// The language: `http://` or `https://` in any case, then at least one character of a host.
///
/// Some white space around the URL is let pass (browsers and most clients trim it); what follows the
/// host's first character is not judged. The pattern reads the same in ECMA-262 and in Rust's
/// `regex`.
pub const PATTERN: &str = r"^[\t\n\r ]{0,99}[hH][tT][tT][pP][sS]?://[^\x00-\x20/?#:@\\]";

/// How much white space may stand before a URL.
pub(crate) const BLANKS_BEFORE: usize = 99;

/// What [`PATTERN`] lets stand around a URL.
pub const BLANKS: [char; 4] = ['\t', '\n', '\r', ' '];

/// Without the white space that may stand before a URL.
pub(crate) fn trim_start(text: &str) -> &str {
    // Most texts start with something else.
    if text.as_bytes().first().is_some_and(|first| *first > b' ') {
        return text;
    }
    let blanks = text.bytes().take_while(|byte| BLANKS.contains(&char::from(*byte)));
    text.get(blanks.take(BLANKS_BEFORE).count()..).unwrap_or_default()
}

/// Whether [`PATTERN`] matches.
pub fn is_http(text: &str) -> bool {
    let Some((scheme, rest)) = trim_start(text).as_bytes().split_first_chunk() else {
        return false;
    };
    let scheme: &[u8; 4] = scheme;
    let rest = match rest {
        [b's' | b'S', rest @ ..] => rest,
        _ => rest,
    };
    match rest {
        [b':', b'/', b'/', host, ..] => scheme.eq_ignore_ascii_case(b"http") && is_host(*host),
        _ => false,
    }
}

/// Whether a host may start with this byte of UTF-8, as far as [`PATTERN`] judges it.
fn is_host(byte: u8) -> bool {
    !matches!(byte, 0..=b' ' | b'/' | b'?' | b'#' | b':' | b'@' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_others() {
        for url in [
            "http://a",
            "https://cdn.kling.ai/cat.png?x=1#y",
            "HTTP://A.B",
            "HttpS://[::1]:80/",
            " \n\thttps://a ",
            &(" ".repeat(BLANKS_BEFORE) + "https://a"),
            "https://a b",
            "https://é.fr",
            "http://user@host",
            "http://\u{a0}",
        ] {
            assert!(is_http(url), "{url:?}");
        }
        for other in [
            "",
            "http",
            "http:",
            "http://",
            "https:///a",
            "https://?a",
            "https://#a",
            "https://:80",
            "https://@a",
            "https://\\a",
            "https:// a",
            "https:/a",
            "http//a",
            "httpss://a",
            "ftp://a",
            "\u{a0}http://a",
            "\u{feff}http://a",
            "xhttp://a",
            &(" ".repeat(BLANKS_BEFORE + 1) + "https://a"),
            "é",
        ] {
            assert!(!is_http(other), "{other:?}");
        }
    }

    /// Every text of up to five of these parts, against a regex engine.
    #[test]
    fn the_matcher_and_the_pattern_agree() {
        const PARTS: [&str; 13] =
            [" ", "\n", "\u{a0}", "http", "HttpS", "s", ":", "/", "//", "a", "@", "\\", "\0"];
        let pattern = regex::Regex::new(PATTERN).expect("the pattern");
        let mut texts = vec![String::new()];
        let mut checked = 0;
        for _ in 0..5 {
            texts = texts
                .iter()
                .flat_map(|text| PARTS.iter().map(move |part| format!("{text}{part}")))
                .collect();
            for text in &texts {
                assert_eq!(is_http(text), pattern.is_match(text), "{text:?}");
                checked += usize::from(is_http(text));
            }
        }
        assert!(checked > 100, "too few URLs among them: {checked}");
    }
}
