//! What a media string is as a text: a URL, a local path, Base64, or none of them. Regular languages,
//! so that the linter and an exported JSON Schema say the same; `url` holds the first of them.

use crate::url::{BLANKS, trim_start};

/// Suffixes that make a text a path.
pub const SUFFIXES: &[&str] = &[
    "jpg", "jpeg", "jpe", "jfif", "png", "mp4", "m4v", "mov", "webp", "gif", "bmp", "svg", "tif",
    "tiff", "heic", "heif", "avif", "jxl", "jp2", "ico", "psd", "pdf", "webm", "mkv", "avi",
];

/// Schemes that are followed by no slashes.
const OPAQUE: &[&str] = &["blob", "about", "javascript", "mailto", "cid", "content", "urn"];

/// A longer run of letters before a colon is no scheme.
const LONGEST_SCHEME: usize = 64;

/// A host's first label, and what follows its first dot, have at most so many characters.
const LONGEST_LABEL: usize = 254;

/// So much white space may follow a suffix.
const BLANKS_BEHIND: usize = 32;

/// Whether the text begins as a local path does: `file:`, `./`, `~/`, `C:\`.
pub fn starts_path(text: &str) -> bool {
    let text = trim_start(text);
    ["file:", "./", "../", ".\\", "..\\", "~/", "\\\\"].iter().any(|it| starts(text, it))
        || matches!(text.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

/// The text without the white space that may follow a suffix.
pub fn before_blanks(text: &str) -> &str {
    let blanks = text.chars().rev().take_while(|it| BLANKS.contains(it)).count();
    // Each of them is one byte.
    text.get(..text.len() - blanks.min(BLANKS_BEHIND)).unwrap_or(text)
}

/// An address that nobody can fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfetchable<'t> {
    /// `http:` or `https:` without a host.
    Hostless,
    /// A URL of another scheme.
    Scheme(&'t str),
    /// A web address without `https://`.
    Schemeless,
}

/// Whether the text is an address, though none of `http(s)`. `ends`: nothing was cut from its end.
pub fn unfetchable(text: &str, ends: bool) -> Option<Unfetchable<'_>> {
    let text = trim_start(text);
    if ["http:", "https:", "http//", "https//"].iter().any(|it| starts(text, it)) {
        return Some(Unfetchable::Hostless);
    }
    if let Some((scheme, rest)) = text.split_once(':') {
        let sound = scheme.len() <= LONGEST_SCHEME
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            && (rest.starts_with("//") || OPAQUE.iter().any(|it| it.eq_ignore_ascii_case(scheme)));
        if sound {
            return Some(Unfetchable::Scheme(scheme));
        }
    }
    is_schemeless(text, ends).then_some(Unfetchable::Schemeless)
}

/// `www.…`, or `//` and a dotted host.
fn is_schemeless(text: &str, ends: bool) -> bool {
    let rest = match text.strip_prefix("//") {
        Some(rest) => rest,
        None if starts(text, "www.") => text,
        None => return false,
    };
    let host = match rest.split_once(['/', '?', '#']) {
        Some((host, _)) => host,
        None if ends => before_blanks(rest),
        None => rest,
    };
    let fits = |label: &str| label.chars().count() <= LONGEST_LABEL && !label.contains(BLANKS);
    host.split_once('.').is_some_and(|(label, more)| fits(label) && fits(more))
}

/// Whether the text starts with this, in any case.
fn starts(text: &str, with: &str) -> bool {
    text.as_bytes().get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
}

/// What the functions above say, as patterns. They read the same in ECMA-262, in Python's `re` and in
/// Rust's `regex`: no look-around, no class escapes, and what `$` adds in Python (a line break that
/// ends the text) is in [`Patterns::unfetchable`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Patterns {
    /// [`url::is_http`](crate::url::is_http).
    pub url: &'static str,
    /// [`starts_path`].
    pub path: String,
    /// It ends in one of [`SUFFIXES`].
    pub suffix: String,
    /// A `data:` prefix.
    pub data: String,
    /// [`is_base64`], or nothing. Spelt out: for a group with `{4}` V8 needs stack space by the length
    /// of the text, and a picture has millions of characters.
    pub base64: String,
    /// [`unfetchable`], of texts that are neither URL nor path by their beginning.
    pub unfetchable: String,
}

impl Patterns {
    /// The patterns.
    pub fn new() -> Self {
        let blank = r"[\t\n\r ]";
        let before = format!("^{blank}{{0,{}}}", crate::url::BLANKS_BEFORE);
        let behind = format!("{blank}{{0,{BLANKS_BEHIND}}}$");
        let any =
            |words: &[&str]| words.iter().map(|word| any_case(word)).collect::<Vec<_>>().join("|");
        let label = format!("{{0,{LONGEST_LABEL}}}");
        let end = format!("(?:[/?#]|{behind})");
        let more = format!(r"\.[^/?#\t\n\r ]{label}{end}");
        let scheme = format!("[A-Za-z][A-Za-z0-9+.-]{{0,{}}}://", LONGEST_SCHEME - 1);
        let address = [
            format!("{}(?::|//)", any_case("http")),
            format!("{}(?::|//)", any_case("https")),
            scheme,
            format!("(?:{}):", any(OPAQUE)),
            format!(r"//[^/?#.\t\n\r ]{label}{more}"),
            format!("{}{more}", any_case("www")),
        ];
        Patterns {
            url: crate::url::PATTERN,
            path: format!(r"{before}(?:{}|\.\.?[/\\]|~/|\\\\|[A-Za-z]:[/\\])", any_case("file:")),
            suffix: format!(r"\.(?:{}){behind}", any(SUFFIXES)),
            data: format!("^{}", any_case("data:")),
            base64: format!("^(?:{b}{b}{b}{b})*(?:{b}{b}==|{b}{b}{b}=)?$", b = "[A-Za-z0-9+/]"),
            unfetchable: format!(
                r"{before}(?:{})|^[A-Za-z0-9+/=]*\n$|{blank}{{{}}}$",
                address.join("|"),
                BLANKS_BEHIND + 1
            ),
        }
    }
}

impl Default for Patterns {
    fn default() -> Self {
        Patterns::new()
    }
}

/// A pattern of a word in any case: `[jJ][pP]2`.
fn any_case(word: &str) -> String {
    let classes = word.chars().map(|letter| {
        if letter.is_ascii_alphabetic() {
            format!("[{}{}]", letter.to_ascii_lowercase(), letter.to_ascii_uppercase())
        } else {
            letter.to_string()
        }
    });
    classes.collect()
}

/// Whether the text is Base64 (RFC 4648 section 4: standard alphabet, padded), whatever it holds.
pub fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    let padded = matches!((data.len() % 4, padding), (0, 0) | (2, 2) | (3, 1));
    !data.is_empty()
        && padded
        && data.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    /// As the linter puts the functions together.
    fn is_source(text: &str) -> bool {
        if starts(text, "data:") {
            return false;
        }
        if crate::url::is_http(text) || starts_path(text) {
            return true;
        }
        if unfetchable(text, true).is_some() {
            return false;
        }
        let before = before_blanks(text);
        let suffix = before.rsplit_once('.').is_some_and(|(_, last)| {
            SUFFIXES.iter().any(|suffix| last.eq_ignore_ascii_case(suffix))
        });
        suffix || is_base64(text)
    }

    /// As an exported schema puts the patterns together.
    fn by_patterns(text: &str, all: &[Regex]) -> bool {
        let [url, path, suffix, data, base64, unfetchable] = all else { panic!("six patterns") };
        !text.is_empty()
            && !data.is_match(text)
            && [url, path, suffix, base64].iter().any(|it| it.is_match(text))
            && (url.is_match(text) || path.is_match(text) || !unfetchable.is_match(text))
    }

    /// Every text of up to four of these parts, against a regex engine.
    #[test]
    fn the_functions_and_the_patterns_agree() {
        const PARTS: [&str; 22] = [
            " ", "\n", "http", "s", ":", "/", "//", "a", "ab+/", "=", "==", ".png", ".JPEG",
            "www.", "data:", "file:", "./", "~/", "C:\\", "blob:", "\u{a0}", "?",
        ];
        let Patterns { url, path, suffix, data, base64, unfetchable } = Patterns::new();
        let all = [url, &path, &suffix, &data, &base64, &unfetchable]
            .map(|pattern| Regex::new(pattern).unwrap_or_else(|error| panic!("{error}")));
        let mut texts = vec![String::new()];
        let mut sources = 0;
        for _ in 0..4 {
            texts = texts
                .iter()
                .flat_map(|text| PARTS.iter().map(move |part| format!("{text}{part}")))
                .collect();
            for text in &texts {
                assert_eq!(is_source(text), by_patterns(text, &all), "{text:?}");
                sources += usize::from(is_source(text));
            }
        }
        assert!(sources > 10_000, "too few sources among them: {sources}");
        for text in bounds() {
            assert_eq!(is_source(&text), by_patterns(&text, &all), "{text:?}");
        }
    }

    /// Texts at the patterns' bounds, and one beyond.
    fn bounds() -> Vec<String> {
        let mut texts = Vec::new();
        let blanks = crate::url::BLANKS_BEFORE;
        for more in 0..2 {
            texts.push(" ".repeat(blanks + more) + "https://a");
            texts.push(" ".repeat(blanks + more) + "./a");
            texts.push(" ".repeat(blanks + more) + "s3://a.png");
            texts.push(String::from("a.png") + &" ".repeat(BLANKS_BEHIND + more));
            texts.push("a".repeat(LONGEST_SCHEME + more) + "://a.png");
            texts.push(format!("//{}.a/x.png", "a".repeat(LONGEST_LABEL + more)));
            texts.push(format!("//a.{}/x.png", "\u{1f408}".repeat(LONGEST_LABEL + more)));
            texts.push(format!("www.{}.png", "a".repeat(LONGEST_LABEL - 4 + more)));
            texts.push(format!("www.a.png{}", " ".repeat(BLANKS_BEHIND + more)));
        }
        texts
    }
}
