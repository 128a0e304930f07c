//! The quick way through a URL in which nothing is wrong, as nearly all are: any other text is judged
//! with care ([`text`](super::text)), and then that says what is wrong.

use kling_schema::{Bound, Limit};

use crate::media::classify::suffix_of;
use crate::media::location::{authority, reserved};

/// Bytes looked at at once.
const CHUNK: usize = 16;

/// Whether these bytes, the whole of a string, are a URL about which there is nothing to say. False
/// says nothing.
pub(crate) fn is_sound_url(url: &[u8], limits: &[Limit]) -> bool {
    let Some(rest) = url.strip_prefix(b"https://").or_else(|| url.strip_prefix(b"http://")) else {
        return false;
    };
    let (end, top) = authority(rest);
    let Some(top) = top else { return false };
    let Some(has_query) = look(url).filter(|_| reserved(&rest[..top - 1], &rest[top..end]).is_none())
    else {
        return false;
    };
    let mut path = &rest[end..];
    if has_query {
        let is_end = |byte: &u8| matches!(byte, b'?' | b'#');
        path = &path[..path.iter().position(is_end).unwrap_or(path.len())];
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

/// Whether there may be a query or a fragment; none where a byte is no printable ASCII.
fn look(text: &[u8]) -> Option<bool> {
    let (chunks, rest) = text.as_chunks::<CHUNK>();
    // Chunks may overlap: bytes on their own take longer.
    let last = text.last_chunk::<CHUNK>();
    let (mut is_graphic, mut has_query) = (true, false);
    for chunk in chunks.iter().chain(last) {
        for byte in chunk {
            is_graphic &= byte.is_ascii_graphic();
            has_query |= (*byte == b'?') | (*byte == b'#');
        }
    }
    if last.is_none() {
        is_graphic = rest.iter().all(u8::is_ascii_graphic);
        has_query = true;
    }
    is_graphic.then_some(has_query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Linter;

    /// Parts of URLs, sound ones and others.
    const SCHEMES: [&str; 4] = ["https://", "http://", "HTTPS://", "ftp://"];
    const HOSTS: [&str; 16] = [
        "cdn.acme.io", "h2.acme-studio.org", "acme.com", "example.com", "a.Example.NET", "localhost",
        "nas.local", "x.TEST", "me@acme.io", "acme.io:80", "a..b", "1.2.3.4", "acme.io.", "[::1]", "minio",
        "my_bucket.s3.eu",
    ];
    const PATHS: [&str; 16] = [
        "", "/", "/a.png", "/a.PNG", "/a.jpeg", "/a.webp", "/a.gif?x=.png", "/a.png#.gif", "?a.gif",
        "#a.webp", "/a b.png", "/\u{e9}.png", "/a.mp4", "/a.pngx", "/0123456789abcdef0123456789.jpg?a=b",
        "/a.png ",
    ];

    #[test]
    fn nothing_is_said_of_what_takes_the_quick_way() {
        let linter = Linter::builder().endpoint("image2video").build().expect("a linter");
        let object = kling_schema::endpoints::find("image2video").expect("an endpoint");
        let limits = object.field("image").expect("a field").limits;
        let mut sound = 0;
        for scheme in SCHEMES {
            for host in HOSTS {
                for path in PATHS {
                    let url = format!("{scheme}{host}{path}");
                    let report = linter.lint_str(&format!("{{\"image\": \"{url}\"}}"));
                    let is_sound = is_sound_url(url.as_bytes(), limits);
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
