//! Keeping an answer: the beginning of it, as it came, without our own secrets.

use std::io::Read;

use serde_json::Value;
use ureq::{Body, http};

use super::trouble::words;
use crate::entry::RawReply;
use crate::secret::Key;

/// Bytes of a body that are kept.
const BODY: usize = 64 << 10;
/// Headers that are kept, and bytes of them.
const HEADERS: usize = 64;
const HEADER_BYTES: usize = 16 << 10;
/// A shorter word is no provider's key, and stands in answers by chance: `demo` in a path.
const SHORTEST_SECRET: usize = 12;
/// A byte-order mark.
const BOM: &[u8] = "\u{feff}".as_bytes();
/// What stands where a server repeats a secret.
const REDACTED: &[u8] = b"[key]";

/// Reads an answer to its end, or as far as it is kept.
pub(crate) fn keep(response: http::Response<Body>, secrets: &[&Key]) -> RawReply {
    let (parts, mut body) = response.into_parts();
    let mut room = HEADER_BYTES;
    let mut headers = Vec::new();
    for (name, value) in &parts.headers {
        if name == http::header::SET_COOKIE {
            continue;
        }
        let size = name.as_str().len() + value.len();
        if headers.len() == HEADERS || size > room {
            break;
        }
        room -= size;
        let value = redact(value.as_bytes(), secrets);
        headers.push((name.as_str().to_owned(), String::from_utf8_lossy(&value).into_owned()));
    }
    // So much more that a secret across the edge is seen whole.
    let longest = secrets.iter().map(|it| it.expose().len()).max().unwrap_or(0);
    let mut text = Vec::new();
    let read = body.as_reader().take((BODY + longest) as u64 + 1).read_to_end(&mut text);
    let mut cut = match read {
        Err(error) => Some(format!("the answer broke off: {}", words(ureq::Error::from(error)))),
        Ok(_) if text.len() > BODY => Some("only its first 64 KiB are kept".to_owned()),
        Ok(_) => None,
    };
    if cut.is_some() {
        drop_begun(&mut text, secrets);
    }
    text = redact(&text, secrets);
    if let Some(clean) = unescaped(&text, secrets) {
        text = clean;
    }
    if text.len() > BODY {
        text.truncate(BODY);
        cut.get_or_insert_with(|| "only its first 64 KiB are kept".to_owned());
    }
    let body = String::from_utf8_lossy(&text).into_owned();
    RawReply { status: parts.status.as_u16(), headers, body, cut }
}

fn long<'k>(secrets: &'k [&Key]) -> impl Iterator<Item = &'k [u8]> {
    let secrets = secrets.iter().map(|it| it.expose().as_bytes());
    secrets.filter(|it| it.len() >= SHORTEST_SECRET)
}

/// Replaces every secret.
fn redact(text: &[u8], secrets: &[&Key]) -> Vec<u8> {
    let mut text = text.to_vec();
    for secret in long(secrets) {
        if !text.windows(secret.len()).any(|it| it == secret) {
            continue;
        }
        let mut clean = Vec::with_capacity(text.len());
        let mut rest = text.as_slice();
        while let Some(first) = rest.first() {
            if let Some(behind) = rest.strip_prefix(secret) {
                clean.extend_from_slice(REDACTED);
                rest = behind;
            } else {
                clean.push(*first);
                rest = &rest[1..];
            }
        }
        text = clean;
    }
    text
}

/// The text without the secrets that JSON's escapes hid in it: whoever reads it would have them whole.
/// `None` if there are none.
fn unescaped(text: &[u8], secrets: &[&Key]) -> Option<Vec<u8>> {
    if !text.contains(&b'\\') {
        return None;
    }
    let value: Value = serde_json::from_slice(text.strip_prefix(BOM).unwrap_or(text)).ok()?;
    let plain = serde_json::to_vec(&value).ok()?;
    let clean = redact(&plain, secrets);
    (clean != plain).then_some(clean)
}

/// Drops a secret that has begun where the text breaks off.
fn drop_begun(text: &mut Vec<u8>, secrets: &[&Key]) {
    let begun =
        |secret: &[u8]| (1..secret.len()).rev().find(|&length| text.ends_with(&secret[..length]));
    let longest = long(secrets).filter_map(begun).max().unwrap_or(0);
    text.truncate(text.len() - longest);
}

/// Replaces every secret in a message of ours.
pub(crate) fn redacted(text: &str, secrets: &[&Key]) -> String {
    String::from_utf8_lossy(&redact(text.as_bytes(), secrets)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        Key::new(text).expect("a key")
    }

    fn answer(body: Vec<u8>, headers: &[(&str, &str)]) -> http::Response<Body> {
        let mut response = http::Response::builder().status(401);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Body::builder().data(body)).expect("a response")
    }

    #[test]
    fn a_secret_is_replaced_wherever_it_stands() {
        let (one, two) = (key("sk-1234567890"), key("token-abcdef"));
        let body = b"{\"message\":\"bad sk-1234567890 sk-1234567890, token-abcdef\"}".to_vec();
        let headers = [("X-Echo", "Bearer sk-1234567890"), ("set-cookie", "a=b")];
        let reply = keep(answer(body, &headers), &[&one, &two]);
        assert_eq!(reply.body, "{\"message\":\"bad [key] [key], [key]\"}");
        assert_eq!(reply.headers, [("x-echo".to_owned(), "Bearer [key]".to_owned())]);
        assert_eq!((reply.status, reply.cut), (401, None));
    }

    #[test]
    fn a_secret_is_replaced_also_where_json_escapes_hide_it() {
        let secret = key("sk-a/b+1234567890");
        let all: String = "sk-a/b+1234567890"
            .chars()
            .fold(String::new(), |text, it| text + &format!("\\u{:04x}", u32::from(it)));
        for spelled in ["sk-a\\/b+1234567890", "sk-a/b\\u002b1234567890", &all] {
            for body in [
                format!("{{\"message\":\"bad {spelled}!\",\"n\":[1]}}"),
                format!("\u{feff}{{\"{spelled}\":1}}"),
            ] {
                let kept = keep(answer(body.into_bytes(), &[]), &[&secret]).body;
                let value: Value = serde_json::from_str(&kept).expect("still JSON");
                assert!(kept.contains("[key]") && !value.to_string().contains("1234567890"));
            }
        }
        let body = "{\"message\":\"a \\u0041\"}";
        assert_eq!(keep(answer(body.into(), &[]), &[&secret]).body, body, "as it came");
    }

    /// The tour's key is the word that stands in the tour's URLs.
    #[test]
    fn a_word_is_no_secret() {
        let reply = keep(answer(b"http://host/demo/assets".to_vec(), &[]), &[&key("demo")]);
        assert_eq!(reply.body, "http://host/demo/assets");
    }

    /// At every offset around the edge of what is kept, nothing of the secret is left.
    #[test]
    fn a_secret_across_the_edge_is_not_kept() {
        let secret = key("SECRET-OF-MINE");
        for before in BODY - 45..BODY + 3 {
            for repeats in [1, 3] {
                let mut body = vec![b'.'; before];
                body.extend(b"SECRET-OF-MINE".repeat(repeats));
                body.extend([b'.'; 40]);
                let reply = keep(answer(body, &[]), &[&secret]);
                assert!(reply.cut.is_some() && reply.body.len() <= BODY);
                assert!(!reply.body.contains("SEC"), "{before}");
                assert!(reply.body.len() >= BODY - 80);
            }
        }
    }

    #[test]
    fn a_whole_body_keeps_its_last_letters() {
        let secret = key("end-of-key");
        let reply = keep(answer(b"the end".to_vec(), &[]), &[&secret]);
        assert_eq!(reply.body, "the end");
        let reply = keep(answer(vec![b'x'; BODY], &[]), &[&secret]);
        assert_eq!((reply.body.len(), reply.cut), (BODY, None));
    }

    #[test]
    fn headers_are_bounded() {
        let long = "v".repeat(1000);
        let names: Vec<String> = (0..100).map(|number| format!("x-{number}")).collect();
        let headers: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), &*long)).collect();
        let reply = keep(answer(Vec::new(), &headers), &[]);
        assert!(reply.headers.len() <= 16);
        let headers: Vec<(&str, &str)> = names.iter().map(|it| (it.as_str(), "v")).collect();
        let reply = keep(answer(b"\xff\xfe".to_vec(), &headers), &[]);
        assert_eq!((reply.headers.len(), &*reply.body), (64, "\u{fffd}\u{fffd}"));
    }
}
