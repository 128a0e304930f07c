//! The quick way through a URL in which nothing is wrong, and a picture, as nearly all are: any other is
//! judged with care ([`text`](super::text), [`content`](super::content)), and then that says what is
//! wrong.

use kling_schema::{Bound, Limit};

use super::Hosts;
use crate::media::classify::{suffix, suffix_of};
use crate::media::facts::FileFacts;
use crate::vector::{self, Bytes, are};

/// Whether there is nothing to say about this URL, or nothing but what is counted: the whole of a string, ASCII
/// without control characters. False says nothing.
pub(crate) fn is_sound_url(url: &[u8], limits: &[Limit], hosts: &mut Hosts) -> bool {
    let Some(rest) = url.strip_prefix(b"https://").or_else(|| url.strip_prefix(b"http://")) else {
        return false;
    };
    let Some(host) = hosts.end(rest) else { return false };
    let path = &rest[host.at..];
    let (path, query) = path.split_at(vector::run(path, is_of_path));
    if query.iter().any(|byte| matches!(byte, b' ' | 0x7f)) {
        return false;
    }
    let suffix = suffix_of(path);
    let is_sound = limits.iter().all(|limit| match (&limit.bound, suffix) {
        (Bound::Forms(forms), _) => forms.url,
        (Bound::Formats(formats), Some((_, content))) => {
            content.format().is_some_and(|format| formats.contains(&format))
        }
        _ => true,
    });
    if is_sound {
        hosts.count(host);
    }
    is_sound
}

/// Whether there is nothing to say about a picture whose size is known. False says nothing.
pub(super) fn is_sound_picture(facts: &FileFacts, path: Option<&str>, limits: &[Limit]) -> bool {
    let FileFacts { header, video: None, undecodable: None, .. } = facts else { return false };
    let (Some(format), Ok(size), false) = (header.content.format(), header.size, header.animated)
    else {
        return false;
    };
    let (short, long) = (size.width.min(size.height), size.width.max(size.height));
    limits.iter().all(|limit| match &limit.bound {
        Bound::Formats(formats) => formats.contains(&format),
        Bound::Bytes(megabytes) => facts.len <= megabytes.decimal().min(megabytes.binary()),
        Bound::Edge(range) => range.contains(short) && range.contains(long),
        Bound::Ratio(range) => range.admits(size.width.into(), size.height.into()),
        // Others bound no picture.
        _ => true,
    }) && path.and_then(suffix).is_none_or(|(_, promised)| header.content.keeps(promised))
}

/// Which bytes neither end the path nor are ones that nobody prints.
#[inline]
fn is_of_path(bytes: Bytes) -> Bytes {
    !(are(bytes, b' ') | are(bytes, 0x7f) | are(bytes, b'?') | are(bytes, b'#'))
}

#[cfg(test)]
mod tests {
    use kling_schema::endpoints::ENDPOINTS;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::Linter;
    use crate::media::facts::Undecodable;
    use crate::media::fields;
    use crate::media::judge::Target;
    use crate::media::probe::{Content, Header, PixelSize, Unsure};

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

    /// Sizes that a page bounds, and their neighbours.
    fn side() -> impl Strategy<Value = u32> {
        let bounds = select(vec![1, 299, 300, 301, 719, 720, 1080, 2999, 3000, 3001, 65_535]);
        prop_oneof![bounds, 280..3_100_u32]
    }

    fn facts() -> impl Strategy<Value = FileFacts> {
        let content = prop_oneof![
            4 => select(vec![Content::Jpeg, Content::Png]),
            1 => select(vec![Content::WebP, Content::Gif, Content::CgbiPng, Content::Unknown]),
        ];
        let size = prop_oneof![
            8 => (side(), side()).prop_map(|(width, height)| PixelSize::new(width, height)),
            1 => select(vec![Err(Unsure::Truncated), Err(Unsure::Damaged), Err(Unsure::NotRead)]),
        ];
        let len = prop_oneof![
            1..20_000_000_u64,
            select(vec![10_000_000, 10_000_001, 10_485_760, 10_485_761]),
        ];
        let undecodable = prop::option::weighted(
            0.1,
            select(vec![Undecodable::Broken("it ends"), Undecodable::Untold("it is large")]),
        );
        let animated = prop::bool::weighted(0.1);
        (content, size, any::<bool>(), animated, len, any::<bool>(), undecodable).prop_map(
            |(content, size, turned, animated, len, exact, undecodable)| FileFacts {
                header: Header { content, size, turned, animated },
                len,
                exact,
                video: None,
                undecodable,
            },
        )
    }

    proptest! {
        #[test]
        fn a_picture_takes_the_quick_way_just_if_its_size_is_known_and_care_finds_nothing(
            facts in facts(),
            path in select(vec![None, Some("a.png"), Some("./a.JPG"), Some("a.gif"), Some("a")]),
        ) {
            for object in ENDPOINTS {
                let mut differ = Vec::new();
                fields::visit(object, &mut |field, trail| {
                    let limits = field.limits;
                    let mut out = Vec::new();
                    let target = Target { class: field.class, limits, trail, span: 0..0, out: &mut out };
                    let nothing = { target }.has_nothing_against(&facts, path);
                    let is_picture = facts.header.content.format().is_some();
                    let expected = nothing && is_picture && facts.header.size.is_ok();
                    if is_sound_picture(&facts, path, limits) != expected {
                        differ.push(field.path);
                    }
                });
                prop_assert!(differ.is_empty(), "{}: {differ:?} {facts:?}", object.name);
            }
        }
    }
}
