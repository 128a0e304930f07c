//! How long the server asks to wait: `Retry-After` in seconds or as a date, and its kin.

use std::time::{Duration, UNIX_EPOCH};

use crate::clock::Millis;
use crate::entry::RawReply;

/// More than any header means; what is longer is cut to it.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 86_400);
/// No number or date is longer than so many bytes.
const LONGEST_TEXT: usize = 64;

/// Reads the header. `None` when it is no time at all; a date that has passed is zero.
///
/// Seconds may have a fraction; a date is one of HTTP's three forms, or ISO 8601 (without a zone: UTC).
pub fn retry_after(header: &str, now: Millis) -> Option<Duration> {
    let text = header.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return None;
    }
    number(text).or_else(|| {
        let until = date(text)?;
        let span = until.saturating_sub(now.0);
        Some(Duration::from_millis(span).min(LONGEST))
    })
}

/// What an answer asks for: the longest of `Retry-After`, its form in milliseconds, and headers that
/// say when to poll. Dates are taken by the server's clock, if the answer tells it.
pub fn asked(reply: &RawReply, now: Millis) -> Option<Duration> {
    let now = reply.header("date").and_then(|text| date(text.trim())).map_or(now, Millis);
    let read = |(name, value): &(String, String)| {
        if name == "retry-after" || name.ends_with("poll-after") {
            retry_after(value, now)
        } else if name == "retry-after-ms" || name.ends_with("poll-after-ms") {
            let value = value.trim();
            (value.len() <= LONGEST_TEXT).then(|| number(value)).flatten().map(|it| it / 1000)
        } else {
            None
        }
    };
    reply.headers.iter().filter_map(read).max()
}

/// A number without a sign or an exponent.
fn number(text: &str) -> Option<Duration> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds: f64 = plain.then(|| text.parse().ok()).flatten()?;
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST))
}

/// Milliseconds since 1970; what is earlier is 1970.
fn date(text: &str) -> Option<u64> {
    if let Ok(time) = httpdate::parse_http_date(text) {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        return Some(u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
    }
    let time: jiff::Timestamp = text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    Some(u64::try_from(time.as_millisecond()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-21T10:00:00Z
    const NOW: Millis = Millis(1_795_255_200_000);

    #[test]
    fn forms() {
        let seconds = |it| Some(Duration::from_secs(it));
        for (text, want) in [
            ("0", seconds(0)),
            ("5", seconds(5)),
            (" 5 ", seconds(5)),
            ("007", seconds(7)),
            ("1.5", Some(Duration::from_millis(1500))),
            (".5", Some(Duration::from_millis(500))),
            ("99999", seconds(99_999)),
            ("99999999999999999999999999999999", Some(LONGEST)),
            ("Sat, 21 Nov 2026 10:00:30 GMT", seconds(30)),
            ("Saturday, 21-Nov-26 10:00:30 GMT", seconds(30)),
            ("Sat Nov 21 10:00:30 2026", seconds(30)),
            ("Sat, 21 Nov 2026 09:59:30 GMT", seconds(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", seconds(0)),
            ("2026-11-21T10:00:30Z", seconds(30)),
            ("2026-11-21T12:00:30.5+02:00", Some(Duration::from_millis(30_500))),
            ("2026-11-21T10:00:30", seconds(30)),
            ("2026-11-21 10:00:30", seconds(30)),
            ("1969-01-01T00:00:00Z", seconds(0)),
            ("9999-01-01T00:00:00Z", Some(LONGEST)),
            ("", None),
            ("-5", None),
            ("+5", None),
            ("1e3", None),
            ("inf", None),
            ("NaN", None),
            ("5 s", None),
            ("5,5", None),
            (".", None),
            ("1.2.3", None),
            ("soon", None),
            ("٥", None),
        ] {
            assert_eq!(retry_after(text, NOW), want, "{text:?}");
        }
    }

    #[test]
    fn the_longest_of_what_is_asked_counts() {
        let reply = |headers: &[(&str, &str)]| RawReply {
            headers: headers.iter().map(|(n, v)| (String::from(*n), String::from(*v))).collect(),
            ..RawReply::default()
        };
        assert_eq!(asked(&reply(&[("date", "5")]), NOW), None);
        assert_eq!(asked(&reply(&[("retry-after", "soon")]), NOW), None);
        let both = reply(&[("retry-after", "2"), ("x-poll-after", "7")]);
        assert_eq!(asked(&both, NOW), Some(Duration::from_secs(7)));
        let short = reply(&[("retry-after-ms", "1500")]);
        assert_eq!(asked(&short, NOW), Some(Duration::from_millis(1500)));
        let date = ("date", "Thu, 01 Jan 2026 00:00:00 GMT");
        let until = reply(&[date, ("retry-after", "Thu, 01 Jan 2026 00:00:09 GMT")]);
        assert_eq!(asked(&until, NOW), Some(Duration::from_secs(9)), "by the server's clock");
        let openai = reply(&[("openai-poll-after-ms", "2500")]);
        assert_eq!(asked(&openai, NOW), Some(Duration::from_millis(2500)));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,70}", digits in "[-+0-9.eE:TZ ]{0,40}", now in any::<u64>()) {
            for text in [text, digits] {
                let span = retry_after(&text, Millis(now));
                prop_assert!(span.is_none_or(|span| span <= LONGEST));
            }
        }
    }
}
