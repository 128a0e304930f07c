//! The quick way through a URL in which nothing is wrong, as nearly all are: any other text is judged
//! with care ([`text`](super::text)), and then that says what is wrong.

use kling_schema::{Bound, Limit};

use super::Hosts;
use crate::media::classify::suffix_of;
use crate::vector::{self, Bytes, are};

/// Whether there is nothing to say about this URL: the whole of a string, ASCII without control
/// characters. False says nothing.
pub(crate) fn is_sound_url(url: &[u8], limits: &[Limit], hosts: &mut Hosts) -> bool {
    let Some(rest) = url.strip_prefix(b"https://").or_else(|| url.strip_prefix(b"http://")) else {
        return false;
    };
    let Some(end) = hosts.end(rest) else { return false };
    let path = &rest[end..];
    let (path, query) = path.split_at(vector::run(path, is_of_path));
    if query.iter().any(|byte| matches!(byte, b' ' | 0x7f)) {
        return false;
    }
    let suffix = suffix_of(path);
    limits.iter().all(|limit| match (&limit.bound, suffix) {
        (Bound::Forms(forms), _) => forms.url,
        (Bound::Formats(formats), Some((_, content))) => {
            content.format().is_some_and(|format| formats.contains(&format))
        }
        _ => true,
    })
}

/// Which bytes neither end the path nor are ones that nobody prints.
#[inline]
fn is_of_path(bytes: Bytes) -> Bytes {
    !(are(bytes, b' ') | are(bytes, 0x7f) | are(bytes, b'?') | are(bytes, b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linter;

    /// Parts of URLs, sound ones and others.
    const SCHEMES: [&str; 4] = ["https://", "http://", "HTTPS://", "ftp://"];
    const HOSTS: [&str; 16] = [
        "cdn.acme.io",
        "h2.acme-studio.org",
        "acme.com",
        "example.com",
        "a.Example.NET",
        "localhost",
        "nas.local",
        "x.TEST",
        "me@acme.io",
        "acme.io:80",
        "a..b",
        "1.2.3.4",
        "acme.io.",
        "[::1]",
        "minio",
        "my_bucket.s3.eu",
    ];
    const PATHS: [&str; 16] = [
        "",
        "/",
        "/a.png",
        "/a.PNG",
        "/a.jpeg",
        "/a.webp",
        "/a.gif?x=.png",
        "/a.png#.gif",
        "?a.gif",
        "#a.webp",
        "/a b.png",
        "/\u{e9}.png",
        "/a.mp4",
        "/a.pngx",
        "/0123456789abcdef0123456789.jpg?a=b",
        "/a.png ",
    ];

    #[test]
    fn nothing_is_said_of_what_takes_the_quick_way() {
        let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
        let object = kling_schema::endpoints::find("image2video").expect("an endpoint");
        let limits = object.field("image").expect("a field").limits;
        let mut hosts = Hosts::default();
        let mut sound = 0;
        for scheme in SCHEMES {
            for host in HOSTS {
                for path in PATHS {
                    let url = format!("{scheme}{host}{path}");
                    let report = linter.lint_str(&format!("{{\"image\": \"{url}\"}}"));
                    // A string of other bytes is none of its business.
                    let is_sound =
                        url.is_ascii() && is_sound_url(url.as_bytes(), limits, &mut hosts);
                    assert!(!is_sound || report.findings().is_empty(), "{url}");
                    // Letters, a usual host and a lower-case scheme: the quick way is the usual one.
                    let usual = report.findings().is_empty()
                        && url.bytes().all(|byte| byte.is_ascii_graphic())
                        && host.ends_with(|last: char| last.is_ascii_alphabetic())
                        && !host.contains('_')
                        && scheme.starts_with('h');
                    assert_eq!(is_sound, usual, "{url}");
                    sound += usize::from(is_sound);
                }
            }
        }
        assert!(sound > 40, "{sound}");
    }
}
